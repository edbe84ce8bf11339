/* The schema as a JSON Schema (draft-07, which editors know best).
 *
 * It describes an A3sfile in the JSON that "a3s hcl FILE" prints: a block is an array of its bodies
 * under its name and its labels; what has to be computed is a string with "${" or "%{" in it.
 * Whatever "a3s validate" accepts is valid; what concerns several attributes or services is not
 * checked by it.
 */
#ifndef COMPILER_SCHEMA_JSON_H
#define COMPILER_SCHEMA_JSON_H

#include "str.h"

/* One object, indented by 2. Ends in a newline. */
void schema_json(struct strbuf *out);

#endif
