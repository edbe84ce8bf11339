/* The changes of one watch that belong together: from the first until it has been quiet for a
 * while.
 *
 * Who saves a file often writes another one and renames it, or tries first whether the folder can
 * be written to. What came and went within the burst is therefore neither named nor counted, as
 * long as there is something else.
 *
 * Times are seconds of any clock that never goes back. A zeroed burst has no changes.
 */
#ifndef RUNTIME_WATCH_BURST_H
#define RUNTIME_WATCH_BURST_H

#include "watch_tree.h"

/* A burst ends at the latest after so many times the debounce. */
#define WATCH_BURST_MAX 10
/* Different paths that are told apart. */
#define WATCH_BURST_PATHS 32

struct watch_burst_path {
    uint64_t hash;
    char *text;      /* on the heap */
    bool made, gone; /* in this burst */
};

struct watch_burst {
    struct watch_burst_path paths[WATCH_BURST_PATHS]; /* in the order of their first change */
    uint32_t count;                                   /* of them; 0: no changes */
    bool more;                                        /* there were more than that */
    double first, last;
};

void watch_burst_add(struct watch_burst *burst, const char *path, enum watch_event event,
                     double now);
/* What to call it: the burst's own string, which has changes, and how many others there are. */
const char *watch_burst_name(const struct watch_burst *burst, uint32_t *out_others);
/* When it is over, should nothing more come; and when it is in any case. */
double watch_burst_quiet(const struct watch_burst *burst, double debounce);
double watch_burst_latest(const struct watch_burst *burst, double debounce);
void watch_burst_clear(struct watch_burst *burst);

#endif
