#include "flaps.h"

#include "suite.h"

START_TEST(a_new_one_has_none)
{
    struct flaps flaps = {0};
    int64_t since = -1;
    ck_assert_uint_eq(flaps_recent(&flaps, 1000, &since), 0);
    ck_assert_int_eq(since, -1);
}
END_TEST

START_TEST(counts_within_the_window)
{
    struct flaps flaps = {0};
    int64_t since = -1;
    flaps_add(&flaps, 0);
    flaps_add(&flaps, 1000);
    flaps_add(&flaps, 2000);
    ck_assert_uint_eq(flaps_recent(&flaps, 2000, &since), 3);
    ck_assert_int_eq(since, 0);
    ck_assert_uint_eq(flaps_recent(&flaps, FLAPS_WINDOW, &since), 3);
    ck_assert_uint_eq(flaps_recent(&flaps, FLAPS_WINDOW + 1, &since), 2);
    ck_assert_int_eq(since, 1000);
    ck_assert_uint_eq(flaps_recent(&flaps, 2 * FLAPS_WINDOW + 3000, &since), 0);
}
END_TEST

START_TEST(remembers_so_many)
{
    struct flaps flaps = {0};
    int64_t since = -1;
    for (int64_t i = 0; i < 3 * FLAPS_MAX + 5; i++)
        flaps_add(&flaps, i);
    ck_assert_uint_eq(flaps_recent(&flaps, 200, &since), FLAPS_MAX);
    ck_assert_int_eq(since, 2 * FLAPS_MAX + 5);
}
END_TEST

int main(void)
{
    struct suite s = suite_begin("flaps");
    SUITE_CASE(s, a_new_one_has_none);
    SUITE_CASE(s, counts_within_the_window);
    SUITE_CASE(s, remembers_so_many);
    return suite_run(s);
}
