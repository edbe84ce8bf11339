/* Where the runs of a service begin among its log lines: the newest of them.
 *
 * A run is a life of the service, pre_start to post_stop; they are counted from 1. A zeroed object
 * knows of none.
 */
#ifndef RUNTIME_LOG_RUNS_H
#define RUNTIME_LOG_RUNS_H

#include <stdbool.h>
#include <stdint.h>

#define LOG_RUNS_KEPT 64u

struct log_runs {
    uint32_t count;                /* in all */
    uint64_t first[LOG_RUNS_KEPT]; /* of run n at (n - 1) % LOG_RUNS_KEPT: the seq of its lines */
};

/* The next run begins; its first line will have this seq or a later one. */
void log_runs_begin(struct log_runs *runs, uint64_t seq);
/* Whether a line with this seq is of run n (from 1). False: of another, or n is not known (any
 * more). */
bool log_runs_has(const struct log_runs *runs, uint32_t n, uint64_t seq);

#endif
