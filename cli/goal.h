/* Waiting until what was asked for is there: services that run and are ready, tasks that are done.
 */
#ifndef CLI_GOAL_H
#define CLI_GOAL_H

#include "rundir.h"
#include "start.h"

/* CLI_DONE; CLI_FAILED with the service that cannot get there and why; CLI_TIMEOUT with those that
 * are not there yet; the daemon goes on in each case. CLI_NOT_RUNNING, without a word: it has
 * ended. */
int goal_await(const struct start *start, const struct rundir *dir);

#endif
