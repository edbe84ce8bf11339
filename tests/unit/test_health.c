#include "health.h"

#include "loop.h"
#include "loopback.h"
#include "probe_http.h"
#include "wire.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

/* ---- The HTTP of it ---- */

static const struct {
    const char *answer;
    enum probe_http_verdict verdict;
    int status;
} answers[] = {
    {"HTTP/1.1 200 OK\r\n", PROBE_HTTP_STATUS, 200},
    {"HTTP/1.0 404 Not Found\r\n\r\n", PROBE_HTTP_STATUS, 404},
    {"HTTP/1.1 204\r\n", PROBE_HTTP_STATUS, 204},
    {"HTTP/1.1 503\n", PROBE_HTTP_STATUS, 503},
    {"HTTP/1.1 101 Switching\r\n", PROBE_HTTP_STATUS, 101},
    {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 302 Found\r\n", PROBE_HTTP_STATUS, 302},
    {"HTTP/1.1 103 Early\r\nLink: x\r\n\r\nHTTP/1.1 100 C\n\nHTTP/1.1 500 x", PROBE_HTTP_STATUS,
     500},
    {"", PROBE_HTTP_MORE, 0},
    {"HTT", PROBE_HTTP_MORE, 0},
    {"HTTP/1.1 20", PROBE_HTTP_MORE, 0},
    {"HTTP/1.1 200", PROBE_HTTP_MORE, 0},
    {"HTTP/1.1 100 Continue\r\nA: b\r\n", PROBE_HTTP_MORE, 0},
    {"HTTP/1.1 100 Continue\r\n\r\n", PROBE_HTTP_MORE, 0},
    {"HTTP/1.1 100 Continue\r\n\r\nSSH", PROBE_HTTP_GARBAGE, 0},
    {"SSH-2.0-OpenSSH", PROBE_HTTP_GARBAGE, 0},
    {"X", PROBE_HTTP_GARBAGE, 0},
    {"HTTP/2.0 200 OK\r\n", PROBE_HTTP_GARBAGE, 0},
    {"HTTP/1.x 200 OK\r\n", PROBE_HTTP_GARBAGE, 0},
    {"HTTP/1.1 2000 OK\r\n", PROBE_HTTP_GARBAGE, 0},
    {"HTTP/1.1 099 OK\r\n", PROBE_HTTP_GARBAGE, 0},
    {"HTTP/1.1 2x0 OK\r\n", PROBE_HTTP_GARBAGE, 0},
    {"HTTP/1.1  200 OK\r\n", PROBE_HTTP_GARBAGE, 0},
};

START_TEST(status_of_an_answer)
{
    int status = 0;
    ck_assert_int_eq(probe_http_status(str_from(answers[_i].answer), &status), answers[_i].verdict);
    ck_assert_int_eq(status, answers[_i].status);
}
END_TEST

START_TEST(request_line_cannot_be_broken)
{
    struct strbuf out = {0};
    probe_http_request(&out, STR("/a b\r\nX: y\xc3\xa9?q=1"), 8080);
    ck_assert_str_eq(strbuf_text(&out), "GET /a%20b%0D%0AX:%20y%C3%A9?q=1 HTTP/1.1\r\n"
                                        "Host: localhost:8080\r\nUser-Agent: a3s\r\nAccept: */*\r\n"
                                        "Connection: close\r\n\r\n");
    strbuf_finish(&out);
}
END_TEST

/* ---- Probes against a server in the same loop ---- */

struct world {
    struct ev_loop *loop;
    struct plan_probe config;
    struct probe probe;
    uint16_t port;
    int listening;  /* -1: nobody listens */
    char edges[32]; /* R ready, U unhealthy, W recovered */
    char reason[256];
    bool stop_on_edge;
    /* the server: answers each connection with this, or holds it open with NULL */
    ev_io accept;
    const char *answer;
    int held[64];
    int held_count, accepted;
};

static void on_edge(void *ctx, enum health_edge edge, const char *reason)
{
    struct world *w = ctx;
    size_t length = strlen(w->edges);
    w->edges[length] = "RUW"[edge];
    w->edges[length + 1] = '\0';
    snprintf(w->reason, sizeof w->reason, "%s", reason);
    if (w->stop_on_edge)
        probe_stop(&w->probe);
}

static void drop_held(struct world *w)
{
    while (w->held_count)
        close(w->held[--w->held_count]);
}

static void on_accept(struct ev_loop *loop, ev_io *watcher, int events)
{
    (void)loop;
    (void)events;
    struct world *w = watcher->data;
    int fd = accept4(w->listening, NULL, NULL, SOCK_CLOEXEC);
    if (fd < 0)
        return;
    w->accepted++;
    if (w->answer && w->answer[0])
        ck_assert_int_eq(send(fd, w->answer, strlen(w->answer), MSG_NOSIGNAL),
                         (ssize_t)strlen(w->answer));
    if (w->answer)
        shutdown(fd, SHUT_WR);
    if (w->held_count == 64)
        drop_held(w);
    w->held[w->held_count++] = fd;
}

static void serve(struct world *w, const char *answer)
{
    w->answer = answer;
    if (ev_is_active(&w->accept))
        return;
    ck_assert_int_eq(listen(w->listening, 64), 0);
    ev_io_init(&w->accept, on_accept, w->listening, EV_READ);
    w->accept.data = w;
    ev_io_start(w->loop, &w->accept);
}

static void stop_serving(struct world *w)
{
    ev_io_stop(w->loop, &w->accept);
    if (w->listening >= 0)
        close(w->listening);
    w->listening = -1;
    drop_held(w);
}

static void open_world(struct world *w, enum plan_probe_type type, int family)
{
    *w = (struct world){.loop = loop_create(), .listening = -1};
    w->listening = wire_listen(family, &w->port);
    w->config = (struct plan_probe){.type = (uint8_t)type,
                                    .interval_ms = 20,
                                    .timeout_ms = 2000,
                                    .retries = 3,
                                    .status_min = 200,
                                    .status_max = 399};
    probe_init(&w->probe, w->loop, &w->config, on_edge, w);
}

static void close_world(struct world *w)
{
    probe_finish(&w->probe);
    probe_finish(&w->probe);
    stop_serving(w);
    ev_loop_destroy(w->loop);
}

static bool has_edge(void *ctx)
{
    return ((struct world *)ctx)->edges[0] != '\0';
}

static bool has_two_edges(void *ctx)
{
    return has_edge(ctx) && ((struct world *)ctx)->edges[1] != '\0';
}

static bool has_three_edges(void *ctx)
{
    return has_two_edges(ctx) && ((struct world *)ctx)->edges[2] != '\0';
}

static bool has_failed_often(void *ctx)
{
    return probe_failures(&((struct world *)ctx)->probe) >= 8;
}

static bool has_failed(void *ctx)
{
    return probe_failures(&((struct world *)ctx)->probe) >= 1;
}

static bool was_asked_often(void *ctx)
{
    return ((struct world *)ctx)->accepted >= 5;
}

START_TEST(tcp_ready_once)
{
    struct world w;
    open_world(&w, PLAN_PROBE_TCP, _i ? AF_INET6 : AF_INET);
    serve(&w, "");
    probe_start(&w.probe, "", "", w.port);
    ck_assert_str_eq(w.edges, "");
    loop_until(w.loop, was_asked_often, &w);
    ck_assert_str_eq(w.edges, "R");
    ck_assert_str_eq(probe_error(&w.probe), "");
    close_world(&w);
}
END_TEST

START_TEST(refused_until_somebody_listens)
{
    struct world w;
    open_world(&w, PLAN_PROBE_TCP, AF_INET);
    close(w.listening);
    w.listening = -1;
    probe_start(&w.probe, "", "", w.port);
    loop_until(w.loop, has_failed_often, &w);
    ck_assert_str_eq(w.edges, "");
    ck_assert_msg(strstr(probe_error(&w.probe), "the connection is refused"), "%s",
                  probe_error(&w.probe));
    /* Never further apart than 50 ms, however often it failed. */
    ck_assert(w.probe.delay > 0.0002 && w.probe.delay <= 0.05);
    uint16_t port;
    w.listening = wire_listen(AF_INET, &port);
    probe_start(&w.probe, "", "", port);
    ck_assert_uint_eq(probe_failures(&w.probe), 0);
    serve(&w, "");
    loop_until(w.loop, has_edge, &w);
    ck_assert_str_eq(w.edges, "R");
    close_world(&w);
}
END_TEST

START_TEST(http_ready)
{
    struct world w;
    open_world(&w, PLAN_PROBE_HTTP, AF_INET);
    serve(&w, "HTTP/1.1 103 Early\r\n\r\nHTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n");
    probe_start(&w.probe, "/hunter2", "/${env(\"X\")}", w.port);
    loop_until(w.loop, has_edge, &w);
    ck_assert_str_eq(w.edges, "R");
    ck_assert_str_eq(w.reason, "GET /${env(\"X\")} answered 204");
    close_world(&w);
}
END_TEST

/* Answers that do not make it ready, however often. */
static const char *const bad_answers[][2] = {
    {"HTTP/1.1 503 Unavailable\r\n\r\n", "status 503"},
    {"HTTP/1.1 199 Odd\r\n\r\n", "closed without an answer"},
    {"SSH-2.0-x\r\n", "is not HTTP"},
    {"", "closed without an answer"},
    {"HTTP/1.1 2", "closed without an answer"},
    {NULL, "no answer within 15 ms"},
};

START_TEST(http_not_ready)
{
    struct world w;
    open_world(&w, PLAN_PROBE_HTTP, AF_INET);
    if (!bad_answers[_i][0])
        w.config.timeout_ms = 15;
    serve(&w, bad_answers[_i][0]);
    probe_start(&w.probe, "/", "/", w.port);
    loop_until(w.loop, has_failed_often, &w);
    ck_assert_str_eq(w.edges, "");
    ck_assert_msg(strstr(probe_error(&w.probe), bad_answers[_i][1]), "%s", probe_error(&w.probe));
    /* Now it answers. */
    w.config.timeout_ms = 2000;
    serve(&w, "HTTP/1.1 200 OK\r\n\r\n");
    loop_until(w.loop, has_edge, &w);
    ck_assert_str_eq(w.edges, "R");
    ck_assert_str_eq(probe_error(&w.probe), "");
    close_world(&w);
}
END_TEST

START_TEST(endless_head_is_bounded)
{
    struct world w;
    static char answer[40000];
    open_world(&w, PLAN_PROBE_HTTP, AF_INET);
    memset(answer, 'x', sizeof answer - 1);
    memcpy(answer, "HTTP/1.1 100 Continue\r\nX: ", 26);
    serve(&w, answer);
    probe_start(&w.probe, "/", "/", w.port);
    loop_until(w.loop, has_failed, &w);
    ck_assert_msg(strstr(probe_error(&w.probe), "16 KiB"), "%s", probe_error(&w.probe));
    ck_assert_uint_le(w.probe.answer.len, PROBE_HEAD_MAX + 2048);
    close_world(&w);
}
END_TEST

START_TEST(unhealthy_and_back)
{
    struct world w;
    open_world(&w, PLAN_PROBE_HTTP, AF_INET);
    serve(&w, "HTTP/1.1 200 OK\r\n\r\n");
    probe_start(&w.probe, "/", "/", w.port);
    loop_until(w.loop, has_edge, &w);
    serve(&w, "HTTP/1.1 500 Oops\r\n\r\n");
    loop_until(w.loop, has_two_edges, &w);
    ck_assert_str_eq(w.edges, "RU");
    ck_assert_uint_eq(probe_failures(&w.probe), 3);
    char expected[128];
    snprintf(expected, sizeof expected, "GET / on port %u: status 500 (3 times in a row)", w.port);
    ck_assert_str_eq(w.reason, expected);
    loop_until(w.loop, has_failed_often, &w);
    serve(&w, "HTTP/1.1 200 OK\r\n\r\n");
    loop_until(w.loop, has_three_edges, &w);
    ck_assert_str_eq(w.edges, "RUW");
    ck_assert_uint_eq(probe_failures(&w.probe), 0);
    close_world(&w);
}
END_TEST

START_TEST(gone_after_ready_is_unhealthy)
{
    struct world w;
    open_world(&w, PLAN_PROBE_TCP, AF_INET);
    w.config.retries = 1;
    serve(&w, "");
    probe_start(&w.probe, "", "", w.port);
    loop_until(w.loop, has_edge, &w);
    stop_serving(&w);
    loop_until(w.loop, has_two_edges, &w);
    ck_assert_str_eq(w.edges, "RU");
    ck_assert_msg(strstr(w.reason, "refused"), "%s", w.reason);
    close_world(&w);
}
END_TEST

START_TEST(a_start_is_a_new_life)
{
    struct world w;
    open_world(&w, PLAN_PROBE_TCP, AF_INET);
    serve(&w, "");
    probe_start(&w.probe, "", "", w.port);
    loop_until(w.loop, has_edge, &w);
    probe_start(&w.probe, "", "", w.port);
    loop_until(w.loop, has_two_edges, &w);
    ck_assert_str_eq(w.edges, "RR");
    close_world(&w);
}
END_TEST

static bool never(void *ctx)
{
    (void)ctx;
    return false;
}

START_TEST(stopped_in_its_own_callback)
{
    struct world w;
    open_world(&w, PLAN_PROBE_HTTP, AF_INET);
    w.stop_on_edge = true;
    serve(&w, "HTTP/1.1 200 OK\r\n\r\nbody");
    probe_start(&w.probe, "/", "/", w.port);
    loop_until(w.loop, has_edge, &w);
    int asked = w.accepted;
    ck_assert(!loop_run(w.loop, 0.1, never, NULL));
    ck_assert_int_eq(w.accepted, asked);
    ck_assert_str_eq(w.edges, "R");
    close_world(&w);
}
END_TEST

static void on_finish_edge(void *ctx, enum health_edge edge, const char *reason)
{
    struct world *w = ctx;
    (void)reason; /* is gone with the probe */
    probe_finish(&w->probe);
    on_edge(ctx, edge, "");
}

START_TEST(finished_in_its_own_callback)
{
    struct world w;
    open_world(&w, _i ? PLAN_PROBE_HTTP : PLAN_PROBE_TCP, AF_INET);
    w.probe.on_edge = on_finish_edge;
    serve(&w, "HTTP/1.1 200 OK\r\n\r\nbody");
    probe_start(&w.probe, "/", "/", w.port);
    loop_until(w.loop, has_edge, &w);
    close_world(&w);
}
END_TEST

START_TEST(stopped_while_it_waits_for_an_answer)
{
    struct world w;
    open_world(&w, PLAN_PROBE_HTTP, AF_INET);
    serve(&w, NULL);
    probe_start(&w.probe, "/", "/", w.port);
    while (w.probe.phase != PROBE_RECEIVE)
        ev_run(w.loop, EVRUN_ONCE);
    probe_stop(&w.probe);
    ck_assert_int_eq(w.probe.fd, -1);
    close_world(&w);
}
END_TEST

START_TEST(a_connection_that_meets_itself_is_none)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, size), 0);
    ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&address, &size), 0);
    ck_assert_int_eq(connect(fd, (struct sockaddr *)&address, size), 0);
    ck_assert(loopback_meets_itself(fd));
    close(fd);
    uint16_t port;
    int listening = wire_listen(AF_INET, &port);
    ck_assert_int_eq(loopback_connect(false, port, &fd), 0);
    ck_assert(!loopback_meets_itself(fd));
    close(fd);
    close(listening);
}
END_TEST

