/* Mistakes in expressions. */
#include "ascii.h"
#include "syntax_place.h"

void syntax_no_expression(const struct place *at)
{
    if (at->token->kind == TOKEN_END) {
        place_say(at, SYNTAX_MISSING_EXPRESSION, "the file ends where a value is expected");
        return;
    }
    struct diag *diag = place_say(at, SYNTAX_INVALID_EXPRESSION, "a value is expected here");
    if (at->token->kind == TOKEN_EQ && at->top.kind == TOKEN_EQ)
        diag_help(diag, "%s", token_hint(TOKEN_EQ));
    if (at->token->kind == TOKEN_LT)
        diag_help(diag, "a heredoc is \"<<NAME\" with a newline right behind the name");
}

static void in_for(const struct place *at)
{
    const char *detail = "nothing more is expected before the closing bracket";
    if (place_expects_in(at))
        detail = "\"in\" is expected behind the names";
    else if (place_accepts(at, TOKEN_IDENT))
        detail = "a name for the value is expected here";
    else if (place_accepts(at, TOKEN_COLON))
        detail = "a colon is expected behind the collection";
    place_say(at, SYNTAX_INVALID_FOR, detail);
}

/* Is the open bracket that of a for expression? */
static bool is_for(const struct place *at)
{
    struct token symbol;
    if (at->opener_down > 0 && hcl_parser_symbol(at->p->parser, at->opener_down - 1, &symbol) &&
        symbol.kind == TOKEN_FOR)
        return true;
    return at->top.kind == TOKEN_NONE && !place_accepts(at, TOKEN_COMMA) &&
           !place_accepts(at, TOKEN_EQ) &&
           place_accepts(at, at->opener.kind == TOKEN_LBRACK ? TOKEN_RBRACK : TOKEN_RBRACE);
}

static void in_tuple(const struct place *at)
{
    struct diag *diag;
    if (at->token->kind == TOKEN_END) {
        place_say_at(at, SYNTAX_UNTERMINATED_TUPLE, &at->opener,
                     "the file ends before the closing bracket of this list");
        return;
    }
    diag = place_say(at, SYNTAX_MISSING_ITEM_SEPARATOR, "a comma is expected before the next item");
    place_note_opener(at, diag, "the list begins here");
}

void syntax_in_object(const struct place *at)
{
    bool key = place_accepts(at, TOKEN_EQ);
    struct diag *diag;
    if (is_for(at)) {
        in_for(at);
        return;
    }
    if (at->token->kind == TOKEN_END) {
        place_say_at(at, SYNTAX_UNTERMINATED_OBJECT, &at->opener,
                     "the file ends before the closing brace of this object");
        return;
    }
    if (!key) {
        diag = place_say(at, SYNTAX_MISSING_ATTRIBUTE_SEPARATOR,
                         "a comma or a newline is expected before the next item");
    } else if (at->token->kind == TOKEN_NEWLINE || at->token->kind == TOKEN_COMMA) {
        diag = place_say(at, SYNTAX_MISSING_ATTRIBUTE_VALUE, "this item has a key and no value");
    } else {
        diag = place_say(at, SYNTAX_MISSING_KEY_SEPARATOR,
                         "\"=\" or \":\" is expected between the key and its value");
        if (is_word(at->token->kind))
            diag_help(diag, "a key with dots or blanks is written in quotes");
    }
    place_note_opener(at, diag, "the object begins here");
}

/* From the first byte of the function's name to the parenthesis. */
static struct token call_head(const struct place *at)
{
    const char *text = at->p->builder.text;
    uint32_t start = at->opener.offset;
    struct token head = at->opener;
    while (start > 0) {
        char c = text[start - 1];
        if (c != ' ' && c != '\t' && c != '\r' && c != '\n')
            break;
        start--;
    }
    while (start > 0) {
        char c = text[start - 1];
        if (!ascii_is_alnum(c) && (unsigned char)c < 0x80 && c != '_' && c != '-' && c != ':')
            break;
        start--;
    }
    head.offset = start;
    head.length = at->opener.offset + 1 - start;
    return head;
}

static void in_call(const struct place *at)
{
    struct token head = call_head(at);
    if (at->top.kind == TOKEN_ELLIPSIS)
        place_say_at(at, SYNTAX_MISSING_CLOSING_PARENTHESIS, &at->top,
                     "nothing but the closing parenthesis follows \"...\"");
    else if (at->token->kind == TOKEN_END)
        place_say_at(at, SYNTAX_UNTERMINATED_CALL, &head,
                     "the file ends before the closing parenthesis of this call");
    else
        place_note_opener(at,
                          place_say(at, SYNTAX_MISSING_ARGUMENT_SEPARATOR,
                                    "a comma is expected before the next argument"),
                          "the call's arguments begin here");
}

void syntax_in_parentheses(const struct place *at)
{
    if (place_opener_accepts(at, TOKEN_RPAREN)) {
        in_call(at);
        return;
    }
    place_note_opener(
        at, place_say(at, SYNTAX_UNBALANCED_PARENTHESES, "a closing parenthesis is expected here"),
        "it would close this one");
}

/* The reference refuses a broken index where it goes on: at the next bracket that closes it, or at
 * the end of the file. That is looked up once; a file of such mistakes must not be read for each.
 */
static struct token next_close(const struct place *at)
{
    struct token token = *at->token;
    if (at->p->mistaken || token.kind == TOKEN_END)
        return token;
    struct lexer *lexer = arena_new(at->p->builder.arena, struct lexer, 1);
    *lexer = at->p->lexer;
    lexer->sources = NULL;
    for (unsigned open = 1; open > 0 && token.kind != TOKEN_END;) {
        lexer_next(lexer, &token);
        open += token.kind == TOKEN_LBRACK;
        open -= token.kind == TOKEN_RBRACK;
    }
    return token;
}

static void in_index(const struct place *at)
{
    struct token close = next_close(at);
    struct diag *diag = at->top.kind == TOKEN_STAR
                            ? place_say_at(at, SYNTAX_MISSING_CLOSE_BRACKET_SPLAT, &close,
                                           "the star of a splat is followed by \"]\" at once")
                            : place_say_at(at, SYNTAX_MISSING_CLOSE_BRACKET_INDEX, &close,
                                           "an index is one value and then \"]\"");
    if (close.offset != at->token->offset)
        diag_note(diag, builder_span(&at->p->builder, at->token),
                  "this is what stands there instead");
}

void syntax_in_bracket(const struct place *at)
{
    if (place_opener_accepts(at, TOKEN_STAR)) {
        in_index(at);
    } else if (is_for(at)) {
        in_for(at);
    } else {
        in_tuple(at);
    }
}

/* The dot that stands behind `.*` is refused at the star. */
void syntax_after_dot(const struct place *at)
{
    const char *text = at->p->builder.text;
    struct token where = *at->token;
    if (at->top.offset > 0 && text[at->top.offset - 1] == '*')
        where = (struct token){.offset = at->top.offset - 1, .length = 1};
    struct diag *diag = place_say_at(at, SYNTAX_INVALID_ATTRIBUTE_NAME, &where,
                                     "a name is expected behind the dot");
    if (at->token->kind == TOKEN_STRING || at->token->kind == TOKEN_OQUOTE)
        diag_help(diag, "a key that is no name goes between brackets: [\"...\"]");
}
