/* What the parts of the proxy share. Only proxy.c, client.c and exchange*.c include it. */
#ifndef RUNTIME_PROXY_PARTS_H
#define RUNTIME_PROXY_PARTS_H

#include "deadline.h"
#include "link.h"
#include "listener.h"
#include "proxy.h"
#include "request_id.h"
#include "slab.h"
#include "sweep.h"
#include "upstream.h"

/* Bytes taken from a socket in one turn. */
#define PROXY_READ_SIZE BUFFER_LIMIT

#define PROXY_LULL 0.1 /* seconds */

/* What the proxy knows of a service besides its state. */
struct proxy_service {
    bool ready; /* since then */
    ev_tstamp ready_since;
    bool reached; /* it has accepted a connection since it became ready */
    bool scouted; /* not reached, and one exchange tries: the others wait for it */
    bool wake;    /* those that wait for it are to be looked at */
    struct fault fault;
};

struct proxy {
    struct ev_loop *loop;
    const struct plan *plan;
    struct proxy_ops ops;
    void *ctx;
    struct proxy_counters *counters; /* [service], then one for those that are gone */
    struct proxy_service *services;  /* [service], likewise */
    struct request_ids ids;
    struct upstream_pool pool;
    struct sweeper sweeper;
    struct slab client_slab, upstream_slab, exchange_slab;
    struct deadline lull; /* no request for so long: exchange_slab is trimmed */
    struct listener listener;
    bool closing;        /* proxy_wind_up */
    struct link clients; /* of struct client.link */
    struct link parked;  /* of struct exchange.parked, in order of arrival */
    ev_prepare waker;    /* fed when there is somebody to wake; never started */
    uint32_t client_count, clients_max, parked_count;
    uint64_t held_bytes; /* of the requests that wait (exchange_enter) */
    /* Where every read goes first: what is in it is gone when the callback returns. */
    char scratch[PROXY_READ_SIZE];
};

/* Those that are parked for the service are looked at when no callback runs any more. */
void proxy_wake(struct proxy *proxy, uint32_t service);

#endif
