/* What may stand at the end of an unfinished command line. The shells ask for it through
 * "a3s completion --next"; their own scripts (completion_script) know nothing of a3s.
 */
#ifndef CLI_COMPLETION_H
#define CLI_COMPLETION_H

#include "command.h"

/* One candidate a line, with a tab and what it is behind it if there is something to say. Said
 * instead of a candidate where the shell's own file names are meant. */
#define COMPLETION_FILES ":files"

/* words are those behind the program's name; the last one is to be completed, and may be empty. The
 * names of services come from the A3sfile, right or wrong. */
void completion_next(const struct command_table *table, struct arena *arena,
                     const char *const *words, size_t count, struct strbuf *out);

enum completion_shell { COMPLETION_BASH, COMPLETION_ZSH, COMPLETION_FISH, COMPLETION_SHELL_COUNT };

extern const char *const completion_shells[COMPLETION_SHELL_COUNT + 1]; /* NULL at the end */
/* What the shell is to read once. */
const char *completion_script(enum completion_shell shell);

#endif
