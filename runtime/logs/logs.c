#include "logs.h"

#include "clock.h"
#include "io.h"
#include "log_history.h"
#include "log_pipe.h"
#include "mem.h"

#include <stdlib.h>

#define DRAIN_BYTES (1u << 20)

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

static struct log_source *find_source(const struct logs *logs, uint32_t service)
{
    return logs->sources[service < logs->count ? service : logs->count];
}

/* ---- Lines to rings and sinks ---- */

static struct log_sink *walk_next(struct log_walk *walk)
{
    struct log_sink *sink = walk->next;
    if (sink)
        walk->next = sink->next;
    return sink;
}

/* service and about as in struct log_line; wanted as in struct log_sink. */
static bool is_wanted(const struct logs *logs, const bool *wanted, uint32_t service, uint32_t about)
{
    if (!wanted)
        return true;
    if (service != LOGS_SELF)
        return wanted[service];
    return wanted[logs->count] || (about != LOGS_SELF && wanted[about]);
}

static bool wants(const struct logs *logs, const struct log_sink *sink,
                  const struct log_batch *batch)
{
    if (sink->single)
        return sink->service == batch->service;
    return is_wanted(logs, sink->wanted, batch->service, batch->about);
}

static void give_sinks(struct logs *logs, const struct log_batch *batch)
{
    struct log_walk walk = {.next = logs->sinks, .outer = logs->walks};
    logs->walks = &walk;
    for (struct log_sink *sink; (sink = walk_next(&walk));) {
        if (!wants(logs, sink, batch))
            continue;
        sink->dirty = true; /* before the write, which may free it */
        sink->write(sink, batch);
    }
    logs->walks = walk.outer;
    if (logs->sinks)
        ev_prepare_start(logs->loop, &logs->flush);
}

static void add_batch(struct log_source *source, uint32_t about, uint8_t stream,
                      struct log_batch *batch)
{
    struct logs *logs = source->logs;
    batch->seq = logs->last_seq + 1;
    batch->time_ms = clock_wall_ms();
    batch->service = source->service;
    batch->about = about;
    batch->stream = stream;
    logs->last_seq += batch->count;
    log_ring_push(&source->ring, batch);
    give_sinks(logs, batch);
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

/* ---- What services print ---- */

static void tell_tap(const struct log_source *source, const struct log_batch *batch)
{
    for (uint32_t i = 0; source->on_line && i < batch->count; i++) {
        struct log_line line = log_batch_line(batch, i);
        source->on_line(source->ctx, &line);
    }
}

static void on_printed(struct log_source *source, enum log_stream stream, struct log_batch *batch)
{
    add_batch(source, LOGS_SELF, (uint8_t)stream, batch);
    tell_tap(source, batch);
}

static void on_stdout(void *ctx, struct log_batch *batch)
{
    on_printed(ctx, LOG_STDOUT, batch);
}

static void on_stderr(void *ctx, struct log_batch *batch)
{
    on_printed(ctx, LOG_STDERR, batch);
}

static log_split_fn *const on_stream[LOG_STREAM_COUNT] = {
    [LOG_STDOUT] = on_stdout, [LOG_STDERR] = on_stderr};

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
    log_pipe_start(&source->pipes[LOG_STDOUT], out[0], false);
    log_pipe_start(&source->pipes[LOG_STDERR], err[0], false);
    out_fds[LOG_STDOUT] = out[1];
    out_fds[LOG_STDERR] = err[1];
    return 0;
}

int logs_open_terminal(struct logs *logs, uint32_t service, int out_fds[LOG_STREAM_COUNT])
{
    int master;
    struct log_source *source = find_source(logs, service);
    logs_close(logs, service);
    log_runs_begin(&source->runs, logs->last_seq + 1);
    int error = log_pipe_open_terminal(&logs->window, &master, out_fds);
    if (!error)
        log_pipe_start(&source->pipes[LOG_STDOUT], master, true);
    return error;
}

void logs_resize(struct logs *logs, const struct winsize *window)
{
    logs->window = *window;
    for (uint32_t i = 0; i < logs->count; i++)
        log_pipe_resize(&logs->sources[i]->pipes[LOG_STDOUT], window);
}

void logs_hold(struct logs *logs, uint32_t service, bool held)
{
    struct log_source *source = find_source(logs, service);
    for (int stream = 0; stream < LOG_STREAM_COUNT; stream++)
        log_pipe_hold(&source->pipes[stream], held);
}

void logs_drain(struct logs *logs, uint32_t service)
{
    struct log_source *source = find_source(logs, service);
    for (int stream = 0; stream < LOG_STREAM_COUNT; stream++)
        log_pipe_drain(&source->pipes[stream], DRAIN_BYTES);
}

void logs_close(struct logs *logs, uint32_t service)
{
    struct log_source *source = find_source(logs, service);
    logs_drain(logs, service);
    for (int stream = 0; stream < LOG_STREAM_COUNT; stream++)
        log_pipe_close(&source->pipes[stream]);
}

void logs_tap(struct logs *logs, uint32_t service,
              void (*on_line)(void *ctx, const struct log_line *line), void *ctx)
{
    struct log_source *source = find_source(logs, service);
    source->on_line = on_line;
    source->ctx = ctx;
}

/* ---- What is said ---- */

struct saying {
    struct log_source *source;
    uint32_t about;
    uint8_t stream;
};

static void on_said(void *ctx, struct log_batch *batch)
{
    const struct saying *saying = ctx;
    add_batch(saying->source, saying->about, saying->stream, batch);
}

