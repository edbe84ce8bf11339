/* The tree's constructors: what the grammar's actions call.
 *
 * Nodes are in the builder's arena and are never freed one by one. A constructor that finds a
 * mistake which the grammar cannot see reports it and gives AST_ERROR, so that nobody complains
 * twice. Nothing deeper than PARSE_DEPTH_MAX is built.
 */
#ifndef GRAMMAR_AST_BUILD_H
#define GRAMMAR_AST_BUILD_H

#include "ast.h"
#include "diag.h"
#include "token.h"

struct builder {
    struct arena *arena;
    struct diag_list *diags;
    const char *text; /* of the source */
    uint32_t source;
    struct ast_body *root;
    struct ast_body *spare; /* whose content is in a block, and which the next body takes */
    bool failed;            /* the parser refused a token */
    bool overflow;          /* the parser's stack is full */
    bool too_deep;          /* said once */
};

struct template;

static inline struct span builder_span(const struct builder *b, const struct token *token)
{
    return (struct span){b->source, token->offset, token->length};
}

static inline struct str builder_text(const struct builder *b, const struct token *token)
{
    return (struct str){b->text + token->offset, token->length};
}

/* Reports that the source nests too deep, once. */
void builder_too_deep(struct builder *b, struct span span);

struct ast_body *ast_body(struct builder *b);
struct ast_body *ast_body_of(struct builder *b, struct ast_attribute *only);
void ast_body_add_attribute(struct ast_body *body, struct ast_attribute *attribute);
void ast_body_add_block(struct ast_body *body, struct ast_block *block);
/* Reports attributes that are defined again and takes them out. */
void ast_body_finish(struct builder *b, struct ast_body *body);

struct ast_attribute *ast_attribute(struct builder *b, const struct token *name,
                                    struct ast_expr *expr);
struct ast_block *ast_block(struct builder *b, const struct token *type);
void ast_block_add_label(struct builder *b, struct ast_block *block, struct ast_label *label);
void ast_block_close(struct builder *b, struct ast_block *block, const struct token *open,
                     struct ast_body *body, const struct token *close);
struct ast_label *ast_label(struct builder *b, const struct token *token);
struct ast_label *ast_label_template(struct builder *b, const struct token *open,
                                     struct template *text, const struct token *close);

struct ast_expr *ast_new(struct builder *b, enum ast_expr_kind kind, struct span span);
struct ast_expr *ast_error(struct builder *b, const struct token *token);
struct ast_expr *ast_number(struct builder *b, const struct token *token);
struct ast_expr *ast_word(struct builder *b, const struct token *token);
struct ast_expr *ast_variable(struct builder *b, const struct token *token);
struct ast_expr *ast_string(struct builder *b, const struct token *token);
struct ast_expr *ast_template(struct builder *b, const struct token *open, struct template *text,
                              const struct token *close);
struct ast_expr *ast_paren(struct builder *b, const struct token *open, struct ast_expr *inner,
                           const struct token *close);
struct ast_expr *ast_conditional(struct builder *b, struct ast_expr *condition,
                                 struct ast_expr *yes, struct ast_expr *no);
struct ast_expr *ast_binary(struct builder *b, struct ast_expr *left, const struct token *op,
                            struct ast_expr *right);
struct ast_expr *ast_unary(struct builder *b, const struct token *op, struct ast_expr *operand);

struct ast_expr *ast_attr(struct builder *b, struct ast_expr *operand, const struct token *dot,
                          const struct token *name);
struct ast_expr *ast_legacy_index(struct builder *b, struct ast_expr *operand,
                                  const struct token *dot, const struct token *number);
struct ast_expr *ast_splat(struct builder *b, struct ast_expr *operand, const struct token *dot,
                           const struct token *star);
struct ast_expr *ast_index(struct builder *b, struct ast_expr *operand, const struct token *open,
                           struct ast_expr *key, const struct token *close);
struct ast_expr *ast_full_splat(struct builder *b, struct ast_expr *operand,
                                const struct token *open, const struct token *close);

struct ast_list ast_list(struct ast_expr *first);
void ast_list_add(struct ast_list *list, struct ast_expr *expr);
struct ast_expr *ast_tuple(struct builder *b, const struct token *open, struct ast_list list,
                           const struct token *close);
struct ast_expr *ast_function(struct builder *b, const struct token *name);
void ast_function_add(struct builder *b, struct ast_expr *function, const struct token *name);
struct ast_expr *ast_call(struct builder *b, struct ast_expr *function, const struct token *open,
                          struct ast_list args, const struct token *ellipsis,
                          const struct token *close);

struct ast_expr *ast_members(struct builder *b);
void ast_members_add(struct ast_expr *object, struct ast_object_item *item);
struct ast_object_item *ast_member(struct builder *b, struct ast_expr *key, struct ast_expr *value);
struct ast_expr *ast_object(struct builder *b, const struct token *open, struct ast_expr *object,
                            struct ast_object_item *last, const struct token *close);

/* key is NULL if there is only one name. */
struct ast_expr *ast_loop(struct builder *b, const struct token *key, const struct token *value,
                          struct ast_expr *collection);
/* group is a zeroed token if there is no "...". */
void ast_loop_close(struct builder *b, struct ast_expr *loop, struct ast_expr *key,
                    struct ast_expr *value, const struct token *group, struct ast_expr *condition);
struct ast_expr *ast_for(struct builder *b, const struct token *open, struct ast_expr *loop,
                         const struct token *close);

/* template.c */
struct template *template_new(struct builder *b);
void template_add_literal(struct builder *b, struct template *t, const struct token *text);
void template_add_expr(struct builder *b, struct template *t, const struct token *open,
                       struct ast_expr *expr, const struct token *close);
void template_add_if(struct builder *b, struct template *t, const struct token *open,
                     struct ast_expr *condition, const struct token *close);
void template_add_word(struct builder *b, struct template *t, const struct token *open,
                       const struct token *word, const struct token *close);
void template_add_for(struct builder *b, struct template *t, const struct token *open,
                      const struct token *key, const struct token *value,
                      struct ast_expr *collection, const struct token *close);

#endif
