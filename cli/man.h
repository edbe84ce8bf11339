/* Manual pages, out of the descriptors that the help comes from too: a3s(1), one for each command,
 * a3s-up(1), and A3sfile(5) out of the schema. The macros are those of man(7).
 */
#ifndef CLI_MAN_H
#define CLI_MAN_H

#include "command.h"

#define MAN_FILE_PAGE "A3sfile"

/* The page of a command, of MAN_FILE_PAGE, or of a3s itself for an empty name. False: there is
 * none. The same bytes each time. */
bool man_page(const struct command_table *table, const char *name, struct strbuf *out);

#endif
