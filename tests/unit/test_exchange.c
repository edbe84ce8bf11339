#include "client.h"
#include "proxy_parts.h"
#include "proxy_world.h"
#include "request_id.h"
#include "suite.h"

#include <malloc.h>
#include <sys/socket.h>
#include <unistd.h>

START_TEST(heads_are_written_anew)
{
    struct world world;
    open_world(&world);
    peer_says(&world.client,
              "GET /a?b HTTP/1.1\r\nhost: WEB.localhost:7080\r\nConnection: keep-alive, X-Mine\r\n"
              "X-Mine: 1\r\nKeep-Alive: timeout=5\r\nTE: gzip\r\nOrigin: http://web.localhost\r\n"
              "X-Forwarded-For: 6.6.6.6\r\nX-Forwarded-Host: evil\r\nForwarded: for=x\r\n"
              "X-Request-Id: mine-1\r\nUpgrade: h2c\r\n\r\n");
    struct peer service = accept_service(&world);
    peer_hears(&service, "\r\n\r\n");
    struct strbuf expected = {0};
    strbuf_addf(&expected,
                "GET /a?b HTTP/1.1\r\nHost: WEB.localhost:7080\r\nOrigin: http://web.localhost\r\n"
                "X-Forwarded-For: 6.6.6.6, 127.0.0.1\r\nX-Forwarded-Host: WEB.localhost:7080\r\n"
                "X-Forwarded-Proto: http\r\nX-Forwarded-Port: %u\r\nX-A3s-Hops: 1\r\n"
                "X-Request-Id: mine-1\r\n\r\n",
                proxy_port(world.proxy));
    ck_assert_str_eq(strbuf_text(&service.in), strbuf_text(&expected));
    peer_says(&service, "HTTP/1.1 200 Fine\r\nConnection: X-Own\r\nX-Own: 1\r\nKeep-Alive: x\r\n"
                        "Set-Cookie: a\r\nSet-Cookie: b\r\nX-Request-Id: another\r\n"
                        "X-A3s-Fault: error\r\nContent-Length: 2\r\n\r\nOK");
    peer_hears(&world.client, "OK");
    ck_assert_str_eq(strbuf_text(&world.client.in),
                     "HTTP/1.1 200 Fine\r\nSet-Cookie: a\r\nSet-Cookie: b\r\n"
                     "X-Request-Id: mine-1\r\nContent-Length: 2\r\n\r\nOK");
    strbuf_finish(&expected);
    peer_close(&service);
    close_world(&world);
}
END_TEST

static const char *const no_ids[] = {
    "",
    "X-Request-Id: \r\n",
    "X-Request-Id: a b\r\n",
    "X-Request-Id: a\"\r\n",
    "X-Request-Id: a\r\nX-Request-Id: b\r\n",
};
#define NO_IDS (int)(sizeof no_ids / sizeof *no_ids)

/* The value of the header in what the peer has heard. */
static void heard_id(const struct peer *peer, char out_id[64])
{
    const char *at = strstr(strbuf_text(&peer->in), "X-Request-Id: ");
    ck_assert_ptr_nonnull(at);
    ck_assert_int_eq(sscanf(at, "X-Request-Id: %63s", out_id), 1);
    ck_assert_ptr_null(strstr(at + 1, "X-Request-Id: "));
}

