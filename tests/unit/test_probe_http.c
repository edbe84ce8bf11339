#include "probe_world.h"

#include <sys/socket.h>

/* Answers that do not make it ready, however often. */
static const char *const bad_answers[][2] = {
    {"HTTP/1.1 503 Unavailable\r\n\r\n", "status 503"},
    {"HTTP/1.1 199 Odd\r\n\r\n", "closed without an answer"},
    {"SSH-2.0-x\r\n", "is not HTTP"},
    {"", "closed without an answer"},
    {"HTTP/1.1 2", "closed without an answer"},
    {NULL, "no answer within 15 ms"},
};

START_TEST(http_ready)
{
    struct probe_world w;
    probe_world_open(&w, PLAN_PROBE_HTTP, AF_INET);
    probe_world_serve(
        &w, "HTTP/1.1 103 Early\r\n\r\nHTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n");
    probe_prepare(&w.probe, "/hunter2", "/${env(\"X\")}", w.port);
    probe_start(&w.probe);
    loop_until(w.loop, probe_world_has_edge, &w);
    ck_assert_str_eq(w.edges, "R");
    ck_assert_str_eq(w.reason, "GET /${env(\"X\")} answered 204");
    probe_world_close(&w);
}
END_TEST

START_TEST(http_not_ready)
{
    struct probe_world w;
    probe_world_open(&w, PLAN_PROBE_HTTP, AF_INET);
    if (!bad_answers[_i][0])
        w.config.timeout_ms = 15;
    probe_world_serve(&w, bad_answers[_i][0]);
    probe_world_start(&w, "/");
    loop_until(w.loop, probe_world_has_failed_often, &w);
    ck_assert_str_eq(w.edges, "");
    ck_assert_msg(strstr(probe_error(&w.probe), bad_answers[_i][1]), "%s", probe_error(&w.probe));
    /* Now it answers. */
    w.config.timeout_ms = 2000;
    probe_world_serve(&w, "HTTP/1.1 200 OK\r\n\r\n");
    loop_until(w.loop, probe_world_has_edge, &w);
    ck_assert_str_eq(w.edges, "R");
    ck_assert_str_eq(probe_error(&w.probe), "");
    probe_world_close(&w);
}
END_TEST

START_TEST(endless_head_is_bounded)
{
    struct probe_world w;
    static char answer[40000];
    probe_world_open(&w, PLAN_PROBE_HTTP, AF_INET);
    memset(answer, 'x', sizeof answer - 1);
    memcpy(answer, "HTTP/1.1 100 Continue\r\nX: ", 26);
    probe_world_serve(&w, answer);
    probe_world_start(&w, "/");
    loop_until(w.loop, probe_world_has_failed, &w);
    ck_assert_msg(strstr(probe_error(&w.probe), "16 KiB"), "%s", probe_error(&w.probe));
    probe_world_close(&w);
}
END_TEST

START_TEST(a_head_that_never_ends_is_bounded_by_time)
{
    struct probe_world w;
    probe_world_open(&w, PLAN_PROBE_HTTP, AF_INET);
    w.config.timeout_ms = 30;
    w.drip = "HTTP/1.1 100 Continue\r\nX: y\r\n";
    w.drip_bytes = 1;
    probe_world_serve(&w, "");
    probe_world_start(&w, "/");
    loop_until(w.loop, probe_world_has_failed, &w);
    ck_assert_msg(strstr(probe_error(&w.probe), "no answer within 30 ms"), "%s",
                  probe_error(&w.probe));
    probe_world_close(&w);
}
END_TEST

START_TEST(a_promise_without_answer)
{
    struct probe_world w;
    probe_world_open(&w, PLAN_PROBE_HTTP, AF_INET);
    w.config.timeout_ms = 30;
    w.hold = true;
    probe_world_serve(&w, "HTTP/1.1 100 Continue\r\n\r\n");
    probe_world_start(&w, "/");
    loop_until(w.loop, probe_world_has_failed, &w);
    ck_assert_msg(strstr(probe_error(&w.probe), "no answer within 30 ms"), "%s",
                  probe_error(&w.probe));
    probe_world_close(&w);
}
END_TEST

