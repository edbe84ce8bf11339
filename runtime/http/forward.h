/* Heads on their way through: written anew, field by field, never copied as they came.
 *
 * What belongs to one connection only stays here: Connection and what it names, Keep-Alive, TE,
 * Trailer, Upgrade, Transfer-Encoding. The framing is written as one Content-Length or one
 * "chunked". Where a request came from is told in X-Forwarded-For (appended), -Host, -Proto and
 * -Port (replaced); Host stays as it was, as services compare it with Origin. Both sides get the
 * request's id as X-Request-Id.
 */
#ifndef RUNTIME_FORWARD_H
#define RUNTIME_FORWARD_H

#include "buffer.h"
#include "host.h"
#include "http.h"

struct forward_request {
    const struct http *request;
    const struct host *host;
    struct str id;
    const char *peer;  /* the client's address */
    uint16_t port;     /* of the proxy */
    uint16_t own_port; /* Host is localhost and this port; 0: what the client said */
    unsigned hops;     /* passes through a proxy of this kind before this one */
    bool upgrade;      /* to a WebSocket */
};

/* GET with Upgrade: websocket and without a body. Other upgrades are not passed on. */
bool forward_wants_upgrade(const struct http *request);
/* From X-A3s-Hops. */
unsigned forward_hops(const struct head *head);
void forward_request_head(const struct forward_request *forward, struct buffer *out);

enum forward_framing { FORWARD_NO_BODY, FORWARD_LENGTH, FORWARD_CHUNKED, FORWARD_UNTIL_CLOSE };

struct forward_response {
    const struct http *response;
    struct str id; /* "": an interim response, which has none */
    bool delayed;  /* by a fault on purpose */
    enum forward_framing framing;
    enum { FORWARD_SILENT, FORWARD_CLOSE, FORWARD_KEEP_ALIVE, FORWARD_UPGRADE } connection;
};

/* How the body of a final response goes to a client of HTTP/1.minor. */
enum forward_framing forward_framing(const struct http *response, uint8_t minor);
void forward_response_head(const struct forward_response *forward, struct buffer *out);

#endif
