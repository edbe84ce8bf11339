/* The reference page, docs/reference.md, whole: everything that stands in a3s's tables. */
#ifndef CLI_REFERENCE_H
#define CLI_REFERENCE_H

#include "command.h"

/* Markdown as GitHub reads it. The same bytes each time. */
void reference_markdown(const struct command_table *table, struct strbuf *out);

#endif
