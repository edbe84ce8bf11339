/* Memory that a callback is done with, released when no callback runs any more.
 *
 * libev may still hold an event of a watcher that lies in it, and callers up the stack may still
 * look at it; so what ends is marked here, and swept before the loop blocks again.
 */
#ifndef RUNTIME_SWEEP_H
#define RUNTIME_SWEEP_H

#include <ev.h>
#include <stdbool.h>

struct swept {
    struct swept *next;
    void (*release)(struct swept *swept);
};

struct sweeper {
    struct ev_loop *loop;
    ev_prepare prepare;
    struct swept *list; /* of struct swept */
};

void sweeper_start(struct sweeper *sweeper, struct ev_loop *loop);
/* Sweeps and stops; no callback of what was marked may be running. */
void sweeper_stop(struct sweeper *sweeper);
/* At most once for each. */
void sweep_later(struct sweeper *sweeper, struct swept *swept, void (*release)(struct swept *));

#endif
