#include "control.h"
#include "control_request.h"
#include "suite.h"

#include <errno.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* The daemon, as far as the control API sees it. */
struct world {
    struct ev_loop *loop;
    struct control control;
    char path[sizeof((struct sockaddr_un *)0)->sun_path];
    struct strbuf calls; /* what the operations were asked, a line each */
    struct control_stream *stream;
    int closed, rooms;
};

static int op_read(void *ctx, enum control_what what, const char *service, json_t **out_object,
                   struct strbuf *out_error)
{
    static const char *const names[] = {"status",   "health",  "plan", "timeline", "ticket",
                                        "services", "service", "why",  "journal",  "launch"};
    _Static_assert(sizeof names / sizeof *names == CONTROL_WHAT_COUNT, "a name each");
    struct world *world = ctx;
    strbuf_addf(&world->calls, "%s%s%s\n", names[what], service ? " " : "", service ? service : "");
    if (service && strcmp(service, "nosuch") == 0) {
        strbuf_adds(out_error, "there is no service \"nosuch\"");
        return -ENOENT;
    }
    *out_object = service ? json_pack("{s:s}", "service", service)
                          : json_pack("{s:i, s:[{s:s}]}", "api", 1, "services", "name", "web");
    return 0;
}

static int op_command(void *ctx, enum control_command command, const char *const *services,
                      size_t count, struct strbuf *out_error)
{
    static const char *const names[] = {"start", "stop", "restart"};
    struct world *world = ctx;
    strbuf_adds(&world->calls, names[command]);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(services[i], "nosuch") == 0) {
            strbuf_adds(out_error, "there is no service \"nosuch\"");
            return -ENOENT;
        }
        if (strcmp(services[i], "busy") == 0)
            return -EBUSY;
        strbuf_addf(&world->calls, " %s", services[i]);
    }
    strbuf_addc(&world->calls, '\n');
    return 0;
}

static int op_fault(void *ctx, const char *service, json_t *fault, json_t **out_body,
                    struct strbuf *out_error)
{
    struct world *world = ctx;
    strbuf_addf(&world->calls, "fault %s %lld\n", service ? service : "-",
                (long long)json_integer_value(json_object_get(fault, "error")));
    if (!json_is_object(fault)) {
        strbuf_adds(out_error, "that is no fault");
        return -EINVAL;
    }
    *out_body = json_pack("{s:b}", "ok", 1);
    return 0;
}

static void op_shutdown(void *ctx)
{
    struct world *world = ctx;
    strbuf_adds(&world->calls, "shutdown\n");
}

static void on_room(void *user)
{
    struct world *world = user;
    world->rooms++;
}

static void on_close(void *user)
{
    struct world *world = user;
    world->closed++;
    world->stream = NULL;
    ev_break(world->loop, EVBREAK_ALL);
}

static int op_logs(void *ctx, struct control_stream *stream, const struct control_logs_query *query,
                   struct strbuf *out_error)
{
    struct world *world = ctx;
    strbuf_addf(&world->calls, "logs lines=%lld follow=%d",
                query->lines == CONTROL_LINES_ALL ? -1LL : (long long)query->lines, query->follow);
    if (query->run != CONTROL_RUN_ANY)
        strbuf_addf(&world->calls, " run=%u", query->run);
    if (query->since != INT64_MIN || query->until != INT64_MAX)
        strbuf_addf(&world->calls, " %lld..%lld", (long long)query->since, (long long)query->until);
    if (query->http)
        strbuf_adds(&world->calls, " http");
    if (query->grep)
        strbuf_addf(&world->calls, " /%s/", query->grep);
    for (size_t i = 0; i < query->service_count; i++) {
        if (strcmp(query->services[i], "nosuch") == 0) {
            strbuf_adds(out_error, "there is no service \"nosuch\"");
            return -ENOENT;
        }
        strbuf_addf(&world->calls, " %s", query->services[i]);
    }
    strbuf_addc(&world->calls, '\n');
    world->stream = stream;
    control_stream_watch(stream, on_room, on_close, world);
    control_stream_write(stream, "{\"line\": 1}\n", 12);
    if (!query->follow)
        control_stream_end(stream);
    return 0;
}

