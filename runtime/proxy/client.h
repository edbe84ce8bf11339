/* One connection of a client: its requests one after the other, each an exchange.
 *
 * Bytes that arrive while an exchange cannot take them (the next pipelined request) wait here. An
 * idle client has no exchange and no buffer.
 */
#ifndef RUNTIME_CLIENT_H
#define RUNTIME_CLIENT_H

#include "exchange.h"
#include "proxy_parts.h"
#include "stream.h"

#define CLIENT_LINGER                                                          \
    5. /* seconds that a refused client may go on sending before it is cut off \
        */
#define CLIENT_READ_LITTLE 1024 /* bytes of a request at a time, while too much is held in all */

struct client {
    struct proxy *proxy;
    struct link link; /* in proxy->clients */
    struct swept swept;
    struct stream stream;
    struct buffer input; /* what no exchange has taken yet */
    uint32_t held_bytes; /* of it: counted in proxy->held_bytes */
    struct exchange *exchange;
    struct deadline deadline; /* between requests, and while lingering */
    enum listener_family family;
    bool eof;       /* the client sends no more */
    bool lingering; /* answered for the last time; what it still sends is thrown away */
    bool closed;    /* waits to be swept */
};

/* Takes the descriptor, in any case. */
void client_accept(struct proxy *proxy, int fd, enum listener_family family);
/* At once, with what it is doing. */
void client_close(struct client *client);

/* No more requests; what is being answered still is. */
void client_wind_up(struct client *client);

/* Told by the exchange: it can take bytes again. */
void client_resume(struct client *client);
/* Told by the exchange: it is over. */
void client_exchange_ended(struct client *client, enum exchange_end end);

#endif