static void say(struct logs *logs, uint32_t service, uint32_t about, enum log_stream stream,
                const char *text)
{
    struct log_split split = {0};
    struct saying saying = {find_source(logs, service), about, (uint8_t)stream};
    log_split_feed(&split, text, strlen(text), on_said, &saying);
    log_split_end(&split, on_said, &saying);
    log_split_finish(&split);
}

void logs_print(struct logs *logs, uint32_t service, enum log_stream stream, const char *text)
{
    say(logs, service, LOGS_SELF, stream, text);
}

void logs_tell(struct logs *logs, uint32_t about, enum log_stream stream, const char *text)
{
    say(logs, LOGS_SELF, about, stream, text);
}

/* ---- Life ---- */

static struct log_source *source_create(struct logs *logs, uint32_t service)
{
    struct log_source *source = mem_alloc(sizeof *source);
    source->logs = logs;
    source->service = service;
    log_ring_init(&source->ring, logs->ring_bytes);
    for (int stream = 0; stream < LOG_STREAM_COUNT; stream++)
        log_pipe_init(&source->pipes[stream], logs->loop, logs->buffer, (enum log_stream)stream,
                      on_stream[stream], source);
    return source;
}

static void source_destroy(struct log_source *source)
{
    for (int stream = 0; stream < LOG_STREAM_COUNT; stream++)
        log_pipe_close(&source->pipes[stream]);
    log_ring_finish(&source->ring);
    free(source);
}

/* Those that go first: their last words are still theirs. The others get their new index. */
static void move_sources(struct logs *logs, const uint32_t *to)
{
    for (uint32_t i = 0; i < logs->count; i++) {
        struct log_source *source = logs->sources[i];
        if (to[i] == UINT32_MAX) {
            source_destroy(source);
            continue;
        }
        if (to[i] != i)
            log_ring_renumber(&source->ring, to);
        source->service = to[i];
    }
    log_ring_renumber(&logs->sources[logs->count]->ring, to);
}

void logs_renumber(struct logs *logs, const uint32_t *from, uint32_t count,
                   const char *const *names)
{
    struct log_source **sources = mem_alloc_array((size_t)count + 1, sizeof *sources);
    uint32_t *to = mem_alloc_array(logs->count, sizeof *to);
    for (uint32_t i = 0; i < logs->count; i++)
        to[i] = UINT32_MAX;
    for (uint32_t i = 0; i < count; i++) {
        if (from[i] != UINT32_MAX)
            to[from[i]] = i;
    }
    move_sources(logs, to);
    for (uint32_t i = 0; i < count; i++)
        sources[i] = from[i] == UINT32_MAX ? source_create(logs, i) : logs->sources[from[i]];
    sources[count] = logs->sources[logs->count];
    free(to);
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
    *logs = (struct logs){.loop = loop,
                          .count = count,
                          .ring_bytes = ring_bytes ? ring_bytes : LOGS_RING_BYTES,
                          .window = {.ws_row = 24, .ws_col = 80}};
    logs->buffer = mem_alloc(LOG_READ_BYTES);
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

void logs_add(struct logs *logs, uint32_t service, enum log_stream stream, struct str text)
{
    struct log_batch batch = {.count = 1, .bytes = text, .lines = &text};
    add_batch(find_source(logs, service), LOGS_SELF, (uint8_t)stream, &batch);
}

/* ---- Who listens ---- */

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

struct asked {
    const struct logs *logs;
    const bool *wanted;
};

static bool is_asked(void *ctx, const struct log_line *line)
{
    const struct asked *asked = ctx;
    return is_wanted(asked->logs, asked->wanted, line->service, line->about);
}

static void merge(const struct logs *logs, const bool *wanted, struct log_history *history)
{
    struct asked asked = {logs, wanted};
    const struct log_ring **rings = calloc((size_t)logs->count + 1, sizeof *rings);
    history->rings = rings;
    history->filter = is_asked;
    history->filter_ctx = &asked;
    for (uint32_t i = 0; rings && i <= logs->count; i++)
        if (!wanted || wanted[i] || i == logs->count)
            rings[history->count++] = &logs->sources[i]->ring;
    log_history(history);
    free(rings);
}

/* Whoever wants every line. */
struct taker {
    void (*on_line)(void *ctx, const struct log_line *line);
    void *ctx;
};

static bool take_any(void *ctx, const struct log_line *line)
{
    const struct taker *taker = ctx;
    taker->on_line(taker->ctx, line);
    return true;
}

void logs_history(const struct logs *logs, const bool *wanted, uint32_t max,
                  void (*on_line)(void *ctx, const struct log_line *line), void *ctx)
{
    struct taker taker = {on_line, ctx};
    merge(logs, wanted, &(struct log_history){.max = max, .on_line = take_any, .ctx = &taker});
}

void logs_history_from(const struct logs *logs, const bool *wanted, uint64_t from,
                       bool (*on_line)(void *ctx, const struct log_line *line), void *ctx)
{
    merge(logs, wanted,
          &(struct log_history){.max = UINT32_MAX, .from = from, .on_line = on_line, .ctx = ctx});
}

uint64_t logs_count_from(const struct logs *logs, const bool *wanted, uint64_t from)
{
    uint64_t count = 0;
    for (uint32_t i = 0; i < logs->count; i++)
        count += wanted[i] ? log_ring_seek(&logs->sources[i]->ring, from).left : 0;
    return count;
}

const struct log_runs *logs_runs(const struct logs *logs, uint32_t service)
{
    return &find_source(logs, service)->runs;
}

const struct log_ring *logs_ring(const struct logs *logs, uint32_t service)
{
    return &find_source(logs, service)->ring;
}
