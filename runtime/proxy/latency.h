/* How long requests took: a histogram whose buckets grow with what they count.
 *
 * Four buckets for each doubling, from a microsecond to some hours: a quantile is at most a quarter
 * above the true one, and never below it. Fixed size, no allocation. A zeroed one is empty.
 */
#ifndef RUNTIME_LATENCY_H
#define RUNTIME_LATENCY_H

#include <stdint.h>

#define LATENCY_BUCKETS 140

struct latency {
    uint64_t count;
    uint32_t buckets[LATENCY_BUCKETS];
};

void latency_add(struct latency *latency, double seconds);
/* The time, in seconds, that the part 0..1 of the requests did not exceed; 0 if there are none. */
double latency_quantile(const struct latency *latency, double part);
/* The seconds that no request in the bucket reached. */
double latency_bound(unsigned bucket);

#endif
