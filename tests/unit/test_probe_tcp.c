#include "loopback.h"
#include "probe_world.h"
#include "wire.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

START_TEST(tcp_ready_once)
{
    struct probe_world w;
    probe_world_open(&w, PLAN_PROBE_TCP, _i ? AF_INET6 : AF_INET);
    probe_world_serve(&w, "");
    probe_world_start(&w, "");
    ck_assert_str_eq(w.edges, "");
    loop_until(w.loop, probe_world_was_asked_often, &w);
    ck_assert_str_eq(w.edges, "R");
    ck_assert_str_eq(probe_error(&w.probe), "");
    /* Whose it is was asked once, of the right address. */
    ck_assert_int_eq(w.asked, 1);
    ck_assert_int_eq(w.second, _i);
    probe_world_close(&w);
}
END_TEST

START_TEST(refused_until_somebody_listens)
{
    struct probe_world w;
    probe_world_open(&w, PLAN_PROBE_TCP, AF_INET);
    close(w.listening);
    w.listening = -1;
    probe_world_start(&w, "");
    loop_until(w.loop, probe_world_has_failed_often, &w);
    ck_assert_str_eq(w.edges, "");
    ck_assert_msg(strstr(probe_error(&w.probe), "the connection is refused"), "%s",
                  probe_error(&w.probe));
    /* Never further apart than 50 ms, however often it failed. */
    ck_assert(w.probe.delay > 0.0002 && w.probe.delay <= 0.05);
    w.listening = wire_listen(AF_INET, &w.port);
    probe_world_start(&w, "");
    ck_assert_uint_eq(probe_failures(&w.probe), 0);
    probe_world_serve(&w, "");
    loop_until(w.loop, probe_world_has_edge, &w);
    ck_assert_str_eq(w.edges, "R");
    probe_world_close(&w);
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

int main(void)
{
    struct suite s = suite_begin("probe_tcp");
    SUITE_LOOP(s, tcp_ready_once, 0, 2);
    SUITE_CASE(s, refused_until_somebody_listens);
    SUITE_CASE(s, a_connection_that_meets_itself_is_none);
    return suite_run(s);
}
