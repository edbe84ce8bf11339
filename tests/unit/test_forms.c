#include "forms.h"
#include "suite.h"

#define NOT UINT32_MAX

static const struct {
    const char *text;
    uint32_t ms; /* NOT: no duration */
} durations[] = {
    {"500ms", 500},      {"2s", 2000},  {"5m", 300000},     {"1h30m", 5400000}, {"0s", 0},
    {"1.5s", 1500},      {"0.001s", 1}, {"1m1s1ms", 61001}, {"24h", 86400000},  {"", NOT},
    {"5", NOT},          {"s", NOT},    {"1.s", NOT},       {".5s", NOT},       {"0.5ms", NOT},
    {"1 s", NOT},        {"1S", NOT},   {"-1s", NOT},       {"1s ", NOT},       {"1d", NOT},
    {"1.0000001s", NOT}, {"1sm", NOT},
};

START_TEST(a_duration_is_read)
{
    uint32_t ms = NOT;
    bool is = form_duration(str_from(durations[_i].text), &ms);
    ck_assert_msg(is == (durations[_i].ms != NOT), "%s", durations[_i].text);
    ck_assert_uint_eq(ms, durations[_i].ms);
}
END_TEST

START_TEST(a_huge_duration_does_not_wrap)
{
    uint32_t ms = 0;
    ck_assert(form_duration(STR("99999999999999999999999999h99999999999h"), &ms));
    ck_assert_uint_eq(ms, UINT32_MAX);
    ck_assert(form_duration(STR("4294967296ms"), &ms));
    ck_assert_uint_eq(ms, UINT32_MAX);
}
END_TEST

START_TEST(sizes_have_units)
{
    static const struct {
        const char *text;
        uint32_t bytes;
    } sizes[] = {{"0B", 0},
                 {"4096B", 4096},
                 {"512KiB", 512u << 10},
                 {"10MiB", 10u << 20},
                 {"3GiB", 3u << 30},
                 {"4GiB", UINT32_MAX},
                 {"99999999999999GiB", UINT32_MAX}};
    static const char *const wrong[] = {"",       "1",   "MiB",  "1MB", "1 MiB",
                                        "1.5MiB", "-1B", "1mib", "1B "};
    uint32_t bytes = 7;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        ck_assert_msg(!form_size(str_from(wrong[i]), &bytes) && bytes == 7, "%s", wrong[i]);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        ck_assert_msg(form_size(str_from(sizes[i].text), &bytes), "%s", sizes[i].text);
        ck_assert_uint_eq(bytes, sizes[i].bytes);
    }
}
END_TEST

START_TEST(identifiers_stand_behind_a_dot)
{
    ck_assert(form_is_identifier(STR("a-B_9")));
    ck_assert(form_is_identifier(STR("_")));
    ck_assert(!form_is_identifier(STR("")));
    ck_assert(!form_is_identifier(STR("9a")));
    ck_assert(!form_is_identifier(STR("-a")));
    ck_assert(!form_is_identifier(STR("a.b")));
    ck_assert(!form_is_identifier(STR("\xc3\xa4")));
}
END_TEST

START_TEST(hosts_are_dns_labels)
{
    ck_assert(form_is_host(STR("a")));
    ck_assert(form_is_host(STR("0-9.a-z.localhost")));
    ck_assert(!form_is_host(STR("")));
    ck_assert(!form_is_host(STR("A")));
    ck_assert(!form_is_host(STR("-a")));
    ck_assert(!form_is_host(STR("a-")));
    ck_assert(!form_is_host(STR("a..b")));
    ck_assert(!form_is_host(STR("a.")));
    ck_assert(!form_is_host(STR(".a")));
    ck_assert(!form_is_host(STR("a_b")));
    char label[65];
    memset(label, 'a', sizeof label);
    ck_assert(form_is_host((struct str){label, 63}));
    ck_assert(!form_is_host((struct str){label, 64}));
}
END_TEST

START_TEST(names_are_words)
{
    ck_assert(form_is_name(STR("a")));
    ck_assert(form_is_name(STR("_A.b-9")));
    ck_assert(!form_is_name(STR("")));
    ck_assert(!form_is_name(STR("-a")));
    ck_assert(!form_is_name(STR(".a")));
    ck_assert(!form_is_name(STR("a b")));
    ck_assert(!form_is_name(STR("\xc3\xa4")));
    ck_assert(!form_is_name((struct str){"a\0b", 3}));
}
END_TEST

START_TEST(statuses_are_ranges)
{
    uint32_t min = 0, max = 0;
    ck_assert(form_status(STR("200-399"), &min, &max));
    ck_assert_uint_eq(min, 200);
    ck_assert_uint_eq(max, 399);
    ck_assert(form_status(STR("204"), &min, &max));
    ck_assert_uint_eq(min, 204);
    ck_assert_uint_eq(max, 204);
    static const char *const bad[] = {"",     "20",   "2000",     "099", "399-200",
                                      "200-", "-200", "200-3990", "2xx"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        ck_assert_msg(!form_status(str_from(bad[i]), &min, &max), "%s", bad[i]);
}
END_TEST

START_TEST(url_paths_are_request_targets)
{
    ck_assert(form_is_url_path(STR("/")));
    ck_assert(form_is_url_path(STR("/a?b=%20")));
    ck_assert(!form_is_url_path(STR("")));
    ck_assert(!form_is_url_path(STR("a")));
    ck_assert(!form_is_url_path(STR("/a b")));
    ck_assert(!form_is_url_path(STR("/a\r\nHost: x")));
    ck_assert(!form_is_url_path(STR("/\xc3\xa4")));
    ck_assert(!form_is_url_path(STR("/a#b")));
}
END_TEST

int main(void)
{
    struct suite s = suite_begin("forms");
    SUITE_LOOP(s, a_duration_is_read, 0, sizeof durations / sizeof durations[0]);
    SUITE_CASE(s, a_huge_duration_does_not_wrap);
    SUITE_CASE(s, sizes_have_units);
    SUITE_CASE(s, identifiers_stand_behind_a_dot);
    SUITE_CASE(s, hosts_are_dns_labels);
    SUITE_CASE(s, names_are_words);
    SUITE_CASE(s, statuses_are_ranges);
    SUITE_CASE(s, url_paths_are_request_targets);
    return suite_run(s);
}
