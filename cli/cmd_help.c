#include "commands.h"
#include "report.h"

/* "help plan show" is two operands and one name. */
static int run(const struct command_call *call)
{
    struct strbuf text = {0}, name = {0};
    for (size_t i = 0; i < call->operand_count; i++)
        strbuf_addf(&name, "%s%s", i ? " " : "", call->operands[i]);
    const struct command *command = command_find(call->table, strbuf_text(&name));
    int code = CLI_USAGE;
    if (command)
        command_help(command, &text);
    else if (!name.len)
        command_overview(call->table, &text);
    else
        report_error("there is no command \"%s\"; \"a3s help\" lists them", name.ptr);
    if (text.len)
        code = report_output(&text);
    strbuf_finish(&text);
    strbuf_finish(&name);
    return code;
}

const struct command cmd_help = {
    .name = "help",
    .summary = "Explain a command, or list them all",
    .operands = "[COMMAND]",
    .operands_max = 2,
    .run = run,
};
