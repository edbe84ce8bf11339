#include "latency.h"
#include "suite.h"

START_TEST(an_empty_one_has_no_quantiles)
{
    struct latency latency = {0};
    ck_assert_double_eq(latency_quantile(&latency, 0.5), 0.);
    ck_assert_uint_eq(latency.count, 0);
}
END_TEST

/* Never below the true one, at most a quarter above. */
START_TEST(a_quantile_is_near_the_true_one)
{
    struct latency latency = {0};
    for (int i = 1; i <= 1000; i++)
        latency_add(&latency, i / 1000.);
    static const double parts[] = {0.001, 0.5, 0.9, 0.99, 1.};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        double got = latency_quantile(&latency, parts[i]);
        ck_assert_double_ge(got, parts[i]);
        ck_assert_double_le(got, parts[i] * 1.25 + 2e-6);
    }
    ck_assert_uint_eq(latency.count, 1000);
}
END_TEST

START_TEST(each_time_lies_below_the_bound_of_its_bucket)
{
    double before = 0.;
    for (unsigned i = 0; i < LATENCY_BUCKETS; i++) {
        struct latency latency = {0};
        double bound = latency_bound(i);
        ck_assert_double_gt(bound, before);
        latency_add(&latency, before + 0.25e-6);
        ck_assert_msg(latency.buckets[i] == 1, "bucket %u", i);
        before = bound;
    }
}
END_TEST

START_TEST(what_is_out_of_range_is_counted_at_its_ends)
{
    struct latency latency = {0};
    latency_add(&latency, -3.); /* the clock was set back */
    latency_add(&latency, 0.);
    ck_assert_uint_eq(latency.buckets[0], 2);
    latency_add(&latency, 1e30);
    ck_assert_uint_eq(latency.buckets[LATENCY_BUCKETS - 1], 1);
    ck_assert_uint_eq(latency.count, 3);
    ck_assert_double_eq(latency_quantile(&latency, 1.), latency_bound(LATENCY_BUCKETS - 1));
}
END_TEST

int main(void)
{
    struct suite s = suite_begin("latency");
    SUITE_CASE(s, an_empty_one_has_no_quantiles);
    SUITE_CASE(s, a_quantile_is_near_the_true_one);
    SUITE_CASE(s, each_time_lies_below_the_bound_of_its_bucket);
    SUITE_CASE(s, what_is_out_of_range_is_counted_at_its_ends);
    return suite_run(s);
}
