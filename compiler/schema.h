/* What an A3sfile may say: the rows of schema.def as data.
 *
 * Read by the checker, by suggestions, and by whoever documents the language. The tables are
 * constant; a block's attributes lie side by side in the order in which they are documented.
 */
#ifndef COMPILER_SCHEMA_H
#define COMPILER_SCHEMA_H

#include "str.h"

#include <stdint.h>

/* Milliseconds in a day. */
#define SCHEMA_DURATION_MAX 86400000u
/* Bytes of a log file, and how many are kept. */
#define SCHEMA_SIZE_MAX     (2u << 30)
#define SCHEMA_LOG_SIZE_MIN 4096u
#define SCHEMA_LOG_KEEP_MAX 1000u

/* X(TYPE, "what a value must be", "how to write one") */
#define SCHEMA_TYPES(X)                                                                          \
    X(BOOL, "true or false", "write true or false")                                              \
    X(NUMBER, "a whole number", "write a number such as 8080")                                   \
    X(DURATION, "a duration",                                                                    \
      "write a number and its unit in quotes: \"500ms\", \"2s\", \"1h30m\"")                     \
    X(WORD, "a word", "write it in quotes")                                                      \
    X(PATH, "a path", "write it in quotes, relative to the A3sfile")                             \
    X(PATHS, "a list of strings", "write them in brackets: [\"src\"]")                           \
    X(FILES, "a string or a list of strings", "write \".env\" or [\".env\", \".env.local\"]")    \
    X(STRINGS, "a list of strings", "write them in brackets: [\"db\"]")                          \
    X(ENV, "a map of strings", "write { NAME = \"value\" }")                                     \
    X(COMMAND, "a string or a list of strings", "write \"npm start\" or [\"npm\", \"start\"]")   \
    X(SUBDOMAIN, "a string or null", "write \"api\", or null for a service without a host name") \
    X(DOMAIN, "a domain name", "write a name such as \"localhost\"")                             \
    X(URLPATH, "a path that begins with /", "write a path such as \"/health\"")                  \
    X(STATUS, "a status code or a range of them", "write \"200\" or \"200-399\"")                \
    X(SIZE, "a size", "write a number and its unit in quotes: \"512KiB\", \"10MiB\", \"1GiB\"")  \
    X(PATTERN, "a regular expression", "write one such as \"listening on port [0-9]+\"")         \
    X(TEXT, "a string", "write it in quotes")                                                    \
    X(ANY, "a value", "write any constant")

enum schema_type {
#define X(type, expected, form) SCHEMA_TYPE_##type,
    SCHEMA_TYPES(X)
#undef X
        SCHEMA_TYPE_COUNT
};

enum schema_block_id {
#define BLOCK(id, ...) SCHEMA_BLOCK_##id,
#define ATTR(...)
#define END(id)
#include "schema.def"
    SCHEMA_BLOCK_COUNT
};

/* SCHEMA_service_cmd and so on; SCHEMA_FIRST_service and SCHEMA_END_service enclose a block's. */
enum schema_attr_id {
#define BLOCK(id, ...)      SCHEMA_FIRST_##id, SCHEMA_BEFORE_##id = SCHEMA_FIRST_##id - 1,
#define ATTR(id, name, ...) SCHEMA_##id##_##name,
#define END(id)             SCHEMA_END_##id, SCHEMA_LAST_##id = SCHEMA_END_##id - 1,
#include "schema.def"
    SCHEMA_ATTR_COUNT
};

struct schema_attr {
    struct str name;
    enum schema_block_id block;
    enum schema_type type;
    bool required;
    const char *fallback; /* as it would be written; NULL: none */
    uint32_t min, max;
    const char *const *words; /* NULL-terminated; or NULL */
    size_t offset;            /* of the field in the block's struct */
    const char *doc;
};

struct schema_block {
    struct str name;
    enum schema_block_id parent;
    uint32_t labels;
    bool many, open; /* open: attributes may have any names */
    bool defaults;
    size_t target; /* of the pointer in the parent's struct */
    size_t size;   /* of the block's struct */
    const char *doc;
    uint32_t first, count; /* -> schema_attrs */
};

extern const struct schema_block schema_blocks[SCHEMA_BLOCK_COUNT];
extern const struct schema_attr schema_attrs[SCHEMA_ATTR_COUNT];

/* NULL if there is none of that name. */
const struct schema_attr *schema_find_attr(enum schema_block_id block, struct str name);
const struct schema_block *schema_find_block(enum schema_block_id parent, struct str name);
const char *schema_expected(enum schema_type type);
const char *schema_form(enum schema_type type);

#endif