START_TEST(a_body_that_never_ends_is_left)
{
    struct probe_world w;
    static char body[32768];
    probe_world_open(&w, PLAN_PROBE_HTTP, AF_INET);
    memset(body, 'x', sizeof body - 1);
    w.config.interval_ms = 3600000;
    w.config.timeout_ms = _i ? 30 : 3600000; /* by time, by size */
    w.drip = body;
    w.drip_bytes = _i ? 1 : sizeof body;
    probe_world_serve(&w, "HTTP/1.1 200 OK\r\n\r\n");
    probe_world_start(&w, "/");
    loop_until(w.loop, probe_world_was_left, &w);
    ck_assert_str_eq(w.edges, "R");
    probe_world_close(&w);
}
END_TEST

START_TEST(a_reset_is_a_failure)
{
    struct probe_world w;
    probe_world_open(&w, PLAN_PROBE_HTTP, AF_INET);
    w.reset = true;
    probe_world_serve(&w, "");
    probe_world_start(&w, "/");
    loop_until(w.loop, probe_world_has_failed_often, &w);
    ck_assert_str_eq(w.edges, "");
    probe_world_close(&w);
}
END_TEST

START_TEST(nobody_accepts)
{
    struct probe_world w;
    probe_world_open(&w, PLAN_PROBE_HTTP, AF_INET);
    w.config.timeout_ms = 30;
    ck_assert_int_eq(listen(w.listening, 8), 0);
    probe_world_start(&w, "/");
    loop_until(w.loop, probe_world_has_failed, &w);
    ck_assert_str_eq(w.edges, "");
    probe_world_close(&w);
}
END_TEST

START_TEST(a_redirect_is_an_answer)
{
    struct probe_world w;
    probe_world_open(&w, PLAN_PROBE_HTTP, AF_INET);
    probe_world_serve(&w, "HTTP/1.1 302 Found\r\nLocation: http://elsewhere/\r\n\r\n");
    probe_world_start(&w, "/");
    loop_until(w.loop, probe_world_has_edge, &w);
    ck_assert_str_eq(w.reason, "GET / answered 302");
    probe_world_close(&w);
}
END_TEST

static bool was_asked(void *ctx)
{
    return ((struct probe_world *)ctx)->accepted > 0;
}

START_TEST(stopped_while_it_waits_for_an_answer)
{
    struct probe_world w;
    probe_world_open(&w, PLAN_PROBE_HTTP, AF_INET);
    w.drip = "x";
    w.drip_bytes = 1;
    probe_world_serve(&w, "HTTP/1.1 ");
    probe_world_start(&w, "/");
    loop_until(w.loop, was_asked, &w);
    probe_stop(&w.probe);
    loop_until(w.loop, probe_world_was_left, &w);
    ck_assert_str_eq(w.edges, "");
    probe_world_close(&w);
}
END_TEST

int main(void)
{
    struct suite s = suite_begin("probe_http");
    SUITE_CASE(s, http_ready);
    SUITE_LOOP(s, http_not_ready, 0, sizeof bad_answers / sizeof *bad_answers);
    SUITE_CASE(s, endless_head_is_bounded);
    SUITE_CASE(s, a_head_that_never_ends_is_bounded_by_time);
    SUITE_CASE(s, a_promise_without_answer);
    SUITE_LOOP(s, a_body_that_never_ends_is_left, 0, 2);
    SUITE_CASE(s, a_reset_is_a_failure);
    SUITE_CASE(s, nobody_accepts);
    SUITE_CASE(s, a_redirect_is_an_answer);
    SUITE_CASE(s, stopped_while_it_waits_for_an_answer);
    return suite_run(s);
}
