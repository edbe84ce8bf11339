/* Bytes that wait to be written to a socket: the only memory of a proxied body.
 *
 * It is allocated when something waits and given back when it is finished. BUFFER_LIMIT is what a
 * reader may fill; heads may go beyond it, so the bound of one buffer is BUFFER_LIMIT plus a few
 * heads. Without memory it is marked failed, keeps what it has, and whoever owns it ends.
 *
 * What was just read can be lent instead of added: it waits behind the rest without being copied,
 * so that a socket with room costs no memory at all. Before the lender takes its bytes back, it
 * settles: what has not been written by then is copied. Anything added meanwhile settles, too.
 */
#ifndef RUNTIME_BUFFER_H
#define RUNTIME_BUFFER_H

#include "str.h"

#include <stdint.h>

#define BUFFER_LIMIT (64u << 10)

struct buffer {
    char *bytes;
    uint32_t start, end; /* what waits: [start, end), then what is lent */
    uint32_t capacity;
    char *first; /* memory of the owner, used before any of the heap; or NULL */
    struct str lent;
    bool failed;
};

/* The memory must outlive it. A zeroed buffer is an empty one, too. */
void buffer_init(struct buffer *buffer, char *first, uint32_t size);
void buffer_finish(struct buffer *buffer);
void buffer_clear(struct buffer *buffer); /* keeps the memory */
/* Room for size bytes behind the end, or NULL. */
char *buffer_reserve(struct buffer *buffer, uint32_t size);
void buffer_add(struct buffer *buffer, const void *bytes, size_t size);
void buffer_adds(struct buffer *buffer, struct str text);
void buffer_addn(struct buffer *buffer, uint64_t number); /* decimal */
void buffer_lend(struct buffer *buffer, struct str bytes);
void buffer_settle(struct buffer *buffer);
void buffer_consume(struct buffer *buffer, uint32_t size);

static inline uint32_t buffer_size(const struct buffer *buffer)
{
    return buffer->end - buffer->start + (uint32_t)buffer->lent.len;
}
/* How much a reader may add. */
static inline uint32_t buffer_room(const struct buffer *buffer)
{
    uint32_t size = buffer_size(buffer);
    return size < BUFFER_LIMIT ? BUFFER_LIMIT - size : 0;
}

#endif
