/* A line of a service's output, and a batch of them: what came in one piece and stays together.
 *
 * Both are views, valid until the callback that gets them returns.
 */
#ifndef RUNTIME_LOG_LINE_H
#define RUNTIME_LOG_LINE_H

#include "str.h"

#include <stdint.h>

/* A longer line is cut, and goes on in lines that are marked as continued. */
#define LOG_LINE_MAX (64u << 10) /* bytes */
/* Lines in a batch, at most. */
#define LOG_BATCH_MAX 128u

/* Instead of a service: a3s itself. */
#define LOGS_SELF UINT32_MAX

enum log_stream {
    LOG_STDOUT,
    LOG_STDERR,
    LOG_STREAM_COUNT,           /* of those that come out of a process */
    LOG_HTTP = LOG_STREAM_COUNT /* a request; the text is a record of access.h */
};

struct log_line {
    uint64_t seq;     /* rises by one from line to line over all services, from 1 */
    int64_t time_ms;  /* wall clock, since the epoch */
    uint32_t service; /* index into the plan's services, or LOGS_SELF: who says it */
    uint32_t about;   /* of a3s's own lines, the service that they are about, or LOGS_SELF */
    uint32_t length;  /* bytes of text, at most LOG_LINE_MAX */
    uint8_t stream;   /* enum log_stream */
    bool open;      /* no line break yet: cut off, or shown because nothing followed for a while */
    bool continued; /* the rest of this stream's last line, which was open */
    const char *text; /* any bytes, without line break; no NUL behind it */
};

/* Lines of one stream, taken in at one moment, in order. */
struct log_batch {
    uint64_t seq;    /* of the first line; the others follow */
    int64_t time_ms; /* the rest as in struct log_line */
    uint32_t service, about;
    uint32_t count; /* 1..LOG_BATCH_MAX */
    uint8_t stream;
    bool open;               /* the last line is */
    bool continued;          /* the first line is */
    struct str bytes;        /* as they came: the lines with their breaks, "\n" or "\r\n" */
    const struct str *lines; /* in bytes, without their breaks */
};

static inline struct log_line log_batch_line(const struct log_batch *batch, uint32_t index)
{
    return (struct log_line){.seq = batch->seq + index,
                             .time_ms = batch->time_ms,
                             .service = batch->service,
                             .about = batch->about,
                             .length = (uint32_t)batch->lines[index].len,
                             .stream = batch->stream,
                             .open = batch->open && index == batch->count - 1,
                             .continued = batch->continued && index == 0,
                             .text = batch->lines[index].ptr};
}

#endif
