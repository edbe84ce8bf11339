/* What the supervisor writes into its journal, and how causes are passed on: each service holds the
 * record that was last made of it, or of a neighbour whose change moved its counters
 * (neighbours.c); its next change of state names that as its cause. Nobody but supervisor.c
 * and adoption.c includes this.
 */
#ifndef RUNTIME_NOTES_H
#define RUNTIME_NOTES_H

#include "supervisor.h"

/* Before the event is taken. A TICK is none of a service: nothing is written. */
void notes_event(struct supervisor *supervisor, const struct supervisor_event *event, int64_t now);
/* Before the service enters the state. Gives the record. */
struct journal_ref notes_state(struct supervisor *supervisor, uint32_t service,
                               enum service_state next, enum service_event event, int64_t now);
/* The event concerns this service too, as a neighbour of the one that it names: only what is news
 * is written. */
void notes_demand(struct supervisor *supervisor, uint32_t service, bool wanted, int64_t now);

#endif
