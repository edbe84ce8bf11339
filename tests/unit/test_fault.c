#include "fault.h"
#include "suite.h"

static struct fault read_fault(const char *text)
{
    struct fault fault = {0};
    struct strbuf error = {0};
    json_t *json = json_loads(text, 0, NULL);
    ck_assert_msg(fault_from_json(&fault, json, &error), "%s: %s", text, strbuf_text(&error));
    strbuf_finish(&error);
    json_decref(json);
    return fault;
}

START_TEST(what_is_asked_for_is_read)
{
    struct fault fault =
        read_fault("{\"delay_ms\": 200, \"error\": 503, \"rate\": 10.5, \"seed\": 7}");
    ck_assert_uint_eq(fault.delay_ms, 200);
    ck_assert_uint_eq(fault.error, 503);
    ck_assert_uint_eq(fault.rate, 1050);
    ck_assert(fault_is_on(&fault));
    ck_assert_uint_eq(read_fault("{\"error\": 400}").rate, FAULT_RATE_ALL);
    fault = read_fault("{\"off\": true}");
    ck_assert(!fault_is_on(&fault));
}
END_TEST

static const char *const refused[] = {
    "null",
    "[]",
    "{}",
    "{\"rate\": 10}",
    "{\"error\": 200}",
    "{\"error\": 600}",
    "{\"error\": 1e3}",
    "{\"error\": \"503\"}",
    "{\"delay_ms\": -1}",
    "{\"delay_ms\": 600001}",
    "{\"delay_ms\": 1, \"rate\": 0}",
    "{\"delay_ms\": 1, \"rate\": 100.1}",
    "{\"delay_ms\": 1, \"rates\": 1}",
};

START_TEST(what_makes_no_sense_is_refused)
{
    struct fault fault = {.delay_ms = 1};
    struct strbuf error = {0};
    json_t *json = json_loads(refused[_i], JSON_DECODE_ANY, NULL);
    ck_assert_msg(!fault_from_json(&fault, json, &error), "%s", refused[_i]);
    ck_assert_uint_gt(error.len, 0);
    ck_assert_uint_eq(fault.delay_ms, 1);
    strbuf_finish(&error);
    json_decref(json);
}
END_TEST

START_TEST(a_seed_hits_the_same_requests)
{
    struct fault a = read_fault("{\"error\": 503, \"rate\": 10, \"seed\": 1}"), b = a;
    for (int i = 0; i < 10000; i++)
        ck_assert(fault_strikes(&a) == fault_strikes(&b));
    ck_assert_uint_eq(a.hits, b.hits);
    ck_assert_uint_gt(a.hits, 800);
    ck_assert_uint_lt(a.hits, 1200);
}
END_TEST

START_TEST(all_or_none)
{
    struct fault all = read_fault("{\"delay_ms\": 1}"), none = {0};
    for (int i = 0; i < 1000; i++) {
        ck_assert(fault_strikes(&all));
        ck_assert(!fault_strikes(&none));
    }
    ck_assert_uint_eq(all.hits, 1000);
    ck_assert_uint_eq(none.hits, 0);
}
END_TEST

static const struct {
    const char *json, *words;
} sentences[] = {
    {"{\"error\": 503}", "every request gets 503"},
    {"{\"delay_ms\": 20}", "every request waits for 20 ms"},
    {"{\"delay_ms\": 20, \"error\": 500, \"rate\": 10}",
     "10 % of the requests wait for 20 ms and get 500"},
    {"{\"error\": 500, \"rate\": 0.5}", "0.5 % of the requests get 500"},
};

START_TEST(it_is_said_in_words)
{
    struct fault fault = read_fault(sentences[_i].json);
    struct strbuf text = {0};
    fault_describe(&fault, &text);
    ck_assert_str_eq(strbuf_text(&text), sentences[_i].words);
    strbuf_finish(&text);
}
END_TEST

int main(void)
{
    struct suite s = suite_begin("fault");
    SUITE_CASE(s, what_is_asked_for_is_read);
    SUITE_LOOP(s, what_makes_no_sense_is_refused, 0, sizeof refused / sizeof *refused);
    SUITE_CASE(s, a_seed_hits_the_same_requests);
    SUITE_CASE(s, all_or_none);
    SUITE_LOOP(s, it_is_said_in_words, 0, sizeof sentences / sizeof *sentences);
    return suite_run(s);
}
