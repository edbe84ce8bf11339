/* How a cycle is shown: "a" -> "b" -> "a", and a long one by its first members and its last. */
#ifndef COMPILER_CYCLE_TEXT_H
#define COMPILER_CYCLE_TEXT_H

#include "str.h"

#include <stdint.h>

/* Adds the name of the member at the place. */
typedef void cycle_name_fn(const void *context, uint32_t place, struct strbuf *out);

/* Whether the member at the place, of so many, is shown. */
bool cycle_is_shown(uint32_t place, uint32_t count);
/* Adds the members, then the first one again. */
void cycle_describe(uint32_t count, cycle_name_fn *add_name, const void *context,
                    struct strbuf *out);

#endif
