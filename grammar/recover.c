#include "recover.h"

#include "hcl_parser.h"

static bool accepts(const struct parse *p, enum token_kind kind)
{
    return hcl_parser_accepts(p->parser, 0, kind);
}

static bool feed(struct parse *p, const struct token *token)
{
    bool fine = parse_feed(p, token);
    if (!p->builder.overflow)
        hcl_parser_settle(p->parser);
    return fine;
}

static bool feed_kind(struct parse *p, enum token_kind kind, const struct token *where)
{
    struct token token = {.offset = where->offset, .kind = (uint16_t)kind};
    return feed(p, &token);
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
    feed(p, token);
}

/* At the end of the file: closes the blocks that are open, so that they are in the tree. */
static void close_all(struct parse *p, const struct token *end)
{
    if (!is_complete(p) || accepts(p, TOKEN_COMMA)) {
        pop_to_place(p, UINT32_MAX);
        while (accepts(p, TOKEN_NUMBER) && accepts(p, TOKEN_NEWLINE)) { /* an object's items */
            hcl_parser_pop(p->parser);
            pop_to_place(p, UINT32_MAX);
        }
    }
    struct token brace = {.offset = end->offset, .kind = TOKEN_RBRACE};
    for (uint32_t depth = syntax_depth(p, 0), left; depth > 1; depth = left) {
        feed_sync(p, &brace);
        left = syntax_depth(p, 0);
        if (left >= depth)
            return;
    }
    feed_sync(p, end);
}

/* A bracket that is never closed would swallow the rest of the file. So a line that reads as an
 * item, and stands no further right than the broken one, ends that. */
static bool ends_by_indentation(struct parse *p, const struct token *token)
{
    const char *text = p->builder.text;
    uint32_t start = token->offset, indent;
    if (token->kind < TOKEN_IDENT || token->kind > TOKEN_NULL || start == p->item.offset)
        return false; /* the broken item itself is not read again */
    while (start > 0 && (text[start - 1] == ' ' || text[start - 1] == '\t'))
        start--;
    if (start > 0 && text[start - 1] != '\n')
        return false;
    return lexer_line_is_item(&p->lexer, start, &indent) &&
           indent <= syntax_indent(text, p->item.offset, NULL);
}

/* Is the place in a block that has an argument on its first line? Newlines do not end that. */
static bool is_single_line(const struct parse *p)
{
    struct token top, symbol;
    hcl_parser_symbol(p->parser, 0, &top);
    return hcl_parser_symbol(p->parser, top.kind == TOKEN_EQ ? 2 : 1, &symbol) &&
           symbol.kind == TOKEN_LBRACE;
}

/* Lets the lexer read the token again, as the first of an item of the innermost body that is at
 * most depth deep; gives that body's depth. */
static uint32_t restart_at(struct parse *p, struct token *token, uint32_t depth)
{
    struct lexer *lexer = &p->lexer;
    uint32_t at = lexer->depth < depth ? lexer->depth : depth;
    while (lexer->frames[at - 1].kind != FRAME_BODY)
        at--;
    if (depth > at)
        at = pop_to_place(p, at);
    if (at > 1 && is_single_line(p)) {
        struct token brace = {.offset = token->offset, .kind = TOKEN_RBRACE};
        if (accepts(p, TOKEN_BROKEN))
            feed_kind(p, TOKEN_BROKEN, token);
        feed(p, &brace);
        at--;
    }
    lexer_unwind(lexer, at);
    lexer_frame(lexer)->value = false;
    lexer->cursor = lexer->start + token->offset;
    lexer->previous = TOKEN_NEWLINE;
    p->item = *token;
    *token = (struct token){.offset = token->offset, .kind = TOKEN_NEWLINE};
    return at;
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
    return token->kind == TOKEN_NEWLINE && !(depth > 1 && is_single_line(p));
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
        if (ends_by_indentation(p, token))
            depth = restart_at(p, token, depth);
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
    feed(p, &name);
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
    return feed(p, &p->item);
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
    p->muted = p->mistaken = true;
    if (token->kind == TOKEN_SEQ_END && p->lexer.depth < LEXER_DEPTH_MAX &&
        p->lexer.frames[p->lexer.depth].kind != FRAME_SEQUENCE) {
        token->kind = TOKEN_RBRACE; /* a "~}" that closed a brace */
        if (feed(p, token))
            return;
    }
    if (!repair(p, token))
        skip(p, token);
}

/* The parser begins a body, or an object's items, only when it sees the next token. A newline is
 * one that changes nothing. */
static void begin_items(struct parse *p, const struct token *where)
{
    uint16_t previous = p->previous.kind;
    bool object = previous == TOKEN_LOBJECT && lexer_frame(&p->lexer)->kind == FRAME_OBJECT;
    if (previous == TOKEN_NONE || previous == TOKEN_NEWLINE || object)
        feed_kind(p, TOKEN_NEWLINE, where);
}

bool recover_item(struct parse *p, struct token *token)
{
    uint8_t kind = lexer_frame(&p->lexer)->kind;
    p->muted = true;
    hcl_parser_settle(p->parser);
    begin_items(p, token);
    if (token->kind == TOKEN_QUOTED_NEWLINE || (kind != FRAME_QUOTE && kind != FRAME_HEREDOC))
        skip(p, token);
    return false;
}
