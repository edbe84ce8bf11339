#include "functions_parts.h"

static bool is_list(const struct value *value)
{
    return value->kind == VALUE_LIST || value->kind == VALUE_TUPLE;
}

/* What a list of a list's elements is: with the element type of a list or set, else a tuple. */
static const struct type *element_type(const struct value *sequence)
{
    return sequence->kind == VALUE_TUPLE ? NULL : sequence->tuple.element;
}

static void append(struct value *list, const struct value *items, uint32_t count)
{
    if (count > 0)
        memcpy(list->tuple.items + list->tuple.count, items, count * sizeof *items);
    list->tuple.count += count;
}

bool function_length(struct function_call *call, struct value *out)
{
    const struct value *value = &call->args[0];
    if (value_is_sequence(value))
        return function_give_int(value->tuple.count, out);
    if (value_is_mapping(value))
        return function_give_int(value->object.count, out);
    return function_fail(call,
                         "a list, set, map, tuple or object is required; the length of a text "
                         "is strlen()");
}

bool function_element(struct function_call *call, struct value *out)
{
    const struct value *list = &call->args[0];
    int index;
    if (!is_list(list))
        return function_fail(call, "%s has no elements to choose from",
                             value_kind_text(list->kind));
    if (!function_int(call, 1, &index))
        return false;
    if (list->tuple.count == 0)
        return function_fail(call, "the list is empty");
    int64_t at = index % (int64_t)list->tuple.count;
    *out = list->tuple.items[at < 0 ? at + list->tuple.count : at];
    return true;
}

bool function_coalesce(struct function_call *call, struct value *out)
{
    const struct type **types = arena_new(call->arena, const struct type *, call->count);
    for (uint32_t i = 0; i < call->count; i++)
        types[i] = value_type(call->arena, &call->args[i]);
    const struct type *type = convert_unify(call->arena, types, call->count);
    if (type == NULL)
        return function_fail(call, "all arguments must have the same type");
    for (uint32_t i = 0; i < call->count; i++) {
        if (call->args[i].kind == VALUE_NULL)
            continue;
        return convert_value(call->arena, &call->args[i], type, out, &call->why);
    }
    return function_fail(call, "all arguments are null");
}

bool function_coalescelist(struct function_call *call, struct value *out)
{
    if (call->count == 0)
        return function_fail(call, "at least one argument is required");
    for (uint32_t i = 0; i < call->count; i++)
        if (call->args[i].kind != VALUE_NULL && !is_list(&call->args[i]))
            return function_fail(call, "all arguments must be lists or tuples");
    for (uint32_t i = 0; i < call->count; i++) {
        if (call->args[i].kind == VALUE_NULL || call->args[i].tuple.count == 0)
            continue;
        *out = call->args[i];
        return true;
    }
    return function_fail(call, "all lists are empty");
}

bool function_compact(struct function_call *call, struct value *out)
{
    const struct value *list = &call->args[0];
    struct value result = function_new_list(call, list->tuple.count, &type_string);
    for (uint32_t i = 0; i < list->tuple.count; i++) {
        const struct value *item = &list->tuple.items[i];
        if (item->kind == VALUE_STRING && item->string.len > 0)
            append(&result, item, 1);
    }
    *out = result;
    return function_charge(call, list->tuple.count);
}

/* The element type that all lists have in common; NULL if one is a tuple, or there is none. */
static const struct type *common_element(struct function_call *call)
{
    const struct type **types = arena_new(call->arena, const struct type *, call->count);
    for (uint32_t i = 0; i < call->count; i++) {
        if (call->args[i].kind != VALUE_LIST)
            return NULL;
        types[i] = call->args[i].tuple.element;
    }
    return convert_unify(call->arena, types, call->count);
}

bool function_concat(struct function_call *call, struct value *out)
{
    uint32_t count = 0;
    if (call->count == 0)
        return function_fail(call, "at least one argument is required");
    for (uint32_t i = 0; i < call->count; i++) {
        if (!is_list(&call->args[i]))
            return function_reject(call, i, "a list or tuple is required, and this is %s",
                                   value_kind_text(call->args[i].kind));
        if (!function_charge(call, call->args[i].tuple.count))
            return false;
        count += call->args[i].tuple.count;
    }
    const struct type *element = common_element(call);
    struct value result = function_new_list(call, count, element);
    for (uint32_t i = 0; i < call->count; i++)
        append(&result, call->args[i].tuple.items, call->args[i].tuple.count);
    for (uint32_t i = 0; i < count && element != NULL; i++)
        if (!convert_value(call->arena, &result.tuple.items[i], element, &result.tuple.items[i],
                           &call->why))
            return false;
    *out = result;
    return true;
}

