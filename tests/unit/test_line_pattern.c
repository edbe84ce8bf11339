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

START_TEST(no_pattern)
{
    struct line_pattern pattern;
    struct strbuf why = {0};
    ck_assert(!line_pattern_init(&pattern, STR("listening ("), &why));
    ck_assert_msg(strstr(strbuf_text(&why), "at byte 11: "), "%s", strbuf_text(&why));
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
    SUITE_CASE(s, no_pattern);
    SUITE_CASE(s, a_zeroed_one_can_be_finished);
    return suite_run(s);
}
