#include "latency.h"

#define SHARE_BITS 2 /* of a doubling: 1 << SHARE_BITS buckets */
#define SHARES     (1u << SHARE_BITS)
#define MICRO      1e6
/* The first that does not fit: the last bucket takes all that is longer. */
#define TIME_LIMIT (1ull << (LATENCY_BUCKETS / SHARES + 1))

/* Below SHARES microseconds a bucket each; then the leading bit and the two behind it. */
static unsigned bucket_of(uint64_t micros)
{
    if (micros < SHARES)
        return (unsigned)micros;
    unsigned doubling = 63u - (unsigned)__builtin_clzll(micros);
    unsigned share = (unsigned)(micros >> (doubling - SHARE_BITS)) & (SHARES - 1);
    return (doubling - SHARE_BITS + 1) * SHARES + share;
}
_Static_assert(LATENCY_BUCKETS % SHARES == 0, "whole doublings");

double latency_bound(unsigned bucket)
{
    if (bucket < SHARES)
        return (bucket + 1) / MICRO;
    unsigned shift = bucket / SHARES - 1;
    return (double)((uint64_t)(SHARES + bucket % SHARES + 1) << shift) / MICRO;
}

void latency_add(struct latency *latency, double seconds)
{
    double micros = seconds > 0. ? seconds * MICRO : 0.;
    uint64_t whole = micros < (double)TIME_LIMIT ? (uint64_t)micros : TIME_LIMIT - 1;
    latency->buckets[bucket_of(whole)]++;
    latency->count++;
}

double latency_quantile(const struct latency *latency, double part)
{
    double exact = part * (double)latency->count;
    uint64_t wanted = (uint64_t)exact, seen = 0;
    wanted += (double)wanted < exact;
    if (!latency->count)
        return 0.;
    for (unsigned i = 0; i < LATENCY_BUCKETS; i++) {
        seen += latency->buckets[i];
        if (seen && seen >= wanted)
            return latency_bound(i);
    }
    return latency_bound(LATENCY_BUCKETS - 1);
}
