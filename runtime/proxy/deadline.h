/* A moment by which something must have happened.
 *
 * It is moved with every piece of progress, so moving it later costs one store: the timer runs on
 * to the old moment and is set anew only then.
 */
#ifndef RUNTIME_DEADLINE_H
#define RUNTIME_DEADLINE_H

#include <ev.h>

struct deadline {
    ev_timer timer;
    ev_tstamp due;   /* 0: none */
    ev_tstamp armed; /* when the timer fires; meaningful while it is active */
    void (*on_due)(struct deadline *deadline);
};

void deadline_init(struct deadline *deadline, void (*on_due)(struct deadline *));
/* seconds from now. */
void deadline_set(struct deadline *deadline, struct ev_loop *loop, ev_tstamp seconds);
/* No deadline for now; the timer may still run. */
void deadline_clear(struct deadline *deadline);
/* Before its memory goes. */
void deadline_stop(struct deadline *deadline, struct ev_loop *loop);

#endif
