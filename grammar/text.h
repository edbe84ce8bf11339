/* The text of literals: escapes and white space.
 *
 * Results point into the source where nothing had to change, else into the builder's arena. */
#ifndef GRAMMAR_TEXT_H
#define GRAMMAR_TEXT_H

#include "ast_build.h"

/* The decoded text of a LITERAL, not normalised. Wrong escapes are reported, each at its backslash.
 */
struct str text_decode(struct builder *b, const struct token *literal);

/* White space as Unicode sees it, beyond ASCII too. */
struct str text_trim_left(struct str text);
struct str text_trim_right(struct str text);
/* How many characters of white space the text begins with. */
uint32_t text_indent(struct str text);
/* The text without its first count characters, which are white space. */
struct str text_outdent(struct str text, uint32_t count);

#endif
