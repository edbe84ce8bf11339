/* The schema for whoever documents it: what a value looks like, in words and in JSON.
 *
 * A new type is one row of the table in schema_doc.c.
 */
#ifndef COMPILER_SCHEMA_DOC_H
#define COMPILER_SCHEMA_DOC_H

#include "schema.h"

/* What a value may be in the JSON that "a3s hcl" prints. */
enum schema_kind {
    SCHEMA_KIND_BOOLEAN = 1,
    SCHEMA_KIND_INTEGER = 2,
    SCHEMA_KIND_STRING = 4,
    SCHEMA_KIND_ARRAY = 8,   /* of scalars */
    SCHEMA_KIND_OBJECT = 16, /* from names to scalars */
    SCHEMA_KIND_ANY = 31,    /* anything at all */
};

/* What an attribute's min and max count. */
enum schema_unit {
    SCHEMA_UNIT_NONE,
    SCHEMA_UNIT_ONE,
    SCHEMA_UNIT_MS,
    SCHEMA_UNIT_BYTES,
    SCHEMA_UNIT_COUNT
};

struct schema_shape {
    unsigned kinds; /* enum schema_kind */
    const char
        *pattern; /* ECMA 262, of strings; NULL: a string is an expression or a listed word */
    enum schema_unit unit;
};

extern const struct schema_shape schema_shapes[SCHEMA_TYPE_COUNT];

/* ECMA 262: a string of that JSON in which something is to be computed. */
#define SCHEMA_EXPRESSION "[$%][{]"
/* ECMA 262: the label of a block. */
#define SCHEMA_LABEL "^[A-Za-z0-9_][A-Za-z0-9_.-]*$"

/* "service", "service.health"; nothing for the root. */
void schema_path(enum schema_block_id id, struct strbuf *out);
/* "90s", "4KiB": in the largest unit that leaves nothing over. ms is not 0. */
void schema_show_duration(uint32_t ms, struct strbuf *out);
void schema_show_size(uint32_t bytes, struct strbuf *out);
/* "a whole number, 0 to 65535", "\"http\" or \"tcp\"". The usual range of durations goes without
 * saying: 1ms to 24h. */
void schema_phrase(const struct schema_attr *attr, struct strbuf *out);

#endif