static int op_reload(void *ctx, struct control_stream *stream, const json_t *variables,
                     struct strbuf *out_error)
{
    struct world *world = ctx;
    const char *level = json_string_value(json_object_get(variables, "level"));
    strbuf_addf(&world->calls, "reload %s\n", level ? level : "-");
    if (level && strcmp(level, "busy") == 0) {
        strbuf_adds(out_error, "not now");
        return -EBUSY;
    }
    world->stream = stream;
    control_stream_watch(stream, NULL, on_close, world);
    ev_break(world->loop, EVBREAK_ALL);
    return 0;
}

static int op_events(void *ctx, struct control_stream *stream,
                     const struct control_events_query *query, struct strbuf *out_error)
{
    (void)out_error;
    struct world *world = ctx;
    strbuf_addf(&world->calls, "events history=%u follow=%d\n", query->history, query->follow);
    control_stream_write(stream, "{}\n", 3);
    control_stream_end(stream);
    return 0;
}

static const struct control_ops ops = {.read = op_read,
                                       .command = op_command,
                                       .fault = op_fault,
                                       .reload = op_reload,
                                       .shutdown = op_shutdown,
                                       .logs = op_logs,
                                       .events = op_events};

static struct sockaddr_un world_address(const struct world *world)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s", world->path);
    return address;
}

static void world_init(struct world *world)
{
    *world = (struct world){.loop = ev_loop_new(EVFLAG_AUTO)};
    snprintf(world->path, sizeof world->path, "%s/sock", suite_tmpdir());
    struct sockaddr_un address = world_address(world);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    ck_assert_int_eq(listen(fd, 128), 0);
    ck_assert_int_eq(control_init(&world->control, world->loop, fd, &ops, world), 0);
}

static void world_finish(struct world *world)
{
    control_finish(&world->control);
    control_finish(&world->control);
    strbuf_finish(&world->calls);
    ev_loop_destroy(world->loop);
}

/* A client that sends what it was given and gathers the answer. */
struct client {
    struct world *world;
    int fd;
    ev_io reader;
    struct strbuf answer;
    bool ended;
};

static void on_answer(struct ev_loop *loop, ev_io *watcher, int events)
{
    (void)events;
    struct client *client = watcher->data;
    char bytes[4096];
    ssize_t n = recv(client->fd, bytes, sizeof bytes, 0);
    if (n > 0)
        strbuf_add(&client->answer, bytes, (size_t)n);
    client->ended = n <= 0;
    if (client->ended)
        ev_io_stop(loop, watcher);
    ev_break(loop, EVBREAK_ALL);
}

static void client_begin(struct client *client, struct world *world, int fd)
{
    *client = (struct client){.world = world, .fd = fd};
    ev_io_init(&client->reader, on_answer, client->fd, EV_READ);
    client->reader.data = client;
    ev_io_start(world->loop, &client->reader);
}

static void client_init(struct client *client, struct world *world)
{
    struct sockaddr_un address = world_address(world);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    client_begin(client, world, fd);
}

static void client_finish(struct client *client)
{
    ev_io_stop(client->world->loop, &client->reader);
    strbuf_finish(&client->answer);
    close(client->fd);
}

static void client_send(struct client *client, const void *bytes, size_t size)
{
    size_t sent = 0;
    while (sent < size) {
        ssize_t n =
            send(client->fd, (const char *)bytes + sent, size - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n > 0)
            sent += (size_t)n;
        else if (errno == EAGAIN)
            ev_run(client->world->loop, EVRUN_ONCE);
        else
            break; /* refused before it was whole */
    }
}

/* Until the server closes; the answer is whole then. */
static const char *client_await(struct client *client)
{
    while (!client->ended)
        ev_run(client->world->loop, 0);
    return strbuf_text(&client->answer);
}

static void assert_contains(const char *text, const char *wanted)
{
    ck_assert_msg(strstr(text, wanted), "\"%s\" is not in:\n%s", wanted, text);
}

