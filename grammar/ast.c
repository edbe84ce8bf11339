/* Constructors of expressions; ast_body.c, ast_access.c and template.c have the others. */
#include "array.h"
#include "ast_build.h"
#include "parse.h"
#include "syntax_codes.h"

#include <assert.h>
#include <stddef.h>

const char *ast_operator_text(enum ast_operator op)
{
    static const char *const texts[] = {
        [AST_OP_OR] = "||", [AST_OP_AND] = "&&",   [AST_OP_EQ] = "==", [AST_OP_NE] = "!=",
        [AST_OP_GT] = ">",  [AST_OP_GE] = ">=",    [AST_OP_LT] = "<",  [AST_OP_LE] = "<=",
        [AST_OP_ADD] = "+", [AST_OP_SUB] = "-",    [AST_OP_MUL] = "*", [AST_OP_DIV] = "/",
        [AST_OP_MOD] = "%", [AST_OP_NEGATE] = "-", [AST_OP_NOT] = "!",
    };
    static_assert(ARRAY_LEN(texts) == AST_OPERATOR_COUNT, "one text an operator");
    return texts[op];
}

void builder_too_deep(struct builder *b, struct span span)
{
    if (b->too_deep)
        return;
    b->too_deep = true;
    syntax_error(b->diags, SYNTAX_TOO_DEEP, span, "at most %d levels may be open at one place",
                 PARSE_DEPTH_MAX);
}

#define NODE_SIZE(member) \
    (offsetof(struct ast_expr, member) + sizeof(((struct ast_expr *)0)->member))

/* Most nodes of a configuration are strings and names, which need a third of the largest kind. What
 * may change its kind while it is built (a word becomes a name) is of one size in all of them. */
static size_t node_size(enum ast_expr_kind kind)
{
    switch (kind) {
    case AST_CALL:
    case AST_FOR: return sizeof(struct ast_expr);
    case AST_ATTR:
    case AST_INDEX: return NODE_SIZE(access);
    case AST_SPLAT: return NODE_SIZE(splat);
    case AST_BINARY: return NODE_SIZE(binary);
    case AST_TEMPLATE:
    case AST_CONDITIONAL:
    case AST_TUPLE:
    case AST_OBJECT: return NODE_SIZE(list);
    default: return NODE_SIZE(string);
    }
}
static_assert(sizeof(((struct ast_expr *)0)->object) <= sizeof(struct ast_list), "NODE_SIZE(list)");
static_assert(sizeof(((struct ast_expr *)0)->conditional) <= sizeof(struct ast_list), "the same");
static_assert(sizeof(struct ast_parts) <= sizeof(struct ast_list), "the same");
static_assert(sizeof(((struct ast_expr *)0)->unary) <= sizeof(struct str), "NODE_SIZE(string)");

struct ast_expr *ast_new(struct builder *b, enum ast_expr_kind kind, struct span span)
{
    struct ast_expr *expr = arena_alloc(b->arena, node_size(kind), _Alignof(struct ast_expr));
    expr->kind = kind;
    expr->depth = 1;
    expr->span = span;
    return expr;
}

/* Puts the node above what is depth deep. */
static struct ast_expr *above(struct builder *b, struct ast_expr *expr, uint32_t depth)
{
    if (depth < PARSE_DEPTH_MAX) {
        expr->depth = depth + 1;
        return expr;
    }
    builder_too_deep(b, expr->span);
    return ast_new(b, AST_ERROR, expr->span);
}

static uint32_t deeper(uint32_t depth, const struct ast_expr *expr)
{
    return expr && expr->depth > depth ? expr->depth : depth;
}

static struct span behind(struct builder *b, const struct ast_expr *first, const struct token *last)
{
    return span_join(first->span, builder_span(b, last));
}

static struct span between(struct builder *b, const struct token *first, const struct token *last)
{
    return span_join(builder_span(b, first), builder_span(b, last));
}

struct ast_expr *ast_error(struct builder *b, const struct token *token)
{
    return ast_new(b, AST_ERROR, builder_span(b, token));
}

/* The lexer takes any run of digits, dots and exponents. One dot and then one exponent are right.
 */
static bool is_number(struct str text)
{
    bool dot = false, exponent = false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '.' && (dot || exponent))
            return false;
        if ((c | 0x20) == 'e' && exponent)
            return false;
        dot = dot || c == '.';
        exponent = exponent || (c | 0x20) == 'e';
    }
    return true;
}