START_TEST(a_zeroed_probe_can_be_finished)
{
    struct probe probe = {0};
    probe_stop(&probe);
    probe_finish(&probe);
    ck_assert_str_eq(probe_error(&probe), "");
}
END_TEST

int main(void)
{
    struct suite s = suite_begin("health");
    SUITE_LOOP(s, status_of_an_answer, 0, sizeof answers / sizeof *answers);
    SUITE_CASE(s, request_line_cannot_be_broken);
    SUITE_LOOP(s, tcp_ready_once, 0, 2);
    SUITE_CASE(s, refused_until_somebody_listens);
    SUITE_CASE(s, http_ready);
    SUITE_LOOP(s, http_not_ready, 0, sizeof bad_answers / sizeof *bad_answers);
    SUITE_CASE(s, endless_head_is_bounded);
    SUITE_CASE(s, unhealthy_and_back);
    SUITE_CASE(s, gone_after_ready_is_unhealthy);
    SUITE_CASE(s, a_start_is_a_new_life);
    SUITE_CASE(s, stopped_in_its_own_callback);
    SUITE_LOOP(s, finished_in_its_own_callback, 0, 2);
    SUITE_CASE(s, stopped_while_it_waits_for_an_answer);
    SUITE_CASE(s, a_connection_that_meets_itself_is_none);
    SUITE_CASE(s, a_zeroed_probe_can_be_finished);
    return suite_run(s);
}
