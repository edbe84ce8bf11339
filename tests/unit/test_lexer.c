#include "lexer.h"
#include "suite.h"

/* The names of the text's tokens, with what they span where that is of interest. */
static char *lex(struct arena *arena, const char *text)
{
    static const char *const names[] = {
        [TOKEN_NONE] = "NONE",
#define TOKEN(name, hint) [TOKEN_##name] = #name,
#include "tokens.def"
#undef TOKEN
    };
    struct lexer *lexer = arena_new(arena, struct lexer, 1);
    struct token token;
    char *out = arena_strndup(arena, "", 0);
    lexer_init(lexer, str_from(arena_strndup(arena, text, strlen(text))), NULL, 0);
    do {
        lexer_next(lexer, &token);
        bool spelled = token.kind == TOKEN_IDENT || token.kind == TOKEN_NUMBER ||
                       token.kind == TOKEN_LITERAL || token.kind == TOKEN_STRING;
        out = spelled ? arena_printf(arena, "%s%s<%.*s> ", out, names[token.kind],
                                     (int)token.length, text + token.offset)
                      : arena_printf(arena, "%s%s ", out, names[token.kind]);
    } while (token.kind != TOKEN_END);
    return out;
}

static void expect(const char *text, const char *tokens)
{
    struct arena arena = {0};
    const char *got = lex(&arena, text);
    ck_assert_msg(strcmp(got, tokens) == 0, "%s\n  gave   %s\n  wanted %s", text, got, tokens);
    arena_finish(&arena);
}

START_TEST(names_take_dashes_and_unicode)
{
    expect("a-b _c", "IDENT<a-b> IDENT<_c> END ");
    expect("a - b", "IDENT<a> MINUS IDENT<b> END ");
    expect("1-x", "NUMBER<1> MINUS IDENT<x> END ");
    expect("straße for\xc3\xa9", "IDENT<straße> IDENT<for\xc3\xa9> END ");
}
END_TEST

START_TEST(words_are_tokens)
{
    expect("for in if else endif endfor true false null forx",
           "FOR IN IF ELSE ENDIF ENDFOR TRUE FALSE NULL IDENT<forx> END ");
}
END_TEST

START_TEST(numbers_take_dots_but_not_the_last)
{
    expect("1.5e-3 1.2.3 1. 1e 1.e5",
           "NUMBER<1.5e-3> NUMBER<1.2.3> NUMBER<1> DOT NUMBER<1> IDENT<e> NUMBER<1.e5> END ");
    expect("xs...", "IDENT<xs> ELLIPSIS END ");
    expect("1...", "NUMBER<1> ELLIPSIS END ");
}
END_TEST

START_TEST(newlines_count_in_bodies_and_objects_only)
{
    expect("\n\na = 1\n\n\nb", "IDENT<a> EQ NUMBER<1> NEWLINE IDENT<b> END ");
    expect("a = [\n1\n]\n", "IDENT<a> EQ LBRACK NUMBER<1> RBRACK NEWLINE END ");
    expect("a = (\n{\nb = 1\n}\n)",
           "IDENT<a> EQ LPAREN LOBJECT NEWLINE IDENT<b> EQ NUMBER<1> NEWLINE RBRACE RPAREN END ");
    expect("a = {\n# c\nfor\nx", "IDENT<a> EQ LOBJECT FOR IDENT<x> END ");
    expect("a = { forx", "IDENT<a> EQ LOBJECT IDENT<forx> END ");
}
END_TEST

START_TEST(braces_open_blocks_before_the_equals_sign)
{
    expect("a {\n for = 1\n}", "IDENT<a> LBRACE NEWLINE FOR EQ NUMBER<1> NEWLINE RBRACE END ");
    expect("a { b = {} }", "IDENT<a> LBRACE IDENT<b> EQ LOBJECT RBRACE RBRACE END ");
}
END_TEST

