#include "eval_parts.h"

#include "array.h"
#include "references.h"

static const char *const forms[] = {
    [REFERENCE_LOCAL] = "NAME",
    [REFERENCE_VARIABLE] = "NAME",
    [REFERENCE_SERVICE] = "NAME.url, NAME.port or NAME.host",
};
_Static_assert(ARRAY_LEN(forms) == REFERENCE_ROOT_COUNT, "a form for each root");

/* REFERENCE_ROOT_COUNT if it is none, or a loop has a variable of that name. */
static enum reference_root root_of(const struct eval *eval, struct str name)
{
    for (int root = 0; root < REFERENCE_ROOT_COUNT; root++)
        if (str_is(name, reference_root_text(root)))
            return eval_find_variable(eval->scope, name) == NULL ? root : REFERENCE_ROOT_COUNT;
    return REFERENCE_ROOT_COUNT;
}

const char *eval_root_form(const struct eval *eval, struct str name)
{
    enum reference_root root =
        eval->references != NULL ? root_of(eval, name) : REFERENCE_ROOT_COUNT;
    return root < REFERENCE_ROOT_COUNT ? forms[root] : NULL;
}

static bool is_access(const struct ast_expr *expr)
{
    return expr->kind == AST_ATTR || expr->kind == AST_INDEX;
}

/* Of "service.web", or of "local" in "local.x". */
static enum reference_root root_under(const struct eval *eval, const struct ast_expr *expr)
{
    const struct ast_expr *operand = expr->access.operand;
    return operand->kind == AST_VARIABLE ? root_of(eval, operand->name) : REFERENCE_ROOT_COUNT;
}

/* The name that a step says: ".name" or ["name"]. False, after a diagnostic, if it says none. */
static bool take_step(struct eval *eval, const struct ast_expr *expr, struct str *out_name,
                      struct span *out_span)
{
    if (expr->kind == AST_ATTR) {
        *out_name = expr->access.name;
        *out_span = expr->access.name_span;
        return true;
    }
    struct value key = eval_expr(eval, expr->access.key);
    *out_span = expr->access.key->span;
    if (value_to_string(&key, eval->arena, out_name))
        return true;
    if (eval_is_known(key.kind)) {
        struct diag *diag = eval_error(eval, CODE(BAD_INDEX), *out_span, "Invalid index");
        diag_detail(diag, "a name is a string");
    } else {
        eval_need(eval, &key, "an index");
    }
    return false;
}

/* "service.web" without what is wanted of it. */
static struct value incomplete(struct eval *eval, const struct ast_expr *expr)
{
    struct diag *diag = eval_error(eval, CODE(NO_ATTRIBUTE), expr->span, "Incomplete reference");
    diag_detail(diag, "a service is no value by itself");
    diag_help(diag, "write what of it is wanted: .url, .port or .host behind its name");
    return value_unknown(expr->span);
}

bool eval_reference(struct eval *eval, const struct ast_expr *expr, struct value *out)
{
    struct reference reference = {.root = root_under(eval, expr), .span = expr->span};
    const struct ast_expr *name = expr;
    *out = value_unknown(expr->span);
    if (reference.root == REFERENCE_SERVICE) {
        *out = incomplete(eval, expr);
        return true;
    }
    if (reference.root == REFERENCE_ROOT_COUNT) {
        name = expr->access.operand;
        if (!is_access(name) || root_under(eval, name) != REFERENCE_SERVICE)
            return false;
        reference.root = REFERENCE_SERVICE;
        if (!take_step(eval, expr, &reference.attribute, &reference.attribute_span))
            return true;
    }
    if (take_step(eval, name, &reference.name, &reference.name_span))
        *out = references_value(eval->references, &reference);
    return true;
}
