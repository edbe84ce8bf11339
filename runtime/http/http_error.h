/* Why a message is refused, and what the client is told about it. */
#ifndef RUNTIME_HTTP_ERROR_H
#define RUNTIME_HTTP_ERROR_H

#include <stdint.h>

/* X(NAME, status of the answer to a request that is refused for it, sentence) */
#define HTTP_ERRORS(X)                                                          \
    X(SYNTAX, 400, "the message is not well-formed HTTP/1.1")                   \
    X(LINE_END, 400, "a line of the head does not end in CRLF")                 \
    X(CONTROL, 400, "the head has a control byte")                              \
    X(FOLD, 400, "a line of the head begins with white space")                  \
    X(NAME, 400, "a field has no name, or one that is not a token")             \
    X(TARGET, 400, "the request target has characters that a URL may not have") \
    X(TARGET_SIZE, 414, "the request target is too long")                       \
    X(SIZE, 431, "the head is too large or has too many fields")                \
    X(VERSION, 505, "only HTTP/1.0 and HTTP/1.1 are spoken here")               \
    X(METHOD, 501, "the method is not known here")                              \
    X(STATUS, 502, "the status code is not a number from 100 to 999")           \
    X(LENGTH, 400, "the Content-Length is not one decimal number")              \
    X(ENCODING, 501, "the Transfer-Encoding is not exactly \"chunked\"")        \
    X(FRAMING, 400, "the message has a Content-Length and a Transfer-Encoding") \
    X(BODY, 400, "the chunks of the body are not well-formed")                  \
    X(TRUNCATED, 400, "the message ended before its end")                       \
    X(MEMORY, 503, "there is no memory left for the message")

enum http_error {
    HTTP_OK,
#define X(name, status, text) HTTP_E_##name,
    HTTP_ERRORS(X)
#undef X
        HTTP_ERROR_COUNT
};
uint16_t http_error_status(enum http_error error);
const char *http_error_text(enum http_error error);

#endif
