/* The way back to a client of the control API, whatever carries it: the Unix socket (control.h), or
 * a page of the proxy's.
 *
 * A transport embeds a struct control_stream in what it knows of a client, fills in ops, hands it
 * to control_dispatch, and calls on_room and on_close from the loop. An operation writes JSON lines
 * to it (the response begins with the first one), or answers once.
 */
#ifndef RUNTIME_CONTROL_STREAM_H
#define RUNTIME_CONTROL_STREAM_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct control_stream;

/* What a transport implements; none of them calls back. */
struct control_stream_ops {
    bool (*write)(struct control_stream *stream, const void *bytes, size_t size);
    size_t (*room)(const struct control_stream *stream);
    void (*end)(struct control_stream *stream);
    void (*answer)(struct control_stream *stream, int status, json_t *body);
};

struct control_stream {
    const struct control_stream_ops *ops;
    void (*on_room)(void *user);  /* or NULL */
    void (*on_close)(void *user); /* or NULL */
    void *user;
};

/* Queues bytes; never calls back. false: the client has been given up (its queue would be too
 * long, or it has gone), on_close follows from the loop. */
static inline bool control_stream_write(struct control_stream *stream, const void *bytes,
                                        size_t size)
{
    return stream->ops->write(stream, bytes, size);
}

/* How much the queue still takes. */
static inline size_t control_stream_room(const struct control_stream *stream)
{
    return stream->ops->room(stream);
}

/* Nothing more follows; the client is closed when it has taken everything. */
static inline void control_stream_end(struct control_stream *stream)
{
    stream->ops->end(stream);
}

/* The answer to an operation that did not answer at once. Takes the body. Never calls back. */
static inline void control_stream_answer(struct control_stream *stream, int status, json_t *body)
{
    stream->ops->answer(stream, status, body);
}

/* on_close is called once, when the client is gone for whatever reason, and the stream is not valid
 * after it. on_room, if not NULL, whenever the queue has become empty. */
static inline void control_stream_watch(struct control_stream *stream, void (*on_room)(void *user),
                                        void (*on_close)(void *user), void *user)
{
    stream->on_room = on_room;
    stream->on_close = on_close;
    stream->user = user;
}

#endif
