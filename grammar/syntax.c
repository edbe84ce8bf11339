#include "syntax.h"

#include "hcl_parser.h"
#include "parse.h"
#include "syntax_codes.h"

/* What the rows look at. */
struct place {
    struct parse *p;
    const struct token *token; /* the one that was refused */
    struct token top;          /* TOKEN_NONE if a phrase is complete there */
    struct token opener;       /* of the innermost open construct; TOKEN_NONE for the file */
    unsigned opener_down;      /* how far below the top */
    struct token word;         /* the last terminal above the opener */
};

static bool is_opener(uint16_t kind)
{
    switch (kind) {
    case TOKEN_LBRACE:
    case TOKEN_LOBJECT:
    case TOKEN_LBRACK:
    case TOKEN_LPAREN:
    case TOKEN_INTERP:
    case TOKEN_CONTROL:
    case TOKEN_OQUOTE:
    case TOKEN_OHEREDOC: return true;
    default: return false;
    }
}

static bool is_word(uint16_t kind)
{
    return kind >= TOKEN_IDENT && kind <= TOKEN_NULL;
}

uint32_t syntax_depth(const struct parse *p, unsigned down)
{
    uint32_t depth = 1;
    struct token symbol;
    for (; hcl_parser_symbol(p->parser, down, &symbol); down++)
        depth += is_opener(symbol.kind);
    return depth;
}

static struct place find_place(struct parse *p, const struct token *token)
{
    struct place at = {.p = p, .token = token};
    struct token symbol;
    hcl_parser_symbol(p->parser, 0, &at.top);
    for (unsigned down = 0; hcl_parser_symbol(p->parser, down, &symbol); down++) {
        at.opener_down = down;
        if (is_opener(symbol.kind)) {
            at.opener = symbol;
            break;
        }
        if (symbol.kind != TOKEN_NONE && at.word.kind == TOKEN_NONE)
            at.word = symbol;
    }
    return at;
}

static bool accepts(const struct place *at, enum token_kind kind)
{
    return hcl_parser_accepts(at->p->parser, 0, kind);
}

static bool opener_accepts(const struct place *at, enum token_kind kind)
{
    return hcl_parser_accepts(at->p->parser, at->opener_down, kind);
}

static struct diag *say_at(const struct place *at, enum syntax_code code,
                           const struct token *where, const char *detail)
{
    struct builder *b = &at->p->builder;
    return syntax_error(b->diags, code, builder_span(b, where), "%s", detail);
}

static struct diag *say(const struct place *at, enum syntax_code code, const char *detail)
{
    const char *hint = token_hint(at->token->kind);
    struct diag *diag = say_at(at, code, at->token, detail);
    if (*hint)
        diag_help(diag, "%s", hint);
    return diag;
}

static void note_opener(const struct place *at, struct diag *diag, const char *text)
{
    diag_note(diag, builder_span(&at->p->builder, &at->opener), "%s", text);
}

/* Where an unclosed block was probably meant to end */

static uint32_t line_indent(const char *text, uint32_t offset, bool *out_first)
{
    uint32_t start = offset, indent = 0;
    while (start > 0 && text[start - 1] != '\n')
        start--;
    while (text[start + indent] == ' ' || text[start + indent] == '\t')
        indent++;
    *out_first = start + indent == offset;
    return indent;
}

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
        bool first, ignored;
        uint32_t indent = line_indent(b->text, token.offset, &first);
        if (!first || indent >= line_indent(b->text, opener, &ignored))
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
        say(at, SYNTAX_ITEM_REQUIRED, "the file ends too early");
        return;
    }
    struct diag *diag = say_at(at, SYNTAX_UNCLOSED_BLOCK, &at->opener,
                               "the file ends before the closing brace of this block");
    suspect_block(at, diag);
}

