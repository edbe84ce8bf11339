/* Drives the lexer into the parser. What goes wrong is handed to syntax.c for words and to
 * recover.c for a way on. */
#include "parse.h"

#include "hcl_parser.h"
#include "mem.h"
#include "recover.h"
#include "syntax.h"

#include "hcl.h"

#include <assert.h>

/* The list of tokens and the grammar's directives are in one order. */
static_assert((int)SYMBOL_END == TOKEN_END && (int)SYMBOL_NEWLINE == TOKEN_NEWLINE, "tokens.def");
static_assert((int)SYMBOL_STRING == TOKEN_STRING && (int)SYMBOL_OQUOTE == TOKEN_OQUOTE,
              "tokens.def");
static_assert((int)SYMBOL_LBRACE == TOKEN_LBRACE && (int)SYMBOL_RPAREN == TOKEN_RPAREN,
              "tokens.def");
static_assert((int)SYMBOL_EQ == TOKEN_EQ && (int)SYMBOL_DCOLON == TOKEN_DCOLON, "tokens.def");
static_assert((int)SYMBOL_OR == TOKEN_OR && (int)SYMBOL_BROKEN == TOKEN_BROKEN, "tokens.def");
static_assert(TOKEN_REFUSED == TOKEN_BROKEN + 1, "what the parser never sees comes last");

/* Is the token the first of an item of a body? */
static bool begins_item(const struct parse *p)
{
    uint16_t kind = p->previous.kind;
    return kind == TOKEN_NEWLINE || kind == TOKEN_LBRACE || kind == TOKEN_NONE;
}

bool parse_feed(struct parse *p, const struct token *token)
{
    hcl_parser(p->parser, token->kind, *token, &p->builder);
    if (p->builder.failed) {
        p->builder.failed = false;
        return false;
    }
    p->previous = *token;
    return true;
}

/* A file need not end in a newline; the grammar wants one behind each item. */
static bool feed_end(struct parse *p, const struct token *end)
{
    struct token newline = {.offset = end->offset, .kind = TOKEN_NEWLINE};
    bool due = lexer_frame(&p->lexer)->kind == FRAME_BODY && p->previous.kind != TOKEN_NEWLINE &&
               p->previous.kind != TOKEN_NONE;
    if (due && !parse_feed(p, &newline))
        return false;
    return parse_feed(p, end);
}

static void run(struct parse *p)
{
    struct diag_list *diags = p->builder.diags;
    struct token token;
    do {
        lexer_next(&p->lexer, &token);
        if (begins_item(p) && p->lexer.frames[p->lexer.depth - 1].kind == FRAME_BODY) {
            p->item = token;
            p->muted = false;
        }
        if (token.kind >= TOKEN_REFUSED && !recover_token(p, &token))
            continue;
        bool fine = token.kind == TOKEN_END ? feed_end(p, &token) : parse_feed(p, &token);
        if (!fine)
            recover_syntax(p, &token);
    } while (token.kind != TOKEN_END && token.kind != TOKEN_TOO_DEEP && !p->builder.overflow &&
             diags->diags.count < DIAG_KEPT);
    if (p->builder.overflow)
        builder_too_deep(&p->builder, builder_span(&p->builder, &token));
}

struct ast_body *parse_source(struct sources *sources, uint32_t source, struct diag_list *diags)
{
    struct str text = sources->files.items[source].text;
    struct parse *p = mem_alloc(sizeof *p);
    p->builder =
        (struct builder){.arena = diags->arena, .diags = diags, .text = text.ptr, .source = source};
    p->parser = hcl_parserAlloc(mem_alloc);
    lexer_init(&p->lexer, text, sources, source);
    /* The body of the file is on the stack from now on, so recovery always has a place to go to. */
    struct token newline = {.kind = TOKEN_NEWLINE};
    parse_feed(p, &newline);
    run(p);
    struct ast_body *root = p->builder.root ? p->builder.root : ast_body(&p->builder);
    ast_body_finish(&p->builder, root);
    root->span = (struct span){source, 0, (uint32_t)text.len};
    hcl_parserFree(p->parser, free);
    free(p);
    return root;
}
