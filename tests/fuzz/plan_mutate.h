/* Changes plans the way a fuzzer cannot: by section, record and field, with the directory, the
 * ranges and the checksum mended, so that what is behind them is reached. */
#ifndef TESTS_PLAN_MUTATE_H
#define TESTS_PLAN_MUTATE_H

#include <stddef.h>
#include <stdint.h>

/* The next number (splitmix64: Steele, Lea, Flood, 2014). */
uint64_t plan_mutate_random(uint64_t *state);

/* Changes the plan in one place or some; bytes has room for max_size. Bytes whose frame is not a
 * plan's are replaced by a good plan first. Gives the new size, at most max_size. */
size_t plan_mutate(uint8_t *bytes, size_t size, size_t max_size, uint64_t seed);

#endif