static void help_item(const struct place *at, struct diag *diag, const struct token *name)
{
    struct builder *b = &at->p->builder;
    struct str text = builder_text(b, name);
    switch (at->token->kind) {
    case TOKEN_COLON:
    case TOKEN_EQEQ:
        diag_help(diag, "write \"%.*s = ...\"", STR_ARG(text));
        break;
    case TOKEN_NUMBER:
    case TOKEN_LBRACK:
        diag_help(diag, "write \"%.*s = %.*s\"", STR_ARG(text), at->token->length > 40 ? 40 : (int)at->token->length,
                  b->text + at->token->offset);
        break;
    default: break;
    }
}

static void after_name(const struct place *at)
{
    struct diag *diag =
        say_at(at, SYNTAX_ITEM_REQUIRED, &at->p->item,
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
        say_at(at, SYNTAX_INVALID_BLOCK, at->token,
               "an equals sign belongs to an argument, and an argument has no labels");
        break;
    case TOKEN_NEWLINE:
        say(at, SYNTAX_INVALID_BLOCK,
            "the opening brace of a block stands on the line of its type and labels");
        break;
    default:
        say(at, SYNTAX_INVALID_BLOCK, "a label or an opening brace is expected here");
    }
}

static void at_item(struct place *at)
{
    struct builder *b = &at->p->builder;
    struct token quote = *at->token;
    struct diag *diag;
    switch (at->token->kind) {
    case TOKEN_END:
        unclosed_block(at);
        return;
    case TOKEN_STRING:
    case TOKEN_OQUOTE:
        quote.length = 1;
        diag = say_at(at, SYNTAX_INVALID_ARGUMENT_NAME, &quote,
                      "the name of an argument is written without quotes");
        if (at->token->kind == TOKEN_STRING)
            diag_help(diag, "write \"%.*s = ...\"", (int)at->token->length - 2,
                      b->text + at->token->offset + 1);
        return;
    case TOKEN_LBRACE:
        diag = say(at, SYNTAX_ITEM_REQUIRED, "a block begins with its type, not with a brace");
        return;
    case TOKEN_RBRACE:
        say(at, SYNTAX_ITEM_REQUIRED, "no block is open that this brace could close");
        return;
    default:
        diag = say(at, SYNTAX_ITEM_REQUIRED, "a line of a body begins with a name");
    }
}

