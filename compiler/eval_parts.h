/* What the files of the evaluator share. Private to eval*.c and functions*.c. */
#ifndef COMPILER_EVAL_PARTS_H
#define COMPILER_EVAL_PARTS_H

#include "codes.h"
#include "convert.h"
#include "eval.h"

/* One kind of expression each. */
/* local.x, var.x, service.x.y and the like: false if it is none (a loop may have such a name). */
bool eval_reference(struct eval *eval, const struct ast_expr *expr, struct value *out);
/* Whether the name is one of these roots, and what may stand behind it ("NAME"); else NULL. */
const char *eval_root_form(const struct eval *eval, struct str name);
const struct value *eval_find_variable(const struct eval_scope *scope, struct str name);
struct value eval_variable(struct eval *eval, const struct ast_expr *expr);
struct value eval_attribute(struct eval *eval, const struct ast_expr *expr);
struct value eval_index(struct eval *eval, const struct ast_expr *expr);
struct value eval_splat(struct eval *eval, const struct ast_expr *expr);
struct value eval_call(struct eval *eval, const struct ast_expr *expr);
struct value eval_unary(struct eval *eval, const struct ast_expr *expr);
struct value eval_binary(struct eval *eval, const struct ast_expr *expr);
struct value eval_conditional(struct eval *eval, const struct ast_expr *expr);
struct value eval_for(struct eval *eval, const struct ast_expr *expr);
struct value eval_template(struct eval *eval, const struct ast_expr *expr);

/* Chooses a branch: what a conditional and an if directive have in common. */
enum eval_choice { EVAL_NEITHER, EVAL_YES, EVAL_NO, EVAL_LATER };
enum eval_choice eval_condition(struct eval *eval, const struct ast_expr *condition);
/* What both branches have in common; NULL, after a diagnostic at the span, if nothing. */
const struct type *eval_common_type(struct eval *eval, struct span span, const struct value *yes,
                                    const struct value *no);

/* The elements of a collection, one by one: what a for expression and a for directive have in
 * common. */
struct eval_loop {
    const struct value *collection;
    uint32_t at, count;
    struct eval_binding bindings[2];
    struct eval_scope scope;
};
/* Evaluates the collection. False, after a diagnostic if it is no collection, if there is nothing
 * to walk: the kind of *out_collection is then that of the whole expression. Names of length 0 are
 * not bound. */
bool eval_loop_begin(struct eval *eval, struct eval_loop *loop, struct str key, struct str value,
                     const struct ast_expr *collection, struct value *out_collection);
/* Binds the next element; false at the end. */
bool eval_loop_next(struct eval *eval, struct eval_loop *loop);
void eval_loop_end(struct eval *eval, struct eval_loop *loop);

/* Counts what is about to be produced. False, after a diagnostic once, if it is too much. */
bool eval_charge(struct eval *eval, struct span span, uint64_t units);
static inline uint64_t eval_text_units(size_t bytes)
{
    return bytes / 16 + 1;
}

/* How many values are in one that is given a name at the span. Names may hold each other, so that a
 * few lines describe a value that nobody could walk through: whoever refers to a name charges its
 * size. A value that nests too deep becomes unknown, after a diagnostic. */
uint32_t eval_bound(struct eval *eval, struct value *value, struct span span);

/* A diagnostic of the code, with hcl's category for its message. */
struct diag *eval_error(struct eval *eval, const struct diag_code *code, struct span span,
                        const char *summary);
/* One diagnostic: what stands at the span is, or has in it, the value that is known only at start,
 * and what needs it now. Gives the kind of the result: unknown, or later for the element of a loop
 * that is only tried. */
enum value_kind eval_too_late(struct eval *eval, const struct value *value, struct span span,
                              const char *what);
/* As eval_too_late for a value that is not known; unknown stays so without a word. */
enum value_kind eval_need(struct eval *eval, const struct value *value, const char *what);
/* Where diagnostics stood, and back to it: what came after is forgotten. */
struct eval_mark {
    uint32_t count, errors, warnings;
};
struct eval_mark eval_mark(const struct eval *eval);
void eval_rewind(struct eval *eval, struct eval_mark mark);
/* Takes what came after the mark out of the list, to put it back, or not, once it is known whether
 * it matters. */
struct eval_findings {
    struct diag **items;
    uint32_t count, errors, warnings;
};
struct eval_findings eval_take(struct eval *eval, struct eval_mark mark);
void eval_put(struct eval *eval, const struct eval_findings *findings);

/* Where an expression begins, as hcl points at arguments: the bracket of a tuple, the name and
 * parenthesis of a call, the first part of a template... */
struct span eval_start(struct eval *eval, const struct ast_expr *expr);
/* ".name", ".0" or "[key]": what stands between the operand and the end of an access. */
struct span eval_step(struct eval *eval, const struct ast_expr *expr);
/* A copy of text in the arena, in NFC. */
struct str eval_text(struct eval *eval, const struct strbuf *text);

/* The unknown of a result: unknown if one of both is, else known later. */
static inline struct value eval_unknown_of(struct span span, enum value_kind a, enum value_kind b)
{
    bool later = a != VALUE_UNKNOWN && b != VALUE_UNKNOWN;
    return (struct value){.kind = later ? VALUE_LATER : VALUE_UNKNOWN, .span = span};
}

static inline bool eval_is_known(enum value_kind kind)
{
    return kind != VALUE_UNKNOWN && kind != VALUE_LATER;
}

#endif
