#include "commands.h"
#include "diag_render.h"
#include "load.h"
#include "report.h"

enum format { FORMAT_TEXT, FORMAT_JSON };

struct validate_options {
    bool strict;
    int format; /* enum format */
};

static const char *const formats[] = {"text", "json", NULL};

static const struct command_option options[] = {
    {0, "strict", OPTION_FLAG, offsetof(struct validate_options, strict), NULL,
     "a warning counts as an error", NULL, 0},
    {0, "format", OPTION_CHOICE, offsetof(struct validate_options, format), "text|json",
     "how the findings are printed", formats, 0},
    {0},
};

static void report_valid(const struct compilation *c, const char *path)
{
    struct plan plan = {0};
    plan_view(&plan, c->bytes, c->size);
    printf("%s is valid: %u %s\n", path, plan.service_count,
           report_plural(plan.service_count, "service", "services"));
}

static int print_json(struct compilation *c, const char *path,
                      const struct compile_options *compile)
{
    struct strbuf text = {0};
    bool valid = compile_file(c, path, compile);
    diag_render_json(&c->diags, &text);
    if (text.len && text.ptr[text.len - 1] != '\n')
        strbuf_addc(&text, '\n');
    int code = report_output(&text);
    strbuf_finish(&text);
    return valid ? code : CLI_INVALID;
}

static int run(const struct command_call *call)
{
    const struct validate_options *chosen = command_options(call, struct validate_options);
    struct compile_options compile = {
        .check_paths = true, .strict = chosen->strict, .settings = load_settings(call)};
    struct compilation c;
    char path[PATH_MAX];
    int code = load_path(call, path);
    if (code)
        return code;
    compilation_init(&c);
    if (chosen->format == FORMAT_JSON) {
        code = print_json(&c, path, &compile);
    } else {
        code = load_compile(&c, path, &compile, stdout);
        if (!code)
            report_valid(&c, path);
    }
    compilation_finish(&c);
    return code;
}

const struct command cmd_validate = {
    .name = "validate",
    .summary = "Check the A3sfile and start nothing",
    .operands = "",
    .about =
        "Every mistake is reported in one run, on standard output. A folder, a watched path or\n"
        "a program that is not there is a warning. Exits with 4 if the A3sfile is not valid.",
    .options = options,
    .compiles = true,
    .run = run,
};