START_TEST(comments)
{
    expect("a # x\nb // y\nc /* \n */ d",
           "IDENT<a> NEWLINE IDENT<b> NEWLINE IDENT<c> IDENT<d> END ");
    expect("1 + 1 // note", "NUMBER<1> PLUS NUMBER<1> END ");
    expect("/* x", "SLASH STAR IDENT<x> END ");
    expect("# \xff\n", "END ");
}
END_TEST

START_TEST(strings)
{
    expect("\"plain\"", "STRING<\"plain\"> END ");
    expect("\"\"", "STRING<\"\"> END ");
    expect("\"a\\\"b\"", "OQUOTE LITERAL<a\\\"b> CQUOTE END ");
    expect("\"a${x}b\"", "OQUOTE LITERAL<a> INTERP IDENT<x> SEQ_END LITERAL<b> CQUOTE END ");
    expect("\"$${x} %%{y} 100% $\"", "OQUOTE LITERAL<$${x} %%{y} 100% $> CQUOTE END ");
    expect("\"$$${x}\"", "OQUOTE LITERAL<$$${x}> CQUOTE END ");
    expect("\"%{ if x ~}\"", "OQUOTE CONTROL IF IDENT<x> SEQ_END CQUOTE END ");
    expect("\"${ {a=1}.a }\"",
           "OQUOTE INTERP LOBJECT IDENT<a> EQ NUMBER<1> RBRACE DOT IDENT<a> SEQ_END CQUOTE END ");
    expect("\"a${\"b${c}\"}\"",
           "OQUOTE LITERAL<a> INTERP OQUOTE LITERAL<b> INTERP IDENT<c> SEQ_END CQUOTE SEQ_END "
           "CQUOTE END ");
    expect("\"${\nx\n}\"", "OQUOTE INTERP IDENT<x> SEQ_END CQUOTE END ");
}
END_TEST

START_TEST(strings_end_nowhere_else)
{
    expect("\"a", "OQUOTE LITERAL<a> END ");
    expect("\"a\n", "OQUOTE LITERAL<a> QUOTED_NEWLINE END ");
    expect("\"a${x", "OQUOTE LITERAL<a> INTERP IDENT<x> END ");
    expect("\"a\\", "OQUOTE LITERAL<a> INVALID END ");
    expect("\"\xff\"", "OQUOTE BAD_UTF8 CQUOTE END ");
}
END_TEST

START_TEST(heredocs)
{
    expect("<<A\nx\n  y\nA\n", "OHEREDOC LITERAL<x\n> LITERAL<  y\n> CHEREDOC NEWLINE END ");
    expect("<<A\nAB\n A \t\nz", "OHEREDOC LITERAL<AB\n> CHEREDOC NEWLINE IDENT<z> END ");
    expect("<<-A\r\n x\r\nA\r\n", "OHEREDOC LITERAL< x\r\n> CHEREDOC NEWLINE END ");
    expect("<<A\n\"q\" \\n ${x}A\nA\n",
           "OHEREDOC LITERAL<\"q\" \\n > INTERP IDENT<x> SEQ_END LITERAL<A\n> CHEREDOC NEWLINE "
           "END ");
    expect("<<A\nx\nA", "OHEREDOC LITERAL<x\n> LITERAL<A> END ");
    expect("<< A", "LT LT IDENT<A> END ");
    expect("<<A b\n", "LT LT IDENT<A> IDENT<b> NEWLINE END ");
}
END_TEST

START_TEST(operators)
{
    expect("== != <= >= && || ! => :: ... ? : = < > + - * / %",
           "EQEQ NE LE GE AND OR NOT ARROW DCOLON ELLIPSIS QUESTION COLON EQ LT GT PLUS MINUS STAR "
           "SLASH PERCENT END ");
    expect("& | ^ ~ ; ' ` @", "BITWISE BITWISE BITWISE BITWISE SEMICOLON APOSTROPHE BACKTICK "
                              "INVALID END ");
    expect("\r", "INVALID END ");
}
END_TEST

