#include "convert.h"

#include "vec.h"

struct types {
    const struct type **items;
    uint32_t count;
};

/* A type, and where it stands among the others. */
struct ranked {
    const struct type *type;
    uint32_t place;
};

static int compare_ranked(const void *left, const void *right)
{
    const struct ranked *a = left, *b = right;
    int order = type_compare(a->type, b->type);
    return order != 0 ? order : a->place < b->place ? -1 : a->place > b->place;
}

/* Each type once, in the order in which they first come. */
static struct types distinct(struct arena *arena, const struct type *const *types, uint32_t count)
{
    struct types kept = {arena_new(arena, const struct type *, count), 0};
    struct ranked *ranked = arena_new(arena, struct ranked, count);
    bool *repeated = arena_new(arena, bool, count);
    for (uint32_t i = 0; i < count; i++)
        ranked[i] = (struct ranked){types[i], i};
    qsort(ranked, count, sizeof *ranked, compare_ranked);
    for (uint32_t i = 1; i < count; i++)
        repeated[ranked[i].place] = type_equal(ranked[i - 1].type, ranked[i].type);
    for (uint32_t i = 0; i < count; i++)
        if (!repeated[i])
            kept.items[kept.count++] = types[i];
    return kept;
}

static bool all_convert(struct arena *arena, const struct types *types, const struct type *to)
{
    for (uint32_t i = 0; i < types->count; i++)
        if (!convert_exists(arena, types->items[i], to))
            return false;
    return true;
}

/* Which of two types holds the values of the other: negative if a does. */
static int compare_generality(const struct type *a, const struct type *b)
{
    if (a->kind == TYPE_ANY || b->kind == TYPE_ANY)
        return (a->kind == TYPE_ANY) - (b->kind == TYPE_ANY);
    if (type_is_primitive(a) && type_is_primitive(b))
        return (b->kind == TYPE_STRING) - (a->kind == TYPE_STRING);
    if (type_is_collection(a) && a->kind == b->kind)
        return compare_generality(a->element, b->element);
    static const uint8_t ranks[TYPE_KIND_COUNT] = {
        [TYPE_LIST] = 1, [TYPE_TUPLE] = 2, [TYPE_SET] = 3, [TYPE_MAP] = 5, [TYPE_OBJECT] = 6};
    uint8_t left = ranks[a->kind], right = ranks[b->kind];
    if (left != right && left > 0 && right > 0 && left / 4 == right / 4)
        return left < right ? -1 : 1;
    return 0;
}

/* The search takes time that grows with the cube of their number. */
#define TYPES_MAX 256u

/* The first in the order of generality that all others convert to. */
static const struct type *most_general(struct arena *arena, const struct types *types)
{
    if (types->count > TYPES_MAX)
        return NULL;
    bool *tried = arena_new(arena, bool, types->count);
    for (uint32_t round = 0; round < types->count; round++) {
        uint32_t best = types->count;
        for (uint32_t i = 0; i < types->count && best == types->count; i++) {
            bool first = !tried[i];
            for (uint32_t j = 0; j < types->count && first; j++)
                first = tried[j] || compare_generality(types->items[j], types->items[i]) >= 0;
            if (first)
                best = i;
        }
        if (best == types->count)
            return NULL;
        tried[best] = true;
        if (all_convert(arena, types, types->items[best]))
            return types->items[best];
    }
    return NULL;
}

/* A collection of what all parts of all types have in common. */
static const struct type *unify_parts(struct arena *arena, enum type_kind kind,
                                      const struct types *types)
{
    VEC(const struct type *) parts = {0};
    for (uint32_t i = 0; i < types->count; i++)
        for (uint32_t j = 0; j < types->items[i]->count; j++)
            *vec_push(arena, &parts) = types->items[i]->parts[j];
    const struct type *element = convert_unify(arena, parts.items, parts.count);
    if (element == NULL)
        return NULL;
    const struct type *result = type_of_elements(arena, kind, element);
    return all_convert(arena, types, result) ? result : NULL;
}

static bool same_shape(const struct type *a, const struct type *b)
{
    if (a->count != b->count)
        return false;
    for (uint32_t i = 0; a->kind == TYPE_OBJECT && i < a->count; i++)
        if (!str_equal(a->names[i], b->names[i]))
            return false;
    return true;
}

