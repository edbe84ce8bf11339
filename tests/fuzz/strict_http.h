/* A second reader of HTTP/1.1, written after RFC 9112 and 9110 alone: slow, simple, and with
 * nothing in common with the reader of the proxy, so that the two can be held against each other.
 *
 * It reads one message from the beginning of the bytes. What only a lenient reader takes is bad.
 * Two things are taken because the RFC wants them to be: up to two empty lines before a request,
 * and a status line that ends behind the code.
 */
#ifndef TESTS_FUZZ_STRICT_HTTP_H
#define TESTS_FUZZ_STRICT_HTTP_H

#include "str.h"

#include <stdint.h>

#define STRICT_FIELDS 128

enum strict_verdict {
    STRICT_BAD,
    STRICT_PART, /* all right so far */
    STRICT_WHOLE
};
enum strict_framing { STRICT_NO_BODY, STRICT_LENGTH, STRICT_CHUNKED, STRICT_TO_END };

struct strict_field {
    struct str name, value;
};

struct strict_message {
    bool response;
    bool no_body; /* set by the caller: the answer to HEAD */
    bool ended;   /* set by the caller: no bytes follow */

    bool head; /* the head is whole and good */
    struct str method, target;
    unsigned status, minor;
    struct strict_field fields[STRICT_FIELDS];
    unsigned field_count;
    enum strict_framing framing;
    uint64_t length;
    struct strbuf body; /* without chunks */
    bool extras;        /* there were extensions or trailers */
    size_t size;        /* bytes of the message, when it is whole */
};

enum strict_verdict strict_read(struct strict_message *message, struct str bytes);
void strict_finish(struct strict_message *message);
/* How many fields have the name; the first one's value. Case does not matter. */
unsigned strict_count(const struct strict_message *message, const char *name);
struct str strict_value(const struct strict_message *message, const char *name);

#endif
