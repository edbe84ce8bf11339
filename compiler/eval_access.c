#include "eval_parts.h"

#include "ascii.h"
#include "map.h"
#include "suggest.h"

/* Variables */

const struct value *eval_find_variable(const struct eval_scope *scope, struct str name)
{
    for (; scope != NULL; scope = scope->parent) {
        const uint32_t *known = scope->index != NULL ? map_find(scope->index, name) : NULL;
        if (known != NULL)
            return &scope->bindings[*known].value;
        for (uint32_t i = 0; scope->index == NULL && i < scope->count; i++)
            if (str_equal(scope->bindings[i].name, name))
                return &scope->bindings[i].value;
    }
    return NULL;
}

/* A name alone was perhaps meant as text; one with a dot or bracket behind it was not. */
static bool stands_alone(struct eval *eval, const struct ast_expr *expr)
{
    struct str text = eval->diags->sources->files.items[expr->span.source].text;
    size_t end = (size_t)expr->span.offset + expr->span.length;
    return end >= text.len || (text.ptr[end] != '.' && text.ptr[end] != '[');
}

/* "local" and the like alone are no values. */
static bool is_incomplete(struct eval *eval, const struct ast_expr *expr)
{
    const char *form = eval_root_form(eval, expr->name);
    if (form == NULL)
        return false;
    struct diag *diag =
        eval_error(eval, CODE(UNKNOWN_VARIABLE), expr->span, "Incomplete reference");
    diag_detail(diag, "\"%.*s\" is no value by itself", STR_ARG(expr->name));
    diag_help(diag, "write %.*s.%s", STR_ARG(expr->name), form);
    return true;
}

/* Written as variables of the environment mostly are: PORT, NODE_ENV. */
static bool looks_like_environment(struct str name)
{
    for (size_t i = 0; i < name.len; i++)
        if (!ascii_is_upper(name.ptr[i]) && name.ptr[i] != '_' &&
            !(i > 0 && ascii_is_digit(name.ptr[i])))
            return false;
    return name.len > 1;
}

static void unknown_variable(struct eval *eval, const struct ast_expr *expr)
{
    if (is_incomplete(eval, expr))
        return;
    struct suggestion close = suggest_begin(expr->name);
    for (const struct eval_scope *scope = eval->scope; scope != NULL; scope = scope->parent)
        for (uint32_t i = 0; i < scope->count && suggest_afford(&eval->suggest_work, 1); i++)
            suggest_offer(&close, scope->bindings[i].name, i);
    struct diag *diag = eval_error(eval, CODE(UNKNOWN_VARIABLE), expr->span, "Unknown variable");
    diag_detail(diag, "there is no variable named \"%.*s\"", STR_ARG(expr->name));
    if (close.best.ptr != NULL)
        diag_help(diag, "did you mean \"%.*s\"?", STR_ARG(close.best));
    else if (looks_like_environment(expr->name))
        diag_help(diag,
                  "for the shell write $%.*s, for what a3s finds in its environment env(\"%.*s\")",
                  STR_ARG(expr->name), STR_ARG(expr->name));
    else if (stands_alone(eval, expr))
        diag_help(diag, "text stands in quotes: \"%.*s\"", STR_ARG(expr->name));
}

struct value eval_variable(struct eval *eval, const struct ast_expr *expr)
{
    if (expr->name.len == 0)
        return eval->item != NULL ? *eval->item : value_unknown(expr->span);
    const struct value *value = eval_find_variable(eval->scope, expr->name);
    if (value != NULL)
        return *value;
    unknown_variable(eval, expr);
    return value_unknown(expr->span);
}

/* Attributes */

/* What comes of an operand that is not known. */
static struct value not_yet(struct eval *eval, const struct value *operand, const char *what)
{
    return (struct value){.kind = eval_need(eval, operand, what), .span = operand->span};
}

static struct value no_attribute(struct eval *eval, const struct ast_expr *expr,
                                 const char *summary, const char *why)
{
    struct diag *diag = eval_error(eval, CODE(NO_ATTRIBUTE), eval_step(eval, expr), summary);
    diag_detail(diag, "%s", why);
    return value_unknown(expr->span);
}

