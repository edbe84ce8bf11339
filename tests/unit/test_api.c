#include "api.h"

#include "suite.h"

START_TEST(a_request)
{
    struct strbuf out = {0};
    api_request(&out, "GET", "/v1/status", NULL);
    ck_assert_str_eq(strbuf_text(&out),
                     "GET /v1/status HTTP/1.1\r\nHost: a3s\r\nConnection: close\r\n\r\n");
    strbuf_clear(&out);
    api_request(&out, "POST", "/v1/stop", "{}");
    ck_assert_ptr_nonnull(strstr(strbuf_text(&out), "\r\nContent-Length: 2\r\n\r\n{}"));
    strbuf_finish(&out);
}
END_TEST

START_TEST(a_name_in_a_target)
{
    struct strbuf out = {0};
    api_service(&out, "a.b_c-9", "why");
    ck_assert_str_eq(strbuf_text(&out), "/v1/services/a.b_c-9/why");
    strbuf_clear(&out);
    api_word(&out, "a/b?c=d e\xc3\xa9%");
    ck_assert_str_eq(strbuf_text(&out), "a%2Fb%3Fc%3Dd%20e%C3%A9%25");
    strbuf_finish(&out);
}
END_TEST

START_TEST(lines_of_a_stream)
{
    struct strbuf body = {0};
    struct str line = STR("untouched");
    size_t at = 0;
    ck_assert(!api_next_line(&body, &at, &line));
    api_drop(&body, at);
    strbuf_adds(&body, "\none\n\n\ntwo\nthr");
    ck_assert(api_next_line(&body, &at, &line));
    ck_assert(str_is(line, "one"));
    ck_assert(api_next_line(&body, &at, &line));
    ck_assert(str_is(line, "two"));
    ck_assert(!api_next_line(&body, &at, &line));
    ck_assert(str_is(line, "two"));
    api_drop(&body, at);
    ck_assert_str_eq(strbuf_text(&body), "thr");
    at = 0;
    strbuf_adds(&body, "ee\n");
    ck_assert(api_next_line(&body, &at, &line));
    ck_assert(str_is(line, "three"));
    api_drop(&body, at);
    ck_assert_uint_eq(body.len, 0);
    strbuf_finish(&body);
}
END_TEST

START_TEST(an_answer_is_read)
{
    json_t *status = json_pack("{s:s, s:i, s:[{s:s}, {}, {s:s, s:s}]}", "page", "here", "pid", 7,
                               "services", "name", "a", "name", "b", "state", "running");
    ck_assert_str_eq(api_text(status, "page"), "here");
    ck_assert_str_eq(api_text(status, "pid"), "");
    ck_assert_str_eq(api_text(NULL, "page"), "");
    ck_assert_str_eq(api_text(api_find(status, "b"), "state"), "running");
    ck_assert_ptr_null(api_find(status, "c"));
    ck_assert_ptr_null(api_find(NULL, "a"));
    json_decref(status);
}
END_TEST

int main(void)
{
    struct suite s = suite_begin("api");
    SUITE_CASE(s, a_request);
    SUITE_CASE(s, a_name_in_a_target);
    SUITE_CASE(s, lines_of_a_stream);
    SUITE_CASE(s, an_answer_is_read);
    return suite_run(s);
}
