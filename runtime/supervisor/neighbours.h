/* What services are to each other; the part of the supervisor that knows the edges of the plan.
 *
 * A service has three levels that its neighbours count: whether it is ready and whether it is
 * hopeless, for those that depend on it; whether it holds, for those that it depends on. Code that
 * changes a service asks for its levels before (neighbours_levels) and hands them over afterwards
 * (neighbours_tell): from the difference the neighbours' counters unmet, hopeless and holders
 * follow, and each neighbour whose counters moved is queued to be looked at.
 * Nobody but supervisor.c and adoption.c includes this.
 */
#ifndef RUNTIME_NEIGHBOURS_H
#define RUNTIME_NEIGHBOURS_H

#include "supervisor.h"

struct levels {
    bool ready;    /* a service runs, a task is done */
    bool hopeless; /* will not become ready unless somebody asks for it, or the next plan does */
    bool holds;    /* what it depends on must not go down before it */
};

struct levels neighbours_levels(const struct supervisor *supervisor, uint32_t service);
void neighbours_tell(struct supervisor *supervisor, uint32_t service, struct levels before);

/* Whether a dependent that the next plan changes, too, has a process yet. */
bool neighbours_hold_swap(const struct supervisor *supervisor, uint32_t service);

/* Queues the service to be looked at, once. */
void neighbours_queue(struct supervisor *supervisor, uint32_t service);
/* Takes the lowest of the queue, which is not empty: whoever is looked at, what it depends on has
 * been. */
uint32_t neighbours_unqueue(struct supervisor *supervisor);

/* Marks the service and all that it depends on, or all that depends on it; nobody else. */
void neighbours_mark_below(struct supervisor *supervisor, uint32_t service);
void neighbours_mark_above(struct supervisor *supervisor, uint32_t service);

#endif