/* Asks once and checks the answer's status line and a part of it. */
static void ask(struct world *world, const char *request, const char *status, const char *part)
{
    struct client client;
    client_init(&client, world);
    client_send(&client, request, strlen(request));
    const char *answer = client_await(&client);
    ck_assert_msg(strncmp(answer, "HTTP/1.1 ", 9) == 0 && strncmp(answer + 9, status, 3) == 0,
                  "%.40s: not %s: %s", request, status, answer);
    assert_contains(answer, part);
    client_finish(&client);
}

#define HEAD_END " HTTP/1.1\r\nHost: a3s\r\n\r\n"

START_TEST(status_is_an_object)
{
    struct world world;
    world_init(&world);
    ask(&world, "GET /v1/status" HEAD_END, "200", "\r\n\r\n{\"api\": 1, \"services\": ");
    ask(&world, "GET /v1/status?x=1" HEAD_END, "200", "Content-Type: application/json\r\n");
    ck_assert_str_eq(world.calls.ptr, "status\nstatus\n");
    world_finish(&world);
}
END_TEST

START_TEST(request_may_come_byte_by_byte)
{
    static const char request[] = "GET /v1/status" HEAD_END;
    struct world world;
    struct client client;
    world_init(&world);
    client_init(&client, &world);
    for (size_t i = 0; i < sizeof request - 1; i++) {
        client_send(&client, request + i, 1);
        ev_run(world.loop, EVRUN_NOWAIT);
    }
    assert_contains(client_await(&client), "200 OK");
    client_finish(&client);
    world_finish(&world);
}
END_TEST

/* As nc -N does. */
START_TEST(client_may_close_its_sending_side)
{
    struct world world;
    struct client client;
    world_init(&world);
    client_init(&client, &world);
    client_send(&client, "GET /v1/status" HEAD_END, sizeof "GET /v1/status" HEAD_END - 1);
    shutdown(client.fd, SHUT_WR);
    assert_contains(client_await(&client), "200 OK");
    client_finish(&client);
    world_finish(&world);
}
END_TEST

static void begin_reload(struct world *world, struct client *client, bool close_sending)
{
    static const char request[] =
        "POST /v1/reload HTTP/1.1\r\nHost: a3s\r\nContent-Length: 32\r\n\r\n"
        "{\"variables\": {\"level\": \"high\"}}";
    client_init(client, world);
    client_send(client, request, sizeof request - 1);
    if (close_sending)
        shutdown(client->fd, SHUT_WR);
    while (!world->stream)
        ev_run(world->loop, 0);
}

START_TEST(an_answer_may_come_later)
{
    struct world world;
    struct client client;
    world_init(&world);
    for (int half = 0; half <= 1; half++) {
        begin_reload(&world, &client, half);
        ev_run(world.loop, EVRUN_NOWAIT);
        ck_assert_uint_eq(client.answer.len, 0);
        control_stream_answer(world.stream, 422, json_pack("{s:s}", "error", "no"));
        assert_contains(client_await(&client), "HTTP/1.1 422 Unprocessable Content\r\n");
        assert_contains(strbuf_text(&client.answer), "\r\n\r\n{\"error\": \"no\"}");
        client_finish(&client);
        while (world.stream)
            ev_run(world.loop, 0);
    }
    ck_assert_str_eq(world.calls.ptr, "reload high\nreload high\n");
    world_finish(&world);
}
END_TEST

START_TEST(who_waits_for_an_answer_may_leave)
{
    struct world world;
    struct client client;
    world_init(&world);
    begin_reload(&world, &client, false);
    control_finish(&world.control);
    ck_assert_int_eq(world.closed, 1);
    client_finish(&client);
    world_finish(&world);
}
END_TEST

