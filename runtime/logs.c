#include "logs.h"

#include "io.h"
#include "log_history.h"
#include "log_split.h"
#include "mem.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define BUFFER_BYTES  (64u << 10)
#define DRAIN_BYTES   (1u << 20)
#define PARTIAL_DELAY 0.1 /* s */

struct log_pipe {
    struct log_source *source;
    ev_io readable;
    ev_timer partial; /* shows an unfinished line */
    struct log_split split;
    ev_tstamp last; /* when bytes came last */
    int fd;         /* -1: closed */
    uint8_t stream;
};

struct log_source {
    struct logs *logs;
    uint32_t service; /* or LOGS_SELF */
    struct log_ring ring;
    struct log_runs runs;
    void (*on_line)(void *ctx, const struct log_line *line); /* NULL: nobody listens */
    void *ctx;
    struct log_pipe pipes[LOG_STREAM_COUNT];
};

struct log_walk {
    struct log_sink *next;
    struct log_walk *outer; /* a walk during which this one began */
};

static struct log_source *find_source(struct logs *logs, uint32_t service)
{
    return logs->sources[service < logs->count ? service : logs->count];
}

static void read_clock(struct logs *logs)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    logs->now_ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ---- Lines to rings and sinks ---- */

static struct log_sink *walk_next(struct log_walk *walk)
{
    struct log_sink *sink = walk->next;
    if (sink)
        walk->next = sink->next;
    return sink;
}

static void give_sinks(struct logs *logs, uint32_t index, const struct log_line *line)
{
    struct log_walk walk = {.next = logs->sinks, .outer = logs->walks};
    logs->walks = &walk;
    for (struct log_sink *sink; (sink = walk_next(&walk));) {
        if (sink->wanted && !sink->wanted[index])
            continue;
        sink->dirty = true; /* before the write, which may free it */
        sink->write(sink, line);
    }
    logs->walks = walk.outer;
    if (logs->sinks)
        ev_prepare_start(logs->loop, &logs->flush);
}

static struct log_line add_line(struct log_source *source, enum log_stream stream, struct str text,
                                bool open, bool continued)
{
    struct logs *logs = source->logs;
    struct log_line line = {.seq = ++logs->last_seq,
                            .time_ms = logs->now_ms,
                            .service = source->service,
                            .length = (uint32_t)text.len,
                            .stream = (uint8_t)stream,
                            .open = open,
                            .continued = continued,
                            .text = text.ptr};
    log_ring_push(&source->ring, &line);
    give_sinks(logs, source->service < logs->count ? source->service : logs->count, &line);
    return line;
}

void logs_flush(struct logs *logs)
{
    struct log_walk walk = {.next = logs->sinks, .outer = logs->walks};
    ev_prepare_stop(logs->loop, &logs->flush);
    logs->walks = &walk;
    for (struct log_sink *sink; (sink = walk_next(&walk));) {
        bool dirty = sink->dirty;
        sink->dirty = false;
        if (dirty && sink->flush)
            sink->flush(sink);
    }
    logs->walks = walk.outer;
}

static void on_prepare(struct ev_loop *loop, ev_prepare *watcher, int events)
{
    (void)loop;
    (void)events;
    logs_flush(watcher->data);
}

/* ---- Pipes to lines ---- */

static void on_piece(void *ctx, struct str text, bool open, bool continued)
{
    struct log_pipe *pipe = ctx;
    struct log_source *source = pipe->source;
    struct log_line line = add_line(source, pipe->stream, text, open, continued);
    if (source->on_line)
        source->on_line(source->ctx, &line);
}

static void on_said(void *ctx, struct str text, bool open, bool continued)
{
    struct log_pipe *said = ctx;
    add_line(said->source, said->stream, text, open, continued);
}

