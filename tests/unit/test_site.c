/* Who gets what at a3s.localhost. The requests arrive whole; token is 64 times "a". */
#include "site.h"

#include "site_page.h"
#include "suite.h"

#define T16   "aaaaaaaaaaaaaaaa"
#define TOKEN T16 T16 T16 T16

#define HOST   "Host: a3s.localhost:7080\r\n"
#define AUTH   "Authorization: Bearer " TOKEN "\r\n"
#define ORIGIN "Origin: http://a3s.localhost:7080\r\n"
#define SAME   "Sec-Fetch-Site: same-origin\r\n"
#define JSON   "Content-Type: application/json\r\n"
#define STATUS "GET /v1/status HTTP/1.1\r\n" HOST
#define POST   "POST /v1/stop HTTP/1.1\r\n" HOST

#define TICKET "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define TAKE   "POST /v1/token HTTP/1.1\r\n" HOST JSON

static struct site_visit visit_at(struct site *site, const char *request, int64_t now)
{
    struct head_scan scan = {0};
    struct head head;
    struct host host = {0};
    ck_assert_int_eq(head_scan(&scan, HEAD_REQUEST, request, strlen(request)), HTTP_OK);
    ck_assert_msg(scan.done, "%s", request);
    ck_assert_int_eq(head_parse(&head, HEAD_REQUEST, request, &scan), HTTP_OK);
    ck_assert(host_of_request(&host, &head));
    return site_judge(site, &head, &host, now);
}

static struct site_visit visit(const char *request)
{
    struct site site = {.token = TOKEN};
    return visit_at(&site, request, 0);
}

