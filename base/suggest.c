#include "suggest.h"

#define CLOSE_MIN 2

/* A shorter abbreviation says nothing, and one that leaves out more is a coincidence. */
#define ABBREVIATION_MIN    3
#define ABBREVIATION_FACTOR 3

/* Names that one run offers in all. */
#define WORK_MAX 500000u

bool suggest_afford(uint32_t *work, uint32_t count)
{
    if (count > WORK_MAX - *work)
        return false;
    *work += count;
    return true;
}

struct suggestion suggest_begin(struct str wanted)
{
    size_t third = wanted.len / 3;
    size_t limit = third > CLOSE_MIN ? third : CLOSE_MIN;
    return (struct suggestion){.wanted = wanted, .distance = limit + 1};
}

/* All of brief is in full, in its order, from the first letter. */
static bool abbreviates(struct str brief, struct str full)
{
    if (brief.len < ABBREVIATION_MIN || brief.len >= full.len)
        return false;
    if (str_has_prefix(full, brief))
        return true;
    if (brief.ptr[0] != full.ptr[0] || full.len > ABBREVIATION_FACTOR * brief.len)
        return false;
    size_t found = 0;
    for (size_t i = 0; i < full.len && found < brief.len; i++)
        found += full.ptr[i] == brief.ptr[found];
    return found == brief.len;
}

/* Whoever wrote the first letters of a name meant it rather than another of the same length. */
static bool begins(struct str wanted, struct str name)
{
    return wanted.len >= ABBREVIATION_MIN && name.len > wanted.len && str_has_prefix(name, wanted);
}

void suggest_offer(struct suggestion *s, struct str name, uint32_t number)
{
    if (s->distance == 0)
        return;
    size_t distance = begins(s->wanted, name) ? 1 : str_distance(s->wanted, name, s->distance - 1);
    size_t longer = name.len > s->wanted.len ? name.len : s->wanted.len;
    bool closer = distance < s->distance && distance < longer;
    bool kin =
        s->best.ptr == NULL && (abbreviates(name, s->wanted) || abbreviates(s->wanted, name));
    if (!closer && !kin)
        return;
    s->best = name;
    s->number = number;
    if (closer)
        s->distance = distance;
}
