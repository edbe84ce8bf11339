#include "health.h"

#include "loopback.h"
#include "probe_http.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#define REFUSED_FIRST  0.00025 /* s */
#define REFUSED_LAST   0.05
#define REFUSED_GROWTH 1.25
#define UNHAPPY_FIRST  0.01
#define UNHAPPY_GROWTH 2
#define MS             0.001

static void on_io(struct ev_loop *loop, ev_io *watcher, int events);

static bool is_trying(const struct probe *probe)
{
    return probe->phase != PROBE_IDLE && probe->phase != PROBE_LINGER;
}

/* ---- The end of a try ---- */

static void close_socket(struct probe *probe)
{
    ev_io_stop(probe->loop, &probe->io);
    ev_timer_stop(probe->loop, &probe->deadline);
    if (probe->fd >= 0)
        close(probe->fd);
    probe->fd = -1;
    probe->phase = PROBE_IDLE;
}

/* How long to wait before the next try while it has never answered well. */
static double quick_delay(struct probe *probe, bool refused)
{
    double interval = probe->config->interval_ms * MS;
    double first = refused ? REFUSED_FIRST : UNHAPPY_FIRST;
    double last = refused ? REFUSED_LAST : interval;
    double growth = refused ? REFUSED_GROWTH : UNHAPPY_GROWTH;
    probe->delay = probe->delay > 0 && probe->refused == refused ? probe->delay * growth : first;
    if (probe->delay > last)
        probe->delay = last;
    probe->refused = refused;
    return probe->delay;
}

static void ensure_next(struct probe *probe)
{
    if (!probe->next.active)
        fine_timer_start(&probe->next, probe->config->interval_ms * MS);
}

/* The last act of whoever calls it: on_edge may finish the probe. probe->error says why. */
static void try_failed(struct probe *probe, bool refused)
{
    close_socket(probe);
    probe->failures++;
    if (!probe->ready) {
        fine_timer_start(&probe->next, quick_delay(probe, refused));
        return;
    }
    ensure_next(probe);
    if (probe->unhealthy || probe->failures < probe->config->retries)
        return;
    probe->unhealthy = true;
    strbuf_clear(&probe->reason);
    strbuf_add_str(&probe->reason, strbuf_str(&probe->error));
    if (probe->failures > 1)
        strbuf_addf(&probe->reason, " (%u times in a row)", probe->failures);
    probe->on_edge(probe->ctx, HEALTH_UNHEALTHY, strbuf_text(&probe->reason));
}

/* As try_failed. The socket may go on lingering. */
static void try_succeeded(struct probe *probe)
{
    bool first = !probe->ready;
    bool edge = first || probe->unhealthy;
    probe->ready = true;
    probe->unhealthy = false;
    probe->failures = 0;
    strbuf_clear(&probe->error);
    ensure_next(probe);
    if (edge)
        probe->on_edge(probe->ctx, first ? HEALTH_READY : HEALTH_RECOVERED,
                       strbuf_text(&probe->reason));
}

static struct strbuf *begin_error(struct probe *probe)
{
    strbuf_clear(&probe->error);
    if (probe->config->type == PLAN_PROBE_HTTP)
        strbuf_addf(&probe->error, "GET %s on port %u: ", strbuf_text(&probe->path), probe->port);
    else
        strbuf_addf(&probe->error, "port %u: ", probe->port);
    return &probe->error;
}

static void fail_errno(struct probe *probe, int error)
{
    strbuf_adds(begin_error(probe), strerror(error));
    try_failed(probe, false);
}

static void fail_text(struct probe *probe, const char *text)
{
    strbuf_adds(begin_error(probe), text);
    try_failed(probe, false);
}

/* ---- Connecting ---- */

static void watch_socket(struct probe *probe, enum probe_phase phase, int events)
{
    probe->phase = phase;
    ev_io_stop(probe->loop, &probe->io);
    ev_io_set(&probe->io, probe->fd, events);
    ev_io_start(probe->loop, &probe->io);
}

/* 0, or an errno: the connection is under way or it is not. */
static int connect_socket(struct probe *probe)
{
    int error = loopback_connect(probe->second, probe->port, &probe->fd);
    if (!error)
        watch_socket(probe, PROBE_CONNECT, EV_WRITE);
    return -error;
}

static void connect_failed(struct probe *probe, int error)
{
    ev_io_stop(probe->loop, &probe->io);
    if (probe->fd >= 0)
        close(probe->fd);
    probe->fd = -1;
    if (loopback_refused(error) && !probe->second) {
        probe->second = true;
        error = connect_socket(probe);
        if (error)
            connect_failed(probe, error);
    } else if (loopback_refused(error)) {
        strbuf_adds(begin_error(probe), "the connection is refused");
        try_failed(probe, true);
    } else {
        fail_errno(probe, error);
    }
}

static void on_connected(struct probe *probe)
{
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(probe->fd, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error) {
        connect_failed(probe, error);
    } else if (loopback_meets_itself(probe->fd)) {
        connect_failed(probe, ECONNREFUSED);
    } else if (probe->config->type == PLAN_PROBE_TCP) {
        strbuf_clear(&probe->reason);
        strbuf_addf(&probe->reason, "port %u accepts", probe->port);
        close_socket(probe);
        try_succeeded(probe);
    } else {
        probe->sent = 0;
        watch_socket(probe, PROBE_SEND, EV_WRITE);
    }
}

/* ---- HTTP ---- */

