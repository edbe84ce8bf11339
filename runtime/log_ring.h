/* Log lines, and a ring that remembers the newest of them within a budget of bytes.
 *
 * The ring takes memory as it needs it, up to its budget, then forgets the oldest line for a new
 * one. Lines are whole: never overwritten in part. A zeroed ring remembers nothing.
 */
#ifndef RUNTIME_LOG_RING_H
#define RUNTIME_LOG_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A longer line is cut, and goes on in lines that are marked as continued. */
#define LOG_LINE_MAX (64u << 10) /* bytes */

/* Instead of a service: a3s itself. */
#define LOGS_SELF UINT32_MAX

enum log_stream {
    LOG_STDOUT,
    LOG_STDERR,
    LOG_STREAM_COUNT,           /* of those that come out of a process */
    LOG_HTTP = LOG_STREAM_COUNT /* a request; the text is a record of access.h */
};

/* A view of a line: valid until the callback that gets it returns. */
struct log_line {
    uint64_t seq;     /* rises by one from line to line over all services, from 1 */
    int64_t time_ms;  /* wall clock, since the epoch */
    uint32_t service; /* index into the plan's services, or LOGS_SELF */
    uint32_t length;  /* bytes of text, at most LOG_LINE_MAX */
    uint8_t stream;   /* enum log_stream */
    bool open;      /* no line break yet: cut off, or shown because nothing followed for a while */
    bool continued; /* the rest of this stream's last line, which was open */
    const char *text; /* any bytes, without line break; no NUL behind it */
};

struct log_ring {
    unsigned char *bytes;
    size_t capacity, budget;
    size_t head;    /* offset of the oldest record */
    size_t tail;    /* offset behind the newest record */
    size_t wrap;    /* end of the records before the wrap, when tail is before head */
    size_t newest;  /* offset of the newest record */
    uint32_t count; /* lines */
};

/* A place in the ring; a push makes it invalid. */
struct log_cursor {
    size_t offset;
    uint32_t left; /* lines from here to the newest, this one included; 0: at the end */
};

void log_ring_init(struct log_ring *ring, size_t budget);
void log_ring_finish(struct log_ring *ring);
/* A line that does not fit into the budget is not remembered. */
void log_ring_push(struct log_ring *ring, const struct log_line *line);

/* All of its lines are of the service that has this index now. */
void log_ring_renumber(struct log_ring *ring, uint32_t service);

/* Behind the newest line. */
struct log_cursor log_ring_end(const struct log_ring *ring);
/* To the line before, or after; false if there is none. */
bool log_cursor_back(const struct log_ring *ring, struct log_cursor *cursor);
bool log_cursor_next(const struct log_ring *ring, struct log_cursor *cursor);
/* The line at the cursor, which is not at the end. */
struct log_line log_cursor_line(const struct log_ring *ring, const struct log_cursor *cursor);

#endif
