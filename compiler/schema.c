#include "schema.h"

#include "array.h"
#include "model.h"

enum { OPTIONAL, REQUIRED };
enum { ONE, MANY, OPEN };
enum { NOTHING, DEFAULTS };

#define NAME(literal)                \
    {                                \
        literal, sizeof(literal) - 1 \
    }

const struct schema_block schema_blocks[SCHEMA_BLOCK_COUNT] = {
#define BLOCK(id, name, parent, labels, count, absence, target, type, doc) \
    [SCHEMA_BLOCK_##id] = {NAME(name),                                     \
                           SCHEMA_BLOCK_##parent,                          \
                           labels,                                         \
                           count != ONE,                                   \
                           count == OPEN,                                  \
                           absence,                                        \
                           target,                                         \
                           sizeof(type),                                   \
                           doc,                                            \
                           SCHEMA_FIRST_##id,                              \
                           (uint32_t)SCHEMA_END_##id - (uint32_t)SCHEMA_FIRST_##id},
#define ATTR(...)
#define END(id)
#include "schema.def"
};

#define DURATION_MAX SCHEMA_DURATION_MAX
#define SIZE_LIMIT   SCHEMA_SIZE_MAX
#define LOG_SIZE_MIN SCHEMA_LOG_SIZE_MIN
#define LOG_KEEP_MAX SCHEMA_LOG_KEEP_MAX
#define WORDS(...)   ((const char *const[]){__VA_ARGS__, NULL})

const struct schema_attr schema_attrs[SCHEMA_ATTR_COUNT] = {
#define BLOCK(...)
#define ATTR(block, name, ...) ATTR_AS(block, name, name, __VA_ARGS__)
#define ATTR_AS(block, name, field, type, need, fallback, min, max, words, doc) \
    [SCHEMA_##block##_##name] = {NAME(#name),                                   \
                                 SCHEMA_BLOCK_##block,                          \
                                 SCHEMA_TYPE_##type,                            \
                                 need,                                          \
                                 fallback,                                      \
                                 min,                                           \
                                 max,                                           \
                                 words,                                         \
                                 offsetof(struct model_##block, field),         \
                                 doc},
#define END(id)
#include "schema.def"
};

/* struct model_block.broken has a bit for each attribute of a block. */
#define BLOCK(id, ...) \
    _Static_assert((uint32_t)SCHEMA_END_##id - (uint32_t)SCHEMA_FIRST_##id <= 32, "a bit each");
#define ATTR(...)
#define END(id)
#include "schema.def"

static const struct {
    const char *expected, *form;
} types[] = {
#define X(type, expected, form) [SCHEMA_TYPE_##type] = {expected, form},
    SCHEMA_TYPES(X)
#undef X
};
_Static_assert(ARRAY_LEN(types) == SCHEMA_TYPE_COUNT, "a row for each type");

const struct schema_attr *schema_find_attr(enum schema_block_id block, struct str name)
{
    const struct schema_attr *attr = &schema_attrs[schema_blocks[block].first];
    for (const struct schema_attr *end = attr + schema_blocks[block].count; attr < end; attr++)
        if (str_equal(attr->name, name))
            return attr;
    return NULL;
}

const struct schema_block *schema_find_block(enum schema_block_id parent, struct str name)
{
    for (uint32_t id = SCHEMA_BLOCK_root + 1; id < SCHEMA_BLOCK_COUNT; id++)
        if (schema_blocks[id].parent == parent && str_equal(schema_blocks[id].name, name))
            return &schema_blocks[id];
    return NULL;
}

const char *schema_expected(enum schema_type type)
{
    return types[type].expected;
}

const char *schema_form(enum schema_type type)
{
    return types[type].form;
}
