#include "diag.h"

void diag_list_init(struct diag_list *list, struct arena *arena, struct sources *sources)
{
    *list = (struct diag_list){.arena = arena, .sources = sources};
}

static uint32_t *total_of(struct diag_list *list, enum diag_severity severity)
{
    return severity == DIAG_ERROR ? &list->errors : &list->warnings;
}

/* What is beyond the cap still gets a diagnostic to write on, which nobody will see. */
static struct diag *add(struct diag_list *list, enum diag_severity severity,
                        const struct diag_code *code)
{
    ++*total_of(list, severity);
    struct diag *diag = arena_new(list->arena, struct diag, 1);
    *diag = (struct diag){
        .severity = severity, .code = code, .order = list->diags.count, .arena = list->arena};
    if (list->diags.count < DIAG_KEPT)
        *vec_push(list->arena, &list->diags) = diag;
    return diag;
}

__attribute__((format(printf, 5, 0))) static struct diag *
add_at(struct diag_list *list, enum diag_severity severity, const struct diag_code *code,
       struct span span, const char *format, va_list args)
{
    struct diag *diag = add(list, severity, code);
    diag->span = span;
    diag->has_span = true;
    diag->message = arena_vprintf(list->arena, format, args);
    return diag;
}

struct diag *diag_error(struct diag_list *list, const struct diag_code *code, struct span span,
                        const char *format, ...)
{
    va_list args;
    va_start(args, format);
    struct diag *diag = add_at(list, DIAG_ERROR, code, span, format, args);
    va_end(args);
    return diag;
}

struct diag *diag_warning(struct diag_list *list, const struct diag_code *code, struct span span,
                          const char *format, ...)
{
    va_list args;
    va_start(args, format);
    struct diag *diag = add_at(list, DIAG_WARNING, code, span, format, args);
    va_end(args);
    return diag;
}

struct diag *diag_file_error(struct diag_list *list, const struct diag_code *code, const char *path,
                             const char *format, ...)
{
    struct diag *diag = add(list, DIAG_ERROR, code);
    diag->path = arena_strndup(list->arena, path, strlen(path));
    va_list args;
    va_start(args, format);
    diag->message = arena_vprintf(list->arena, format, args);
    va_end(args);
    return diag;
}

#define DEFINE_TEXT_SETTER(function, field)                     \
    void function(struct diag *diag, const char *format, ...)   \
    {                                                           \
        va_list args;                                           \
        va_start(args, format);                                 \
        diag->field = arena_vprintf(diag->arena, format, args); \
        va_end(args);                                           \
    }

DEFINE_TEXT_SETTER(diag_detail, detail)
DEFINE_TEXT_SETTER(diag_label, label)
DEFINE_TEXT_SETTER(diag_help, help)

void diag_note(struct diag *diag, struct span span, const char *format, ...)
{
    struct diag_note *note = arena_new(diag->arena, struct diag_note, 1);
    note->span = span;
    va_list args;
    va_start(args, format);
    note->text = arena_vprintf(diag->arena, format, args);
    va_end(args);
    struct diag_note **end = &diag->notes;
    while (*end)
        end = &(*end)->next;
    *end = note;
}

static int compare(const void *left, const void *right)
{
    const struct diag *a = *(struct diag *const *)left, *b = *(struct diag *const *)right;
    if (a->has_span != b->has_span)
        return a->has_span ? 1 : -1;
    if (a->span.source != b->span.source)
        return a->span.source < b->span.source ? -1 : 1;
    if (a->span.offset != b->span.offset)
        return a->span.offset < b->span.offset ? -1 : 1;
    return a->order < b->order ? -1 : a->order > b->order;
}

static bool same(const struct diag *a, const struct diag *b)
{
    return a->code == b->code && a->severity == b->severity && a->has_span && b->has_span &&
           a->span.source == b->span.source && a->span.offset == b->span.offset &&
           a->span.length == b->span.length && strcmp(a->message, b->message) == 0;
}

void diag_sort(struct diag_list *list)
{
    if (!list->diags.count)
        return;
    qsort(list->diags.items, list->diags.count, sizeof *list->diags.items, compare);
    uint32_t kept = 1;
    for (uint32_t i = 1; i < list->diags.count; i++) {
        struct diag *diag = list->diags.items[i];
        if (same(list->diags.items[kept - 1], diag)) {
            --*total_of(list, diag->severity);
            continue;
        }
        list->diags.items[kept++] = diag;
    }
    list->diags.count = kept;
}
