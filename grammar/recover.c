#include "recover.h"

#include "hcl_parser.h"
#include "syntax_codes.h"

static bool accepts(const struct parse *p, enum token_kind kind)
{
    return hcl_parser_accepts(p->parser, 0, kind);
}

static bool feed_kind(struct parse *p, enum token_kind kind, const struct token *where)
{
    struct token token = {.offset = where->offset, .kind = (uint16_t)kind};
    return parse_feed(p, &token);
}

/* Skipping */

/* Where the tree goes on: the grammar accepts BROKEN there, or an item has just been completed. */
static bool is_complete(const struct parse *p)
{
    struct token top, below;
    hcl_parser_symbol(p->parser, 0, &top);
    if (top.kind != TOKEN_NONE || accepts(p, TOKEN_IDENT))
        return false;
    bool single = hcl_parser_symbol(p->parser, 1, &below) && below.kind == TOKEN_LBRACE;
    return accepts(p, TOKEN_NEWLINE) || (single && accepts(p, TOKEN_RBRACE));
}

/* Pops to the innermost place to go on whose construct is at most `depth` deep; gives its depth. */
static uint32_t pop_to_place(struct parse *p, uint32_t depth)
{
    for (;;) {
        if (accepts(p, TOKEN_BROKEN)) {
            uint32_t here = syntax_depth(p, 0);
            if (here <= depth)
                return here;
        }
        hcl_parser_pop(p->parser);
    }
}

/* Feeds the token that ends what was skipped, with what the grammar wants before it. */
static void feed_sync(struct parse *p, const struct token *token)
{
    enum token_kind kind = token->kind;
    if (!accepts(p, kind) && accepts(p, TOKEN_BROKEN))
        feed_kind(p, TOKEN_BROKEN, token);
    if (!accepts(p, kind) && accepts(p, TOKEN_NEWLINE))
        feed_kind(p, TOKEN_NEWLINE, token);
    parse_feed(p, token);
}

/* At the end of the file: closes the blocks that are open, so that they are in the tree. */
static void close_all(struct parse *p, const struct token *end)
{
    if (!is_complete(p)) {
        pop_to_place(p, UINT32_MAX);
        while (accepts(p, TOKEN_NUMBER) && accepts(p, TOKEN_NEWLINE)) { /* an object's items */
            hcl_parser_pop(p->parser);
            pop_to_place(p, UINT32_MAX);
        }
    }
    struct token brace = {.offset = end->offset, .kind = TOKEN_RBRACE};
    while (syntax_depth(p, 0) > 1)
        feed_sync(p, &brace);
    feed_sync(p, end);
}

static uint32_t indent_of(const struct parse *p, uint32_t offset)
{
    const char *text = p->builder.text;
    uint32_t start = offset, indent = 0;
    while (start > 0 && text[start - 1] != '\n')
        start--;
    while (text[start + indent] == ' ' || text[start + indent] == '\t')
        indent++;
    return indent;
}

/* A bracket that is never closed would swallow the rest of the file. So a line that reads as an
 * item, and stands no further right than the broken one, ends that. */
static bool ends_by_indentation(struct parse *p, const struct token *token)
{
    const char *text = p->builder.text;
    uint32_t start = token->offset, indent;
    if (token->kind < TOKEN_IDENT || token->kind > TOKEN_NULL || start == p->item.offset)
        return false;
    while (start > 0 && (text[start - 1] == ' ' || text[start - 1] == '\t'))
        start--;
    if (start > 0 && text[start - 1] != '\n')
        return false;
    return lexer_line_is_item(&p->lexer, start, &indent) &&
           indent <= indent_of(p, p->item.offset);
}

/* Lets the lexer read the token again as the first of an item. */
static void restart_at(struct parse *p, struct token *token)
{
    struct lexer *lexer = &p->lexer;
    uint32_t depth = lexer->depth;
    while (lexer->frames[depth - 1].kind != FRAME_BODY)
        depth--;
    lexer_unwind(lexer, depth);
    lexer_frame(lexer)->value = false;
    lexer->cursor = lexer->start + token->offset;
    lexer->previous = TOKEN_NEWLINE;
    *token = (struct token){.offset = token->offset, .kind = TOKEN_NEWLINE};
}

/* A newline ended the string that is open: goes on as if its quote had been closed before. */
static void leave_string(struct parse *p, struct token *newline)
{
    struct lexer *lexer = &p->lexer;
    lexer_unwind(lexer, lexer->depth - 1);
    struct lexer_frame *frame = lexer_frame(lexer);
    if (frame->kind == FRAME_BODY)
        frame->value = false;
    if (frame->kind == FRAME_BODY || frame->kind == FRAME_OBJECT) {
        newline->kind = TOKEN_NEWLINE;
        lexer->previous = TOKEN_NEWLINE;
    }
}

