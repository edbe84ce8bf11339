#include "findings.h"

#include "diag_render.h"
#include "load.h"
#include "report.h"

#include <unistd.h>

const char *const findings_formats[] = {
    [FINDINGS_TEXT] = "text",     [FINDINGS_JSON] = "json",       [FINDINGS_SARIF] = "sarif",
    [FINDINGS_GITHUB] = "github", [FINDINGS_FORMAT_COUNT] = NULL,
};

static const struct diag_tool tool = {.name = "a3s", .version = A3S_VERSION};

void findings_render(enum findings_format format, struct diag_list *const *lists, size_t count,
                     struct strbuf *out)
{
    if (format == FINDINGS_JSON)
        diag_render_json(lists, count, out);
    else if (format == FINDINGS_SARIF)
        diag_render_sarif(&tool, lists, count, out);
    for (size_t i = 0; i < count; i++) {
        if (format == FINDINGS_TEXT)
            diag_render_text(lists[i], report_color(STDOUT_FILENO), out);
        else if (format == FINDINGS_GITHUB)
            diag_render_github(lists[i], out);
    }
}

int findings_compile(struct compilation *c, const char *path, const struct compile_options *options,
                     enum findings_format format)
{
    if (format == FINDINGS_TEXT)
        return load_compile(c, path, options, stderr);
    struct strbuf text = {0};
    struct diag_list *list = &c->diags;
    bool valid = compile_file(c, path, options);
    findings_render(format, &list, 1, &text);
    int code = report_output(&text);
    strbuf_finish(&text);
    return valid ? code : CLI_INVALID;
}
