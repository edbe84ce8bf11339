#include "follow.h"

#include "access.h"
#include "clock_text.h"

#include "mem.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <utf8proc.h>

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

/* As a JSON string; a byte that is not UTF-8 becomes U+FFFD. */
static void add_json_string(struct strbuf *out, const char *text, size_t length)
{
    strbuf_addc(out, '"');
    for (size_t at = 0; at < length;) {
        utf8proc_int32_t code = 0;
        utf8proc_ssize_t size = utf8proc_iterate((const utf8proc_uint8_t *)text + at,
                                                 (utf8proc_ssize_t)(length - at), &code);
        if (size <= 0) {
            strbuf_adds(out, "\\ufffd");
            size = 1;
        } else if (code == '"' || code == '\\') {
            strbuf_addf(out, "\\%c", (char)code);
        } else if (code < 0x20 || code == 0x7f) {
            strbuf_addf(out, "\\u%04x", (unsigned)code);
        } else {
            strbuf_add(out, text + at, (size_t)size);
        }
        at += (size_t)size;
    }
    strbuf_addc(out, '"');
}

static void add_line(struct strbuf *out, const struct follower *f, const struct log_line *line)
{
    bool self = line->service == LOGS_SELF;
    strbuf_adds(out, "{\"time\":\"");
    clock_text_iso(out, line->time_ms);
    strbuf_adds(out, "\",\"service\":");
    const char *name = self ? "a3s" : f->logs->names[line->service];
    add_json_string(out, name, strlen(name));
    strbuf_addf(out, ",\"stream\":\"%s\",\"seq\":%" PRIu64 ",",
                line->stream == LOG_HTTP     ? "http"
                : self                       ? "a3s"
                : line->stream == LOG_STDERR ? "stderr"
                                             : "stdout",
                line->seq);
    if (line->stream == LOG_HTTP) {
        access_add_json(out, (struct str){line->text, line->length});
    } else {
        strbuf_adds(out, "\"line\":");
        add_json_string(out, line->text, line->length);
    }
    strbuf_adds(out, "}\n");
}

static bool has_room(const struct follower *f)
{
    return control_stream_room(f->stream) >= f->text.len + ROOM_KEPT;
}

/* What happens now can not wait for a slow client: it is counted instead. */
static void send_live(struct follower *f, const struct log_line *line)
{
    strbuf_clear(&f->text);
    if (f->lost)
        strbuf_addf(&f->text, "{\"lost\":%" PRIu64 "}\n", f->lost);
    add_line(&f->text, f, line);
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
    add_line(&f->text, f, line);
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

static void on_line(struct log_sink *sink, const struct log_line *line)
{
    send_live((struct follower *)(void *)sink, line);
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
                           .sink = {.write = on_line, .renumbered = on_renumbered}};
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
