#include "write.h"

#include "format.h"
#include "forms.h"

/* How a list is broken into lines, and comments are. */
#define WIDTH 96

struct writer {
    struct draft *draft;
    struct strbuf text;
    uint32_t line; /* of what comes next, from 1 */
    struct written *out;
};

static void add(struct writer *w, struct str text)
{
    strbuf_add_str(&w->text, text);
    for (size_t i = 0; i < text.len; i++)
        w->line += text.ptr[i] == '\n';
}

static void adds(struct writer *w, const char *text)
{
    add(w, str_from(text));
}

static size_t word_end(struct str text, size_t at)
{
    while (at < text.len && (unsigned char)text.ptr[at] > ' ' && text.ptr[at] != 0x7f)
        at++;
    return at;
}

/* The end of the words that stay on one line with the one that begins at at: what is quoted can be
 * copied, unless it is longer than a line. */
static size_t unbroken_end(struct str text, size_t at)
{
    size_t end = word_end(text, at), start = at + (text.ptr[at] == '(');
    if (start >= end || !memchr("\"`", text.ptr[start], 2))
        return end;
    size_t left = text.len - start - 1;
    const char *quote =
        memchr(text.ptr + start + 1, text.ptr[start], left < WIDTH ? left : (size_t)WIDTH);
    return quote ? word_end(text, (size_t)(quote - text.ptr)) : end;
}

/* Words behind "# ", broken into lines; blanks for what is not visible. */
static void add_comment(struct writer *w, const char *indent, struct str text)
{
    size_t column = 0, unbroken = 0;
    for (size_t at = 0; at < text.len;) {
        size_t start = at, end = word_end(text, at);
        struct str word = {text.ptr + at, end - at};
        at = end + 1;
        if (!word.len)
            continue;
        bool stays = start < unbroken;
        if (!stays)
            unbroken = unbroken_end(text, start);
        bool begins = column == 0 || (!stays && column + (unbroken - start) + 1 > WIDTH);
        if (begins) {
            adds(w, column ? "\n" : "");
            adds(w, indent);
            adds(w, "#");
            adds(w, column ? "  " : "");
            column = strlen(indent) + 1;
        }
        adds(w, " ");
        add(w, word);
        column += word.len + 1;
    }
    adds(w, "\n");
}