static void pipe_close(struct log_pipe *pipe)
{
    struct logs *logs = pipe->source->logs;
    if (pipe->fd < 0)
        return;
    ev_io_stop(logs->loop, &pipe->readable);
    ev_timer_stop(logs->loop, &pipe->partial);
    io_close(&pipe->fd);
    read_clock(logs);
    log_split_end(&pipe->split, on_piece, pipe);
    log_split_finish(&pipe->split);
}

/* Reads until the pipe is empty or budget bytes are read; closes it at its end. */
static void pipe_read(struct log_pipe *pipe, size_t budget)
{
    struct logs *logs = pipe->source->logs;
    read_clock(logs);
    while (pipe->fd >= 0 && budget) {
        size_t wanted = budget < BUFFER_BYTES ? budget : BUFFER_BYTES;
        ssize_t size = read(pipe->fd, logs->buffer, wanted);
        if (size < 0 && errno == EINTR)
            continue;
        if (size < 0 && errno == EAGAIN)
            return;
        if (size <= 0) {
            pipe_close(pipe);
            return;
        }
        log_split_feed(&pipe->split, logs->buffer, (size_t)size, on_piece, pipe);
        budget -= (size_t)size;
        if ((size_t)size < wanted)
            return;
    }
}

/* The timer is not moved with each read: when it fires too early it is set anew. */
static void expect_rest(struct log_pipe *pipe)
{
    struct ev_loop *loop = pipe->source->logs->loop;
    pipe->last = ev_now(loop);
    if (pipe->fd < 0 || !log_split_pending(&pipe->split) || ev_is_active(&pipe->partial))
        return;
    ev_timer_set(&pipe->partial, PARTIAL_DELAY, 0.0);
    ev_timer_start(loop, &pipe->partial);
}

static void on_readable(struct ev_loop *loop, ev_io *watcher, int events)
{
    (void)loop;
    (void)events;
    struct log_pipe *pipe = watcher->data;
    pipe_read(pipe, LOGS_TURN_BYTES / LOG_STREAM_COUNT);
    expect_rest(pipe);
}

static void on_partial(struct ev_loop *loop, ev_timer *watcher, int events)
{
    (void)events;
    struct log_pipe *pipe = watcher->data;
    ev_tstamp left = pipe->last + PARTIAL_DELAY - ev_now(loop);
    if (!log_split_pending(&pipe->split))
        return;
    if (left > 0.001 && left <= PARTIAL_DELAY) {
        ev_timer_set(watcher, left, 0.0);
        ev_timer_start(loop, watcher);
        return;
    }
    read_clock(pipe->source->logs);
    log_split_show(&pipe->split, on_piece, pipe);
}

/* ---- Life ---- */

static void pipe_init(struct log_pipe *pipe, struct log_source *source, uint8_t stream)
{
    *pipe = (struct log_pipe){.source = source, .fd = -1, .stream = stream};
    ev_init(&pipe->readable, on_readable);
    ev_init(&pipe->partial, on_partial);
    pipe->readable.data = pipe->partial.data = pipe;
}

static struct log_source *source_create(struct logs *logs, uint32_t service)
{
    struct log_source *source = mem_alloc(sizeof *source);
    source->logs = logs;
    source->service = service;
    log_ring_init(&source->ring, logs->ring_bytes);
    for (uint8_t stream = 0; stream < LOG_STREAM_COUNT; stream++)
        pipe_init(&source->pipes[stream], source, stream);
    return source;
}

static void source_destroy(struct log_source *source)
{
    for (int stream = 0; stream < LOG_STREAM_COUNT; stream++)
        pipe_close(&source->pipes[stream]);
    log_ring_finish(&source->ring);
    free(source);
}

static struct log_source *source_take(struct logs *logs, uint32_t old, uint32_t service)
{
    struct log_source *source = logs->sources[old];
    logs->sources[old] = NULL;
    if (source->service != service)
        log_ring_renumber(&source->ring, service);
    source->service = service;
    return source;
}