static struct value missing_member(struct eval *eval, const struct ast_expr *expr,
                                   const struct value *mapping)
{
    bool map = mapping->kind == VALUE_MAP;
    struct suggestion close = suggest_begin(expr->access.name);
    for (uint32_t i = 0; i < mapping->object.count && suggest_afford(&eval->suggest_work, 1); i++)
        suggest_offer(&close, mapping->object.items[i].name, i);
    struct diag *diag = eval_error(eval, CODE(NO_ATTRIBUTE), eval_step(eval, expr),
                                   map ? "Missing map element" : "Unsupported attribute");
    diag_detail(diag, "this %s has nothing named \"%.*s\"", map ? "map" : "object",
                STR_ARG(expr->access.name));
    if (close.best.ptr != NULL)
        diag_help(diag, "did you mean \"%.*s\"?", STR_ARG(close.best));
    return value_unknown(expr->span);
}

struct value eval_attribute(struct eval *eval, const struct ast_expr *expr)
{
    struct value operand, reference;
    if (eval->references != NULL && eval_reference(eval, expr, &reference))
        return reference;
    operand = eval_expr(eval, expr->access.operand);
    switch (operand.kind) {
    case VALUE_UNKNOWN:
    case VALUE_LATER: return not_yet(eval, &operand, "an attribute");
    case VALUE_NULL:
        return no_attribute(eval, expr, "Attempt to get attribute from null value",
                            "this value is null and has no attributes");
    case VALUE_OBJECT:
    case VALUE_MAP: {
        const struct value_member *member = value_find(&operand, expr->access.name);
        return member != NULL ? member->value : missing_member(eval, expr, &operand);
    }
    case VALUE_TUPLE:
    case VALUE_LIST:
    case VALUE_SET:
        return no_attribute(eval, expr, "Unsupported attribute",
                            "a list has elements, not attributes; [*] goes through all of them");
    default:
        return no_attribute(
            eval, expr, "Unsupported attribute",
            arena_printf(eval->arena, "%s has no attributes", value_kind_text(operand.kind)));
    }
}

/* Indices */

static struct value bad_index(struct eval *eval, const struct ast_expr *expr, const char *why)
{
    struct diag *diag = eval_error(eval, CODE(BAD_INDEX), eval_step(eval, expr), "Invalid index");
    diag_detail(diag, "%s", why);
    return value_unknown(expr->span);
}

static struct value index_sequence(struct eval *eval, const struct ast_expr *expr,
                                   const struct value *sequence, struct value key)
{
    const char *why;
    int64_t at;
    if (!convert_value(eval->arena, &key, &type_number, &key, &why))
        return bad_index(eval, expr, why);
    if (!number_is_integer(&key.number))
        return bad_index(eval, expr, "an index is a whole number, and this one has a fraction");
    if (number_sign(&key.number) < 0)
        return bad_index(eval, expr, "an index counts from 0 and is not negative");
    if (number_int64(&key.number, &at) && at < (int64_t)sequence->tuple.count)
        return sequence->tuple.items[at];
    if (sequence->tuple.count == 0)
        return bad_index(eval, expr, "there are no elements");
    return bad_index(eval, expr,
                     arena_printf(eval->arena, "there %s %u element%s, and the first is 0",
                                  sequence->tuple.count == 1 ? "is" : "are", sequence->tuple.count,
                                  sequence->tuple.count == 1 ? "" : "s"));
}

static struct value index_mapping(struct eval *eval, const struct ast_expr *expr,
                                  const struct value *mapping, struct value key)
{
    const char *why;
    if (!convert_value(eval->arena, &key, &type_string, &key, &why))
        return bad_index(eval, expr, why);
    const struct value_member *member = value_find(mapping, key.string);
    if (member != NULL)
        return member->value;
    return bad_index(eval, expr,
                     arena_printf(eval->arena, "there is no element with the key \"%.*s\"",
                                  STR_ARG(key.string)));
}

