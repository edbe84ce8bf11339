/* Expressions to values.
 *
 * What cannot be computed is one diagnostic at the place that cannot, and VALUE_UNKNOWN; the rest
 * of a list or object is still computed, so that its mistakes are seen in the same run. Recursion
 * is bounded by PARSE_DEPTH_MAX.
 */
#ifndef COMPILER_EVAL_H
#define COMPILER_EVAL_H

#include "ast.h"
#include "diag.h"
#include "value.h"

struct eval {
    struct arena *arena; /* values live here */
    struct diag_list *diags;
};

struct value eval_expr(struct eval *eval, const struct ast_expr *expr);

#endif
