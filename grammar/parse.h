/* Source text to syntax tree.
 *
 * One pass, bottom-up, no recursion that the input can deepen: nesting beyond PARSE_DEPTH_MAX is a
 * diagnostic. All mistakes of a file are reported in one run, each once; what could be understood
 * is in the tree. A broken part is left out, or stands as AST_ERROR.
 */
#ifndef GRAMMAR_PARSE_H
#define GRAMMAR_PARSE_H

#include "ast.h"
#include "diag.h"

/* How deep brackets, templates, blocks and operators may nest. */
#define PARSE_DEPTH_MAX 256

/* Parses the source; never NULL. The tree is in diags->arena. diags->errors grows if the source is
 * not valid HCL. */
struct ast_body *parse_source(struct sources *sources, uint32_t source, struct diag_list *diags);

#endif
