#include "watch_burst.h"

#include "watch_path.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

/* The file of a save that was renamed, or those of a folder that was. */
static bool move_away(struct watch_burst *burst, const char *path)
{
    bool any = false;
    for (uint32_t i = 0; i < burst->count; i++)
        if (watch_path_within(burst->paths[i].text, path))
            any = burst->paths[i].gone = true;
    return any;
}

static void note(struct watch_burst *burst, const char *path, enum watch_event event)
{
    uint64_t hash = XXH3_64bits(path, strlen(path));
    for (uint32_t i = burst->count; i-- > 0;) {
        struct watch_burst_path *known = &burst->paths[i];
        if (known->hash != hash)
            continue;
        known->gone = event == WATCH_DELETED && known->made;
        return;
    }
    if (burst->count == WATCH_BURST_PATHS)
        burst->more = true;
    else
        burst->paths[burst->count++] = (struct watch_burst_path){
            .hash = hash, .text = watch_path_copy(path), .made = event == WATCH_MADE};
}

void watch_burst_add(struct watch_burst *burst, const char *path, enum watch_event event,
                     double now)
{
    if (!burst->count)
        burst->first = now;
    burst->last = now;
    if (event != WATCH_MOVED_AWAY || !move_away(burst, path))
        note(burst, path, event);
}

const char *watch_burst_name(const struct watch_burst *burst, uint32_t *out_others)
{
    const char *name = NULL;
    uint32_t left = 0;
    for (uint32_t i = 0; i < burst->count; i++) {
        if (burst->paths[i].gone)
            continue;
        if (!name)
            name = burst->paths[i].text;
        left++;
    }
    if (!name) {
        name = burst->paths[0].text;
        left = burst->count;
    }
    *out_others = left - 1;
    return name;
}

double watch_burst_quiet(const struct watch_burst *burst, double debounce)
{
    double latest = watch_burst_latest(burst, debounce), quiet = burst->last + debounce;
    return quiet < latest ? quiet : latest;
}

double watch_burst_latest(const struct watch_burst *burst, double debounce)
{
    return burst->first + debounce * WATCH_BURST_MAX;
}

void watch_burst_clear(struct watch_burst *burst)
{
    for (uint32_t i = 0; i < burst->count; i++)
        free(burst->paths[i].text);
    *burst = (struct watch_burst){0};
}
