/* The interface of the parser that lemon makes of hcl.y. Its stack of symbols can be read, because
 * the words for a mistake depend on what stands there, and popped, because recovery goes back to a
 * state that accepts BROKEN. A refused token sets builder->failed and leaves the stack as it was.
 */
#ifndef GRAMMAR_HCL_PARSER_H
#define GRAMMAR_HCL_PARSER_H

#include "token.h"

#include <stdbool.h>
#include <stddef.h>

struct builder;

void *hcl_parserAlloc(void *(*alloc)(size_t size));
void hcl_parserFree(void *parser, void (*release)(void *memory));
void hcl_parser(void *parser, int kind, struct token token, struct builder *builder);

/* Makes the reductions that are decided already but that lemon would put off until the next token.
 * Call it before reading the stack. */
void hcl_parser_settle(void *parser);

/* The symbol that is down steps below the top: its token, or kind TOKEN_NONE for what is already a
 * phrase. False below the bottom. */
bool hcl_parser_symbol(const void *parser, unsigned down, struct token *out_token);
/* Could the token follow that symbol at once? Not for a phrase that is not yet complete. */
bool hcl_parser_accepts(const void *parser, unsigned down, enum token_kind kind);
void hcl_parser_pop(void *parser);

#endif
