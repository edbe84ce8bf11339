/* What /proc says of processes. Linux: proc_pid_stat(5), proc_pid_environ(5) and
 * /proc/PID/task/TID/children. Allocates nothing but where the kernel keeps no lists of children.
 * Failures are negative errno; -ENOENT or -ESRCH: there is no such process.
 */
#ifndef RUNTIME_PROCFS_H
#define RUNTIME_PROCFS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Generations that a walk over a process's descendants looks at: a longer chain is nobody's
 * accident.
 */
#define PROCFS_DEPTH_MAX 256

struct procfs_stat {
    pid_t parent, group, session;
    uint64_t start_time; /* clock ticks after boot: with the number and the boot, an identity */
    uint64_t ticks; /* of processor time so far, its own alone; sysconf(_SC_CLK_TCK) a second */
    uint64_t pages; /* of memory that is resident */
    char state;     /* 'R', 'S', 'T', 'Z', ... */
    char name[16];  /* of its program, cut */
};

int procfs_stat(pid_t pid, struct procfs_stat *out_stat);

/* Calls each for every child of the process, zombies included. One that is born or ends meanwhile
 * may be missed: who wants them all asks again. */
void procfs_children(pid_t parent, void (*each)(void *ctx, pid_t child), void *ctx);
/* The same by looking at every process, for a kernel without the lists; false if /proc is shut. */
bool procfs_scan_children(pid_t parent, void (*each)(void *ctx, pid_t child), void *ctx);
/* Calls each for every process that there is. */
bool procfs_each(void (*each)(void *ctx, pid_t pid), void *ctx);

/* Names this boot of the machine; "" if it cannot be had. */
void procfs_boot_id(char out_id[40]);

#endif
