#include "watch_burst.h"

#include "watch_path.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

static void count_path(struct watch_burst *burst, const char *path)
{
    uint64_t hash = XXH3_64bits(path, strlen(path));
    for (uint32_t i = burst->paths; i-- > 0;)
        if (burst->seen[i] == hash)
            return;
    if (burst->paths == WATCH_BURST_PATHS)
        burst->more = true;
    else
        burst->seen[burst->paths++] = hash;
}

void watch_burst_add(struct watch_burst *burst, const char *path, double now)
{
    if (!burst->path) {
        burst->path = watch_path_copy(path);
        burst->first = now;
    }
    burst->last = now;
    if (!burst->more)
        count_path(burst, path);
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
    free(burst->path);
    *burst = (struct watch_burst){0};
}
