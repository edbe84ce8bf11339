/* The start as a person follows it: who waits for whom when it takes long, and how it came out.
 *
 * Sentences only: nothing here changes anything. Lines come one at a time, without a line break.
 * A service "takes long" when it is wanted and not ready for a second; that is told again after 3,
 * 10, 30 and 60 seconds, then once a minute.
 */
#ifndef RUNTIME_PROGRESS_H
#define RUNTIME_PROGRESS_H

#include "narrate.h"
#include "timeline.h"

enum progress_outcome {
    PROGRESS_UNDER_WAY, /* something may still become ready by itself */
    PROGRESS_READY,     /* whatever is wanted is ready */
    PROGRESS_FAILED,    /* the rest is, but something has failed, and something may wait for that */
    PROGRESS_OUTCOME_COUNT
};

struct progress_episode { /* of not being ready */
    int64_t since;        /* ms */
    uint32_t told;        /* how often that has been said */
    bool on;              /* else it is ready, or nobody wants it */
};

struct progress {
    struct progress_episode *episodes; /* one a service */
    uint32_t count;
};

/* Who is told; ctx is the caller's. */
struct progress_listener {
    void (*say)(void *ctx, const char *line);
    void *ctx;
};

void progress_init(struct progress *progress, uint32_t count);
void progress_finish(struct progress *progress);

enum progress_outcome progress_outcome(const struct supervisor *supervisor);

/* Says what takes long and is due. The ms until the next look; -1: everybody is ready,
 * or cannot become so. */
int64_t progress_waits(struct progress *progress, const struct narrator *narrator, int64_t now,
                       const struct progress_listener *listener);

/* After PROGRESS_READY: how long it took, and with table a line for each address. */
void progress_ready(const struct narrator *narrator, const struct timeline *timeline, int64_t now,
                    bool table, const struct progress_listener *listener);
/* After PROGRESS_FAILED: each failure with what it blocks, and what to do; alone: nothing runs any
 * more. */
void progress_failed(const struct narrator *narrator, int64_t now, bool alone,
                     const struct progress_listener *listener);

#endif
