#include "convert.h"

static bool mismatch(struct arena *arena, const struct type *from, const struct type *to,
                     const char **out_why)
{
    *out_why = arena_printf(arena, "%s required, but this is %s", type_name(arena, to),
                            type_name(arena, from));
    return false;
}

/* Whether there is a conversion, by types alone */

static bool parts_convert(struct arena *arena, const struct type *from, const struct type *element)
{
    for (uint32_t i = 0; i < from->count; i++)
        if (!convert_exists(arena, from->parts[i], element))
            return false;
    return true;
}

/* To a collection of any one type: the elements must have a type in common. */
static bool has_common_type(struct arena *arena, const struct type *from, const struct type **out)
{
    *out = from->count == 0 ? &type_any : convert_unify(arena, from->parts, from->count);
    if (*out == NULL)
        return false;
    for (uint32_t i = 0; (*out)->kind == TYPE_ANY && i < from->count; i++)
        if (from->parts[i]->kind != TYPE_ANY)
            return false;
    return true;
}

static bool structure_converts(struct arena *arena, const struct type *from, const struct type *to)
{
    const struct type *element = to->element;
    if (element->kind == TYPE_ANY)
        return has_common_type(arena, from, &element);
    return parts_convert(arena, from, element);
}

static bool objects_convert(struct arena *arena, const struct type *from, const struct type *to)
{
    for (uint32_t i = 0; i < to->count; i++) {
        const struct type *part =
            from->kind == TYPE_MAP ? from->element : type_attribute(from, to->names[i]);
        if (part == NULL || !convert_exists(arena, part, to->parts[i]))
            return false;
    }
    return true;
}

static bool tuples_convert(struct arena *arena, const struct type *from, const struct type *to)
{
    if (from->count != to->count)
        return false;
    for (uint32_t i = 0; i < to->count; i++)
        if (!convert_exists(arena, from->parts[i], to->parts[i]))
            return false;
    return true;
}

bool convert_exists(struct arena *arena, const struct type *from, const struct type *to)
{
    if (to->kind == TYPE_ANY || from->kind == TYPE_ANY || type_equal(from, to))
        return true;
    bool sequence = from->kind == TYPE_LIST || from->kind == TYPE_SET;
    switch (to->kind) {
    case TYPE_STRING: return from->kind == TYPE_NUMBER || from->kind == TYPE_BOOL;
    case TYPE_NUMBER:
    case TYPE_BOOL: return from->kind == TYPE_STRING;
    case TYPE_LIST:
    case TYPE_SET:
        if (from->kind == TYPE_TUPLE)
            return structure_converts(arena, from, to);
        return sequence && convert_exists(arena, from->element, to->element);
    case TYPE_MAP:
        if (from->kind == TYPE_OBJECT)
            return structure_converts(arena, from, to);
        return from->kind == TYPE_MAP && convert_exists(arena, from->element, to->element);
    case TYPE_OBJECT:
        return (from->kind == TYPE_OBJECT || from->kind == TYPE_MAP) &&
               objects_convert(arena, from, to);
    case TYPE_TUPLE: return from->kind == TYPE_TUPLE && tuples_convert(arena, from, to);
    default: return false;
    }
}

/* Values */

static bool convert_primitive(struct arena *arena, const struct value *value,
                              const struct type *want, struct value *out, const char **out_why)
{
    struct value result = {.span = value->span};
    switch (want->kind) {
    case TYPE_STRING:
        result.kind = VALUE_STRING;
        if (value_to_string(value, arena, &result.string))
            break;
        return mismatch(arena, value_type(arena, value), want, out_why);
    case TYPE_NUMBER:
        result.kind = VALUE_NUMBER;
        if (value_to_number(value, arena, &result.number))
            break;
        *out_why = "a number is required";
        return false;
    default:
        result.kind = VALUE_BOOL;
        if (value_to_bool(value, &result.boolean))
            break;
        *out_why = "a bool is required: true or false";
        return false;
    }
    *out = result;
    return true;
}

/* The type the elements of a collection are to have: the wanted one, or if that may be any, the one
 * they have in common. NULL if there is none. */
static const struct type *element_type(struct arena *arena, const struct value *value,
                                       const struct type *want)
{
    const struct type *from = value_type(arena, value), *common;
    if (want->element->kind != TYPE_ANY)
        return want->element;
    if (type_is_collection(from))
        return from->element;
    return has_common_type(arena, from, &common) ? common : NULL;
}

