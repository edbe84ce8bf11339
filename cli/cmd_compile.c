#include "commands.h"
#include "load.h"
#include "report.h"
#include "writer.h"

struct compile_command_options {
    const char *output;
};

static const struct command_option options[] = {
    {'o', "output", OPTION_TEXT, offsetof(struct compile_command_options, output), "PLAN",
     "where the plan goes; else plan.bin beside the A3sfile", NULL, 0},
    {0},
};

static const char *default_output(struct arena *arena, const char *path)
{
    const char *slash = strrchr(path, '/');
    return arena_printf(arena, "%.*splan.bin", slash ? (int)(slash - path) + 1 : 0, path);
}

static int publish(const struct compilation *c, const char *output)
{
    struct plan plan = {0};
    struct strbuf size = {0};
    int error = plan_writer_publish(c->bytes, c->size, output);
    if (error) {
        report_error("cannot write %s: %s", output, strerror(-error));
        return CLI_FAILED;
    }
    plan_view(&plan, c->bytes, c->size);
    report_size(c->size, &size);
    printf("%s: %u %s, %s, hash %016llx\n", output, plan.service_count,
           report_plural(plan.service_count, "service", "services"), size.ptr,
           (unsigned long long)plan.hash);
    strbuf_finish(&size);
    return CLI_DONE;
}

static int run(const struct command_call *call)
{
    const char *output = command_options(call, struct compile_command_options)->output;
    struct compile_options compile = {.settings = load_settings(call)};
    struct compilation c;
    char path[PATH_MAX];
    int code = load_path(call, path);
    if (code)
        return code;
    compile.settings.refuse_secrets = true; /* the plan has no place for them */
    compilation_init(&c);
    code = load_compile(&c, path, &compile, stderr);
    if (!code)
        code = publish(&c, output ? output : default_output(call->arena, path));
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
        "code 4, and the old plan stays as it is.",
    .options = options,
    .compiles = true,
    .run = run,
};
