#include "probe_world.h"

#include <sys/socket.h>

static bool never(void *ctx)
{
    (void)ctx;
    return false;
}

START_TEST(unhealthy_and_back)
{
    struct probe_world w;
    probe_world_open(&w, PLAN_PROBE_HTTP, AF_INET);
    probe_world_serve(&w, "HTTP/1.1 200 OK\r\n\r\n");
    probe_world_start(&w, "/");
    loop_until(w.loop, probe_world_has_edge, &w);
    probe_world_serve(&w, "HTTP/1.1 500 Oops\r\n\r\n");
    loop_until(w.loop, probe_world_has_two_edges, &w);
    ck_assert_str_eq(w.edges, "RU");
    ck_assert_uint_eq(probe_failures(&w.probe), 3);
    char expected[128];
    snprintf(expected, sizeof expected, "GET / on port %u: status 500 (3 times in a row)", w.port);
    ck_assert_str_eq(w.reason, expected);
    loop_until(w.loop, probe_world_has_failed_often, &w);
    probe_world_serve(&w, "HTTP/1.1 200 OK\r\n\r\n");
    loop_until(w.loop, probe_world_has_three_edges, &w);
    ck_assert_str_eq(w.edges, "RUW");
    ck_assert_uint_eq(probe_failures(&w.probe), 0);
    probe_world_close(&w);
}
END_TEST

START_TEST(gone_after_ready_is_unhealthy)
{
    struct probe_world w;
    probe_world_open(&w, PLAN_PROBE_TCP, AF_INET);
    w.config.retries = 1;
    probe_world_serve(&w, "");
    probe_world_start(&w, "");
    loop_until(w.loop, probe_world_has_edge, &w);
    probe_world_stop_serving(&w);
    loop_until(w.loop, probe_world_has_two_edges, &w);
    ck_assert_str_eq(w.edges, "RU");
    ck_assert_msg(strstr(w.reason, "refused"), "%s", w.reason);
    probe_world_close(&w);
}
END_TEST

START_TEST(a_start_is_a_new_life)
{
    struct probe_world w;
    probe_world_open(&w, PLAN_PROBE_TCP, AF_INET);
    probe_world_serve(&w, "");
    probe_world_start(&w, "");
    loop_until(w.loop, probe_world_has_edge, &w);
    probe_world_start(&w, "");
    loop_until(w.loop, probe_world_has_two_edges, &w);
    ck_assert_str_eq(w.edges, "RR");
    probe_world_close(&w);
}
END_TEST

START_TEST(stopped_in_its_own_callback)
{
    struct probe_world w;
    probe_world_open(&w, PLAN_PROBE_HTTP, AF_INET);
    w.stop_on_edge = true;
    probe_world_serve(&w, "HTTP/1.1 200 OK\r\n\r\nbody");
    probe_world_start(&w, "/");
    loop_until(w.loop, probe_world_has_edge, &w);
    int asked = w.accepted;
    ck_assert(!loop_run(w.loop, 0.1, never, NULL));
    ck_assert_int_eq(w.accepted, asked);
    ck_assert_str_eq(w.edges, "R");
    probe_world_close(&w);
}
END_TEST

START_TEST(finished_in_its_own_callback)
{
    struct probe_world w;
    probe_world_open(&w, _i ? PLAN_PROBE_HTTP : PLAN_PROBE_TCP, AF_INET);
    w.finish_on_edge = true;
    probe_world_serve(&w, "HTTP/1.1 200 OK\r\n\r\nbody");
    probe_world_start(&w, "/");
    loop_until(w.loop, probe_world_has_edge, &w);
    probe_world_close(&w);
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

START_TEST(a_strangers_answer_does_not_count)
{
    struct probe_world w;
    probe_world_open(&w, _i ? PLAN_PROBE_HTTP : PLAN_PROBE_TCP, AF_INET);
    w.strange = "port 1 is held by pid 2";
    probe_world_serve(&w, "HTTP/1.1 200 OK\r\n\r\nbody");
    probe_world_start(&w, "/");
    loop_until(w.loop, probe_world_has_failed, &w);
    ck_assert_str_eq(w.edges, "");
    ck_assert_str_eq(probe_error(&w.probe), "port 1 is held by pid 2");
    w.strange = NULL;
    loop_until(w.loop, probe_world_has_edge, &w);
    ck_assert_str_eq(w.edges, "R");
    ck_assert_str_eq(probe_error(&w.probe), "");
    /* Once it is ready nobody asks any more. */
    int asked = w.asked;
    ck_assert(!loop_run(w.loop, 0.1, never, NULL));
    ck_assert_int_eq(w.asked, asked);
    probe_world_close(&w);
}
END_TEST

static bool was_told(void *ctx)
{
    return ((struct probe_world *)ctx)->refused > 0;
}

START_TEST(refused_for_long_is_told)
{
    struct probe_world w;
    probe_world_open(&w, PLAN_PROBE_TCP, AF_INET);
    probe_world_stop_serving(&w);
    probe_world_start(&w, "");
    loop_until(w.loop, probe_world_has_failed_often, &w);
    ck_assert_int_eq(w.refused, 0);
    loop_until(w.loop, was_told, &w);
    ck_assert_str_eq(w.edges, "");
    probe_world_close(&w);
}
END_TEST

int main(void)
{
    struct suite s = suite_begin("health");
    SUITE_CASE(s, unhealthy_and_back);
    SUITE_CASE(s, gone_after_ready_is_unhealthy);
    SUITE_CASE(s, a_start_is_a_new_life);
    SUITE_CASE(s, stopped_in_its_own_callback);
    SUITE_LOOP(s, finished_in_its_own_callback, 0, 2);
    SUITE_LOOP(s, a_strangers_answer_does_not_count, 0, 2);
    SUITE_CASE(s, refused_for_long_is_told);
    SUITE_CASE(s, a_zeroed_probe_can_be_finished);
    return suite_run(s);
}
