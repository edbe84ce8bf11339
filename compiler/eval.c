#include "eval_parts.h"

#include "later.h"
#include "utf8.h"

/* Shared pieces */

struct diag *eval_error(struct eval *eval, const struct diag_code *code, struct span span,
                        const char *summary)
{
    return diag_error(eval->diags, code, span, "%s", summary);
}

enum value_kind eval_too_late(struct eval *eval, const struct value *value, struct span span,
                              const char *what)
{
    if (value->later.count == 0)
        return VALUE_LATER;
    struct diag *diag = eval_error(eval, CODE(NOT_CONSTANT), span, "Value known too late");
    diag_detail(diag, "%s needs it when compiling, and it is known only at start", what);
    later_explain(diag, value, span);
    return VALUE_UNKNOWN;
}

enum value_kind eval_need(struct eval *eval, const struct value *value, const char *what)
{
    return value->kind == VALUE_LATER ? eval_too_late(eval, value, value->span, what) : value->kind;
}

struct eval_mark eval_mark(const struct eval *eval)
{
    const struct diag_list *list = eval->diags;
    return (struct eval_mark){list->diags.count, list->errors, list->warnings};
}

void eval_rewind(struct eval *eval, struct eval_mark mark)
{
    if (eval->exhausted)
        return; /* the one diagnostic of it must not get lost */
    eval->diags->diags.count = mark.count;
    eval->diags->errors = mark.errors;
    eval->diags->warnings = mark.warnings;
}

struct eval_findings eval_take(struct eval *eval, struct eval_mark mark)
{
    struct diag_list *list = eval->diags;
    uint32_t count = list->diags.count - mark.count;
    struct eval_findings findings = {.errors = list->errors - mark.errors,
                                     .warnings = list->warnings - mark.warnings};
    if (eval->exhausted || count == 0)
        return findings;
    findings.items = arena_new(eval->arena, struct diag *, count);
    findings.count = count;
    memcpy(findings.items, list->diags.items + mark.count, count * sizeof *findings.items);
    eval_rewind(eval, mark);
    return findings;
}

void eval_put(struct eval *eval, const struct eval_findings *findings)
{
    struct diag_list *list = eval->diags;
    if (findings->count == 0)
        return;
    for (uint32_t i = 0; i < findings->count && list->diags.count < DIAG_KEPT; i++)
        *vec_push(list->arena, &list->diags) = findings->items[i];
    list->errors += findings->errors;
    list->warnings += findings->warnings;
}

bool eval_charge(struct eval *eval, struct span span, uint64_t units)
{
    if (!eval->exhausted && units <= EVAL_WORK_MAX - eval->work) {
        eval->work += (uint32_t)units;
        return true;
    }
    if (!eval->exhausted) {
        eval->exhausted = true;
        struct diag *diag = eval_error(eval, CODE(TOO_MUCH_WORK), span, "Too much to compute");
        diag_detail(diag, "the expressions of this file produce more than %u elements",
                    EVAL_WORK_MAX);
    }
    return false;
}

uint32_t eval_bound(struct eval *eval, struct value *value, struct span span)
{
    struct value_extent extent = value_measure(value, EVAL_WORK_MAX, EVAL_DEPTH_MAX);
    if (extent.depth > EVAL_DEPTH_MAX) {
        struct diag *diag = eval_error(eval, CODE(TOO_DEEP_VALUE), span, "Value too deep");
        diag_detail(diag, "lists and objects nest at most %u deep", EVAL_DEPTH_MAX);
        *value = value_unknown(span);
    }
    return extent.size;
}

struct str eval_text(struct eval *eval, const struct strbuf *text)
{
    return utf8_nfc(eval->arena, strbuf_copy(text, eval->arena));
}

static struct span opener(struct span span)
{
    span.length = span.length > 0 ? 1 : 0;
    return span;
}

