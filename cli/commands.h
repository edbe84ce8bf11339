/* Every command, in the order in which the help lists them: one cmd_<name>.c each. */
#ifndef CLI_COMMANDS_H
#define CLI_COMMANDS_H

#include "command.h"

#define COMMANDS(X) \
    X(up)           \
    X(down)         \
    X(restart)      \
    X(reload)       \
    X(status)       \
    X(why)          \
    X(logs)         \
    X(top)          \
    X(fault)        \
    X(open)         \
    X(exec)         \
    X(validate)     \
    X(compile)      \
    X(run)          \
    X(plan_show)    \
    X(plan_diff)    \
    X(graph)        \
    X(explain)      \
    X(init)         \
    X(fmt)          \
    X(hcl)          \
    X(functions)    \
    X(schema)       \
    X(completion)   \
    X(help)

enum command_id {
#define X(id) COMMAND_##id,
    COMMANDS(X)
#undef X
        COMMAND_COUNT
};

#define X(id) extern const struct command cmd_##id;
COMMANDS(X)
#undef X

extern const struct command_table all_commands;

#endif