START_TEST(variables_are_checked)
{
    static const char *const bodies[] = {
        "{\"variables\": {\"level\": 1}}", "{\"variables\": []}", "{\"vars\": {}}", "[]", "{",
    };
    struct world world;
    world_init(&world);
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        struct strbuf request = {0};
        strbuf_addf(&request,
                    "POST /v1/reload HTTP/1.1\r\nHost: a3s\r\nContent-Length: %zu\r\n\r\n%s",
                    strlen(bodies[i]), bodies[i]);
        ask(&world, strbuf_text(&request), "400", "the body is not");
        strbuf_finish(&request);
    }
    ask(&world,
        "POST /v1/reload HTTP/1.1\r\nHost: a3s\r\nContent-Length: 32\r\n\r\n"
        "{\"variables\": {\"level\": \"busy\"}}",
        "409", "not now");
    world_finish(&world);
}
END_TEST

START_TEST(commands_reach_the_daemon)
{
    struct world world;
    world_init(&world);
    ask(&world, "GET /v1/services/we%62/why" HEAD_END, "200", "{\"service\": \"web\"}");
    ask(&world, "POST /v1/services/web/restart" HEAD_END, "202", "{\"ok\": true}");
    ask(&world, "POST /v1/services/a%2eb/start" HEAD_END, "202", "");
    ask(&world, "POST /v1/stop" HEAD_END, "202", "");
    ask(&world,
        "POST /v1/start HTTP/1.1\r\nHost: a3s\r\nContent-Length: 25\r\n\r\n"
        "{\"services\": [\"a\", \"b\"]}\n",
        "202", "");
    ask(&world,
        "POST /v1/restart HTTP/1.1\r\nHost: a3s\r\nTransfer-Encoding: chunked\r\n\r\n"
        "13\r\n{\"services\": [\"a\"]}\r\n0\r\n\r\n",
        "202", "");
    ask(&world,
        "POST /v1/services/we%62/fault HTTP/1.1\r\nHost: a3s\r\nContent-Length: 14\r\n\r\n"
        "{\"error\": 503}",
        "200", "{\"ok\": true}");
    ask(&world, "POST /v1/fault HTTP/1.1\r\nHost: a3s\r\nContent-Length: 13\r\n\r\n{\"off\": true}",
        "200", "{\"ok\": true}");
    ask(&world, "POST /v1/shutdown" HEAD_END, "202", "");
    ck_assert_str_eq(world.calls.ptr,
                     "why web\nrestart web\nstart a.b\nstop\nstart a b\nrestart a\n"
                     "fault web 503\nfault - 0\nshutdown\n");
    world_finish(&world);
}
END_TEST

START_TEST(refusals_say_why)
{
    struct world world;
    world_init(&world);
    ask(&world, "GET /" HEAD_END, "404", "{\"error\": \"there is no / here\"}");
    ask(&world, "GET /v1/services/" HEAD_END, "404", "error");
    ask(&world, "GET /v1/services/web/x" HEAD_END, "404", "error");
    ask(&world, "GET /v1/services/nosuch/why" HEAD_END, "404", "there is no service");
    ask(&world, "GET /v1/services/%00/why" HEAD_END, "400", "well-formed");
    ask(&world, "POST /v1/services/web/why" HEAD_END, "405", "\r\nAllow: GET\r\n");
    ask(&world, "POST /v1/services//restart" HEAD_END, "404", "error");
    ask(&world, "POST /v1/services/a/b/restart" HEAD_END, "404", "error");
    ask(&world, "POST /v1/status" HEAD_END, "405", "\r\nAllow: GET\r\n");
    ask(&world, "GET /v1/services/web/stop" HEAD_END, "405", "\r\nAllow: POST\r\n");
    ask(&world, "POST /v1/services/nosuch/stop" HEAD_END, "404",
        "{\"error\": \"there is no service \\\"nosuch\\\"\"}");
    ask(&world, "POST /v1/services/busy/stop" HEAD_END, "409", "error");
    ask(&world, "POST /v1/services/%/stop" HEAD_END, "400", "error");
    ask(&world, "POST /v1/services/a%00/stop" HEAD_END, "400", "error");
    ask(&world, "POST /v1/services/web/fault" HEAD_END, "400", "that is no fault");
    ask(&world, "POST /v1/services/%/fault" HEAD_END, "400", "well-formed");
    ask(&world, "GET /v1/fault" HEAD_END, "405", "\r\nAllow: POST\r\n");
    ask(&world, "rubbish\r\n\r\n", "400", "error");
    ask(&world, "GET /v1/status HTTP/2.0\r\n\r\n", "505", "error");
    world_finish(&world);
}
END_TEST

