/* The difference of two texts as a unified diff (POSIX diff -u), for texts whose lines correspond
 * by number, as those of a text and its formatted form do: no lines are searched for.
 */
#ifndef CLI_LINE_DIFF_H
#define CLI_LINE_DIFF_H

#include "str.h"

/* Adds the diff to out; nothing if the texts are equal. Lines beyond the end of the other text are
 * removed or added at the end. */
void line_diff(const char *path, struct str before, struct str after, struct strbuf *out);

#endif
