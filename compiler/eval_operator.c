#include "eval_parts.h"

#include "later.h"

static bool is_arithmetic(enum ast_operator op)
{
    return op >= AST_OP_ADD && op <= AST_OP_MOD;
}

static bool is_logical(enum ast_operator op)
{
    return op == AST_OP_OR || op == AST_OP_AND;
}

static const char *operator_name(struct eval *eval, enum ast_operator op)
{
    return arena_printf(eval->arena, "\"%s\"", ast_operator_text(op));
}

/* Converts in place; an operand that does not convert is unknown, after a diagnostic. */
static void convert_operand(struct eval *eval, struct value *operand, const struct type *type,
                            enum ast_operator op)
{
    const char *why;
    if (operand->kind == VALUE_LATER) {
        operand->kind = eval_need(eval, operand, operator_name(eval, op));
        return;
    }
    if (convert_value(eval->arena, operand, type, operand, &why))
        return;
    struct diag *diag = eval_error(eval, CODE(BAD_OPERAND), operand->span, "Invalid operand");
    diag_detail(diag, "\"%s\" cannot take this: %s", ast_operator_text(op), why);
    diag_label(diag, "this is %s", value_kind_text(operand->kind));
    operand->kind = VALUE_UNKNOWN;
}

static struct value failed(struct eval *eval, const struct ast_expr *expr, const char *why)
{
    struct diag *diag = eval_error(eval, CODE(BAD_OPERATION), expr->span, "Operation failed");
    diag_detail(diag, "%s", why);
    return value_unknown(expr->span);
}

static struct value bool_value(bool boolean)
{
    return (struct value){.kind = VALUE_BOOL, .boolean = boolean};
}

static bool compare(enum ast_operator op, int order)
{
    switch (op) {
    case AST_OP_LT: return order < 0;
    case AST_OP_LE: return order <= 0;
    case AST_OP_GT: return order > 0;
    default: return order >= 0;
    }
}

static struct value compute(struct eval *eval, const struct ast_expr *expr,
                            const struct value *left, const struct value *right)
{
    static const enum number_operator operators[AST_OPERATOR_COUNT] = {[AST_OP_ADD] = NUMBER_ADD,
                                                                       [AST_OP_SUB] = NUMBER_SUB,
                                                                       [AST_OP_MUL] = NUMBER_MUL,
                                                                       [AST_OP_DIV] = NUMBER_DIV,
                                                                       [AST_OP_MOD] = NUMBER_MOD};
    struct value value = {.kind = VALUE_NUMBER};
    const char *why = number_compute(eval->arena, operators[expr->binary.op], &left->number,
                                     &right->number, &value.number);
    return why == NULL ? value : failed(eval, expr, why);
}

/* What is known of a side of "==", which looks at all that is in it. */
static enum value_kind known_side(struct eval *eval, const struct value *side, enum ast_operator op)
{
    const struct value *later = later_find(side);
    return later != NULL ? eval_too_late(eval, later, side->span, operator_name(eval, op))
                         : value_knowledge(side);
}

static struct value equality(struct eval *eval, const struct ast_expr *expr,
                             const struct value *left, const struct value *right)
{
    enum value_kind a = known_side(eval, left, expr->binary.op);
    enum value_kind b = known_side(eval, right, expr->binary.op);
    if (!eval_is_known(a) || !eval_is_known(b))
        return eval_unknown_of(expr->span, a, b);
    return bool_value(value_equal(left, right) == (expr->binary.op == AST_OP_EQ));
}

struct value eval_binary(struct eval *eval, const struct ast_expr *expr)
{
    enum ast_operator op = expr->binary.op;
    struct value left = eval_expr(eval, expr->binary.left);
    struct value right = eval_expr(eval, expr->binary.right);
    if (op == AST_OP_EQ || op == AST_OP_NE)
        return equality(eval, expr, &left, &right);
    const struct type *type = is_logical(op) ? &type_bool : &type_number;
    convert_operand(eval, &left, type, op);
    convert_operand(eval, &right, type, op);
    if (!eval_is_known(left.kind) || !eval_is_known(right.kind))
        return eval_unknown_of(expr->span, left.kind, right.kind);
    if (left.kind == VALUE_NULL || right.kind == VALUE_NULL)
        return failed(eval, expr, "an operand is null");
    if (op == AST_OP_OR)
        return bool_value(left.boolean || right.boolean);
    if (op == AST_OP_AND)
        return bool_value(left.boolean && right.boolean);
    if (is_arithmetic(op))
        return compute(eval, expr, &left, &right);
    return bool_value(compare(op, number_compare(&left.number, &right.number)));
}

