/* The newest lines of several rings, merged into the order in which they came (seq). */
#ifndef RUNTIME_LOG_HISTORY_H
#define RUNTIME_LOG_HISTORY_H

#include "log_ring.h"

struct log_history {
    const struct log_ring *const *rings; /* as many as count; they must not change meanwhile */
    uint32_t count;
    uint64_t from; /* the seq of the oldest line that counts; 0: any */
    uint32_t max;  /* lines in all; UINT32_MAX: any number */
    bool (*filter)(void *ctx, const struct log_line *line); /* which lines count; NULL: all */
    void *filter_ctx;
    bool (*on_line)(void *ctx, const struct log_line *line); /* false: no more */
    void *ctx;
};

/* Takes at most so many steps as the rings have lines, of log(count) each. Without a max it looks
 * at no line before `from`, and at none behind the one at which on_line gave false: it then costs
 * the batches of the rings, and what it gives. */
void log_history(const struct log_history *history);

#endif