/* Does the token end what is skipped, in the construct that is `depth` deep? */
static bool is_sync(const struct parse *p, const struct token *token, uint32_t depth)
{
    const struct lexer *lexer = &p->lexer;
    if (lexer->depth < depth)
        return token->kind == TOKEN_RBRACE;
    if (lexer->depth > depth)
        return false;
    if (token->kind == TOKEN_COMMA)
        return lexer->frames[depth - 1].kind == FRAME_OBJECT;
    return token->kind == TOKEN_NEWLINE && !is_complete(p) ? true
           : token->kind == TOKEN_NEWLINE                  ? accepts(p, TOKEN_NEWLINE)
                                                           : false;
}

static void skip(struct parse *p, struct token *token)
{
    bool complete = is_complete(p);
    bool closes = token->kind == TOKEN_RBRACE;
    uint32_t depth = complete ? syntax_depth(p, 0) : pop_to_place(p, p->lexer.depth + closes);
    for (;;) {
        if (token->kind == TOKEN_QUOTED_NEWLINE)
            leave_string(p, token);
        if (token->kind == TOKEN_END || token->kind == TOKEN_TOO_DEEP) {
            token->kind = TOKEN_END;
            close_all(p, token);
            return;
        }
        if (ends_by_indentation(p, token)) {
            restart_at(p, token);
            if (!complete || depth > p->lexer.depth)
                depth = pop_to_place(p, p->lexer.depth);
        }
        if (is_sync(p, token, depth))
            break;
        if (p->lexer.depth < depth)
            depth = pop_to_place(p, p->lexer.depth);
        lexer_next(&p->lexer, token);
    }
    feed_sync(p, token);
    if (p->lexer.frames[p->lexer.depth - 1].kind == FRAME_OBJECT)
        p->muted = false;
}

/* Repairs */

static bool next_is_brace(const struct parse *p)
{
    const char *at = p->lexer.cursor;
    while (*at == ' ' || *at == '\t' || *at == '\r' || *at == '\n')
        at++;
    return *at == '{';
}

/* `name: value` and `name == value` in a body: reads on as if there were an equals sign. */
static bool repair_equals(struct parse *p, const struct token *token)
{
    struct token name = p->item;
    if ((token->kind != TOKEN_COLON && token->kind != TOKEN_EQEQ) || !accepts(p, TOKEN_LBRACE) ||
        p->previous.offset != name.offset)
        return false;
    pop_to_place(p, p->lexer.depth);
    name.kind = TOKEN_IDENT;
    parse_feed(p, &name);
    feed_kind(p, TOKEN_EQ, token);
    lexer_frame(&p->lexer)->value = true;
    return true;
}

/* `"name" = value` in a body. */
static bool repair_quoted_name(struct parse *p, const struct token *token)
{
    if (token->kind != TOKEN_STRING || token->length < 3 || !accepts(p, TOKEN_IDENT) ||
        accepts(p, TOKEN_NUMBER) || accepts(p, TOKEN_LBRACE) || !accepts(p, TOKEN_NEWLINE))
        return false;
    p->item = (struct token){
        .offset = token->offset + 1, .length = token->length - 2, .kind = TOKEN_IDENT};
    return parse_feed(p, &p->item);
}

static bool repair(struct parse *p, const struct token *token)
{
    if (token->kind == TOKEN_NEWLINE && accepts(p, TOKEN_LBRACE) && !accepts(p, TOKEN_NUMBER))
        return next_is_brace(p);
    if (token->kind == TOKEN_COMMA && is_complete(p))
        return p->lexer.frames[p->lexer.depth - 1].kind == FRAME_BODY && accepts(p, TOKEN_NEWLINE);
    return repair_equals(p, token) || repair_quoted_name(p, token);
}

void recover_syntax(struct parse *p, struct token *token)
{
    if (!p->muted)
        syntax_report(p, token);
    p->muted = true;
    if (!repair(p, token))
        skip(p, token);
}

/* Tokens that the parser never sees */

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
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++) {
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

/* In text a bad byte is left out; elsewhere the item is lost. */
static bool lose_item(struct parse *p, struct token *token)
{
    uint8_t kind = lexer_frame(&p->lexer)->kind;
    p->muted = true;
    if (token->kind == TOKEN_QUOTED_NEWLINE || (kind != FRAME_QUOTE && kind != FRAME_HEREDOC))
        skip(p, token);
    return false;
}

bool recover_token(struct parse *p, struct token *token)
{
    switch (token->kind) {
    case TOKEN_BITWISE: refuse_operator(p, token); return true;
    case TOKEN_SEMICOLON: return refuse_semicolon(p, token);
    case TOKEN_APOSTROPHE:
    case TOKEN_BACKTICK:
    case TOKEN_CURLY_QUOTE: return refuse_quote(p, token) || lose_item(p, token);
    case TOKEN_BAD_UTF8:
        if (!p->told_encoding)
            complain(p, SYNTAX_INVALID_ENCODING, token, "this byte is not UTF-8");
        p->told_encoding = true;
        return lose_item(p, token);
    case TOKEN_QUOTED_NEWLINE:
        complain(p, SYNTAX_MULTI_LINE_STRING, token, "a quoted string ends on its line");
        return lose_item(p, token);
    case TOKEN_TOO_DEEP:
        builder_too_deep(&p->builder, builder_span(&p->builder, token));
        return false;
    default: refuse_character(p, token); return lose_item(p, token);
    }
}
