#include "commands.h"

static const struct command *const table[] = {
#define X(id) [COMMAND_##id] = &cmd_##id,
    COMMANDS(X)
#undef X
};
_Static_assert(sizeof table / sizeof *table == COMMAND_COUNT, "a row for each command");

const struct command_table all_commands = {table, COMMAND_COUNT};
