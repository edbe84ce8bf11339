/* How everything is stopped, by whatever way it comes: down, Ctrl-C, a signal, a terminal that
 * closes. The supervisor knows the order; this says what is waited for, and loses patience when the
 * user does. The first signal stops, the second kills at once, the third leaves it to the guards.
 */
#ifndef RUNTIME_STOPPING_H
#define RUNTIME_STOPPING_H

#include "daemon_state.h"

/* Everything is to go down, and then the daemon ends. */
void stopping_all(struct daemon *daemon);
/* It gets no new requests; it is told to end when it has finished those that it has. */
void stopping_drain(struct daemon *daemon, uint32_t service);
/* Whether there are any that have: once a turn of the loop. */
void stopping_look_at_drains(struct daemon *daemon);
/* A service has been told to end: after a while it is said that it is waited for. */
void stopping_began(struct daemon *daemon);
/* Nothing is left to do: once a turn of the loop, which is broken when what has been said has
 * reached whom it is for, or after a second. */
void stopping_end(struct daemon *daemon);

/* Callbacks of the loop; data is the daemon. */
void stopping_on_signal(struct ev_loop *loop, ev_signal *watcher, int events);
/* Ctrl-Z: all services stop, then a3s; when it goes on, they go on. */
void stopping_on_suspend(struct ev_loop *loop, ev_signal *watcher, int events);
void stopping_on_last_word(struct ev_loop *loop, ev_timer *timer, int events);
void stopping_on_patience(struct ev_loop *loop, ev_timer *timer, int events);

#endif