START_TEST(bodies_are_checked)
{
    static const char *const bodies[] = {
        "{",
        "[]",
        "{\"services\": \"a\"}",
        "{\"services\": [1]}",
        "{\"x\": 1}",
        "{\"services\": []}",
        "{\"services\": [\"a\"], \"x\": 1}",
    };
    struct world world;
    world_init(&world);
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        struct strbuf request = {0};
        strbuf_addf(&request, "POST /v1/stop HTTP/1.1\r\nHost: a\r\nContent-Length: %zu\r\n\r\n%s",
                    strlen(bodies[i]), bodies[i]);
        ask(&world, request.ptr, "400", "error");
        strbuf_finish(&request);
    }
    ck_assert_uint_eq(world.calls.len, 0);
    world_finish(&world);
}
END_TEST

START_TEST(large_request_is_refused)
{
    struct world world;
    struct client client;
    struct strbuf request = {0};
    world_init(&world);
    client_init(&client, &world);
    strbuf_addf(&request, "POST /v1/stop HTTP/1.1\r\nHost: a\r\nContent-Length: %u\r\n\r\n",
                CONTROL_REQUEST_MAX);
    strbuf_addn(&request, ' ', CONTROL_REQUEST_MAX);
    client_send(&client, request.ptr, request.len);
    shutdown(client.fd, SHUT_WR);
    assert_contains(client_await(&client), "413 Content Too Large");
    client_finish(&client);
    strbuf_finish(&request);
    world_finish(&world);
}
END_TEST

START_TEST(logs_are_a_stream)
{
    struct world world;
    world_init(&world);
    ask(&world, "GET /v1/logs?service=a&lines=5&service=b%2Dc" HEAD_END, "200",
        "\r\n\r\nc\r\n{\"line\": 1}\n\r\n0\r\n\r\n");
    ask(&world, "GET /v1/logs" HEAD_END, "200", "Content-Type: application/x-ndjson\r\n");
    ask(&world, "GET /v1/logs HTTP/1.0\r\n\r\n", "200", "\r\n\r\n{\"line\": 1}\n");
    ask(&world, "GET /v1/logs?stream=http" HEAD_END, "200", "{\"line\": 1}");
    ck_assert_str_eq(world.calls.ptr, "logs lines=5 follow=0 a b-c\nlogs lines=-1 follow=0\n"
                                      "logs lines=-1 follow=0\nlogs lines=-1 follow=0 http\n");
    ck_assert_int_eq(world.closed, 4);
    ask(&world, "GET /v1/logs?service=nosuch" HEAD_END, "404", "no service");
    ask(&world, "GET /v1/logs?lines=x" HEAD_END, "400", "error");
    ask(&world, "GET /v1/logs?lines=" HEAD_END, "400", "error");
    ask(&world, "GET /v1/logs?follow=yes" HEAD_END, "400", "error");
    ask(&world, "GET /v1/logs?service=" HEAD_END, "400", "error");
    ask(&world, "GET /v1/logs?stream=stdout" HEAD_END, "400", "stream is http");
    ask(&world, "GET /v1/logs?stream=http&run=1" HEAD_END, "400", "of no run");
    ask(&world, "GET /v1/logs?colour=1" HEAD_END, "400", "error");
    world_finish(&world);
}
END_TEST

static void follow(struct client *client, struct world *world)
{
    client_init(client, world);
    client_send(client, "GET /v1/logs?follow=1" HEAD_END,
                sizeof "GET /v1/logs?follow=1" HEAD_END - 1);
    while (!world->stream)
        ev_run(world->loop, EVRUN_ONCE);
}

