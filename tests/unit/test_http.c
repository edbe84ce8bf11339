#include "http.h"
#include "suite.h"

struct outcome {
    enum http_event last; /* HTTP_END, HTTP_FAIL or HTTP_MORE */
    unsigned heads;
    size_t used;
    struct strbuf body;
};

/* Reads one message, given in pieces of at most step bytes. */
static struct outcome read_message(struct http *http, const char *text, size_t length, size_t step)
{
    struct outcome outcome = {0};
    size_t given = 0;
    while (outcome.last != HTTP_END && outcome.last != HTTP_FAIL) {
        size_t used, piece = length - given < step ? length - given : step;
        outcome.last = http_feed(http, text + given, piece, &used);
        ck_assert_uint_le(used, piece);
        given += used;
        outcome.heads += outcome.last == HTTP_HEAD_READ;
        if (outcome.last == HTTP_DATA)
            strbuf_add_str(&outcome.body, http->data);
        if (outcome.last == HTTP_MORE && given == length)
            break;
    }
    outcome.used = given;
    return outcome;
}

static struct outcome read_whole(enum head_kind kind, const char *text, size_t step)
{
    struct http http;
    http_init(&http, kind);
    struct outcome outcome = read_message(&http, text, strlen(text), step);
    http_finish(&http);
    return outcome;
}

#define POST    "POST / HTTP/1.1\r\nHost: a\r\n"
#define CHUNKED POST "Transfer-Encoding: chunked\r\n\r\n0\r\n"

