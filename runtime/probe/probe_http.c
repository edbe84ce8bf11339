/* http: "GET path HTTP/1.1" (RFC 9112) is answered with a good status. The status line decides, 1xx
 * are skipped; a bounded part of the rest is read and dropped so that the server does not see a
 * reset. */
#include "mem.h"
#include "probe_answer.h"
#include "probe_connection.h"

#include <errno.h>
#include <sys/socket.h>

/* Bytes of an answer that are looked at, and then dropped, at most. */
#define HEAD_MAX (16u << 10)
#define REST_MAX (64u << 10)

struct http_try {
    struct probe_try base;
    struct probe_connection connection;
    ev_io io; /* active when it is connected */
    struct strbuf request, answer;
    size_t sent, dropped;
};

static struct http_try *http_of(const struct probe_try *base)
{
    return (struct http_try *)base;
}

static struct probe_try *create(void)
{
    return mem_alloc(sizeof(struct http_try));
}

static void destroy(struct probe_try *base)
{
    struct http_try *http = http_of(base);
    strbuf_finish(&http->request);
    strbuf_finish(&http->answer);
    free(http);
}

static void prepare(struct probe_try *base)
{
    struct http_try *http = http_of(base);
    strbuf_clear(&http->request);
    probe_answer_request(&http->request, str_from(base->path), base->port);
}

static void cancel(struct probe_try *base)
{
    struct http_try *http = http_of(base);
    ev_io_stop(base->setup.loop, &http->io);
    probe_connection_close(&http->connection);
}

static void subject(const struct probe_try *base, struct strbuf *out)
{
    strbuf_addf(out, "GET %s on port %u", base->shown_path, base->port);
}

static void fail(struct http_try *http, const char *text)
{
    cancel(&http->base);
    http->base.on_outcome(http->base.ctx, &(struct probe_outcome){.text = text});
}

static void watch(struct http_try *http, void (*on_io)(struct ev_loop *, ev_io *, int), int events)
{
    ev_io_stop(http->base.setup.loop, &http->io);
    ev_io_init(&http->io, on_io, http->connection.fd, events);
    http->io.data = http;
    ev_io_start(http->base.setup.loop, &http->io);
}

static bool is_passing(int error)
{
    return error == EAGAIN || error == EINTR;
}

/* Many a server prints a stack trace when its client goes before the answer's end. */
static void on_lingering(struct ev_loop *loop, ev_io *watcher, int events)
{
    (void)loop;
    (void)events;
    struct http_try *http = watcher->data;
    char bytes[8192];
    ssize_t size = recv(http->connection.fd, bytes, sizeof bytes, 0);
    if (size < 0 && is_passing(errno))
        return;
    if (size > 0)
        http->dropped += (size_t)size;
    if (size <= 0 || http->dropped >= REST_MAX)
        cancel(&http->base);
}

static void on_status(struct http_try *http, int status)
{
    const struct plan_probe *config = http->base.setup.config;
    char text[32];
    if (status < config->status_min || status > config->status_max) {
        snprintf(text, sizeof text, "status %d", status);
        fail(http, text);
        return;
    }
    struct strbuf seen = {0};
    strbuf_addf(&seen, "GET %s answered %d", http->base.shown_path, status);
    http->dropped = 0;
    watch(http, on_lingering, EV_READ);
    http->base.on_outcome(http->base.ctx, &(struct probe_outcome){.well = true,
                                                                  .second = http->connection.second,
                                                                  .goes_on = true,
                                                                  .text = strbuf_text(&seen)});
    strbuf_finish(&seen);
}

static void on_answer(struct http_try *http)
{
    int status = 0;
    switch (probe_answer_status(strbuf_str(&http->answer), &status)) {
    case PROBE_ANSWER_STATUS: on_status(http, status); return;
    case PROBE_ANSWER_GARBAGE: fail(http, "the answer is not HTTP"); return;
    case PROBE_ANSWER_MORE: break;
    }
    if (http->answer.len >= HEAD_MAX)
        fail(http, "no final status in the first 16 KiB of the answer");
}

static void on_receivable(struct ev_loop *loop, ev_io *watcher, int events)
{
    (void)loop;
    (void)events;
    struct http_try *http = watcher->data;
    char bytes[2048];
    ssize_t size = recv(http->connection.fd, bytes, sizeof bytes, 0);
    if (size < 0 && is_passing(errno))
        return;
    if (size < 0) {
        fail(http, strerror(errno));
    } else if (size == 0) {
        fail(http, "the connection was closed without an answer");
    } else {
        strbuf_add(&http->answer, bytes, (size_t)size);
        on_answer(http);
    }
}

static void on_sendable(struct ev_loop *loop, ev_io *watcher, int events)
{
    (void)loop;
    (void)events;
    struct http_try *http = watcher->data;
    struct str rest = strbuf_str(&http->request);
    ssize_t size =
        send(http->connection.fd, rest.ptr + http->sent, rest.len - http->sent, MSG_NOSIGNAL);
    if (size < 0 && is_passing(errno))
        return;
    if (size < 0) {
        fail(http, strerror(errno));
        return;
    }
    http->sent += (size_t)size;
    if (http->sent == rest.len)
        watch(http, on_receivable, EV_READ);
}

static void on_connected(struct probe_connection *connection, int error)
{
    if (error)
        probe_connection_failed(connection, error);
    else
        watch(http_of(connection->base), on_sendable, EV_WRITE);
}

static void begin(struct probe_try *base)
{
    struct http_try *http = http_of(base);
    strbuf_clear(&http->answer);
    http->sent = 0;
    probe_connection_open(&http->connection, base, on_connected);
}

const struct probe_kind probe_http = {.late = "no answer",
                                      .create = create,
                                      .destroy = destroy,
                                      .prepare = prepare,
                                      .begin = begin,
                                      .cancel = cancel,
                                      .subject = subject};
