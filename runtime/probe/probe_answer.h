/* The little HTTP/1.1 (RFC 9112) that a probe speaks: one request, and the answer's status. */
#ifndef RUNTIME_PROBE_ANSWER_H
#define RUNTIME_PROBE_ANSWER_H

#include "str.h"

#include <stdint.h>

enum probe_answer {
    PROBE_ANSWER_MORE,   /* so far so good: more bytes are needed */
    PROBE_ANSWER_STATUS, /* *out_status is the final status */
    PROBE_ANSWER_GARBAGE /* this is no answer */
};

/* Adds "GET path", with the bytes that a request line may not have percent-encoded. */
void probe_answer_request(struct strbuf *out, struct str path, uint16_t port);
/* Judges the beginning of an answer; skips interim answers (1xx, but 101 is final). */
enum probe_answer probe_answer_status(struct str answer, int *out_status);

#endif
