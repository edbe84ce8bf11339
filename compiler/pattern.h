/* Regular expressions of PCRE2 in UTF-8: those of the file that the runtime will use, and those of
 * regex(). */
#ifndef COMPILER_PATTERN_H
#define COMPILER_PATTERN_H

#include "arena.h"
#include "str.h"

#include <stdbool.h>
#include <stdint.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#define PATTERN_MAX 32768 /* bytes */

/* With the options of pcre2_compile besides; the caller frees. NULL, with why and where in the
 * pattern, if it is none. */
pcre2_code *pattern_compile(struct arena *arena, struct str pattern, uint32_t options,
                            size_t *out_offset, const char **out_why);

/* As pattern_compile, when only the answer matters. */
bool pattern_check(struct arena *arena, struct str pattern, size_t *out_offset,
                   const char **out_why);

#endif
