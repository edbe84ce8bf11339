/* A parsed body as hcl2json prints it (npm @cdktf/hcl2json), written straight into a buffer.
 *
 * An attribute is a member; a block is nested under its type and labels and stands in an array.
 * Literals are values; a template is its text with `${SRC}` for what is not constant; any other
 * expression is the string `${SRC}`, SRC being its source. Members come in source order.
 */
#ifndef GRAMMAR_JSON_H
#define GRAMMAR_JSON_H

#include "ast.h"

void ast_json(const struct sources *sources, const struct ast_body *body, struct strbuf *out);

#endif
