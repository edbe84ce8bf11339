#include "diag_parts.h"
#include "diag_render.h"

static json_t *position_json(struct position at)
{
    return json_pack("{s:I,s:I,s:I,s:I}", "line", (json_int_t)at.line, "column",
                     (json_int_t)at.column, "utf16_column", (json_int_t)at.utf16_column, "byte",
                     (json_int_t)at.offset);
}

static void set_place(json_t *object, struct sources *sources, struct span span)
{
    json_object_set_new(object, "file", diag_json_text(sources->files.items[span.source].path));
    json_object_set_new(object, "range",
                        json_pack("{s:o,s:o}", "start", position_json(source_locate(sources, span)),
                                  "end", position_json(source_locate_end(sources, span))));
}

static void set_optional(json_t *object, const char *key, const char *text)
{
    if (text)
        json_object_set_new(object, key, diag_json_text(text));
}

static json_t *notes_json(struct sources *sources, const struct diag *diag)
{
    json_t *notes = json_array();
    for (const struct diag_note *note = diag->notes; note; note = note->next) {
        json_t *entry = json_pack("{s:o}", "message", diag_json_text(note->text));
        set_place(entry, sources, note->span);
        json_array_append_new(notes, entry);
    }
    return notes;
}

static json_t *diag_json(struct sources *sources, const struct diag *diag)
{
    json_t *object = json_object();
    json_object_set_new(object, "severity", json_string(diag_severity_name(diag->severity)));
    json_object_set_new(object, "code", json_string(diag->code->name));
    json_object_set_new(object, "message", diag_json_text(diag->message));
    set_optional(object, "detail", diag->detail);
    set_optional(object, "label", diag->label);
    set_optional(object, "help", diag->help);
    if (diag->has_span)
        set_place(object, sources, diag->span);
    else
        json_object_set_new(object, "file", diag_json_text(diag->path));
    json_object_set_new(object, "notes", notes_json(sources, diag));
    return object;
}

static void append_list(json_t *array, struct diag_list *list)
{
    VEC_EACH (&list->diags, diag)
        json_array_append_new(array, diag_json(list->sources, *diag));
    uint32_t unlisted = diag_unlisted(list);
    if (unlisted)
        json_object_set_new(json_array_get(array, json_array_size(array) - 1), "more",
                            json_integer(unlisted));
}

void diag_render_json(struct diag_list *const *lists, size_t count, struct strbuf *out)
{
    json_t *array = json_array();
    for (size_t i = 0; i < count; i++)
        append_list(array, lists[i]);
    json_print(array, out);
}
