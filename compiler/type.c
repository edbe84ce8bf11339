#include "type.h"

#include "array.h"

const struct type type_any = {.kind = TYPE_ANY};
const struct type type_string = {.kind = TYPE_STRING};
const struct type type_number = {.kind = TYPE_NUMBER};
const struct type type_bool = {.kind = TYPE_BOOL};

static const char *const names[] = {
#define X(kind, text) [TYPE_##kind] = text,
    TYPE_KINDS(X)
#undef X
};
_Static_assert(ARRAY_LEN(names) == TYPE_KIND_COUNT, "a name for each kind");

const struct type *type_of_elements(struct arena *arena, enum type_kind kind,
                                    const struct type *element)
{
    struct type *type = arena_new(arena, struct type, 1);
    *type = (struct type){.kind = kind, .element = element};
    return type;
}

const struct type *type_of_parts(struct arena *arena, enum type_kind kind,
                                 const struct type **parts, const struct str *part_names,
                                 uint32_t count)
{
    struct type *type = arena_new(arena, struct type, 1);
    *type = (struct type){.kind = kind, .parts = parts, .names = part_names, .count = count};
    return type;
}

int type_compare(const struct type *a, const struct type *b)
{
    int order = 0;
    if (a == b)
        return 0;
    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    if (type_is_collection(a))
        return type_compare(a->element, b->element);
    if (a->count != b->count)
        return a->count < b->count ? -1 : 1;
    for (uint32_t i = 0; i < a->count && order == 0; i++) {
        if (a->kind == TYPE_OBJECT)
            order = str_compare(a->names[i], b->names[i]);
        if (order == 0)
            order = type_compare(a->parts[i], b->parts[i]);
    }
    return order;
}

bool type_equal(const struct type *a, const struct type *b)
{
    return type_compare(a, b) == 0;
}

const struct type *type_attribute(const struct type *object, struct str name)
{
    uint32_t low = 0, high = object->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = str_compare(name, object->names[middle]);
        if (order == 0)
            return object->parts[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

const char *type_name(struct arena *arena, const struct type *type)
{
    if (!type_is_collection(type))
        return names[type->kind];
    if (type->element->kind == TYPE_ANY)
        return arena_printf(arena, "%s of any single type", names[type->kind]);
    return arena_printf(arena, "%s of %s", names[type->kind], type_name(arena, type->element));
}
