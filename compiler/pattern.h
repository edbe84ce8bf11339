/* Regular expressions of the file that a3s itself will use: PCRE2, UTF-8. */
#ifndef COMPILER_PATTERN_H
#define COMPILER_PATTERN_H

#include "arena.h"
#include "str.h"

#include <stdbool.h>

#define PATTERN_MAX 32768 /* bytes */

/* False, with why and where in the pattern, if it is none. */
bool pattern_check(struct arena *arena, struct str pattern, size_t *out_offset,
                   const char **out_why);

#endif