START_TEST(logs_are_chosen)
{
    struct world world;
    world_init(&world);
    ask(&world, "GET /v1/logs?run=newest&grep=a%2Bb+c" HEAD_END, "200", "");
    ask(&world, "GET /v1/logs?run=3&since=1970-01-01T00:00:01Z&until=1234567890123" HEAD_END, "200",
        "");
    ck_assert_str_eq(world.calls.ptr, "logs lines=-1 follow=0 run=0 /a+b c/\n"
                                      "logs lines=-1 follow=0 run=3 1000..1234567890123\n");
    ask(&world, "GET /v1/logs?run=0" HEAD_END, "400", "run is");
    ask(&world, "GET /v1/logs?run=old" HEAD_END, "400", "run is");
    ask(&world, "GET /v1/logs?since=soon" HEAD_END, "400", "since is a time");
    ask(&world, "GET /v1/logs?until=" HEAD_END, "400", "until is a time");
    ask(&world, "GET /v1/logs?grep=%" HEAD_END, "400", "well-formed");
    world_finish(&world);
}
END_TEST

START_TEST(everything_can_be_read)
{
    struct world world;
    world_init(&world);
    ask(&world, "GET /v1/health" HEAD_END, "200", "{\"api\": 1");
    ask(&world, "GET /v1/plan" HEAD_END, "200", "");
    ask(&world, "GET /v1/services" HEAD_END, "200", "");
    ask(&world, "GET /v1/services/a%2fb" HEAD_END, "200", "");
    ask(&world, "GET /v1/services/web/journal" HEAD_END, "200", "");
    ask(&world, "GET /v1/services/web/launch" HEAD_END, "200", "");
    ask(&world, "GET /v1/services/nosuch" HEAD_END, "404", "");
    ask(&world, "GET /v1/events?history=5&follow=0" HEAD_END, "200", "\r\n{}\n");
    ask(&world, "GET /v1/events" HEAD_END, "200", "application/x-ndjson");
    ask(&world, "GET /v1/events?history=-1" HEAD_END, "400", "the query is not");
    ck_assert_str_eq(world.calls.ptr,
                     "health\nplan\nservices\nservice a/b\njournal web\nlaunch web\n"
                     "service nosuch\nevents history=5 follow=0\nevents history=0 follow=1\n");
    ask(&world, "GET /v1" HEAD_END, "200", "\"path\": \"/v1/services/{name}/journal\"");
    world_finish(&world);
}
END_TEST

/* Another transport: nothing but a call and an answer. */
START_TEST(transports_that_are_not_local_get_less)
{
    struct world world = {0};
    struct control_call call = {.method = STR("GET"), .target = STR("/v1/services/web/launch")};
    struct control_answer answer = {0};
    control_dispatch(&call, &ops, &world, NULL, &answer);
    ck_assert_int_eq(answer.status, 403);
    json_decref(answer.body);
    answer = (struct control_answer){0};
    call.target = STR("/v1");
    control_dispatch(&call, &ops, &world, NULL, &answer);
    char *text = json_dumps(answer.body, 0);
    ck_assert_int_eq(answer.status, 200);
    ck_assert(strstr(text, "/v1/services/{name}/why") && !strstr(text, "launch"));
    free(text);
    json_decref(answer.body);
    strbuf_finish(&world.calls);
}
END_TEST

/* Behind the proxy: a client like others, but for what is local. */
START_TEST(clients_in_the_process_are_not_local)
{
    static const char *const requests[][2] = {
        {"GET /v1/timeline" HEAD_END, "200 OK"},
        {"GET /v1/services/web/launch" HEAD_END, "403 "},
        {"POST /v1/stop" HEAD_END, "202 Accepted"},
    };
    struct world world;
    struct client client;
    world_init(&world);
    for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
        int fd = -1;
        ck_assert_int_eq(control_connect(&world.control, &fd), 0);
        client_begin(&client, &world, fd);
        client_send(&client, requests[i][0], strlen(requests[i][0]));
        assert_contains(client_await(&client), requests[i][1]);
        assert_contains(strbuf_text(&client.answer), "X-Content-Type-Options: nosniff\r\n");
        client_finish(&client);
    }
    ck_assert_str_eq(world.calls.ptr, "timeline\nstop\n");
    world_finish(&world);
}
END_TEST

