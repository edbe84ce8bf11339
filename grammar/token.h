/* Tokens: what the lexer gives and the parser takes. Twelve bytes, no text of their own. */
#ifndef GRAMMAR_TOKEN_H
#define GRAMMAR_TOKEN_H

#include <stdint.h>

enum token_kind {
    TOKEN_NONE,
#define TOKEN(name, hint) TOKEN_##name,
#include "tokens.def"
#undef TOKEN
    TOKEN_COUNT
};

/* The tokens that the parser never sees begin here. */
#define TOKEN_REFUSED TOKEN_BITWISE

enum token_flag {
    TOKEN_ESCAPED = 1, /* LITERAL: has a backslash, "$${" or "%%{" to decode */
    TOKEN_WIDE = 2,    /* LITERAL, IDENT: has bytes beyond ASCII */
    TOKEN_STRIP = 4,   /* INTERP, CONTROL, SEQ_END: with "~" */
    TOKEN_FLUSH = 8,   /* OHEREDOC: "<<-" */
    TOKEN_HEREDOC = 16 /* LITERAL: a line, or a part of one, of a heredoc */
};

struct token {
    uint32_t offset, length; /* bytes in the source */
    uint16_t kind;           /* enum token_kind */
    uint16_t flags;          /* enum token_flag */
};

/* What a person who wrote it in a wrong place should know, or "". */
const char *token_hint(enum token_kind kind);

#endif