static bool convert_to_sequence(struct arena *arena, const struct value *value,
                                const struct type *want, struct value *out, const char **out_why)
{
    struct value result = {.kind = want->kind == TYPE_LIST ? VALUE_LIST : VALUE_SET,
                           .span = value->span};
    if (!value_is_sequence(value))
        return mismatch(arena, value_type(arena, value), want, out_why);
    result.tuple.element = element_type(arena, value, want);
    if (result.tuple.element == NULL) {
        *out_why = "all elements must have the same type";
        return false;
    }
    result.tuple.items = arena_new(arena, struct value, value->tuple.count);
    for (uint32_t i = 0; i < value->tuple.count; i++)
        if (!convert_value(arena, &value->tuple.items[i], result.tuple.element,
                           &result.tuple.items[result.tuple.count++], out_why)) {
            *out_why = arena_printf(arena, "element %u: %s", i, *out_why);
            return false;
        }
    if (want->kind == TYPE_SET)
        value_sort_set(arena, &result);
    *out = result;
    return true;
}

static bool convert_to_map(struct arena *arena, const struct value *value, const struct type *want,
                           struct value *out, const char **out_why)
{
    struct value result = {.kind = VALUE_MAP, .span = value->span};
    if (!value_is_mapping(value))
        return mismatch(arena, value_type(arena, value), want, out_why);
    result.object.element = element_type(arena, value, want);
    if (result.object.element == NULL) {
        *out_why = "all elements must have the same type";
        return false;
    }
    result.object.items = arena_new(arena, struct value_member, value->object.count);
    for (uint32_t i = 0; i < value->object.count; i++) {
        struct value_member *member = &result.object.items[result.object.count++];
        *member = value->object.items[i];
        if (!convert_value(arena, &member->value, result.object.element, &member->value, out_why)) {
            *out_why = arena_printf(arena, "element \"%.*s\": %s", STR_ARG(member->name), *out_why);
            return false;
        }
    }
    *out = result;
    return true;
}

static bool convert_to_object(struct arena *arena, const struct value *value,
                              const struct type *want, struct value *out, const char **out_why)
{
    struct value result = {.kind = VALUE_OBJECT, .span = value->span};
    if (!value_is_mapping(value))
        return mismatch(arena, value_type(arena, value), want, out_why);
    result.object.items = arena_new(arena, struct value_member, want->count);
    for (uint32_t i = 0; i < want->count; i++) {
        const struct value_member *from = value_find(value, want->names[i]);
        struct value_member *member = &result.object.items[result.object.count++];
        if (from == NULL) {
            *out_why =
                arena_printf(arena, "attribute \"%.*s\" is required", STR_ARG(want->names[i]));
            return false;
        }
        *member = *from;
        if (!convert_value(arena, &from->value, want->parts[i], &member->value, out_why))
            return false;
    }
    *out = result;
    return true;
}

static bool convert_to_tuple(struct arena *arena, const struct value *value,
                             const struct type *want, struct value *out, const char **out_why)
{
    struct value result = {.kind = VALUE_TUPLE, .span = value->span};
    if (value->kind != VALUE_TUPLE || value->tuple.count != want->count)
        return mismatch(arena, value_type(arena, value), want, out_why);
    result.tuple.items = arena_new(arena, struct value, want->count);
    for (uint32_t i = 0; i < want->count; i++)
        if (!convert_value(arena, &value->tuple.items[i], want->parts[i],
                           &result.tuple.items[result.tuple.count++], out_why))
            return false;
    *out = result;
    return true;
}

static bool is_primitive_of(const struct value *value, const struct type *type)
{
    return (value->kind == VALUE_STRING && type->kind == TYPE_STRING) ||
           (value->kind == VALUE_NUMBER && type->kind == TYPE_NUMBER) ||
           (value->kind == VALUE_BOOL && type->kind == TYPE_BOOL);
}

bool convert_value(struct arena *arena, const struct value *value, const struct type *want,
                   struct value *out, const char **out_why)
{
    if (want->kind == TYPE_ANY || value->kind == VALUE_UNKNOWN || value->kind == VALUE_LATER ||
        is_primitive_of(value, want)) {
        *out = *value;
        return true;
    }
    if (value->kind == VALUE_NULL) {
        const struct type *from = value_type(arena, value);
        if (!convert_exists(arena, from, want))
            return mismatch(arena, from, want, out_why);
        *out = (struct value){.kind = VALUE_NULL, .span = value->span, .null_type = want};
        return true;
    }
    if (type_is_primitive(want)) {
        const struct type *from = value_type(arena, value);
        if (!convert_exists(arena, from, want))
            return mismatch(arena, from, want, out_why);
        return convert_primitive(arena, value, want, out, out_why);
    }
    if (type_is_collection(want)) {
        const struct type *from = value_type(arena, value);
        if (type_equal(from, want)) {
            *out = *value;
            return true;
        }
        return want->kind == TYPE_MAP ? convert_to_map(arena, value, want, out, out_why)
                                      : convert_to_sequence(arena, value, want, out, out_why);
    }
    return want->kind == TYPE_OBJECT ? convert_to_object(arena, value, want, out, out_why)
                                     : convert_to_tuple(arena, value, want, out, out_why);
}
