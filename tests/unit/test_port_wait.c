#include "port_wait.h"

#include "loop.h"
#include "loopback.h"
#include "wire.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

struct world {
    struct ev_loop *loop;
    struct port_wait wait;
    int calls;
    bool free;
};

static void on_over(void *ctx, bool is_free)
{
    struct world *w = ctx;
    w->calls++;
    w->free = is_free;
}

static bool is_over(void *ctx)
{
    return ((struct world *)ctx)->calls > 0;
}

START_TEST(a_free_port_is_not_waited_for)
{
    struct world w = {.loop = loop_create()};
    ck_assert(!port_wait_start(&w.wait, w.loop, wire_free_port(), on_over, &w));
    ck_assert(!port_wait_stop(&w.wait));
    ck_assert_int_eq(w.calls, 0);
    ev_loop_destroy(w.loop);
}
END_TEST

START_TEST(over_when_it_is_free)
{
    uint16_t port;
    struct world w = {.loop = loop_create()};
    int fd = wire_listen(_i ? AF_INET6 : AF_INET, &port);
    ck_assert(port_wait_start(&w.wait, w.loop, port, on_over, &w));
    ck_assert(!loop_run(w.loop, 0.2, is_over, &w));
    close(fd);
    loop_until(w.loop, is_over, &w);
    ck_assert(w.free);
    ck_assert(!port_wait_stop(&w.wait));
    ev_loop_destroy(w.loop);
}
END_TEST

START_TEST(over_after_a_while)
{
    uint16_t port;
    struct world w = {.loop = loop_create()};
    int fd = wire_listen(AF_INET, &port);
    ck_assert(port_wait_start(&w.wait, w.loop, port, on_over, &w));
    loop_until(w.loop, is_over, &w);
    ck_assert(!w.free);
    ck_assert_int_eq(w.calls, 1);
    close(fd);
    ev_loop_destroy(w.loop);
}
END_TEST

START_TEST(stopped)
{
    uint16_t port;
    struct world w = {.loop = loop_create()};
    int fd = wire_listen(AF_INET, &port);
    ck_assert(port_wait_start(&w.wait, w.loop, port, on_over, &w));
    ck_assert(port_wait_stop(&w.wait));
    ck_assert(!port_wait_stop(&w.wait));
    close(fd);
    ck_assert(!loop_run(w.loop, 0.2, is_over, &w));
    ev_loop_destroy(w.loop);
}
END_TEST

/* What a server leaves behind when it ends with its connections is in nobody's way. */
START_TEST(connections_of_before_do_not_matter)
{
    uint16_t port = wire_free_port();
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), client = -1, yes = 1;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes); /* as servers do */
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    ck_assert_int_eq(listen(fd, 1), 0);
    ck_assert_int_eq(loopback_connect(false, port, &client), 0);
    int served = accept4(fd, NULL, NULL, SOCK_CLOEXEC);
    close(served); /* first: TIME_WAIT is on the server's side */
    close(client);
    close(fd);
    ck_assert(loopback_is_free(port));
}
END_TEST

int main(void)
{
    struct suite s = suite_begin("port_wait");
    SUITE_CASE(s, a_free_port_is_not_waited_for);
    SUITE_LOOP(s, over_when_it_is_free, 0, 2);
    SUITE_CASE(s, over_after_a_while);
    SUITE_CASE(s, stopped);
    SUITE_CASE(s, connections_of_before_do_not_matter);
    return suite_run(s);
}
