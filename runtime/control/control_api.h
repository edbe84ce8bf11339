/* The control API without a transport: a method, a target and a body to an answer. One table,
 * control_routes.def, says what there is; docs/control-api.md and docs/openapi.json describe it.
 *
 * A transport fills a control_call with a whole request, offers a control_stream, and looks at the
 * answer:
 *
 *     control_dispatch(&call, ops, ctx, &client->stream, &answer);
 *     answer.status         send it, with answer.body as JSON (and Allow: answer.allow)
 *     else answer.later     wait: control_stream_answer comes from the loop
 *     else                  the operation writes a stream of JSON lines, which has begun
 *     answer.shutdown       call ops->shutdown once the answer is queued
 *
 * Who may ask is the transport's business. What only the user's own programs may see (environments)
 * is there for those that set call.local.
 */
#ifndef RUNTIME_CONTROL_API_H
#define RUNTIME_CONTROL_API_H

#include "control_ops.h"

struct control_call {
    struct str method, target; /* as in the request's first line */
    struct str body;
    bool local;
};

struct control_answer {
    int status;        /* 0: none yet, or the operation writes a stream */
    json_t *body;      /* the caller owns it; NULL: out of memory */
    const char *allow; /* NULL, or the methods that would be right */
    bool later;        /* the operation answers by itself */
    bool shutdown;     /* ops->shutdown is to be called once the answer is queued */
};

void control_dispatch(const struct control_call *call, const struct control_ops *ops, void *ctx,
                      struct control_stream *stream, struct control_answer *answer);

/* {"error": "..."} */
void control_refuse(struct control_answer *answer, int status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The reason phrase. */
const char *control_status_text(int status);

#endif
