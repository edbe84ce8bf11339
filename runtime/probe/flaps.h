/* How often a service has become unhealthy of late. Times are milliseconds of any clock that never
 * goes back. A zeroed one is new. */
#ifndef RUNTIME_FLAPS_H
#define RUNTIME_FLAPS_H

#include <stdint.h>

/* ms: what is older does not count any more. */
#define FLAPS_WINDOW 600000
/* More are not told apart. */
#define FLAPS_MAX 32

struct flaps {
    int64_t times[FLAPS_MAX]; /* a ring */
    uint32_t count;           /* of all times: the newest is times[(count - 1) % FLAPS_MAX] */
};

void flaps_add(struct flaps *flaps, int64_t now);
/* Those within the window. *out_since: when the first of them was; untouched if there is none. */
uint32_t flaps_recent(const struct flaps *flaps, int64_t now, int64_t *out_since);

#endif
