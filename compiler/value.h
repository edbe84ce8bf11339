/* The values of HCL expressions.
 *
 * A value knows where it was written, so that whoever rejects it can point at it. Strings, members
 * and elements lie in the arena of the compilation or in the source. VALUE_UNKNOWN is what an
 * expression gives for which a diagnostic was already made: whoever meets it says nothing.
 */
#ifndef COMPILER_VALUE_H
#define COMPILER_VALUE_H

#include "arena.h"
#include "source.h"
#include "str.h"

#include <stdbool.h>
#include <stdint.h>

/* X(KIND, "this is ...") */
#define VALUE_KINDS(X)    \
    X(UNKNOWN, "unknown") \
    X(NULL, "null")       \
    X(BOOL, "a bool")     \
    X(NUMBER, "a number") \
    X(STRING, "a string") \
    X(TUPLE, "a list")    \
    X(OBJECT, "an object")

enum value_kind {
#define X(kind, text) VALUE_##kind,
    VALUE_KINDS(X)
#undef X
        VALUE_KIND_COUNT
};

struct value_number {
    struct str text; /* decimal, as it was written */
    int64_t integer; /* if is_integer */
    bool is_integer; /* whole, and within int64_t */
};

struct value_member;

struct value {
    enum value_kind kind;
    struct span span;
    union {
        bool boolean;
        struct value_number number;
        struct str string;
        struct {
            struct value *items;
            uint32_t count;
        } tuple;
        struct {
            struct value_member *items; /* in source order; of two of a name the last holds */
            uint32_t count;
        } object;
    };
};

struct value_member {
    struct str name;
    struct span name_span;
    struct value value;
};

const char *value_kind_text(enum value_kind kind);

/* Reads [-]DIGITS[.DIGITS][e[+-]DIGITS]; false if the text is no number. */
bool value_parse_number(struct str text, struct value_number *out_number);

/* The conversions of HCL: a number or bool becomes a string, a string that is exactly a number or
 * "true" or "false" becomes one. False, and nothing done, if there is none. */
bool value_to_string(const struct value *value, struct arena *arena, struct str *out_text);
bool value_to_number(const struct value *value, struct value_number *out_number);
bool value_to_bool(const struct value *value, bool *out_boolean);

#endif
