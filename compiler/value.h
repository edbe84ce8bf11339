/* The values of HCL expressions.
 *
 * A value knows where it was written, so that whoever rejects it can point at it. Strings, members
 * and elements lie in the arena of the compilation or in the source; strings are NFC.
 *
 * VALUE_UNKNOWN is what an expression gives for which a diagnostic was already made: whoever meets
 * it says nothing. VALUE_LATER is a text that is known only at start (what env() finds, the port of
 * a service that gets a free one), as the pieces that it will be joined of. Templates and
 * containers keep it; whatever would have to look at it refuses it (later.h). One without pieces
 * stands for any element of a loop while its condition is tried. Both may stand inside tuples and
 * objects.
 */
#ifndef COMPILER_VALUE_H
#define COMPILER_VALUE_H

#include "number.h"
#include "source.h"
#include "type.h"

#include <stdbool.h>
#include <stdint.h>

/* X(KIND, "this is ...") */
#define VALUE_KINDS(X)                              \
    X(UNKNOWN, "unknown")                           \
    X(LATER, "a value that is known only at start") \
    X(NULL, "null")                                 \
    X(BOOL, "a bool")                               \
    X(NUMBER, "a number")                           \
    X(STRING, "a string")                           \
    X(TUPLE, "a list")                              \
    X(OBJECT, "an object")                          \
    X(LIST, "a list")                               \
    X(SET, "a set")                                 \
    X(MAP, "a map")

enum value_kind {
#define X(kind, text) VALUE_##kind,
    VALUE_KINDS(X)
#undef X
        VALUE_KIND_COUNT
};

struct value_member;

enum value_piece_kind {
    VALUE_PIECE_TEXT, /* known */
    VALUE_PIECE_ENV,  /* a variable of the environment of whoever loads the plan */
    VALUE_PIECE_PORT, /* the port of a service, in decimal */
};

struct value_piece {
    enum value_piece_kind kind;
    bool has_fallback;   /* ENV */
    uint32_t service;    /* PORT: index into model.services */
    struct str text;     /* TEXT: itself; ENV: the variable's name; PORT: the service's */
    struct str fallback; /* ENV, with has_fallback: what it is if it is not set */
    struct span span;    /* ENV, PORT: where it is asked for */
};

struct value {
    enum value_kind kind;
    struct span span;
    union {
        bool boolean;
        struct number number;
        struct str string;
        const struct type *null_type; /* NULL: any */
        struct {                      /* LATER */
            const struct value_piece *pieces;
            uint32_t count;
        } later;
        struct { /* TUPLE, LIST, SET (rising, each once) */
            struct value *items;
            uint32_t count;
            const struct type *element; /* LIST, SET */
        } tuple;
        struct {                        /* OBJECT, MAP */
            struct value_member *items; /* rising by the bytes of their names, each once */
            uint32_t count;
            const struct type *element; /* MAP */
        } object;
    };
};

struct value_member {
    struct str name;
    struct span name_span;
    struct span
        shadowed; /* an earlier name that this one replaced; its length is 0 if there is none */
    struct value value;
};

const char *value_kind_text(enum value_kind kind);

static inline struct value value_unknown(struct span span)
{
    return (struct value){.kind = VALUE_UNKNOWN, .span = span};
}

static inline struct value value_string(struct span span, struct str text)
{
    return (struct value){.kind = VALUE_STRING, .span = span, .string = text};
}

/* TUPLE, LIST or SET; OBJECT or MAP. */
bool value_is_sequence(const struct value *value);
bool value_is_mapping(const struct value *value);

/* The conversions of HCL between strings, numbers and bools: a number or bool becomes a string, a
 * string that is exactly a number, or "true", "false", "1" or "0", becomes one. False, and nothing
 * done, if there is none. */
bool value_to_string(const struct value *value, struct arena *arena, struct str *out_text);
bool value_to_number(const struct value *value, struct arena *arena, struct number *out_number);
bool value_to_bool(const struct value *value, bool *out_boolean);

const struct type *value_type(struct arena *arena, const struct value *value);
/* As "==" has it: never converts; null equals null. Neither holds UNKNOWN or LATER. */
bool value_equal(const struct value *a, const struct value *b);
/* VALUE_UNKNOWN if that is in it, else VALUE_LATER if that is, else its own kind. */
enum value_kind value_knowledge(const struct value *value);

/* How many values are in it, itself included, and how deep they nest. Counting ends once one of
 * them is above its limit. */
struct value_extent {
    uint32_t size, depth;
};
struct value_extent value_measure(const struct value *value, uint32_t size_max, uint32_t depth_max);

/* The member of that name, or NULL. */
const struct value_member *value_find(const struct value *mapping, struct str name);
/* Sorts the members by name; of two of a name the later one stays and notes the other. */
void value_sort_members(struct arena *arena, struct value *mapping);
/* Makes a set of the items as they are: sorts them and drops repetitions. */
void value_sort_set(struct arena *arena, struct value *set);

#endif
