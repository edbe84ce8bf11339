/* Who listens to what happens: GET /v1/events, a JSON object a line.
 *
 *     {"time", "service", "event": "state", "from", "to", "text", "seq"}
 *     {"time", "event": "open", "plan_hash"}     of the present plan: nothing is missing after it
 *     {"time", "event": "reload", "plan_hash"}   another plan is in force
 *
 * A listener that does not keep up loses events, which are counted in a line of their own; it never
 * holds anybody up. A zeroed object has no listeners.
 */
#ifndef RUNTIME_EVENTS_H
#define RUNTIME_EVENTS_H

#include "control_ops.h"
#include "why.h"

struct events {
    struct listener_of_events *listeners; /* linked by ->next; each is its stream's */
};

/* Answers GET /v1/events; the stream is the listener's from now on. */
void events_follow(struct events *events, const struct why_source *source,
                   struct control_stream *stream, const struct control_events_query *query);
/* The record of a change of state, if it is still kept. */
void events_state(struct events *events, const struct why_source *source,
                  struct journal_ref record);
void events_reload(struct events *events, const struct why_source *source);

#endif
