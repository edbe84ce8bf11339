#include "head.h"
#include "suite.h"

static enum http_error judge(enum head_kind kind, const char *text, size_t length,
                             struct head *head)
{
    struct head_scan scan = {0};
    enum http_error error = head_scan(&scan, kind, text, length);
    if (error)
        return error;
    ck_assert_msg(scan.done, "no end in %s", text);
    return head_parse(head, kind, text, &scan);
}

#define HOST "Host: a.localhost\r\n"

static const struct {
    const char *text;
    enum http_error error;
} requests[] = {
    {"GET / HTTP/1.1\r\n" HOST "\r\n", HTTP_OK},
    {"GET /a?b={c|d}^%41 HTTP/1.1\r\n" HOST "\r\n", HTTP_OK},
    {"\r\n\r\nGET / HTTP/1.1\r\n" HOST "\r\n", HTTP_OK},
    {"GET http://a.localhost/ HTTP/1.0\r\n" HOST "\r\n", HTTP_OK},
    {"OPTIONS * HTTP/1.1\r\n" HOST "\r\n", HTTP_OK},
    {"GET / HTTP/1.1\r\n" HOST "X:\r\nY: \t a b\t\r\n\r\n", HTTP_OK},
    {"POST / HTTP/1.1\r\n" HOST "Content-Length: 9223372036854775807\r\n\r\n", HTTP_OK},
    {"\r\n\r\n\r\nGET / HTTP/1.1\r\n" HOST "\r\n", HTTP_E_SYNTAX},
    {"GET / HTTP/1.1\n" HOST "\r\n", HTTP_E_LINE_END},
    {"GET / HTTP/1.1\r\n" HOST "\n", HTTP_E_LINE_END},
    {"GET / HTTP/1.1\r\n" HOST "X: a\rb\r\n\r\n", HTTP_E_LINE_END},
    {"GET / HTTP/1.1\r\n" HOST "\rX", HTTP_E_LINE_END},
    {"GET / HTTP/1.1\r\n" HOST "X: a\x01\r\n\r\n", HTTP_E_CONTROL},
    {"GET / HTTP/1.1\r\n" HOST "X: a\x7f\r\n\r\n", HTTP_E_CONTROL},
    {"\x16\x03\x01", HTTP_E_CONTROL},
    {"GET / HTTP/1.1\r\n X: a\r\n" HOST "\r\n", HTTP_E_FOLD},
    {"GET / HTTP/1.1\r\n" HOST "X: a\r\n\tb\r\n\r\n", HTTP_E_FOLD},
    {" GET / HTTP/1.1\r\n" HOST "\r\n", HTTP_E_FOLD},
    {"GET / HTTP/1.1\r\n" HOST ": a\r\n\r\n", HTTP_E_NAME},
    {"GET / HTTP/1.1\r\n" HOST "X : a\r\n\r\n", HTTP_E_NAME},
    {"GET / HTTP/1.1\r\n" HOST "X\x80: a\r\n\r\n", HTTP_E_NAME},
    {"GET / HTTP/1.1\r\n" HOST "nothing\r\n\r\n", HTTP_E_SYNTAX},
    {"GET /\r\n\r\n", HTTP_E_SYNTAX},
    {"GET  / HTTP/1.1\r\n" HOST "\r\n", HTTP_E_SYNTAX},
    {"GET /a b HTTP/1.1\r\n" HOST "\r\n", HTTP_E_SYNTAX},
    {"GET / HTTP/1.1 \r\n" HOST "\r\n", HTTP_E_SYNTAX},
    {"GET / HTTP/1.10\r\n" HOST "\r\n", HTTP_E_SYNTAX},
    {"GET / HTTP/2.0\r\n" HOST "\r\n", HTTP_E_VERSION},
    {"GET / HTTP/1.2\r\n" HOST "\r\n", HTTP_E_VERSION},
    {"GET / RTSP/1.0\r\n" HOST "\r\n", HTTP_E_SYNTAX},
    {"PRI * HTTP/2.0\r\n\r\n", HTTP_E_VERSION},
    {"G@T / HTTP/1.1\r\n" HOST "\r\n", HTTP_E_SYNTAX},
    {"CONNECT a:1 HTTP/1.1\r\n" HOST "\r\n", HTTP_E_METHOD},
    {"GET a HTTP/1.1\r\n" HOST "\r\n", HTTP_E_TARGET},
    {"GET * HTTP/1.1\r\n" HOST "\r\n", HTTP_E_TARGET},
    {"GET /#a HTTP/1.1\r\n" HOST "\r\n", HTTP_E_TARGET},
    {"GET /\" HTTP/1.1\r\n" HOST "\r\n", HTTP_E_TARGET},
    {"GET /\xc3\xa4 HTTP/1.1\r\n" HOST "\r\n", HTTP_E_TARGET},
    {"GET https://a.localhost/ HTTP/1.1\r\n" HOST "\r\n", HTTP_E_TARGET},
    {"GET / HTTP/1.1\r\n" HOST "Content-Length: 1, 1\r\n\r\n", HTTP_E_LENGTH},
    {"GET / HTTP/1.1\r\n" HOST "Content-Length: +1\r\n\r\n", HTTP_E_LENGTH},
    {"GET / HTTP/1.1\r\n" HOST "Content-Length:\r\n\r\n", HTTP_E_LENGTH},
    {"GET / HTTP/1.1\r\n" HOST "Content-Length: 1\r\nContent-Length: 1\r\n\r\n", HTTP_E_LENGTH},
    {"GET / HTTP/1.1\r\n" HOST "Content-Length: 9223372036854775808\r\n\r\n", HTTP_E_LENGTH},
    {"GET / HTTP/1.1\r\n" HOST "Transfer-Encoding: gzip, chunked\r\n\r\n", HTTP_E_ENCODING},
    {"GET / HTTP/1.1\r\n" HOST "Transfer-Encoding: ,chunked\r\n\r\n", HTTP_E_ENCODING},
    {"GET / HTTP/1.1\r\n" HOST "Transfer-Encoding:\r\n\r\n", HTTP_E_ENCODING},
    {"GET / HTTP/1.0\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n", HTTP_E_ENCODING},
    {"GET / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n",
     HTTP_E_ENCODING},
    {"GET / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n",
     HTTP_E_FRAMING},
};
#define REQUESTS (int)(sizeof requests / sizeof *requests)

