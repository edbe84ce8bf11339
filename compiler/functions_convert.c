#include "functions_parts.h"

static bool convert_to(struct function_call *call, const struct type *type, struct value *out)
{
    const char *why;
    uint64_t units = value_is_sequence(&call->args[0])  ? call->args[0].tuple.count
                     : value_is_mapping(&call->args[0]) ? call->args[0].object.count
                                                        : 0;
    if (!function_charge(call, units))
        return false;
    if (convert_value(call->arena, &call->args[0], type, out, &why))
        return true;
    return function_reject(call, 0, "%s", why);
}

bool function_tostring(struct function_call *call, struct value *out)
{
    return convert_to(call, &type_string, out);
}

bool function_tonumber(struct function_call *call, struct value *out)
{
    return convert_to(call, &type_number, out);
}

bool function_tobool(struct function_call *call, struct value *out)
{
    return convert_to(call, &type_bool, out);
}

bool function_tolist(struct function_call *call, struct value *out)
{
    static const struct type type = {.kind = TYPE_LIST, .element = &type_any};
    return convert_to(call, &type, out);
}

bool function_toset(struct function_call *call, struct value *out)
{
    static const struct type type = {.kind = TYPE_SET, .element = &type_any};
    return convert_to(call, &type, out);
}

bool function_tomap(struct function_call *call, struct value *out)
{
    static const struct type type = {.kind = TYPE_MAP, .element = &type_any};
    return convert_to(call, &type, out);
}
