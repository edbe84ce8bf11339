#include "commands.h"
#include "diff.h"
#include "findings.h"
#include "load.h"
#include "report.h"
#include "writer.h"

struct compile_command_options {
    const char *output;
    bool check;
    int format; /* enum findings_format */
};

static const struct command_option options[] = {
    {'o', "output", OPTION_TEXT, offsetof(struct compile_command_options, output), "PLAN",
     "where the plan goes; else plan.bin beside the A3sfile", NULL, 0},
    {0, "check", OPTION_FLAG, offsetof(struct compile_command_options, check), NULL,
     "write nothing; exit with 1 if the plan is stale", NULL, 0},
    FINDINGS_OPTION(struct compile_command_options, format),
    {0},
};

static const char *default_output(struct arena *arena, const char *path)
{
    const char *slash = strrchr(path, '/');
    return arena_printf(arena, "%.*splan.bin", slash ? (int)(slash - path) + 1 : 0, path);
}

static void print_plan(const struct compilation *c, const char *output)
{
    struct plan plan = {0};
    struct strbuf size = {0};
    plan_view(&plan, c->bytes, c->size);
    report_size(c->size, &size);
    printf("%s: %u %s, %s, hash %016llx\n", output, plan.service_count,
           report_plural(plan.service_count, "service", "services"), size.ptr,
           (unsigned long long)plan.hash);
    strbuf_finish(&size);
}

static int publish(const struct compilation *c, const char *output)
{
    int error = plan_writer_publish(c->bytes, c->size, output);
    if (error) {
        report_error("cannot write %s: %s", output, strerror(-error));
        return CLI_FAILED;
    }
    return CLI_DONE;
}

/* Says what running the plan that should be there would change. */
static int compare(struct arena *arena, const struct compilation *c, const struct plan *there,
                   const char *output, enum findings_format format)
{
    struct plan plan = {0};
    struct strbuf text = {0};
    plan_view(&plan, c->bytes, c->size);
    struct plan_diff diff = plan_diff_new(arena, there, &plan);
    if (diff.same)
        strbuf_addf(&text, "%s is up to date\n", output);
    else
        plan_diff_text(&diff, &text);
    int code = format == FINDINGS_TEXT ? report_output(&text) : CLI_DONE;
    if (!diff.same) {
        report_error("%s is stale: the A3sfile compiles to another plan", output);
        code = CLI_FAILED;
    }
    strbuf_finish(&text);
    return code;
}

static int check(const struct command_call *call, const struct compilation *c, const char *output)
{
    const struct compile_command_options *chosen =
        command_options(call, struct compile_command_options);
    struct plan there = {0};
    int code = CLI_FAILED;
    if (!load_plan(&there, output, PLAN_TRUST_ANY))
        code = compare(call->arena, c, &there, output, chosen->format);
    if (code)
        report_hint("\"a3s compile%s%s\" writes it anew", chosen->output ? " -o " : "",
                    chosen->output ? chosen->output : "");
    plan_close(&there);
    return code;
}

static int run(const struct command_call *call)
{
    const struct compile_command_options *chosen =
        command_options(call, struct compile_command_options);
    struct compile_options compile = {.settings = load_settings(call)};
    const char *output = chosen->output;
    struct compilation c;
    char path[PATH_MAX];
    int code = load_path(call, path);
    if (code)
        return code;
    compile.settings.refuse_secrets = true; /* the plan has no place for them */
    compilation_init(&c);
    output = output ? output : default_output(call->arena, path);
    code = findings_compile(&c, path, &compile, chosen->format);
    if (!code)
        code = chosen->check ? check(call, &c, output) : publish(&c, output);
    if (!code && !chosen->check && chosen->format == FINDINGS_TEXT)
        print_plan(&c, output);
    compilation_finish(&c);
    return code;
}

const struct command cmd_compile = {
    .name = "compile",
    .summary = "Compile the A3sfile to a plan",
    .operands = "",
    .about =
        "The plan holds everything that \"a3s run\" needs; its paths start from the folder that\n"
        "it lies in, or from run's --root. Mistakes are reported on standard error; then exit\n"
        "code 4, and the old plan stays as it is. In another format than text they are the only\n"
        "thing on standard output. --check compares instead, byte by byte, and says as\n"
        "\"a3s plan diff\" does what running the new plan would change.",
    .options = options,
    .compiles = true,
    .run = run,
};