static void on_sendable(struct probe *probe)
{
    struct str request = strbuf_str(&probe->request);
    ssize_t size =
        send(probe->fd, request.ptr + probe->sent, request.len - probe->sent, MSG_NOSIGNAL);
    if (size < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (size < 0) {
        fail_errno(probe, errno);
        return;
    }
    probe->sent += (size_t)size;
    if (probe->sent == request.len)
        watch_socket(probe, PROBE_RECEIVE, EV_READ);
}

static void on_status(struct probe *probe, int status)
{
    const struct plan_probe *config = probe->config;
    if (status < config->status_min || status > config->status_max) {
        strbuf_addf(begin_error(probe), "status %d", status);
        try_failed(probe, false);
        return;
    }
    strbuf_clear(&probe->reason);
    strbuf_addf(&probe->reason, "GET %s answered %d", strbuf_text(&probe->path), status);
    probe->phase = PROBE_LINGER;
    probe->dropped = 0;
    try_succeeded(probe);
}

static void on_answer(struct probe *probe)
{
    int status = 0;
    switch (probe_http_status(strbuf_str(&probe->answer), &status)) {
    case PROBE_HTTP_STATUS: on_status(probe, status); return;
    case PROBE_HTTP_GARBAGE: fail_text(probe, "the answer is not HTTP"); return;
    case PROBE_HTTP_MORE: break;
    }
    if (probe->answer.len >= PROBE_HEAD_MAX)
        fail_text(probe, "no final status in the first 16 KiB of the answer");
}

static void on_receivable(struct probe *probe)
{
    char bytes[2048];
    ssize_t size = recv(probe->fd, bytes, sizeof bytes, 0);
    if (size < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (size < 0) {
        fail_errno(probe, errno);
    } else if (size == 0) {
        fail_text(probe, "the connection was closed without an answer");
    } else {
        strbuf_add(&probe->answer, bytes, (size_t)size);
        on_answer(probe);
    }
}

/* Many a server prints a stack trace when its client goes before the answer's end. */
static void on_lingering(struct probe *probe)
{
    char bytes[8192];
    ssize_t size = recv(probe->fd, bytes, sizeof bytes, 0);
    if (size < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (size > 0)
        probe->dropped += (size_t)size;
    if (size <= 0 || probe->dropped >= PROBE_REST_MAX)
        close_socket(probe);
}

/* ---- Watchers ---- */

static void on_io(struct ev_loop *loop, ev_io *watcher, int events)
{
    (void)loop;
    (void)events;
    struct probe *probe = watcher->data;
    switch (probe->phase) {
    case PROBE_CONNECT: on_connected(probe); break;
    case PROBE_SEND: on_sendable(probe); break;
    case PROBE_RECEIVE: on_receivable(probe); break;
    case PROBE_LINGER: on_lingering(probe); break;
    case PROBE_IDLE: break;
    }
}

static void on_deadline(struct ev_loop *loop, ev_timer *watcher, int events)
{
    (void)loop;
    (void)events;
    struct probe *probe = watcher->data;
    if (!is_trying(probe)) {
        close_socket(probe);
        return;
    }
    strbuf_addf(begin_error(probe), "no answer within %u ms", probe->config->timeout_ms);
    try_failed(probe, false);
}

static void begin_try(struct probe *probe)
{
    close_socket(probe);
    strbuf_clear(&probe->answer);
    probe->second = false;
    ev_timer_set(&probe->deadline, probe->config->timeout_ms * MS, 0.0);
    ev_timer_start(probe->loop, &probe->deadline);
    /* The cadence is from the beginning of one try to the beginning of the next. */
    if (probe->ready)
        ensure_next(probe);
    int error = connect_socket(probe);
    if (error)
        connect_failed(probe, error);
}

static void on_next(struct fine_timer *timer)
{
    struct probe *probe = timer->data;
    if (is_trying(probe))
        on_deadline(probe->loop, &probe->deadline, EV_TIMER);
    else
        begin_try(probe);
}

/* ---- Life ---- */

void probe_init(struct probe *probe, struct ev_loop *loop, const struct plan_probe *config,
                void (*on_edge)(void *ctx, enum health_edge edge, const char *reason), void *ctx)
{
    *probe =
        (struct probe){.loop = loop, .config = config, .on_edge = on_edge, .ctx = ctx, .fd = -1};
    ev_init(&probe->io, on_io);
    ev_init(&probe->deadline, on_deadline);
    fine_timer_init(&probe->next, loop, on_next, probe);
    probe->io.data = probe->deadline.data = probe;
}

void probe_finish(struct probe *probe)
{
    if (!probe->loop)
        return;
    probe_stop(probe);
    strbuf_finish(&probe->path);
    strbuf_finish(&probe->request);
    strbuf_finish(&probe->answer);
    strbuf_finish(&probe->error);
    strbuf_finish(&probe->reason);
    probe->loop = NULL;
}

void probe_start(struct probe *probe, const char *path, const char *shown_path, uint16_t port)
{
    probe_stop(probe);
    probe->port = port;
    probe->ready = probe->unhealthy = false;
    probe->failures = 0;
    probe->delay = 0;
    strbuf_clear(&probe->error);
    strbuf_clear(&probe->path);
    strbuf_adds(&probe->path, shown_path);
    strbuf_clear(&probe->request);
    probe_http_request(&probe->request, str_from(path), port);
    fine_timer_start(&probe->next, 0.0);
}

void probe_stop(struct probe *probe)
{
    if (!probe->loop)
        return;
    close_socket(probe);
    fine_timer_stop(&probe->next);
}

const char *probe_error(const struct probe *probe)
{
    return strbuf_text(&probe->error);
}

uint32_t probe_failures(const struct probe *probe)
{
    return probe->failures;
}
