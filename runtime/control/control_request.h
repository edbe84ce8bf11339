/* One request to the control API out of a stream of bytes.
 *
 * Knows no socket: control.c feeds it and sends the answer.
 */
#ifndef RUNTIME_CONTROL_REQUEST_H
#define RUNTIME_CONTROL_REQUEST_H

#include "control_api.h"
#include "http.h"

#define CONTROL_REQUEST_MAX (64u << 10) /* bytes: line, headers and body */

struct control_request {
    struct http http;
    struct strbuf body;
    size_t size;   /* bytes fed */
    bool complete; /* the request is whole */
    bool chunked;  /* a stream may be sent in chunks: the client speaks HTTP/1.1 */
};

void control_request_init(struct control_request *request);
void control_request_finish(struct control_request *request);

/* Takes bytes until the request is complete; later bytes are ignored. A refusal sets
 * answer->status. */
void control_request_feed(struct control_request *request, const char *bytes, size_t size,
                          struct control_answer *answer);
/* What a complete request asks for: views of it. */
struct control_call control_request_call(const struct control_request *request);

#endif
