/* What the parts of the proxy share. Only proxy.c, client.c and exchange*.c include it. */
#ifndef RUNTIME_PROXY_PARTS_H
#define RUNTIME_PROXY_PARTS_H

#include "link.h"
#include "listener.h"
#include "proxy.h"
#include "slab.h"
#include "sweep.h"
#include "upstream.h"

/* Bytes taken from a socket in one turn. */
#define PROXY_READ_SIZE BUFFER_LIMIT

struct proxy {
    struct ev_loop *loop;
    const struct plan *plan;
    struct proxy_ops ops;
    void *ctx;
    struct proxy_counters *counters; /* [service], then one for those that are gone */
    struct upstream_pool pool;
    struct sweeper sweeper;
    struct slab client_slab, upstream_slab, exchange_slab;
    struct listener listener;
    struct link clients; /* of struct client.link */
    struct link parked;  /* of struct exchange.parked, in order of arrival */
    uint32_t client_count, parked_count;
    /* Where every read goes first: what is in it is gone when the callback returns. */
    char scratch[PROXY_READ_SIZE];
};

#endif
