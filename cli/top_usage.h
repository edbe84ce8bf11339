/* What the processes of services use: processor time and memory, from /proc.
 *
 * A service is all that descends from its guard, so daemons that have left it count too; where its
 * process has no guard, what descends from the process. Memory is the proportional share (PSS of
 * smaps_rollup, proc_pid_smaps(5)), in which what forked processes share counts once; what is
 * resident (RSS) where the kernel does not tell. Processor time needs two samples.
 */
#ifndef CLI_TOP_USAGE_H
#define CLI_TOP_USAGE_H

#include <stdint.h>
#include <sys/types.h>

/* More processes than this are not looked at. */
#define TOP_PROCESSES_MAX 4096

struct top_load {
    double cpu;     /* percent of one processor; negative: not known yet */
    int64_t memory; /* bytes; negative: not known */
};

struct top_process {
    pid_t pid;
    uint64_t start, ticks;
};

struct top_usage {
    struct top_process *now, *before; /* TOP_PROCESSES_MAX each; before is sorted by pid */
    uint32_t now_count, before_count;
    double when; /* of the last sample, seconds; 0: there was none */
};

void top_usage_init(struct top_usage *usage);
void top_usage_finish(struct top_usage *usage);

/* Looks at the services whose processes are given (0: has none); daemon is a3s itself. The time is
 * that of a monotonic clock, in seconds. */
void top_usage_sample(struct top_usage *usage, double now, pid_t daemon, const pid_t *pids,
                      uint32_t count, struct top_load *out_loads);

#endif