/* Without its quotes, or without the lines of its markers. */
static struct span inside(struct eval *eval, const struct ast_expr *expr)
{
    struct span span = expr->span;
    if (!expr->heredoc) {
        if (span.length <= 2)
            return span;
        return (struct span){span.source, span.offset + 1, span.length - 2};
    }
    struct str text = source_text(eval->diags->sources, span);
    const char *first = memchr(text.ptr, '\n', text.len);
    const char *last = text.len > 0 ? memrchr(text.ptr, '\n', text.len - 1) : NULL;
    if (first == NULL || last == NULL || last < first)
        return span;
    return (struct span){span.source, span.offset + (uint32_t)(first + 1 - text.ptr),
                         (uint32_t)(last - first)};
}

static bool is_literal_key(const struct ast_expr *key)
{
    return key->kind == AST_NUMBER || key->kind == AST_STRING;
}

struct span eval_start(struct eval *eval, const struct ast_expr *expr)
{
    switch (expr->kind) {
    case AST_STRING: return inside(eval, expr);
    case AST_TEMPLATE:
        return expr->template.first != NULL ? expr->template.first->span : expr->span;
    case AST_PAREN: return eval_start(eval, expr->operand);
    case AST_INDEX:
        return is_literal_key(expr->access.key) ? expr->span : opener(eval_step(eval, expr));
    case AST_SPLAT: return expr->splat.marker;
    case AST_CALL: return span_join(expr->call.name_span, expr->call.open);
    case AST_UNARY:
    case AST_TUPLE:
    case AST_OBJECT:
    case AST_FOR: return opener(expr->span);
    case AST_BINARY: return eval_start(eval, expr->binary.left);
    case AST_CONDITIONAL: return eval_start(eval, expr->conditional.condition);
    default: return expr->span;
    }
}

struct span eval_step(struct eval *eval, const struct ast_expr *expr)
{
    const struct span operand = expr->access.operand->span;
    uint32_t end = expr->span.offset + expr->span.length;
    uint32_t at = operand.offset + operand.length;
    struct str text = source_text(eval->diags->sources, expr->span);
    if (at < expr->span.offset || at > end)
        at = expr->span.offset; /* the operand is the item of a splat */
    while (at < end && text.ptr[at - expr->span.offset] != '.' &&
           text.ptr[at - expr->span.offset] != '[')
        at++;
    if (at == end)
        return expr->span;
    return (struct span){expr->span.source, at, end - at};
}

/* Literals and constructors */

static struct value eval_number(struct eval *eval, const struct ast_expr *expr)
{
    struct value value = {.kind = VALUE_NUMBER};
    if (number_parse(eval->arena, expr->number, &value.number))
        return value;
    struct diag *diag = eval_error(eval, CODE(BAD_NUMBER), expr->span, "Invalid number literal");
    diag_detail(diag, "its magnitude is beyond what a number can have");
    return value_unknown(expr->span);
}

static struct value eval_tuple(struct eval *eval, const struct ast_expr *expr)
{
    struct value value = {.kind = VALUE_TUPLE};
    value.tuple.items = arena_new(eval->arena, struct value, expr->list.count);
    for (const struct ast_expr *item = expr->list.first; item != NULL; item = item->next)
        value.tuple.items[value.tuple.count++] = eval_expr(eval, item);
    return value;
}

/* A reference of several steps without brackets around: nobody can tell whether a.b as a key means
 * the name "a.b" or the value of it. */
static bool is_plain_reference(const struct ast_expr *expr)
{
    while (expr->kind == AST_ATTR || (expr->kind == AST_INDEX && is_literal_key(expr->access.key)))
        expr = expr->access.operand;
    return expr->kind == AST_VARIABLE;
}

/* False, and no diagnostic, if the key is a bare name. */
static bool key_is_name(const struct ast_expr *key, struct str *out_name)
{
    switch (key->kind) {
    case AST_VARIABLE: *out_name = key->name; return true;
    case AST_BOOL: *out_name = key->boolean ? STR("true") : STR("false"); return true;
    case AST_NULL: *out_name = STR("null"); return true;
    default: return false;
    }
}

