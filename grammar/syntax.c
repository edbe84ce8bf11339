#include "syntax.h"

#include "syntax_place.h"

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

uint32_t syntax_depth(const struct parse *p, unsigned down)
{
    uint32_t depth = 1;
    struct token symbol;
    for (; hcl_parser_symbol(p->parser, down, &symbol); down++)
        depth += is_opener(symbol.kind);
    return depth;
}

uint32_t syntax_indent(const char *text, uint32_t offset, bool *out_first)
{
    uint32_t start = offset, indent = 0;
    while (start > 0 && text[start - 1] != '\n')
        start--;
    while (text[start + indent] == ' ' || text[start + indent] == '\t')
        indent++;
    if (out_first)
        *out_first = start + indent == offset;
    return indent;
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
    }
    return at;
}

struct diag *place_say_at(const struct place *at, enum syntax_code code, const struct token *where,
                          const char *detail)
{
    struct builder *b = &at->p->builder;
    return syntax_error(b->diags, code, builder_span(b, where), "%s", detail);
}

struct diag *place_say(const struct place *at, enum syntax_code code, const char *detail)
{
    const char *hint = token_hint(at->token->kind);
    struct diag *diag = place_say_at(at, code, at->token, detail);
    if (*hint)
        diag_help(diag, "%s", hint);
    return diag;
}

void place_note_opener(const struct place *at, struct diag *diag, const char *text)
{
    diag_note(diag, builder_span(&at->p->builder, &at->opener), "%s", text);
}

/* What is the same in every construct. */
static bool in_any(const struct place *at)
{
    struct token below = {0};
    hcl_parser_symbol(at->p->parser, 1, &below);
    if (at->top.kind == TOKEN_DOT)
        syntax_after_dot(at);
    else if (at->top.kind == TOKEN_DCOLON)
        place_say(at, SYNTAX_MISSING_FUNCTION_NAME,
                  "the name of a function is expected behind \"::\"");
    else if (place_accepts(at, TOKEN_NUMBER))
        syntax_no_expression(at);
    else if (at->top.kind == TOKEN_NONE && place_accepts(at, TOKEN_LPAREN) &&
             place_accepts(at, TOKEN_DCOLON))
        place_say(at, SYNTAX_MISSING_OPEN_PARENTHESIS,
                  "a function is called: \"(\" is expected here");
    else if (at->top.kind == TOKEN_NONE && below.kind == TOKEN_QUESTION)
        place_say(at, SYNTAX_MISSING_FALSE, "a colon and the other value are expected here");
    else
        return false;
    return true;
}

/* After another mistake, a bracket that is open at the end of the file is most often one whose
 * closer was skipped. The end of a string cannot be skipped, and a block says so in another way. */
static bool is_doubtful(const struct place *at)
{
    uint16_t kind = at->opener.kind;
    return at->p->mistaken && at->token->kind == TOKEN_END && at->top.kind == TOKEN_NONE &&
           kind != TOKEN_OQUOTE && kind != TOKEN_OHEREDOC && kind != TOKEN_LBRACE;
}

void syntax_report(struct parse *p, const struct token *token)
{
    struct place at = find_place(p, token);
    if (is_doubtful(&at))
        return;
    if (syntax_in_label_sequence(&at) || in_any(&at))
        return;
    switch (at.opener.kind) {
    case TOKEN_LPAREN: syntax_in_parentheses(&at); break;
    case TOKEN_LBRACK: syntax_in_bracket(&at); break;
    case TOKEN_LOBJECT: syntax_in_object(&at); break;
    case TOKEN_INTERP: syntax_in_interpolation(&at); break;
    case TOKEN_CONTROL: syntax_in_directive(&at); break;
    case TOKEN_OQUOTE:
    case TOKEN_OHEREDOC: syntax_in_template(&at); break;
    default: syntax_in_body(&at);
    }
}
