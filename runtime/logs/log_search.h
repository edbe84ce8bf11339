/* The kept lines that pass a filter, found in slices, so that a search through much does not hold
 * up the loop.
 *
 * To find the newest lines alone it goes through all twice: once to learn where they begin.
 */
#ifndef RUNTIME_LOG_SEARCH_H
#define RUNTIME_LOG_SEARCH_H

#include "log_filter.h"

/* How long a slice may take from its first line on; its last line may take as long as a pattern
 * does at most (LINE_PATTERN_WORK_US) beyond that. */
#define LOG_SEARCH_SLICE_MS 10

enum log_search_step {
    LOG_SEARCH_DONE, /* everything that is kept has been looked at */
    LOG_SEARCH_TIME, /* a slice is over: go on in the next turn of the loop */
    LOG_SEARCH_FULL, /* take refused a line: go on with it later */
};

struct log_search {
    struct log_filter *filter; /* the owner's */
    uint32_t max;              /* lines, or CONTROL_LINES_ALL */
    bool counting;             /* the first time through */
    uint64_t next;             /* the seq from which on is to be looked */
    uint64_t *found;           /* seqs of the newest matches, at most twice max */
    size_t found_count, found_capacity;
};

void log_search_init(struct log_search *search, struct log_filter *filter, uint32_t max);
/* Accepts a zeroed object. */
void log_search_finish(struct log_search *search);

/* Looks on among the wanted services (as in struct log_sink) and hands each line to take, which
 * gives false when it has no room. */
enum log_search_step log_search_run(struct log_search *search, const struct logs *logs,
                                    const bool *wanted,
                                    bool (*take)(void *ctx, const struct log_line *line),
                                    void *ctx);
/* From now on it gives the lines with this seq or a later one. */
void log_search_go_back(struct log_search *search, uint64_t seq);

/* For others that look through lines: when a slice that begins now is to end (by clock_ms).
 */
int64_t log_search_slice_end(void);
bool log_search_slice_is_over(int64_t end);

#endif
