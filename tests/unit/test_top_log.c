#include "suite.h"
#include "top_log.h"

static struct top_log log_;

static void add(const char *line)
{
    struct strbuf json = {0};
    strbuf_addf(&json,
                "{\"time\":\"2026-11-24T12:03:04.123+01:00\",\"service\":\"a\","
                "\"stream\":\"stderr\",\"seq\":1,\"line\":\"%s\"}",
                line);
    top_log_add(&log_, strbuf_str(&json));
    strbuf_finish(&json);
}

static void add_numbered(uint32_t from, uint32_t to)
{
    char text[32];
    for (uint32_t i = from; i < to; i++) {
        snprintf(text, sizeof text, "line %u", i);
        add(text);
    }
}

static const char *text_at(uint32_t index)
{
    return top_log_line(&log_, index)->text;
}

START_TEST(lines_are_kept_safe)
{
    add("\\u001b[31mred\\u001b[0m \\u001b[2J\\u001b]0;title\\u0007 h\\u00e9 \\u009b\\r");
    ck_assert_uint_eq(log_.count, 1);
    ck_assert_str_eq(text_at(0), "\033[31mred\033[0m  hé \\xc2\\x9b");
    ck_assert_str_eq(top_log_line(&log_, 0)->clock, "12:03:04.123");
    ck_assert_int_eq(top_log_line(&log_, 0)->stream, TOP_ERR);
    top_log_finish(&log_);
}
END_TEST

START_TEST(what_is_no_line_is_left_out)
{
    top_log_add(&log_, STR("not json"));
    top_log_add(&log_, STR("{\"line\": 3}"));
    top_log_add(&log_, STR("[]"));
    ck_assert_uint_eq(log_.count, 0);
    top_log_add(&log_, STR("{\"lost\": 12}"));
    ck_assert_str_eq(text_at(0), "... 12 lines came faster than they could be shown");
    add("");
    ck_assert_str_eq(text_at(1), "");
    top_log_finish(&log_);
}
END_TEST

START_TEST(only_the_newest_are_kept)
{
    add_numbered(0, TOP_LOG_LINES + 7);
    ck_assert_uint_eq(log_.count, TOP_LOG_LINES);
    ck_assert_str_eq(text_at(0), "line 7");
    ck_assert_str_eq(text_at(TOP_LOG_LINES - 1), "line 5006");
    top_log_finish(&log_);
}
END_TEST

START_TEST(bytes_are_bounded)
{
    char long_line[20001];
    memset(long_line, 'x', 20000);
    long_line[20000] = '\0';
    for (int i = 0; i < 1000; i++)
        add(long_line);
    ck_assert_uint_eq(top_log_line(&log_, 0)->length, TOP_LOG_LINE);
    ck_assert_uint_le(log_.bytes, TOP_LOG_BYTES);
    ck_assert_uint_eq(log_.bytes, (size_t)log_.count * TOP_LOG_LINE);
    top_log_finish(&log_);
}
END_TEST

START_TEST(a_character_is_not_cut)
{
    struct strbuf line = {0};
    strbuf_addn(&line, 'x', TOP_LOG_LINE - 1);
    strbuf_adds(&line, "日本");
    add(strbuf_text(&line));
    ck_assert_uint_eq(top_log_line(&log_, 0)->length, TOP_LOG_LINE - 1);
    strbuf_finish(&line);
    top_log_finish(&log_);
}
END_TEST

START_TEST(who_scrolled_back_stays)
{
    add_numbered(0, 20);
    ck_assert_uint_eq(top_log_top(&log_, 5), 15);
    top_log_scroll(&log_, -4, 5);
    ck_assert_uint_eq(top_log_top(&log_, 5), 11);
    add("new");
    ck_assert_uint_eq(top_log_top(&log_, 5), 11);
    top_log_scroll(&log_, -100, 5);
    ck_assert_uint_eq(top_log_top(&log_, 5), 0);
    top_log_scroll(&log_, 100, 5);
    ck_assert_uint_eq(top_log_top(&log_, 5), 16);
    add("newer");
    ck_assert_uint_eq(top_log_top(&log_, 5), 17);
    top_log_finish(&log_);
}
END_TEST

START_TEST(search_goes_both_ways)
{
    add("Alpha");
    add("be\\u001b[1mta\\u001b[0m");
    add("alpha");
    add("gamma");
    ck_assert(top_log_find(&log_, "alpha", -1, true));
    ck_assert_uint_eq(log_.back, 1);
    ck_assert(top_log_find(&log_, "alpha", -1, false));
    ck_assert_uint_eq(log_.back, 3);
    ck_assert(!top_log_find(&log_, "alpha", -1, false));
    ck_assert_uint_eq(log_.back, 3);
    ck_assert(top_log_find(&log_, "alpha", 1, false));
    ck_assert_uint_eq(log_.back, 1);
    log_.back = 0; /* who scrolls does not lose the place */
    add("delta");
    ck_assert(top_log_find(&log_, "alpha", -1, false));
    ck_assert_uint_eq(log_.back, 4);
    ck_assert(top_log_find(&log_, "beta", -1, true));
    ck_assert_uint_eq(log_.back, 3);
    ck_assert(top_log_find(&log_, "Alpha", -1, true));
    ck_assert_uint_eq(log_.back, 4);
    ck_assert(!top_log_find(&log_, "", -1, true));
    top_log_finish(&log_);
    ck_assert(!top_log_find(&log_, "x", -1, true));
}
END_TEST

int main(void)
{
    struct suite s = suite_begin("top_log");
    SUITE_CASE(s, lines_are_kept_safe);
    SUITE_CASE(s, what_is_no_line_is_left_out);
    SUITE_CASE(s, only_the_newest_are_kept);
    SUITE_CASE(s, bytes_are_bounded);
    SUITE_CASE(s, a_character_is_not_cut);
    SUITE_CASE(s, who_scrolled_back_stays);
    SUITE_CASE(s, search_goes_both_ways);
    return suite_run(s);
}
