/* Running scenarios in a process of their own: whether a rule breaks, the supervisor aborts or does
 * not come back, the simulator itself goes on.
 */
#ifndef SIM_TRIAL_H
#define SIM_TRIAL_H

#include "coverage.h"
#include "world.h"

/* Shared by the two processes. */
struct trial {
    struct scenario scenario; /* what is run, up to the move that broke */
    uint64_t seed;            /* of the scenario */
    uint64_t steps, runs;     /* of the supervisor, in all */
    struct coverage coverage; /* in all */
    char broken[96];          /* the rule, or "" */
    uint32_t culprit;
};

struct trial *trial_create(void); /* NULL: no memory */
void trial_destroy(struct trial *trial);

/* Random scenarios from the seeds first, first + 1, ... until so many steps are done or one breaks.
 * Whether all went well; if not, seed and scenario are those that broke. A system failure breaks.
 */
bool trial_explore(struct trial *trial, uint64_t first, uint64_t steps);
/* The scenario as it is. Whether it goes well. */
bool trial_replay(struct trial *trial);
/* In this process, with every move and action told on file. */
void trial_tell(const struct scenario *scenario, FILE *file);

#endif
