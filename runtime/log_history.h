/* The newest lines of several rings, merged into the order in which they came (seq). */
#ifndef RUNTIME_LOG_HISTORY_H
#define RUNTIME_LOG_HISTORY_H

#include "log_ring.h"

/* At most max lines in all. Takes max * log(count) steps. The rings must not change meanwhile. */
void log_history(const struct log_ring *const *rings, uint32_t count, uint32_t max,
                 void (*on_line)(void *ctx, const struct log_line *line), void *ctx);
/* Those with this seq or a later one, until on_line gives false. Takes a step for each line that is
 * skipped back over, too. */
void log_history_from(const struct log_ring *const *rings, uint32_t count, uint64_t from,
                      bool (*on_line)(void *ctx, const struct log_line *line), void *ctx);

#endif
