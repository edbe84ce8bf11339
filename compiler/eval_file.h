/* A whole HCL file, evaluated without any schema: what "a3s hcl --eval" prints. */
#ifndef COMPILER_EVAL_FILE_H
#define COMPILER_EVAL_FILE_H

#include "ast.h"
#include "diag.h"

/* Appends the values of all attributes as one JSON object with sorted keys; false, and nothing
 * appended, if there were diagnostics. The attributes of a block "vars" at the top are variables:
 * each is known to those below it and to the rest of the file. Other blocks are nested under their
 * type and labels, and stand in an array, as in hcl2json. */
bool eval_file(struct diag_list *diags, const struct ast_body *body, struct strbuf *out);

#endif
