#include "follow.h"

#include "log_json.h"
#include "mem.h"

#include <errno.h>

/* Left free in a follower's queue, for the line that says how many were lost. */
#define ROOM_KEPT (2u * LOG_LINE_MAX)

struct follower {
    struct log_sink sink;
    struct logs *logs;
    struct control_stream *stream;
    char **asked; /* names, as many as asked_count; none: all */
    size_t asked_count;
    uint32_t generation; /* of the logs, that wanted is of */
    uint32_t lines;      /* of history that are asked for */
    bool follow;
    bool full;         /* the client must take some history before more can be queued */
    uint64_t sent_seq; /* of the last line of history that was queued */
    uint64_t lost;
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

static void send_history(void *ctx, const struct log_line *line)
{
    struct follower *f = ctx;
    if (f->full || line->seq <= f->sent_seq)
        return;
    strbuf_clear(&f->text);
    log_json_add(&f->text, line, f->logs->names);
    f->full = !has_room(f);
    if (f->full)
        return;
    f->sent_seq = line->seq;
    control_stream_write(f->stream, f->text.ptr, f->text.len);
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

static void on_renumbered(struct log_sink *sink)
{
    select_services((struct follower *)(void *)sink);
}

/* Queues as much history as the client has room for; when it has all of it, goes on live. */
static void continue_history(void *user)
{
    struct follower *f = user;
    if (f->sink.attached)
        return;
    if (f->generation != f->logs->generation)
        select_services(f);
    f->full = false;
    logs_history(f->logs, f->wanted, f->lines, send_history, f);
    if (f->full)
        return;
    if (f->follow)
        logs_attach(f->logs, &f->sink);
    else
        control_stream_end(f->stream);
}

static void on_batch(struct log_sink *sink, const struct log_batch *batch)
{
    for (uint32_t i = 0; i < batch->count; i++) {
        struct log_line line = log_batch_line(batch, i);
        send_live((struct follower *)(void *)sink, &line);
    }
}
_Static_assert(offsetof(struct follower, sink) == 0, "the sink is the follower");

static void destroy(struct follower *f)
{
    for (size_t i = 0; i < f->asked_count; i++)
        free(f->asked[i]);
    free(f->asked);
    free(f->wanted);
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
    return f;
}

int follow_logs(struct logs *logs, struct control_stream *stream,
                const struct control_logs_query *query, struct strbuf *out_error)
{
    struct follower *f = create(logs, stream, query);
    const char *unknown = select_services(f);
    if (unknown) {
        strbuf_addf(out_error, "no service is called \"%s\"", unknown);
        destroy(f);
        return -ENOENT;
    }
    control_stream_watch(stream, continue_history, on_close, f);
    continue_history(f);
    return 0;
}
