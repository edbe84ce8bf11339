#include "diag_parts.h"

#include "array.h"
#include "utf8.h"

static const char *const severity_names[] = {
    [DIAG_ERROR] = "error",
    [DIAG_WARNING] = "warning",
};
_Static_assert(ARRAY_LEN(severity_names) == DIAG_SEVERITY_COUNT, "a name for each severity");

const char *diag_severity_name(enum diag_severity severity)
{
    return severity_names[severity];
}

const char *diag_path(const struct diag_list *list, const struct diag *diag)
{
    return diag->has_span ? list->sources->files.items[diag->span.source].path : diag->path;
}

const char *diag_plain_path(const char *path)
{
    while (path[0] == '.' && path[1] == '/' && path[2])
        path += 2;
    return path;
}

void diag_add_sentence(struct strbuf *out, const struct diag *diag)
{
    strbuf_adds(out, diag->message);
    if (diag->detail) {
        strbuf_adds(out, "; ");
        strbuf_adds(out, diag->detail);
    }
}

uint32_t diag_unlisted(const struct diag_list *list)
{
    return list->errors + list->warnings - list->diags.count;
}

bool diag_is_control(int32_t code)
{
    return code < 0x20 || (code >= 0x7f && code < 0xa0);
}

void diag_add_printable(struct strbuf *out, struct str text)
{
    while (text.len) {
        int32_t code;
        size_t length = utf8_next(text, &code);
        if (diag_is_control(code))
            strbuf_addc(out, code == '\t' ? ' ' : '?');
        else
            strbuf_add(out, text.ptr, length);
        text.ptr += length;
        text.len -= length;
    }
}

json_t *diag_json_text(const char *text)
{
    struct str rest = str_from(text);
    struct strbuf clean = {0};
    while (rest.len) {
        int32_t code;
        size_t length = utf8_next(rest, &code);
        if (code < 0)
            strbuf_adds(&clean, "\xef\xbf\xbd");
        else
            strbuf_add(&clean, rest.ptr, length);
        rest.ptr += length;
        rest.len -= length;
    }
    json_t *string = json_string(strbuf_text(&clean));
    strbuf_finish(&clean);
    return string;
}
