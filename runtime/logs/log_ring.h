/* A ring that remembers the newest lines of a service within a budget of bytes.
 *
 * It takes memory as it needs it, up to its budget, then forgets the oldest lines for new ones.
 * Lines are whole: never overwritten in part. They lie in it batch by batch, as they came, so that
 * a batch costs one copy; the oldest batch is forgotten as one. A zeroed ring remembers nothing.
 */
#ifndef RUNTIME_LOG_RING_H
#define RUNTIME_LOG_RING_H

#include "log_line.h"

struct log_ring {
    unsigned char *bytes;
    size_t capacity, budget;
    size_t head;      /* offset of the oldest record */
    size_t tail;      /* offset behind the newest record */
    size_t wrap;      /* end of the records before the wrap, when tail is before head */
    size_t newest;    /* offset of the newest record */
    uint32_t count;   /* lines */
    uint32_t service; /* whose they are */
};

/* A place in the ring; a push makes it invalid. */
struct log_cursor {
    size_t offset;          /* of the record */
    uint32_t left;          /* lines from here to the newest, this one included; 0: at the end */
    uint32_t index;         /* of the line in its record */
    uint32_t begin, length; /* the line in the record's bytes, with its break */
};

void log_ring_init(struct log_ring *ring, size_t budget);
void log_ring_finish(struct log_ring *ring);
/* A batch that does not fit into half of the budget goes in line by line; a line that does not fit
 * into the budget is not remembered. */
void log_ring_push(struct log_ring *ring, const struct log_batch *batch);

/* Its lines get the service's new index: to[old], one a service that there was; LOGS_SELF stays. */
void log_ring_renumber(struct log_ring *ring, const uint32_t *to);

/* Behind the newest line. */
struct log_cursor log_ring_end(const struct log_ring *ring);
/* At the first line with this seq or a later one, or at the end. Goes back batch by batch. */
struct log_cursor log_ring_seek(const struct log_ring *ring, uint64_t seq);
/* To the line before, or after; false if there is none. */
bool log_cursor_back(const struct log_ring *ring, struct log_cursor *cursor);
bool log_cursor_next(const struct log_ring *ring, struct log_cursor *cursor);
/* The line at the cursor, which is not at the end. */
struct log_line log_cursor_line(const struct log_ring *ring, const struct log_cursor *cursor);

#endif
