#include "commands.h"
#include "findings.h"
#include "load.h"
#include "report.h"

struct validate_options {
    bool strict;
    int format; /* enum findings_format */
};

static const struct command_option options[] = {
    {0, "strict", OPTION_FLAG, offsetof(struct validate_options, strict), NULL,
     "a warning counts as an error", NULL, 0},
    FINDINGS_OPTION(struct validate_options, format),
    {0},
};

static void add_valid(const struct compilation *c, struct strbuf *out)
{
    struct plan plan = {0};
    plan_view(&plan, c->bytes, c->size);
    strbuf_addf(out, "%s is valid: %u %s\n", c->sources.files.items[0].path, plan.service_count,
                report_plural(plan.service_count, "service", "services"));
}

/* People also hear of the files that are as they should be. */
static void add_text(const struct compilation *files, struct diag_list *const *lists, size_t count,
                     struct strbuf *out)
{
    for (size_t i = 0; i < count; i++) {
        bool apart = i > 0 && (lists[i - 1]->diags.count || lists[i]->diags.count);
        strbuf_adds(out, apart ? "\n" : "");
        findings_render(FINDINGS_TEXT, &lists[i], 1, out);
        if (files[i].bytes)
            add_valid(&files[i], out);
    }
}

static int print(const struct compilation *files, struct diag_list *const *lists, size_t count,
                 enum findings_format format)
{
    struct strbuf text = {0};
    if (format == FINDINGS_TEXT)
        add_text(files, lists, count, &text);
    else
        findings_render(format, lists, count, &text);
    int code = report_output(&text);
    strbuf_finish(&text);
    return code;
}

static int validate(const struct command_call *call, const char *const *paths, size_t count)
{
    const struct validate_options *chosen = command_options(call, struct validate_options);
    struct compile_options compile = {
        .check_paths = true, .strict = chosen->strict, .settings = load_settings(call)};
    struct compilation *files = arena_new(call->arena, struct compilation, count);
    struct diag_list **lists = arena_new(call->arena, struct diag_list *, count);
    bool valid = true;
    for (size_t i = 0; i < count; i++) {
        compilation_init(&files[i]);
        valid = compile_file(&files[i], paths[i], &compile) && valid;
        lists[i] = &files[i].diags;
    }
    int code = print(files, lists, count, chosen->format);
    for (size_t i = 0; i < count; i++)
        compilation_finish(&files[i]);
    return valid ? code : CLI_INVALID;
}

static int run(const struct command_call *call)
{
    char path[PATH_MAX];
    const char *found = path;
    if (call->operand_count && call->file) {
        report_error("name the files, or one of them with -f, not both");
        return CLI_USAGE;
    }
    if (call->operand_count)
        return validate(call, call->operands, call->operand_count);
    int code = load_path(call, path);
    return code ? code : validate(call, &found, 1);
}

const struct command cmd_validate = {
    .name = "validate",
    .elsewhere = (const char *const[]){"check", "lint", "test", NULL},
    .summary = "Check the A3sfile and start nothing",
    .operands = "[FILE...]",
    .about =
        "Without a FILE: the A3sfile; \"-\" is stdin. Every mistake is reported in one run, on\n"
        "standard output. A folder, a watched path or a program that is not there is a warning.\n"
        "Exits with 4 if a file is not valid.",
    .options = options,
    .operands_max = COMMAND_OPERANDS_ANY,
    .compiles = true,
    .run = run,
};
