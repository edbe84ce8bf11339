/* The port of each service: the plan's, or one that is chosen when the plan is started. */
#ifndef RUNTIME_PORTS_H
#define RUNTIME_PORTS_H

#include "a3s/plan.h"

/* Fills ports (one a service, host order; 0: it has none). What is there already for a port that is
 * to be chosen stays; a chosen one was free on loopback a moment ago and is no other service's. 0
 * or a negative errno. */
int ports_resolve(const struct plan *plan, uint16_t *ports);

#endif