/* All objects, or all tuples: part by part if they have the same shape, else a map or list. */
static const struct type *unify_structures(struct arena *arena, const struct types *types)
{
    const struct type *first = types->items[0];
    enum type_kind collection = first->kind == TYPE_OBJECT ? TYPE_MAP : TYPE_LIST;
    for (uint32_t i = 1; i < types->count; i++)
        if (!same_shape(first, types->items[i]))
            return unify_parts(arena, collection, types);
    const struct type **parts = arena_new(arena, const struct type *, first->count);
    const struct type **across = arena_new(arena, const struct type *, types->count);
    for (uint32_t part = 0; part < first->count; part++) {
        for (uint32_t i = 0; i < types->count; i++)
            across[i] = types->items[i]->parts[part];
        parts[part] = convert_unify(arena, across, types->count);
        if (parts[part] == NULL)
            return NULL;
    }
    const struct type *result =
        type_of_parts(arena, first->kind, parts, first->names, first->count);
    return all_convert(arena, types, result) ? result : unify_parts(arena, collection, types);
}

static const struct type *unify_collections(struct arena *arena, const struct types *types)
{
    const struct type **elements = arena_new(arena, const struct type *, types->count);
    for (uint32_t i = 0; i < types->count; i++)
        elements[i] = types->items[i]->element;
    const struct type *element = convert_unify(arena, elements, types->count);
    if (element == NULL)
        return NULL;
    const struct type *result = type_of_elements(arena, types->items[0]->kind, element);
    return all_convert(arena, types, result) ? result : NULL;
}

/* Maps and objects, or lists and tuples: the structures as collections first, then all of them. */
static const struct type *unify_mixed(struct arena *arena, enum type_kind structure,
                                      enum type_kind collection, const struct types *types)
{
    struct types structures = {arena_new(arena, const struct type *, types->count), 0};
    for (uint32_t i = 0; i < types->count; i++)
        if (types->items[i]->kind == structure)
            structures.items[structures.count++] = types->items[i];
    const struct type *common = unify_parts(arena, collection, &structures);
    if (common == NULL)
        return NULL;
    const struct type **all = arena_new(arena, const struct type *, types->count);
    for (uint32_t i = 0; i < types->count; i++)
        all[i] = types->items[i]->kind == structure ? common : types->items[i];
    return convert_unify(arena, all, types->count);
}

static const struct type *unify_by_kind(struct arena *arena, const struct types *types,
                                        const uint32_t counts[TYPE_KIND_COUNT])
{
    static const struct {
        enum type_kind collection, structure;
    } mixes[] = {{TYPE_MAP, TYPE_OBJECT}, {TYPE_LIST, TYPE_TUPLE}};
    uint32_t any = counts[TYPE_ANY], all = types->count;
    for (size_t i = 0; i < 2; i++) {
        uint32_t collections = counts[mixes[i].collection], parts = counts[mixes[i].structure];
        if (collections > 0 && collections + any == all)
            return any > 0 ? &type_any : unify_collections(arena, types);
        if (collections > 0 && collections + parts + any == all) {
            const struct type *mixed =
                unify_mixed(arena, mixes[i].structure, mixes[i].collection, types);
            if (mixed != NULL && mixed->kind == mixes[i].collection)
                return mixed;
        } else if (parts > 0 && parts + any == all) {
            return any > 0 ? &type_any : unify_structures(arena, types);
        }
    }
    if (counts[TYPE_SET] > 0 && counts[TYPE_SET] + any == all)
        return any > 0 ? &type_any : unify_collections(arena, types);
    if (counts[TYPE_OBJECT] > 0 && counts[TYPE_TUPLE] > 0)
        return NULL;
    return most_general(arena, types);
}

const struct type *convert_unify(struct arena *arena, const struct type *const *types,
                                 uint32_t count)
{
    if (count == 0)
        return NULL;
    struct types each = distinct(arena, types, count);
    if (each.count == 1)
        return each.items[0];
    uint32_t counts[TYPE_KIND_COUNT] = {0};
    for (uint32_t i = 0; i < each.count; i++)
        counts[each.items[i]->kind]++;
    return unify_by_kind(arena, &each, counts);
}
