/* Commands: as arguments, as a line for a shell, and as what an A3sfile's cmd has. */
#ifndef IMPORT_ARGUMENTS_H
#define IMPORT_ARGUMENTS_H

#include "dollar.h"

struct arguments {
    VEC(struct dollar_text) items;
};

void arguments_add(struct arena *arena, struct arguments *arguments, struct dollar_text text);
/* A constant; text ends in a NUL. */
void arguments_addf(struct arena *arena, struct arguments *arguments, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Splits as a compose file's command is split: at blanks, with quotes and backslashes, and nothing
 * else that a shell knows. A ${...} is never split. False: a quote has no end. */
bool arguments_split(struct arena *arena, struct str line, struct arguments *out);

/* The arguments as the value of a cmd: a string if it would be split into just these again, else a
 * list. "sh -c LINE" is the line. */
struct str arguments_hcl(struct arena *arena, const struct arguments *arguments);
/* A line for /bin/sh as the value of a cmd; one that needs bash is given to bash. */
struct str shell_hcl(struct arena *arena, struct str line);

#endif
