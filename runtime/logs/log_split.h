/* A byte stream -> batches of lines. Keeps at most one unfinished line, bounded by LOG_LINE_MAX. */
#ifndef RUNTIME_LOG_SPLIT_H
#define RUNTIME_LOG_SPLIT_H

#include "log_line.h"

/* Of the batch, what concerns its bytes is set; the rest is for the callback to set. */
typedef void log_split_fn(void *ctx, struct log_batch *batch);

struct log_split {
    struct strbuf rest; /* the unfinished line */
    bool continued;     /* a part of it has been given already */
};

void log_split_finish(struct log_split *split);
void log_split_feed(struct log_split *split, const char *bytes, size_t size, log_split_fn *on_batch,
                    void *ctx);
/* There is an unfinished line of which a part has not been given. */
bool log_split_pending(const struct log_split *split);
/* Gives that part; what follows in the stream will be continued. */
void log_split_show(struct log_split *split, log_split_fn *on_batch, void *ctx);
/* The stream has ended: so does its line. */
void log_split_end(struct log_split *split, log_split_fn *on_batch, void *ctx);

#endif
