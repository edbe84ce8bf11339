#include "eval.h"

#include "codes.h"

static struct value unknown(const struct ast_expr *expr)
{
    return (struct value){.kind = VALUE_UNKNOWN, .span = expr->span};
}

static struct value string_value(const struct ast_expr *expr, struct str text)
{
    return (struct value){.kind = VALUE_STRING, .span = expr->span, .string = text};
}

static struct value eval_number(const struct ast_expr *expr)
{
    struct value value = {.kind = VALUE_NUMBER, .span = expr->span};
    if (!value_parse_number(expr->number, &value.number))
        return unknown(expr); /* the lexer lets no such number pass */
    return value;
}

static struct value unknown_variable(struct eval *eval, const struct ast_expr *expr,
                                     const struct ast_expr *root)
{
    struct diag *diag =
        diag_error(eval->diags, CODE(UNKNOWN_VARIABLE), root->span, "Unknown variable");
    diag_detail(diag, "there is no variable named \"%.*s\"", STR_ARG(root->name));
    if (expr == root)
        diag_help(diag, "text stands in quotes: \"%.*s\"", STR_ARG(root->name));
    return unknown(expr);
}

static struct value not_constant(struct eval *eval, const struct ast_expr *expr, const char *what)
{
    struct diag *diag =
        diag_error(eval->diags, CODE(NOT_CONSTANT), expr->span, "%s cannot be computed here", what);
    diag_help(diag, "write the value itself");
    return unknown(expr);
}

/* What is wrong with a.b[c]: its root, if that is a name. */
static struct value eval_access(struct eval *eval, const struct ast_expr *expr)
{
    const struct ast_expr *root = expr;
    while (root->kind == AST_ATTR || root->kind == AST_INDEX || root->kind == AST_SPLAT)
        root = root->kind == AST_SPLAT ? root->splat.operand : root->access.operand;
    if (root->kind == AST_VARIABLE && root->name.len > 0)
        return unknown_variable(eval, expr, root);
    if (root->kind == AST_CALL || root->kind == AST_ERROR) {
        eval_expr(eval, root);
        return unknown(expr);
    }
    return not_constant(eval, expr, "access to a part of a value");
}

static struct value eval_call(struct eval *eval, const struct ast_expr *expr)
{
    struct diag *diag = diag_error(eval->diags, CODE(UNKNOWN_FUNCTION), expr->call.name_span,
                                   "Call to unknown function");
    diag_detail(diag, "there is no function named \"%.*s\"", STR_ARG(expr->call.name));
    return unknown(expr);
}

static struct value bad_operand(struct eval *eval, const struct value *operand, const char *message)
{
    struct diag *diag =
        diag_error(eval->diags, CODE(BAD_OPERAND), operand->span, "Invalid operand");
    diag_detail(diag, "%s", message);
    diag_label(diag, "this is %s", value_kind_text(operand->kind));
    return (struct value){.kind = VALUE_UNKNOWN};
}

static struct value eval_negate(struct eval *eval, struct value operand)
{
    struct value value = {.kind = VALUE_NUMBER};
    struct value_number number;
    if (!value_to_number(&operand, &number))
        return bad_operand(eval, &operand, "\"-\" needs a number");
    struct str text = number.text.ptr[0] == '-'
                          ? (struct str){number.text.ptr + 1, number.text.len - 1}
                          : str_from(arena_printf(eval->arena, "-%.*s", STR_ARG(number.text)));
    value_parse_number(text, &value.number);
    return value;
}

static struct value eval_not(struct eval *eval, struct value operand)
{
    struct value value = {.kind = VALUE_BOOL};
    bool boolean;
    if (!value_to_bool(&operand, &boolean))
        return bad_operand(eval, &operand, "\"!\" needs true or false");
    value.boolean = !boolean;
    return value;
}

static struct value eval_unary(struct eval *eval, const struct ast_expr *expr)
{
    struct value operand = eval_expr(eval, expr->unary.operand);
    if (operand.kind == VALUE_UNKNOWN)
        return unknown(expr);
    struct value value =
        expr->unary.op == AST_OP_NOT ? eval_not(eval, operand) : eval_negate(eval, operand);
    value.span = expr->span;
    return value;
}

