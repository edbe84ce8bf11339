/* Where guards come from: a process that is forked from a3s once, while a3s is small, and then
 * forks a guard each time it is asked to.
 *
 * So a guard costs the memory and the page tables of a small process, whatever a3s has grown to,
 * holds no old copy of a3s's pages, and is made on another core while a3s goes on. The kernel makes
 * each guard a child of a3s (CLONE_PARENT). Guards have one session, the nursery's: no signal of a
 * terminal reaches them. A nursery that has been killed is replaced at the next birth.
 */
#ifndef RUNTIME_NURSERY_H
#define RUNTIME_NURSERY_H

#include "process.h"

struct nursery {
    pid_t pid;            /* 0: there is none */
    int fd;               /* valid with pid */
    uint32_t outstanding; /* births asked for and not confirmed */
    struct proc_inherited inherited;
};

/* What a guard is born with; the caller keeps and closes its own copies. */
struct birth {
    int channel; /* the guard's end of its socket pair */
    int out, err;
};

/* inherited: what services are given back. 0 or a negative errno. */
int nursery_start(struct nursery *nursery, const struct proc_inherited *inherited);
/* Guards live on; the nursery is killed and waited for, with the births that it has not begun. */
void nursery_stop(struct nursery *nursery);

/* Asks for a guard. A failure to fork it is reported on its channel, as GUARD_FAILED. */
int nursery_bear(struct nursery *nursery, const struct birth *birth);
/* From the reaping function: true if the process was the nursery. */
bool nursery_exited(struct nursery *nursery, pid_t pid);
/* Whether the process is the nursery, or one of its guards that may not have spoken yet. */
bool nursery_knows(const struct nursery *nursery, pid_t pid);

#endif
