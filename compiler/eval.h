/* Expressions to values, as hashicorp/hcl and go-cty have it (hclsyntax/spec.md).
 *
 * What cannot be computed is one diagnostic at the place that cannot, with hcl's category as its
 * message, and VALUE_UNKNOWN; the rest of a list or object is still computed, so that its mistakes
 * are seen in the same run. Nothing is run, and only file() reads: the same tree, scope, files and
 * settings of variables give the same value.
 *
 * Recursion is bounded by EVAL_DEPTH_MAX. What loops and functions produce is bounded by
 * EVAL_WORK_MAX (an element, an expression inside a loop, or 16 bytes of text is one unit): beyond
 * it there is one diagnostic, and all that follows is unknown.
 */
#ifndef COMPILER_EVAL_H
#define COMPILER_EVAL_H

#include "ast.h"
#include "diag.h"
#include "value.h"

#define EVAL_DEPTH_MAX 1000
#define EVAL_WORK_MAX  2000000u

struct eval_binding {
    struct str name;
    struct value value;
};

/* Names that expressions may use; inner scopes hide outer ones. */
struct eval_scope {
    const struct eval_scope *parent; /* or NULL */
    const struct eval_binding *bindings;
    uint32_t count;
    const struct map *index; /* name -> index into bindings; NULL for a few of them */
};

struct files;
struct map;
struct references;

struct eval {
    struct arena *arena; /* values live here */
    struct diag_list *diags;
    const struct eval_scope *scope; /* NULL: there are no variables */
    struct references *references;  /* local, var and service; NULL: there are none, nor env() */
    struct files *files;            /* what file() reads; NULL: nothing */

    /* Private to eval*.c and functions*.c; zero before the first use. */
    const struct value *item; /* what a splat is at */
    uint32_t depth, loops;
    uint32_t work, suggest_work;
    bool exhausted;
};

/* The span of the value is that of the expression. */
struct value eval_expr(struct eval *eval, const struct ast_expr *expr);

#endif
