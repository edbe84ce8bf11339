/* What rooms that print JSON share (jansson). */
#ifndef BASE_JSON_PRINT_H
#define BASE_JSON_PRINT_H

#include "str.h"

#include <jansson.h>

/* Adds the value as every command prints JSON: indented by 2, a newline at the end. Takes the
 * reference. */
void json_print(json_t *value, struct strbuf *out);

/* Takes the reference to the value; the key is UTF-8. */
static inline void json_put(json_t *object, const char *key, json_t *value)
{
    json_object_set_new_nocheck(object, key, value);
}

#endif