START_TEST(a_byte_order_mark_counts_at_the_start_only)
{
    expect("\xef\xbb\xbf"
           "a",
           "IDENT<a> END ");
    expect("a\xef\xbb\xbf", "IDENT<a> INVALID END ");
}
END_TEST

START_TEST(a_nul_is_a_character)
{
    struct lexer lexer;
    struct token token;
    lexer_init(&lexer, (struct str){"a\0b", 3}, NULL, 0);
    lexer_next(&lexer, &token);
    ck_assert_uint_eq(token.kind, TOKEN_IDENT);
    lexer_next(&lexer, &token);
    ck_assert_uint_eq(token.kind, TOKEN_INVALID);
    lexer_next(&lexer, &token);
    ck_assert_uint_eq(token.kind, TOKEN_IDENT);
    lexer_next(&lexer, &token);
    ck_assert_uint_eq(token.kind, TOKEN_END);
    lexer_next(&lexer, &token);
    ck_assert_uint_eq(token.kind, TOKEN_END);
}
END_TEST

START_TEST(depth_is_bounded)
{
    char text[2 * LEXER_DEPTH_MAX];
    struct lexer lexer;
    struct token token;
    unsigned count = 0;
    memset(text, '(', sizeof text);
    text[sizeof text - 1] = '\0';
    lexer_init(&lexer, (struct str){text, sizeof text - 1}, NULL, 0);
    do {
        lexer_next(&lexer, &token);
        count++;
    } while (token.kind == TOKEN_LPAREN);
    ck_assert_uint_eq(token.kind, TOKEN_TOO_DEEP);
    ck_assert_uint_eq(count, LEXER_DEPTH_MAX);
    lexer_next(&lexer, &token);
    ck_assert_uint_eq(token.kind, TOKEN_END);
    lexer_next(&lexer, &token);
    ck_assert_uint_eq(token.kind, TOKEN_END);
}
END_TEST

START_TEST(lines_that_are_items)
{
    struct lexer lexer;
    uint32_t indent = 9;
    static const struct {
        const char *line;
        bool item;
        uint32_t indent;
    } rows[] = {
        {"a = 1", true, 0},       {"  a=1", true, 2},
        {"a \"b\" c {", true, 0}, {"a {", true, 0},
        {"a == 1", false, 0},     {"a => 1", false, 0},
        {"a.b = 1", false, 0},    {"bar\"", false, 0},
        {"}", false, 0},          {"stra\xc3\xb6 = 1", true, 0},
        {"", false, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        lexer_init(&lexer, str_from(rows[i].line), NULL, 0);
        ck_assert_msg(lexer_line_is_item(&lexer, 0, &indent) == rows[i].item, "%s", rows[i].line);
        if (rows[i].item)
            ck_assert_uint_eq(indent, rows[i].indent);
    }
}
END_TEST

int main(void)
{
    struct suite s = suite_begin("lexer");
    SUITE_CASE(s, names_take_dashes_and_unicode);
    SUITE_CASE(s, words_are_tokens);
    SUITE_CASE(s, numbers_take_dots_but_not_the_last);
    SUITE_CASE(s, newlines_count_in_bodies_and_objects_only);
    SUITE_CASE(s, braces_open_blocks_before_the_equals_sign);
    SUITE_CASE(s, comments);
    SUITE_CASE(s, strings);
    SUITE_CASE(s, strings_end_nowhere_else);
    SUITE_CASE(s, heredocs);
    SUITE_CASE(s, operators);
    SUITE_CASE(s, a_byte_order_mark_counts_at_the_start_only);
    SUITE_CASE(s, a_nul_is_a_character);
    SUITE_CASE(s, depth_is_bounded);
    SUITE_CASE(s, lines_that_are_items);
    return suite_run(s);
}
