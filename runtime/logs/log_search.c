#include "log_search.h"

#include "clock.h"

#include <stdlib.h>

/* Lines between two looks at the clock, if no pattern is held against them. */
#define CLOCK_EVERY 64u

struct slice {
    struct log_search *search;
    const struct logs *logs;
    bool (*take)(void *ctx, const struct log_line *line);
    void *ctx;
    int64_t end; /* 0 until the first line: the way to it does not make the slice shorter */
    uint32_t seen;
    enum log_search_step step;
};

void log_search_init(struct log_search *search, struct log_filter *filter, uint32_t max)
{
    *search =
        (struct log_search){.filter = filter, .max = max, .counting = max != CONTROL_LINES_ALL};
}

void log_search_finish(struct log_search *search)
{
    free(search->found);
    *search = (struct log_search){0};
}

int64_t log_search_slice_end(void)
{
    return clock_ms() + LOG_SEARCH_SLICE_MS;
}

bool log_search_slice_is_over(int64_t end)
{
    return clock_ms() >= end;
}

/* The first line is always looked at, so that every slice makes progress. */
static bool is_over(struct slice *slice)
{
    uint32_t every = slice->search->filter->has_pattern ? 1 : CLOCK_EVERY;
    if (slice->end)
        return slice->seen++ % every == 0 && log_search_slice_is_over(slice->end);
    slice->end = log_search_slice_end();
    return false;
}

static void remember(struct log_search *search, uint64_t seq)
{
    size_t max = search->max;
    if (max && search->found_count == 2 * max) {
        memmove(search->found, search->found + max, max * sizeof *search->found);
        search->found_count = max;
    }
    if (search->found_count == search->found_capacity) {
        size_t capacity = search->found_capacity ? search->found_capacity * 2 : 64;
        uint64_t *grown = reallocarray(search->found, capacity, sizeof *grown);
        if (!grown)
            return; /* then they begin later */
        search->found = grown;
        search->found_capacity = capacity;
    }
    search->found[search->found_count++] = seq;
}

/* False: the slice is over. */
static bool look(void *ctx, const struct log_line *line)
{
    struct slice *slice = ctx;
    struct log_search *search = slice->search;
    if (is_over(slice)) {
        slice->step = LOG_SEARCH_TIME;
        return false;
    }
    bool takes = log_filter_takes(search->filter, slice->logs, line);
    if (takes && search->counting && search->max) {
        remember(search, line->seq);
    } else if (takes && !search->counting && !slice->take(slice->ctx, line)) {
        slice->step = LOG_SEARCH_FULL;
        return false;
    }
    search->next = line->seq + 1;
    return true;
}

void log_search_go_back(struct log_search *search, uint64_t seq)
{
    search->counting = false;
    search->next = seq;
}

/* The newest lines begin at the first of the last max matches; without max, behind everything. */
static void begin_giving(struct log_search *search)
{
    size_t max = search->max;
    search->counting = false;
    if (max)
        search->next = 0;
    if (max && search->found_count > max)
        search->next = search->found[search->found_count - max];
}

enum log_search_step log_search_run(struct log_search *search, const struct logs *logs,
                                    const bool *wanted,
                                    bool (*take)(void *ctx, const struct log_line *line), void *ctx)
{
    struct slice slice = {
        .search = search, .logs = logs, .take = take, .ctx = ctx, .step = LOG_SEARCH_DONE};
    logs_history_from(logs, wanted, search->next, look, &slice);
    if (slice.step != LOG_SEARCH_DONE || !search->counting)
        return slice.step;
    begin_giving(search);
    return LOG_SEARCH_TIME;
}