static const struct {
    const char *request;
    enum site_verdict verdict;
    uint16_t status;
} visits[] = {
    {"GET / HTTP/1.1\r\n" HOST "\r\n", SITE_PAGE, 200},
    {"HEAD / HTTP/1.1\r\n" HOST "\r\n", SITE_PAGE, 200},
    {"GET /?utm=1 HTTP/1.1\r\n" HOST "\r\n", SITE_PAGE, 200},
    {"GET http://a3s.localhost:7080 HTTP/1.1\r\n" HOST "\r\n", SITE_PAGE, 200},
    {"POST / HTTP/1.1\r\n" HOST AUTH "\r\n", SITE_REFUSED, 405},
    {"GET /favicon.ico HTTP/1.1\r\n" HOST "\r\n", SITE_REFUSED, 404},
    {"GET /v1 HTTP/1.1\r\n" HOST AUTH "\r\n", SITE_CONTROL, 0},
    {"GET /v1 HTTP/1.1\r\n" HOST "\r\n", SITE_REFUSED, 401},
    {"GET /v1status HTTP/1.1\r\n" HOST AUTH "\r\n", SITE_REFUSED, 404},
    {"GET /v2/status HTTP/1.1\r\n" HOST AUTH "\r\n", SITE_REFUSED, 404},
    /* with all that a browser sends, and as a program asks */
    {STATUS AUTH SAME "\r\n", SITE_CONTROL, 0},
    {STATUS AUTH "\r\n", SITE_CONTROL, 0},
    {STATUS AUTH "Sec-Fetch-Site: none\r\n\r\n", SITE_CONTROL, 0},
    {STATUS "authorization: bearer " TOKEN "\r\n\r\n", SITE_CONTROL, 0},
    {POST AUTH ORIGIN SAME JSON "\r\n", SITE_CONTROL, 0},
    {POST AUTH "Origin: http://A3S.localhost:7080\r\n" JSON "\r\n", SITE_CONTROL, 0},
    {POST AUTH "Content-Type: Application/JSON ; charset=utf-8\r\n\r\n", SITE_CONTROL, 0},
    /* the token */
    {STATUS "\r\n", SITE_REFUSED, 401},
    {STATUS "Authorization: Bearer\r\n\r\n", SITE_REFUSED, 401},
    {STATUS "Authorization: Basic " TOKEN "\r\n\r\n", SITE_REFUSED, 401},
    {STATUS "Authorization: Bearer " T16 T16 T16 "aaaaaaaaaaaaaaab\r\n\r\n", SITE_REFUSED, 401},
    {STATUS "Authorization: Bearer baaaaaaaaaaaaaaa" T16 T16 T16 "\r\n\r\n", SITE_REFUSED, 401},
    {STATUS "Authorization: Bearer " T16 T16 T16 "\r\n\r\n", SITE_REFUSED, 401},
    {STATUS "Authorization: Bearer " TOKEN "a\r\n\r\n", SITE_REFUSED, 401},
    {STATUS "Authorization: Bearer  " TOKEN "\r\n\r\n", SITE_REFUSED, 401},
    {STATUS AUTH AUTH "\r\n", SITE_REFUSED, 401},
    {STATUS "Cookie: token=" TOKEN "\r\n\r\n", SITE_REFUSED, 401},
    {"GET /v1/status?token=" TOKEN " HTTP/1.1\r\n" HOST "\r\n", SITE_REFUSED, 401},
    /* another page has caused it */
    {STATUS AUTH "Origin: http://web.localhost:7080\r\n\r\n", SITE_REFUSED, 403},
    {STATUS AUTH "Origin: http://a3s.localhost:9999\r\n\r\n", SITE_REFUSED, 403},
    {STATUS AUTH "Origin: http://a3s.localhost\r\n\r\n", SITE_REFUSED, 403},
    {STATUS AUTH "Origin: https://a3s.localhost:7080\r\n\r\n", SITE_REFUSED, 403},
    {STATUS AUTH "Origin: null\r\n\r\n", SITE_REFUSED, 403},
    {STATUS AUTH "Origin:\r\n\r\n", SITE_REFUSED, 403},
    {STATUS AUTH ORIGIN ORIGIN "\r\n", SITE_REFUSED, 403},
    {STATUS AUTH ORIGIN "Origin: http://evil.example\r\n\r\n", SITE_REFUSED, 403},
    {STATUS AUTH "Sec-Fetch-Site: cross-site\r\n\r\n", SITE_REFUSED, 403},
    {STATUS AUTH "Sec-Fetch-Site: same-site\r\n\r\n", SITE_REFUSED, 403},
    {STATUS AUTH "Sec-Fetch-Site:\r\n\r\n", SITE_REFUSED, 403},
    {STATUS AUTH SAME SAME "\r\n", SITE_REFUSED, 403},
    /* what a form can send */
    {POST AUTH "\r\n", SITE_REFUSED, 415},
    {POST AUTH "Content-Type: application/x-www-form-urlencoded\r\n\r\n", SITE_REFUSED, 415},
    {POST AUTH "Content-Type: text/plain\r\n\r\n", SITE_REFUSED, 415},
    {POST AUTH "Content-Type: application/jsonp\r\n\r\n", SITE_REFUSED, 415},
    {POST AUTH JSON "Content-Type: text/plain\r\n\r\n", SITE_REFUSED, 415},
    {POST JSON "\r\n", SITE_REFUSED, 401},
    /* what asks for permission, or for something else than reading and doing */
    {"OPTIONS /v1/stop HTTP/1.1\r\n" HOST "Access-Control-Request-Method: POST\r\n\r\n",
     SITE_REFUSED, 405},
    {"PUT /v1/stop HTTP/1.1\r\n" HOST AUTH JSON "\r\n", SITE_REFUSED, 405},
    {"HEAD /v1/status HTTP/1.1\r\n" HOST AUTH "\r\n", SITE_REFUSED, 405},
};
#define VISITS (int)(sizeof visits / sizeof *visits)

START_TEST(visits_are_judged)
{
    struct site_visit got = visit(visits[_i].request);
    ck_assert_msg(got.verdict == visits[_i].verdict && got.status == visits[_i].status,
                  "%s: verdict %d, status %u", visits[_i].request, got.verdict, got.status);
    ck_assert((got.verdict == SITE_REFUSED) == (got.error != NULL));
    ck_assert((got.status == 405) == (got.allow != NULL));
}
END_TEST

