#include "eval_parts.h"

#include "later.h"
#include "vec.h"

/* The text of a template while its parts are joined. */
struct text {
    struct strbuf buf;              /* what is known, since the last piece */
    VEC(struct value_piece) pieces; /* empty until something is known only at start */
    enum value_kind unknown;        /* what the whole is, or VALUE_KIND_COUNT */
};

static void add_parts(struct eval *eval, const struct ast_parts *parts, struct text *text);

static void spoil(struct text *text, enum value_kind kind)
{
    if (text->unknown != VALUE_UNKNOWN)
        text->unknown = kind;
}

static void add_text(struct eval *eval, struct span span, struct str piece, struct text *text)
{
    if ((eval->loops > 0 || piece.len > 4096) &&
        !eval_charge(eval, span, eval_text_units(piece.len)))
        spoil(text, VALUE_UNKNOWN);
    else
        strbuf_add_str(&text->buf, piece);
}

/* What is known so far becomes a piece. */
static void cut(struct eval *eval, struct text *text)
{
    if (text->buf.len == 0)
        return;
    *vec_push(eval->arena, &text->pieces) =
        (struct value_piece){.kind = VALUE_PIECE_TEXT, .text = eval_text(eval, &text->buf)};
    strbuf_clear(&text->buf);
}

static void add_later(struct eval *eval, const struct ast_expr *expr, const struct value *value,
                      struct text *text)
{
    if (!eval_charge(eval, expr->span, value->later.count)) {
        spoil(text, VALUE_UNKNOWN);
        return;
    }
    for (uint32_t i = 0; i < value->later.count; i++) {
        const struct value_piece *piece = &value->later.pieces[i];
        if (piece->kind == VALUE_PIECE_TEXT) {
            add_text(eval, expr->span, piece->text, text);
            continue;
        }
        cut(eval, text);
        *vec_push(eval->arena, &text->pieces) = *piece;
    }
}

static void add_value(struct eval *eval, const struct ast_expr *expr, struct text *text)
{
    struct value value = eval_expr(eval, expr);
    const char *why = "it is null";
    if (value.kind == VALUE_LATER && value.later.count > 0) {
        add_later(eval, expr, &value, text);
        return;
    }
    if (!eval_is_known(value.kind)) {
        spoil(text, value.kind);
        return;
    }
    if (value.kind != VALUE_NULL &&
        convert_value(eval->arena, &value, &type_string, &value, &why)) {
        add_text(eval, expr->span, value.string, text);
        return;
    }
    struct diag *diag = eval_error(eval, CODE(BAD_INTERPOLATION), expr->span,
                                   "Invalid template interpolation value");
    diag_detail(diag, "this cannot stand in a text: %s", why);
    diag_label(diag, "this is %s", value_kind_text(value.kind));
    spoil(text, VALUE_UNKNOWN);
}

/* As with a conditional, what is wrong in the branch that is not taken is not reported. */
static void add_branch(struct eval *eval, const struct ast_part *part, struct text *text)
{
    switch (eval_condition(eval, part->branch.condition)) {
    case EVAL_YES: add_parts(eval, &part->branch.then, text); break;
    case EVAL_NO: add_parts(eval, &part->branch.otherwise, text); break;
    case EVAL_LATER: spoil(text, VALUE_LATER); break;
    case EVAL_NEITHER: spoil(text, VALUE_UNKNOWN); break;
    }
}

static void add_loop(struct eval *eval, const struct ast_part *part, struct text *text)
{
    struct eval_loop loop;
    struct value collection;
    if (!eval_loop_begin(eval, &loop, part->loop.key, part->loop.value, part->loop.collection,
                         &collection)) {
        spoil(text, collection.kind);
        return;
    }
    while (eval_loop_next(eval, &loop))
        add_parts(eval, &part->loop.body, text);
    eval_loop_end(eval, &loop);
}

static void add_parts(struct eval *eval, const struct ast_parts *parts, struct text *text)
{
    if (eval->depth == EVAL_DEPTH_MAX || eval->exhausted) {
        spoil(text, VALUE_UNKNOWN);
        return;
    }
    eval->depth++;
    for (const struct ast_part *part = parts->first; part != NULL; part = part->next) {
        switch (part->kind) {
        case AST_PART_LITERAL: add_text(eval, part->span, part->literal, text); break;
        case AST_PART_EXPR: add_value(eval, part->expr, text); break;
        case AST_PART_IF: add_branch(eval, part, text); break;
        case AST_PART_FOR: add_loop(eval, part, text); break;
        }
    }
    eval->depth--;
}

struct value eval_template(struct eval *eval, const struct ast_expr *expr)
{
    struct text text = {.unknown = VALUE_KIND_COUNT};
    struct value value = value_unknown(expr->span);
    add_parts(eval, &expr->template, &text);
    if (text.unknown != VALUE_KIND_COUNT) {
        value.kind = text.unknown;
    } else if (text.pieces.count == 0) {
        value = value_string(expr->span, eval_text(eval, &text.buf));
    } else {
        cut(eval, &text);
        value = later_new(eval->arena, text.pieces.items, text.pieces.count, expr->span);
    }
    strbuf_finish(&text.buf);
    return value;
}