START_TEST(requests_are_judged)
{
    struct head head;
    const char *text = requests[_i].text;
    enum http_error error = judge(HEAD_REQUEST, text, strlen(text), &head);
    ck_assert_msg(error == requests[_i].error, "%s: %s", text, http_error_text(error));
}
END_TEST

static const struct {
    const char *text;
    enum http_error error;
} responses[] = {
    {"HTTP/1.1 200 OK\r\n\r\n", HTTP_OK},
    {"HTTP/1.0 404\r\n\r\n", HTTP_OK},
    {"HTTP/1.1 200 \r\n\r\n", HTTP_OK},
    {"HTTP/1.1 20 OK\r\n\r\n", HTTP_E_STATUS},
    {"HTTP/1.1 000 OK\r\n\r\n", HTTP_E_STATUS},
    {"HTTP/1.1 2000 OK\r\n\r\n", HTTP_E_STATUS},
    {"HTTP/2.0 200 OK\r\n\r\n", HTTP_E_VERSION},
    {"SSH-2.0-OpenSSH_9.2\r\n\r\n", HTTP_E_SYNTAX},
    {"\r\nHTTP/1.1 200 OK\r\n\r\n", HTTP_E_SYNTAX},
    {"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", HTTP_E_LENGTH},
    {"HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\n\r\n", HTTP_E_ENCODING},
};
#define RESPONSES (int)(sizeof responses / sizeof *responses)

START_TEST(responses_are_judged)
{
    struct head head;
    const char *text = responses[_i].text;
    enum http_error error = judge(HEAD_RESPONSE, text, strlen(text), &head);
    ck_assert_msg(error == responses[_i].error, "%s: %s", text, http_error_text(error));
}
END_TEST

