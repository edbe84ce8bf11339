#include "host.h"
#include "suite.h"

static const struct {
    const char *text, *name; /* name NULL: malformed */
} authorities[] = {
    {"web.localhost", "web.localhost"},
    {"WEB.LocalHost:7080", "web.localhost"},
    {"web.localhost.", "web.localhost"},
    {"web.localhost.:80", "web.localhost"},
    {"a_b-1.localhost", "a_b-1.localhost"},
    {"127.0.0.1:7080", "127.0.0.1"},
    {"[::1]:7080", "[::1]"},
    {"", NULL},
    {".", NULL},
    {"a..localhost", NULL},
    {".localhost", NULL},
    {"web.localhost..", NULL},
    {"a@web.localhost", NULL},
    {"web.localhost, evil.example", NULL},
    {"web.localhost:", NULL},
    {"web.localhost:0", NULL},
    {"web.localhost:65536", NULL},
    {"web.localhost:80:90", NULL},
    {"web.localhost:8o", NULL},
    {"web localhost", NULL},
    {"web.localhost/", NULL},
    {"w\xc3\xa4.localhost", NULL},
    {"[::1", NULL},
    {"[]", NULL},
    {"[::1]x", NULL},
    {"[web]:1", NULL},
};
#define AUTHORITIES (int)(sizeof authorities / sizeof *authorities)

START_TEST(authorities_are_read)
{
    struct host host;
    const char *name = authorities[_i].name;
    bool good = host_parse(&host, str_from(authorities[_i].text));
    ck_assert_msg(good == (name != NULL), "%s", authorities[_i].text);
    if (good)
        ck_assert_str_eq(host.name, name);
}
END_TEST

START_TEST(long_names_are_refused)
{
    struct host host;
    struct strbuf name = {0};
    strbuf_addn(&name, 'a', 63);
    ck_assert(host_parse(&host, strbuf_str(&name)));
    strbuf_addc(&name, 'a');
    ck_assert(!host_parse(&host, strbuf_str(&name)));
    strbuf_clear(&name);
    for (int i = 0; i < 150; i++)
        strbuf_adds(&name, "a.");
    ck_assert(!host_parse(&host, strbuf_str(&name)));
    strbuf_finish(&name);
}
END_TEST

static const char strings[] = "api.localhost\0deep.web.localhost\0web.localhost";
static const struct plan_route routes[] = {
    {.host = {0, 13}, .service = 2},
    {.host = {14, 18}, .service = 1},
    {.host = {33, 13}, .service = 0},
};
static const struct plan plan = {.routes = routes, .route_count = 3, .strings = strings};

static uint32_t route(const char *name)
{
    struct host host;
    ck_assert(host_parse(&host, str_from(name)));
    return host_route(&plan, &host);
}

START_TEST(names_are_routed)
{
    ck_assert_uint_eq(route("api.localhost"), 2);
    ck_assert_uint_eq(route("web.localhost"), 0);
    ck_assert_uint_eq(route("deep.web.localhost"), 1);
    ck_assert_uint_eq(route("x.deep.web.localhost"), 1);
    ck_assert_uint_eq(route("x.y.web.localhost"), 0);
    ck_assert_uint_eq(route("localhost"), PLAN_NONE);
    ck_assert_uint_eq(route("other.localhost"), PLAN_NONE);
    ck_assert_uint_eq(route("aweb.localhost"), PLAN_NONE);
    ck_assert_uint_eq(route("web.localhost.evil.example"), PLAN_NONE);
    ck_assert_uint_eq(route("127.0.0.1"), PLAN_NONE);
    ck_assert_uint_eq(route("[::1]"), PLAN_NONE);
}
END_TEST

/* The host that a request head asks for; "" when it has none that is valid. */
static const char *host_of(const char *text, struct host *host)
{
    struct head_scan scan = {0};
    struct head head;
    ck_assert_int_eq(head_scan(&scan, HEAD_REQUEST, text, strlen(text)), HTTP_OK);
    ck_assert_int_eq(head_parse(&head, HEAD_REQUEST, text, &scan), HTTP_OK);
    return host_of_request(host, &head) ? host->name : "";
}

START_TEST(a_request_has_one_host)
{
    struct host host;
    ck_assert_str_eq(host_of("GET /p HTTP/1.1\r\nHost: A.localhost:1\r\n\r\n", &host),
                     "a.localhost");
    ck_assert(str_is(host.authority, "A.localhost:1") && str_is(host.target, "/p"));
    ck_assert_str_eq(host_of("GET / HTTP/1.1\r\nX: y\r\n\r\n", &host), "");
    ck_assert_str_eq(host_of("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", &host), "");
    ck_assert_str_eq(host_of("GET / HTTP/1.1\r\nHost:\r\n\r\n", &host), "");
    ck_assert_str_eq(host_of("GET http://b.localhost:2/q?r HTTP/1.1\r\nHost: a\r\n\r\n", &host),
                     "b.localhost");
    ck_assert(str_is(host.authority, "b.localhost:2") && str_is(host.target, "/q?r"));
    ck_assert_str_eq(host_of("GET http://b.localhost?r HTTP/1.1\r\nHost: a\r\n\r\n", &host),
                     "b.localhost");
    ck_assert(host.needs_slash && str_is(host.target, "?r"));
    ck_assert_str_eq(host_of("GET http://u@b.localhost/ HTTP/1.1\r\nHost: a\r\n\r\n", &host), "");
    ck_assert_str_eq(host_of("GET http:/// HTTP/1.1\r\nHost: a\r\n\r\n", &host), "");
}
END_TEST

int main(void)
{
    struct suite s = suite_begin("host");
    SUITE_LOOP(s, authorities_are_read, 0, AUTHORITIES);
    SUITE_CASE(s, long_names_are_refused);
    SUITE_CASE(s, names_are_routed);
    SUITE_CASE(s, a_request_has_one_host);
    return suite_run(s);
}
