/* Tokens that the parser never sees: what they are called, and what was probably meant. */
#include "array.h"
#include "recover.h"
#include "syntax_codes.h"

static struct diag *complain(struct parse *p, enum syntax_code code, const struct token *token,
                             const char *detail)
{
    struct builder *b = &p->builder;
    return syntax_error(b->diags, code, builder_span(b, token), "%s", detail);
}

static void refuse_operator(struct parse *p, struct token *token)
{
    static const struct {
        char sign;
        uint16_t kind;
        const char *advice;
    } operators[] = {{'&', TOKEN_AND, "did you mean \"&&\"?"},
                     {'|', TOKEN_OR, "did you mean \"||\"?"},
                     {'~', TOKEN_NOT, "did you mean \"!\"?"},
                     {'^', TOKEN_NE, "for truth values, \"!=\" is the exclusive or"}};
    struct diag *diag =
        complain(p, SYNTAX_UNSUPPORTED_OPERATOR, token, "there are no bitwise operators");
    for (size_t i = 0; i < ARRAY_LEN(operators); i++) {
        if (p->builder.text[token->offset] != operators[i].sign)
            continue;
        diag_help(diag, "%s", operators[i].advice);
        token->kind = operators[i].kind;
    }
}

static bool refuse_semicolon(struct parse *p, struct token *token)
{
    struct lexer_frame *frame = lexer_frame(&p->lexer);
    if (!p->told_semicolon)
        diag_help(complain(p, SYNTAX_INVALID_CHARACTER, token, "nothing ends in a semicolon"),
                  "newlines separate arguments and blocks, commas the items of a value");
    p->told_semicolon = true;
    p->muted = true;
    if (frame->kind != FRAME_BODY && frame->kind != FRAME_OBJECT)
        return false;
    frame->value = false;
    token->kind = TOKEN_NEWLINE;
    p->lexer.previous = TOKEN_NEWLINE;
    return true;
}

/* Makes the token a string if the same line has the other quote. */
static bool take_string(struct parse *p, struct token *token, const char *closer)
{
    const char *start = p->builder.text + token->offset;
    const char *at = start + token->length;
    size_t size = strlen(closer);
    while (at < p->lexer.limit && *at != '\n' && strncmp(at, closer, size) != 0)
        at++;
    if (at >= p->lexer.limit || *at == '\n')
        return false;
    p->lexer.cursor = at + size;
    token->kind = p->lexer.previous = TOKEN_STRING;
    /* A string's text is what is between its first byte and its last. */
    token->offset += (uint32_t)size - 1;
    token->length = (uint32_t)(at + 1 - p->builder.text) - token->offset;
    return true;
}

static bool refuse_quote(struct parse *p, struct token *token)
{
    struct diag *diag;
    const char *closer = "\xe2\x80\x9d";
    if (token->kind == TOKEN_APOSTROPHE) {
        diag = complain(p, SYNTAX_INVALID_CHARACTER, token, "single quotes do not enclose strings");
        diag_help(diag, "use double quotes");
        closer = "'";
    } else if (token->kind == TOKEN_BACKTICK) {
        diag = complain(p, SYNTAX_INVALID_CHARACTER, token, "backticks do not enclose strings");
        diag_help(diag, "use double quotes, or a heredoc for several lines");
        closer = "`";
    } else {
        diag = complain(p, SYNTAX_INVALID_CHARACTER, token, "curly quotes do not enclose strings");
        diag_help(diag, "use straight quotes: \"");
    }
    return take_string(p, token, closer);
}

static void refuse_character(struct parse *p, const struct token *token)
{
    unsigned char byte = (unsigned char)p->builder.text[token->offset];
    struct diag *diag =
        complain(p, SYNTAX_INVALID_CHARACTER, token, "the language has no use for this character");
    if (byte == '$')
        diag_help(diag, "a reference is a bare name; \"${...}\" stands inside quotes only");
    else if (byte == '\r')
        diag_help(diag, "lines end in a line feed, with or without a carriage return before it");
}

bool recover_token(struct parse *p, struct token *token)
{
    p->mistaken = true;
    switch (token->kind) {
    case TOKEN_BITWISE: refuse_operator(p, token); return true;
    case TOKEN_SEMICOLON: return refuse_semicolon(p, token);
    case TOKEN_APOSTROPHE:
    case TOKEN_BACKTICK:
    case TOKEN_CURLY_QUOTE: return refuse_quote(p, token) || recover_item(p, token);
    case TOKEN_BAD_UTF8:
        if (!p->told_encoding)
            complain(p, SYNTAX_INVALID_ENCODING, token, "this byte is not UTF-8");
        p->told_encoding = true;
        return recover_item(p, token);
    case TOKEN_QUOTED_NEWLINE:
        complain(p, SYNTAX_MULTI_LINE_STRING, token, "a quoted string ends on its line");
        return recover_item(p, token);
    case TOKEN_TOO_DEEP:
        builder_too_deep(&p->builder, builder_span(&p->builder, token));
        return false;
    default: refuse_character(p, token); return recover_item(p, token);
    }
}
