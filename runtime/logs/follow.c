#include "follow.h"

#include "log_json.h"
#include "log_search.h"
#include "mem.h"
#include "unknown.h"

#include <errno.h>

/* Left free in a follower's queue, for the line that says how many were lost. */
#define ROOM_KEPT (2u * LOG_LINE_MAX)

struct follower {
    struct log_sink sink;
    struct logs *logs;
    struct control_stream *stream;
    char **asked; /* names, as many as asked_count; none: all */
    size_t asked_count;
    uint32_t generation; /* of the logs, when wanted was made */
    uint32_t lines;      /* of history that are asked for */
    bool follow;
    bool live;         /* has caught up: what comes is looked at when it comes */
    bool full;         /* the client must take some history before more can be queued */
    uint64_t sent_seq; /* of the last line of history that was queued */
    uint64_t lost;
    struct log_filter filter;
    struct log_search search; /* if the filter is not open */
    uint64_t kept, came;      /* lines: to be looked at when it last stopped, and since then */
    uint64_t unread;          /* lines that it is still to be told of */
    uint32_t hard;            /* filter.hard as it was told */
    ev_timer next;            /* the next slice of the search */
    struct strbuf text;
    bool *wanted; /* one a service, then one for a3s itself */
};

static bool has_room(const struct follower *f)
{
    return control_stream_room(f->stream) >= f->text.len + ROOM_KEPT;
}

/* What happens now can not wait for a slow client: it is counted instead. */
static void send_live(struct follower *f, const struct log_line *line)
{
    strbuf_clear(&f->text);
    if (f->lost)
        log_json_add_lost(&f->text, f->lost);
    log_json_add(&f->text, line, f->logs->names);
    if (!has_room(f)) {
        f->lost++;
        return;
    }
    f->lost = 0;
    control_stream_write(f->stream, f->text.ptr, f->text.len);
}

/* False: the client must take some of what is queued first. */
static bool send_kept(void *ctx, const struct log_line *line)
{
    struct follower *f = ctx;
    strbuf_clear(&f->text);
    log_json_add(&f->text, line, f->logs->names);
    f->full = !has_room(f);
    if (f->full)
        return false;
    f->sent_seq = line->seq;
    control_stream_write(f->stream, f->text.ptr, f->text.len);
    return true;
}

static void send_history(void *ctx, const struct log_line *line)
{
    struct follower *f = ctx;
    if (!f->full && line->seq > f->sent_seq)
        send_kept(f, line);
}

/* False: no service is called so. */
static bool want(struct follower *f, const char *name)
{
    if (strcmp(name, "a3s") == 0) {
        f->wanted[f->logs->count] = true;
        return true;
    }
    for (uint32_t i = 0; i < f->logs->count; i++) {
        if (strcmp(f->logs->names[i], name) == 0) {
            f->wanted[i] = true;
            return true;
        }
    }
    return false;
}

/* The first name that is no service's, or NULL. A service that is gone may come back. */
static const char *select_services(struct follower *f)
{
    const char *unknown = NULL;
    free(f->wanted);
    f->wanted = mem_alloc_array((size_t)f->logs->count + 1, sizeof *f->wanted);
    f->sink.wanted = f->wanted;
    f->generation = f->logs->generation;
    for (uint32_t i = 0; f->asked_count == 0 && i <= f->logs->count; i++)
        f->wanted[i] = true;
    for (size_t i = 0; i < f->asked_count; i++) {
        if (!want(f, f->asked[i]) && !unknown)
            unknown = f->asked[i];
    }
    return unknown;
}

/* ---- What a slow pattern has not looked at ---- */

static void stop_here(struct follower *f)
{
    f->kept = logs_count_from(f->logs, f->wanted, f->search.next);
    f->came = 0;
}

/* The rings forget the oldest lines for new ones, whether they have been looked at or not. */
static void count_forgotten(struct follower *f)
{
    uint64_t expected = f->kept + f->came;
    uint64_t kept = logs_count_from(f->logs, f->wanted, f->search.next);
    f->unread += expected > kept ? expected - kept : 0;
}

static void tell_unread(struct follower *f, bool counts)
{
    f->unread += counts ? f->filter.hard - f->hard : 0;
    f->hard = f->filter.hard;
    if (!f->unread || control_stream_room(f->stream) < LOG_LINE_MAX)
        return;
    strbuf_clear(&f->text);
    log_json_add_unread(&f->text, f->unread);
    f->unread = 0;
    control_stream_write(f->stream, f->text.ptr, f->text.len);
}

static void on_renumbered(struct log_sink *sink)
{
    struct follower *f = (struct follower *)(void *)sink;
    select_services(f);
    stop_here(f);
}

/* A pattern that takes too long on line after line would take a3s with it. */
static bool end_if_too_hard(struct follower *f)
{
    static const char text[] = "{\"error\":\"the pattern takes too many steps: say it simpler\"}\n";
    if (!log_filter_gave_up(&f->filter))
        return false;
    tell_unread(f, true);
    control_stream_write(f->stream, text, sizeof text - 1);
    control_stream_end(f->stream);
    return true;
}

