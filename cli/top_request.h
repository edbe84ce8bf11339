/* A request of the control API that nobody waits for: the answer comes through the event loop.
 *
 * One request at a time. A zeroed struct with loop, rundir and callbacks set is one that has not
 * begun. An answer is waited for at most TOP_PATIENCE seconds; a stream, once its head is there, as
 * long as it lasts. A callback may start or stop requests, on_line may not stop its own.
 */
#ifndef CLI_TOP_REQUEST_H
#define CLI_TOP_REQUEST_H

#include "http.h"
#include "rundir.h"

#include <ev.h>
#include <jansson.h>

#define TOP_PATIENCE 5.0
/* Bytes of a stream that are read in one turn of the loop: what is drawn 30 times a second need not
 * be read faster, and whoever is too slow is told by the other end what it has lost. */
#define TOP_TURN_BYTES (128u << 10)
#define TOP_LINE_MAX   (1u << 20)
#define TOP_ANSWER_MAX (16u << 20)

struct top_request {
    struct ev_loop *loop;
    const struct rundir *rundir;
    void (*on_line)(void *ctx, struct str line); /* of a stream; NULL: an answer is wanted */
    /* The end, once a request. status: of the answer, or 0 with a negative errno in error. body is
     * the caller's to release, NULL if there is none that is JSON. */
    void (*on_end)(void *ctx, int status, int error, json_t *body);
    void *ctx;

    bool active;
    int fd;
    ev_io io;
    ev_timer limit;
    struct http http;
    struct strbuf unsent, body;
    size_t sent;
};

/* Stops what was under way. A failure to connect is told by on_end, from within. */
void top_request_start(struct top_request *request, const char *method, const char *target,
                       const char *body);
/* on_end is not called. */
void top_request_stop(struct top_request *request);

#endif
