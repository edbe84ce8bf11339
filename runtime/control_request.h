/* One request to the control API: bytes to a whole request, and the table of what is answered.
 *
 * Knows no socket: control.c feeds it and sends the answer.
 */
#ifndef RUNTIME_CONTROL_REQUEST_H
#define RUNTIME_CONTROL_REQUEST_H

#include "control.h"
#include "http.h"

struct control_request {
    struct http http;
    struct strbuf body;
    size_t size;   /* bytes fed */
    bool complete; /* the request is whole */
    bool chunked;  /* a stream may be sent in chunks: the client speaks HTTP/1.1 */
};

struct control_answer {
    int status;        /* 0: none yet, or the operation writes a stream */
    json_t *body;      /* the caller owns it */
    const char *allow; /* NULL, or the method that would be right */
    bool later;        /* the operation answers by itself */
    bool shutdown;     /* ops->shutdown is to be called once the answer is queued */
};

void control_request_init(struct control_request *request);
void control_request_finish(struct control_request *request);

/* Takes bytes until the request is complete; later bytes are ignored. A refusal sets
 * answer->status. */
void control_request_feed(struct control_request *request, const char *bytes, size_t size,
                          struct control_answer *answer);
/* Calls the operation that a complete request asks for. */
void control_request_dispatch(const struct control_request *request, const struct control_ops *ops,
                              void *ctx, struct control_stream *stream,
                              struct control_answer *answer);

/* The reason phrase. */
const char *control_status_text(int status);

#endif