static bool has(const struct value *list, const struct value *wanted)
{
    for (uint32_t i = 0; i < list->tuple.count; i++)
        if (value_equal(&list->tuple.items[i], wanted))
            return true;
    return false;
}

bool function_contains(struct function_call *call, struct value *out)
{
    if (!value_is_sequence(&call->args[0]))
        return function_fail(call, "a list, tuple or set is required");
    if (!function_charge(call, call->args[0].tuple.count))
        return false;
    return function_give_bool(has(&call->args[0], &call->args[1]), out);
}

bool function_distinct(struct function_call *call, struct value *out)
{
    const struct value *list = &call->args[0];
    struct value result = function_new_list(call, list->tuple.count, list->tuple.element);
    for (uint32_t i = 0; i < list->tuple.count; i++) {
        if (!function_charge(call, result.tuple.count / 16 + 1))
            return false;
        if (!has(&result, &list->tuple.items[i]))
            append(&result, &list->tuple.items[i], 1);
    }
    *out = result;
    return true;
}

static uint64_t flat_count(const struct value *list)
{
    uint64_t count = 0;
    for (uint32_t i = 0; i < list->tuple.count; i++)
        count += value_is_sequence(&list->tuple.items[i]) ? flat_count(&list->tuple.items[i]) : 1;
    return count;
}

static void flatten(const struct value *list, struct value *result)
{
    for (uint32_t i = 0; i < list->tuple.count; i++) {
        if (value_is_sequence(&list->tuple.items[i]))
            flatten(&list->tuple.items[i], result);
        else
            append(result, &list->tuple.items[i], 1);
    }
}

bool function_flatten(struct function_call *call, struct value *out)
{
    if (!value_is_sequence(&call->args[0]))
        return function_fail(call, "only lists, sets and tuples can be flattened");
    uint64_t count = flat_count(&call->args[0]);
    if (!function_charge(call, count))
        return false;
    *out = function_new_list(call, (uint32_t)count, NULL);
    flatten(&call->args[0], out);
    return true;
}

bool function_reverse(struct function_call *call, struct value *out)
{
    const struct value *list = &call->args[0];
    if (!value_is_sequence(list))
        return function_reject(call, 0, "a list or tuple is required, and this is %s",
                               value_kind_text(list->kind));
    *out = function_new_list(call, list->tuple.count, element_type(list));
    for (uint32_t i = list->tuple.count; i-- > 0;)
        append(out, &list->tuple.items[i], 1);
    return function_charge(call, list->tuple.count);
}

/* An index into a list, its length included. */
static bool boundary(struct function_call *call, uint32_t arg, int64_t *out)
{
    int64_t at;
    if (!number_int64(&call->args[arg].number, &at))
        return function_reject(call, arg, "an index is a whole number");
    if (at < 0)
        return function_reject(call, arg, "an index is not negative");
    if (at > (int64_t)call->args[0].tuple.count)
        return function_reject(call, arg, "the list has only %u elements",
                               call->args[0].tuple.count);
    *out = at;
    return true;
}

bool function_slice(struct function_call *call, struct value *out)
{
    const struct value *list = &call->args[0];
    int64_t start, end;
    if (list->kind == VALUE_SET)
        return function_reject(call, 0,
                               "the elements of a set have no index; tolist() gives them "
                               "one");
    if (!is_list(list))
        return function_reject(call, 0, "a list or tuple is required");
    if (!boundary(call, 1, &start) || !boundary(call, 2, &end))
        return false;
    if (start > end)
        return function_reject(call, 1, "the start is behind the end");
    *out = *list;
    out->tuple.items += start;
    out->tuple.count = (uint32_t)(end - start);
    return true;
}

static int compare_strings(const void *left, const void *right)
{
    const struct value *a = left, *b = right;
    return str_compare(a->string, b->string);
}

bool function_sort(struct function_call *call, struct value *out)
{
    const struct value *list = &call->args[0];
    struct value result = function_new_list(call, list->tuple.count, &type_string);
    for (uint32_t i = 0; i < list->tuple.count; i++)
        if (list->tuple.items[i].kind == VALUE_NULL)
            return function_fail(call, "element %u is null", i);
    append(&result, list->tuple.items, list->tuple.count);
    if (result.tuple.count > 1)
        qsort(result.tuple.items, result.tuple.count, sizeof(struct value), compare_strings);
    *out = result;
    return function_charge(call, list->tuple.count);
}
