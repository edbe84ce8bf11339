/* Error recovery: each mistake is reported once, and what stands behind it is still read. */
#ifndef GRAMMAR_RECOVER_H
#define GRAMMAR_RECOVER_H

#include "syntax.h"

/* Feeds the parser; false if it refused the token, which then has no effect. */
bool parse_feed(struct parse *p, const struct token *token);

/* For a token beyond TOKEN_REFUSED: reports it and turns it into what was probably meant. True if
 * the token is to be fed now, false if it is dropped. */
bool recover_token(struct parse *p, struct token *token);

/* For a reported token that leaves nothing to go on with: in text it is left out, elsewhere the
 * item is skipped. Always false. */
bool recover_item(struct parse *p, struct token *token);

/* For a token that the parser refused: reports it, takes a repair if there is a simple one, else
 * skips to the end of the item and puts BROKEN into the tree. *token is the last that was read. */
void recover_syntax(struct parse *p, struct token *token);

#endif
