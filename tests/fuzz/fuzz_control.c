/* Any bytes as a request to the control API, whole and in pieces, from the socket and from another
 * transport: it is refused, or reaches an operation with what that may rely on. */
#include "control_request.h"
#include "fuzz.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SELF_TEST_ROUNDS 20000

/* The daemon: takes every word at its face. */
struct world {
    struct control_stream stream;
    uint32_t calls, streams;
};

static void expect(bool holds)
{
    if (!holds)
        abort();
}

static void expect_name(const char *name)
{
    expect(name && name[0] && strlen(name) < CONTROL_REQUEST_MAX);
}

static int op_read(void *ctx, enum control_what what, const char *service, json_t **out_object,
                   struct strbuf *out_error)
{
    struct world *world = ctx;
    world->calls++;
    expect(what < CONTROL_WHAT_COUNT && (what >= CONTROL_SERVICE) == (service != NULL));
    if (service)
        expect_name(service);
    if (service && service[0] == 'n') {
        strbuf_addf(out_error, "no service is called %s", service); /* maybe not UTF-8 */
        return -ENOENT;
    }
    *out_object = json_object();
    return 0;
}

static int op_command(void *ctx, enum control_command command, const char *const *services,
                      size_t count, struct strbuf *out_error)
{
    (void)out_error;
    struct world *world = ctx;
    world->calls++;
    expect(command < CONTROL_COMMAND_COUNT && count <= 1024);
    for (size_t i = 0; i < count; i++)
        expect(services[i] != NULL);
    return count == 2 ? -EBUSY : 0;
}

static int op_reload(void *ctx, struct control_stream *stream, const json_t *variables,
                     struct strbuf *out_error)
{
    (void)out_error;
    struct world *world = ctx;
    const char *name;
    json_t *value;
    world->calls++;
    expect(stream == &world->stream);
    json_object_foreach((json_t *)variables, name, value) expect(json_is_string(value));
    return 0;
}

static void op_shutdown(void *ctx)
{
    struct world *world = ctx;
    world->calls++;
}

static int op_logs(void *ctx, struct control_stream *stream, const struct control_logs_query *query,
                   struct strbuf *out_error)
{
    (void)out_error;
    struct world *world = ctx;
    world->calls++;
    for (size_t i = 0; i < query->service_count; i++)
        expect_name(query->services[i]);
    expect(!query->grep || strlen(query->grep) < CONTROL_REQUEST_MAX);
    control_stream_write(stream, "{}\n", 3);
    control_stream_end(stream);
    return 0;
}

static int op_events(void *ctx, struct control_stream *stream,
                     const struct control_events_query *query, struct strbuf *out_error)
{
    (void)query;
    (void)out_error;
    struct world *world = ctx;
    world->calls++;
    control_stream_end(stream);
    return 0;
}

static const struct control_ops ops = {.read = op_read,
                                       .command = op_command,
                                       .reload = op_reload,
                                       .shutdown = op_shutdown,
                                       .logs = op_logs,
                                       .events = op_events};

static bool stream_write(struct control_stream *stream, const void *bytes, size_t size)
{
    (void)stream;
    return bytes != NULL || size == 0;
}

static size_t stream_room(const struct control_stream *stream)
{
    (void)stream;
    return 1 << 20;
}

static void stream_end(struct control_stream *stream)
{
    ((struct world *)(void *)stream)->streams++;
}

static void stream_answer(struct control_stream *stream, int status, json_t *body)
{
    (void)stream;
    (void)status;
    json_decref(body);
}

static const struct control_stream_ops stream_ops = {
    .write = stream_write, .room = stream_room, .end = stream_end, .answer = stream_answer};

/* Exactly one thing has come of it. */
static void check_answer(const struct world *world, const struct control_answer *answer)
{
    bool streams = world->streams > 0;
    expect((answer->status != 0) + answer->later + streams == 1);
    expect(world->calls <= 1);
    if (!answer->status)
        return;
    expect(answer->body && strcmp(control_status_text(answer->status), "Error") != 0);
    expect((answer->status == 405) == (answer->allow != NULL));
    expect(answer->status < 400 || json_is_string(json_object_get(answer->body, "error")));
    char *text = json_dumps(answer->body, 0);
    expect(text != NULL);
    free(text);
}

