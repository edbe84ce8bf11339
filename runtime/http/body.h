/* A body on its way out: as it is, or chunked anew.
 *
 * The pieces that come out of one read become one chunk, so that a sender of tiny chunks costs the
 * receiver nothing. Every body_add is followed by body_flush before the buffer is written, and a
 * piece of a body that goes out as it is by buffer_settle before its bytes go.
 */
#ifndef RUNTIME_BODY_H
#define RUNTIME_BODY_H

#include "buffer.h"

/* What chunking adds to the pieces of one read, at most. */
#define BODY_OVERHEAD 32u

struct body {
    struct buffer *out;
    bool chunked;
    bool open;      /* a chunk has been begun */
    uint32_t size;  /* bytes of it */
    uint64_t total; /* bytes of the body */
};

void body_init(struct body *body, struct buffer *out, bool chunked);
void body_add(struct body *body, struct str piece);
/* Ends the chunk that is open. */
void body_flush(struct body *body);
/* Ends the body. */
void body_end(struct body *body);

#endif
