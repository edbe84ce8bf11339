#include "functions_parts.h"

#include <math.h>

static bool give_number(struct number number, struct value *out)
{
    *out = (struct value){.kind = VALUE_NUMBER, .number = number};
    return true;
}

bool function_abs(struct function_call *call, struct value *out)
{
    const struct number *number = &call->args[0].number;
    return give_number(number_sign(number) < 0 ? number_negate(call->arena, number) : *number, out);
}

bool function_ceil(struct function_call *call, struct value *out)
{
    return give_number(number_ceil(call->arena, &call->args[0].number), out);
}

bool function_floor(struct function_call *call, struct value *out)
{
    return give_number(number_floor(call->arena, &call->args[0].number), out);
}

static bool extreme(struct function_call *call, int sign, struct value *out)
{
    if (call->count == 0)
        return function_fail(call, "at least one number is required");
    const struct number *best = &call->args[0].number;
    for (uint32_t i = 1; i < call->count; i++)
        if (number_compare(&call->args[i].number, best) == sign)
            best = &call->args[i].number;
    return give_number(*best, out);
}

bool function_max(struct function_call *call, struct value *out)
{
    return extreme(call, 1, out);
}

bool function_min(struct function_call *call, struct value *out)
{
    return extreme(call, -1, out);
}

bool function_parseint(struct function_call *call, struct value *out)
{
    struct number number;
    int64_t base;
    if (call->args[0].kind != VALUE_STRING)
        return function_reject(call, 0, "a string is required, and this is %s",
                               value_kind_text(call->args[0].kind));
    if (!number_int64(&call->args[1].number, &base) || base < 2 || base > 62)
        return function_reject(call, 1, "a base is a whole number from 2 to 62");
    if (!number_parse_base(call->arena, call->args[0].string, (int)base, &number))
        return function_reject(call, 0, "\"%.*s\" is no whole number in base %d",
                               STR_ARG(call->args[0].string), (int)base);
    return give_number(number, out);
}

bool function_pow(struct function_call *call, struct value *out)
{
    struct number number;
    double power = pow(number_double(&call->args[0].number), number_double(&call->args[1].number));
    if (!number_from_double(call->arena, power, &number))
        return function_fail(call, "the result is not a number, or too large");
    return give_number(number, out);
}

bool function_signum(struct function_call *call, struct value *out)
{
    if (!number_is_integer(&call->args[0].number))
        return function_fail(call, "a whole number is required");
    return function_give_int(number_sign(&call->args[0].number), out);
}

/* As many as go-cty makes. */
#define RANGE_MAX 1024

/* Start, end and step as they were given, or what they are if not. */
static bool range_params(struct function_call *call, struct number params[3])
{
    if (call->count < 1 || call->count > 3)
        return function_fail(call, "one, two or three numbers are required");
    params[0] = call->count == 1 ? number_from_int64(0) : call->args[0].number;
    params[1] = call->args[call->count == 1 ? 0 : 1].number;
    bool down = number_compare(&params[1], &params[0]) < 0;
    params[2] = call->count == 3 ? call->args[2].number : number_from_int64(down ? -1 : 1);
    int step = number_sign(&params[2]);
    if (step == 0)
        return function_fail(call, "a step must not be zero");
    if (step != (down ? -1 : 1) && number_compare(&params[0], &params[1]) != 0)
        return function_reject(call, 1, "the step leads away from the end");
    return true;
}

bool function_range(struct function_call *call, struct value *out)
{
    struct number params[3];
    if (!range_params(call, params))
        return false;
    struct value list = function_new_list(call, RANGE_MAX, &type_number);
    int step = number_sign(&params[2]);
    for (struct number at = params[0]; number_compare(&at, &params[1]) == -step;) {
        if (list.tuple.count == RANGE_MAX)
            return function_fail(call, "there are more than %d numbers", RANGE_MAX);
        give_number(at, &list.tuple.items[list.tuple.count++]);
        const char *why = number_compute(call->arena, NUMBER_ADD, &at, &params[2], &at);
        if (why != NULL)
            return function_fail(call, "%s", why);
    }
    *out = list;
    return function_charge(call, list.tuple.count);
}