static void add_commentf(struct writer *w, const char *indent, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void add_commentf(struct writer *w, const char *indent, const char *format, ...)
{
    struct strbuf text = {0};
    va_list args;
    va_start(args, format);
    strbuf_vaddf(&text, format, args);
    va_end(args);
    add_comment(w, indent, strbuf_str(&text));
    strbuf_finish(&text);
}

static void add_note(struct writer *w, const struct draft_note *note)
{
    if (note->line)
        add_commentf(w, "", "  line %u: %.*s", note->line, STR_ARG(note->text));
    else
        add_commentf(w, "", "  %.*s", STR_ARG(note->text));
}

/* Values */

/* Gives its number: places move when there are more. */
static uint32_t begin_place(struct writer *w, struct draft_service *service,
                            enum schema_block_id block, int attr)
{
    *vec_push(w->draft->arena, &w->out->places) =
        (struct write_place){w->line, w->line, service, block, attr};
    return w->out->places.count - 1;
}

static void end_place(struct writer *w, uint32_t index)
{
    w->out->places.items[index].last_line = w->line - 1;
}

static void add_value(struct writer *w, const char *indent, struct draft_service *service,
                      enum schema_attr_id attr)
{
    const struct draft_value *value = &service->values[attr];
    const char *name = schema_attrs[attr].name.ptr;
    if (value->reason.ptr) {
        add_commentf(w, indent, "%s = %.*s", name, STR_ARG(value->text));
        add_commentf(w, indent, "  left out: %.*s", STR_ARG(value->reason));
        return;
    }
    uint32_t place = begin_place(w, service, schema_attrs[attr].block, (int)attr);
    adds(w, indent);
    adds(w, name);
    adds(w, " = ");
    add(w, value->text);
    adds(w, "\n");
    end_place(w, place);
}

static void add_block_values(struct writer *w, const char *indent, struct draft_service *service,
                             enum schema_block_id id)
{
    const struct schema_block *block = &schema_blocks[id];
    for (uint32_t i = 0; i < block->count; i++)
        if (draft_has(service, block->first + i))
            add_value(w, indent, service, block->first + i);
}

static bool block_is_used(const struct draft_service *service, enum schema_block_id id)
{
    const struct schema_block *block = &schema_blocks[id];
    for (uint32_t i = 0; i < block->count; i++)
        if (draft_has(service, block->first + i) && !service->values[block->first + i].reason.ptr)
            return true;
    return false;
}

/* A block whose values are all left out is a comment itself. */
static void add_block(struct writer *w, struct draft_service *service, enum schema_block_id id)
{
    bool any = false;
    const struct schema_block *block = &schema_blocks[id];
    for (uint32_t i = 0; i < block->count; i++)
        any |= draft_has(service, block->first + i);
    if (!any)
        return;
    bool used = block_is_used(service, id);
    adds(w, "\n");
    if (!used) {
        add_commentf(w, "  ", "%s:", block->name.ptr);
        add_block_values(w, "  ", service, id);
        return;
    }
    uint32_t place = begin_place(w, service, id, -1);
    adds(w, "  ");
    add(w, block->name);
    adds(w, " {\n");
    add_block_values(w, "    ", service, id);
    adds(w, "  }\n");
    end_place(w, place);
}

/* What is gathered piece by piece */

static struct str env_text(const struct draft *draft, const struct draft_service *service,
                           const char *indent)
{
    struct strbuf text = {0};
    strbuf_adds(&text, "{\n");
    VEC_EACH (&service->env, it) {
        strbuf_addf(&text, "%s  ", indent);
        if (form_is_identifier(it->name))
            strbuf_add_str(&text, it->name);
        else
            hcl_quote(it->name, &text);
        strbuf_addf(&text, " = %.*s\n", STR_ARG(it->value));
    }
    strbuf_addf(&text, "%s}", indent);
    return strbuf_move(&text, draft->arena);
}

/* Why the service cannot wait for the other one; NULL if it can. */
static const char *edge_problem(const struct draft_service *from, const struct draft_service *to)
{
    if (to == from)
        return "it is the service itself";
    if (to->left_out.ptr && !from->left_out.ptr)
        return "it is left out";
    if (draft_has(to, SCHEMA_service_disabled) && !draft_has(from, SCHEMA_service_disabled))
        return "it is started only when it is named";
    return NULL;
}

/* The dependencies that can be, as a list; the others are notes. */
static void settle_edges(struct draft *draft, struct draft_service *service)
{
    struct draft_value *value = &service->values[SCHEMA_service_depends_on];
    struct str reason = value->reason;
    *value = (struct draft_value){0};
    VEC_EACH (&service->depends_on, it)
        if (!edge_problem(service, it->to))
            draft_add_text(draft, service, SCHEMA_service_depends_on, it->to->name);
    value->reason = reason;
}

/* Notes by line, those without one last, in the order of their making. */
static int compare_notes(const void *left, const void *right)
{
    const struct draft_note *a = *(const struct draft_note *const *)left,
                            *b = *(const struct draft_note *const *)right;
    if (a->line != b->line)
        return a->line - 1 < b->line - 1 ? -1 : 1; /* 0 wraps to the largest */
    return a < b ? -1 : a > b;
}

static void add_notes(struct writer *w, const struct draft_note *notes, uint32_t count)
{
    const struct draft_note **sorted = arena_new(w->draft->arena, const struct draft_note *, count);
    for (uint32_t i = 0; i < count; i++)
        sorted[i] = &notes[i];
    if (count)
        qsort(sorted, count, sizeof *sorted, compare_notes);
    for (uint32_t i = 0; i < count; i++)
        add_note(w, sorted[i]);
}

static int compare_lost(const void *left, const void *right)
{
    const struct draft_loss *a = left, *b = right;
    return a->line != b->line ? (a->line < b->line ? -1 : 1) : strcmp(a->key, b->key);
}

static void add_lost(struct writer *w, const struct draft_loss *lost, uint32_t count,
                     const char *help)
{
    if (!count)
        return;
    struct strbuf text = {0};
    struct draft_loss *sorted = arena_new(w->draft->arena, struct draft_loss, count);
    memcpy(sorted, lost, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, compare_lost);
    for (uint32_t i = 0; i < count; i++) {
        const char *instead = sorted[i].instead, *before = i ? sorted[i - 1].instead : NULL;
        strbuf_addf(&text, "%s%s (line %u", i ? ", " : "", sorted[i].key, sorted[i].line);
        if (instead && !(before && strcmp(instead, before) == 0))
            strbuf_addf(&text, ": %s", instead);
        strbuf_adds(&text, ")");
    }
    if (help)
        strbuf_addf(&text, "; %s", help);
    add_commentf(w, "", "  not carried over: %s", strbuf_text(&text));
    strbuf_finish(&text);
}

/* Its own, and one for each dependency that it cannot have. */
static void add_service_notes(struct writer *w, const struct draft_service *service)
{
    VEC(struct draft_note) notes = {0};
    struct arena *arena = w->draft->arena;
    VEC_EACH (&service->notes, it)
        *vec_push(arena, &notes) = *it;
    VEC_EACH (&service->depends_on, it) {
        const char *problem = edge_problem(service, it->to);
        if (problem)
            *vec_push(arena, &notes) = (struct draft_note){
                it->line, str_from(arena_printf(arena, "does not wait for \"%.*s\": %s",
                                                STR_ARG(it->to->name), problem))};
    }
    add_notes(w, notes.items, notes.count);
    add_lost(w, service->lost.items, service->lost.count, service->lost_help);
}

/* Services */

static void add_service_block(struct writer *w, struct draft_service *service)
{
    uint32_t place = begin_place(w, service, SCHEMA_BLOCK_service, -1);
    adds(w, "service \"");
    add(w, service->name);
    adds(w, "\" {\n");
    add_block_values(w, "  ", service, SCHEMA_BLOCK_service);
    for (uint32_t id = 0; id < SCHEMA_BLOCK_COUNT; id++)
        if (schema_blocks[id].parent == SCHEMA_BLOCK_service)
            add_block(w, service, id);
    adds(w, "}\n");
    end_place(w, place);
}

static bool format(struct arena *arena, struct strbuf *text)
{
    struct sources sources;
    struct diag_list diags;
    struct strbuf out = {0};
    sources_init(&sources, arena);
    diag_list_init(&diags, arena, &sources);
    bool valid = format_source(&sources, source_add(&sources, "", strbuf_str(text)), &diags, &out);
    if (valid) {
        strbuf_finish(text);
        *text = out;
    } else {
        strbuf_finish(&out);
    }
    return valid;
}

/* The block, laid out by itself, every line of it behind a '#'. */
static void add_left_out(struct writer *w, struct draft_service *service)
{
    struct written ignored = {0};
    struct writer apart = {.draft = w->draft, .line = 1, .out = &ignored};
    add_service_block(&apart, service);
    format(w->draft->arena, &apart.text);
    struct str rest = strbuf_str(&apart.text);
    while (rest.len) {
        const char *newline = memchr(rest.ptr, '\n', rest.len);
        size_t length = newline ? (size_t)(newline - rest.ptr) : rest.len;
        adds(w, length ? "# " : "#");
        add(w, (struct str){rest.ptr, length});
        adds(w, "\n");
        rest.ptr += length + (newline != NULL);
        rest.len -= length + (newline != NULL);
    }
    strbuf_finish(&apart.text);
}

static void add_origin(struct writer *w, const struct draft_service *service)
{
    const char *from = w->draft->from;
    if (from && service->place)
        add_commentf(w, "", "from %s: %s", from, service->place);
    else if (from && service->line)
        add_commentf(w, "", "from %s: line %u", from, service->line);
}

static void add_service(struct writer *w, struct draft_service *service)
{
    adds(w, "\n");
    add_origin(w, service);
    add_service_notes(w, service);
    if (service->left_out.ptr)
        add_commentf(w, "", "left out: %.*s", STR_ARG(service->left_out));
    if (!service->left_out.ptr)
        add_service_block(w, service);
    else if (draft_has(service, SCHEMA_service_cmd))
        add_left_out(w, service);
}

static void add_dev(struct writer *w)
{
    struct draft_service *dev = w->draft->dev;
    if (!block_is_used(dev, SCHEMA_BLOCK_dev))
        return;
    adds(w, "\ndev {\n");
    add_block_values(w, "  ", dev, SCHEMA_BLOCK_dev);
    adds(w, "}\n");
}

static void add_head(struct writer *w)
{
    if (w->draft->from)
        add_commentf(w, "", "Made from %s by \"a3s init\".", w->draft->from);
    else
        add_commentf(w, "", "Made by \"a3s init\".");
    add_commentf(w, "",
                 "\"a3s validate\" checks it, \"a3s up\" runs it, \"a3s schema\" shows "
                 "what else it may say.");
    add_notes(w, w->draft->notes.items, w->draft->notes.count);
    add_lost(w, w->draft->lost.items, w->draft->lost.count, NULL);
}

/* The lists become values like any other. */
static void settle(struct draft *draft, struct draft_service *service)
{
    if (service->env.count) {
        struct draft_value *value = &service->values[SCHEMA_service_env];
        value->text = env_text(draft, service, "  ");
    }
    settle_edges(draft, service);
}

bool draft_write(struct draft *draft, struct written *out)
{
    struct writer w = {.draft = draft, .line = 1, .out = out};
    *out = (struct written){0};
    VEC_EACH (&draft->services, it)
        settle(draft, *it);
    if (draft->dev->env.count)
        draft->dev->values[SCHEMA_dev_env].text = env_text(draft, draft->dev, "  ");
    add_head(&w);
    add_dev(&w);
    VEC_EACH (&draft->services, it)
        add_service(&w, *it);
    bool valid = format(draft->arena, &w.text);
    out->text = strbuf_move(&w.text, draft->arena);
    return valid;
}
