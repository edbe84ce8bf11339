#include "suggest.h"

#define CLOSE_MIN 2

struct suggestion suggest_begin(struct str wanted)
{
    size_t third = wanted.len / 3;
    size_t limit = third > CLOSE_MIN ? third : CLOSE_MIN;
    return (struct suggestion){.wanted = wanted, .distance = limit + 1};
}

void suggest_offer(struct suggestion *s, struct str name, uint32_t number)
{
    if (s->distance == 0)
        return;
    size_t distance = str_distance(s->wanted, name, s->distance - 1);
    size_t longer = name.len > s->wanted.len ? name.len : s->wanted.len;
    if (distance >= s->distance || distance >= longer)
        return;
    s->best = name;
    s->distance = distance;
    s->number = number;
}
