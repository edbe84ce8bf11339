/* The reverse proxy: <name>.localhost:PORT on 127.0.0.1 and ::1, HTTP/1.1 on both sides.
 *
 * The Host of a request decides which service gets it, by the routes of the plan. A request for a
 * service that will be ready soon is parked (up to the plan's hold) and goes on when the owner says
 * that the service has changed; one for a service that is down is answered at once with a page that
 * says why. Bodies are streamed both ways through bounded buffers; heads are written anew.
 *
 * The owner answers two questions (proxy_ops) and is told of every finished request. No callback
 * may call back into the proxy. The proxy never prints; it owns its sockets, watchers and memory,
 * and proxy_finish gives all of them back.
 */
#ifndef RUNTIME_PROXY_H
#define RUNTIME_PROXY_H

#include "fault.h"
#include "latency.h"
#include "site.h"
#include "trouble.h"

#include <a3s/plan.h>
#include <ev.h>

/* Limits and times; seconds. */
#define PROXY_CLIENTS_MAX 8192 /* or fewer: each may need two of the process's descriptors */
#define PROXY_PARKED_MAX  4096
#define PROXY_HELD_BYTES                                                                      \
    (16u << 20) /* of heads and bodies without a connection to their service, and of requests \
                   behind others, in all; beyond it neither these nor bodies are read */
#define PROXY_HELD_MAX        (48u << 20) /* with heads, which are always read; beyond it nobody waits */
#define PROXY_HEAD_TIMEOUT    10. /* from the first byte of a request to the end of its head */
#define PROXY_IDLE_TIMEOUT    60. /* for a peer that owes bytes of a body, or takes none */
#define PROXY_CONNECT_TIMEOUT 2.  /* to reach a service that is ready */
#define PROXY_KEEP_ALIVE      15. /* between two requests of a client */
#define PROXY_HOPS_MAX        8   /* passes of one request through this proxy */

enum proxy_verdict {
    PROXY_READY, /* connect */
    PROXY_WAIT,  /* pending, starting, restarting, stopping, in back-off: it will come */
    PROXY_DOWN,  /* failed, stopped, blocked: it will not come by itself */
    PROXY_ENDING /* neither ready nor to be: everything is being stopped */
};

/* One finished request, for an access log. The strings live during the call only. */
struct proxy_access {
    struct str method, target, host;
    struct str id;    /* of the request, X-Request-Id */
    uint32_t service; /* index into SERVICES, or PLAN_NONE: answered by the proxy itself */
    uint16_t status;  /* 0: the client left before an answer */
    uint64_t bytes;   /* of the body, to the client */
    double seconds;   /* from the first byte of the request to the last of the answer */
    double parked;    /* seconds of these that it waited for the service */
};

struct proxy_ops {
    /* With PROXY_READY, the port on which the service listens. */
    enum proxy_verdict (*service_state)(void *ctx, uint32_t service, uint16_t *out_port);
    /* Why the service is not there. The caller finishes it, and escapes what it shows. */
    void (*describe)(void *ctx, uint32_t service, struct trouble *out_trouble);
    void (*access)(void *ctx, const struct proxy_access *access); /* may be NULL */
    /* What is served at a3s.localhost, and a connection to the control API: a non-blocking socket,
     * which the proxy owns from then on, or a negative errno. site may be NULL: nothing is. */
    struct site *(*site)(void *ctx);
    int (*connect_control)(void *ctx);
};

/* What has gone through to one service. */
struct proxy_counters {
    uint64_t requests;
    uint64_t errors; /* answered with 5xx, by the service or for it */
    uint64_t bytes;  /* of bodies, to clients */
    uint32_t active; /* now, the parked ones included */
    uint32_t parked; /* now */
    uint32_t busy;   /* now: given to the service and not answered yet; neither tunnels nor streams
                        of events, which have no end to wait for */
    /* Of what the service answered: from the first byte of the request to the last of the answer,
     * without the time parked. No tunnels and no streams of events, which last as long as they do.
     */
    struct latency latency;
};

struct proxy;

/* The plan and ops must outlive the proxy. NULL without memory. */
struct proxy *proxy_create(struct ev_loop *loop, const struct plan *plan,
                           const struct proxy_ops *ops, void *ctx);
/* Stops it first. */
void proxy_destroy(struct proxy *proxy);

/* Listens on both families; a machine without ::1 is served on 127.0.0.1 alone. port 0 takes a free
 * one. 0, or a negative errno: -EADDRINUSE when either family's port is taken (port_holder in
 * port_holder.h names who has it); then nothing listens. */
int proxy_start(struct proxy *proxy, uint16_t port);
/* Another port instead; if it cannot be had, the old one stays. As proxy_start; who is connected
 * remains so. */
int proxy_move(struct proxy *proxy, uint16_t port);
/* 0: it does not listen. */
uint16_t proxy_port(const struct proxy *proxy);
/* The end, but for the last words: nobody is accepted any more, whoever asks for nothing is let go,
 * whoever waits is told, and what is being answered goes on to its end. proxy_move begins anew. */
void proxy_wind_up(struct proxy *proxy);
/* Nobody is connected. */
bool proxy_is_quiet(const struct proxy *proxy);
/* Closes the listeners and every connection, at once. */
void proxy_stop(struct proxy *proxy);

/* The owner's answer to service_state may be another one now: parked requests are looked at again,
 * idle connections to a service that is not ready are closed. */
void proxy_service_changed(struct proxy *proxy, uint32_t service);

/* Answers those that wait for what the plan to come does not have. The owner is told of them while
 * services still have the indices of the old plan; then it changes its own, and calls proxy_adopt
 * with the same, before the loop goes on. */
void proxy_dismiss(struct proxy *proxy, const struct plan *plan, const uint32_t *to);

/* Another plan, whose routes count from now on: service i of the old one is to[i] in it, or gone
 * (PLAN_NONE). Answers that are under way go on; whoever waits for a service waits for the one that
 * his host is routed to now; who waits for nobody is dismissed, if that has not been done. The
 * owner then says of every service that it has changed. False without memory: nothing has been
 * done. */
bool proxy_adopt(struct proxy *proxy, const struct plan *plan, const uint32_t *to);

const struct proxy_counters *proxy_counters(const struct proxy *proxy, uint32_t service);

/* What goes wrong on purpose for requests to the service from now on; it stays with a service that
 * another plan has, too. */
void proxy_set_fault(struct proxy *proxy, uint32_t service, const struct fault *fault);
const struct fault *proxy_fault(const struct proxy *proxy, uint32_t service);

#endif