START_TEST(fields_are_found)
{
    struct head head;
    const char *text = "PUT /x HTTP/1.1\r\nhOST:a.localhost\r\nConnection: Close , x-a\r\n"
                       "Connection: ,,TE\r\nX-A: \r\nContent-Length: 007\r\n\r\n";
    ck_assert_int_eq(judge(HEAD_REQUEST, text, strlen(text), &head), HTTP_OK);
    ck_assert(str_is(head.method, "PUT") && str_is(head.target, "/x"));
    ck_assert_uint_eq(head.field_count, 5);
    ck_assert(str_is(head_value(&head, head_find(&head, FIELD_HOST)), "a.localhost"));
    ck_assert(head_lists(&head, FIELD_CONNECTION, STR("close")));
    ck_assert(head_lists(&head, FIELD_CONNECTION, STR("X-A")));
    ck_assert(head_lists(&head, FIELD_CONNECTION, STR("te")));
    ck_assert(!head_lists(&head, FIELD_CONNECTION, STR("x")));
    ck_assert_uint_eq(head_count(&head, FIELD_CONNECTION), 2);
    ck_assert_ptr_null(head_find(&head, FIELD_ACCEPT));
    ck_assert_int_eq(head.framing, HEAD_LENGTH);
    ck_assert_uint_eq(head.length, 7);
}
END_TEST

START_TEST(every_named_field_is_known)
{
    static const char *const names[] = {
#define FIELD(id, name, kind) [FIELD_##id] = name,
#include "head_fields.def"
#undef FIELD
    };
    for (int id = 0; id < FIELD_OTHER; id++) {
        struct strbuf text = {0};
        struct head head;
        strbuf_addf(&text, "HTTP/1.1 200 OK\r\n%s: 1\r\n\r\n", names[id]);
        judge(HEAD_RESPONSE, text.ptr, text.len, &head);
        ck_assert_int_eq(head.fields[0].id, id);
        strbuf_finish(&text);
    }
}
END_TEST

/* The judgement does not depend on how the bytes arrive. */
START_TEST(scans_in_any_pieces)
{
    const char *text = requests[_i].text;
    size_t length = strlen(text);
    struct head_scan whole = {0};
    enum http_error expected = head_scan(&whole, HEAD_REQUEST, text, length);
    for (size_t split = 0; split < length; split++) {
        struct head_scan scan = {0};
        enum http_error error = head_scan(&scan, HEAD_REQUEST, text, split);
        if (!error)
            error = head_scan(&scan, HEAD_REQUEST, text, length);
        ck_assert_int_eq(error, expected);
        ck_assert_uint_eq(scan.size, whole.size);
        ck_assert(scan.done == whole.done);
    }
}
END_TEST

static enum http_error judge_large(size_t target, size_t fields, size_t value)
{
    struct strbuf text = {0};
    struct head head;
    struct head_scan scan = {0};
    strbuf_adds(&text, "GET /");
    strbuf_addn(&text, 'a', target);
    strbuf_adds(&text, " HTTP/1.1\r\n");
    for (size_t i = 0; i < fields; i++) {
        strbuf_addf(&text, "X%zu: ", i);
        strbuf_addn(&text, 'b', value);
        strbuf_adds(&text, "\r\n");
    }
    strbuf_adds(&text, "\r\n");
    enum http_error error = head_scan(&scan, HEAD_REQUEST, text.ptr, text.len);
    if (!error)
        error = head_parse(&head, HEAD_REQUEST, text.ptr, &scan);
    strbuf_finish(&text);
    return error;
}

START_TEST(limits_hold)
{
    ck_assert_int_eq(judge_large(HEAD_TARGET_MAX - 1, 0, 0), HTTP_OK);
    ck_assert_int_eq(judge_large(HEAD_TARGET_MAX, 0, 0), HTTP_E_TARGET_SIZE);
    ck_assert_int_eq(judge_large(HEAD_SIZE_MAX, 0, 0), HTTP_E_TARGET_SIZE);
    ck_assert_int_eq(judge_large(1, HEAD_FIELDS_MAX, 1), HTTP_OK);
    ck_assert_int_eq(judge_large(1, HEAD_FIELDS_MAX + 1, 1), HTTP_E_SIZE);
    ck_assert_int_eq(judge_large(1, 2, HEAD_SIZE_MAX / 2 - 64), HTTP_OK);
    ck_assert_int_eq(judge_large(1, 2, HEAD_SIZE_MAX / 2), HTTP_E_SIZE);
}
END_TEST

int main(void)
{
    struct suite s = suite_begin("head");
    SUITE_LOOP(s, requests_are_judged, 0, REQUESTS);
    SUITE_LOOP(s, responses_are_judged, 0, RESPONSES);
    SUITE_CASE(s, fields_are_found);
    SUITE_CASE(s, every_named_field_is_known);
    SUITE_LOOP(s, scans_in_any_pieces, 0, REQUESTS);
    SUITE_CASE(s, limits_hold);
    return suite_run(s);
}
