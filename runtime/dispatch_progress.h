/* What the daemon says about the start as a whole: progress.h joined to its events and its log. */
#ifndef RUNTIME_DISPATCH_PROGRESS_H
#define RUNTIME_DISPATCH_PROGRESS_H

#include "daemon_state.h"

/* A service may be on its way now: if that takes long, it will be told. */
void dispatch_progress_began(struct daemon *daemon);
/* Once a turn of the loop: tells how the start came out, when it has. */
void dispatch_progress_settled(struct daemon *daemon);
/* The daemon has other services now. */
void dispatch_progress_anew(struct daemon *daemon);

/* Of the loop; data is the daemon. */
void dispatch_progress(struct ev_loop *loop, ev_timer *timer, int events);

#endif