static const struct {
    enum head_kind kind;
    const char *text, *body;
    enum http_event last;
    size_t rest; /* bytes of the next message */
} messages[] = {
    {HEAD_REQUEST, "GET / HTTP/1.1\r\nHost: a\r\n\r\nGET", "", HTTP_END, 3},
    {HEAD_REQUEST, POST "Content-Length: 5\r\n\r\nhelloGET", "hello", HTTP_END, 3},
    {HEAD_REQUEST, POST "Content-Length: 0\r\n\r\nGET", "", HTTP_END, 3},
    {HEAD_REQUEST,
     POST "Transfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n1\r\n!\r\n0\r\n\r\nGET", "hello!",
     HTTP_END, 3},
    {HEAD_REQUEST, POST "Transfer-Encoding: Chunked\r\n\r\n0\r\nX: y\r\n\r\nG", "", HTTP_END, 1},
    {HEAD_REQUEST,
     "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nG", "",
     HTTP_END, 1},
    {HEAD_REQUEST, POST "Connection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 2\r\n\r\nokG",
     "ok", HTTP_END, 1},
    {HEAD_REQUEST, "GET / HTTP/1.0\r\nHost: a\r\nConnection: close\r\n\r\nG", "", HTTP_END, 1},
    {HEAD_REQUEST, "BREW / HTTP/1.1\r\nHost: a\r\n\r\n", "", HTTP_FAIL, 0},
    {HEAD_REQUEST, "DESCRIBE / HTTP/1.1\r\nHost: a\r\n\r\n", "", HTTP_FAIL, 0},
    {HEAD_REQUEST, POST "Transfer-Encoding: chunked\r\n\r\n1\r\nZXX", "", HTTP_FAIL, 0},
    {HEAD_REQUEST, POST "Transfer-Encoding: chunked\r\n\r\n0x1\r\n", "", HTTP_FAIL, 0},
    {HEAD_REQUEST, POST "Transfer-Encoding: chunked\r\n\r\n5\nhello", "", HTTP_FAIL, 0},
    {HEAD_REQUEST, POST "Transfer-Encoding: chunked\r\n\r\n5\rXhello", "", HTTP_FAIL, 0},
    {HEAD_REQUEST, POST "Transfer-Encoding: chunked\r\n\r\n10000000000000005\r\n", "", HTTP_FAIL,
     0},
    {HEAD_REQUEST, POST "Transfer-Encoding: chunked\r\n\r\n 5\r\n", "", HTTP_FAIL, 0},
    {HEAD_REQUEST, CHUNKED "X: y\r\nZ:\r\n\r\nG", "", HTTP_END, 1},
    {HEAD_REQUEST, CHUNKED "X: y\r\n\n", "", HTTP_FAIL, 0},
    {HEAD_REQUEST, CHUNKED "X: y\nZ: a\r\n\r\n", "", HTTP_FAIL, 0},
    {HEAD_REQUEST, CHUNKED "X: y\r\n z\r\n\r\n", "", HTTP_FAIL, 0},
    {HEAD_REQUEST, CHUNKED ": y\r\n\r\n", "", HTTP_FAIL, 0},
    {HEAD_REQUEST, CHUNKED "X : y\r\n\r\n", "", HTTP_FAIL, 0},
    {HEAD_REQUEST, CHUNKED "X: \x01\r\n\r\n", "", HTTP_FAIL, 0},
    {HEAD_REQUEST, POST "Content-Length: 5\r\n\r\nhel", "hel", HTTP_MORE, 0},
    {HEAD_RESPONSE, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOKx", "OK", HTTP_END, 1},
    {HEAD_RESPONSE, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nOK\r\n0\r\n\r\nx",
     "OK", HTTP_END, 1},
    {HEAD_RESPONSE, "HTTP/1.1 204 No\r\nContent-Length: 5\r\n\r\nx", "", HTTP_END, 1},
    {HEAD_RESPONSE, "HTTP/1.1 304 No\r\nContent-Length: 5\r\n\r\nx", "", HTTP_END, 1},
    {HEAD_RESPONSE, "HTTP/1.1 103 Early\r\nLink: a\r\n\r\nHTTP", "", HTTP_END, 4},
    {HEAD_RESPONSE, "HTTP/1.1 101 Up\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nx", "",
     HTTP_END, 1},
    {HEAD_RESPONSE, "HTTP/1.1 200 OK\r\n\r\nuntil", "until", HTTP_MORE, 0},
    {HEAD_RESPONSE, "HTTP/1.0 200 OK\r\nConnection: close\r\n\r\nuntil", "until", HTTP_MORE, 0},
};
#define MESSAGES (int)(sizeof messages / sizeof *messages)

START_TEST(messages_are_read_in_any_pieces)
{
    const char *text = messages[_i].text;
    for (size_t step = 1; step <= strlen(text); step++) {
        struct outcome outcome = read_whole(messages[_i].kind, text, step);
        ck_assert_msg(outcome.last == messages[_i].last, "%s: by %zu: %d", text, step,
                      outcome.last);
        if (outcome.last != HTTP_FAIL)
            ck_assert_str_eq(strbuf_text(&outcome.body), messages[_i].body);
        if (outcome.last == HTTP_END)
            ck_assert_uint_eq(outcome.used, strlen(text) - messages[_i].rest);
        strbuf_finish(&outcome.body);
    }
}
END_TEST

/* The loose parser takes CR X for the end of a head (CVE-2025-23167). The raw lint sees it first,
 * so llhttp is asked by itself: a build with the loose one must not pass. */
START_TEST(llhttp_is_strict)
{
    static const char text[] = "GET / HTTP/1.1\r\nHost: a\r\n\rXGET / HTTP/1.1\r\n\r\n";
    llhttp_settings_t none;
    llhttp_t parser;
    llhttp_settings_init(&none);
    llhttp_init(&parser, HTTP_REQUEST, &none);
    ck_assert_int_ne(llhttp_execute(&parser, text, sizeof text - 1), HPE_OK);
}
END_TEST

START_TEST(one_message_follows_another)
{
    struct http http;
    const char *text = "GET /1 HTTP/1.1\r\nHost: a\r\n\r\n"
                       "POST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi"
                       "GET /3 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    const char *targets[] = {"/1", "/2", "/3"};
    http_init(&http, HEAD_REQUEST);
    for (int i = 0; i < 3; i++) {
        struct outcome outcome = read_message(&http, text, strlen(text), 1000);
        ck_assert_int_eq(outcome.last, HTTP_END);
        ck_assert_uint_eq(outcome.heads, 1);
        ck_assert(str_is(http.head.target, targets[i]));
        ck_assert(http_keeps_alive(&http) == (i < 2));
        text += outcome.used;
        strbuf_finish(&outcome.body);
        http_reset(&http);
    }
    http_finish(&http);
}
END_TEST

static enum http_event end_after(enum head_kind kind, const char *text)
{
    struct http http;
    http_init(&http, kind);
    struct outcome outcome = read_message(&http, text, strlen(text), 1000);
    enum http_event event = http_eof(&http);
    strbuf_finish(&outcome.body);
    http_finish(&http);
    return event;
}

START_TEST(the_end_of_the_stream_is_judged)
{
    ck_assert_int_eq(end_after(HEAD_REQUEST, ""), HTTP_MORE);
    ck_assert_int_eq(end_after(HEAD_REQUEST, "GET /"), HTTP_FAIL);
    ck_assert_int_eq(end_after(HEAD_REQUEST, "GET / HTTP/1.1\r\nHost: a\r\n\r\n"), HTTP_MORE);
    ck_assert_int_eq(end_after(HEAD_REQUEST, POST "Content-Length: 5\r\n\r\nhel"), HTTP_FAIL);
    ck_assert_int_eq(
        end_after(HEAD_REQUEST, POST "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"),
        HTTP_FAIL);
    ck_assert_int_eq(end_after(HEAD_RESPONSE, "HTTP/1.1 200 OK\r\n\r\nuntil"), HTTP_END);
    ck_assert_int_eq(end_after(HEAD_RESPONSE, "HTTP/1.1 200 OK\r\n\r\n"), HTTP_END);
    ck_assert_int_eq(end_after(HEAD_RESPONSE, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel"),
                     HTTP_FAIL);
}
END_TEST

START_TEST(the_answer_to_head_has_no_body)
{
    struct http http;
    const char *text = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nHTTP";
    http_init(&http, HEAD_RESPONSE);
    http.no_body = true;
    struct outcome outcome = read_message(&http, text, strlen(text), 1000);
    ck_assert_int_eq(outcome.last, HTTP_END);
    ck_assert_uint_eq(outcome.used, strlen(text) - 4);
    ck_assert_uint_eq(http.head.length, 5);
    http_finish(&http);
}
END_TEST

static enum http_event read_extra(size_t extension, size_t trailer)
{
    struct strbuf text = {0};
    strbuf_adds(&text, POST "Transfer-Encoding: chunked\r\n\r\n1;x=");
    strbuf_addn(&text, 'y', extension);
    strbuf_adds(&text, "\r\na\r\n0\r\nT: ");
    strbuf_addn(&text, 'z', trailer);
    strbuf_adds(&text, "\r\n\r\n");
    struct outcome outcome = read_whole(HEAD_REQUEST, text.ptr, 64);
    strbuf_finish(&outcome.body);
    strbuf_finish(&text);
    return outcome.last;
}

START_TEST(extensions_and_trailers_are_bounded)
{
    ck_assert_int_eq(read_extra(1000, 1000), HTTP_END);
    ck_assert_int_eq(read_extra(HTTP_EXTRA_MAX, 1), HTTP_FAIL);
    ck_assert_int_eq(read_extra(1, HTTP_EXTRA_MAX), HTTP_FAIL);
}
END_TEST

START_TEST(a_head_without_end_is_refused)
{
    struct http http;
    struct strbuf text = {0};
    size_t used;
    strbuf_adds(&text, "GET / HTTP/1.1\r\nX: ");
    strbuf_addn(&text, 'a', HEAD_SIZE_MAX);
    http_init(&http, HEAD_REQUEST);
    ck_assert_int_eq(http_feed(&http, text.ptr, text.len, &used), HTTP_FAIL);
    ck_assert_int_eq(http.error, HTTP_E_SIZE);
    ck_assert_int_eq(http_feed(&http, "x", 1, &used), HTTP_FAIL);
    http_finish(&http);
    strbuf_finish(&text);
}
END_TEST

int main(void)
{
    struct suite s = suite_begin("http");
    SUITE_LOOP(s, messages_are_read_in_any_pieces, 0, MESSAGES);
    SUITE_CASE(s, llhttp_is_strict);
    SUITE_CASE(s, one_message_follows_another);
    SUITE_CASE(s, the_end_of_the_stream_is_judged);
    SUITE_CASE(s, the_answer_to_head_has_no_body);
    SUITE_CASE(s, extensions_and_trailers_are_bounded);
    SUITE_CASE(s, a_head_without_end_is_refused);
    return suite_run(s);
}
