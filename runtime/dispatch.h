/* The daemon's two directions: what happens in the world becomes an event of the supervisor, what
 * the supervisor asks for is carried out. */
#ifndef RUNTIME_DISPATCH_H
#define RUNTIME_DISPATCH_H

#include "daemon_state.h"

/* Takes the event, then carries out all actions that follow from it. From within an action the
 * event only joins the queue. */
void dispatch(struct daemon *daemon, const struct supervisor_event *event);
void dispatch_input(struct daemon *daemon, enum supervisor_input input, uint32_t service);
/* Starts the service's process, whatever becomes of its port. */
void dispatch_spawn(struct daemon *daemon, uint32_t service);

/* Its files are watched while it is wanted. */
void dispatch_watch(struct daemon *daemon, uint32_t service);

/* The callbacks of the modules (ctx is the daemon) and of the loop (data is the daemon). */
extern const struct run_ops dispatch_runs;
extern const struct watcher_ops dispatch_for_watcher;
void dispatch_child_signal(struct ev_loop *loop, ev_signal *watcher, int events);
void dispatch_deadline(struct ev_loop *loop, ev_timer *timer, int events);
void dispatch_hunt(struct ev_loop *loop, ev_timer *timer, int events);
void dispatch_settled(struct ev_loop *loop, ev_prepare *watcher, int events);

#endif
