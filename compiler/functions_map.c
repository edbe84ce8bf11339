#include "functions_parts.h"

/* A tuple for an object, whose values may have any types; a list for a map. */
static struct value new_list_for(struct function_call *call, const struct value *mapping,
                                 const struct type *element)
{
    return function_new_list(call, mapping->object.count,
                             mapping->kind == VALUE_MAP ? element : NULL);
}

bool function_keys(struct function_call *call, struct value *out)
{
    const struct value *mapping = &call->args[0];
    if (!value_is_mapping(mapping))
        return function_reject(call, 0, "a map or object is required, and this is %s",
                               value_kind_text(mapping->kind));
    *out = new_list_for(call, mapping, &type_string);
    for (uint32_t i = 0; i < mapping->object.count; i++)
        out->tuple.items[out->tuple.count++] =
            value_string(mapping->object.items[i].name_span, mapping->object.items[i].name);
    return function_charge(call, mapping->object.count);
}

bool function_values(struct function_call *call, struct value *out)
{
    const struct value *mapping = &call->args[0];
    if (!value_is_mapping(mapping))
        return function_fail(call, "a map or object is required, and this is %s",
                             value_kind_text(mapping->kind));
    *out = new_list_for(call, mapping, mapping->object.element);
    for (uint32_t i = 0; i < mapping->object.count; i++)
        out->tuple.items[out->tuple.count++] = mapping->object.items[i].value;
    return function_charge(call, mapping->object.count);
}

bool function_lookup(struct function_call *call, struct value *out)
{
    const struct value *mapping = &call->args[0];
    if (!value_is_mapping(mapping))
        return function_reject(call, 0, "a map or object is required, and this is %s",
                               value_kind_text(mapping->kind));
    struct value fallback = call->args[2];
    if (mapping->kind == VALUE_MAP &&
        !convert_value(call->arena, &fallback, mapping->object.element, &fallback, &call->why))
        return function_reject(call, 2, "the default must have the type of the map's elements");
    const struct value_member *member = value_find(mapping, call->args[1].string);
    *out = member != NULL ? member->value : fallback;
    return true;
}

/* Whether all arguments have the type of the first; null objects have no attributes. */
static bool one_type(struct function_call *call)
{
    static const struct type empty = {.kind = TYPE_OBJECT};
    const struct type *first = NULL;
    for (uint32_t i = 0; i < call->count; i++) {
        const struct type *type = value_type(call->arena, &call->args[i]);
        if (call->args[i].kind == VALUE_NULL && type->kind == TYPE_OBJECT)
            type = &empty;
        if (first != NULL && !type_equal(first, type))
            return false;
        first = first == NULL ? type : first;
    }
    return true;
}

static bool can_merge(struct function_call *call, uint32_t *out_count)
{
    for (uint32_t i = 0; i < call->count; i++) {
        enum type_kind kind = value_type(call->arena, &call->args[i])->kind;
        if (call->args[i].kind == VALUE_NULL &&
            (kind == TYPE_ANY || kind == TYPE_MAP || kind == TYPE_OBJECT))
            continue;
        if (!value_is_mapping(&call->args[i]))
            return function_fail(call, "all arguments must be maps or objects, and one is %s",
                                 value_kind_text(call->args[i].kind));
        if (!function_charge(call, call->args[i].object.count))
            return false;
        *out_count += call->args[i].object.count;
    }
    return true;
}

bool function_merge(struct function_call *call, struct value *out)
{
    uint32_t count = 0;
    if (!can_merge(call, &count))
        return false;
    struct value result = {.kind = VALUE_OBJECT, .span = call->expr->span};
    result.object.items = arena_new(call->arena, struct value_member, count);
    bool maps = call->count > 0 && one_type(call);
    for (uint32_t i = 0; i < call->count; i++) {
        const struct value *from = &call->args[i];
        if (from->kind == VALUE_NULL)
            continue;
        if (from->kind == VALUE_MAP && maps) {
            result.kind = VALUE_MAP;
            result.object.element = from->object.element;
        }
        for (uint32_t j = 0; j < from->object.count; j++)
            result.object.items[result.object.count++] = from->object.items[j];
    }
    value_sort_members(call->arena, &result);
    for (uint32_t i = 0; i < result.object.count; i++)
        result.object.items[i].shadowed = (struct span){0};
    *out = result;
    return true;
}

bool function_zipmap(struct function_call *call, struct value *out)
{
    const struct value *keys = &call->args[0], *values = &call->args[1];
    struct value result = {.kind = VALUE_OBJECT, .span = call->expr->span};
    if (values->kind != VALUE_LIST && values->kind != VALUE_TUPLE)
        return function_fail(call, "the values must be a list or tuple");
    if (keys->tuple.count != values->tuple.count)
        return function_fail(call, "there are %u keys and %u values", keys->tuple.count,
                             values->tuple.count);
    if (!function_charge(call, keys->tuple.count))
        return false;
    if (values->kind == VALUE_LIST) {
        result.kind = VALUE_MAP;
        result.object.element = values->tuple.element;
    }
    result.object.items = arena_new(call->arena, struct value_member, keys->tuple.count);
    for (uint32_t i = 0; i < keys->tuple.count; i++) {
        const struct value *key = &keys->tuple.items[i];
        if (key->kind == VALUE_NULL)
            return function_fail(call, "key %u is null", i);
        result.object.items[result.object.count++] = (struct value_member){
            .name = key->string, .name_span = key->span, .value = values->tuple.items[i]};
    }
    value_sort_members(call->arena, &result);
    for (uint32_t i = 0; i < result.object.count; i++)
        result.object.items[i].shadowed = (struct span){0};
    *out = result;
    return true;
}
