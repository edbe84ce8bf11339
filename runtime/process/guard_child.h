/* The guard process: runs one life of one service and ends when nobody of it is left.
 *
 * It is a subreaper: whatever the service spawns, daemons that fork twice and leave the session
 * included, becomes its child when its parent ends. So "no child is left" (ECHILD) is the proof
 * that the service is gone. When a3s dies its channel ends; then the guard stops the service by
 * itself, within bounds. Numbers are never signalled on trust: a child is pinned until the guard
 * reaps it, and with it its group; who is further away is reached through a pidfd.
 *
 * It is forked without exec, touches few pages, and allocates nothing.
 */
#ifndef RUNTIME_GUARD_CHILD_H
#define RUNTIME_GUARD_CHILD_H

#include "nursery.h"

_Noreturn void guard_child_run(const struct birth *birth);

#endif