/* VALUE_STRING, or the unknown it leads to. */
static struct value key_of(struct eval *eval, const struct ast_object_item *item)
{
    struct value key = {.kind = VALUE_STRING, .span = item->key->span};
    const char *why;
    if (key_is_name(item->key, &key.string))
        return key;
    if ((item->key->kind == AST_ATTR || item->key->kind == AST_INDEX) &&
        is_plain_reference(item->key)) {
        struct diag *diag =
            eval_error(eval, CODE(BAD_KEY), item->key->span, "Ambiguous attribute key");
        diag_detail(diag, "a reference stands in parentheses, a name with dots in quotes");
        return value_unknown(key.span);
    }
    key = eval_expr(eval, item->key);
    if (key.kind == VALUE_NULL) {
        struct diag *diag = eval_error(eval, CODE(BAD_KEY), item->value->span, "Null value as key");
        diag_detail(diag, "null cannot be a key");
        return value_unknown(key.span);
    }
    if (key.kind == VALUE_LATER) {
        key.kind = eval_need(eval, &key, "a key");
        return key;
    }
    if (!convert_value(eval->arena, &key, &type_string, &key, &why)) {
        struct diag *diag = eval_error(eval, CODE(BAD_KEY), key.span, "Incorrect key type");
        diag_detail(diag, "this cannot be a key: %s", why);
        return value_unknown(key.span);
    }
    return key;
}

static struct value eval_object(struct eval *eval, const struct ast_expr *expr)
{
    struct value value = {.kind = VALUE_OBJECT};
    enum value_kind unknown = VALUE_KIND_COUNT;
    value.object.items = arena_new(eval->arena, struct value_member, expr->object.count);
    for (const struct ast_object_item *it = expr->object.first; it != NULL; it = it->next) {
        struct value key = key_of(eval, it);
        struct value member = eval_expr(eval, it->value);
        if (key.kind == VALUE_STRING)
            value.object.items[value.object.count++] =
                (struct value_member){.name = key.string, .name_span = key.span, .value = member};
        else if (unknown != VALUE_UNKNOWN)
            unknown = key.kind;
    }
    if (unknown != VALUE_KIND_COUNT)
        return (struct value){.kind = unknown};
    value_sort_members(eval->arena, &value);
    return value;
}

static struct value eval_kind(struct eval *eval, const struct ast_expr *expr)
{
    switch (expr->kind) {
    case AST_NUMBER: return eval_number(eval, expr);
    case AST_STRING: return value_string(expr->span, expr->string);
    case AST_BOOL: return (struct value){.kind = VALUE_BOOL, .boolean = expr->boolean};
    case AST_NULL: return (struct value){.kind = VALUE_NULL};
    case AST_TEMPLATE: return eval_template(eval, expr);
    case AST_WRAP:
    case AST_PAREN: return eval_expr(eval, expr->operand);
    case AST_VARIABLE: return eval_variable(eval, expr);
    case AST_ATTR: return eval_attribute(eval, expr);
    case AST_INDEX: return eval_index(eval, expr);
    case AST_SPLAT: return eval_splat(eval, expr);
    case AST_CALL: return eval_call(eval, expr);
    case AST_UNARY: return eval_unary(eval, expr);
    case AST_BINARY: return eval_binary(eval, expr);
    case AST_CONDITIONAL: return eval_conditional(eval, expr);
    case AST_TUPLE: return eval_tuple(eval, expr);
    case AST_OBJECT: return eval_object(eval, expr);
    case AST_FOR: return eval_for(eval, expr);
    case AST_ERROR:
    case AST_EXPR_KIND_COUNT: break;
    }
    return value_unknown(expr->span);
}

struct value eval_expr(struct eval *eval, const struct ast_expr *expr)
{
    if (eval->exhausted || (eval->loops > 0 && !eval_charge(eval, expr->span, 1)))
        return value_unknown(expr->span);
    if (eval->depth == EVAL_DEPTH_MAX) {
        struct diag *diag =
            eval_error(eval, CODE(TOO_DEEP_VALUE), expr->span, "Expression too deep");
        diag_detail(diag, "expressions nest at most %u deep", EVAL_DEPTH_MAX);
        return value_unknown(expr->span);
    }
    eval->depth++;
    struct value value = eval_kind(eval, expr);
    eval->depth--;
    value.span = expr->span;
    return value;
}
