/* Bytes to tokens (hashicorp/hcl: hclsyntax/scan_tokens.rl is the reference), in one pass.
 *
 * The lexer knows by itself where newlines count, what a "{" opens and when a "}" ends a template
 * sequence: each open construct is a frame on a bounded stack. In a body an item is a header until
 * its "=", an expression from there to the newline. Runs of newlines are one token. Nothing is
 * copied: a token is a span of the source, and says in its flags what has to be decoded.
 *
 * Bytes that no token can hold come as the kinds beyond TOKEN_REFUSED; the lexer goes on behind
 * them. More than LEXER_DEPTH_MAX open constructs give TOO_DEEP once and then END for ever.
 */
#ifndef GRAMMAR_LEXER_H
#define GRAMMAR_LEXER_H

#include "source.h"
#include "token.h"

#include <stdbool.h>
#include <stddef.h>

#define LEXER_DEPTH_MAX 256

enum lexer_frame_kind {
    FRAME_BODY,     /* newlines count; "{" opens a block before "=", an object behind it */
    FRAME_OBJECT,   /* newlines count */
    FRAME_BRACE,    /* "{for": newlines are white space */
    FRAME_BRACKET,  /* "[" */
    FRAME_PAREN,    /* "(" */
    FRAME_SEQUENCE, /* "${" or "%{" */
    FRAME_QUOTE,    /* inside "" */
    FRAME_HEREDOC,
};

struct lexer_frame {
    uint32_t opener;                /* offset of the token that opened it */
    uint32_t marker, marker_length; /* FRAME_HEREDOC: the identifier */
    uint8_t kind;                   /* enum lexer_frame_kind */
    bool value;                     /* FRAME_BODY: behind the "=" of an item */
    bool line_start;                /* FRAME_HEREDOC: the next byte begins a line */
};

struct lexer {
    const char *start, *cursor, *limit; /* *limit is NUL */
    struct sources *sources;            /* told about tokens that begin beyond ASCII; or NULL */
    uint32_t source;
    uint16_t previous;     /* kind of the last token */
    bool comment_unclosed; /* no comment closer is left in the text */
    uint32_t depth;        /* frames in use, at least 1 */
    struct lexer_frame frames[LEXER_DEPTH_MAX];
};

/* The text ends in a NUL behind its last byte, as every source does. sources may be NULL. */
void lexer_init(struct lexer *lexer, struct str text, struct sources *sources, uint32_t source);
void lexer_next(struct lexer *lexer, struct token *out_token);

static inline struct lexer_frame *lexer_frame(struct lexer *lexer)
{
    return &lexer->frames[lexer->depth - 1];
}

/* For recovery: forgets the frames above depth. */
void lexer_unwind(struct lexer *lexer, uint32_t depth);
/* For recovery: does the line that begins at the offset open with `name =` or a block header? Its
 * indentation in bytes is stored, if so. */
bool lexer_line_is_item(const struct lexer *lexer, uint32_t offset, uint32_t *out_indent);

#endif
