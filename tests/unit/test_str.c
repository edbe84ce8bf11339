#include "arena.h"
#include "str.h"
#include "suite.h"

START_TEST(compares_by_bytes_then_length)
{
    ck_assert(str_equal(STR("web"), str_from("web")));
    ck_assert(str_equal(str_from(NULL), STR("")));
    ck_assert(!str_equal(STR("web"), STR("we")));
    ck_assert_int_lt(str_compare(STR("we"), STR("web")), 0);
    ck_assert_int_gt(str_compare(STR("x"), STR("web")), 0);
    ck_assert_int_eq(str_compare(STR(""), STR("")), 0);
    ck_assert(str_has_prefix(STR("web.localhost"), STR("web")));
    ck_assert(str_has_suffix(STR("web.localhost"), STR(".localhost")));
    ck_assert(!str_has_suffix(STR("host"), STR("localhost")));
}
END_TEST

START_TEST(distance_counts_edits_and_swaps)
{
    static const struct {
        const char *a, *b;
        size_t expected;
    } rows[] = {
        {"event", "event", 0}, {"evnt", "event", 1}, {"evetn", "event", 1}, {"port", "prot", 1},
        {"", "ab", 2},         {"watch", "wach", 1}, {"abc", "xyz", 3},     {"abcd", "wxyz", 4},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t got = str_distance(str_from(rows[i].a), str_from(rows[i].b), 3);
        ck_assert_uint_eq(got, rows[i].expected);
        ck_assert_uint_eq(str_distance(str_from(rows[i].b), str_from(rows[i].a), 3), got);
    }
}
END_TEST

START_TEST(buffer_grows_and_ends_in_nul)
{
    struct strbuf buf = {0};
    ck_assert_str_eq(strbuf_text(&buf), "");
    for (int i = 0; i < 1000; i++)
        strbuf_addf(&buf, "%d,", i);
    ck_assert_uint_eq(strlen(strbuf_text(&buf)), buf.len);
    ck_assert(str_has_prefix(strbuf_str(&buf), STR("0,1,2,")));
    strbuf_clear(&buf);
    strbuf_addn(&buf, '-', 3);
    strbuf_addc(&buf, '>');
    strbuf_add_str(&buf, STR("x"));
    ck_assert_str_eq(strbuf_text(&buf), "--->x");
    strbuf_finish(&buf);
    strbuf_finish(&buf);
}
END_TEST

START_TEST(trims_and_searches)
{
    ck_assert(str_is(str_trim(STR(" \t a b\r\n")), "a b"));
    ck_assert_uint_eq(str_trim(STR("\n \t")).len, 0);
    ck_assert_uint_eq(str_trim(STR("")).len, 0);
    ck_assert(str_contains(STR("depends"), "pen"));
    ck_assert(!str_contains(STR("depends"), "pens"));
    ck_assert(!str_contains(STR(""), "x"));
}
END_TEST

START_TEST(moves_into_an_arena)
{
    struct arena arena = {0};
    struct strbuf buf = {0};
    struct str copy = strbuf_copy(&buf, &arena);
    ck_assert_str_eq(copy.ptr, "");
    strbuf_adds(&buf, "text");
    copy = strbuf_copy(&buf, &arena);
    ck_assert_str_eq(strbuf_text(&buf), "text");
    ck_assert(str_equal(copy, strbuf_move(&buf, &arena)));
    ck_assert_ptr_null(buf.ptr);
    arena_finish(&arena);
}
END_TEST

int main(void)
{
    struct suite s = suite_begin("str");
    SUITE_CASE(s, compares_by_bytes_then_length);
    SUITE_CASE(s, distance_counts_edits_and_swaps);
    SUITE_CASE(s, buffer_grows_and_ends_in_nul);
    SUITE_CASE(s, trims_and_searches);
    SUITE_CASE(s, moves_into_an_arena);
    return suite_run(s);
}
