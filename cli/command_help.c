#include "command.h"

static void option_line(const struct command_option *option, struct strbuf *out)
{
    size_t start = out->len;
    if (option->letter)
        strbuf_addf(out, "  -%c, --%s", option->letter, option->name);
    else
        strbuf_addf(out, "      --%s", option->name);
    if (option->value)
        strbuf_addf(out, " %s", option->value);
    size_t width = out->len - start;
    strbuf_addn(out, ' ', width < 26 ? 26 - width : 2);
    strbuf_addf(out, "%s\n", option->summary);
}

struct command_option command_option_shown(const struct command *command,
                                           const struct command_option *option)
{
    struct command_option shown = *option;
    for (const struct command_option *own = command->options; own && own->name; own++) {
        if (own == option)
            return *option;
        if (own->letter == option->letter)
            shown.letter = 0;
    }
    return shown;
}

size_t command_operands_before_options(const struct command *command)
{
    const char *rest = strstr(command->operands, " -- ");
    return rest ? (size_t)(rest - command->operands) : strlen(command->operands);
}

void command_help(const struct command *command, struct strbuf *out)
{
    size_t before = command_operands_before_options(command);
    strbuf_addf(out, "usage: a3s %s%s%.*s [options]%s\n\n%s.\n", command->name, before ? " " : "",
                (int)before, command->operands, command->operands + before, command->summary);
    if (command->about)
        strbuf_addf(out, "\n%s\n", command->about);
    strbuf_adds(out, "\noptions:\n");
    const struct command_option *tables[COMMAND_TABLES];
    command_option_tables(command, tables);
    for (size_t i = 0; tables[i]; i++) {
        for (const struct command_option *row = tables[i]; row->name; row++) {
            struct command_option shown = command_option_shown(command, row);
            option_line(&shown, out);
        }
    }
    if (command->alias)
        strbuf_addf(out, "\nalso called: a3s %s\n", command->alias);
}

void command_overview(const struct command_table *table, struct strbuf *out)
{
    strbuf_adds(out, "usage: a3s [-f A3sfile.hcl] COMMAND [options]\n\n"
                     "Runs the services of an A3sfile on this machine.\n\ncommands:\n");
    for (size_t i = 0; i < table->count; i++)
        strbuf_addf(out, "  %-12s %s\n", table->commands[i]->name, table->commands[i]->summary);
    strbuf_adds(out, "\noptions:\n");
    for (const struct command_option *row = command_globals; row->name; row++)
        option_line(row, out);
    strbuf_adds(out, "      --version           show the version\n"
                     "\n\"a3s COMMAND --help\" explains a command.\n\nexit codes:\n");
#define X(name, code, meaning) strbuf_addf(out, "  %-7d %s\n", code, meaning);
    EXIT_CODES(X)
#undef X
    strbuf_adds(out, "  128+n   ended by signal n\n");
}
