/* The order of members and of sets. */
#include "value.h"

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
    bool repeated;  /* an earlier one is the same */
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

static int order_of(const struct value *a, const struct value *b);

static int order_sequences(const struct value *a, const struct value *b)
{
    int order = 0;
    if (a->tuple.count != b->tuple.count)
        return a->tuple.count < b->tuple.count ? -1 : 1;
    for (uint32_t i = 0; i < a->tuple.count && order == 0; i++)
        order = order_of(&a->tuple.items[i], &b->tuple.items[i]);
    return order;
}

static int order_mappings(const struct value *a, const struct value *b)
{
    int order = 0;
    if (a->object.count != b->object.count)
        return a->object.count < b->object.count ? -1 : 1;
    for (uint32_t i = 0; i < a->object.count && order == 0; i++) {
        order = str_compare(a->object.items[i].name, b->object.items[i].name);
        if (order == 0)
            order = order_of(&a->object.items[i].value, &b->object.items[i].value);
    }
    return order;
}

/* Some order in which values of one type are next to those that equal them. */
static int order_of(const struct value *a, const struct value *b)
{
    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    switch (a->kind) {
    case VALUE_NULL: return 0;
    case VALUE_BOOL: return a->boolean - b->boolean;
    case VALUE_NUMBER: return number_compare(&a->number, &b->number);
    case VALUE_STRING: return str_compare(a->string, b->string);
    default: return value_is_sequence(a) ? order_sequences(a, b) : order_mappings(a, b);
    }
}

/* Of equal ones the first in the set comes first. */
static int compare_places(const void *left, const void *right)
{
    const struct keyed *a = *(struct keyed *const *)left, *b = *(struct keyed *const *)right;
    int order = order_of(&a->value, &b->value);
    return order != 0 ? order : a < b ? -1 : a > b;
}

/* Equal values have equal keys, but not the other way round: numbers are shortened in them. So what
 * is the same is found among those with one key, places being room for as many pointers. */
static void mark_repeated(struct keyed *run, uint32_t count, struct keyed **places)
{
    for (uint32_t i = 0; i < count; i++)
        places[i] = &run[i];
    qsort(places, count, sizeof(struct keyed *), compare_places);
    for (uint32_t i = 1; i < count; i++)
        places[i]->repeated = value_equal(&places[i - 1]->value, &places[i]->value);
}

void value_sort_set(struct arena *arena, struct value *set)
{
    uint32_t count = set->tuple.count, kept = 0;
    struct keyed *all = arena_new(arena, struct keyed, count);
    struct keyed *scratch = arena_new(arena, struct keyed, count);
    struct keyed **places = arena_new(arena, struct keyed *, count);
    struct value *items = arena_new(arena, struct value, count);
    for (uint32_t i = 0; i < count; i++)
        all[i] = (struct keyed){set->tuple.items[i], key_of(arena, &set->tuple.items[i]), false};
    sort(all, scratch, count, sizeof *all, compare_keyed);
    for (uint32_t first = 0, end; first < count; first = end) {
        for (end = first + 1; end < count && compare_keyed(&all[first], &all[end]) == 0;)
            end++;
        mark_repeated(&all[first], end - first, places);
    }
    for (uint32_t i = 0; i < count; i++)
        if (!all[i].repeated)
            items[kept++] = all[i].value;
    set->tuple.items = items;
    set->tuple.count = kept;
}
