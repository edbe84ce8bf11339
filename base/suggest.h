/* "Did you mean": the closest of the names that exist.
 *
 * A name is close if its edit distance is at most 2 or a third of its length, and less than the
 * longer of the two names; what goes on after all that was written counts as 1. If none is, a name
 * that abbreviates the other will do ("cmd" and "command"). Of several equally close ones the first
 * offered wins. Only for the path where an error was found already.
 */
#ifndef BASE_SUGGEST_H
#define BASE_SUGGEST_H

#include "str.h"

#include <stdint.h>

struct suggestion {
    struct str wanted;
    struct str best; /* ptr is NULL while nothing was close */
    size_t distance; /* of best; beyond the limit while it is an abbreviation or nothing */
    uint32_t number; /* whatever came with best */
};

struct suggestion suggest_begin(struct str wanted);
void suggest_offer(struct suggestion *s, struct str name, uint32_t number);

/* For a search among many names, which a file with many mistakes would ask for again and again:
 * whether the run, which has offered *work names so far, may offer count more; counts them. */
bool suggest_afford(uint32_t *work, uint32_t count);

#endif
