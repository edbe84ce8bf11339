#include "moment.h"

#include "clock.h"
#include "suite.h"

#include <stdlib.h>
#include <time.h>

/* 2026-11-25T12:00:00 in Berlin, 11:00 in Greenwich. */
#define NOW 1795604400000LL

static const struct {
    const char *text;
    int64_t ms;
} moments[] = {
    {"10m", NOW - 600000},
    {"1h30m", NOW - 5400000},
    {"2s", NOW - 2000},
    {"250ms", NOW - 250},
    {"1d2h3m4s5ms", NOW - 93784005},
    {"0s", NOW},
    {"12:00", NOW},
    {"11:59:30", NOW - 30000},
    {"11:59:30.25", NOW - 29750},
    {"0:00", NOW - 43200000},
    /* Not yet today: yesterday's. */
    {"12:01", NOW - 86400000 + 60000},
    {"2026-11-25T11:00:00Z", NOW},
    {"2026-11-25T11:00:00z", NOW},
    {"2026-11-25T11:00Z", NOW},
    {"2026-11-25T12:00:00+01:00", NOW},
    {"2026-11-25 06:30:00.123-04:30", NOW + 123},
    {"2026-11-25T12:00:00", NOW},
    {"2026-11-25", NOW - 43200000},
    {"2026-07-01T12:00", 1782900000000LL}, /* summer time */
    {"1795604400000", NOW},
    {"000000001000", 1000},
};

static const char *const rubbish[] = {
    "",
    "soon",
    "10",
    "10x",
    "m",
    "10m5",
    "-10m",
    "10 m",
    "24:00",
    "12:60",
    "12:00:61",
    "12",
    "12:",
    "12:00:",
    "12:00:00.",
    "2026-13-01",
    "2026-00-01",
    "2026-02-30",
    "2026-11",
    "1969-01-01",
    "2026-11-25T12:00:00+1",
    "2026-11-25T12:00:00+24:00",
    "2026-11-25T12:00:00Zx",
    "2026-11-25T",
    "999999999999999999999999999",
    "999999999d",
    "2026-11-25T12:00:00+01:0",
};

static void in_berlin(void)
{
    setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
    tzset();
}

START_TEST(forms)
{
    int64_t ms = -1;
    in_berlin();
    ck_assert_msg(moment_parse(moments[_i].text, NOW, &ms), "%s", moments[_i].text);
    ck_assert_msg(ms == moments[_i].ms, "%s: %lld, not %lld", moments[_i].text, (long long)ms,
                  (long long)moments[_i].ms);
}
END_TEST

START_TEST(what_is_none)
{
    int64_t ms = 42;
    in_berlin();
    ck_assert_msg(!moment_parse(rubbish[_i], NOW, &ms), "%s", rubbish[_i]);
    ck_assert_int_eq(ms, 42);
}
END_TEST

START_TEST(the_clock_goes_on)
{
    int64_t before = clock_wall_ms(), after = clock_wall_ms();
    ck_assert_int_gt(before, NOW / 2);
    ck_assert_int_ge(after, before);
}
END_TEST

int main(void)
{
    struct suite s = suite_begin("moment");
    SUITE_LOOP(s, forms, 0, sizeof moments / sizeof *moments);
    SUITE_LOOP(s, what_is_none, 0, sizeof rubbish / sizeof *rubbish);
    SUITE_CASE(s, the_clock_goes_on);
    return suite_run(s);
}