struct value eval_index(struct eval *eval, const struct ast_expr *expr)
{
    struct value reference;
    if (eval->references != NULL && eval_reference(eval, expr, &reference))
        return reference;
    struct value operand = eval_expr(eval, expr->access.operand);
    struct value key = eval_expr(eval, expr->access.key);
    if (operand.kind == VALUE_NULL) {
        struct diag *diag =
            eval_error(eval, CODE(BAD_INDEX), eval_step(eval, expr), "Attempt to index null value");
        diag_detail(diag, "this value is null and has no elements");
        return value_unknown(expr->span);
    }
    if (key.kind == VALUE_NULL)
        return bad_index(eval, expr, "null cannot be an index");
    if (!eval_is_known(operand.kind) || !eval_is_known(key.kind)) {
        enum value_kind known_operand = eval_need(eval, &operand, "an index");
        return eval_unknown_of(expr->span, known_operand, eval_need(eval, &key, "an index"));
    }
    switch (operand.kind) {
    case VALUE_TUPLE:
    case VALUE_LIST: return index_sequence(eval, expr, &operand, key);
    case VALUE_OBJECT:
    case VALUE_MAP: return index_mapping(eval, expr, &operand, key);
    case VALUE_SET:
        return bad_index(eval, expr,
                         "the elements of a set have no index; tolist() gives them one");
    default: return bad_index(eval, expr, "this value has no elements");
    }
}

/* Splats */

static struct value splat_each(struct eval *eval, const struct ast_expr *expr,
                               const struct value *item)
{
    if (expr->splat.each == NULL)
        return *item;
    const struct value *outer = eval->item;
    eval->item = item;
    eval->loops++;
    struct value value = eval_expr(eval, expr->splat.each);
    eval->loops--;
    eval->item = outer;
    return value;
}

/* A list stays one if all results are of one type. */
static struct value splat_list(struct eval *eval, const struct ast_expr *expr, struct value result)
{
    const struct type *element = NULL;
    for (uint32_t i = 0; i < result.tuple.count; i++) {
        struct value *item = &result.tuple.items[i];
        if (!eval_is_known(item->kind))
            return result;
        const struct type *type = value_type(eval->arena, item);
        if (element == NULL || type_equal(element, type)) {
            element = type;
            continue;
        }
        struct diag *diag = eval_error(
            eval, CODE(BAD_SPLAT), expr->splat.each != NULL ? expr->splat.each->span : expr->span,
            "Invalid nested splat expressions");
        diag_detail(diag, "the elements of the result have different types; a for expression can "
                          "collect them");
        return value_unknown(expr->span);
    }
    result.kind = VALUE_LIST;
    result.tuple.element = element != NULL ? element : &type_any;
    return result;
}

static struct value splat_sequence(struct eval *eval, const struct ast_expr *expr,
                                   const struct value *sequence)
{
    struct value result = {.kind = VALUE_TUPLE};
    if (!eval_charge(eval, expr->span, sequence->tuple.count))
        return value_unknown(expr->span);
    result.tuple.items = arena_new(eval->arena, struct value, sequence->tuple.count);
    for (uint32_t i = 0; i < sequence->tuple.count; i++)
        result.tuple.items[result.tuple.count++] =
            splat_each(eval, expr, &sequence->tuple.items[i]);
    return sequence->kind == VALUE_TUPLE ? result : splat_list(eval, expr, result);
}

struct value eval_splat(struct eval *eval, const struct ast_expr *expr)
{
    struct value operand = eval_expr(eval, expr->splat.operand);
    if (!eval_is_known(operand.kind))
        return not_yet(eval, &operand, "[*]");
    if (value_is_sequence(&operand))
        return splat_sequence(eval, expr, &operand);
    struct value result = {.kind = VALUE_TUPLE};
    if (operand.kind != VALUE_NULL) {
        result.tuple.items = arena_new(eval->arena, struct value, 1);
        result.tuple.items[result.tuple.count++] = splat_each(eval, expr, &operand);
        return result;
    }
    const struct type *type = value_type(eval->arena, &operand);
    if (type->kind == TYPE_TUPLE || type->kind == TYPE_LIST || type->kind == TYPE_SET) {
        struct diag *diag =
            eval_error(eval, CODE(BAD_SPLAT), expr->splat.operand->span, "Splat of null value");
        diag_detail(diag, "there is no list to go through: it is null");
        return value_unknown(expr->span);
    }
    return result;
}