/* In `type {` with something behind the brace on its line. */
static void in_single_line(struct place *at)
{
    struct builder *b = &at->p->builder;
    struct token span;
    if (at->token->kind == TOKEN_END) {
        unclosed_block(at);
    } else if (at->top.kind == TOKEN_LBRACE) {
        say(at, SYNTAX_ITEM_REQUIRED, "an argument or a newline is expected behind the brace");
    } else if (at->top.kind == TOKEN_NONE) {
        say(at, SYNTAX_INVALID_SINGLE_LINE,
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
        struct diag *diag =
            say_at(at, SYNTAX_ITEM_REQUIRED, &at->top,
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
        say(at, SYNTAX_MISSING_NEWLINE_BLOCK, "the next item of the body goes on its own line");
    } else if (at->token->kind == TOKEN_COMMA) {
        diag = say(at, SYNTAX_UNEXPECTED_COMMA, "arguments are separated by newlines");
        diag_help(diag, "remove the comma");
    } else {
        say(at, SYNTAX_MISSING_NEWLINE_ARGUMENT, "the next item of the body goes on its own line");
    }
}

static void in_body(struct place *at)
{
    bool single = at->opener.kind == TOKEN_LBRACE && at->opener_down <= 1 &&
                  !accepts(at, TOKEN_NEWLINE) && at->top.kind != TOKEN_NEWLINE;
    if (single || at->top.kind == TOKEN_LBRACE)
        in_single_line(at);
    else if (accepts(at, TOKEN_LBRACE))
        after_header(at);
    else if (accepts(at, TOKEN_IDENT) || at->top.kind == TOKEN_NEWLINE)
        at_item(at);
    else
        after_item(at);
}

/* Expressions */

static void no_expression(const struct place *at)
{
    if (at->token->kind == TOKEN_END) {
        say(at, SYNTAX_MISSING_EXPRESSION, "the file ends where a value is expected");
        return;
    }
    struct diag *diag = say(at, SYNTAX_INVALID_EXPRESSION, "a value is expected here");
    if (at->token->kind == TOKEN_EQ && at->top.kind == TOKEN_EQ)
        diag_help(diag, "%s", token_hint(TOKEN_EQ));
    if (at->token->kind == TOKEN_LT)
        diag_help(diag, "a heredoc is \"<<NAME\" with a newline right behind the name");
}

static void in_for(const struct place *at)
{
    const char *detail;
    switch (at->word.kind) {
    case TOKEN_FOR:
    case TOKEN_COMMA: detail = "a name for the value is expected here"; break;
    case TOKEN_IN: detail = "a colon is expected behind the collection"; break;
    case TOKEN_IDENT: detail = "\"in\" is expected behind the names"; break;
    default: detail = "nothing more is expected before the closing bracket";
    }
    say(at, SYNTAX_INVALID_FOR, detail);
}

/* Is the open bracket that of a for expression? */
static bool is_for(const struct place *at)
{
    struct token symbol;
    if (at->opener_down > 0 &&
        hcl_parser_symbol(at->p->parser, at->opener_down - 1, &symbol) && symbol.kind == TOKEN_FOR)
        return true;
    return at->top.kind == TOKEN_NONE && !accepts(at, TOKEN_COMMA) && !accepts(at, TOKEN_EQ) &&
           accepts(at, at->opener.kind == TOKEN_LBRACK ? TOKEN_RBRACK : TOKEN_RBRACE);
}

static void in_tuple(const struct place *at)
{
    struct diag *diag;
    if (at->token->kind == TOKEN_END) {
        say_at(at, SYNTAX_UNTERMINATED_TUPLE, &at->opener,
               "the file ends before the closing bracket of this list");
        return;
    }
    diag = say(at, SYNTAX_MISSING_ITEM_SEPARATOR, "a comma is expected before the next item");
    note_opener(at, diag, "the list begins here");
}

static void in_object(const struct place *at)
{
    bool key = accepts(at, TOKEN_EQ);
    struct diag *diag;
    if (at->token->kind == TOKEN_END) {
        say_at(at, SYNTAX_UNTERMINATED_OBJECT, &at->opener,
               "the file ends before the closing brace of this object");
        return;
    }
    if (!key) {
        diag = say(at, SYNTAX_MISSING_ATTRIBUTE_SEPARATOR,
                   "a comma or a newline is expected before the next item");
    } else if (at->token->kind == TOKEN_NEWLINE || at->token->kind == TOKEN_COMMA) {
        diag = say(at, SYNTAX_MISSING_ATTRIBUTE_VALUE, "this item has a key and no value");
    } else {
        diag = say(at, SYNTAX_MISSING_KEY_SEPARATOR,
                   "\"=\" or \":\" is expected between the key and its value");
        if (is_word(at->token->kind))
            diag_help(diag, "a key with dots or blanks is written in quotes");
    }
    note_opener(at, diag, "the object begins here");
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
        unsigned char c = (unsigned char)text[start - 1];
        if (!(c >= 0x80 || c == '_' || c == '-' || c == ':' || (c >= '0' && c <= '9') ||
              ((c | 0x20) >= 'a' && (c | 0x20) <= 'z')))
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
        say_at(at, SYNTAX_MISSING_CLOSING_PARENTHESIS, &at->top,
               "nothing but the closing parenthesis follows \"...\"");
    else if (at->token->kind == TOKEN_END)
        say_at(at, SYNTAX_UNTERMINATED_CALL, &head,
               "the file ends before the closing parenthesis of this call");
    else
        note_opener(at, say(at, SYNTAX_MISSING_ARGUMENT_SEPARATOR,
                            "a comma is expected before the next argument"),
                    "the call's arguments begin here");
}

static void in_parentheses(const struct place *at)
{
    if (opener_accepts(at, TOKEN_RPAREN)) {
        in_call(at);
        return;
    }
    note_opener(at, say(at, SYNTAX_UNBALANCED_PARENTHESES, "a closing parenthesis is expected here"),
                "it would close this one");
}

static void in_bracket(const struct place *at)
{
    if (opener_accepts(at, TOKEN_STAR)) {
        if (at->top.kind == TOKEN_STAR)
            say(at, SYNTAX_MISSING_CLOSE_BRACKET_SPLAT, "only \"]\" follows the star of a splat");
        else
            say(at, SYNTAX_MISSING_CLOSE_BRACKET_INDEX, "an index is one value and then \"]\"");
    } else if (is_for(at)) {
        in_for(at);
    } else {
        in_tuple(at);
    }
}

/* Templates */

/* The quote or heredoc around the sequence that is open. */
static struct token enclosing_template(const struct place *at)
{
    struct token symbol = {0};
    unsigned down = at->opener_down + 1;
    while (hcl_parser_symbol(at->p->parser, down, &symbol) && symbol.kind != TOKEN_OQUOTE &&
           symbol.kind != TOKEN_OHEREDOC)
        down++;
    return symbol;
}

static void in_interpolation(const struct place *at)
{
    struct builder *b = &at->p->builder;
    struct token quote = enclosing_template(at);
    uint16_t kind = at->token->kind;
    bool quoted = quote.kind == TOKEN_OQUOTE;
    struct diag *diag;
    if (kind == TOKEN_END ||
        (quoted && (kind == TOKEN_OQUOTE || kind == TOKEN_CQUOTE || kind == TOKEN_STRING))) {
        /* The reference points at the first token of the template. */
        struct token first = {.offset = quote.offset + quote.length};
        first.length = at->opener.offset > first.offset ? at->opener.offset - first.offset
                                                        : at->opener.length;
        diag = syntax_error(b->diags, SYNTAX_UNCLOSED_INTERPOLATION, builder_span(b, &first),
                            "a sequence in this template has no closing brace");
        note_opener(at, diag, "the sequence begins here");
        return;
    }
    diag = say(at, SYNTAX_EXTRA_INTERPOLATION, "a closing brace is expected behind the expression");
    note_opener(at, diag, "the sequence begins here");
    if (kind == TOKEN_COLON)
        diag_help(diag, "to pass \"${...:...}\" on to a shell, write \"$${...:...}\"");
    else
        diag_help(diag, "for a literal \"${\" write \"$${\"");
}

static void keyword_mistake(const struct place *at)
{
    static const char *const words[] = {"if", "for", "else", "endif", "endfor"};
    struct str given = builder_text(&at->p->builder, at->token);
    struct diag *diag = say(at, SYNTAX_INVALID_KEYWORD,
                            "a directive begins with if, else, endif, for or endfor");
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (str_distance(given, str_from(words[i]), 2) > 2)
            continue;
        diag_help(diag, "did you mean \"%s\"?", words[i]);
        return;
    }
}

static void in_directive(const struct place *at)
{
    struct token symbol = {0};
    if (at->opener_down > 0)
        hcl_parser_symbol(at->p->parser, at->opener_down - 1, &symbol);
    switch (symbol.kind) {
    case TOKEN_IF: say(at, SYNTAX_EXTRA_IF, "\"}\" is expected behind the condition"); return;
    case TOKEN_ELSE: say(at, SYNTAX_EXTRA_ELSE, "\"}\" is expected behind else"); return;
    case TOKEN_ENDIF: say(at, SYNTAX_EXTRA_ENDIF, "\"}\" is expected behind endif"); return;
    case TOKEN_ENDFOR: say(at, SYNTAX_EXTRA_ENDFOR, "\"}\" is expected behind endfor"); return;
    case TOKEN_FOR: break;
    default:
        if (is_word(at->token->kind))
            keyword_mistake(at);
        else
            say(at, SYNTAX_INVALID_DIRECTIVE, "the directive's keyword is expected here");
        return;
    }
    if (at->word.kind == TOKEN_IN)
        say(at, SYNTAX_EXTRA_FOR, "\"}\" is expected behind the collection");
    else if (at->word.kind == TOKEN_IDENT)
        say(at, SYNTAX_INVALID_FOR_DIRECTIVE, "\"in\" is expected behind the names");
    else
        say(at, SYNTAX_INVALID_FOR_DIRECTIVE, "a name for the value is expected here");
}

static void in_template(const struct place *at)
{
    struct token below;
    bool label = at->opener.kind == TOKEN_OQUOTE &&
                 hcl_parser_symbol(at->p->parser, at->opener_down + 1, &below) &&
                 hcl_parser_accepts(at->p->parser, at->opener_down + 1, TOKEN_LBRACE);
    struct diag *diag =
        label ? say(at, SYNTAX_UNTERMINATED_STRING, "the label's closing quote is missing")
              : say(at, SYNTAX_UNTERMINATED_TEMPLATE,
                    at->opener.kind == TOKEN_OHEREDOC
                        ? "the heredoc's closing line is missing, or lacks its newline"
                        : "the string's closing quote is missing");
    note_opener(at, diag, "it begins here");
}

/* The dot that stands behind `.*` is refused at the star. */
static void after_dot(const struct place *at)
{
    const char *text = at->p->builder.text;
    struct token where = *at->token;
    if (at->top.offset > 0 && text[at->top.offset - 1] == '*')
        where = (struct token){.offset = at->top.offset - 1, .length = 1};
    struct diag *diag =
        say_at(at, SYNTAX_INVALID_ATTRIBUTE_NAME, &where, "a name is expected behind the dot");
    if (at->token->kind == TOKEN_STRING || at->token->kind == TOKEN_OQUOTE)
        diag_help(diag, "a key that is no name goes between brackets: [\"...\"]");
}

/* What is the same in every construct. */
static bool in_any(const struct place *at)
{
    struct token below = {0};
    hcl_parser_symbol(at->p->parser, 1, &below);
    if (at->top.kind == TOKEN_DOT)
        after_dot(at);
    else if (at->top.kind == TOKEN_DCOLON)
        say(at, SYNTAX_MISSING_FUNCTION_NAME, "the name of a function is expected behind \"::\"");
    else if (accepts(at, TOKEN_NUMBER))
        no_expression(at);
    else if (at->top.kind == TOKEN_NONE && accepts(at, TOKEN_LPAREN) && accepts(at, TOKEN_DCOLON))
        say(at, SYNTAX_MISSING_OPEN_PARENTHESIS, "a function is called: \"(\" is expected here");
    else if (at->top.kind == TOKEN_NONE && below.kind == TOKEN_QUESTION)
        say(at, SYNTAX_MISSING_FALSE, "a colon and the other value are expected here");
    else
        return false;
    return true;
}

void syntax_report(struct parse *p, const struct token *token)
{
    struct place at = find_place(p, token);
    if (in_any(&at))
        return;
    switch (at.opener.kind) {
    case TOKEN_LPAREN: in_parentheses(&at); break;
    case TOKEN_LBRACK: in_bracket(&at); break;
    case TOKEN_LOBJECT: is_for(&at) ? in_for(&at) : in_object(&at); break;
    case TOKEN_INTERP: in_interpolation(&at); break;
    case TOKEN_CONTROL: in_directive(&at); break;
    case TOKEN_OQUOTE:
    case TOKEN_OHEREDOC: in_template(&at); break;
    default: in_body(&at);
    }
}
