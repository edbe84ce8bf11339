/* The changes of one watch that belong together: from the first until it has been quiet for a
 * while.
 *
 * Times are seconds of any clock that never goes back. A zeroed burst has no changes.
 */
#ifndef RUNTIME_WATCH_BURST_H
#define RUNTIME_WATCH_BURST_H

#include <stdbool.h>
#include <stdint.h>

/* A burst ends at the latest after so many times the debounce. */
#define WATCH_BURST_MAX 10
/* Different paths that are told apart. */
#define WATCH_BURST_PATHS 32

struct watch_burst {
    char *path; /* the first; on the heap; NULL: no changes */
    uint64_t seen[WATCH_BURST_PATHS];
    uint32_t paths; /* different ones, at most WATCH_BURST_PATHS */
    bool more;      /* there were more than that */
    double first, last;
};

void watch_burst_add(struct watch_burst *burst, const char *path, double now);
/* When it is over, should nothing more come; and when it is in any case. */
double watch_burst_quiet(const struct watch_burst *burst, double debounce);
double watch_burst_latest(const struct watch_burst *burst, double debounce);
void watch_burst_clear(struct watch_burst *burst);

#endif
