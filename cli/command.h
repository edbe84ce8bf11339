/* Commands as constants: one descriptor each, from which parsing, help and usage errors come.
 *
 * Options may stand anywhere behind the command and among its operands; "--" ends them. A command's
 * own options hide the global ones (-f/--file, -h/--help), which may stand before the command too.
 */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include "arena.h"
#include "str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a3s exits with; 128 + n when signal n ended it. X(name, code, meaning) */
#define EXIT_CODES(X)                                                                    \
    X(DONE, 0, "done; also \"up\" that Ctrl-C or \"down\" has ended")                    \
    X(FAILED, 1, "a service failed, or what was asked for was not reached")              \
    X(USAGE, 2, "the command line is wrong")                                             \
    X(NOT_RUNNING, 3, "nothing is running")                                              \
    X(INVALID, 4, "the A3sfile or plan is not valid, or a variable it needs is not set") \
    X(TAKEN, 5, "a port is taken, or somebody runs the project already")                 \
    X(TIMEOUT, 124, "waited too long")

enum exit_code {
#define X(name, code, meaning) CLI_##name = code,
    EXIT_CODES(X)
#undef X
};

enum option_kind {
    OPTION_FLAG,   /* bool */
    OPTION_TEXT,   /* const char *, NULL if not given */
    OPTION_NUMBER, /* long, at least 0; .initial if not given */
    OPTION_CHOICE, /* int, index into .choices, which ends with NULL; 0 if not given */
    OPTION_PAIRS,  /* struct option_pairs; may be given any number of times */
    OPTION_KIND_COUNT
};

struct option_pair { /* NAME=VALUE */
    const char *name, *value;
};

struct option_pairs {
    struct option_pair *items; /* in the order in which they were given */
    uint32_t count;
};

struct command_option {
    char letter; /* 0: none */
    const char *name;
    enum option_kind kind;
    size_t offset;     /* of the value in the command's options struct */
    const char *value; /* what the help calls the value; NULL for a flag */
    const char *summary;
    const char *const *choices;
    long initial;
};

/* The most that an options struct may take. */
#define COMMAND_OPTIONS_MAX 160

struct command;

struct command_table {
    const struct command *const *commands;
    size_t count;
};

struct command_call {
    const struct command *command;
    const struct command_table *table;
    struct arena *arena;         /* owns what the call needs until the process ends */
    const char *file;            /* -f, or NULL: the nearest A3sfile.hcl */
    struct option_pairs vars;    /* --var, of a command that compiles */
    const char *const *operands; /* operands[operand_count] is NULL */
    size_t operand_count;
    bool help; /* --help was asked for: nothing else has been checked */
    _Alignas(long) char options[COMMAND_OPTIONS_MAX];
};

struct command {
    const char *name;             /* one word, or two: "plan show" */
    const char *alias;            /* NULL, or another name */
    const char *const *elsewhere; /* NULL, or what other tools call it, up to a NULL: suggested */
    const char *summary;          /* one phrase */
    const char *operands; /* as the usage line shows them: "[SERVICE...]"; "" if there are none */
    const char *about;    /* NULL, or lines for its help */
    const struct command_option *options; /* ends with a row without a name; or NULL */
    size_t operands_min, operands_max;
    bool compiles;                               /* an A3sfile: takes --var */
    int (*run)(const struct command_call *call); /* an enum exit_code, or 128 + n */
};

#define COMMAND_OPERANDS_ANY SIZE_MAX
/* The options struct of a call. */
#define command_options(call, type)                \
    ((const type *)(const void *)(call)->options + \
     0 * sizeof(char[sizeof(type) <= COMMAND_OPTIONS_MAX ? 1 : -1]))

/* argv without the program's name. 0, or CLI_USAGE with what is wrong (and what was meant) in
 * out_error. No command at all, or "--version" alone, gives call->command NULL. */
int command_parse(const struct command_table *table, struct arena *arena, int argc,
                  const char *const *argv, struct command_call *out_call, bool *out_version,
                  struct strbuf *out_error);

/* What every command takes; ends with a row without a name. */
extern const struct command_option command_globals[];
/* Where the command's options stand (there may be no command): its own, what all have that compile,
 * the global ones. The first table that knows an option counts; NULL ends them. */
#define COMMAND_TABLES 4
void command_option_tables(const struct command *command,
                           const struct command_option *out_tables[COMMAND_TABLES]);
/* By letter, or by name if letter is 0; NULL if there is none. */
const struct command_option *command_option_find(const struct command *command, char letter,
                                                 struct str name);
/* As the help shows it: a global option lacks a letter that one of the command's own has. */
struct command_option command_option_shown(const struct command *command,
                                           const struct command_option *option);

/* By name or alias; NULL if there is none. */
const struct command *command_find(const struct command_table *table, const char *name);
/* "plan" of "plan show": what several names begin with. */
bool command_is_of_family(const struct command *command, const char *family);
/* Of "SERVICE -- COMMAND" what "[options]" stands behind: the bytes before " --", or all. */
size_t command_operands_before_options(const struct command *command);
/* The help of one command, and the list of all. */
void command_help(const struct command *command, struct strbuf *out);
void command_overview(const struct command_table *table, struct strbuf *out);

#endif
