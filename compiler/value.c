#include "value.h"

#include "array.h"

static const char *const kind_texts[] = {
#define X(kind, text) [VALUE_##kind] = text,
    VALUE_KINDS(X)
#undef X
};
_Static_assert(ARRAY_LEN(kind_texts) == VALUE_KIND_COUNT, "a text for each kind");

const char *value_kind_text(enum value_kind kind)
{
    return kind_texts[kind];
}

bool value_is_sequence(const struct value *value)
{
    return value->kind == VALUE_TUPLE || value->kind == VALUE_LIST || value->kind == VALUE_SET;
}

bool value_is_mapping(const struct value *value)
{
    return value->kind == VALUE_OBJECT || value->kind == VALUE_MAP;
}

bool value_to_string(const struct value *value, struct arena *arena, struct str *out_text)
{
    switch (value->kind) {
    case VALUE_STRING: *out_text = value->string; return true;
    case VALUE_NUMBER: *out_text = number_text(arena, &value->number); return true;
    case VALUE_BOOL: *out_text = str_from(value->boolean ? "true" : "false"); return true;
    default: return false;
    }
}

bool value_to_number(const struct value *value, struct arena *arena, struct number *out_number)
{
    if (value->kind == VALUE_STRING)
        return number_parse(arena, value->string, out_number);
    if (value->kind != VALUE_NUMBER)
        return false;
    *out_number = value->number;
    return true;
}

bool value_to_bool(const struct value *value, bool *out_boolean)
{
    if (value->kind == VALUE_BOOL) {
        *out_boolean = value->boolean;
        return true;
    }
    if (value->kind != VALUE_STRING)
        return false;
    bool truth = str_is(value->string, "true") || str_is(value->string, "1");
    if (!truth && !str_is(value->string, "false") && !str_is(value->string, "0"))
        return false;
    *out_boolean = truth;
    return true;
}

static const struct type *tuple_type(struct arena *arena, const struct value *value)
{
    const struct type **parts = arena_new(arena, const struct type *, value->tuple.count);
    for (uint32_t i = 0; i < value->tuple.count; i++)
        parts[i] = value_type(arena, &value->tuple.items[i]);
    return type_of_parts(arena, TYPE_TUPLE, parts, NULL, value->tuple.count);
}

static const struct type *object_type(struct arena *arena, const struct value *value)
{
    uint32_t count = value->object.count;
    const struct type **parts = arena_new(arena, const struct type *, count);
    struct str *names = arena_new(arena, struct str, count);
    for (uint32_t i = 0; i < count; i++) {
        names[i] = value->object.items[i].name;
        parts[i] = value_type(arena, &value->object.items[i].value);
    }
    return type_of_parts(arena, TYPE_OBJECT, parts, names, count);
}

const struct type *value_type(struct arena *arena, const struct value *value)
{
    switch (value->kind) {
    case VALUE_NULL: return value->null_type != NULL ? value->null_type : &type_any;
    case VALUE_BOOL: return &type_bool;
    case VALUE_NUMBER: return &type_number;
    case VALUE_STRING: return &type_string;
    case VALUE_TUPLE: return tuple_type(arena, value);
    case VALUE_OBJECT: return object_type(arena, value);
    case VALUE_LIST: return type_of_elements(arena, TYPE_LIST, value->tuple.element);
    case VALUE_SET: return type_of_elements(arena, TYPE_SET, value->tuple.element);
    case VALUE_MAP: return type_of_elements(arena, TYPE_MAP, value->object.element);
    case VALUE_LATER: return value->later.count > 0 ? &type_string : &type_any;
    case VALUE_UNKNOWN:
    case VALUE_KIND_COUNT: break;
    }
    return &type_any;
}

static bool sequences_equal(const struct value *a, const struct value *b)
{
    if (a->tuple.count != b->tuple.count)
        return false;
    if (a->kind != VALUE_TUPLE && !type_equal(a->tuple.element, b->tuple.element))
        return false;
    for (uint32_t i = 0; i < a->tuple.count; i++)
        if (!value_equal(&a->tuple.items[i], &b->tuple.items[i]))
            return false;
    return true;
}

static bool mappings_equal(const struct value *a, const struct value *b)
{
    if (a->object.count != b->object.count)
        return false;
    if (a->kind == VALUE_MAP && !type_equal(a->object.element, b->object.element))
        return false;
    for (uint32_t i = 0; i < a->object.count; i++)
        if (!str_equal(a->object.items[i].name, b->object.items[i].name) ||
            !value_equal(&a->object.items[i].value, &b->object.items[i].value))
            return false;
    return true;
}

bool value_equal(const struct value *a, const struct value *b)
{
    if (a->kind != b->kind)
        return false;
    switch (a->kind) {
    case VALUE_NULL: return true;
    case VALUE_BOOL: return a->boolean == b->boolean;
    case VALUE_NUMBER: return number_compare(&a->number, &b->number) == 0;
    case VALUE_STRING: return str_equal(a->string, b->string);
    default: return value_is_sequence(a) ? sequences_equal(a, b) : mappings_equal(a, b);
    }
}

static void merge_knowledge(enum value_kind part, enum value_kind *whole)
{
    if (part == VALUE_UNKNOWN || (part == VALUE_LATER && *whole != VALUE_UNKNOWN))
        *whole = part;
}

enum value_kind value_knowledge(const struct value *value)
{
    enum value_kind kind = value->kind;
    if (value_is_sequence(value))
        for (uint32_t i = 0; i < value->tuple.count && kind != VALUE_UNKNOWN; i++)
            merge_knowledge(value_knowledge(&value->tuple.items[i]), &kind);
    else if (value_is_mapping(value))
        for (uint32_t i = 0; i < value->object.count && kind != VALUE_UNKNOWN; i++)
            merge_knowledge(value_knowledge(&value->object.items[i].value), &kind);
    return kind;
}

static void measure(const struct value *value, uint32_t depth, const struct value_extent *limit,
                    struct value_extent *extent)
{
    extent->size++;
    extent->depth = depth > extent->depth ? depth : extent->depth;
    if (depth > limit->depth)
        return;
    bool sequence = value_is_sequence(value);
    uint32_t count = sequence ? value->tuple.count : 0;
    if (value_is_mapping(value))
        count = value->object.count;
    for (uint32_t i = 0; i < count && extent->size <= limit->size; i++)
        measure(sequence ? &value->tuple.items[i] : &value->object.items[i].value, depth + 1, limit,
                extent);
}

struct value_extent value_measure(const struct value *value, uint32_t size_max, uint32_t depth_max)
{
    struct value_extent extent = {0}, limit = {size_max, depth_max};
    measure(value, 1, &limit, &extent);
    return extent;
}

const struct value_member *value_find(const struct value *mapping, struct str name)
{
    uint32_t low = 0, high = mapping->object.count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        const struct value_member *member = &mapping->object.items[middle];
        int order = str_compare(name, member->name);
        if (order == 0)
            return member;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}
