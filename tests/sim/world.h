/* The world around a supervisor: its clock, the processes, and who tells it of them.
 *
 * It carries out each action when the one before is carried out, as the daemon does: what an action
 * causes at once is told while others wait. Everything else happens by moves.
 */
#ifndef SIM_WORLD_H
#define SIM_WORLD_H

#include "invariants.h"

struct world_service {
    enum ledger_process process;
    uint8_t signals;       /* that its process has got; one that is not executed yet keeps them */
    bool busy;             /* DRAIN is not answered at once */
    bool draining;         /* it has no answer yet */
    bool ready, sick;      /* what its probe said of this process */
    enum move_kind answer; /* MOVE_ANSWER_...: to SPAWN */
};

struct world {
    const struct scenario *scenario;
    struct supervisor supervisor;
    struct invariants invariants;
    struct world_service services[SCENARIO_SERVICES_MAX];
    int64_t now;
    struct supervisor_event last_asked; /* a command */
    uint64_t steps;                     /* of the supervisor; kept by init */
    FILE *story;                        /* where every step is told, or NULL; kept by init */
};

/* Nobody runs, nobody is wanted. */
void world_init(struct world *world, const struct scenario *scenario);
void world_finish(struct world *world);

/* Whether the move makes sense now. */
bool world_allows(const struct world *world, const struct move *move);
/* Makes the move if it is allowed. */
void world_play(struct world *world, const struct move *move);
/* Lets everything end that is under way: from now on every service is well, tasks end, who is told
 * to end does unless deaf, and time passes when nothing else does. Then the same with all asked to
 * be up, and with all asked to be down. */
void world_settle(struct world *world);

/* The first broken rule, or NULL. */
static inline const char *world_broken(const struct world *world)
{
    return world->invariants.broken;
}

#endif