START_TEST(stream_is_followed)
{
    struct world world;
    struct client client;
    world_init(&world);
    follow(&client, &world);
    while (!strstr(strbuf_text(&client.answer), "{\"line\": 1}"))
        ev_run(world.loop, EVRUN_ONCE);
    ck_assert(control_stream_write(world.stream, "{\"line\": 2}\n", 12));
    while (!strstr(client.answer.ptr, "{\"line\": 2}"))
        ev_run(world.loop, EVRUN_ONCE);
    ck_assert_int_gt(world.rooms, 0);
    control_stream_end(world.stream);
    assert_contains(client_await(&client), "{\"line\": 2}\n\r\n0\r\n\r\n");
    client_finish(&client);
    ck_assert_int_eq(world.closed, 1);
    world_finish(&world);
}
END_TEST

START_TEST(follower_that_leaves_is_noticed)
{
    struct world world;
    struct client client;
    world_init(&world);
    follow(&client, &world);
    client_finish(&client);
    while (!world.closed)
        ev_run(world.loop, EVRUN_ONCE);
    ck_assert_uint_eq(world.control.client_count, 0);
    world_finish(&world);
}
END_TEST

START_TEST(follower_that_never_reads_is_given_up)
{
    static char bytes[65536];
    struct world world;
    struct client client;
    world_init(&world);
    follow(&client, &world);
    ev_io_stop(world.loop, &client.reader);
    memset(bytes, 'x', sizeof bytes);
    size_t written = 0;
    while (control_stream_write(world.stream, bytes, sizeof bytes)) {
        written += sizeof bytes;
        ck_assert_uint_le(written, CONTROL_QUEUE_MAX);
    }
    ck_assert_uint_eq(control_stream_room(world.stream), 0);
    ck_assert_int_eq(world.closed, 0);
    ck_assert(!control_stream_write(world.stream, bytes, 1));
    ev_run(world.loop, EVRUN_ONCE);
    ck_assert_int_eq(world.closed, 1);
    client_finish(&client);
    world_finish(&world);
}
END_TEST

START_TEST(room_is_enough_for_what_it_promises)
{
    struct world world;
    struct client client;
    world_init(&world);
    follow(&client, &world);
    size_t room = control_stream_room(world.stream);
    char *bytes = calloc(1, room);
    ck_assert(control_stream_write(world.stream, bytes, room));
    ck_assert_uint_lt(control_stream_room(world.stream), 1024);
    free(bytes);
    client_finish(&client);
    world_finish(&world);
}
END_TEST

START_TEST(finish_delivers_what_is_queued)
{
    struct world world;
    struct client client;
    world_init(&world);
    follow(&client, &world);
    control_stream_write(world.stream, "last\n", 5);
    control_finish(&world.control);
    ck_assert_int_eq(world.closed, 1);
    assert_contains(client_await(&client), "last\n\r\n0\r\n\r\n");
    client_finish(&client);
    world_finish(&world);
}
END_TEST

/* A stream ends once, whoever still writes to it; who has not asked is let go; who asks is served.
 */
START_TEST(the_last_words_are_said)
{
    struct world world;
    struct client client, silent;
    world_init(&world);
    follow(&client, &world);
    client_init(&silent, &world);
    while (world.control.client_count < 2)
        ev_run(world.loop, EVRUN_ONCE);
    control_stream_write(world.stream, "last\n", 5);
    control_wind_up(&world.control);
    ck_assert(!control_stream_write(world.stream, "late\n", 5));
    control_stream_end(world.stream);
    const char *heard = client_await(&client);
    assert_contains(heard, "last\n\r\n0\r\n\r\n");
    ck_assert_ptr_null(strstr(heard, "late"));
    ck_assert_ptr_eq(strstr(heard, "0\r\n\r\n"), heard + strlen(heard) - 5);
    ck_assert_str_eq(client_await(&silent), "");
    ask(&world, "GET /v1/status" HEAD_END, "200", "");
    ck_assert(control_is_quiet(&world.control));
    client_finish(&client);
    client_finish(&silent);
    world_finish(&world);
}
END_TEST

