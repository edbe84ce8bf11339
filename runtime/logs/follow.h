/* A client of the control API that reads logs: history, and then what follows, as JSON lines
 * {"time": RFC 3339 with milliseconds, "service", "stream", "line", "seq"}. */
#ifndef RUNTIME_FOLLOW_H
#define RUNTIME_FOLLOW_H

#include "control.h"
#include "logs.h"

/* Answers GET /v1/logs; as struct control_ops wants it; logs->names is known. A follower that does
 * not keep up loses lines, which are counted in a line of their own; it never holds anybody up. So
 * are those that its pattern is too slow for: it falls behind the output, and what is forgotten
 * before it comes to it has not been looked at. */
int follow_logs(struct logs *logs, struct control_stream *stream,
                const struct control_logs_query *query, struct strbuf *out_error);

#endif