/* The text of one part into buf; false if it has none, which was reported. */
static bool eval_part(struct eval *eval, const struct ast_part *part, struct strbuf *buf)
{
    if (part->kind == AST_PART_LITERAL) {
        strbuf_add_str(buf, part->literal);
        return true;
    }
    if (part->kind != AST_PART_EXPR) {
        struct diag *diag = diag_error(eval->diags, CODE(NOT_CONSTANT), part->span,
                                       "a template directive cannot be computed here");
        diag_help(diag, "write the text itself");
        return false;
    }
    struct value value = eval_expr(eval, part->expr);
    struct str text;
    if (value.kind == VALUE_UNKNOWN)
        return false;
    if (!value_to_string(&value, eval->arena, &text)) {
        bad_operand(eval, &value, "a template joins strings, numbers and bools");
        return false;
    }
    strbuf_add_str(buf, text);
    return true;
}

static struct value eval_template(struct eval *eval, const struct ast_expr *expr)
{
    struct strbuf buf = {0};
    bool known = true;
    for (const struct ast_part *part = expr->template.first; part != NULL; part = part->next)
        known = eval_part(eval, part, &buf) && known;
    struct value value = unknown(expr);
    if (known) {
        const char *copy = arena_strndup(eval->arena, strbuf_text(&buf), buf.len);
        value = string_value(expr, (struct str){copy, buf.len});
    }
    strbuf_finish(&buf);
    return value;
}

static struct value eval_tuple(struct eval *eval, const struct ast_expr *expr)
{
    struct value value = {.kind = VALUE_TUPLE, .span = expr->span};
    value.tuple.items = arena_new(eval->arena, struct value, expr->list.count);
    for (const struct ast_expr *item = expr->list.first; item != NULL; item = item->next)
        value.tuple.items[value.tuple.count++] = eval_expr(eval, item);
    return value;
}

static bool eval_key(struct eval *eval, const struct ast_expr *expr, struct str *out_name)
{
    if (expr->kind == AST_VARIABLE) {
        *out_name = expr->name;
        return true;
    }
    struct value key = eval_expr(eval, expr);
    if (key.kind == VALUE_UNKNOWN)
        return false;
    if (value_to_string(&key, eval->arena, out_name))
        return true;
    bad_operand(eval, &key, "the key of an object is a string");
    return false;
}

static struct value eval_object(struct eval *eval, const struct ast_expr *expr)
{
    struct value value = {.kind = VALUE_OBJECT, .span = expr->span};
    value.object.items = arena_new(eval->arena, struct value_member, expr->object.count);
    for (const struct ast_object_item *it = expr->object.first; it != NULL; it = it->next) {
        struct value_member member = {.name_span = it->key->span};
        bool known = eval_key(eval, it->key, &member.name);
        member.value = eval_expr(eval, it->value);
        if (known)
            value.object.items[value.object.count++] = member;
        else
            value.kind = VALUE_UNKNOWN;
    }
    return value;
}

struct value eval_expr(struct eval *eval, const struct ast_expr *expr)
{
    switch (expr->kind) {
    case AST_NUMBER: return eval_number(expr);
    case AST_STRING: return string_value(expr, expr->string.text);
    case AST_BOOL:
        return (struct value){.kind = VALUE_BOOL, .span = expr->span, .boolean = expr->boolean};
    case AST_NULL: return (struct value){.kind = VALUE_NULL, .span = expr->span};
    case AST_TEMPLATE: return eval_template(eval, expr);
    case AST_WRAP:
    case AST_PAREN: return eval_expr(eval, expr->operand);
    case AST_VARIABLE: return unknown_variable(eval, expr, expr);
    case AST_ATTR:
    case AST_INDEX:
    case AST_SPLAT: return eval_access(eval, expr);
    case AST_CALL: return eval_call(eval, expr);
    case AST_UNARY: return eval_unary(eval, expr);
    case AST_BINARY: return not_constant(eval, expr, "an operator");
    case AST_CONDITIONAL: return not_constant(eval, expr, "a condition");
    case AST_FOR: return not_constant(eval, expr, "a for expression");
    case AST_TUPLE: return eval_tuple(eval, expr);
    case AST_OBJECT: return eval_object(eval, expr);
    case AST_ERROR:
    case AST_EXPR_KIND_COUNT: break;
    }
    return unknown(expr);
}
