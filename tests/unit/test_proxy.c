#include "client.h"
#include "listener.h"
#include "port_holder.h"
#include "proxy_parts.h"
#include "proxy_world.h"
#include "suite.h"

#include <errno.h>
#include <malloc.h>
#include <sys/socket.h>
#include <unistd.h>

START_TEST(a_request_waits_for_its_service)
{
    struct world world;
    open_world(&world);
    world.verdicts[WEB] = PROXY_WAIT;
    peer_says(&world.client, "POST / HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nhel");
    while (proxy_counters(world.proxy, WEB)->parked == 0)
        ev_run(world.loop, EVRUN_ONCE);
    proxy_service_changed(world.proxy, WEB); /* still not */
    ck_assert_uint_eq(proxy_counters(world.proxy, WEB)->parked, 1);
    peer_says(&world.client, "lo");
    world.verdicts[WEB] = PROXY_READY;
    ev_now_update(world.loop);
    proxy_service_changed(world.proxy, WEB);
    ck_assert_uint_eq(proxy_counters(world.proxy, WEB)->parked, 0);
    struct peer service = accept_service(&world);
    hear_request(&service, "hello");
    peer_says(&service, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK");
    hear_response(&world.client, 200, "OK");
    wire_until(world.loop, &world.done);
    ck_assert_double_gt(world.parked, 0.);
    ck_assert_uint_eq(proxy_counters(world.proxy, WEB)->latency.count, 1);
    peer_close(&service);
    close_world(&world);
}
END_TEST

START_TEST(a_large_request_waits_within_bounds)
{
    struct world world;
    const size_t size = 4 << 20;
    char *bytes = malloc(size + 1);
    size_t sent = 0;
    memset(bytes, 'x', size);
    bytes[size] = '\0';
    open_world(&world);
    world.verdicts[WEB] = PROXY_WAIT;
    peer_says(&world.client, "POST / HTTP/1.1\r\n" HOST "Content-Length: 4194304\r\n\r\n");
    size_t before = mallinfo2().uordblks;
    while (sent < size && wire_wait(world.loop, world.client.fd, EV_WRITE, 0.1)) {
        ssize_t count = send(world.client.fd, bytes + sent, size - sent, MSG_NOSIGNAL);
        sent += count > 0 ? (size_t)count : 0;
    }
    ck_assert_uint_le(mallinfo2().uordblks, before + (512 << 10));
    world.verdicts[WEB] = PROXY_READY;
    proxy_service_changed(world.proxy, WEB);
    struct peer service = accept_service(&world);
    service.partner = NULL;
    world.client.partner = &service;
    peer_send(&world.client, bytes + sent, size - sent);
    hear_request(&service, bytes);
    free(bytes);
    peer_close(&service);
    close_world(&world);
}
END_TEST

START_TEST(a_parked_client_that_leaves_frees_its_place)
{
    struct world world;
    open_world(&world);
    world.verdicts[WEB] = PROXY_WAIT;
    peer_says(&world.client, GET);
    while (proxy_counters(world.proxy, WEB)->parked == 0)
        ev_run(world.loop, EVRUN_ONCE);
    peer_close(&world.client);
    wire_until(world.loop, &world.done);
    ck_assert_uint_eq(proxy_counters(world.proxy, WEB)->parked, 0);
    ck_assert_uint_eq(proxy_counters(world.proxy, WEB)->active, 0);
    ck_assert_uint_eq(world.status, 0);
    close_world(&world);
}
END_TEST

START_TEST(a_request_does_not_wait_for_ever)
{
    struct world world;
    open_world(&world);
    world.settings.hold_ms = 20;
    world.verdicts[WEB] = PROXY_WAIT;
    peer_says(&world.client, GET);
    peer_hears(&world.client, "</html>\n");
    ck_assert_mem_eq(world.client.in.ptr, "HTTP/1.1 503", 12);
    /* The connection is still good. */
    peer_forget(&world.client);
    world.verdicts[WEB] = PROXY_DOWN;
    peer_says(&world.client, GET);
    peer_hears(&world.client, "</html>\n");
    ck_assert_uint_eq(proxy_counters(world.proxy, WEB)->errors, 2);
    close_world(&world);
}
END_TEST

static void wait_until_parked(struct world *world, uint32_t count)
{
    while (proxy_counters(world->proxy, WEB)->parked != count)
        ev_run(world->loop, EVRUN_ONCE);
}

START_TEST(a_service_that_is_down_is_explained)
{
    struct world world;
    open_world(&world);
    world.verdicts[WEB] = PROXY_WAIT;
    peer_says(&world.client, GET);
    wait_until_parked(&world, 1);
    world.verdicts[WEB] = PROXY_DOWN; /* it failed while it was waited for */
    proxy_service_changed(world.proxy, WEB);
    peer_hears(&world.client, "<h1>web has failed</h1>");
    peer_hears(&world.client, "exit code 1 &lt;script&gt;&quot;");
    peer_hears(&world.client, "<dd>db\ncache\n</dd>");
    peer_hears(&world.client, "<dd>A3sfile.hcl:7</dd>");
    peer_hears(&world.client, "<pre>first\n&lt;b&gt;second\n</pre>");
    peer_hears(&world.client, "<a href=\"\">");
    ck_assert_mem_eq(world.client.in.ptr, "HTTP/1.1 503", 12);
    ck_assert_ptr_nonnull(strstr(world.client.in.ptr, "\r\nRetry-After: 1\r\n"));
    ck_assert_ptr_nonnull(strstr(world.client.in.ptr, "http-equiv=\"refresh\""));
    peer_hears(&world.client, "</html>\n");
    peer_forget(&world.client);
    peer_says(&world.client, "GET / HTTP/1.1\r\n" HOST "Accept: text/x, application/json\r\n\r\n");
    hear_response(&world.client, 503,
                  "{\"status\":503,\"title\":\"web has failed\",\"service\":\"web\","
                  "\"text\":\"exit code 1 <script>\\\"\",\"state\":\"failed\",\"exit_code\":1,"
                  "\"waiting_on\":[\"db\",\"cache\"],\"source\":{\"file\":\"A3sfile.hcl\","
                  "\"line\":7},\"log\":[\"first\",\"<b>second\"]}\n");
    peer_says(&world.client, "HEAD / HTTP/1.1\r\n" HOST "\r\n");
    peer_hears(&world.client, "\r\n\r\n");
    ck_assert_ptr_null(strstr(world.client.in.ptr, "<html"));
    close_world(&world);
}
END_TEST

START_TEST(only_a_get_is_loaded_again)
{
    struct world world;
    open_world(&world);
    world.verdicts[WEB] = PROXY_DOWN;
    peer_says(&world.client, "POST / HTTP/1.1\r\n" HOST "Content-Length: 2\r\n\r\nhi");
    peer_hears(&world.client, "</html>\n");
    ck_assert_ptr_null(strstr(world.client.in.ptr, "refresh"));
    ck_assert_ptr_null(strstr(world.client.in.ptr, "<script>"));
    ck_assert_ptr_null(strstr(world.client.in.ptr, "<a href"));
    close_world(&world);
}
END_TEST

/* The id that the last answer has. */
static void ask_for_change(struct world *world, char id[17])
{
    const char *field = strstr(world->client.in.ptr, "X-A3s-Trouble: ");
    ck_assert_ptr_nonnull(field);
    memcpy(id, field + strlen("X-A3s-Trouble: "), 16);
    id[16] = '\0';
    peer_forget(&world->client);
    peer_says(&world->client, "HEAD / HTTP/1.1\r\n" HOST "X-A3s-Await: ");
    peer_says(&world->client, id);
    peer_says(&world->client, "\r\n\r\n");
}

START_TEST(the_page_waits_for_a_change)
{
    struct world world;
    char id[17];
    open_world(&world);
    world.verdicts[WEB] = PROXY_DOWN;
    peer_says(&world.client, "HEAD / HTTP/1.1\r\n" HOST "\r\n");
    peer_hears(&world.client, "\r\n\r\n");
    ask_for_change(&world, id);
    wait_until_parked(&world, 1);
    proxy_service_changed(world.proxy, WEB); /* nothing new */
    wait_until_parked(&world, 1);
    world.state = "stopped";
    proxy_service_changed(world.proxy, WEB);
    peer_hears(&world.client, "\r\n\r\n");
    ck_assert_ptr_null(strstr(world.client.in.ptr, id));
    ask_for_change(&world, id);
    wait_until_parked(&world, 1);
    world.verdicts[WEB] = PROXY_WAIT; /* it is tried again */
    proxy_service_changed(world.proxy, WEB);
    wait_until_parked(&world, 1);
    world.verdicts[WEB] = PROXY_READY; /* the service itself is not asked */
    proxy_service_changed(world.proxy, WEB);
    peer_hears(&world.client, "\r\n\r\n");
    ck_assert_mem_eq(world.client.in.ptr, "HTTP/1.1 200", 12);
    ck_assert_ptr_null(strstr(world.client.in.ptr, "X-A3s-Trouble"));
    ck_assert(!wire_wait(world.loop, world.listening, EV_READ, 0.01));
    close_world(&world);
}
END_TEST

static void prime_pool(struct world *world, struct peer *out_service)
{
    peer_says(&world->client, GET);
    *out_service = accept_service(world);
    hear_request(out_service, "");
    peer_says(out_service, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK");
    hear_response(&world->client, 200, "OK");
}

START_TEST(a_service_that_refuses_is_tried_for_a_while)
{
    struct world world;
    struct peer old;
    open_world(&world);
    prime_pool(&world, &old);
    peer_close(&old);
    close(world.listening);
    peer_says(&world.client, GET);
    peer_hears(&world.client, "</html>\n");
    ck_assert_mem_eq(world.client.in.ptr, "HTTP/1.1 502", 12);
    /* One that is not up yet is parked while it is being tried. */
    peer_forget(&world.client);
    peer_says(&world.client, GET);
    while (proxy_counters(world.proxy, WEB)->active == 0)
        ev_run(world.loop, EVRUN_ONCE);
    world.verdicts[WEB] = PROXY_WAIT;
    while (proxy_counters(world.proxy, WEB)->parked == 0)
        ev_run(world.loop, EVRUN_ONCE);
    world.listening = wire_listen(AF_INET6, &world.port);
    world.verdicts[WEB] = PROXY_READY;
    proxy_service_changed(world.proxy, WEB);
    struct peer service = accept_service(&world);
    hear_request(&service, "");
    peer_close(&service);
    close_world(&world);
}
END_TEST

/* As long as the hold, not as long as a connection may take: it may be compiled first. */
START_TEST(one_request_tries_a_service_that_does_not_listen_yet)
{
    struct world world;
    open_world(&world);
    proxy_service_changed(world.proxy, WEB); /* just now it was executed */
    struct peer other = peer_connect(world.loop, AF_INET, proxy_port(world.proxy));
    struct peer third = peer_connect(world.loop, AF_INET, proxy_port(world.proxy));
    close(world.listening);
    peer_says(&world.client, GET);
    while (proxy_counters(world.proxy, WEB)->active == 0)
        ev_run(world.loop, EVRUN_ONCE);
    peer_says(&other, GET);
    peer_says(&third, GET);
    wait_until_parked(&world, 2);
    peer_close(&world.client); /* the one that tries leaves: another one takes over */
    wait_until_parked(&world, 1);
    world.listening = wire_listen(AF_INET6, &world.port);
    proxy_service_changed(world.proxy, WEB);
    struct peer first = accept_service(&world), second = accept_service(&world);
    hear_request(&first, "");
    hear_request(&second, "");
    peer_says(&first, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK");
    peer_says(&second, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK");
    hear_response(&other, 200, "OK");
    hear_response(&third, 200, "OK");
    peer_close(&first);
    peer_close(&second);
    peer_close(&other);
    peer_close(&third);
    close_world(&world);
}
END_TEST

START_TEST(a_service_that_never_listens_is_given_up_after_the_hold)
{
    struct world world;
    open_world(&world);
    world.settings.hold_ms = 20;
    close(world.listening);
    struct peer other = peer_connect(world.loop, AF_INET, proxy_port(world.proxy));
    peer_says(&world.client, GET);
    peer_says(&other, GET);
    peer_hears(&other, "</html>\n");
    ck_assert_mem_eq(other.in.ptr, "HTTP/1.1 50", 11);
    peer_hears(&world.client, "</html>\n");
    ck_assert_mem_eq(world.client.in.ptr, "HTTP/1.1 50", 11);
    world.listening = -1;
    peer_close(&other);
    close_world(&world);
}
END_TEST

START_TEST(what_is_under_way_is_counted_until_it_is_answered)
{
    struct world world;
    open_world(&world);
    const struct proxy_counters *counters = proxy_counters(world.proxy, WEB);
    peer_says(&world.client, GET);
    struct peer service = accept_service(&world);
    hear_request(&service, "");
    ck_assert_uint_eq(counters->busy, 1);
    world.verdicts[WEB] = PROXY_WAIT; /* it is being restarted, and finishes this one first */
    proxy_service_changed(world.proxy, WEB);
    struct peer other = peer_connect(world.loop, AF_INET, proxy_port(world.proxy));
    peer_says(&other, GET);
    wait_until_parked(&world, 1);
    ck_assert_uint_eq(counters->busy, 1);
    peer_says(&service, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK");
    hear_response(&world.client, 200, "OK");
    ck_assert_uint_eq(counters->busy, 0);
    peer_hears_end(&service); /* of the old process: not kept for the new one */
    peer_close(&service);
    world.verdicts[WEB] = PROXY_READY;
    proxy_service_changed(world.proxy, WEB);
    service = accept_service(&world);
    service.partner = &other;
    hear_request(&service, "");
    peer_says(&service, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\nfirst");
    peer_hears(&other, "first");
    ck_assert_uint_eq(counters->busy, 0); /* a stream of events has no end to wait for */
    ck_assert_uint_eq(counters->active, 1);
    peer_close(&service);
    peer_close(&other);
    close_world(&world);
}
END_TEST

START_TEST(a_pooled_connection_that_died_is_replaced)
{
    struct world world;
    struct peer old;
    open_world(&world);
    prime_pool(&world, &old);
    peer_says(&world.client, GET);
    hear_request(&old, "");
    peer_close(&old); /* after it took the request, before it answered */
    struct peer service = accept_service(&world);
    hear_request(&service, "");
    peer_close(&service); /* a second time it is told */
    peer_hears(&world.client, "HTTP/1.1 502");
    close_world(&world);
}
END_TEST

/* The proxy hears of the death of a connection before it hears of that of the process. */
START_TEST(a_service_that_was_killed_is_waited_for)
{
    struct world world;
    struct peer old;
    open_world(&world);
    prime_pool(&world, &old);
    peer_says(&world.client, GET);
    hear_request(&old, "");
    peer_close(&old);
    struct peer service = accept_service(&world);
    hear_request(&service, "");
    peer_close(&service);
    world.verdicts[WEB] = PROXY_WAIT;
    while (proxy_counters(world.proxy, WEB)->parked == 0)
        ev_run(world.loop, EVRUN_ONCE);
    world.verdicts[WEB] = PROXY_READY;
    proxy_service_changed(world.proxy, WEB);
    service = accept_service(&world);
    hear_request(&service, "");
    if (_i == 0)
        peer_says(&service, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK");
    else
        peer_close(&service); /* the third one is the last */
    if (_i == 0)
        hear_response(&world.client, 200, "OK");
    else
        peer_hears(&world.client, "HTTP/1.1 502");
    peer_close(&service);
    close_world(&world);
}
END_TEST

START_TEST(a_post_is_sent_once)
{
    struct world world;
    struct peer idle;
    open_world(&world);
    prime_pool(&world, &idle);
    peer_says(&world.client, "POST / HTTP/1.1\r\n" HOST "Content-Length: 2\r\n\r\nhi");
    struct peer service = accept_service(&world);
    hear_request(&service, "hi");
    peer_close(&service);
    peer_hears(&world.client, "HTTP/1.1 502");
    ck_assert(!wire_wait(world.loop, world.listening, EV_READ, 0.01));
    peer_close(&idle);
    close_world(&world);
}
END_TEST

START_TEST(the_pool_of_a_stopped_service_is_closed)
{
    struct world world;
    struct peer old;
    open_world(&world);
    prime_pool(&world, &old);
    world.verdicts[WEB] = PROXY_WAIT;
    proxy_service_changed(world.proxy, WEB);
    peer_hears_end(&old);
    peer_close(&old);
    close_world(&world);
}
END_TEST

START_TEST(bytes_that_nobody_asked_for_close_a_pooled_connection)
{
    struct world world;
    struct peer old;
    open_world(&world);
    prime_pool(&world, &old);
    peer_says(&old, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil");
    peer_hears_end(&old);
    peer_says(&world.client, GET);
    struct peer service = accept_service(&world);
    hear_request(&service, "");
    peer_says(&service, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK");
    hear_response(&world.client, 200, "OK");
    peer_close(&old);
    peer_close(&service);
    close_world(&world);
}
END_TEST

START_TEST(both_families_are_served)
{
    struct world world;
    open_world(&world);
    struct peer client = peer_connect(world.loop, AF_INET6, proxy_port(world.proxy));
    peer_says(&client, GET);
    struct peer service = accept_service(&world);
    peer_hears(&service, "X-Forwarded-For: ::1\r\n");
    peer_close(&service);
    /* A GET is tried once more, since the service may just have been killed. */
    service = accept_service(&world);
    peer_hears(&service, "X-Forwarded-For: ::1\r\n");
    peer_close(&service);
    peer_hears(&client, "HTTP/1.1 502");
    peer_close(&client);
    close_world(&world);
}
END_TEST

START_TEST(a_port_that_is_taken_is_told)
{
    struct world world;
    struct strbuf holder = {0};
    char pid[32];
    open_world(&world);
    uint16_t port =
        proxy_port(world.proxy); /* free for both families: nobody else has half of it */
    proxy_stop(world.proxy);
    int other = wire_listen_at(_i == 0 ? AF_INET : AF_INET6, port);
    ck_assert_int_eq(proxy_start(world.proxy, port), -EADDRINUSE);
    ck_assert(port_holder(port, &holder));
    snprintf(pid, sizeof pid, "pid %d (", getpid());
    ck_assert_msg(strstr(holder.ptr, pid), "%s", holder.ptr);
    strbuf_clear(&holder);
    close(other);
    ck_assert(!port_holder(port, &holder));
    ck_assert_int_eq(proxy_start(world.proxy, port), 0);
    strbuf_finish(&holder);
    close_world(&world);
}
END_TEST

/* Nobody else would tell that it has left: its service says nothing. */
START_TEST(a_listener_that_leaves_is_noticed_while_too_much_is_held)
{
    struct world world;
    open_world(&world);
    world.proxy->held_bytes += PROXY_HELD_BYTES;
    peer_says(&world.client, GET);
    struct peer service = accept_service(&world);
    hear_request(&service, "");
    peer_says(&service, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\nfirst");
    peer_hears(&world.client, "first");
    peer_close(&world.client);
    service.partner = NULL;
    peer_hears_end(&service);
    world.proxy->held_bytes -= PROXY_HELD_BYTES;
    ck_assert_uint_eq(proxy_counters(world.proxy, WEB)->active, 0);
    peer_close(&service);
    close_world(&world);
}
END_TEST

START_TEST(stopping_closes_everything)
{
    struct world world;
    open_world(&world);
    struct peer idle = peer_connect(world.loop, AF_INET, proxy_port(world.proxy));
    peer_says(&world.client, "POST / HTTP/1.1\r\n" HOST "Content-Length: 50\r\n\r\nhello");
    struct peer service = accept_service(&world);
    peer_hears(&service, "hello");
    proxy_stop(world.proxy);
    peer_hears_end(&service);
    peer_hears_end(&idle);
    peer_hears_end(&world.client);
    ck_assert_uint_eq(proxy_counters(world.proxy, WEB)->active, 0);
    peer_close(&service);
    peer_close(&idle);
    close_world(&world);
}
END_TEST

/* Idle, parked, in the middle of an answer, and waiting for a change on the page of a failure. */
START_TEST(the_last_words_are_said)
{
    struct world world;
    open_world(&world);
    uint16_t port = proxy_port(world.proxy);
    struct peer idle = peer_connect(world.loop, AF_INET, port);
    struct peer parked = peer_connect(world.loop, AF_INET, port);
    struct peer page = peer_connect(world.loop, AF_INET, port);
    peer_says(&idle, "GET / HTTP/1.1\r\nHost: web.example\r\n\r\n");
    peer_hears(&idle, "</html>\n");
    peer_says(&world.client, GET);
    struct peer service = accept_service(&world);
    hear_request(&service, "");
    peer_says(&service, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfirst");
    peer_hears(&world.client, "first");
    world.verdicts[WEB] = PROXY_WAIT;
    peer_says(&parked, "POST / HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nhello");
    wait_until_parked(&world, 1);
    world.verdicts[API] = PROXY_DOWN;
    peer_says(&page, "HEAD / HTTP/1.1\r\nHost: api.localhost\r\n\r\n");
    peer_hears(&page, "\r\n\r\n");
    char id[17] = {0};
    memcpy(id, strstr(page.in.ptr, "X-A3s-Trouble: ") + strlen("X-A3s-Trouble: "), 16);
    peer_forget(&page);
    peer_says(&page, "HEAD / HTTP/1.1\r\nHost: api.localhost\r\nX-A3s-Await: ");
    peer_says(&page, id);
    peer_says(&page, "\r\n\r\n");
    while (proxy_counters(world.proxy, API)->parked == 0)
        ev_run(world.loop, EVRUN_ONCE);
    world.verdicts[WEB] = PROXY_ENDING;
    proxy_service_changed(world.proxy, WEB);
    peer_hears(&parked, "<h1>a3s is stopping</h1>");
    proxy_wind_up(world.proxy);
    ck_assert_uint_eq(proxy_port(world.proxy), 0);
    peer_hears_end(&idle);
    peer_hears_end(&parked);
    peer_hears_end(&page); /* without an answer: its script asks again, until a3s is back */
    ck_assert_str_eq(strbuf_text(&page.in), "");
    ck_assert(!proxy_is_quiet(world.proxy));
    peer_says(&service, "-last");
    hear_response(&world.client, 200, "first-last");
    peer_hears_end(&world.client);
    while (!proxy_is_quiet(world.proxy))
        ev_run(world.loop, EVRUN_ONCE);
    peer_close(&service);
    peer_close(&idle);
    peer_close(&parked);
    peer_close(&page);
    close_world(&world);
}
END_TEST

/* It is not a3s that ends, and what the service has done is not known: it was not refused. */
START_TEST(what_a_service_breaks_off_while_the_proxy_ends_is_its_own)
{
    struct world world;
    open_world(&world);
    peer_says(&world.client, "POST / HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nhello");
    struct peer service = accept_service(&world);
    peer_hears(&service, "hello");
    proxy_wind_up(world.proxy);
    peer_close(&service);
    peer_hears(&world.client, "HTTP/1.1 502 ");
    peer_hears_end(&world.client);
    close_world(&world);
}
END_TEST

START_TEST(it_begins_anew_after_the_last_words)
{
    struct world world;
    open_world(&world);
    world.verdicts[WEB] = PROXY_WAIT;
    peer_says(&world.client, GET);
    wait_until_parked(&world, 1);
    uint16_t port = proxy_port(world.proxy);
    proxy_wind_up(world.proxy);
    peer_hears(&world.client, "<h1>The proxy is stopping</h1>");
    peer_hears_end(&world.client);
    ck_assert_int_eq(proxy_move(world.proxy, port), 0);
    world.verdicts[WEB] = PROXY_READY;
    struct peer other = peer_connect(world.loop, AF_INET, port);
    peer_says(&other, GET);
    struct peer service = accept_service(&world);
    service.partner = &other;
    hear_request(&service, "");
    peer_says(&service, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK");
    hear_response(&other, 200, "OK");
    peer_close(&service);
    peer_close(&other);
    close_world(&world);
}
END_TEST

static void set_fault(struct world *world, uint32_t delay_ms, uint16_t error)
{
    struct fault fault = {.delay_ms = delay_ms, .error = error, .rate = FAULT_RATE_ALL};
    proxy_set_fault(world->proxy, WEB, &fault);
}

START_TEST(an_error_on_purpose_is_answered_here)
{
    struct world world;
    open_world(&world);
    world.verdicts[WEB] = _i ? PROXY_DOWN : PROXY_READY;
    set_fault(&world, _i ? 5 : 0, 503);
    peer_says(&world.client, "GET / HTTP/1.1\r\n" HOST "X-Request-Id: x1\r\n\r\n");
    peer_hears(&world.client, "X-A3s-Fault: error\r\n");
    peer_hears(&world.client, "X-Request-Id: x1\r\n");
    peer_hears(&world.client, "</html>\n");
    ck_assert_mem_eq(world.client.in.ptr, "HTTP/1.1 503", 12);
    ck_assert(!wire_wait(world.loop, world.listening, EV_READ, 0.01));
    ck_assert_uint_eq(proxy_fault(world.proxy, WEB)->hits, 1);
    ck_assert_uint_eq(proxy_counters(world.proxy, WEB)->errors, 1);
    ck_assert_uint_eq(proxy_counters(world.proxy, WEB)->latency.count, 0);
    /* The connection is still good, and the fault ends. */
    peer_forget(&world.client);
    world.verdicts[WEB] = PROXY_READY;
    proxy_set_fault(world.proxy, WEB, &(struct fault){0});
    peer_says(&world.client, GET);
    struct peer service = accept_service(&world);
    hear_request(&service, "");
    peer_says(&service, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK");
    peer_hears(&world.client, "OK");
    ck_assert_ptr_null(strstr(world.client.in.ptr, "X-A3s-Fault"));
    peer_close(&service);
    close_world(&world);
}
END_TEST

START_TEST(a_delayed_request_goes_on)
{
    struct world world;
    open_world(&world);
    set_fault(&world, 20, 0);
    peer_says(&world.client, "POST / HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nhel");
    while (proxy_counters(world.proxy, WEB)->active == 0)
        ev_run(world.loop, EVRUN_ONCE);
    peer_says(&world.client, "lo");
    struct peer service = accept_service(&world);
    hear_request(&service, "hello");
    peer_says(&service, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK");
    peer_hears(&world.client, "X-A3s-Fault: delay\r\n");
    hear_response(&world.client, 200, "OK");
    /* The latency is that which the client saw. */
    ck_assert_double_ge(latency_quantile(&proxy_counters(world.proxy, WEB)->latency, 1.), 0.02);
    peer_close(&service);
    close_world(&world);
}
END_TEST

START_TEST(a_delayed_client_may_leave)
{
    struct world world;
    open_world(&world);
    set_fault(&world, FAULT_DELAY_MAX, 0);
    peer_says(&world.client, GET);
    while (proxy_counters(world.proxy, WEB)->active == 0)
        ev_run(world.loop, EVRUN_ONCE);
    peer_close(&world.client);
    wire_until(world.loop, &world.done);
    ck_assert_uint_eq(world.status, 0);
    ck_assert_uint_eq(proxy_counters(world.proxy, WEB)->active, 0);
    close_world(&world);
}
END_TEST

enum { CROWD = 300, BODY = 128 << 10 }; /* more than may be held */
#define POST_BODY "POST / HTTP/1.1\r\n" HOST "Content-Length: 131072\r\n\r\n"

static void gather(struct world *world, struct peer *crowd)
{
    for (int i = 0; i < CROWD; i++) {
        crowd[i] = peer_connect(world->loop, AF_INET, proxy_port(world->proxy));
        peer_says(&crowd[i], POST_BODY);
    }
}

/* Of each body what the socket takes now. */
static void press(struct peer *crowd, size_t *sent, const char *body)
{
    for (int i = 0; i < CROWD; i++) {
        ssize_t count = send(crowd[i].fd, body, BODY - sent[i], MSG_NOSIGNAL);
        sent[i] += count > 0 ? (size_t)count : 0;
    }
}

/* Delayed or parked, all of them together; one that comes after them still gets through. */
START_TEST(what_waits_is_bounded_in_all)
{
    struct world world;
    struct peer crowd[CROWD];
    size_t sent[CROWD] = {0};
    char *body = malloc(BODY + 1);
    memset(body, 'x', BODY);
    body[BODY] = '\0';
    open_world(&world);
    world.verdicts[WEB] = _i ? PROXY_WAIT : PROXY_READY;
    if (_i == 0)
        set_fault(&world, FAULT_DELAY_MAX, 0);
    gather(&world, crowd);
    while (world.proxy->held_bytes < PROXY_HELD_BYTES) {
        press(crowd, sent, body);
        ev_run(world.loop, EVRUN_NOWAIT);
    }
    for (int i = 0; i < 100; i++) { /* whatever else can be read would be */
        press(crowd, sent, body);
        ev_run(world.loop, EVRUN_NOWAIT);
    }
    ck_assert_uint_lt(world.proxy->held_bytes, PROXY_HELD_BYTES + 2 * BUFFER_LIMIT + CROWD * 2048);
    world.verdicts[WEB] = PROXY_READY;
    set_fault(&world, 20, 0);
    peer_says(&world.client, POST_BODY);
    struct peer service = accept_service(&world);
    service.partner = NULL;
    world.client.partner = &service;
    peer_send(&world.client, body, BODY);
    hear_request(&service, body);
    for (int i = 0; i < CROWD; i++)
        peer_close(&crowd[i]);
    peer_close(&service);
    proxy_stop(world.proxy);
    ck_assert_uint_eq(world.proxy->held_bytes, 0);
    free(body);
    close_world(&world);
}
END_TEST

/* Whether the first of them waits for its service, or for the service's answer. */
START_TEST(what_is_behind_other_requests_is_bounded_in_all)
{
    struct world world;
    struct peer crowd[CROWD];
    size_t sent[CROWD] = {0};
    struct strbuf requests = {0};
    while (requests.len < BODY)
        strbuf_adds(&requests, GET);
    open_world(&world);
    world.verdicts[WEB] = _i ? PROXY_WAIT : PROXY_READY;
    for (int i = 0; i < CROWD; i++)
        crowd[i] = peer_connect(world.loop, AF_INET, proxy_port(world.proxy));
    while (world.proxy->held_bytes < PROXY_HELD_BYTES) {
        press(crowd, sent, requests.ptr);
        ev_run(world.loop, EVRUN_NOWAIT);
    }
    for (int i = 0; i < 100; i++) { /* whatever else can be read would be */
        press(crowd, sent, requests.ptr);
        ev_run(world.loop, EVRUN_NOWAIT);
    }
    ck_assert_uint_eq(proxy_counters(world.proxy, WEB)->active, CROWD);
    ck_assert_uint_lt(world.proxy->held_bytes, PROXY_HELD_BYTES + 2 * BUFFER_LIMIT + CROWD * 3072);
    for (int i = 0; i < CROWD; i++)
        peer_close(&crowd[i]);
    proxy_stop(world.proxy);
    ck_assert_uint_eq(world.proxy->held_bytes, 0);
    strbuf_finish(&requests);
    close_world(&world);
}
END_TEST

START_TEST(nobody_waits_when_too_much_is_held)
{
    struct world world;
    char value[3000];
    memset(value, 'x', sizeof value);
    value[sizeof value - 1] = '\0';
    open_world(&world);
    world.verdicts[WEB] = PROXY_WAIT;
    world.proxy->held_bytes = PROXY_HELD_MAX;
    peer_says(&world.client, GET);
    peer_hears(&world.client, "<h1>Too many requests wait for services</h1>");
    world.proxy->held_bytes = 0;
    struct peer other = peer_connect(world.loop, AF_INET, proxy_port(world.proxy));
    peer_says(&other, "GET / HTTP/1.1\r\n" HOST "Cookie: ");
    peer_says(&other, value);
    peer_says(&other, "\r\n\r\n");
    wait_until_parked(&world, 1);
    ck_assert_uint_ge(world.proxy->held_bytes, 2 * sizeof value); /* its head, and as it is sent */
    peer_close(&other);
    wait_until_parked(&world, 0);
    ck_assert_uint_eq(world.proxy->held_bytes, 0);
    close_world(&world);
}
END_TEST

START_TEST(a_tunnel_is_left_alone)
{
    struct world world;
    open_world(&world);
    set_fault(&world, 0, 500);
    peer_says(&world.client,
              "GET / HTTP/1.1\r\n" HOST "Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
    struct peer service = accept_service(&world);
    peer_hears(&service, "Upgrade: websocket\r\n");
    peer_close(&service);
    ck_assert_uint_eq(proxy_fault(world.proxy, WEB)->hits, 0);
    close_world(&world);
}
END_TEST

static const struct {
    bool own_before, own_after;
    const char *framing, *body, *heard;
} moves[] = {
    {true, true, "", "", ""},
    {true, true, "Content-Length: 5\r\n", "hel", "hello"},
    {true, true, "Transfer-Encoding: chunked\r\n", "3\r\nhel\r\n", "hello"},
    {true, false, "Content-Length: 5\r\n", "hel", "hello"},
    {false, true, "Content-Length: 5\r\n", "hel", "hello"},
};
#define MOVES (int)(sizeof moves / sizeof *moves)

/* While a request waits its service, or the one that its host is routed to now, is elsewhere. */
START_TEST(the_host_that_is_sent_is_that_of_the_present)
{
    struct world world;
    struct plan_service services[2] = {0}, after[2] = {0};
    static const uint32_t to[] = {[WEB] = PLAN_NONE, [API] = API};
    char expected[64];
    open_world(&world);
    uint16_t port = world.port;
    struct plan plan = world.plan, next = world.plan;
    memcpy(services, plan.services, sizeof services);
    memcpy(after, plan.services, sizeof after);
    services[WEB].flags = moves[_i].own_before ? PLAN_SERVICE_OWN_HOST : 0;
    after[WEB].flags = moves[_i].own_after ? PLAN_SERVICE_OWN_HOST : 0;
    world.plan.services = services;
    next.services = after;
    world.port = 1;
    world.verdicts[WEB] = PROXY_WAIT;
    peer_says(&world.client, "POST / HTTP/1.1\r\n" HOST);
    peer_says(&world.client, moves[_i].framing);
    peer_says(&world.client, "\r\n");
    peer_says(&world.client, moves[_i].body);
    wait_until_parked(&world, 1);
    ev_run(world.loop, EVRUN_NOWAIT);
    ck_assert(proxy_adopt(world.proxy, &next, to));
    world.port = port;
    world.verdicts[WEB] = PROXY_READY;
    proxy_service_changed(world.proxy, WEB);
    struct peer service = accept_service(&world);
    peer_hears(&service, "\r\n\r\n");
    snprintf(expected, sizeof expected, "\r\nHost: localhost:%u\r\n", port);
    ck_assert_ptr_nonnull(strstr(service.in.ptr, moves[_i].own_after ? expected : "\r\n" HOST));
    ck_assert_ptr_null(strstr(strstr(service.in.ptr, "\r\nHost: ") + 1, "\r\nHost: "));
    if (*moves[_i].heard)
        peer_says(&world.client, strchr(moves[_i].framing, 'T') ? "2\r\nlo\r\n0\r\n\r\n" : "lo");
    hear_request(&service, moves[_i].heard);
    peer_close(&service);
    close_world(&world);
}
END_TEST

static bool waits_to_redial(const struct world *world)
{
    const struct link *last = world->proxy->clients.prev;
    if (last == &world->proxy->clients)
        return false;
    const struct exchange *exchange = container_of(last, struct client, link)->exchange;
    return exchange && exchange->state == EXCHANGE_DIALING && !exchange->upstream;
}

START_TEST(who_dials_in_vain_goes_where_the_route_goes)
{
    struct world world;
    static const struct plan_route routes[] = {{.host = {22, 13}, .service = API}};
    static const uint32_t to[] = {[WEB] = PLAN_NONE, [API] = API};
    open_world(&world);
    struct plan next = world.plan;
    uint16_t port = world.port;
    next.routes = routes;
    next.route_count = 1;
    world.port = wire_free_port();
    peer_says(&world.client, GET);
    while (!waits_to_redial(&world))
        ev_run(world.loop, EVRUN_ONCE);
    world.port = port;
    ck_assert(proxy_adopt(world.proxy, &next, to));
    ck_assert_uint_eq(proxy_counters(world.proxy, API)->active, 1);
    struct peer service = accept_service(&world);
    hear_request(&service, "");
    peer_close(&service);
    close_world(&world);
}
END_TEST

/* Those that wait for it are told under the name that it had. */
START_TEST(a_service_that_goes_is_told_of_before)
{
    struct world world;
    static const struct plan_route routes[] = {{.host = {4, 13}, .service = 0}};
    static const uint32_t to[] = {[WEB] = PLAN_NONE, [API] = 0};
    open_world(&world);
    struct plan next = world.plan;
    next.services = &world.plan.services[API];
    next.service_count = next.route_count = 1;
    next.routes = routes;
    world.verdicts[WEB] = PROXY_WAIT;
    peer_says(&world.client, GET);
    wait_until_parked(&world, 1);
    proxy_dismiss(world.proxy, &next, to);
    ck_assert_uint_eq(world.accesses, 1);
    ck_assert_uint_eq(world.status, 503);
    ck_assert_uint_eq(world.service, WEB);
    ck_assert_uint_eq(proxy_counters(world.proxy, WEB)->errors, 1);
    ck_assert(proxy_adopt(world.proxy, &next, to));
    ck_assert_uint_eq(world.accesses, 1);
    ck_assert_uint_eq(proxy_counters(world.proxy, 0)->active, 0);
    ck_assert_uint_eq(proxy_counters(world.proxy, 0)->errors, 0);
    peer_hears(&world.client, "<h1>The service is gone</h1>");
    close_world(&world);
}
END_TEST

/* The services change places; a delayed request and the fault go with theirs. */
/* One that was under way during a reload, of a process that ends after it. */
START_TEST(a_connection_of_before_the_plan_is_not_kept)
{
    static const uint32_t to[] = {[WEB] = WEB, [API] = API};
    struct world world;
    open_world(&world);
    struct plan next = world.plan;
    world.verdicts[WEB] = PROXY_WAIT;
    proxy_service_changed(world.proxy, WEB);
    world.verdicts[WEB] = PROXY_READY;
    proxy_service_changed(world.proxy, WEB);
    peer_says(&world.client, GET);
    struct peer service = accept_service(&world);
    hear_request(&service, "");
    ck_assert(proxy_adopt(world.proxy, &next, to));
    world.verdicts[WEB] = PROXY_WAIT;
    proxy_service_changed(world.proxy, WEB);
    peer_says(&service, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK");
    hear_response(&world.client, 200, "OK");
    ck_assert_uint_eq(world.proxy->pool.idle_count[WEB], 0);
    peer_hears_end(&service);
    peer_close(&service);
    close_world(&world);
}
END_TEST

START_TEST(another_plan_keeps_faults)
{
    struct world world;
    static const uint32_t to[] = {[WEB] = WEB, [API] = PLAN_NONE};
    open_world(&world);
    set_fault(&world, 30, 0);
    peer_says(&world.client, GET);
    while (proxy_counters(world.proxy, WEB)->active == 0)
        ev_run(world.loop, EVRUN_ONCE);
    ck_assert(proxy_adopt(world.proxy, &world.plan, to));
    ck_assert_uint_eq(proxy_fault(world.proxy, WEB)->delay_ms, 30);
    ck_assert(!fault_is_on(proxy_fault(world.proxy, API)));
    struct peer service = accept_service(&world);
    hear_request(&service, "");
    peer_close(&service);
    close_world(&world);
}
END_TEST

int main(void)
{
    struct suite s = suite_begin("proxy");
    SUITE_CASE(s, a_request_waits_for_its_service);
    SUITE_CASE(s, a_large_request_waits_within_bounds);
    SUITE_CASE(s, a_parked_client_that_leaves_frees_its_place);
    SUITE_CASE(s, a_request_does_not_wait_for_ever);
    SUITE_CASE(s, a_service_that_is_down_is_explained);
    SUITE_CASE(s, only_a_get_is_loaded_again);
    SUITE_CASE(s, the_page_waits_for_a_change);
    SUITE_CASE(s, a_service_that_refuses_is_tried_for_a_while);
    SUITE_CASE(s, one_request_tries_a_service_that_does_not_listen_yet);
    SUITE_CASE(s, a_service_that_never_listens_is_given_up_after_the_hold);
    SUITE_CASE(s, what_is_under_way_is_counted_until_it_is_answered);
    SUITE_CASE(s, a_pooled_connection_that_died_is_replaced);
    SUITE_LOOP(s, a_service_that_was_killed_is_waited_for, 0, 2);
    SUITE_CASE(s, a_post_is_sent_once);
    SUITE_CASE(s, the_pool_of_a_stopped_service_is_closed);
    SUITE_CASE(s, bytes_that_nobody_asked_for_close_a_pooled_connection);
    SUITE_CASE(s, both_families_are_served);
    SUITE_LOOP(s, a_port_that_is_taken_is_told, 0, 2);
    SUITE_CASE(s, a_listener_that_leaves_is_noticed_while_too_much_is_held);
    SUITE_CASE(s, stopping_closes_everything);
    SUITE_CASE(s, the_last_words_are_said);
    SUITE_CASE(s, what_a_service_breaks_off_while_the_proxy_ends_is_its_own);
    SUITE_CASE(s, it_begins_anew_after_the_last_words);
    SUITE_LOOP(s, an_error_on_purpose_is_answered_here, 0, 2);
    SUITE_CASE(s, a_delayed_request_goes_on);
    SUITE_CASE(s, a_delayed_client_may_leave);
    SUITE_LOOP(s, what_waits_is_bounded_in_all, 0, 2);
    SUITE_LOOP(s, what_is_behind_other_requests_is_bounded_in_all, 0, 2);
    SUITE_CASE(s, a_tunnel_is_left_alone);
    SUITE_CASE(s, another_plan_keeps_faults);
    SUITE_CASE(s, a_connection_of_before_the_plan_is_not_kept);
    SUITE_CASE(s, nobody_waits_when_too_much_is_held);
    SUITE_LOOP(s, the_host_that_is_sent_is_that_of_the_present, 0, MOVES);
    SUITE_CASE(s, who_dials_in_vain_goes_where_the_route_goes);
    SUITE_CASE(s, a_service_that_goes_is_told_of_before);
    return suite_run(s);
}
