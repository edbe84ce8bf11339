/* The diagnostics of syntax errors: which category, which place, what advice.
 *
 * The grammar only says that a token cannot stand where it does. What that means to a person
 * depends on the innermost construct that is open on the parser's stack and on how far it had got;
 * syntax.c walks the stack from the top and picks the row, as a recursive parser would.
 */
#ifndef GRAMMAR_SYNTAX_H
#define GRAMMAR_SYNTAX_H

#include "ast_build.h"
#include "lexer.h"

/* One parse under way: parse.c drives it, syntax.c reads it. */
struct parse {
    struct lexer lexer;
    struct builder builder;
    void *parser;          /* lemon's */
    struct token previous; /* the last token that was fed */
    struct token item;     /* the first token of the item of a body that was begun last */
    bool muted;            /* this item has had its diagnostic */
    bool mistaken;         /* there was a mistake, so a closing bracket may have been skipped */
    bool told_semicolon, told_encoding;
};

/* Reports that the parser refused the token. */
void syntax_report(struct parse *p, const struct token *token);

/* How deep the symbol is that stands `down` steps below the top of the stack: how many openers
 * stand at or below it, plus one for the file's body. */
uint32_t syntax_depth(const struct parse *p, unsigned down);

/* The indentation, in bytes, of the line that the offset lies in; *out_first (or NULL) tells
 * whether nothing but that stands before the offset. */
uint32_t syntax_indent(const char *text, uint32_t offset, bool *out_first);

#endif