START_TEST(an_empty_token_opens_nothing)
{
    struct site closed = {0};
    ck_assert_uint_eq(visit_at(&closed, STATUS "Authorization: Bearer \r\n\r\n", 0).status, 401);
    ck_assert_uint_eq(visit_at(&closed, TAKE "Authorization: Ticket \r\n\r\n", 0).status, 401);
    ck_assert_uint_eq(visit_at(&closed, TAKE "Authorization: Ticket " TOKEN "\r\n\r\n", 0).status,
                      401);
}
END_TEST

static const struct {
    const char *request;
    int64_t at;
    uint16_t status;
} takings[] = {
    {TAKE "Authorization: Ticket " TICKET "\r\n\r\n", 999, 200},
    {TAKE ORIGIN SAME "Authorization: ticket " TICKET "\r\n\r\n", 999, 200},
    {TAKE "Authorization: Ticket " TICKET "\r\n\r\n", 1000, 401}, /* too old */
    {TAKE "Authorization: Ticket " TOKEN "\r\n\r\n", 0, 401},
    {TAKE "Authorization: Bearer " TICKET "\r\n\r\n", 0, 401},
    {TAKE "\r\n", 0, 401},
    {TAKE "Origin: http://evil.example\r\nAuthorization: Ticket " TICKET "\r\n\r\n", 0, 403},
    {"POST /v1/token HTTP/1.1\r\n" HOST "Authorization: Ticket " TICKET "\r\n\r\n", 0, 415},
    {"GET /v1/token HTTP/1.1\r\n" HOST "Authorization: Ticket " TICKET "\r\n\r\n", 0, 405},
    {STATUS "Authorization: Ticket " TICKET "\r\n\r\n", 0, 401},
    {STATUS "Authorization: Bearer " TICKET "\r\n\r\n", 0, 401},
};
#define TAKINGS (int)(sizeof takings / sizeof *takings)

START_TEST(tickets_are_good_once)
{
    struct site site = {.token = TOKEN, .ticket = TICKET, .ticket_until = 1000};
    struct site_visit got = visit_at(&site, takings[_i].request, takings[_i].at);
    ck_assert_uint_eq(got.status, takings[_i].status);
    ck_assert((got.verdict == SITE_TOKEN) == (got.status == 200));
    ck_assert((site.ticket[0] == '\0') == (got.status == 200));
    ck_assert_uint_eq(visit_at(&site, takings[0].request, 0).status,
                      takings[_i].status == 200 ? 401 : 200);
}
END_TEST

START_TEST(a_new_ticket_voids_the_one_before)
{
    struct site site = {.token = TOKEN, .ticket = TICKET, .ticket_until = 1000};
    ck_assert_int_eq(site_make_ticket(&site, 500), 0);
    ck_assert_str_ne(site.ticket, TICKET);
    ck_assert_int_eq(site.ticket_until, 500 + SITE_TICKET_MS);
    ck_assert_uint_eq(visit_at(&site, takings[0].request, 600).status, 401);
    ck_assert_str_eq(site.token, TOKEN);
}
END_TEST

START_TEST(tokens_are_random)
{
    struct site a, b;
    ck_assert_int_eq(site_init(&a), 0);
    ck_assert_int_eq(site_init(&b), 0);
    ck_assert_uint_eq(strlen(a.token), SITE_TOKEN_TEXT);
    ck_assert_uint_eq(strspn(a.token, "0123456789abcdef"), SITE_TOKEN_TEXT);
    ck_assert_str_ne(a.token, b.token);
}
END_TEST

static const char strings[] = "localhost";
static const struct plan_settings settings = {.domain = {0, 9}};
static const struct plan plan = {.settings = &settings, .strings = strings};

static bool is_host(const char *name)
{
    struct host host;
    ck_assert(host_parse(&host, str_from(name)));
    return site_is_host(&plan, &host);
}

START_TEST(one_name_is_ours)
{
    ck_assert(is_host("a3s.localhost"));
    ck_assert(is_host("A3S.LOCALHOST.:7080"));
    ck_assert(!is_host("x.a3s.localhost"));
    ck_assert(!is_host("a3sxlocalhost"));
    ck_assert(!is_host("a3s.localhost.example"));
    ck_assert(!is_host("a3s.example"));
    ck_assert(!is_host("localhost"));
    ck_assert(!is_host("127.0.0.1"));
}
END_TEST

