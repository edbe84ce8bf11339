#include "commands.h"
#include "findings.h"
#include "load.h"
#include "report.h"
#include "writer.h"

struct compile_command_options {
    const char *output;
    int format; /* enum findings_format */
};

static const struct command_option options[] = {
    {'o', "output", OPTION_TEXT, offsetof(struct compile_command_options, output), "PLAN",
     "where the plan goes; else plan.bin beside the A3sfile", NULL, 0},
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

static int run(const struct command_call *call)
{
    const struct compile_command_options *chosen =
        command_options(call, struct compile_command_options);
    const char *output = chosen->output;
    struct compilation c;
    char path[PATH_MAX];
    int code = load_path(call, path);
    if (code)
        return code;
    compilation_init(&c);
    output = output ? output : default_output(call->arena, path);
    code = findings_compile(&c, path, NULL, chosen->format);
    if (!code)
        code = publish(&c, output);
    if (!code && chosen->format == FINDINGS_TEXT)
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
        "thing on standard output.",
    .options = options,
    .run = run,
};
