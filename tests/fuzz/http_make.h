/* Messages for the targets of the HTTP readers: well-formed ones, then edits where readers differ,
 * around CR, LF, NUL, colon, white space, digits and the boundaries of lines, chunks and messages.
 * The same state of the generator makes the same message. */
#ifndef TESTS_FUZZ_HTTP_MAKE_H
#define TESTS_FUZZ_HTTP_MAKE_H

#include "str.h"

#include <stdint.h>

uint64_t http_random(uint64_t *state);
/* Replaces what is in the buffer; edits: how many, at most. */
void http_make(uint64_t *state, bool response, unsigned edits, struct strbuf *out);

#endif
