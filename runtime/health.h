/* Probes: is the service ready, is it well? Only changes of the answer are reported.
 *
 * Probing begins at once. Until the first success it is tried again soon: while the connection is
 * refused after 0.25 ms, then a quarter later each time up to 50 ms, so that a service is seen to
 * be ready at most a quarter later than it took to be; after 10 ms doubling to the interval once
 * something accepts but does not answer well. Nothing bounds the number of tries (start_timeout is
 * the supervisor's deadline). Then every interval; `retries` failures in a row are the edge to
 * unhealthy, one success is the edge back. A try ends after the plan's timeout. 127.0.0.1 first,
 * then ::1.
 *
 * http is "GET path HTTP/1.1" (RFC 9112); the status line decides, 1xx are skipped, a bounded part
 * of the rest is read and dropped so that the server does not see a reset.
 */
#ifndef RUNTIME_HEALTH_H
#define RUNTIME_HEALTH_H

#include "a3s/plan.h"
#include "fine_timer.h"
#include "str.h"

#include <ev.h>

enum health_edge { HEALTH_READY, HEALTH_UNHEALTHY, HEALTH_RECOVERED, HEALTH_EDGE_COUNT };

/* Bytes of an answer that are looked at, and then dropped, at most. */
#define PROBE_HEAD_MAX (16u << 10)
#define PROBE_REST_MAX (64u << 10)

enum probe_phase { PROBE_IDLE, PROBE_CONNECT, PROBE_SEND, PROBE_RECEIVE, PROBE_LINGER };

struct probe {
    struct ev_loop *loop;
    const struct plan_probe *config;
    void (*on_edge)(void *ctx, enum health_edge edge, const char *reason);
    void *ctx;
    ev_io io;               /* the try's socket */
    ev_timer deadline;      /* of the try */
    struct fine_timer next; /* when the next try begins */
    int fd;                 /* -1 between tries */
    enum probe_phase phase;
    bool second; /* the try is at ::1 */
    bool ready, unhealthy;
    uint16_t port;
    uint32_t failures;  /* in a row */
    double delay;       /* s, before the last quick try; 0: none yet */
    bool refused;       /* delay is that of refused connections */
    struct strbuf path; /* as it is shown */
    struct strbuf request, answer, error, reason;
    size_t sent, dropped;
};

void probe_init(struct probe *probe, struct ev_loop *loop, const struct plan_probe *config,
                void (*on_edge)(void *ctx, enum health_edge edge, const char *reason), void *ctx);
void probe_finish(struct probe *probe);
/* Begins a new life of the service: not ready, no failures. path is the joined text of the plan's
 * probe ("" for tcp), shown_path what people may see of it; both are copied. port is in host order.
 * The first try is made when the loop's current callback has returned. on_edge may stop, start or
 * finish the probe. */
void probe_start(struct probe *probe, const char *path, const char *shown_path, uint16_t port);
void probe_stop(struct probe *probe);

/* Why the last try failed, "" if it did not; how many have in a row. Kept after probe_stop. */
const char *probe_error(const struct probe *probe);
uint32_t probe_failures(const struct probe *probe);

#endif
