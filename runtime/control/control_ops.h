/* What the control API can do: the daemon implements it (answers.c), control_dispatch calls it.
 *
 * Operations are called from the loop, one at a time. They give 0, or, with the reason in out_error
 * and nothing done: -ENOENT (an unknown name: 404), -EBUSY (409), -EINVAL (400), -ENOTSUP (501),
 * another errno (500).
 */
#ifndef RUNTIME_CONTROL_OPS_H
#define RUNTIME_CONTROL_OPS_H

#include "control_stream.h"
#include "str.h"

#include <stdint.h>

enum control_command { CONTROL_START, CONTROL_STOP, CONTROL_RESTART, CONTROL_COMMAND_COUNT };

/* What can be read, an object each; those behind CONTROL_SERVICE are of one service. */
enum control_what {
    CONTROL_STATUS,
    CONTROL_HEALTH,
    CONTROL_PLAN,
    CONTROL_TIMELINE,
    CONTROL_TICKET, /* a new one */
    CONTROL_SERVICES,
    CONTROL_SERVICE,
    CONTROL_WHY,
    CONTROL_JOURNAL,
    CONTROL_LAUNCH,
    CONTROL_WHAT_COUNT
};

#define CONTROL_LINES_ALL  UINT32_MAX
#define CONTROL_RUN_ANY    UINT32_MAX
#define CONTROL_RUN_NEWEST 0u

struct control_logs_query {
    const char *const *services; /* names; none: all */
    size_t service_count;
    uint32_t lines;       /* of history, the newest; CONTROL_LINES_ALL: all that is kept */
    uint32_t run;         /* of each service, from 1; or CONTROL_RUN_... */
    int64_t since, until; /* ms of the wall clock, [since, until); INT64_MIN and _MAX: no bound */
    const char *grep;     /* a pattern (line_pattern.h); NULL: every line */
    bool follow;
    bool http; /* the requests that went through the proxy, instead of what was printed */
};

struct control_events_query {
    uint32_t history; /* changes of state of before, the newest, as far as they are kept */
    bool follow;
};

struct control_ops {
    /* The caller owns the object. service: NULL unless it is about one. */
    int (*read)(void *ctx, enum control_what what, const char *service, json_t **out_object,
                struct strbuf *out_error);
    /* No names: all services. */
    int (*command)(void *ctx, enum control_command command, const char *const *services,
                   size_t service_count, struct strbuf *out_error);
    /* What goes wrong on purpose for a service, by fault.h; NULL: for all, and only {"off": true}.
     * out_body gets the answer. */
    int (*fault)(void *ctx, const char *service, json_t *fault, json_t **out_body,
                 struct strbuf *out_error);
    /* Make the plan anew and go over to it. variables: an object of texts by name, or NULL. 0: the
     * answer comes later, by control_stream_answer. */
    int (*reload)(void *ctx, struct control_stream *stream, const json_t *variables,
                  struct strbuf *out_error);
    /* Begin to stop everything; the answer is queued before. */
    void (*shutdown)(void *ctx);
    /* Write history as JSON lines; then call control_stream_end, or, to follow, keep the stream
     * until on_close. With an error the stream must not be used. */
    int (*logs)(void *ctx, struct control_stream *stream, const struct control_logs_query *query,
                struct strbuf *out_error);
    int (*events)(void *ctx, struct control_stream *stream,
                  const struct control_events_query *query, struct strbuf *out_error);
};

#endif