START_TEST(a_request_without_a_good_id_gets_one)
{
    struct world world;
    struct strbuf request = {0};
    char up[64], down[64];
    open_world(&world);
    strbuf_addf(&request, "GET /a HTTP/1.1\r\n" HOST "%s\r\n", no_ids[_i]);
    peer_says(&world.client, request.ptr);
    struct peer service = accept_service(&world);
    peer_hears(&service, "\r\n\r\n");
    heard_id(&service, up);
    ck_assert_uint_eq(strlen(up), REQUEST_ID_MADE);
    peer_says(&service, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK");
    peer_hears(&world.client, "\r\n\r\nOK");
    heard_id(&world.client, down);
    ck_assert_str_eq(up, down);
    wire_until(world.loop, &world.done);
    ck_assert_str_eq(world.id, up);
    ck_assert_str_eq(world.path, "/a");
    strbuf_finish(&request);
    peer_close(&service);
    close_world(&world);
}
END_TEST

START_TEST(connections_are_kept_on_both_sides)
{
    struct world world;
    open_world(&world);
    peer_says(&world.client, GET);
    struct peer service = accept_service(&world);
    for (unsigned i = 1; i <= 3; i++) {
        hear_request(&service, "");
        peer_says(&service, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK");
        hear_response(&world.client, 200, "OK");
        ck_assert_uint_eq(proxy_counters(world.proxy, WEB)->requests, i);
        peer_says(&world.client, GET);
    }
    hear_request(&service, "");
    ck_assert_uint_eq(world.accesses, 3);
    ck_assert_uint_eq(proxy_counters(world.proxy, WEB)->bytes, 6);
    ck_assert_uint_eq(proxy_counters(world.proxy, WEB)->latency.count, 3);
    ck_assert_uint_eq(proxy_counters(world.proxy, WEB)->active, 1);
    peer_close(&service);
    close_world(&world);
}
END_TEST

START_TEST(pipelined_requests_are_answered_in_order)
{
    struct world world;
    open_world(&world);
    peer_says(&world.client, "GET /1 HTTP/1.1\r\n" HOST "\r\n"
                             "POST /2 HTTP/1.1\r\n" HOST "Content-Length: 2\r\n\r\nhi"
                             "GET /3 HTTP/1.1\r\n" HOST "\r\n");
    if (_i)
        peer_shut(&world.client);
    for (int i = 1; i <= 3; i++) {
        static struct peer service;
        if (i < 3)
            service = accept_service(&world);
        char text[64];
        snprintf(text, sizeof text, " /%d HTTP/1.1\r\n", i);
        peer_hears(&service, text);
        hear_request(&service, i == 2 ? "hi" : "");
        ck_assert_uint_eq(service.in.len, 0);
        snprintf(text, sizeof text, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n%d", i);
        if (i == 1) /* the next one is a POST: it takes a new connection */
            snprintf(text, sizeof text, "HTTP/1.0 200 OK\r\n\r\n%d", i);
        peer_says(&service, text);
        if (i != 2)
            peer_close(&service);
        snprintf(text, sizeof text, "%d", i);
        hear_response(&world.client, 200, text);
    }
    if (_i)
        peer_hears_end(&world.client);
    close_world(&world);
}
END_TEST

START_TEST(large_chunked_bodies_pass_both_ways)
{
    struct world world;
    const size_t size = 1 << 20;
    char *bytes = malloc(size + 1);
    for (size_t i = 0; i < size; i++)
        bytes[i] = (char)('a' + i % 23);
    bytes[size] = '\0';
    open_world(&world);
    peer_says(&world.client, "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n");
    struct peer service = accept_service(&world);
    world.client.partner = &service;
    say_chunked(&world.client, bytes, size);
    service.partner = &world.client;
    hear_request(&service, bytes);
    peer_says(&service, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    say_chunked(&service, bytes, size);
    hear_response(&world.client, 200, bytes);
    free(bytes);
    peer_close(&service);
    close_world(&world);
}
END_TEST

static const struct {
    const char *request, *answer, *heard;
    bool closes; /* the service, after its answer; the client hears the end */
    bool ends;
} answers[] = {
    {GET, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;x\r\nOK\r\n0\r\nT: x\r\n\r\n",
     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nOK\r\n0\r\n\r\n", false, false},
    {GET, "HTTP/1.1 200 OK\r\n\r\nuntil", /* its end is told by a chunk */
     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", true, false},
    {"GET / HTTP/1.0\r\n" HOST "\r\n",
     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nOK\r\n0\r\n\r\n",
     "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nOK", false, true},
    {"HEAD / HTTP/1.1\r\n" HOST "\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n",
     "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n", false, false},
    {GET, "HTTP/1.1 204 No Content\r\n\r\n", "HTTP/1.1 204 No Content\r\n\r\n", false, false},
    {GET, "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n",
     "HTTP/1.1 304 Not Modified\r\n\r\n", false, false},
    {GET, "HTTP/1.1 103 Early\r\nLink: a\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
     "HTTP/1.1 103 Early\r\nLink: a\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", false,
     false},
    {"GET / HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n",
     "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK",
     "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nOK", false, true},
    /* cut off: the last chunk must not come */
    {GET, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n", true, true},
};
#define ANSWERS (int)(sizeof answers / sizeof *answers)

/* Each answer has the id of its request: a line that is not the same twice. */
#define ID_LINE_SIZE (sizeof "X-Request-Id: \r\n" - 1 + REQUEST_ID_MADE)

static void forget_id(struct peer *peer)
{
    char *at = strstr(strbuf_text(&peer->in), "X-Request-Id: ");
    ck_assert_ptr_nonnull(at);
    memmove(at, at + ID_LINE_SIZE, strlen(at + ID_LINE_SIZE) + 1);
    peer->in.len -= ID_LINE_SIZE;
}

START_TEST(answers_are_framed_anew)
{
    struct world world;
    open_world(&world);
    peer_says(&world.client, answers[_i].request);
    struct peer service = accept_service(&world);
    peer_hears(&service, "\r\n\r\n");
    peer_says(&service, answers[_i].answer);
    if (answers[_i].closes)
        peer_close(&service);
    if (answers[_i].ends)
        peer_hears_end(&world.client);
    peer_hears_bytes(&world.client, strlen(answers[_i].heard) + ID_LINE_SIZE);
    forget_id(&world.client);
    if (_i == 1)
        hear_response(&world.client, 200, "until");
    else
        ck_assert_str_eq(strbuf_text(&world.client.in), answers[_i].heard);
    peer_close(&service);
    close_world(&world);
}
END_TEST

START_TEST(a_stream_of_events_is_passed_on_at_once)
{
    struct world world;
    open_world(&world);
    peer_says(&world.client, GET);
    struct peer service = accept_service(&world);
    peer_hears(&service, "\r\n\r\n");
    peer_says(&service, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n");
    peer_hears(&world.client, "data: 1\n\n");
    peer_says(&service, "data: 2\n\n");
    peer_hears(&world.client, "data: 2\n\n");
    /* A client that leaves takes the service's connection with it. */
    peer_close(&world.client);
    peer_says(&service, "data: 3\n\n");
    while (!wire_wait(world.loop, service.fd, EV_READ, 0.01))
        send(service.fd, "data\n\n", 6, MSG_NOSIGNAL);
    peer_hears_end(&service);
    peer_close(&service);
    close_world(&world);
}
END_TEST

static struct peer open_tunnel(struct world *world)
{
    peer_says(&world->client, "GET /ws HTTP/1.1\r\n" HOST "Connection: Upgrade\r\n"
                              "Upgrade: websocket\r\nSec-WebSocket-Key: x\r\n\r\nearly");
    struct peer service = accept_service(world);
    peer_hears(&service, "Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
    peer_says(&service, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n"
                        "Upgrade: websocket\r\n\r\nhello");
    peer_hears(&world->client, "\r\n\r\nhello");
    peer_hears(&service, "early");
    return service;
}

START_TEST(a_tunnel_closes_one_half_at_a_time)
{
    struct world world;
    open_world(&world);
    struct peer service = open_tunnel(&world);
    peer_shut(&world.client);
    peer_hears_end(&service);
    peer_says(&service, "still here");
    peer_hears(&world.client, "still here");
    peer_close(&service);
    peer_hears_end(&world.client);
    wire_until(world.loop, &world.done);
    ck_assert_uint_eq(world.status, 101);
    close_world(&world);
}
END_TEST

/* A service that dies resets the connection, and what the client sends then cannot be delivered. */
START_TEST(the_last_words_of_a_tunnel_arrive)
{
    struct world world;
    struct linger now = {.l_onoff = 1};
    open_world(&world);
    struct peer service = open_tunnel(&world);
    peer_says(&service, "going away");
    ck_assert_int_eq(setsockopt(service.fd, SOL_SOCKET, SO_LINGER, &now, sizeof now), 0);
    peer_close(&service);
    peer_says(&world.client, "are you there?"); /* the loop looks at the latest first */
    peer_hears(&world.client, "going away");
    peer_hears_end(&world.client);
    close_world(&world);
}
END_TEST

/* It ends its side before there is a tunnel: the service learns of it all the same. */
START_TEST(a_tunnel_that_one_side_has_ended_before)
{
    struct world world;
    open_world(&world);
    peer_says(&world.client,
              "GET / HTTP/1.1\r\n" HOST "Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
    struct peer service = accept_service(&world);
    peer_hears(&service, "\r\n\r\n");
    peer_shut(&world.client);
    while (!container_of(world.proxy->clients.next, struct client, link)->eof)
        ev_run(world.loop, EVRUN_ONCE);
    peer_says(&service, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n"
                        "Upgrade: websocket\r\n\r\nhello");
    peer_hears(&world.client, "\r\n\r\nhello");
    peer_hears_end(&service);
    peer_close(&service);
    peer_hears_end(&world.client);
    close_world(&world);
}
END_TEST

START_TEST(an_upgrade_that_nobody_asked_for_is_refused)
{
    struct world world;
    open_world(&world);
    peer_says(&world.client, GET);
    struct peer service = accept_service(&world);
    peer_says(&service, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n"
                        "Upgrade: websocket\r\n\r\n");
    peer_hears(&world.client, "HTTP/1.1 502 ");
    peer_close(&service);
    close_world(&world);
}
END_TEST

static const struct {
    const char *request, *status;
    bool closed;
} refused[] = {
    {"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n", "421", false},
    {"GET / HTTP/1.1\r\nHost: other.localhost\r\n\r\n", "421", false},
    {"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", "421", false},
    {"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", "421", false},
    {"GET / HTTP/1.1\r\nX: y\r\n\r\n", "400", true},
    {"GET / HTTP/1.1\r\n" HOST HOST "\r\n", "400", true},
    {"GET / HTTP/1.0\r\n\r\n", "400", true},
    {"GET / HTTP/1.1\r\n" HOST "X-A3s-Hops: 8\r\n\r\n", "508", false},
    {"GET / HTTP/1.1\n" HOST "\n", "400", true},
    {"CONNECT web.localhost:443 HTTP/1.1\r\n" HOST "\r\n", "501", true},
    {"POST / HTTP/1.1\r\n" HOST "Content-Length: 1\r\nContent-Length: 2\r\n\r\n", "400", true},
    {"POST / HTTP/1.1\r\nHost: evil.example\r\nContent-Length: 5\r\n\r\n", "421", true},
};
#define REFUSED (int)(sizeof refused / sizeof *refused)

START_TEST(bad_requests_are_refused)
{
    struct world world;
    open_world(&world);
    peer_says(&world.client, refused[_i].request);
    peer_hears(&world.client, "</html>\n");
    ck_assert_mem_eq(world.client.in.ptr + 9, refused[_i].status, 3);
    /* No page names a service that was not asked for, but to who asks this machine by its name. */
    const char *host = strstr(refused[_i].request, "Host: ");
    bool told = host && strstr(refused[_i].status, "421") && !strstr(host, "evil");
    ck_assert(told == (strstr(world.client.in.ptr, "web") != NULL));
    ck_assert(told == (strstr(world.client.in.ptr, "api") != NULL));
    if (refused[_i].closed)
        peer_hears_end(&world.client);
    else
        peer_says(&world.client, GET);
    ck_assert(wire_wait(world.loop, world.listening, EV_READ, 0.) == false || !refused[_i].closed);
    close_world(&world);
}
END_TEST

START_TEST(an_expected_continue_is_passed_on)
{
    struct world world;
    open_world(&world);
    peer_says(&world.client,
              "POST / HTTP/1.1\r\n" HOST "Expect: 100-continue\r\nContent-Length: 5\r\n\r\n");
    struct peer service = accept_service(&world);
    peer_hears(&service, "Expect: 100-continue\r\n");
    peer_says(&service, "HTTP/1.1 100 Continue\r\n\r\n");
    peer_hears(&world.client, "HTTP/1.1 100 Continue\r\n\r\n");
    peer_says(&world.client, "hello");
    hear_request(&service, "hello");
    peer_close(&service);
    close_world(&world);
}
END_TEST

START_TEST(an_early_answer_reaches_the_client)
{
    struct world world;
    const size_t size = 4 << 20;
    char *bytes = calloc(1, size);
    open_world(&world);
    peer_says(&world.client, "POST / HTTP/1.1\r\n" HOST "Content-Length: 4194304\r\n\r\n");
    struct peer service = accept_service(&world);
    peer_hears(&service, "\r\n\r\n");
    peer_says(&service, "HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n\r\nbig");
    peer_send(&world.client, bytes, size);
    hear_response(&world.client, 413, "big");
    peer_hears_end(&world.client);
    free(bytes);
    peer_close(&service);
    close_world(&world);
}
END_TEST

START_TEST(a_body_that_breaks_off_is_not_passed_on_as_whole)
{
    struct world world;
    open_world(&world);
    peer_says(&world.client, "POST / HTTP/1.1\r\n" HOST "Content-Length: 50\r\n\r\nhello");
    struct peer service = accept_service(&world);
    peer_hears(&service, "hello");
    if (_i == 0)
        peer_shut(&world.client);
    else
        peer_close(&world.client);
    peer_hears_end(&service);
    if (_i == 0)
        peer_hears(&world.client, "HTTP/1.1 400");
    peer_close(&service);
    close_world(&world);
}
END_TEST

START_TEST(a_slow_reader_slows_the_service_down)
{
    struct world world;
    const size_t size = 64 << 20, piece = 64 << 10;
    char *bytes = calloc(1, piece);
    size_t sent = 0, heard = 0;
    open_world(&world);
    peer_says(&world.client, GET);
    struct peer service = accept_service(&world);
    service.partner = NULL;
    peer_hears(&service, "\r\n\r\n");
    size_t before = mallinfo2().uordblks;
    peer_says(&service, "HTTP/1.1 200 OK\r\nContent-Length: 67108864\r\n\r\n");
    while (sent < size && wire_wait(world.loop, service.fd, EV_WRITE, 0.1)) {
        ssize_t count = send(service.fd, bytes, piece, MSG_NOSIGNAL);
        sent += count > 0 ? (size_t)count : 0;
    }
    ck_assert_msg(sent < size, "all was taken at once");
    ck_assert_uint_le(mallinfo2().uordblks, before + (512 << 10));
    for (bool more = true; more;) { /* now it reads: everything comes */
        more = wire_wait(world.loop, world.client.fd, EV_READ, WIRE_PATIENCE);
        peer_drain(&world.client);
        heard += world.client.in.len;
        peer_forget(&world.client);
        ssize_t count = 0;
        if (sent < size)
            count =
                send(service.fd, bytes, size - sent < piece ? size - sent : piece, MSG_NOSIGNAL);
        sent += count > 0 ? (size_t)count : 0;
        more = more && heard < size;
    }
    ck_assert_uint_ge(heard, size);
    free(bytes);
    peer_close(&service);
    close_world(&world);
}
END_TEST

START_TEST(a_slow_service_slows_the_client_down)
{
    struct world world;
    const size_t size = 64 << 20, piece = 64 << 10;
    char *bytes = calloc(1, piece);
    size_t sent = 0, heard = 0;
    open_world(&world);
    peer_says(&world.client, "POST / HTTP/1.1\r\n" HOST "Content-Length: 67108864\r\n\r\n");
    struct peer service = accept_service(&world);
    peer_hears(&service, "\r\n\r\n");
    peer_forget(&service);
    service.partner = world.client.partner = NULL;
    size_t before = mallinfo2().uordblks;
    while (sent < size && wire_wait(world.loop, world.client.fd, EV_WRITE, 0.1)) {
        ssize_t count = send(world.client.fd, bytes, piece, MSG_NOSIGNAL);
        sent += count > 0 ? (size_t)count : 0;
    }
    ck_assert_msg(sent < size, "all was taken at once");
    ck_assert_uint_le(mallinfo2().uordblks, before + (512 << 10));
    while (heard < size && wire_wait(world.loop, service.fd, EV_READ, WIRE_PATIENCE)) {
        size_t left = size - sent < piece ? size - sent : piece;
        peer_drain(&service);
        heard += service.in.len;
        peer_forget(&service);
        ssize_t count = left ? send(world.client.fd, bytes, left, MSG_NOSIGNAL | MSG_DONTWAIT) : 0;
        sent += count > 0 ? (size_t)count : 0;
    }
    ck_assert_uint_eq(heard, size);
    peer_says(&service, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
    hear_response(&world.client, 200, "hi");
    free(bytes);
    peer_close(&service);
    close_world(&world);
}
END_TEST

/* What is no HTTP; half a head; the announcement of an answer that does not come. */
START_TEST(an_answer_that_is_none_is_told)
{
    static const char *const said[] = {"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",
                                       "HTTP/1.1 200 OK\r\nContent-",
                                       "HTTP/1.1 100 Continue\r\n\r\n"};
    struct world world;
    open_world(&world);
    peer_says(&world.client, GET);
    struct peer service = accept_service(&world);
    peer_hears(&service, "\r\n\r\n");
    peer_says(&service, said[_i]);
    if (_i > 0)
        peer_close(&service);
    peer_hears(&world.client, "HTTP/1.1 502");
    peer_close(&service);
    close_world(&world);
}
END_TEST

/* ---- Nothing comes for too long ---- */

static struct client *only_client(const struct world *world)
{
    return container_of(world->proxy->clients.next, struct client, link);
}

/* As if the time that the exchange has for its next piece of progress were over. */
static void let_time_pass(struct world *world)
{
    struct deadline *deadline = &only_client(world)->exchange->deadline;
    ck_assert(deadline->due > 0.);
    deadline->on_due(deadline);
}

/* 0: the service does not answer; 1: the client does not send the rest of its body. */
START_TEST(silence_before_the_answer_is_told)
{
    struct world world;
    open_world(&world);
    peer_says(&world.client,
              _i == 0 ? GET : "POST / HTTP/1.1\r\n" HOST "Content-Length: 50\r\n\r\nhello");
    struct peer service = accept_service(&world);
    peer_hears(&service, _i == 0 ? "\r\n\r\n" : "hello");
    let_time_pass(&world);
    peer_hears(&world.client, _i == 0 ? "HTTP/1.1 504" : "HTTP/1.1 408");
    peer_hears_end(&service);
    peer_close(&service);
    close_world(&world);
}
END_TEST

/* Nobody may take what has come for the whole. Where the end of the connection would be the end of
 * the answer, it is reset. */
START_TEST(silence_in_the_answer_cuts_it_off)
{
    static const char *const requests[] = {GET, "GET / HTTP/1.0\r\n" HOST "\r\n"};
    static const char *const begun[] = {"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello",
                                        "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello"};
    struct world world;
    open_world(&world);
    peer_says(&world.client, requests[_i]);
    struct peer service = accept_service(&world);
    peer_hears(&service, "\r\n\r\n");
    peer_says(&service, begun[_i]);
    peer_hears(&world.client, "\r\n\r\nhello");
    let_time_pass(&world);
    peer_hears_end(&service);
    peer_hears_end(&world.client);
    ck_assert(world.client.reset == (_i == 1));
    peer_close(&service);
    close_world(&world);
}
END_TEST

START_TEST(half_a_tunnel_does_not_stay_for_ever)
{
    struct world world;
    open_world(&world);
    struct peer service = open_tunnel(&world);
    peer_shut(&world.client);
    peer_hears_end(&service);
    let_time_pass(&world);
    peer_hears_end(&world.client);
    peer_close(&service);
    close_world(&world);
}
END_TEST

START_TEST(an_idle_connection_is_closed)
{
    struct world world;
    open_world(&world);
    peer_says(&world.client, GET);
    struct peer service = accept_service(&world);
    peer_hears(&service, "\r\n\r\n");
    peer_says(&service, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
    hear_response(&world.client, 200, "hi");
    struct client *client = only_client(&world);
    ck_assert_ptr_null(client->exchange);
    ck_assert(client->deadline.due > 0.);
    client->deadline.on_due(&client->deadline);
    peer_hears_end(&world.client);
    peer_close(&service);
    close_world(&world);
}
END_TEST

int main(void)
{
    struct suite s = suite_begin("exchange");
    SUITE_CASE(s, heads_are_written_anew);
    SUITE_LOOP(s, a_request_without_a_good_id_gets_one, 0, NO_IDS);
    SUITE_CASE(s, connections_are_kept_on_both_sides);
    SUITE_LOOP(s, pipelined_requests_are_answered_in_order, 0, 2);
    SUITE_CASE(s, large_chunked_bodies_pass_both_ways);
    SUITE_LOOP(s, answers_are_framed_anew, 0, ANSWERS);
    SUITE_CASE(s, a_stream_of_events_is_passed_on_at_once);
    SUITE_CASE(s, a_tunnel_closes_one_half_at_a_time);
    SUITE_CASE(s, the_last_words_of_a_tunnel_arrive);
    SUITE_CASE(s, a_tunnel_that_one_side_has_ended_before);
    SUITE_CASE(s, an_upgrade_that_nobody_asked_for_is_refused);
    SUITE_LOOP(s, bad_requests_are_refused, 0, REFUSED);
    SUITE_CASE(s, an_expected_continue_is_passed_on);
    SUITE_CASE(s, an_early_answer_reaches_the_client);
    SUITE_LOOP(s, a_body_that_breaks_off_is_not_passed_on_as_whole, 0, 2);
    SUITE_CASE(s, a_slow_reader_slows_the_service_down);
    SUITE_CASE(s, a_slow_service_slows_the_client_down);
    SUITE_LOOP(s, an_answer_that_is_none_is_told, 0, 3);
    SUITE_LOOP(s, silence_before_the_answer_is_told, 0, 2);
    SUITE_LOOP(s, silence_in_the_answer_cuts_it_off, 0, 2);
    SUITE_CASE(s, half_a_tunnel_does_not_stay_for_ever);
    SUITE_CASE(s, an_idle_connection_is_closed);
    return suite_run(s);
}
