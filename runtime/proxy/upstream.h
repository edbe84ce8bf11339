/* Connections to services, and the pool of those that wait for their next request.
 *
 * A service is dialled at 127.0.0.1, then at ::1 if nobody listens there. A connection goes back to
 * the pool only after a cleanly framed exchange; in the pool any byte or end of stream closes it.
 * So the loop's own wait says that it is alive; one that came back since is looked at once more.
 */
#ifndef RUNTIME_UPSTREAM_H
#define RUNTIME_UPSTREAM_H

#include "deadline.h"
#include "link.h"
#include "slab.h"
#include "stream.h"
#include "sweep.h"

#define UPSTREAM_IDLE       4.  /* seconds; below the 5 after which Node's server closes */
#define UPSTREAM_IDLE_SHARE 256 /* idle connections of one service */
#define UPSTREAM_FAMILIES   2
#define UPSTREAM_NO_SERVICE UINT32_MAX
#define UPSTREAM_NO_ROUND   UINT32_MAX /* is of none: not kept */

struct upstream_pool {
    struct ev_loop *loop;
    struct sweeper *sweeper;
    uint32_t service_count;
    struct slab *slab;    /* of struct upstream */
    struct link *idle;    /* [service] of struct upstream.link, the newest last */
    uint32_t *idle_count; /* [service] */
    uint32_t *rounds;     /* [service]: one more with each drop */
};

struct upstream {
    struct stream stream;
    struct link link; /* in pool->idle[service], or alone */
    struct swept swept;
    struct deadline idle;
    struct upstream_pool *pool;
    uint32_t service;
    uint32_t round; /* the service's, when it was dialled: of another one it is not kept */
    uint16_t port;
    uint8_t family; /* 0: 127.0.0.1, 1: ::1 */
    bool reused;    /* it served a request before */
    unsigned turn;  /* of the loop, when it came back */
};

/* False without memory. */
bool upstream_pool_init(struct upstream_pool *pool, struct ev_loop *loop, struct sweeper *sweeper,
                        struct slab *slab, uint32_t service_count);
void upstream_pool_finish(struct upstream_pool *pool);
/* Closes the idle connections of a service; those that are in use are not kept. */
void upstream_pool_drop(struct upstream_pool *pool, uint32_t service);

/* An idle connection that still looks alive, or NULL. The caller attaches to its stream. */
struct upstream *upstream_take(struct upstream_pool *pool, uint32_t service, uint16_t port);
/* Begins to connect. 0, or a negative errno if no address could even be tried. */
int upstream_dial(struct upstream_pool *pool, uint32_t service, uint16_t port,
                  struct upstream **out_upstream);
/* The other end of a socket that is connected already, of no service; it takes fd, in any case. It
 * never goes to the pool. NULL without memory. */
struct upstream *upstream_wrap(struct upstream_pool *pool, int fd);
/* After a failure to connect: begins with the next address; -ECONNREFUSED after the last. */
int upstream_dial_next(struct upstream *upstream);
/* Back to the pool. */
void upstream_release(struct upstream *upstream);
void upstream_close(struct upstream *upstream);

#endif
