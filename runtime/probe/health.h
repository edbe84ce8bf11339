/* Probes: is the service ready, is it well? Only changes of the answer are reported.
 *
 * Probing begins at once. Before the first success tries follow each other quickly. While the
 * connection is refused, the first wait is 0.25 ms and each is a quarter longer than the one
 * before, up to 50 ms: so a service is seen to be ready at most a quarter later than it was. Once
 * something answers, though not well, the first wait is 10 ms and they double, up to the interval.
 * Nothing bounds the number of tries (start_timeout is the supervisor's deadline).
 *
 * After the first success there is a try every interval; `retries` failures in a row are the edge
 * to unhealthy, one success is the edge back. A try ends after the plan's timeout; two never
 * overlap. What a try is depends on the kind (probe_kind.h).
 */
#ifndef RUNTIME_HEALTH_H
#define RUNTIME_HEALTH_H

#include "fine_timer.h"
#include "probe_kind.h"

enum health_edge { HEALTH_READY, HEALTH_UNHEALTHY, HEALTH_RECOVERED, HEALTH_EDGE_COUNT };

/* s: refused for so long, it is told; and again after as long. */
#define PROBE_REFUSED_LONG 5.0

struct probe_ops {
    /* May stop, start or finish the probe. */
    void (*on_edge)(void *ctx, enum health_edge edge, const char *reason);
    /* Asked before the edge to ready; false, with why added, makes it a failure. NULL: always. */
    bool (*may_be_ready)(void *ctx, bool second, struct strbuf *out_why);
    /* Nobody has listened for PROBE_REFUSED_LONG. NULL: nobody minds. */
    void (*on_refused)(void *ctx);
    /* The guard of an exec probe was killed: what is left of it is a3s's own child. May be NULL
     * where there are no exec probes. */
    void (*on_lost)(void *ctx);
};

struct probe {
    const struct plan_probe *config;
    struct ev_loop *loop; /* NULL: zeroed or finished */
    const struct probe_kind *kind;
    struct probe_try *try;
    const struct probe_ops *ops;
    void *ctx;
    ev_timer deadline;      /* of the try */
    struct fine_timer next; /* when the next try begins */
    bool trying;
    bool ready, unhealthy;
    uint32_t failures;  /* in a row */
    double delay;       /* s, before the last quick try; 0: none yet */
    bool refused;       /* delay is that of refused connections */
    double refused_for; /* s, since it was told last */
    struct strbuf path, shown_path, error, reason;
};

void probe_init(struct probe *probe, const struct probe_setup *setup, const struct probe_ops *ops,
                void *ctx);
void probe_finish(struct probe *probe);
/* Before the service's process is executed. path is the joined text of the plan's probe ("" if its
 * kind has none), shown_path what people may see of it; both are copied. port is in host order. */
void probe_prepare(struct probe *probe, const char *path, const char *shown_path, uint16_t port);
/* After probe_prepare: not ready, no failures. The first try is made when the loop's current
 * callback has returned. */
void probe_start(struct probe *probe);
void probe_stop(struct probe *probe);
/* After probe_prepare, instead of probe_start: of a service that is ready (well, or not). */
void probe_resume(struct probe *probe, bool unhealthy, uint32_t failures);

/* Why the last try failed, "" if it did not; how many have in a row. Kept after probe_stop. */
const char *probe_error(const struct probe *probe);
uint32_t probe_failures(const struct probe *probe);
/* Whether the process is a child of a3s that belongs to a try. */
bool probe_knows(const struct probe *probe, pid_t pid);

#endif
