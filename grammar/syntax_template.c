/* Mistakes in strings and heredocs. */
#include "syntax_place.h"

#include "array.h"

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

void syntax_in_interpolation(const struct place *at)
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
        first.length =
            at->opener.offset > first.offset ? at->opener.offset - first.offset : at->opener.length;
        diag = syntax_error(b->diags, SYNTAX_UNCLOSED_INTERPOLATION, builder_span(b, &first),
                            "a sequence in this template has no closing brace");
        place_note_opener(at, diag, "the sequence begins here");
        return;
    }
    diag = place_say(at, SYNTAX_EXTRA_INTERPOLATION,
                     "a closing brace is expected behind the expression");
    place_note_opener(at, diag, "the sequence begins here");
    if (kind == TOKEN_COLON)
        diag_help(diag, "to pass \"${...:...}\" on to a shell, write \"$${...:...}\"");
    else
        diag_help(diag, "for a literal \"${\" write \"$${\"");
}

static void keyword_mistake(const struct place *at)
{
    static const char *const words[] = {"if", "for", "else", "endif", "endfor"};
    struct str given = builder_text(&at->p->builder, at->token);
    struct diag *diag = place_say(at, SYNTAX_INVALID_KEYWORD,
                                  "a directive begins with if, else, endif, for or endfor");
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (str_distance(given, str_from(words[i]), 2) > 2)
            continue;
        diag_help(diag, "did you mean \"%s\"?", words[i]);
        return;
    }
}

void syntax_in_directive(const struct place *at)
{
    struct token symbol = {0};
    if (at->opener_down > 0)
        hcl_parser_symbol(at->p->parser, at->opener_down - 1, &symbol);
    switch (symbol.kind) {
    case TOKEN_IF: place_say(at, SYNTAX_EXTRA_IF, "\"}\" is expected behind the condition"); return;
    case TOKEN_ELSE: place_say(at, SYNTAX_EXTRA_ELSE, "\"}\" is expected behind else"); return;
    case TOKEN_ENDIF: place_say(at, SYNTAX_EXTRA_ENDIF, "\"}\" is expected behind endif"); return;
    case TOKEN_ENDFOR:
        place_say(at, SYNTAX_EXTRA_ENDFOR, "\"}\" is expected behind endfor");
        return;
    case TOKEN_FOR: break;
    default:
        if (is_word(at->token->kind))
            keyword_mistake(at);
        else
            place_say(at, SYNTAX_INVALID_DIRECTIVE, "the directive's keyword is expected here");
        return;
    }
    if (place_expects_in(at))
        place_say(at, SYNTAX_INVALID_FOR_DIRECTIVE, "\"in\" is expected behind the names");
    else if (place_accepts(at, TOKEN_IDENT))
        place_say(at, SYNTAX_INVALID_FOR_DIRECTIVE, "a name for the value is expected here");
    else
        place_say(at, SYNTAX_EXTRA_FOR, "\"}\" is expected behind the collection");
}

/* Is the symbol the opening quote of a label? */
static bool is_label_quote(const struct place *at, unsigned down)
{
    struct token quote, below;
    return hcl_parser_symbol(at->p->parser, down, &quote) && quote.kind == TOKEN_OQUOTE &&
           hcl_parser_symbol(at->p->parser, down + 1, &below) &&
           hcl_parser_accepts(at->p->parser, down + 1, TOKEN_LBRACE);
}

/* A mistake inside a sequence in a label: the sequence itself is one. */
bool syntax_in_label_sequence(const struct place *at)
{
    struct token symbol, sequence = {0};
    for (unsigned down = 0; hcl_parser_symbol(at->p->parser, down, &symbol); down++) {
        if (symbol.kind == TOKEN_INTERP || symbol.kind == TOKEN_CONTROL)
            sequence = symbol;
        if (symbol.kind != TOKEN_OQUOTE || !is_label_quote(at, down))
            continue;
        if (sequence.kind != TOKEN_NONE)
            place_say_at(at, SYNTAX_INVALID_STRING, &sequence,
                         "a label is a plain string, known without evaluation");
        return sequence.kind != TOKEN_NONE;
    }
    return false;
}

void syntax_in_template(const struct place *at)
{
    bool label = is_label_quote(at, at->opener_down);
    struct diag *diag =
        label ? place_say(at, SYNTAX_UNTERMINATED_STRING, "the label's closing quote is missing")
              : place_say(at, SYNTAX_UNTERMINATED_TEMPLATE,
                          at->opener.kind == TOKEN_OHEREDOC
                              ? "the heredoc's closing line is missing, or lacks its newline"
                              : "the string's closing quote is missing");
    place_note_opener(at, diag, "it begins here");
}
