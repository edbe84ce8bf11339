#include "watch_breaker.h"

#include "suite.h"

#define QUICK (WATCH_QUICK / 4)

/* A change at the moment, and what becomes of its burst half a second later. */
static enum watch_verdict change(struct watch_breaker *breaker, double at)
{
    watch_breaker_change(breaker, at);
    return watch_breaker_judge(breaker, at, at, at + 0.5);
}

static void run(struct watch_breaker *breaker, double at)
{
    watch_breaker_started(breaker, at);
}

/* Quick changes until it opens. Gives the moment of the last one. */
static double open_breaker(struct watch_breaker *breaker, double now)
{
    run(breaker, now);
    now += 100;
    ck_assert_int_eq(change(breaker, now), WATCH_RESTART);
    for (int i = 0; i < WATCH_QUICK_MAX; i++) {
        run(breaker, now += 1);
        ck_assert_int_eq(change(breaker, now += QUICK), WATCH_RESTART);
    }
    run(breaker, now += 1);
    ck_assert_int_eq(change(breaker, now += QUICK), WATCH_OPENED);
    ck_assert(breaker->open);
    return now;
}

START_TEST(changes_now_and_then_never_open_it)
{
    struct watch_breaker breaker = {0};
    double now = 1000;
    run(&breaker, now);
    for (int i = 0; i < 50; i++) {
        ck_assert_int_eq(change(&breaker, now += WATCH_QUICK + 1), WATCH_RESTART);
        run(&breaker, now += 0.6);
    }
}
END_TEST

START_TEST(a_slow_change_between_begins_the_count_anew)
{
    struct watch_breaker breaker = {0};
    double now = 1000;
    for (int round = 0; round < 10; round++) {
        ck_assert_int_eq(change(&breaker, now += 100), WATCH_RESTART);
        for (int i = 0; i < WATCH_QUICK_MAX; i++) {
            run(&breaker, now += 1);
            ck_assert_int_eq(change(&breaker, now += QUICK), WATCH_RESTART);
        }
        run(&breaker, now += 1);
    }
}
END_TEST

START_TEST(restarts_for_other_reasons_do_not_count)
{
    struct watch_breaker breaker = {0};
    double now = 1000;
    for (int i = 0; i < 50; i++) {
        run(&breaker, now += 10); /* by a command */
        run(&breaker, now += 1);  /* after a crash */
        ck_assert_int_eq(change(&breaker, now += QUICK), WATCH_RESTART);
    }
}
END_TEST

START_TEST(a_write_at_the_end_of_the_old_life_counts)
{
    struct watch_breaker breaker = {0};
    double now = 1000;
    run(&breaker, now);
    ck_assert_int_eq(change(&breaker, now += 100), WATCH_RESTART);
    for (int i = 0; i < WATCH_QUICK_MAX; i++) {
        ck_assert_int_eq(change(&breaker, now + 0.6), WATCH_RESTART);
        run(&breaker, now + 0.7);
        now += 1.1;
    }
    ck_assert_int_eq(change(&breaker, now + 0.6), WATCH_OPENED);
}
END_TEST

START_TEST(open_it_holds_what_came_right_after_the_start)
{
    struct watch_breaker breaker = {0};
    double now = open_breaker(&breaker, 1000);
    watch_breaker_change(&breaker, now + QUICK);
    ck_assert(breaker.open);
    ck_assert_int_eq(
        watch_breaker_judge(&breaker, now + QUICK, now + QUICK, now + QUICK + WATCH_QUICK),
        WATCH_HELD);
    ck_assert(!breaker.open);
    /* Half closed: a save is heard, and the write that follows it is not. */
    now += 100;
    ck_assert_int_eq(change(&breaker, now), WATCH_RESTART);
    run(&breaker, now += 1);
    ck_assert_int_eq(change(&breaker, now += QUICK), WATCH_OPENED);
}
END_TEST

START_TEST(open_it_loses_no_save)
{
    struct watch_breaker breaker = {0};
    double now = open_breaker(&breaker, 1000);
    double last = now + WATCH_QUICK; /* the service had been running for longer */
    watch_breaker_change(&breaker, now + QUICK);
    watch_breaker_change(&breaker, last);
    ck_assert_int_eq(watch_breaker_judge(&breaker, now + QUICK, last, last + WATCH_QUICK),
                     WATCH_RESTART);
}
END_TEST

START_TEST(a_clean_restart_closes_it)
{
    struct watch_breaker breaker = {0};
    double now = open_breaker(&breaker, 1000) + 100;
    ck_assert_int_eq(change(&breaker, now), WATCH_RESTART);
    run(&breaker, now += 1);
    ck_assert_int_eq(change(&breaker, now += 100), WATCH_RESTART);
    for (int i = 0; i < WATCH_QUICK_MAX; i++) {
        run(&breaker, now += 1);
        ck_assert_int_eq(change(&breaker, now += QUICK), WATCH_RESTART);
    }
}
END_TEST

int main(void)
{
    struct suite s = suite_begin("watch_breaker");
    SUITE_CASE(s, changes_now_and_then_never_open_it);
    SUITE_CASE(s, a_slow_change_between_begins_the_count_anew);
    SUITE_CASE(s, restarts_for_other_reasons_do_not_count);
    SUITE_CASE(s, a_write_at_the_end_of_the_old_life_counts);
    SUITE_CASE(s, open_it_holds_what_came_right_after_the_start);
    SUITE_CASE(s, open_it_loses_no_save);
    SUITE_CASE(s, a_clean_restart_closes_it);
    return suite_run(s);
}
