/* What must hold after every step of the supervisor: each rule of invariants.c is the
 * sentence that is told when it is broken. */
#ifndef SIM_INVARIANTS_H
#define SIM_INVARIANTS_H

#include "ledger.h"

struct invariants {
    const struct supervisor *supervisor;
    struct ledger ledger;
    const char *broken; /* the first rule that did not hold, or NULL; a literal */
    uint32_t culprit;   /* the service */
    int64_t last_notice[SCENARIO_SERVICES_MAX]; /* when its state has changed */
    struct supervisor_event last;               /* the step before */
};

void invariants_init(struct invariants *invariants, const struct scenario *scenario,
                     const struct supervisor *supervisor);
/* After a step: the event, and how many actions had not been taken before it. */
void invariants_check(struct invariants *invariants, const struct supervisor_event *event,
                      uint32_t actions_before, int64_t now);
/* The supervisor has gone over to the next plan, which is the same, except that the service is to
 * start; the next step does what follows. */
void invariants_adopted(struct invariants *invariants, uint32_t service, int64_t now);
/* After the world has been left to settle with everybody well: nothing is under way. */
void invariants_check_settled(struct invariants *invariants);
/* Settled after everything was asked to be up: it is. */
void invariants_check_up(struct invariants *invariants);
/* Settled after everything was asked to be down: nothing lives. */
void invariants_check_down(struct invariants *invariants);

void invariants_break(struct invariants *invariants, const char *rule, uint32_t service);

#endif