struct ast_expr *ast_number(struct builder *b, const struct token *token)
{
    struct ast_expr *expr = ast_new(b, AST_NUMBER, builder_span(b, token));
    expr->number = builder_text(b, token);
    if (!is_number(expr->number)) {
        syntax_error(b->diags, SYNTAX_INVALID_NUMBER, expr->span,
                     "a number has digits, at most one decimal point and at most one exponent");
        expr->kind = AST_ERROR;
    }
    return expr;
}

struct ast_expr *ast_word(struct builder *b, const struct token *token)
{
    struct ast_expr *expr = ast_new(b, AST_BOOL, builder_span(b, token));
    if (token->kind == TOKEN_NULL)
        expr->kind = AST_NULL;
    else
        expr->boolean = token->kind == TOKEN_TRUE;
    return expr;
}

struct ast_expr *ast_variable(struct builder *b, const struct token *token)
{
    struct ast_expr *expr = ast_new(b, AST_VARIABLE, builder_span(b, token));
    expr->name = builder_text(b, token);
    return expr;
}

struct ast_expr *ast_string(struct builder *b, const struct token *token)
{
    struct ast_expr *expr = ast_new(b, AST_STRING, builder_span(b, token));
    expr->string = (struct str){b->text + token->offset + 1, token->length - 2};
    return expr;
}

struct ast_expr *ast_paren(struct builder *b, const struct token *open, struct ast_expr *inner,
                           const struct token *close)
{
    struct ast_expr *expr = ast_new(b, AST_PAREN, between(b, open, close));
    expr->operand = inner;
    return above(b, expr, inner->depth);
}

struct ast_expr *ast_conditional(struct builder *b, struct ast_expr *condition,
                                 struct ast_expr *yes, struct ast_expr *no)
{
    struct ast_expr *expr = ast_new(b, AST_CONDITIONAL, span_join(condition->span, no->span));
    expr->conditional.condition = condition;
    expr->conditional.yes = yes;
    expr->conditional.no = no;
    return above(b, expr, deeper(deeper(condition->depth, yes), no));
}

static enum ast_operator binary_operator(uint16_t kind)
{
    switch (kind) {
    case TOKEN_OR: return AST_OP_OR;
    case TOKEN_AND: return AST_OP_AND;
    case TOKEN_EQEQ: return AST_OP_EQ;
    case TOKEN_NE: return AST_OP_NE;
    case TOKEN_GT: return AST_OP_GT;
    case TOKEN_GE: return AST_OP_GE;
    case TOKEN_LT: return AST_OP_LT;
    case TOKEN_LE: return AST_OP_LE;
    case TOKEN_PLUS: return AST_OP_ADD;
    case TOKEN_MINUS: return AST_OP_SUB;
    case TOKEN_STAR: return AST_OP_MUL;
    case TOKEN_SLASH: return AST_OP_DIV;
    default: return AST_OP_MOD;
    }
}

struct ast_expr *ast_binary(struct builder *b, struct ast_expr *left, const struct token *op,
                            struct ast_expr *right)
{
    struct ast_expr *expr = ast_new(b, AST_BINARY, span_join(left->span, right->span));
    expr->binary.op = binary_operator(op->kind);
    expr->binary.left = left;
    expr->binary.right = right;
    expr->binary.op_span = builder_span(b, op);
    return above(b, expr, deeper(left->depth, right));
}

struct ast_expr *ast_unary(struct builder *b, const struct token *op, struct ast_expr *operand)
{
    struct ast_expr *expr = ast_new(b, AST_UNARY, span_join(builder_span(b, op), operand->span));
    expr->unary.op = op->kind == TOKEN_MINUS ? AST_OP_NEGATE : AST_OP_NOT;
    expr->unary.operand = operand;
    return above(b, expr, operand->depth);
}

struct ast_list ast_list(struct ast_expr *first)
{
    return (struct ast_list){first, first, 1, first->depth};
}

void ast_list_add(struct ast_list *list, struct ast_expr *expr)
{
    list->last->next = expr;
    list->last = expr;
    list->count++;
    list->depth = deeper(list->depth, expr);
}

struct ast_expr *ast_tuple(struct builder *b, const struct token *open, struct ast_list list,
                           const struct token *close)
{
    struct ast_expr *expr = ast_new(b, AST_TUPLE, between(b, open, close));
    expr->list = list;
    return above(b, expr, list.depth);
}

