#include "suite.h"
#include "value.h"

static struct number parse(struct arena *arena, const char *text)
{
    struct number number;
    ck_assert_msg(number_parse(arena, str_from(text), &number), "%s", text);
    return number;
}

START_TEST(texts_come_back_without_exponent)
{
    static const struct {
        const char *text, *shown;
    } rows[] = {
        {"0", "0"},
        {"007", "7"},
        {"1.50", "1.5"},
        {"1e3", "1000"},
        {"2.5e-3", "0.0025"},
        {"-12", "-12"},
        {"+5", "5"},
        {".5", "0.5"},
        {"5.", "5"},
        {"0.1", "0.1"},
        {"1e20", "100000000000000000000"},
        {"-0", "-0"},
        {"123456789012345678901234567890", "123456789012345678901234567890"},
        {"9223372036854775807", "9223372036854775807"},
        {"-9223372036854775808", "-9223372036854775808"},
        {"9223372036854775808", "9223372036854775808"},
        {"1e-30", "0.000000000000000000000000000001"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct arena arena = {0};
        struct number number = parse(&arena, rows[i].text);
        ck_assert_str_eq(number_text(&arena, &number).ptr, rows[i].shown);
        arena_finish(&arena);
    }
}
END_TEST

START_TEST(what_is_no_number)
{
    static const char *const texts[] = {"",
                                        "-",
                                        ".",
                                        "e5",
                                        "1e",
                                        "1e+",
                                        "0x10",
                                        " 1",
                                        "1 ",
                                        "1_0",
                                        "inf",
                                        "nan",
                                        "1.2.3",
                                        "--1",
                                        "1e5e",
                                        "1,5",
                                        "1e99999999999",
                                        "1e-99999999999"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct arena arena = {0};
        struct number number;
        ck_assert_msg(!number_parse(&arena, str_from(texts[i]), &number), "%s", texts[i]);
        arena_finish(&arena);
    }
}
END_TEST

START_TEST(small_whole_numbers_take_no_memory)
{
    struct arena arena = {0};
    struct number a = parse(&arena, "8080"), b = parse(&arena, "17"), result;
    for (int op = NUMBER_ADD; op <= NUMBER_MUL; op++)
        ck_assert_ptr_null(number_compute(&arena, (enum number_operator)op, &a, &b, &result));
    ck_assert_uint_eq(arena.total, 0);
    arena_finish(&arena);
}
END_TEST

START_TEST(arithmetic_is_exact_where_it_can_be)
{
    static const struct {
        const char *a;
        enum number_operator op;
        const char *b, *result;
    } rows[] = {
        {"0.1", NUMBER_ADD, "0.2", "0.3"},
        {"1", NUMBER_DIV, "4", "0.25"},
        {"-7", NUMBER_MOD, "3", "-1"},
        {"7", NUMBER_MOD, "-3", "1"},
        {"5", NUMBER_MOD, "0", "5"},
        {"9223372036854775807", NUMBER_ADD, "1", "9223372036854775808"},
        {"-9223372036854775808", NUMBER_SUB, "1", "-9223372036854775809"},
        {"4294967296", NUMBER_MUL, "4294967296", "18446744073709551616"},
        {"1e100", NUMBER_SUB, "1",
         "99999999999999999999999999999999999999999999999999"
         "99999999999999999999999999999999999999999999999999"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct arena arena = {0};
        struct number a = parse(&arena, rows[i].a), b = parse(&arena, rows[i].b), result;
        ck_assert_ptr_null(number_compute(&arena, rows[i].op, &a, &b, &result));
        ck_assert_str_eq(number_text(&arena, &result).ptr, rows[i].result);
        arena_finish(&arena);
    }
}
END_TEST

START_TEST(no_infinities)
{
    struct arena arena = {0};
    struct number one = number_from_int64(1), zero = number_from_int64(0), result;
    struct number huge = parse(&arena, "1e19000");
    ck_assert_ptr_nonnull(number_compute(&arena, NUMBER_DIV, &one, &zero, &result));
    ck_assert_ptr_nonnull(number_compute(&arena, NUMBER_DIV, &zero, &zero, &result));
    ck_assert_ptr_nonnull(number_compute(&arena, NUMBER_MUL, &huge, &huge, &result));
    ck_assert(!number_from_double(&arena, 1.0 / 0.0, &result));
    arena_finish(&arena);
}
END_TEST

START_TEST(order_and_conversion)
{
    struct arena arena = {0};
    struct number half = parse(&arena, "0.5"), one = parse(&arena, "1"),
                  same = parse(&arena, "1.0");
    struct number big = parse(&arena, "1e30");
    int64_t integer = 7;
    ck_assert_int_eq(number_compare(&half, &one), -1);
    ck_assert_int_eq(number_compare(&big, &one), 1);
    ck_assert_int_eq(number_compare(&one, &same), 0);
    ck_assert(!number_is_integer(&half));
    ck_assert(number_is_integer(&big));
    ck_assert(!number_int64(&half, &integer) && !number_int64(&big, &integer));
    ck_assert_int_eq(integer, 7);
    ck_assert(number_int64(&same, &integer));
    ck_assert_int_eq(integer, 1);
    arena_finish(&arena);
}
END_TEST

int main(void)
{
    struct suite s = suite_begin("number");
    SUITE_CASE(s, texts_come_back_without_exponent);
    SUITE_CASE(s, what_is_no_number);
    SUITE_CASE(s, small_whole_numbers_take_no_memory);
    SUITE_CASE(s, arithmetic_is_exact_where_it_can_be);
    SUITE_CASE(s, no_infinities);
    SUITE_CASE(s, order_and_conversion);
    return suite_run(s);
}