/* The status, 0 for a stream or later, -1 if the request is not whole. */
static int try_bytes(const uint8_t *bytes, size_t size, size_t piece, bool local)
{
    struct world world = {.stream.ops = &stream_ops};
    struct control_request request;
    struct control_answer answer = {0};
    control_request_init(&request);
    for (size_t at = 0; at < size && !request.complete && !answer.status; at += piece)
        control_request_feed(&request, (const char *)bytes + at,
                             size - at < piece ? size - at : piece, &answer);
    expect(!answer.status || !request.complete);
    if (request.complete) {
        struct control_call call = control_request_call(&request);
        call.local = local;
        control_dispatch(&call, &ops, &world, &world.stream, &answer);
        check_answer(&world, &answer);
    }
    int status = answer.status || request.complete ? answer.status : -1;
    json_decref(answer.body);
    control_request_finish(&request);
    return status;
}

/* How it comes must not matter. */
static int try_all(const uint8_t *bytes, size_t size)
{
    int whole = try_bytes(bytes, size, size ? size : 1, true);
    if (size <= CONTROL_REQUEST_MAX)
        expect(try_bytes(bytes, size, 1, true) == whole);
    int distant = try_bytes(bytes, size, 7, false);
    expect(distant == whole || distant == 403 || size > CONTROL_REQUEST_MAX);
    return whole;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    try_all(bytes, size);
    return 0;
}

static uint64_t next_random(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return *state >> 33;
}

static const char *pick(uint64_t *random, const char *const *words, size_t count)
{
    return words[next_random(random) % count];
}
#define PICK(random, words) pick((random), (words), sizeof(words) / sizeof *(words))

static void make_request(uint64_t *random, struct strbuf *out)
{
    static const char *const methods[] = {"GET", "GET", "POST", "POST", "HEAD", "OPTIONS", "get"};
    static const char *const paths[] = {"/v1",
                                        "/v1/status",
                                        "/v1/services",
                                        "/v1/services/",
                                        "web",
                                        "n",
                                        "%6e%ff",
                                        "%00",
                                        "%",
                                        "/why",
                                        "/journal",
                                        "/launch",
                                        "/start",
                                        "/stop",
                                        "/v1/logs",
                                        "/v1/events",
                                        "/v1/reload",
                                        "/v1/shutdown",
                                        "/v1/plan",
                                        "/v1/health",
                                        "/v1/restart",
                                        "/v1/services/a/why"};
    static const char *const queries[] = {
        "?",     "service=a", "service=",  "lines=5",   "lines=-1",         "follow=1",
        "&",     "&",         "grep=%28a", "since=10m", "until=2026-01-01", "run=newest",
        "run=1", "history=3", "%zz=1",     "=",         "since=%31%30s",    "grep=+"};
    static const char *const bodies[] = {"",
                                         "{}",
                                         "{\"services\": [\"a\"]}",
                                         "{\"services\": [\"a\", \"b\"]}",
                                         "[]",
                                         "{\"services\": [1]}",
                                         "{\"variables\": {\"a\": \"b\"}}",
                                         "{\"variables\": {\"a\": 1}}",
                                         "{",
                                         "\xff"};
    const char *body = PICK(random, bodies);
    strbuf_addf(out, "%s ", PICK(random, methods));
    for (uint64_t count = 1 + next_random(random) % 3; count > 0; count--)
        strbuf_adds(out, PICK(random, paths));
    for (uint64_t count = next_random(random) % 5; count > 0; count--)
        strbuf_adds(out, PICK(random, queries));
    strbuf_addf(out, " HTTP/1.%d\r\nHost: a3s\r\n", (int)(next_random(random) % 2));
    if (body[0])
        strbuf_addf(out, "Content-Length: %zu\r\n", strlen(body));
    strbuf_addf(out, "\r\n%s", body);
}

static void damage(uint64_t *random, struct strbuf *request)
{
    static const char bytes[] = "\r\n\0 :%&=?/\x7f\xff{}[]\"x";
    size_t at = next_random(random) % request->len;
    switch (next_random(random) % 3) {
    case 0: request->ptr[at] = bytes[next_random(random) % (sizeof bytes - 1)]; break;
    case 1: request->len = at; break;
    default: request->ptr[at] = (char)next_random(random); break;
    }
}

void fuzz_self_test(void)
{
    uint64_t random = 1;
    uint32_t done = 0, refused = 0, unfinished = 0;
    struct strbuf request = {0};
    for (uint32_t round = 0; round < SELF_TEST_ROUNDS; round++) {
        strbuf_clear(&request);
        make_request(&random, &request);
        for (uint64_t count = next_random(&random) % 3; count > 1 && request.len; count--)
            damage(&random, &request);
        int status = try_all((const uint8_t *)request.ptr, request.len);
        done += status >= 0 && status < 300;
        refused += status >= 400;
        unfinished += status < 0;
    }
    strbuf_finish(&request);
    expect(done > SELF_TEST_ROUNDS / 100 && refused > SELF_TEST_ROUNDS / 10 && unfinished > 100);
}
