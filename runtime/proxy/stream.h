/* One non-blocking socket with its two watchers.
 *
 * Reading is wanted or not (backpressure is not wanting it); the write watcher runs only while
 * something waits. A call back may close the stream.
 */
#ifndef RUNTIME_STREAM_H
#define RUNTIME_STREAM_H

#include "buffer.h"

#include <ev.h>
#include <sys/types.h>

struct stream {
    struct ev_loop *loop;
    ev_io reader, writer; /* reader.fd: the socket, -1 when closed */
    void (*on_readable)(struct stream *stream);
    void (*on_writable)(struct stream *stream);
    void *ctx;
    bool shut; /* our side has ended */
};

/* Takes the descriptor. Neither watcher runs yet. */
void stream_open(struct stream *stream, struct ev_loop *loop, int fd);
void stream_close(struct stream *stream);
/* As stream_close, but the other side sees a reset, not an end. */
void stream_reset(struct stream *stream);
void stream_attach(struct stream *stream, void *ctx, void (*on_readable)(struct stream *),
                   void (*on_writable)(struct stream *));

void stream_want(struct stream *stream, bool reading);
/* Bytes read, 0 at the end of the stream, or a negative errno (-EAGAIN: nothing now). */
ssize_t stream_read(struct stream *stream, char *bytes, size_t size);
/* Writes what waits. 0: all of it; 1: on_writable follows when there is room; or a negative errno.
 * out_written (may be NULL) gives the bytes taken by the socket. */
int stream_flush(struct stream *stream, struct buffer *buffer, uint32_t *out_written);
/* Ends our side: the other one reads to the end. */
void stream_shut(struct stream *stream);
/* The error that waits on the socket: 0 or a negative errno. */
int stream_error(const struct stream *stream);

static inline bool stream_is_open(const struct stream *stream)
{
    return stream->loop && stream->reader.fd >= 0;
}

#endif
