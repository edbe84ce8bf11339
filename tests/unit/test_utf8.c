#include "ascii.h"
#include "suite.h"
#include "utf8.h"

START_TEST(judges_validity)
{
    ck_assert(utf8_is_valid(STR("")));
    ck_assert(utf8_is_valid(STR("a\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80")));
    ck_assert(!utf8_is_valid(STR("\xff")));
    ck_assert(!utf8_is_valid(STR("a\xc3")));
    ck_assert(!utf8_is_valid(STR("\xed\xa0\x80")));
    ck_assert_uint_eq(utf8_valid_length(STR("a\xc3\xa4\xff!")), 3);
}
END_TEST

START_TEST(walks_any_bytes)
{
    int32_t code;
    ck_assert_uint_eq(utf8_next(STR("\xe2\x82\xac!"), &code), 3);
    ck_assert_int_eq(code, 0x20ac);
    ck_assert_uint_eq(utf8_next(STR("\xe2\x82"), &code), 1);
    ck_assert_int_lt(code, 0);
    ck_assert_uint_eq(utf8_next((struct str){"\0", 1}, &code), 1);
    ck_assert_int_eq(code, 0);
}
END_TEST

/* A letter with a combining accent, a flag, a family joined by ZWJ, CR LF. */
START_TEST(counts_what_a_person_sees)
{
    ck_assert_uint_eq(utf8_count_clusters(STR("")), 0);
    ck_assert_uint_eq(utf8_count_clusters(STR("abc")), 3);
    ck_assert_uint_eq(utf8_count_clusters(STR("n\xcc\x83o")), 2);
    ck_assert_uint_eq(utf8_cluster(STR("n\xcc\x83o")), 3);
    ck_assert_uint_eq(utf8_cluster(STR("\xf0\x9f\x87\xa9\xf0\x9f\x87\xaa\xf0\x9f\x87\xa9")), 8);
    ck_assert_uint_eq(utf8_count_clusters(STR("\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7")), 1);
    ck_assert_uint_eq(utf8_cluster(STR("\r\n\n")), 2);
    ck_assert_uint_eq(utf8_count_clusters(STR("\xff\xff")), 2);
}
END_TEST

START_TEST(composes)
{
    struct arena arena = {0};
    struct str plain = STR("plain"), broken = STR("n\xcc\x83\xff");
    ck_assert(str_is(utf8_nfc(&arena, STR("n\xcc\x83")), "\xc3\xb1"));
    ck_assert_ptr_eq(utf8_nfc(&arena, plain).ptr, plain.ptr);
    ck_assert_ptr_eq(utf8_nfc(&arena, broken).ptr, broken.ptr);
    arena_finish(&arena);
}
END_TEST

START_TEST(skips_one_mark)
{
    ck_assert(str_is(utf8_skip_mark(STR("\xef\xbb\xbfx")), "x"));
    ck_assert(str_is(utf8_skip_mark(STR("\xef\xbb\xbf\xef\xbb\xbf")), "\xef\xbb\xbf"));
    ck_assert(str_is(utf8_skip_mark(STR("\xef\xbb")), "\xef\xbb"));
    ck_assert(str_is(utf8_skip_mark(STR("")), ""));
}
END_TEST

START_TEST(knows_ascii)
{
    ck_assert_int_eq(ascii_hex('0'), 0);
    ck_assert_int_eq(ascii_hex('a'), 10);
    ck_assert_int_eq(ascii_hex('F'), 15);
    ck_assert_int_eq(ascii_hex('g'), -1);
    ck_assert_int_eq(ascii_hex('/'), -1);
    ck_assert_int_eq(ascii_hex(':'), -1);
    ck_assert_int_eq(ascii_upper('z'), 'Z');
    ck_assert_int_eq(ascii_lower('['), '[');
    ck_assert(!ascii_is_alnum('\xe4'));
}
END_TEST

int main(void)
{
    struct suite s = suite_begin("utf8");
    SUITE_CASE(s, judges_validity);
    SUITE_CASE(s, walks_any_bytes);
    SUITE_CASE(s, counts_what_a_person_sees);
    SUITE_CASE(s, composes);
    SUITE_CASE(s, skips_one_mark);
    SUITE_CASE(s, knows_ascii);
    return suite_run(s);
}
