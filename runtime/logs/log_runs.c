#include "log_runs.h"

void log_runs_begin(struct log_runs *runs, uint64_t seq)
{
    runs->first[runs->count++ % LOG_RUNS_KEPT] = seq;
}

bool log_runs_has(const struct log_runs *runs, uint32_t n, uint64_t seq)
{
    if (n == 0 || n > runs->count || runs->count - n >= LOG_RUNS_KEPT)
        return false;
    bool begun = seq >= runs->first[(n - 1) % LOG_RUNS_KEPT];
    return begun && (n == runs->count || seq < runs->first[n % LOG_RUNS_KEPT]);
}
