/* What happens next, at random.
 *
 * Each run has habits of its own: some kinds of moves are frequent in it, some rare, some missing,
 * so that runs go to places where an even mixture never comes.
 */
#ifndef SIM_CHANCE_H
#define SIM_CHANCE_H

#include "world.h"

struct habits {
    uint32_t weights[MOVE_COUNT];
    uint32_t total;
    uint32_t haste;    /* percent of the moves that come at once */
    uint32_t punctual; /* percent of the rest that come just at the next deadline */
};

struct habits chance_habits(struct dice *dice);
/* How each service answers at first, by moves that come before all others. */
struct move chance_answer(struct dice *dice, uint32_t service);
/* A move that the world allows. */
struct move chance_move(const struct habits *habits, const struct world *world, struct dice *dice);
/* The number of moves for a run of so many services. */
uint32_t chance_length(struct dice *dice, uint32_t services);

#endif
