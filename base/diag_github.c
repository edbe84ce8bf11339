#include "diag_parts.h"
#include "diag_render.h"

/* What a workflow command reserves. Documented for messages are the first three; a value of a
 * property ends at ':' and ',' as well. */
static const char message_reserved[] = "%\r\n", property_reserved[] = "%\r\n:,";

static void add_escaped(struct strbuf *out, const char *text, const char *reserved)
{
    while (*text) {
        size_t plain = strcspn(text, reserved);
        diag_add_printable(out, (struct str){text, plain});
        text += plain;
        if (*text)
            strbuf_addf(out, "%%%02X", (unsigned char)*text++);
    }
}

static void add_property(struct strbuf *out, const char *name, const char *value)
{
    strbuf_adds(out, name);
    strbuf_addc(out, '=');
    add_escaped(out, value, property_reserved);
}

/* GitHub drops the columns of an annotation that ends on another line than it begins, so such a
 * place has its beginning only. */
static void add_place(struct strbuf *out, struct sources *sources, struct span span)
{
    struct position from = source_locate(sources, span), to = source_locate_end(sources, span);
    strbuf_addf(out, ",line=%u,col=%u", from.line, from.column);
    if (to.line == from.line)
        strbuf_addf(out, ",endColumn=%u", to.column);
}

static void add_message(struct strbuf *out, struct sources *sources, const struct diag *diag)
{
    struct strbuf text = {0};
    diag_add_sentence(&text, diag);
    if (diag->label)
        strbuf_addf(&text, "\n%s", diag->label);
    for (const struct diag_note *note = diag->notes; note; note = note->next) {
        struct position at = source_locate(sources, note->span);
        strbuf_addf(&text, "\nnote: %s:%u:%u: %s", sources->files.items[note->span.source].path,
                    at.line, at.column, note->text);
    }
    if (diag->help)
        strbuf_addf(&text, "\nhelp: %s", diag->help);
    add_escaped(out, strbuf_text(&text), message_reserved);
    strbuf_finish(&text);
}

static void add_diag(struct strbuf *out, struct diag_list *list, const struct diag *diag)
{
    strbuf_addf(out, "::%s ", diag_severity_name(diag->severity));
    add_property(out, "file", diag_plain_path(diag_path(list, diag)));
    if (diag->has_span)
        add_place(out, list->sources, diag->span);
    add_property(out, ",title", diag->code->name);
    strbuf_addc(out, ' ');
    add_escaped(out, diag->code->summary, property_reserved);
    strbuf_adds(out, "::");
    add_message(out, list->sources, diag);
    strbuf_addc(out, '\n');
}

void diag_render_github(struct diag_list *list, struct strbuf *out)
{
    VEC_EACH (&list->diags, diag)
        add_diag(out, list, *diag);
    uint32_t unlisted = diag_unlisted(list);
    if (unlisted) {
        strbuf_adds(out, "::notice ");
        add_property(out, "file", diag_plain_path(diag_path(list, list->diags.items[0])));
        strbuf_addf(out, "::and %u more\n", unlisted);
    }
}