/* Those that go first: their last words are still theirs. */
static void close_left_out(struct logs *logs, const uint32_t *from, uint32_t count)
{
    bool *stays = mem_alloc_array(logs->count, sizeof *stays);
    for (uint32_t i = 0; i < count; i++) {
        if (from[i] != UINT32_MAX)
            stays[from[i]] = true;
    }
    for (uint32_t i = 0; i < logs->count; i++) {
        if (!stays[i])
            source_destroy(logs->sources[i]);
    }
    free(stays);
}

void logs_renumber(struct logs *logs, const uint32_t *from, uint32_t count,
                   const char *const *names)
{
    struct log_source **sources = mem_alloc_array((size_t)count + 1, sizeof *sources);
    close_left_out(logs, from, count);
    for (uint32_t i = 0; i < count; i++)
        sources[i] = from[i] == UINT32_MAX ? source_create(logs, i) : source_take(logs, from[i], i);
    sources[count] = logs->sources[logs->count];
    free(logs->sources);
    logs->sources = sources;
    logs->count = count;
    logs->names = names;
    logs->generation++;
    for (struct log_sink *sink = logs->sinks; sink; sink = sink->next) {
        if (sink->renumbered)
            sink->renumbered(sink);
    }
}

void logs_init(struct logs *logs, struct ev_loop *loop, uint32_t count, size_t ring_bytes)
{
    *logs = (struct logs){
        .loop = loop, .count = count, .ring_bytes = ring_bytes ? ring_bytes : LOGS_RING_BYTES};
    logs->buffer = mem_alloc(BUFFER_BYTES);
    logs->sources = mem_alloc_array((size_t)count + 1, sizeof *logs->sources);
    for (uint32_t i = 0; i <= count; i++)
        logs->sources[i] = source_create(logs, i < count ? i : LOGS_SELF);
    ev_prepare_init(&logs->flush, on_prepare);
    logs->flush.data = logs;
}

void logs_finish(struct logs *logs)
{
    if (!logs->sources)
        return;
    while (logs->sinks)
        logs_detach(logs, logs->sinks);
    for (uint32_t i = 0; i <= logs->count; i++)
        source_destroy(logs->sources[i]);
    ev_prepare_stop(logs->loop, &logs->flush);
    free(logs->sources);
    free(logs->buffer);
    *logs = (struct logs){0};
}

static void pipe_start(struct log_pipe *pipe, int fd)
{
    pipe->fd = fd;
    ev_io_set(&pipe->readable, fd, EV_READ);
    ev_io_start(pipe->source->logs->loop, &pipe->readable);
}

int logs_open(struct logs *logs, uint32_t service, int out_fds[LOG_STREAM_COUNT])
{
    struct log_source *source = find_source(logs, service);
    int out[2], err[2];
    logs_close(logs, service);
    log_runs_begin(&source->runs, logs->last_seq + 1);
    int error = io_pipe(out, true);
    if (error)
        return error;
    error = io_pipe(err, true);
    if (error) {
        io_close(&out[0]);
        io_close(&out[1]);
        return error;
    }
    pipe_start(&source->pipes[LOG_STDOUT], out[0]);
    pipe_start(&source->pipes[LOG_STDERR], err[0]);
    out_fds[LOG_STDOUT] = out[1];
    out_fds[LOG_STDERR] = err[1];
    return 0;
}

/* The master does not block, nothing becomes the controlling terminal of a3s. */
static int open_pty(int *out_master, int *out_slave)
{
    char name[64];
    struct winsize size = {.ws_row = 24, .ws_col = 80};
    int slave = -1, master = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (master < 0)
        return -errno;
    if (grantpt(master) == 0 && unlockpt(master) == 0 && ptsname_r(master, name, sizeof name) == 0)
        slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (slave < 0) {
        int error = errno;
        close(master);
        return -error;
    }
    ioctl(slave, TIOCSWINSZ, &size);
    *out_master = master;
    *out_slave = slave;
    return 0;
}

