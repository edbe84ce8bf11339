/* What follows a term: attributes, indices and splats. */
#include "ast_build.h"
#include "parse.h"
#include "syntax_codes.h"

/* A splat takes what follows into itself: `.*` only names and legacy indices, `[*]` everything. So
 * a step is put on the innermost open splat's `each`, which starts as a nameless variable. */
static struct ast_expr **step_place(struct builder *b, struct ast_expr **place, bool named)
{
    while ((*place)->kind == AST_SPLAT && ((*place)->splat.full || named)) {
        struct ast_expr *splat = *place;
        if (!splat->splat.each)
            splat->splat.each = ast_new(b, AST_VARIABLE, splat->splat.marker);
        place = &splat->splat.each;
    }
    return place;
}

/* The splats from top down to the step have grown with it. */
static struct ast_expr *grow(struct builder *b, struct ast_expr *top, const struct ast_expr *step,
                             struct span last)
{
    uint32_t above = 0;
    for (struct ast_expr *it = top; it != step; it = it->splat.each)
        above++;
    if (above + step->depth > PARSE_DEPTH_MAX) {
        builder_too_deep(b, top->span);
        return ast_new(b, AST_ERROR, top->span);
    }
    for (struct ast_expr *it = top; it != step; it = it->splat.each, above--) {
        it->span = span_join(it->span, last);
        if (it->depth < above + step->depth)
            it->depth = above + step->depth;
    }
    return top;
}

/* Puts the step, which lacks its operand, behind the operand. */
static struct ast_expr *add_step(struct builder *b, struct ast_expr *operand, struct ast_expr *step,
                                 bool named)
{
    struct span last = step->span;
    if (operand->kind == AST_ERROR) {
        operand->span = span_join(operand->span, last);
        return operand;
    }
    struct ast_expr **place = step_place(b, &operand, named);
    step->span = span_join((*place)->span, last);
    if (step->kind == AST_SPLAT)
        step->splat.operand = *place;
    else
        step->access.operand = *place;
    if (step->depth < (*place)->depth + 1u)
        step->depth = (*place)->depth + 1u;
    bool inside = place != &operand;
    *place = step;
    if (step->depth > PARSE_DEPTH_MAX) {
        builder_too_deep(b, step->span);
        return ast_new(b, AST_ERROR, step->span);
    }
    return inside ? grow(b, operand, step, last) : operand;
}

static struct span dotted(struct builder *b, const struct token *dot, const struct token *last)
{
    return span_join(builder_span(b, dot), builder_span(b, last));
}

struct ast_expr *ast_attr(struct builder *b, struct ast_expr *operand, const struct token *dot,
                          const struct token *name)
{
    struct ast_expr *step = ast_new(b, AST_ATTR, dotted(b, dot, name));
    step->access.name = builder_text(b, name);
    step->access.name_span = builder_span(b, name);
    return add_step(b, operand, step, true);
}

/* The marker of the `.*` whose each would take a name now, if there is one. */
static const struct ast_expr *open_attribute_splat(const struct ast_expr *expr)
{
    while (expr && expr->kind == AST_SPLAT && expr->splat.full)
        expr = expr->splat.each;
    return expr && expr->kind == AST_SPLAT ? expr : NULL;
}

struct ast_expr *ast_legacy_index(struct builder *b, struct ast_expr *operand,
                                  const struct token *dot, const struct token *number)
{
    struct str text = builder_text(b, number);
    const char *second = memchr(text.ptr, '.', text.len);
    if (second) {
        const struct ast_expr *splat = open_attribute_splat(operand);
        struct span span = builder_span(b, number);
        /* Behind `.*` the reference points at the star. */
        if (splat)
            span = (struct span){b->source,
                                 splat->splat.marker.offset + splat->splat.marker.length - 1, 1};
        struct diag *diag = syntax_error(b->diags, SYNTAX_INVALID_LEGACY_INDEX, span,
                                         "two indices in a row read as one fraction here");
        diag_help(diag, "write [%.*s][%s]", (int)(second - text.ptr), text.ptr,
                  arena_strndup(b->arena, second + 1, text.len - (size_t)(second + 1 - text.ptr)));
        operand->kind = AST_ERROR;
        return operand;
    }
    struct ast_expr *step = ast_new(b, AST_INDEX, dotted(b, dot, number));
    step->access.key = ast_number(b, number);
    step->access.name_span = step->access.key->span;
    step->access.legacy = true;
    return add_step(b, operand, step, true);
}

struct ast_expr *ast_splat(struct builder *b, struct ast_expr *operand, const struct token *dot,
                           const struct token *star)
{
    if (open_attribute_splat(operand)) {
        syntax_error(b->diags, SYNTAX_NESTED_SPLAT, builder_span(b, star),
                     "one \".*\" cannot stand inside another; \"[*]\" can");
        operand->kind = AST_ERROR;
        return operand;
    }
    struct ast_expr *step = ast_new(b, AST_SPLAT, dotted(b, dot, star));
    step->splat.marker = step->span;
    return add_step(b, operand, step, true);
}

struct ast_expr *ast_index(struct builder *b, struct ast_expr *operand, const struct token *open,
                           struct ast_expr *key, const struct token *close)
{
    struct ast_expr *step = ast_new(b, AST_INDEX, dotted(b, open, close));
    step->access.key = key;
    step->access.name_span = step->span;
    step->depth = key->depth + 1u;
    return add_step(b, operand, step, false);
}

struct ast_expr *ast_full_splat(struct builder *b, struct ast_expr *operand,
                                const struct token *open, const struct token *close)
{
    struct ast_expr *step = ast_new(b, AST_SPLAT, dotted(b, open, close));
    step->splat.marker = step->span;
    step->splat.full = true;
    return add_step(b, operand, step, false);
}
