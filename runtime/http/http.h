/* One HTTP/1.1 message at a time out of a stream of bytes: the adapter of llhttp.
 *
 * The head is gathered whole, judged by head.h, then given to llhttp (strict), and the two must
 * agree on method or status, version, framing and the number of fields. llhttp finds the end of the
 * body. Chunk extensions and trailers are bounded and dropped; their lines, too, end in CRLF and
 * have no control bytes, which llhttp alone does not see to.
 *
 *     struct http http;
 *     http_init(&http, HEAD_REQUEST);
 *     for (;;) {                                    // once per piece of bytes that was read
 *         size_t used;
 *         enum http_event event = http_feed(&http, bytes, length, &used);
 *         bytes += used, length -= used;
 *         if (event == HTTP_MORE) break;            // read more; length is 0 now
 *         if (event == HTTP_HEAD_READ) ...;              // http.head is whole
 *         if (event == HTTP_DATA) ...;              // http.data: a piece of the body, inside bytes
 *         if (event == HTTP_END) ...;               // bytes now begin the next message: http_reset
 *         if (event == HTTP_FAIL) ...;              // http.error; nothing more can be read
 *     }
 *
 * HTTP_END comes for every message, also for one without a body. The memory of the head lives until
 * http_reset or http_finish: on the heap, or in what was given to http_lend.
 */
#ifndef RUNTIME_HTTP_H
#define RUNTIME_HTTP_H

#include "head.h"

#include <llhttp.h>

#if LLHTTP_VERSION_MAJOR < 9 && (!defined LLHTTP_STRICT_MODE || LLHTTP_STRICT_MODE != 1)
#error \
    "llhttp must be built and used with LLHTTP_STRICT_MODE=1: the loose parser can be smuggled past"
#endif

/* Bytes of chunk extensions and trailers in one message. */
#define HTTP_EXTRA_MAX (4u << 10)

enum http_event { HTTP_MORE, HTTP_HEAD_READ, HTTP_DATA, HTTP_END, HTTP_FAIL };
enum http_state { HTTP_IN_HEAD, HTTP_IN_BODY, HTTP_AT_END, HTTP_ENDED, HTTP_FAILED };

/* Where in the trailers of a chunked body the last byte was. */
enum http_trailer { HTTP_NO_TRAILER, HTTP_TRAILER_BEGINS, HTTP_TRAILER_NAME, HTTP_TRAILER_VALUE };

struct http {
    enum head_kind kind;
    enum http_state state;
    enum http_error error; /* why HTTP_FAIL */
    bool no_body;          /* set before the head arrives: the answer to HEAD has no body */
    bool started;          /* a byte of the message has been seen */
    struct str data;       /* with HTTP_DATA */
    struct head head;      /* whole since HTTP_HEAD_READ */

    struct head_scan scan;
    /* Of a chunked body, outside of its data. */
    bool after_cr, last_chunk;
    enum http_trailer trailer;
    char *bytes, *first; /* of the head; the owner's memory, or NULL */
    uint32_t capacity;
    uint32_t extra;  /* bytes of extensions and trailers so far */
    uint32_t fields; /* that llhttp saw */
    llhttp_t parser;
};

void http_init(struct http *http, enum head_kind kind);
/* Memory for a head that is not larger; it must outlive http. Right after http_init. */
void http_lend(struct http *http, char *first, uint32_t size);
void http_finish(struct http *http);
/* Forgets the message and waits for the next one. */
void http_reset(struct http *http);

/* Reads on until something is to be told. *out_used: how many of the bytes are done with. */
enum http_event http_feed(struct http *http, const char *bytes, size_t length, size_t *out_used);
/* The stream has ended: HTTP_END if that ends the message, HTTP_MORE before or after one, else
 * HTTP_FAIL. */
enum http_event http_eof(struct http *http);

/* May another message follow on this connection, by the head alone (RFC 9112, 9.3)? */
bool http_keeps_alive(const struct http *http);
/* Has this message a body? Known since HTTP_HEAD_READ. */
bool http_has_body(const struct http *http);

#endif
