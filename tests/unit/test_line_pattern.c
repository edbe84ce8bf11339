#include "line_pattern.h"

#include "suite.h"

static const struct {
    const char *pattern, *line;
    enum line_verdict verdict;
} lines[] = {
    {"listening", "now listening on 3000", LINE_MATCHES},
    {"^listening on \\d+$", "listening on 3000", LINE_MATCHES},
    {"^listening on \\d+$", "listening on port", LINE_DIFFERS},
    {"^$", "", LINE_MATCHES},
    {"x", "", LINE_DIFFERS},
    {"(?i)READY", "server ready", LINE_MATCHES},
    {"gr\xc3\xbc\xc3\x9f.", "gr\xc3\xbc\xc3\x9f\xc3\xa9", LINE_MATCHES},
    /* Bytes that are no UTF-8 match nothing, and hide nothing. */
    {"ready$", "\xff\xfe ready", LINE_MATCHES},
    {"a.b",
     "a\xff"
     "b",
     LINE_DIFFERS},
    /* Escape sequences are not part of the line. */
    {"^ready in", "\x1b[32mready\x1b[0m in 20 ms", LINE_MATCHES},
    {"^ready$", "\x1b]0;title\x07ready", LINE_MATCHES},
    {"^ready$", "\x1b]8;;http://x\x1b\\ready\x1b]8;;\x1b\\", LINE_MATCHES},
    {"^ready$",
     "\x1b"
     "7ready\x1b[2K",
     LINE_MATCHES},
    {"^ready$", "ready\x1b[3", LINE_MATCHES},
    {"^ready$", "ready\x1b", LINE_MATCHES},
    {"^ready$", "ready\x1b]0;never ends", LINE_MATCHES},
    {"^(a+)+$", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", LINE_TOO_HARD},
};

START_TEST(verdicts)
{
    struct line_pattern pattern;
    struct strbuf why = {0};
    ck_assert(line_pattern_init(&pattern, str_from(lines[_i].pattern), &why));
    ck_assert_int_eq(line_pattern_test(&pattern, str_from(lines[_i].line)), lines[_i].verdict);
    ck_assert_uint_eq(why.len, 0);
    line_pattern_finish(&pattern);
}
END_TEST

/* Each of these looks at much of the line from each of its places, or over and over from one, and
 * no place takes many steps of PCRE2's: unbounded, they take a second and more. */
static const char *const slow[] = {
    "[0-9]+-x",          "^.*?[0-9]+-x", "(?:[0-9]+-|[0-9]+_)x", "(?<=[0-9])[0-9]+[^0-9x]x",
    "(?=([0-9]+))\\1-x",
};

START_TEST(work_on_a_line_is_bounded)
{
    struct line_pattern pattern;
    struct strbuf why = {0};
    struct strbuf line = {0};
    for (int i = 0; i < 60000; i++)
        strbuf_addc(&line, (char)('0' + i % 10));
    strbuf_adds(&line, "x");
    ck_assert(line_pattern_init(&pattern, str_from(slow[_i]), &why));
    ck_assert_int_eq(line_pattern_test(&pattern, strbuf_str(&line)), LINE_TOO_HARD);
    /* The next line begins anew. */
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(line_pattern_test(&pattern, STR("no 17 of x")), LINE_DIFFERS);
    line_pattern_finish(&pattern);
    strbuf_finish(&line);
}
END_TEST

/* What is far behind in a line is found, what lies before it is seen, and the rest is no match. */
static const struct {
    const char *pattern;
    enum line_verdict verdict;
} long_line[] = {
    {"error at last$", LINE_MATCHES}, {"(?i)ERROR", LINE_MATCHES},
    {"(?<=17 )error", LINE_MATCHES},  {"[0-9]+ error", LINE_MATCHES},
    {"warning|error", LINE_MATCHES},  {"[0-9]+ms", LINE_DIFFERS},
    {"^error", LINE_DIFFERS},         {"(?<!17 )error", LINE_DIFFERS},
    {"\\Aerror|^last", LINE_DIFFERS},
};

START_TEST(usual_patterns_go_through_long_lines)
{
    struct line_pattern pattern;
    struct strbuf why = {0};
    struct strbuf line = {0};
    while (line.len < 65000)
        strbuf_adds(&line, "GET /users/4 200 in 12 \xc2\xb5s; ");
    strbuf_adds(&line, "17 error at last");
    ck_assert(line_pattern_init(&pattern, str_from(long_line[_i].pattern), &why));
    ck_assert_int_eq(line_pattern_test(&pattern, strbuf_str(&line)), long_line[_i].verdict);
    line_pattern_finish(&pattern);
    strbuf_finish(&line);
}
END_TEST

START_TEST(no_pattern)
{
    struct line_pattern pattern;
    struct strbuf why = {0};
    ck_assert(!line_pattern_init(&pattern, STR("listening ("), &why));
    ck_assert_msg(strstr(strbuf_text(&why), "column 12: "), "%s", strbuf_text(&why));
    line_pattern_finish(&pattern);
    strbuf_finish(&why);
}
END_TEST

START_TEST(a_zeroed_one_can_be_finished)
{
    struct line_pattern pattern = {0};
    line_pattern_finish(&pattern);
}
END_TEST

int main(void)
{
    struct suite s = suite_begin("line_pattern");
    SUITE_LOOP(s, verdicts, 0, sizeof lines / sizeof *lines);
    SUITE_LOOP(s, work_on_a_line_is_bounded, 0, sizeof slow / sizeof *slow);
    SUITE_LOOP(s, usual_patterns_go_through_long_lines, 0, sizeof long_line / sizeof *long_line);
    SUITE_CASE(s, no_pattern);
    SUITE_CASE(s, a_zeroed_one_can_be_finished);
    return suite_run(s);
}
