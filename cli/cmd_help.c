#include "commands.h"
#include "man.h"
#include "reference.h"
#include "report.h"

struct help_options {
    bool markdown, man;
};

static const struct command_option options[] = {
    {0, "markdown", OPTION_FLAG, offsetof(struct help_options, markdown), NULL,
     "print the reference page, which has everything", NULL, 0},
    {0, "man", OPTION_FLAG, offsetof(struct help_options, man), NULL,
     "print a manual page: of COMMAND, of A3sfile, or of a3s", NULL, 0},
    {0},
};

/* Those that are called "plan ...", one below the other. False: none is. */
static bool explain_family(const struct command_table *table, const char *family,
                           struct strbuf *text)
{
    bool any = false;
    for (size_t i = 0; *family && i < table->count; i++) {
        if (!command_is_of_family(table->commands[i], family))
            continue;
        strbuf_adds(text, any ? "\n" : "");
        command_help(table->commands[i], text);
        any = true;
    }
    return any;
}

/* "help plan show" is two operands and one name. */
static bool explain(const struct command_call *call, bool as_page, struct strbuf *text)
{
    struct strbuf name = {0};
    for (size_t i = 0; i < call->operand_count; i++)
        strbuf_addf(&name, "%s%s", i ? " " : "", call->operands[i]);
    const struct command *command = command_find(call->table, strbuf_text(&name));
    bool known = as_page ? man_page(call->table, strbuf_text(&name), text) : command != NULL;
    if (known && !as_page)
        command_help(command, text);
    else if (!as_page)
        known = explain_family(call->table, strbuf_text(&name), text);
    if (!known)
        report_error("there is no command \"%s\"; \"a3s help\" lists them", strbuf_text(&name));
    strbuf_finish(&name);
    return known;
}

static int run(const struct command_call *call)
{
    struct strbuf text = {0};
    const struct help_options *chosen = command_options(call, struct help_options);
    bool known = true;
    if (chosen->markdown)
        reference_markdown(call->table, &text);
    else if (call->operand_count == 0 && !chosen->man)
        command_overview(call->table, &text);
    else
        known = explain(call, chosen->man, &text);
    int code = known ? report_output(&text) : CLI_USAGE;
    strbuf_finish(&text);
    return code;
}

const struct command cmd_help = {
    .name = "help",
    .summary = "Explain a command, or list them all",
    .operands = "[COMMAND]",
    .options = options,
    .operands_max = 2,
    .run = run,
};
