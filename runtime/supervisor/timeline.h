/* What the start was spent on: when each service was asked for, started and ready for the first
 * time, whom it waited for, and the chain of services that everybody waited for: the critical path.
 * Restarts change nothing. Times are the supervisor's milliseconds.
 */
#ifndef RUNTIME_TIMELINE_H
#define RUNTIME_TIMELINE_H

#include "a3s/plan.h"
#include "service_fsm.h"

#include <jansson.h>
#include <stdint.h>

#define TIMELINE_NEVER INT64_MIN

struct timeline_entry {
    int64_t asked, started, ready; /* or TIMELINE_NEVER; a task is ready when it is done */
};

struct timeline {
    int64_t began, began_wall; /* the latter of the wall clock */
    int64_t begun;             /* a service that was asked for by then belongs to the start */
    uint32_t count;
    struct timeline_entry *entries; /* one a service */
};

void timeline_init(struct timeline *timeline, uint32_t count, int64_t now, int64_t wall);
void timeline_finish(struct timeline *timeline);
/* For another plan: from[i] is service i's index in the old one, or PLAN_NONE. */
void timeline_renumber(struct timeline *timeline, const uint32_t *from, uint32_t count);

/* All services that belong to the start have been asked for. */
void timeline_begun(struct timeline *timeline, int64_t now);
/* The service has gone over to the state. */
void timeline_note(struct timeline *timeline, const struct plan *plan, uint32_t service,
                   enum service_state state, int64_t now);

/* The dependency that was ready last before the service started, if it waited for one; else
 * PLAN_NONE. */
uint32_t timeline_waited_for(const struct timeline *timeline, const struct plan *plan,
                             uint32_t service);
/* The service of the start that was ready last; PLAN_NONE: none is ready. */
uint32_t timeline_last(const struct timeline *timeline);

/* The object of GET /v1/timeline, docs/control-api.md; the caller owns it. NULL without memory. */
json_t *timeline_json(const struct timeline *timeline, const struct plan *plan);

#endif