int logs_open_terminal(struct logs *logs, uint32_t service, int out_fds[LOG_STREAM_COUNT])
{
    int master, slave;
    logs_close(logs, service);
    log_runs_begin(&find_source(logs, service)->runs, logs->last_seq + 1);
    int error = open_pty(&master, &slave);
    if (error)
        return error;
    int second = fcntl(slave, F_DUPFD_CLOEXEC, 0);
    if (second < 0) {
        error = -errno;
        io_close(&master);
        io_close(&slave);
        return error;
    }
    pipe_start(&find_source(logs, service)->pipes[LOG_STDOUT], master);
    out_fds[LOG_STDOUT] = slave;
    out_fds[LOG_STDERR] = second;
    return 0;
}

void logs_drain(struct logs *logs, uint32_t service)
{
    struct log_source *source = find_source(logs, service);
    for (int stream = 0; stream < LOG_STREAM_COUNT; stream++) {
        pipe_read(&source->pipes[stream], DRAIN_BYTES);
        expect_rest(&source->pipes[stream]);
    }
}

void logs_close(struct logs *logs, uint32_t service)
{
    struct log_source *source = find_source(logs, service);
    logs_drain(logs, service);
    for (int stream = 0; stream < LOG_STREAM_COUNT; stream++)
        pipe_close(&source->pipes[stream]);
}

void logs_print(struct logs *logs, uint32_t service, enum log_stream stream, const char *text)
{
    struct log_source *source = find_source(logs, service);
    struct log_pipe said = {.source = source, .stream = (uint8_t)stream};
    read_clock(logs);
    log_split_feed(&said.split, text, strlen(text), on_said, &said);
    log_split_end(&said.split, on_said, &said);
    log_split_finish(&said.split);
}

void logs_tap(struct logs *logs, uint32_t service,
              void (*on_line)(void *ctx, const struct log_line *line), void *ctx)
{
    struct log_source *source = find_source(logs, service);
    source->on_line = on_line;
    source->ctx = ctx;
}

void logs_attach(struct logs *logs, struct log_sink *sink)
{
    if (sink->attached)
        return;
    sink->attached = true;
    sink->dirty = false;
    sink->next = logs->sinks;
    logs->sinks = sink;
}

void logs_detach(struct logs *logs, struct log_sink *sink)
{
    if (!sink->attached)
        return;
    for (struct log_walk *walk = logs->walks; walk; walk = walk->outer)
        if (walk->next == sink)
            walk->next = sink->next;
    struct log_sink **link = &logs->sinks;
    while (*link != sink)
        link = &(*link)->next;
    *link = sink->next;
    sink->attached = false;
}

/* The rings of the wanted services; the caller frees the list. */
static const struct log_ring **choose_rings(const struct logs *logs, const bool *wanted,
                                            uint32_t *out_count)
{
    const struct log_ring **rings = calloc((size_t)logs->count + 1, sizeof *rings);
    *out_count = 0;
    for (uint32_t i = 0; rings && i <= logs->count; i++)
        if (!wanted || wanted[i])
            rings[(*out_count)++] = &logs->sources[i]->ring;
    return rings;
}

void logs_history(const struct logs *logs, const bool *wanted, uint32_t max,
                  void (*on_line)(void *ctx, const struct log_line *line), void *ctx)
{
    uint32_t count;
    const struct log_ring **rings = choose_rings(logs, wanted, &count);
    log_history(rings, count, max, on_line, ctx);
    free(rings);
}

void logs_history_from(const struct logs *logs, const bool *wanted, uint64_t from,
                       bool (*on_line)(void *ctx, const struct log_line *line), void *ctx)
{
    uint32_t count;
    const struct log_ring **rings = choose_rings(logs, wanted, &count);
    log_history_from(rings, count, from, on_line, ctx);
    free(rings);
}

const struct log_runs *logs_runs(const struct logs *logs, uint32_t service)
{
    return &logs->sources[service < logs->count ? service : logs->count]->runs;
}
