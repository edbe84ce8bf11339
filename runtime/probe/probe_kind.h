/* How a service can be asked whether it is well: one small interface, each kind in a file of its
 * own. health.h decides when a try is made and what its outcome means; a kind makes one try.
 *
 * To add a kind: a PLAN_PROBE_ type with what it needs (include/a3s/plan.h, verified in
 * plan/verify_parts.c, written by the compiler), a file probe_NAME.c with its struct probe_kind,
 * its line in PROBE_KINDS, a suite tests/unit/test_probe_NAME.c. docs/architecture.md says more.
 */
#ifndef RUNTIME_PROBE_KIND_H
#define RUNTIME_PROBE_KIND_H

#include "a3s/plan.h"
#include "str.h"

#include <ev.h>
#include <sys/types.h>

/* X(PLAN_PROBE_..., its struct probe_kind is probe_...) */
#define PROBE_KINDS(X) \
    X(HTTP, http)      \
    X(TCP, tcp)        \
    X(EXEC, exec)      \
    X(LOG, log)

/* All that a kind may use, for as long as its service is known; what it does not use may be NULL.
 */
struct probe_setup {
    struct ev_loop *loop;
    const struct plan *plan; /* exec, log */
    const struct plan_probe *config;
    uint32_t service;
    const struct launch_world *world; /* exec */
    struct nursery *nursery;          /* exec */
    struct logs *logs;                /* log */
};

struct probe_outcome {
    bool well;
    bool refused;     /* nobody listens: asking costs next to nothing, so it is asked again soon */
    bool second;      /* http, tcp: it was ::1 that answered */
    bool goes_on;     /* the kind is not quite done; cancel or the deadline of the try ends it */
    const char *text; /* well: what has been seen; else what went wrong, behind the subject */
};

/* What every kind's state begins with; filled in by its owner. */
struct probe_try {
    struct probe_setup setup;
    const char *path;       /* of this life: http; "" elsewhere */
    const char *shown_path; /* the same for people: without what was looked up */
    uint16_t port;          /* of this life, host order: http, tcp */
    /* Ends a try, once, unless it is cancelled; may be called from within begin. The last thing
     * that a kind does, as the probe may be gone afterwards. */
    void (*on_outcome)(void *ctx, const struct probe_outcome *outcome);
    /* A guard of the kind's was killed; what it has left is now a3s's own child. */
    void (*on_lost)(void *ctx);
    void *ctx;
};

struct probe_kind {
    bool lasts;       /* a try goes on until it succeeds, and then there is no other */
    const char *late; /* what has not happened: "no answer" (within 1000 ms), "no match yet" */
    struct probe_try *(*create)(void);
    void (*destroy)(struct probe_try *base); /* a try has been cancelled before */
    /* A new life of the service is about to begin; nothing of the old one counts. May be NULL. */
    void (*prepare)(struct probe_try *base);
    void (*begin)(struct probe_try *base);
    /* Ends the try if there is one, and whatever goes on behind its outcome. */
    void (*cancel)(struct probe_try *base);
    /* Adds what failures are told of: "GET / on port 3000". */
    void (*subject)(const struct probe_try *base, struct strbuf *out);
    /* Whether the process is a child of a3s that is the kind's; NULL: it has none. */
    bool (*knows)(const struct probe_try *base, pid_t pid);
};

#define X(type, name) extern const struct probe_kind probe_##name;
PROBE_KINDS(X)
#undef X

#endif
