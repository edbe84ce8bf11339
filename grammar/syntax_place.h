/* What the rows of syntax.c look at, for the files that hold them: syntax_body.c, syntax_expr.c and
 * syntax_template.c. */
#ifndef GRAMMAR_SYNTAX_PLACE_H
#define GRAMMAR_SYNTAX_PLACE_H

#include "hcl_parser.h"
#include "syntax.h"
#include "syntax_codes.h"

struct place {
    struct parse *p;
    const struct token *token; /* the one that was refused */
    struct token top;          /* TOKEN_NONE if a phrase is complete there */
    struct token opener;       /* of the innermost open construct; TOKEN_NONE for the file */
    unsigned opener_down;      /* how far below the top */
};

/* Could the token stand here, behind the top of the stack? */
static inline bool place_accepts(const struct place *at, enum token_kind kind)
{
    return hcl_parser_accepts(at->p->parser, 0, kind);
}

/* Could the token stand right behind the opener of the innermost construct? */
static inline bool place_opener_accepts(const struct place *at, enum token_kind kind)
{
    return hcl_parser_accepts(at->p->parser, at->opener_down, kind);
}

/* Is "in" due? Where a name is due, it is accepted as one. */
static inline bool place_expects_in(const struct place *at)
{
    return place_accepts(at, TOKEN_IN) && !place_accepts(at, TOKEN_IDENT);
}

/* A name, or a word that may stand for one. */
static inline bool is_word(uint16_t kind)
{
    return kind >= TOKEN_IDENT && kind <= TOKEN_NULL;
}

/* Reports at that token, or at the one that was refused, with its hint. */
struct diag *place_say_at(const struct place *at, enum syntax_code code, const struct token *where,
                          const char *detail);
struct diag *place_say(const struct place *at, enum syntax_code code, const char *detail);
void place_note_opener(const struct place *at, struct diag *diag, const char *text);

/* Each reports what a refused token means in that construct. */
void syntax_in_body(struct place *at);
void syntax_no_expression(const struct place *at);
void syntax_in_parentheses(const struct place *at);
void syntax_in_bracket(const struct place *at);
void syntax_in_object(const struct place *at);
void syntax_after_dot(const struct place *at);
void syntax_in_interpolation(const struct place *at);
void syntax_in_directive(const struct place *at);
void syntax_in_template(const struct place *at);
/* False if no label has a sequence here. */
bool syntax_in_label_sequence(const struct place *at);

#endif
