/* What an a3s that was killed together with a guard has left running, and its sweep.
 *
 * Each service's process is noted in the run directory ("processes": the boot, then for each
 * service a line with number and start time), and every process of a service carries A3S_RUN_ID:
 * the name of the run directory and of the a3s that started it. Whoever gets the lock next finds
 * what is left by both. A process is never signalled by its number: it is held by a pidfd first,
 * then its identity is compared, then it is signalled through the pidfd.
 */
#ifndef RUNTIME_LEFTOVERS_H
#define RUNTIME_LEFTOVERS_H

#include "rundir.h"
#include "str.h"

struct leftovers {
    int fd; /* of the notes; valid if opened */
    bool opened;
    char run_id[80]; /* "A3S_RUN_ID=...": for every service's environment */
};

/* Begins notes of its own, instead of those of an earlier run. Needs the lock. 0 or a negative
 * errno; without notes the marker still works. */
int leftovers_open(struct leftovers *leftovers, const struct rundir *dir);
/* With done nothing is left, and the notes are removed. */
void leftovers_close(struct leftovers *leftovers, const struct rundir *dir, bool done);
/* Forgets what was noted: the services have got other indices. */
void leftovers_begin_anew(struct leftovers *leftovers);
/* pid 0: nothing of the service is left. */
void leftovers_note(struct leftovers *leftovers, uint32_t service, pid_t pid, uint64_t start_time);

/* Ends everything that an earlier run of this directory has left: SIGTERM, for those that no living
 * guard has told already, and SIGKILL for who is still there 2 s later. Needs the lock. Adds who it
 * was: "db (pid 12), web (pid 13)". Gives their number, or a negative errno. */
int leftovers_sweep(const struct rundir *dir, struct strbuf *out_names);

#endif
