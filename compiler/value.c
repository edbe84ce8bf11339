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

/* A merge sort: stable, and its memory lies in the arena. */
static void sort(void *items, void *scratch, size_t count, size_t size,
                 int (*compare)(const void *, const void *))
{
    if (count < 2)
        return;
    size_t half = count / 2, left = 0, right = half;
    char *from = items, *to = scratch;
    sort(from, to, half, size, compare);
    sort(from + half * size, to, count - half, size, compare);
    if (compare(from + (half - 1) * size, from + half * size) <= 0)
        return;
    for (size_t i = 0; i < count; i++) {
        bool take_left = right == count ||
                         (left < half && compare(from + left * size, from + right * size) <= 0);
        memcpy(to + i * size, from + (take_left ? left++ : right++) * size, size);
    }
    memcpy(from, to, count * size);
}

static int compare_members(const void *left, const void *right)
{
    const struct value_member *a = left, *b = right;
    return str_compare(a->name, b->name);
}

void value_sort_members(struct arena *arena, struct value *mapping)
{
    struct value_member *items = mapping->object.items;
    uint32_t count = mapping->object.count, kept = 0;
    bool sorted = true;
    for (uint32_t i = 1; i < count && sorted; i++)
        sorted = str_compare(items[i - 1].name, items[i].name) < 0;
    if (sorted)
        return;
    struct arena_mark before = arena_mark(arena);
    struct value_member *scratch = arena_new(arena, struct value_member, count);
    sort(items, scratch, count, sizeof *items, compare_members);
    arena_rewind(arena, before);
    for (uint32_t i = 0; i < count; i++) {
        if (kept > 0 && str_equal(items[kept - 1].name, items[i].name)) {
            items[i].shadowed = items[kept - 1].name_span;
            kept--;
        }
        items[kept++] = items[i];
    }
    mapping->object.count = kept;
}

/* Sets */

/* What a set sorts by, where its elements are not of one primitive type: a text in which elements
 * stand one after another, as go-cty orders them. */
static void write_key(const struct value *value, struct strbuf *out)
{
    switch (value->kind) {
    case VALUE_NULL: strbuf_addc(out, '~'); return;
    case VALUE_BOOL: strbuf_addc(out, value->boolean ? 'T' : 'F'); return;
    case VALUE_NUMBER: number_format(&value->number, 'g', "", -1, 10, out); return;
    case VALUE_STRING:
        strbuf_addc(out, '"');
        strbuf_add_str(out, value->string);
        strbuf_addc(out, '"');
        return;
    default: break;
    }
    bool sequence = value_is_sequence(value),
         structural = value->kind == VALUE_TUPLE || value->kind == VALUE_OBJECT;
    strbuf_addc(out, structural ? '<' : sequence ? '[' : '{');
    for (uint32_t i = 0; sequence && i < value->tuple.count; i++) {
        write_key(&value->tuple.items[i], out);
        strbuf_addc(out, ';');
    }
    for (uint32_t i = 0; value_is_mapping(value) && i < value->object.count; i++) {
        if (!structural)
            strbuf_addf(out, "\"%.*s\":", STR_ARG(value->object.items[i].name));
        write_key(&value->object.items[i].value, out);
        strbuf_addc(out, ';');
    }
    strbuf_addc(out, structural ? '>' : sequence ? ']' : '}');
}

struct keyed {
    struct value value;
    struct str key; /* only if the values are not primitive */
};

static int compare_keyed(const void *left, const void *right)
{
    const struct keyed *a = left, *b = right;
    if (a->value.kind == VALUE_NULL || b->value.kind == VALUE_NULL)
        return (a->value.kind == VALUE_NULL) - (b->value.kind == VALUE_NULL);
    if (a->value.kind != b->value.kind)
        return a->value.kind < b->value.kind ? -1 : 1;
    switch (a->value.kind) {
    case VALUE_STRING: return str_compare(a->value.string, b->value.string);
    case VALUE_NUMBER: return number_compare(&a->value.number, &b->value.number);
    case VALUE_BOOL: return a->value.boolean - b->value.boolean;
    default: return str_compare(a->key, b->key);
    }
}

static struct str key_of(struct arena *arena, const struct value *value)
{
    struct strbuf text = {0};
    if (!value_is_sequence(value) && !value_is_mapping(value))
        return STR("");
    write_key(value, &text);
    return strbuf_move(&text, arena);
}

/* Equal values have equal keys, but not the other way round: numbers are shortened in them. */
static bool already_in(const struct keyed *keyed, const struct keyed *all, uint32_t at)
{
    for (uint32_t i = at; i-- > 0 && compare_keyed(&all[i], keyed) == 0;)
        if (value_equal(&all[i].value, &keyed->value))
            return true;
    return false;
}

void value_sort_set(struct arena *arena, struct value *set)
{
    uint32_t count = set->tuple.count, kept = 0;
    struct keyed *all = arena_new(arena, struct keyed, count);
    struct keyed *scratch = arena_new(arena, struct keyed, count);
    struct value *items = arena_new(arena, struct value, count);
    for (uint32_t i = 0; i < count; i++)
        all[i] = (struct keyed){set->tuple.items[i], key_of(arena, &set->tuple.items[i])};
    sort(all, scratch, count, sizeof *all, compare_keyed);
    for (uint32_t i = 0; i < count; i++)
        if (!already_in(&all[i], all, i))
            items[kept++] = all[i].value;
    set->tuple.items = items;
    set->tuple.count = kept;
}
