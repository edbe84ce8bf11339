/* Mistakes in bodies: items, headers, one-line blocks, and the end of the file in a block. */
#include "syntax_place.h"

/* Where an unclosed block was probably meant to end */

/* Reads the file again: the first block that is closed by a brace which stands further left than
 * the line that opened it is the one that lacks a brace. */
static void suspect_block(struct place *at, struct diag *diag)
{
    struct builder *b = &at->p->builder;
    struct lexer *lexer = arena_new(b->arena, struct lexer, 1);
    lexer_init(lexer, b->diags->sources->files.items[b->source].text, NULL, b->source);
    for (struct token token = {0}; token.kind != TOKEN_END && token.kind != TOKEN_TOO_DEEP;) {
        uint32_t depth = lexer->depth;
        lexer_next(lexer, &token);
        if (token.kind != TOKEN_RBRACE || lexer->depth >= depth)
            continue;
        uint32_t opener = lexer->frames[lexer->depth].opener;
        bool first;
        uint32_t indent = syntax_indent(b->text, token.offset, &first);
        if (!first || indent >= syntax_indent(b->text, opener, NULL))
            continue;
        diag_note(diag, (struct span){b->source, opener, 1},
                  "this brace seems to be the one without a partner");
        diag_note(diag, builder_span(b, &token), "it is closed here, further left than it began");
        return;
    }
}

/* Bodies */

static void unclosed_block(struct place *at)
{
    if (at->opener.kind == TOKEN_NONE) {
        place_say(at, SYNTAX_ITEM_REQUIRED, "the file ends too early");
        return;
    }
    /* After another mistake the reference is silent here; at the end of the file it does no harm.
     */
    struct diag *diag =
        place_say_at(at, SYNTAX_UNCLOSED_BLOCK, at->p->mistaken ? at->token : &at->opener,
                     "the file ends before the closing brace of this block");
    if (at->p->mistaken)
        place_note_opener(at, diag, "the block begins here");
    suspect_block(at, diag);
}

static void help_item(const struct place *at, struct diag *diag, const struct token *name)
{
    struct builder *b = &at->p->builder;
    struct str text = builder_text(b, name);
    switch (at->token->kind) {
    case TOKEN_COLON:
    case TOKEN_EQEQ: diag_help(diag, "write \"%.*s = ...\"", STR_ARG(text)); break;
    case TOKEN_NUMBER:
    case TOKEN_LBRACK:
        diag_help(diag, "write \"%.*s = %.*s\"", STR_ARG(text),
                  at->token->length > 40 ? 40 : (int)at->token->length,
                  b->text + at->token->offset);
        break;
    default: break;
    }
}

static void after_name(const struct place *at)
{
    struct diag *diag =
        place_say_at(at, SYNTAX_ITEM_REQUIRED, &at->p->item,
                     "an argument has an equals sign behind its name, a block has braces");
    help_item(at, diag, &at->p->item);
}

static void after_header(const struct place *at)
{
    if (at->p->previous.offset == at->p->item.offset) {
        after_name(at);
        return;
    }
    switch (at->token->kind) {
    case TOKEN_EQ:
        place_say_at(at, SYNTAX_INVALID_BLOCK, at->token,
                     "an equals sign belongs to an argument, and an argument has no labels");
        break;
    case TOKEN_NEWLINE:
        place_say(at, SYNTAX_INVALID_BLOCK,
                  "the opening brace of a block stands on the line of its type and labels");
        break;
    default: place_say(at, SYNTAX_INVALID_BLOCK, "a label or an opening brace is expected here");
    }
}

static void at_item(struct place *at)
{
    struct builder *b = &at->p->builder;
    struct token quote = *at->token;
    struct diag *diag;
    switch (at->token->kind) {
    case TOKEN_END: unclosed_block(at); return;
    case TOKEN_STRING:
    case TOKEN_OQUOTE:
        quote.length = 1;
        diag = place_say_at(at, SYNTAX_INVALID_ARGUMENT_NAME, &quote,
                            "the name of an argument is written without quotes");
        if (at->token->kind == TOKEN_STRING)
            diag_help(diag, "write \"%.*s = ...\"", (int)at->token->length - 2,
                      b->text + at->token->offset + 1);
        return;
    case TOKEN_LBRACE:
        diag =
            place_say(at, SYNTAX_ITEM_REQUIRED, "a block begins with its type, not with a brace");
        return;
    case TOKEN_RBRACE:
        place_say(at, SYNTAX_ITEM_REQUIRED, "no block is open that this brace could close");
        return;
    default: diag = place_say(at, SYNTAX_ITEM_REQUIRED, "a line of a body begins with a name");
    }
}

/* In `type {` with something behind the brace on its line. */
static void in_single_line(struct place *at)
{
    struct builder *b = &at->p->builder;
    struct token span;
    if (at->token->kind == TOKEN_END && at->top.kind != TOKEN_IDENT) {
        unclosed_block(at);
    } else if (at->top.kind == TOKEN_LBRACE) {
        place_say(at, SYNTAX_ITEM_REQUIRED,
                  "an argument or a newline is expected behind the brace");
    } else if (at->top.kind == TOKEN_NONE) {
        place_say(at, SYNTAX_INVALID_SINGLE_LINE,
                  at->token->kind == TOKEN_COMMA
                      ? "a block on one line has one argument; put each of several on its own line"
                      : "a block that has an argument on its first line is closed on that line");
    } else if (is_word(at->token->kind) || at->token->kind == TOKEN_STRING ||
               at->token->kind == TOKEN_OQUOTE || at->token->kind == TOKEN_LBRACE) {
        span = at->top;
        span.length = at->token->offset + at->token->length - span.offset;
        syntax_error(b->diags, SYNTAX_ARGUMENT_REQUIRED, builder_span(b, &span),
                     "a block on one line holds one argument and no other block");
    } else {
        struct diag *diag = place_say_at(at, SYNTAX_ITEM_REQUIRED, &at->top,
                                         "an argument has an equals sign behind its name");
        help_item(at, diag, &at->top);
    }
}

static void after_item(const struct place *at)
{
    uint32_t depth = syntax_depth(at->p, 0);
    bool attribute = at->p->lexer.frames[depth - 1].value;
    struct diag *diag;
    if (!attribute) {
        place_say(at, SYNTAX_MISSING_NEWLINE_BLOCK,
                  "the next item of the body goes on its own line");
    } else if (at->token->kind == TOKEN_COMMA) {
        diag = place_say(at, SYNTAX_UNEXPECTED_COMMA, "arguments are separated by newlines");
        diag_help(diag, "remove the comma");
    } else {
        place_say(at, SYNTAX_MISSING_NEWLINE_ARGUMENT,
                  "the next item of the body goes on its own line");
    }
}

void syntax_in_body(struct place *at)
{
    bool single = at->opener.kind == TOKEN_LBRACE && at->opener_down <= 1 &&
                  !place_accepts(at, TOKEN_NEWLINE) && at->top.kind != TOKEN_NEWLINE;
    if (single || at->top.kind == TOKEN_LBRACE)
        in_single_line(at);
    else if (place_accepts(at, TOKEN_LBRACE))
        after_header(at);
    else if (place_accepts(at, TOKEN_IDENT) || at->top.kind == TOKEN_NEWLINE)
        at_item(at);
    else
        after_item(at);
}
