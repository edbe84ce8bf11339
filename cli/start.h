/* From a plan to a running daemon, in this process or in the background; for "up" and "run". */
#ifndef CLI_START_H
#define CLI_START_H

#include "a3s/plan.h"
#include "command.h"

struct rundir;
struct update_source;

struct start {
    const struct plan *plan;
    const char *root;         /* what the plan's paths start from; need not be absolute */
    const char *project;      /* the A3sfile or the plan, as the user wrote it */
    const char *const *names; /* services that are asked for; none: all that are enabled */
    size_t name_count;
    struct arena *arena;
    const struct update_source *source; /* who makes the plan anew, or NULL */
    bool with_deps;
    bool only_errors, json; /* what is shown, and how: as in struct daemon_options */
    bool detach;
    bool wait;         /* with detach: until the goal is reached */
    long wait_timeout; /* seconds; 0: as long as it takes */
};

/* Returns when the daemon has ended, or, with detach, when it listens or the goal is reached. */
int start_plan(const struct start *start);

/* Ends what an a3s that was killed has left running, and says so. Needs the lock. The number of
 * processes. */
int start_sweep(const struct rundir *dir);

#endif
