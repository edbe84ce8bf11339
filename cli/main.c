#include "commands.h"
#include "report.h"

static int show_version(void)
{
    printf("a3s %s\n", A3S_VERSION);
    return fflush(stdout) == 0 ? CLI_DONE : CLI_FAILED;
}

static int show_overview(bool asked)
{
    struct strbuf text = {0};
    command_overview(&all_commands, &text);
    int code = asked ? report_output(&text) : CLI_USAGE;
    if (!asked)
        fwrite(text.ptr, 1, text.len, stderr);
    strbuf_finish(&text);
    return code;
}

static int show_help(const struct command *command)
{
    struct strbuf text = {0};
    command_help(command, &text);
    int code = report_output(&text);
    strbuf_finish(&text);
    return code;
}

static int dispatch(const struct command_call *call, bool version)
{
    if (call->command && call->help)
        return show_help(call->command);
    if (call->command)
        return call->command->run(call);
    return version ? show_version() : show_overview(call->help);
}

int main(int argc, char **argv)
{
    struct arena arena = {0};
    struct strbuf error = {0};
    struct command_call call;
    bool version;
    int skipped = argc > 0; /* the program's own name */
    int code = command_parse(&all_commands, &arena, argc - skipped,
                             (const char *const *)argv + skipped, &call, &version, &error);
    if (code)
        report_error("%s", strbuf_text(&error));
    else
        code = dispatch(&call, version);
    strbuf_finish(&error);
    arena_finish(&arena);
    return code;
}
