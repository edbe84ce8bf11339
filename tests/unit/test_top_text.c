#include "suite.h"
#include "top_text.h"

/* "text[style]text[style]": color, then b, d, u, r. */
static void expect(const char *line, const char *wanted)
{
    struct str rest = str_from(line), piece;
    struct top_style style = top_style_plain();
    struct strbuf got = {0};
    while (top_text_next(&rest, &style, &piece)) {
        strbuf_add_str(&got, piece);
        strbuf_addf(&got, "[%u%s%s%s%s]", style.color, style.bold ? "b" : "", style.dim ? "d" : "",
                    style.underline ? "u" : "", style.reverse ? "r" : "");
    }
    ck_assert_str_eq(strbuf_text(&got), wanted);
    strbuf_finish(&got);
}

START_TEST(pieces_have_their_style)
{
    expect("", "");
    expect("plain", "plain[8]");
    expect("\033[31mred\033[0m plain", "red[1] plain[8]");
    expect("a\033[1;4;7;32mb\033[22;24;27mc", "a[8]b[2bur]c[2]");
    expect("\033[2m\033[94mx\033[39my\033[m", "x[4d]y[8d]");
    expect("\033[mx", "x[8]");
}
END_TEST

START_TEST(many_colors_count_as_none)
{
    expect("\033[31m\033[38;5;1mx", "x[8]");
    expect("\033[38;2;1;4;7mx", "x[8]");
    expect("\033[48;5;1mx", "x[8]");
    expect("\033[48;5;31;1mx", "x[8b]");
    expect("\033[38:5:1mx\033[44my", "x[8]y[8]");
}
END_TEST

START_TEST(odd_sequences_end)
{
    expect("\033[99999999999999999999mx", "x[8]");
    expect("\033[;;;mx", "x[8]");
    expect("\033[38mx", "x[8]");
    expect("x\033[31m", "x[8]");
}
END_TEST

int main(void)
{
    struct suite s = suite_begin("top_text");
    SUITE_CASE(s, pieces_have_their_style);
    SUITE_CASE(s, many_colors_count_as_none);
    SUITE_CASE(s, odd_sequences_end);
    return suite_run(s);
}
