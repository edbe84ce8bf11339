#include "flaps.h"

void flaps_add(struct flaps *flaps, int64_t now)
{
    flaps->times[flaps->count++ % FLAPS_MAX] = now;
}

uint32_t flaps_recent(const struct flaps *flaps, int64_t now, int64_t *out_since)
{
    uint32_t known = flaps->count < FLAPS_MAX ? flaps->count : FLAPS_MAX;
    uint32_t recent = 0;
    while (recent < known) {
        int64_t time = flaps->times[(flaps->count - 1 - recent) % FLAPS_MAX];
        if (now - time > FLAPS_WINDOW)
            break;
        *out_since = time;
        recent++;
    }
    return recent;
}