START_TEST(addresses_have_the_port)
{
    struct strbuf text = {0};
    site_address(&text, &plan, 7080);
    ck_assert_str_eq(strbuf_text(&text), "http://a3s.localhost:7080/");
    strbuf_finish(&text);
}
END_TEST

static void answer(const char *request, bool without_body, struct strbuf *out)
{
    struct site site = {.token = TOKEN, .ticket = TICKET, .ticket_until = 1000};
    struct site_visit got = visit_at(&site, request, 0);
    struct buffer bytes = {0};
    uint64_t size = site_answer(&site, &got, without_body, true, &bytes);
    strbuf_add(out, bytes.bytes, buffer_size(&bytes));
    const char *body = strstr(strbuf_text(out), "\r\n\r\n");
    ck_assert_ptr_nonnull(body);
    ck_assert_uint_eq(strlen(body + 4), size);
    buffer_finish(&bytes);
}

START_TEST(refusals_are_json)
{
    struct strbuf text = {0};
    answer(STATUS "\r\n", false, &text);
    ck_assert_ptr_nonnull(strstr(text.ptr, "HTTP/1.1 401 Unauthorized\r\n"));
    ck_assert_ptr_nonnull(strstr(text.ptr, "WWW-Authenticate: Bearer"));
    ck_assert_ptr_nonnull(strstr(text.ptr, "Connection: close\r\n"));
    ck_assert_ptr_nonnull(strstr(text.ptr, "\\\"a3s open\\\" opens the page"));
    ck_assert_ptr_null(strstr(text.ptr, "Access-Control"));
    strbuf_finish(&text);
}
END_TEST

START_TEST(a_ticket_is_answered_with_the_token)
{
    struct strbuf text = {0};
    answer(TAKE "Authorization: Ticket " TICKET "\r\n\r\n", false, &text);
    ck_assert_ptr_nonnull(strstr(text.ptr, "HTTP/1.1 200 OK\r\n"));
    ck_assert_ptr_nonnull(strstr(text.ptr, "\r\n\r\n{\"token\": \"" TOKEN "\"}\n"));
    ck_assert_ptr_null(strstr(text.ptr, "Access-Control"));
    strbuf_finish(&text);
}
END_TEST

START_TEST(the_page_is_locked_in)
{
    struct strbuf text = {0};
    answer("GET / HTTP/1.1\r\n" HOST "\r\n", false, &text);
    ck_assert_ptr_nonnull(strstr(text.ptr, site_page_policy));
    ck_assert_ptr_nonnull(strstr(site_page_policy, "default-src 'none'; script-src 'sha256-"));
    ck_assert_ptr_nonnull(strstr(site_page_policy, "frame-ancestors 'none'"));
    ck_assert_ptr_null(strstr(site_page_policy, "unsafe"));
    ck_assert_ptr_nonnull(strstr(text.ptr, "X-Content-Type-Options: nosniff\r\n"));
    ck_assert_ptr_nonnull(strstr(text.ptr, "Cache-Control: no-store\r\n"));
    ck_assert_ptr_nonnull(strstr(text.ptr, "Referrer-Policy: no-referrer\r\n"));
    ck_assert_ptr_null(strstr(text.ptr, TOKEN));
    strbuf_clear(&text);
    answer("HEAD / HTTP/1.1\r\n" HOST "\r\n", true, &text);
    strbuf_finish(&text);
}
END_TEST

int main(void)
{
    struct suite s = suite_begin("site");
    SUITE_LOOP(s, visits_are_judged, 0, VISITS);
    SUITE_CASE(s, an_empty_token_opens_nothing);
    SUITE_CASE(s, tokens_are_random);
    SUITE_CASE(s, one_name_is_ours);
    SUITE_CASE(s, addresses_have_the_port);
    SUITE_LOOP(s, tickets_are_good_once, 0, TAKINGS);
    SUITE_CASE(s, a_new_ticket_voids_the_one_before);
    SUITE_CASE(s, a_ticket_is_answered_with_the_token);
    SUITE_CASE(s, refusals_are_json);
    SUITE_CASE(s, the_page_is_locked_in);
    return suite_run(s);
}
