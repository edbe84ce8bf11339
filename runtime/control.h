/* The control API: HTTP/1.1 with JSON on the run directory's Unix socket, docs/control-api.md.
 *
 * One request a connection. Only a peer with our uid is served (SO_PEERCRED). Knows the daemon only
 * through struct control_ops, which are called from the loop, one at a time, and must not call
 * control_init or control_finish. Errors are {"error": "..."}.
 *
 *     GET  /v1/status                                POST /v1/services/NAME/start|stop|restart
 *     GET  /v1/services/NAME/why                     POST /v1/start|stop|restart, a body of names
 *     GET  /v1/logs?service=a&lines=N&follow=1       POST /v1/reload, variables
 *     GET  /v1/timeline                              POST /v1/shutdown
 */
#ifndef RUNTIME_CONTROL_H
#define RUNTIME_CONTROL_H

#include "str.h"

#include <ev.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#define CONTROL_CLIENTS_MAX 64
#define CONTROL_REQUEST_MAX (64u << 10) /* bytes: line, headers and body */
#define CONTROL_QUEUE_MAX   (16u << 20) /* bytes of output that wait for one client */
#define CONTROL_DEADLINE    5.0         /* seconds to finish a request, and to take its answer */
#define CONTROL_LINES_ALL   UINT32_MAX

enum control_command { CONTROL_START, CONTROL_STOP, CONTROL_RESTART, CONTROL_COMMAND_COUNT };

struct control_stream; /* a client, and the answer that is being written to it */

struct control_logs_query {
    const char *const *services; /* names; none: all */
    size_t service_count;
    uint32_t lines; /* of history, the newest; CONTROL_LINES_ALL: all that is kept */
    bool follow;
};

struct control_ops {
    /* The object of GET /v1/status; the caller owns it. NULL: out of memory. */
    json_t *(*status)(void *ctx);
    /* No names: all services. 0, or -ENOENT (an unknown name: 404), -EBUSY (409), another errno
     * (500) with the reason in out_error; then nothing has been done. */
    int (*command)(void *ctx, enum control_command command, const char *const *services,
                   size_t service_count, struct strbuf *out_error);
    /* The object of GET /v1/services/NAME/why; the caller owns it. 0, or as command. */
    int (*why)(void *ctx, const char *service, json_t **out_why, struct strbuf *out_error);
    /* Make the plan anew and go over to it. variables: an object of texts by name, or NULL. 0: the
     * answer comes later, by control_stream_answer; or as command. */
    int (*reload)(void *ctx, struct control_stream *stream, const json_t *variables,
                  struct strbuf *out_error);
    /* The object of GET /v1/timeline; as status. */
    json_t *(*timeline)(void *ctx);
    /* Begin to stop everything; the answer is queued before. */
    void (*shutdown)(void *ctx);
    /* Writes history as JSON lines; then calls control_stream_end, or, to follow, keeps the stream
     * until on_close. Errors as for command; then the stream must not be used. */
    int (*logs)(void *ctx, struct control_stream *stream, const struct control_logs_query *query,
                struct strbuf *out_error);
};

/* Queues bytes; never calls back. false: the client has been given up (its queue would exceed
 * CONTROL_QUEUE_MAX, or it has gone), on_close follows from the loop. */
bool control_stream_write(struct control_stream *stream, const void *bytes, size_t size);
/* The answer to an operation that did not answer at once. Takes the body. Never calls back. */
void control_stream_answer(struct control_stream *stream, int status, json_t *body);
/* How much the queue still takes. */
size_t control_stream_room(const struct control_stream *stream);
/* Nothing more follows; the client is closed when it has taken everything. */
void control_stream_end(struct control_stream *stream);
/* on_close is called once, when the client is gone for whatever reason (control_finish too), and
 * the stream is not valid after it. on_room, if not NULL, whenever the queue has become empty. */
void control_stream_watch(struct control_stream *stream, void (*on_room)(void *user),
                          void (*on_close)(void *user), void *user);

struct control {
    struct ev_loop *loop;
    int listen_fd;
    const struct control_ops *ops;
    void *ctx;
    ev_io accept;
    ev_timer pause;                 /* accept waits: no descriptor was left */
    struct control_stream *clients; /* linked by ->next */
    unsigned client_count;
};

/* Serves listen_fd (rundir_socket_bind), which it owns from now on. */
int control_init(struct control *control, struct ev_loop *loop, int listen_fd,
                 const struct control_ops *ops, void *ctx);
/* A client in this process, as one that has been accepted: out_fd gets its end of the connection,
 * non-blocking. -EBUSY: there are too many clients. */
int control_connect(struct control *control, int *out_fd);
/* Offers each client what is queued once more, then closes everything; on_close is called. Accepts
 * a zeroed object. */
void control_finish(struct control *control);

#endif
