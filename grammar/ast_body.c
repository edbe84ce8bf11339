/* Constructors of bodies, attributes and blocks. */
#include "ast_build.h"
#include "map.h"
#include "parse.h"
#include "syntax_codes.h"

static struct ast_body *new_body(struct builder *b)
{
    struct ast_body *body = b->spare ? b->spare : arena_new(b->arena, struct ast_body, 1);
    b->spare = NULL;
    *body = (struct ast_body){.span.source = b->source};
    return body;
}

struct ast_body *ast_body(struct builder *b)
{
    struct ast_body *body = new_body(b);
    if (!b->root)
        b->root = body;
    return body;
}

struct ast_body *ast_body_of(struct builder *b, struct ast_attribute *only)
{
    struct ast_body *body = new_body(b);
    ast_body_add_attribute(body, only);
    return body;
}

void ast_body_add_attribute(struct ast_body *body, struct ast_attribute *attribute)
{
    if (body->last_attribute)
        body->last_attribute->next = attribute;
    else
        body->attributes = attribute;
    body->last_attribute = attribute;
    body->attribute_count++;
}

void ast_body_add_block(struct ast_body *body, struct ast_block *block)
{
    if (body->last_block)
        body->last_block->next = block;
    else
        body->blocks = block;
    body->last_block = block;
    body->block_count++;
}

static const struct ast_attribute *find_before(const struct ast_body *body,
                                               const struct ast_attribute *end)
{
    for (const struct ast_attribute *it = body->attributes; it != end; it = it->next)
        if (str_equal(it->name, end->name))
            return it;
    return NULL;
}

static void report_redefined(struct builder *b, const struct ast_attribute *again,
                             const struct ast_attribute *first)
{
    struct diag *diag = syntax_error(b->diags, SYNTAX_ATTRIBUTE_REDEFINED, again->name_span,
                                     "\"%.*s\" is already set in this body", STR_ARG(again->name));
    diag_note(diag, first->name_span, "it is first set here");
}

/* Above this many attributes a map is faster than comparing each with each. */
#define FEW_ATTRIBUTES 16

void ast_body_finish(struct builder *b, struct ast_body *body)
{
    struct map seen = {0};
    VEC(const struct ast_attribute *) firsts = {0};
    bool few = body->attribute_count <= FEW_ATTRIBUTES;
    if (!few)
        map_init(&seen, b->arena, body->attribute_count);
    struct ast_attribute *previous = NULL;
    for (struct ast_attribute *it = body->attributes; it; it = it->next) {
        const struct ast_attribute *first;
        if (few) {
            first = find_before(body, it);
        } else {
            bool is_new;
            uint32_t *index = map_put(&seen, it->name, &is_new);
            if (is_new) {
                *index = firsts.count;
                *vec_push(b->arena, &firsts) = it;
            }
            first = is_new ? NULL : firsts.items[*index];
        }
        if (!first) {
            previous = it;
            continue;
        }
        report_redefined(b, it, first);
        previous->next = it->next;
        body->attribute_count--;
    }
    body->last_attribute = previous;
}

struct ast_attribute *ast_attribute(struct builder *b, const struct token *name,
                                    struct ast_expr *expr)
{
    struct ast_attribute *attribute = arena_new(b->arena, struct ast_attribute, 1);
    attribute->name = builder_text(b, name);
    attribute->name_span = builder_span(b, name);
    attribute->span = span_join(attribute->name_span, expr->span);
    attribute->expr = expr;
    return attribute;
}

struct ast_block *ast_block(struct builder *b, const struct token *type)
{
    struct ast_block *block = arena_new(b->arena, struct ast_block, 1);
    block->type = builder_text(b, type);
    block->type_span = block->header = builder_span(b, type);
    return block;
}

void ast_block_add_label(struct builder *b, struct ast_block *block, struct ast_label *label)
{
    if (block->label_count == PARSE_DEPTH_MAX) {
        builder_too_deep(b, label->span);
        return;
    }
    struct ast_label **end = &block->labels;
    while (*end)
        end = &(*end)->next;
    *end = label;
    block->label_count++;
    block->header = span_join(block->header, label->span);
}

void ast_block_close(struct builder *b, struct ast_block *block, const struct token *open,
                     struct ast_body *body, const struct token *close)
{
    block->open = builder_span(b, open);
    if (body) {
        ast_body_finish(b, body);
        block->body = *body;
        b->spare = body;
    }
    block->body.span = span_join(block->open, builder_span(b, close));
    block->span = span_join(block->header, block->body.span);
}

struct ast_label *ast_label(struct builder *b, const struct token *token)
{
    struct ast_label *label = arena_new(b->arena, struct ast_label, 1);
    label->span = builder_span(b, token);
    label->text = builder_text(b, token);
    if (token->kind == TOKEN_STRING)
        label->text = (struct str){label->text.ptr + 1, label->text.len - 2};
    return label;
}