/* False: some of it is still to come. */
static bool search_on(struct follower *f)
{
    bool gives = !f->search.counting; /* else the same lines are looked at again */
    count_forgotten(f);
    tell_unread(f, gives);
    enum log_search_step step = log_search_run(&f->search, f->logs, f->wanted, send_kept, f);
    stop_here(f);
    tell_unread(f, gives);
    if (step == LOG_SEARCH_TIME)
        ev_timer_start(f->logs->loop, &f->next);
    return step == LOG_SEARCH_DONE;
}

static bool send_all(struct follower *f)
{
    logs_history(f->logs, f->wanted, f->lines, send_history, f);
    return !f->full;
}

/* Queues as much history as the client has room for; when it has all of it, goes on live. */
static void continue_history(void *user)
{
    struct follower *f = user;
    if (f->live || ev_is_active(&f->next) || log_filter_gave_up(&f->filter))
        return;
    if (f->generation != f->logs->generation) {
        select_services(f);
        stop_here(f);
    }
    f->full = false;
    bool all = log_filter_is_open(&f->filter) ? send_all(f) : search_on(f);
    if (end_if_too_hard(f) || !all)
        return;
    f->live = f->follow;
    if (!f->follow)
        control_stream_end(f->stream);
    else if (!f->sink.attached)
        logs_attach(f->logs, &f->sink);
}

static void on_next(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)loop;
    (void)events;
    continue_history(timer->data);
}

/* A pattern that is slower than the output would hold up the loop: it catches up in slices. */
static void fall_back(struct follower *f, uint64_t seq)
{
    f->live = false;
    log_search_go_back(&f->search, seq);
    stop_here(f);
    ev_timer_start(f->logs->loop, &f->next);
}

static void on_batch(struct log_sink *sink, const struct log_batch *batch)
{
    struct follower *f = (struct follower *)(void *)sink;
    if (!f->live) {
        f->came += batch->service == LOGS_SELF ? 0 : batch->count;
        return;
    }
    int64_t end = f->filter.has_pattern ? log_search_slice_end() : INT64_MAX;
    for (uint32_t i = 0; i < batch->count; i++) {
        struct log_line line = log_batch_line(batch, i);
        if (f->filter.has_pattern && i && log_search_slice_is_over(end)) {
            fall_back(f, line.seq);
            return;
        }
        if (log_filter_takes(&f->filter, f->logs, &line)) {
            send_live(f, &line);
        } else if (end_if_too_hard(f)) {
            logs_detach(f->logs, sink);
            return;
        }
    }
    tell_unread(f, true);
}
_Static_assert(offsetof(struct follower, sink) == 0, "the sink is the follower");

static void destroy(struct follower *f)
{
    for (size_t i = 0; i < f->asked_count; i++)
        free(f->asked[i]);
    free(f->asked);
    free(f->wanted);
    ev_timer_stop(f->logs->loop, &f->next);
    log_search_finish(&f->search);
    log_filter_finish(&f->filter);
    strbuf_finish(&f->text);
    free(f);
}

static void on_close(void *user)
{
    struct follower *f = user;
    if (f->sink.attached)
        logs_detach(f->logs, &f->sink);
    destroy(f);
}

static char *copy_text(const char *text)
{
    size_t size = strlen(text) + 1;
    return memcpy(mem_alloc(size), text, size);
}

static struct follower *create(struct logs *logs, struct control_stream *stream,
                               const struct control_logs_query *query)
{
    struct follower *f = mem_alloc(sizeof *f);
    *f = (struct follower){.logs = logs,
                           .stream = stream,
                           .lines = query->lines,
                           .follow = query->follow,
                           .sink = {.write = on_batch, .renumbered = on_renumbered}};
    f->asked = mem_alloc_array(query->service_count, sizeof *f->asked);
    for (size_t i = 0; i < query->service_count; i++)
        f->asked[f->asked_count++] = copy_text(query->services[i]);
    log_search_init(&f->search, &f->filter, f->lines);
    ev_timer_init(&f->next, on_next, 0., 0.);
    f->next.data = f;
    return f;
}

int follow_logs(struct logs *logs, struct control_stream *stream,
                const struct control_logs_query *query, struct strbuf *out_error)
{
    struct follower *f = create(logs, stream, query);
    int error = log_filter_init(&f->filter, query, out_error);
    const char *unknown = select_services(f);
    if (!error && unknown) {
        unknown_service(out_error, unknown, logs->names, logs->count);
        error = -ENOENT;
    }
    if (error) {
        destroy(f);
        return error;
    }
    control_stream_watch(stream, continue_history, on_close, f);
    if (f->follow && !log_filter_is_open(&f->filter))
        logs_attach(logs, &f->sink); /* it counts what comes while it searches */
    stop_here(f);
    continue_history(f);
    return 0;
}
