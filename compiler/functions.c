#include "functions_parts.h"

#include "array.h"
#include "later.h"
#include "suggest.h"

#define REST  FUNCTION_REST
#define LAZY  FUNCTION_LAZY
#define LAST  FUNCTION_LAST
#define CARRY FUNCTION_CARRY
#define P(name, type)                 \
    {                                 \
#name, FUNCTION_##type, false \
    }
#define N(name, type)                \
    {                                \
#name, FUNCTION_##type, true \
    }
#define FUNCTION(name, result, doc, flags, ...) \
    static const struct function_param params_##name[] = {__VA_ARGS__};
#include "functions.def"
#undef FUNCTION

const struct function functions[FUNCTION_COUNT] = {
#define FUNCTION(name, result, doc, flags, ...)                            \
    {{#name, sizeof #name - 1}, result,         doc, flags, params_##name, \
     ARRAY_LEN(params_##name),  function_##name},
#include "functions.def"
#undef FUNCTION
};

const struct function *function_find(struct str name)
{
    for (size_t i = 0; i < FUNCTION_COUNT; i++)
        if (str_equal(functions[i].name, name))
            return &functions[i];
    return NULL;
}

void function_usage(const struct function *function, struct strbuf *out)
{
    strbuf_addf(out, "%s(", function->name.ptr);
    for (uint32_t i = 0; i < function->param_count; i++) {
        bool last = i + 1 == function->param_count;
        bool optional = last && function->flags & FUNCTION_LAST;
        strbuf_addf(out, "%s%s%s%s%s", i > 0 ? ", " : "", optional ? "[" : "",
                    function->params[i].name, last && function->flags & FUNCTION_REST ? "..." : "",
                    optional ? "]" : "");
    }
    strbuf_addc(out, ')');
}

/* How functions answer */

void function_refuse(struct function_call *call, uint32_t bad, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    call->why = arena_vprintf(call->arena, format, args);
    call->bad = bad;
    va_end(args);
}

bool function_charge(struct function_call *call, uint64_t units)
{
    return eval_charge(call->eval, call->expr->span, units);
}

bool function_int(struct function_call *call, uint32_t arg, int *out)
{
    int64_t integer;
    if (!number_int64(&call->args[arg].number, &integer) || integer < INT32_MIN ||
        integer > INT32_MAX)
        return function_fail(call, "a whole number is required, and not so large a one");
    *out = (int)integer;
    return true;
}

bool function_give_str(struct function_call *call, struct str text, struct value *out)
{
    *out = value_string(call->expr->span, text);
    return true;
}

bool function_give_string(struct function_call *call, const struct strbuf *text, struct value *out)
{
    return function_give_str(call, eval_text(call->eval, text), out);
}

bool function_give_int(int64_t integer, struct value *out)
{
    *out = (struct value){.kind = VALUE_NUMBER, .number = number_from_int64(integer)};
    return true;
}

bool function_give_bool(bool boolean, struct value *out)
{
    *out = (struct value){.kind = VALUE_BOOL, .boolean = boolean};
    return true;
}

struct value function_new_list(struct function_call *call, uint32_t count,
                               const struct type *element)
{
    struct value list = {.kind = element != NULL ? VALUE_LIST : VALUE_TUPLE,
                         .span = call->expr->span};
    list.tuple.items = arena_new(call->arena, struct value, count);
    list.tuple.element = element;
    return list;
}

/* Calls */

struct arguments {
    const struct function *function;
    const struct ast_expr **exprs; /* for pointing; of an expanded argument, it each time */
    struct value *values;
    uint32_t count;
    uint32_t given;          /* values that are there already, from the end: those expanded */
    enum value_kind unknown; /* what the result is, or VALUE_KIND_COUNT */
};

static const struct function_param *param_of(const struct function *function, uint32_t arg)
{
    uint32_t last = function->param_count - 1;
    return &function->params[arg < last ? arg : last];
}

static struct value unknown_function(struct eval *eval, const struct ast_expr *expr)
{
    struct suggestion close = suggest_begin(expr->call.name);
    for (uint32_t i = 0; i < FUNCTION_COUNT; i++)
        suggest_offer(&close, functions[i].name, i);
    struct diag *diag =
        eval_error(eval, CODE(UNKNOWN_FUNCTION), expr->call.name_span, "Call to unknown function");
    diag_detail(diag, "there is no function named \"%.*s\"", STR_ARG(expr->call.name));
    if (close.best.ptr != NULL)
        diag_help(diag, "did you mean \"%s\"?", close.best.ptr);
    return value_unknown(expr->span);
}

static bool bad_expansion(struct eval *eval, const struct ast_expr *last, const char *why)
{
    struct diag *diag =
        eval_error(eval, CODE(BAD_EXPANSION), last->span, "Invalid expanding argument value");
    diag_detail(diag, "%s", why);
    return false;
}

/* The elements of the last argument become arguments. */
static bool expand_last(struct eval *eval, const struct ast_expr *expr, struct arguments *args)
{
    const struct ast_expr *last = expr->call.args.last;
    struct value list = eval_expr(eval, last);
    args->unknown = VALUE_UNKNOWN;
    if (list.kind == VALUE_NULL)
        return bad_expansion(eval, last, "what \"...\" stands behind must not be null");
    if (!eval_is_known(list.kind)) {
        args->unknown = eval_need(eval, &list, "\"...\"");
        return false;
    }
    if (!value_is_sequence(&list))
        return bad_expansion(eval, last, "\"...\" stands behind a list, tuple or set");
    if (!eval_charge(eval, last->span, list.tuple.count))
        return false;
    args->unknown = VALUE_KIND_COUNT;
    args->given = list.tuple.count;
    args->count = expr->call.args.count - 1 + list.tuple.count;
    args->values = arena_new(eval->arena, struct value, args->count);
    if (list.tuple.count > 0)
        memcpy(args->values + expr->call.args.count - 1, list.tuple.items,
               list.tuple.count * sizeof *args->values);
    return true;
}

static void list_arguments(struct eval *eval, const struct ast_expr *expr, struct arguments *args)
{
    uint32_t i = 0;
    args->exprs = arena_new(eval->arena, const struct ast_expr *, args->count);
    for (const struct ast_expr *arg = expr->call.args.first; arg != NULL && i < args->count;
         arg = arg->next)
        args->exprs[i++] = arg;
    for (; i < args->count; i++)
        args->exprs[i] = expr->call.args.last;
}

static bool count_arguments(struct eval *eval, const struct ast_expr *expr, struct arguments *args)
{
    const struct function *function = args->function;
    bool rest = function->flags & FUNCTION_REST;
    bool optional = function->flags & (FUNCTION_REST | FUNCTION_LAST);
    uint32_t least = function->param_count - optional;
    struct strbuf usage = {0};
    struct diag *diag = NULL;
    function_usage(function, &usage);
    if (args->count < least) {
        diag = eval_error(eval, CODE(ARGUMENT_COUNT), expr->call.close,
                          "Not enough function arguments");
        diag_detail(diag, "%s has no value for \"%s\"", strbuf_text(&usage),
                    function->params[args->count].name);
    } else if (!rest && args->count > function->param_count) {
        const struct ast_expr *extra = args->exprs[function->param_count];
        struct span span = args->count - function->param_count < args->given
                               ? extra->span
                               : eval_start(eval, extra);
        diag = eval_error(eval, CODE(ARGUMENT_COUNT), span, "Too many function arguments");
        diag_detail(diag, "%s takes %u", strbuf_text(&usage), function->param_count);
    }
    strbuf_finish(&usage);
    return diag == NULL;
}

static void bad_argument(struct eval *eval, const struct arguments *args, uint32_t arg,
                         const char *why)
{
    bool expanded = arg >= args->count - args->given;
    const struct ast_expr *expr = args->exprs[arg];
    struct diag *diag =
        eval_error(eval, CODE(BAD_ARGUMENT), expanded ? expr->span : eval_start(eval, expr),
                   "Invalid function argument");
    diag_detail(diag, "this cannot be \"%s\" of %s(): %s", param_of(args->function, arg)->name,
                args->function->name.ptr, why);
}

static const struct type list_of_strings = {.kind = TYPE_LIST, .element = &type_string};
static const struct type list_of_any = {.kind = TYPE_LIST, .element = &type_any};
static const struct type *const param_types[FUNCTION_TYPE_COUNT] = {
    [FUNCTION_ANY] = &type_any,       [FUNCTION_STRING] = &type_string,
    [FUNCTION_NUMBER] = &type_number, [FUNCTION_STRINGS] = &list_of_strings,
    [FUNCTION_LIST] = &list_of_any,
};

/* What is known of the argument, as far as the function looks at it. */
static enum value_kind knowledge(const struct arguments *args, const struct value *value)
{
    if (!(args->function->flags & FUNCTION_CARRY))
        return value_knowledge(value);
    enum value_kind whole = value_knowledge(value);
    return whole == VALUE_LATER && later_find(value) != NULL ? value->kind : whole;
}

static void refuse_later(struct eval *eval, const struct arguments *args, struct value *value)
{
    bool carried = args->function->flags & FUNCTION_CARRY && value->kind != VALUE_LATER;
    const struct value *later = carried ? NULL : later_find(value);
    if (later == NULL)
        return;
    eval_too_late(eval, later, value->span,
                  arena_printf(eval->arena, "%s()", args->function->name.ptr));
    *value = value_unknown(value->span);
}

/* Evaluates and converts them all, so that all mistakes are seen at once. */
static bool take_arguments(struct eval *eval, struct arguments *args)
{
    struct eval_mark mark = eval_mark(eval);
    const char *why;
    for (uint32_t i = 0; i < args->count; i++) {
        struct value *value = &args->values[i];
        if (i < args->count - args->given)
            *value = eval_expr(eval, args->exprs[i]);
        refuse_later(eval, args, value);
        if (eval->loops > 0 &&
            value_is_sequence(value) && /* whatever is made of it, it is walked */
            !eval_charge(eval, args->exprs[i]->span, value->tuple.count))
            *value = value_unknown(value->span);
        enum value_kind known = knowledge(args, value);
        if (!eval_is_known(known) && args->unknown != VALUE_UNKNOWN)
            args->unknown = known;
        if (known != VALUE_UNKNOWN &&
            !convert_value(eval->arena, value, param_types[param_of(args->function, i)->type],
                           value, &why))
            bad_argument(eval, args, i, why);
    }
    if (eval->diags->errors > mark.errors)
        args->unknown = VALUE_UNKNOWN;
    for (uint32_t i = 0; i < args->count && args->unknown == VALUE_KIND_COUNT; i++) {
        if (args->values[i].kind != VALUE_NULL || param_of(args->function, i)->nullable)
            continue;
        bad_argument(eval, args, i, "it must not be null");
        args->unknown = VALUE_UNKNOWN;
    }
    return args->unknown == VALUE_KIND_COUNT;
}

static struct value run(struct eval *eval, const struct ast_expr *expr,
                        const struct arguments *args)
{
    struct function_call call = {.eval = eval,
                                 .arena = eval->arena,
                                 .expr = expr,
                                 .args = args->values,
                                 .count = args->count,
                                 .bad = FUNCTION_NONE};
    struct value value = value_unknown(expr->span);
    if (args->function->run(&call, &value))
        return value;
    if (call.why == NULL) /* it was said already, or the work is too much */
        return value_unknown(expr->span);
    if (call.bad < call.count) {
        bad_argument(eval, args, call.bad, call.why);
    } else {
        struct diag *diag =
            eval_error(eval, CODE(FUNCTION_FAILED),
                       span_join(expr->call.name_span, expr->call.open), "Error in function call");
        diag_detail(diag, "%s() failed: %s", args->function->name.ptr, call.why);
    }
    return value_unknown(expr->span);
}

struct value eval_call(struct eval *eval, const struct ast_expr *expr)
{
    struct arguments args = {.function = function_find(expr->call.name),
                             .count = expr->call.args.count,
                             .unknown = VALUE_KIND_COUNT};
    if (args.function == NULL)
        return unknown_function(eval, expr);
    if (expr->call.expand && expr->call.args.last != NULL) {
        if (!expand_last(eval, expr, &args))
            return (struct value){.kind = args.unknown};
    } else {
        args.values = arena_new(eval->arena, struct value, args.count);
    }
    list_arguments(eval, expr, &args);
    if (!count_arguments(eval, expr, &args))
        return value_unknown(expr->span);
    if (!(args.function->flags & FUNCTION_LAZY) && !take_arguments(eval, &args))
        return (struct value){.kind = args.unknown};
    return run(eval, expr, &args);
}

/* Lazy functions */

bool function_try(struct function_call *call, struct value *out)
{
    struct eval_mark mark = eval_mark(call->eval);
    if (call->count == 0)
        return function_fail(call, "at least one argument is required");
    for (const struct ast_expr *arg = call->expr->call.args.first; arg != NULL; arg = arg->next) {
        struct value value = eval_expr(call->eval, arg);
        enum value_kind known = value_knowledge(&value);
        if (call->eval->exhausted)
            return false;
        bool failed = call->eval->diags->errors > mark.errors || known == VALUE_UNKNOWN;
        eval_rewind(call->eval, mark);
        if (failed)
            continue;
        *out = value;
        if (known == VALUE_LATER && later_find(&value) == NULL)
            *out = (struct value){.kind = VALUE_LATER};
        return true;
    }
    return function_fail(call, "none of the expressions can be computed");
}

bool function_can(struct function_call *call, struct value *out)
{
    struct eval_mark mark = eval_mark(call->eval);
    struct value value = eval_expr(call->eval, call->expr->call.args.first);
    enum value_kind known = value_knowledge(&value);
    if (call->eval->exhausted)
        return false;
    bool failed = call->eval->diags->errors > mark.errors || known == VALUE_UNKNOWN;
    eval_rewind(call->eval, mark);
    function_give_bool(!failed, out);
    if (!failed && known == VALUE_LATER && later_find(&value) == NULL)
        *out = (struct value){.kind = VALUE_LATER};
    return true;
}