struct value eval_unary(struct eval *eval, const struct ast_expr *expr)
{
    enum ast_operator op = expr->unary.op;
    struct value operand = eval_expr(eval, expr->unary.operand);
    convert_operand(eval, &operand, op == AST_OP_NOT ? &type_bool : &type_number, op);
    if (!eval_is_known(operand.kind))
        return operand;
    if (operand.kind == VALUE_NULL)
        return failed(eval, expr, "the operand is null");
    if (op == AST_OP_NOT)
        operand.boolean = !operand.boolean;
    else
        operand.number = number_negate(eval->arena, &operand.number);
    return operand;
}

/* Conditions */

enum eval_choice eval_condition(struct eval *eval, const struct ast_expr *condition)
{
    struct value value = eval_expr(eval, condition);
    const char *why;
    if (value.kind == VALUE_UNKNOWN)
        return EVAL_NEITHER;
    if (value.kind == VALUE_LATER)
        return eval_need(eval, &value, "a condition") == VALUE_LATER ? EVAL_LATER : EVAL_NEITHER;
    if (value.kind == VALUE_NULL) {
        struct diag *diag =
            eval_error(eval, CODE(BAD_CONDITION), condition->span, "Null condition");
        diag_detail(diag, "a condition is true or false; this one is null");
        return EVAL_NEITHER;
    }
    if (!convert_value(eval->arena, &value, &type_bool, &value, &why)) {
        struct diag *diag =
            eval_error(eval, CODE(BAD_CONDITION), condition->span, "Incorrect condition type");
        diag_detail(diag, "a condition is true or false: %s", why);
        return EVAL_NEITHER;
    }
    return value.boolean ? EVAL_YES : EVAL_NO;
}

/* Null of no type takes the type of the other; so does what has no type yet. */
const struct type *eval_common_type(struct eval *eval, struct span span, const struct value *yes,
                                    const struct value *no)
{
    const struct type *types[] = {value_type(eval->arena, yes), value_type(eval->arena, no)};
    if (types[0]->kind == TYPE_ANY)
        return yes->kind == VALUE_NULL ? types[1] : &type_any;
    if (types[1]->kind == TYPE_ANY)
        return no->kind == VALUE_NULL ? types[0] : &type_any;
    const struct type *common = convert_unify(eval->arena, types, 2);
    if (common != NULL)
        return common;
    struct diag *diag =
        eval_error(eval, CODE(BRANCH_TYPES), span, "Inconsistent conditional result types");
    diag_detail(diag, "one result is %s, the other is %s", type_name(eval->arena, types[0]),
                type_name(eval->arena, types[1]));
    return NULL;
}

static struct value take_branch(struct eval *eval, struct value branch, const struct type *type)
{
    const char *why;
    if (convert_value(eval->arena, &branch, type, &branch, &why))
        return branch;
    struct diag *diag =
        eval_error(eval, CODE(BRANCH_TYPES), branch.span, "Inconsistent conditional result types");
    diag_detail(diag, "this result has the wrong type: %s", why);
    return value_unknown(branch.span);
}

/* Both branches are evaluated, for their types must agree; only what is wrong in the one that is
 * taken is reported. */
struct value eval_conditional(struct eval *eval, const struct ast_expr *expr)
{
    const struct ast_expr *yes_expr = expr->conditional.yes, *no_expr = expr->conditional.no;
    struct eval_mark mark = eval_mark(eval);
    struct value yes = eval_expr(eval, yes_expr);
    struct eval_findings yes_findings = eval_take(eval, mark);
    struct value no = eval_expr(eval, no_expr);
    struct eval_findings no_findings = eval_take(eval, mark);
    const struct type *type =
        eval_common_type(eval, span_join(yes_expr->span, no_expr->span), &yes, &no);
    if (type == NULL)
        return value_unknown(expr->span);
    enum eval_choice choice = eval_condition(eval, expr->conditional.condition);
    if (choice == EVAL_NEITHER || choice == EVAL_LATER)
        return (struct value){.kind = choice == EVAL_LATER ? VALUE_LATER : VALUE_UNKNOWN};
    eval_put(eval, choice == EVAL_YES ? &yes_findings : &no_findings);
    return take_branch(eval, choice == EVAL_YES ? yes : no, type);
}
