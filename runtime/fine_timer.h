/* A one-shot timer that keeps to fractions of a millisecond.
 *
 * The loop waits in whole milliseconds. A short delay therefore goes through a timerfd (Linux),
 * which exists only while short delays are asked for; a long one, or one for which no descriptor is
 * left, through the loop's own timer; none at all is fed to the loop at once.
 */
#ifndef RUNTIME_FINE_TIMER_H
#define RUNTIME_FINE_TIMER_H

#include <ev.h>
#include <stdbool.h>

/* s; from here on a millisecond more or less does not matter. */
#define FINE_TIMER_SHORT 0.02

struct fine_timer {
    struct ev_loop *loop;
    ev_timer coarse;
    ev_io fine;
    int fd; /* a timerfd, or -1 */
    bool active;
    void (*on_due)(struct fine_timer *timer);
    void *data; /* the owner's */
};

void fine_timer_init(struct fine_timer *timer, struct ev_loop *loop,
                     void (*on_due)(struct fine_timer *timer), void *data);
/* Sets it anew if it is active. on_due may start or stop it. */
void fine_timer_start(struct fine_timer *timer, double seconds);
/* Releases the descriptor too. */
void fine_timer_stop(struct fine_timer *timer);

#endif
