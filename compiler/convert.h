/* Conversion of values to types and unification of types, by the rules of go-cty (cty/convert).
 *
 * UNKNOWN and LATER convert to anything. A null takes the type that is wanted.
 */
#ifndef COMPILER_CONVERT_H
#define COMPILER_CONVERT_H

#include "value.h"

/* False, with why in *out_why ("a number is required") and out untouched, if the value has no
 * counterpart of that type. The span stays. out may be value. */
bool convert_value(struct arena *arena, const struct value *value, const struct type *want,
                   struct value *out, const char **out_why);

/* Whether values of the one type may become values of the other; some of them then still may not
 * ("x" is no number). */
bool convert_exists(struct arena *arena, const struct type *from, const struct type *to);

/* The most general type that all of them convert to; NULL if there is none, or count is 0. */
const struct type *convert_unify(struct arena *arena, const struct type *const *types,
                                 uint32_t count);

#endif
