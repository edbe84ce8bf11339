/* The types of values, as conversion and unification see them.
 *
 * Types are values: two that are equal need not be the same object. They live in the arena of the
 * evaluation; the primitive ones and "any" are constants.
 */
#ifndef COMPILER_TYPE_H
#define COMPILER_TYPE_H

#include "arena.h"
#include "str.h"

#include <stdint.h>

/* X(KIND, what a message calls it) */
#define TYPE_KINDS(X)   \
    X(ANY, "dynamic")   \
    X(STRING, "string") \
    X(NUMBER, "number") \
    X(BOOL, "bool")     \
    X(LIST, "list")     \
    X(SET, "set")       \
    X(MAP, "map")       \
    X(TUPLE, "tuple")   \
    X(OBJECT, "object")

enum type_kind {
#define X(kind, text) TYPE_##kind,
    TYPE_KINDS(X)
#undef X
        TYPE_KIND_COUNT
};

struct type {
    enum type_kind kind;
    const struct type *element; /* of LIST, SET and MAP */
    const struct type **parts;  /* of TUPLE and OBJECT */
    const struct str *names;    /* of OBJECT: rising by bytes, one for each part */
    uint32_t count;             /* of TUPLE and OBJECT */
};

extern const struct type type_any, type_string, type_number, type_bool;

const struct type *type_of_elements(struct arena *arena, enum type_kind kind,
                                    const struct type *element);
/* Takes parts (and names, for OBJECT) as they are. */
const struct type *type_of_parts(struct arena *arena, enum type_kind kind,
                                 const struct type **parts, const struct str *names,
                                 uint32_t count);

bool type_equal(const struct type *a, const struct type *b);
/* Some order of types, in which those that are equal give 0. */
int type_compare(const struct type *a, const struct type *b);
/* The part of that name, or NULL. */
const struct type *type_attribute(const struct type *object, struct str name);
/* "list of string". */
const char *type_name(struct arena *arena, const struct type *type);

static inline bool type_is_primitive(const struct type *type)
{
    return type->kind == TYPE_STRING || type->kind == TYPE_NUMBER || type->kind == TYPE_BOOL;
}

static inline bool type_is_collection(const struct type *type)
{
    return type->kind == TYPE_LIST || type->kind == TYPE_SET || type->kind == TYPE_MAP;
}

#endif