struct ast_expr *ast_function(struct builder *b, const struct token *name)
{
    struct ast_expr *expr = ast_new(b, AST_CALL, builder_span(b, name));
    expr->call.name = builder_text(b, name);
    expr->call.name_span = expr->span;
    return expr;
}

void ast_function_add(struct builder *b, struct ast_expr *function, const struct token *name)
{
    struct str scope = function->call.name, text = builder_text(b, name);
    function->call.name.ptr = arena_printf(b->arena, "%.*s::%.*s", STR_ARG(scope), STR_ARG(text));
    function->call.name.len = scope.len + 2 + text.len;
    function->call.name_span = behind(b, function, name);
    function->span = function->call.name_span;
}

struct ast_expr *ast_call(struct builder *b, struct ast_expr *function, const struct token *open,
                          struct ast_list args, const struct token *ellipsis,
                          const struct token *close)
{
    function->span = behind(b, function, close);
    function->call.open = builder_span(b, open);
    function->call.close = builder_span(b, close);
    function->call.args = args;
    function->call.expand = ellipsis != NULL;
    return above(b, function, args.depth);
}

/* Objects */

struct ast_expr *ast_members(struct builder *b)
{
    return ast_new(b, AST_OBJECT, (struct span){.source = b->source});
}

void ast_members_add(struct ast_expr *object, struct ast_object_item *item)
{
    if (object->object.last)
        object->object.last->next = item;
    else
        object->object.first = item;
    object->object.last = item;
    object->object.count++;
    object->depth = deeper(deeper(object->depth, item->key), item->value);
}

struct ast_object_item *ast_member(struct builder *b, struct ast_expr *key, struct ast_expr *value)
{
    struct ast_object_item *item = arena_new(b->arena, struct ast_object_item, 1);
    /* A bare word is a name here, whatever it means elsewhere. */
    if (key->kind == AST_BOOL || key->kind == AST_NULL) {
        key->kind = AST_VARIABLE;
        key->name = (struct str){b->text + key->span.offset, key->span.length};
    }
    item->key = key;
    item->value = value;
    return item;
}

struct ast_expr *ast_object(struct builder *b, const struct token *open, struct ast_expr *object,
                            struct ast_object_item *last, const struct token *close)
{
    if (last)
        ast_members_add(object, last);
    object->span = between(b, open, close);
    return above(b, object, object->depth);
}

/* For expressions */

struct ast_expr *ast_loop(struct builder *b, const struct token *key, const struct token *value,
                          struct ast_expr *collection)
{
    struct ast_expr *loop = ast_new(b, AST_FOR, collection->span);
    if (key)
        loop->loop.key = builder_text(b, key);
    loop->loop.value = builder_text(b, value);
    loop->loop.collection = collection;
    return loop;
}

void ast_loop_close(struct builder *b, struct ast_expr *loop, struct ast_expr *key,
                    struct ast_expr *value, const struct token *group, struct ast_expr *condition)
{
    loop->loop.key_expr = key;
    loop->loop.value_expr = value;
    loop->loop.condition = condition;
    loop->loop.group = group->kind != TOKEN_NONE;
    /* Until ast_for: where the "..." is, which only an object may have. */
    loop->span = builder_span(b, group);
}

struct ast_expr *ast_for(struct builder *b, const struct token *open, struct ast_expr *loop,
                         const struct token *close)
{
    bool object = open->kind == TOKEN_LOBJECT;
    struct span ellipsis = loop->span;
    loop->span = between(b, open, close);
    if (!object && loop->loop.key_expr) {
        syntax_error(b->diags, SYNTAX_INVALID_FOR, loop->loop.key_expr->span,
                     "a list has no keys; use { and } to build an object");
        loop->kind = AST_ERROR;
    }
    if (!object && loop->loop.group) {
        syntax_error(b->diags, SYNTAX_INVALID_FOR, ellipsis,
                     "only an object groups its values by key, so \"...\" has no place in a list");
        loop->kind = AST_ERROR;
    }
    if (object && !loop->loop.key_expr) {
        struct diag *diag = syntax_error(b->diags, SYNTAX_INVALID_FOR, loop->loop.value_expr->span,
                                         "an object needs a key for each of its values");
        diag_help(diag, "write {for k, v in ... : k => v}, or use [ and ] to build a list");
        loop->kind = AST_ERROR;
    }
    uint32_t depth = deeper(loop->loop.collection->depth, loop->loop.key_expr);
    depth = deeper(deeper(depth, loop->loop.value_expr), loop->loop.condition);
    return above(b, loop, depth);
}
