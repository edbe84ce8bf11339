/* One request and its answer.
 *
 *     HEAD -> DELAYED -> PARKED <-> DIALING -> OPEN -> TUNNEL
 *       any of them -> ANSWERING (a page of our own) -> ENDED
 *
 * It owns everything that the request needs: two parsers, two bounded buffers, one connection to
 * the service. exchange_end gives all of it back; the memory itself goes with the next sweep.
 * Backpressure is not reading: the client is not read while the buffer to the service is full, the
 * service is not read while the buffer to the client is full.
 */
#ifndef RUNTIME_EXCHANGE_H
#define RUNTIME_EXCHANGE_H

#include "body.h"
#include "deadline.h"
#include "host.h"
#include "http.h"
#include "link.h"
#include "request_id.h"
#include "sweep.h"
#include "upstream.h"

#define EXCHANGE_REDIAL 0.05 /* seconds between attempts while a ready service refuses */
#define EXCHANGE_DOUBT  0.3  /* seconds after which it is known that a service has died */
#define EXCHANGE_SILENCE \
    600. /* seconds that a service may think; streams of events have no limit */

enum exchange_state {
    EXCHANGE_HEAD,      /* the request's head is arriving */
    EXCHANGE_DELAYED,   /* a fault on purpose holds it back */
    EXCHANGE_PARKED,    /* the service will be ready */
    EXCHANGE_DIALING,   /* connecting to it, or about to try again */
    EXCHANGE_OPEN,      /* request and answer are streamed */
    EXCHANGE_TUNNEL,    /* after 101: bytes both ways */
    EXCHANGE_ANSWERING, /* the proxy's own page is being written */
    EXCHANGE_ENDED
};

enum exchange_end {
    EXCHANGE_KEEP,   /* the next request may follow */
    EXCHANGE_LAST,   /* the client wanted it to be its last request */
    EXCHANGE_LINGER, /* no more requests; what was written must still arrive */
    EXCHANGE_CLOSE,  /* the client is gone, or must see that the answer is cut off */
    EXCHANGE_RESET   /* as CLOSE, for an answer that only the end of the stream ends */
};

struct client;

struct exchange {
    struct proxy *proxy;
    struct client *client; /* not after the end */
    enum exchange_state state;
    struct http request, response;
    struct host host;
    struct str id; /* of the request; "" before its head */
    char made_id[REQUEST_ID_MADE];
    struct upstream *upstream; /* NULL: not connected, or given back */
    struct buffer up, down;    /* to the service, to the client */
    struct body up_body, down_body;
    struct deadline deadline;
    struct link parked; /* in proxy->parked, or alone */
    struct swept swept;
    uint32_t service;      /* index into SERVICES, or PLAN_NONE */
    uint16_t status;       /* of the final answer, 0 before it */
    uint64_t answer_bytes; /* of its body, if it is our own */
    ev_tstamp began, parked_since, dial_until;
    ev_tstamp doubt_until; /* it was lost twice: has its service died? 0: no question */
    double parked_for;
    uint16_t fault;      /* the error that it gets on purpose, or 0 */
    bool delayed;        /* on purpose */
    uint16_t own_port;   /* that its head in up says in Host; 0: what the client said */
    uint32_t head_size;  /* of that head */
    uint32_t held_bytes; /* of the request, while it waits: counted in proxy->held_bytes */
    bool scout;          /* tries whether the service listens yet; those like it wait */
    bool busy;           /* counted as such */
    bool upgrade;        /* passed on to the service */
    bool dropping;       /* the service takes no more of the body */
    bool fresh;          /* no pooled connection any more: one died */
    bool doubted;        /* and a second one as well */
    bool answered;       /* a byte of the response has come from the service */
    bool head_sent;      /* the final head has been written to the client */
    bool response_ended;
    bool cut;         /* the answer broke off */
    bool until_close; /* the client sees its end by the end of the stream */
    bool endless;     /* a stream of events */
    bool own;         /* it is for a3s itself */
    bool client_eof;  /* the client sends no more */
    bool last;        /* no further request on this connection */
    /* Heads of the usual size need no other memory. */
    char request_bytes[1024], response_bytes[512], up_bytes[1280], down_bytes[768];
};

/* Begins with the first byte of a request. NULL without memory. */
struct exchange *exchange_create(struct client *client);
/* Lets go of everything and, unless the client itself is closing, tells it. */
void exchange_end(struct exchange *exchange, enum exchange_end end);
/* As exchange_end, when the client is gone. */
void exchange_abort(struct exchange *exchange);
/* It is its client's last; if it waits, it is told that it waits in vain. */
void exchange_wind_up(struct exchange *exchange);

/* How many bytes of the client it can take now; 0 when the request is whole. */
uint32_t exchange_room(const struct exchange *exchange);
bool exchange_request_ended(const struct exchange *exchange);
/* Takes bytes of the client; gives how many. */
size_t exchange_feed(struct exchange *exchange, const char *bytes, size_t length);
void exchange_client_eof(struct exchange *exchange);
/* The client's socket has room. */
void exchange_client_writable(struct exchange *exchange);
/* The verdict on its service may have changed: for one that is parked. */
void exchange_retry(struct exchange *exchange);

#endif