START_TEST(clients_are_bounded)
{
    struct world world;
    static struct client clients[CONTROL_CLIENTS_MAX];
    struct client client;
    world_init(&world);
    for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++)
        client_init(&clients[i], &world);
    while (world.control.client_count < CONTROL_CLIENTS_MAX)
        ev_run(world.loop, EVRUN_ONCE);
    client_init(&client, &world);
    assert_contains(client_await(&client), "503 Service Unavailable");
    client_finish(&client);
    client_finish(&clients[0]);
    while (world.control.client_count == CONTROL_CLIENTS_MAX)
        ev_run(world.loop, EVRUN_ONCE);
    ask(&world, "GET /v1/status" HEAD_END, "200", "");
    for (size_t i = 1; i < CONTROL_CLIENTS_MAX; i++)
        client_finish(&clients[i]);
    world_finish(&world);
}
END_TEST

/* The connection waits in the socket's queue meanwhile; the loop does not spin over it. */
START_TEST(a_client_waits_for_a_descriptor)
{
    struct world world;
    struct client client;
    struct rlimit limit, none;
    world_init(&world);
    client_init(&client, &world);
    client_send(&client, "GET /v1/status" HEAD_END, strlen("GET /v1/status" HEAD_END));
    getrlimit(RLIMIT_NOFILE, &limit);
    none = (struct rlimit){(rlim_t)client.fd, limit.rlim_max};
    setrlimit(RLIMIT_NOFILE, &none);
    while (!ev_is_active(&world.control.pause))
        ev_run(world.loop, EVRUN_ONCE);
    ck_assert(!ev_is_active(&world.control.accept));
    ck_assert_uint_eq(world.control.client_count, 0);
    setrlimit(RLIMIT_NOFILE, &limit);
    assert_contains(client_await(&client), "200 OK");
    client_finish(&client);
    world_finish(&world);
}
END_TEST

/* The deadline is real time: this case takes CONTROL_DEADLINE seconds. */
START_TEST(silent_client_is_closed)
{
    struct world world;
    struct client client;
    world_init(&world);
    client_init(&client, &world);
    client_send(&client, "GET /v1/st", 10);
    ck_assert_str_eq(client_await(&client), "");
    ck_assert_uint_eq(world.control.client_count, 0);
    client_finish(&client);
    world_finish(&world);
}
END_TEST

int main(void)
{
    struct suite s = suite_begin("control");
    SUITE_CASE(s, status_is_an_object);
    SUITE_CASE(s, request_may_come_byte_by_byte);
    SUITE_CASE(s, client_may_close_its_sending_side);
    SUITE_CASE(s, an_answer_may_come_later);
    SUITE_CASE(s, who_waits_for_an_answer_may_leave);
    SUITE_CASE(s, variables_are_checked);
    SUITE_CASE(s, commands_reach_the_daemon);
    SUITE_CASE(s, refusals_say_why);
    SUITE_CASE(s, bodies_are_checked);
    SUITE_CASE(s, large_request_is_refused);
    SUITE_CASE(s, logs_are_a_stream);
    SUITE_CASE(s, logs_are_chosen);
    SUITE_CASE(s, everything_can_be_read);
    SUITE_CASE(s, transports_that_are_not_local_get_less);
    SUITE_CASE(s, clients_in_the_process_are_not_local);
    SUITE_CASE(s, stream_is_followed);
    SUITE_CASE(s, follower_that_leaves_is_noticed);
    SUITE_CASE(s, follower_that_never_reads_is_given_up);
    SUITE_CASE(s, room_is_enough_for_what_it_promises);
    SUITE_CASE(s, finish_delivers_what_is_queued);
    SUITE_CASE(s, the_last_words_are_said);
    SUITE_CASE(s, clients_are_bounded);
    SUITE_CASE(s, a_client_waits_for_a_descriptor);
    SUITE_CASE(s, silent_client_is_closed);
    return suite_run(s);
}
