/* The heart of the runtime: (plan, state, event, now) -> actions.
 *
 * It makes no system call, knows no event loop, and allocates nothing after supervisor_init. Time
 * comes in as milliseconds of any clock that never goes back. Commands only set what is desired, so
 * they are idempotent and coalesce; processes follow. Invariants, after every step:
 *
 * - at most one process for a service: SPAWN is asked for only when the last one's exit was told;
 * - SPAWN is asked for only while every dependency is ready, or for a service started alone;
 * - a service that is to go down gets its signal only when no dependent has a process any more,
 *   but for those started alone and still wanted;
 * - one that was ready first finishes the requests that it has, for its stop.timeout at most;
 * - a restart after a failure never comes before its back-off.
 */
#ifndef RUNTIME_SUPERVISOR_H
#define RUNTIME_SUPERVISOR_H

#include "a3s/plan.h"
#include "journal.h"
#include "service_fsm.h"

#define SUPERVISOR_NEVER INT64_MAX
/* How long a killed process may take to be gone before it is killed once more. */
#define SUPERVISOR_KILL_AGAIN_MS 1000

enum supervisor_input {
    SUPERVISOR_UP,       /* wanted, with everything it depends on */
    SUPERVISOR_UP_ALONE, /* wanted, whatever its dependencies do */
    SUPERVISOR_DOWN,     /* not wanted, nor anything that depends on it */
    SUPERVISOR_RESTART,  /* wanted, and to run anew */
    SUPERVISOR_CHANGED,  /* a watched file has: run anew, unless it is not wanted */
    SUPERVISOR_KILL,     /* not wanted, and no more patience */
    SUPERVISOR_LEAVE,    /* the next plan has it no more: not wanted; dependents are not asked */
    SUPERVISOR_RENEW,    /* to run anew, but only as the next plan says */
    SUPERVISOR_SPAWNED,  /* the answer to SPAWN: it is executed */
    SUPERVISOR_SPAWN_FAILED, /* the answer to SPAWN; fatal: it will never work as it is */
    SUPERVISOR_READY,        /* its probe: well (again) */
    SUPERVISOR_SICK,         /* its probe: failed often enough */
    SUPERVISOR_EXITED,       /* nothing of its process is left */
    SUPERVISOR_TICK,         /* a deadline has passed */
    SUPERVISOR_DRAINED,      /* the answer to DRAIN: it has no requests any more */
    SUPERVISOR_INPUT_COUNT
};

struct supervisor_event {
    enum supervisor_input input;
    uint32_t service; /* index into the plan's services; not for TICK */
    bool fatal;       /* SPAWN_FAILED */
    bool success;     /* EXITED: with code 0 */

    /* For the journal alone; see struct journal_record. */
    int32_t value;
    const char *text;         /* or NULL; copied */
    struct journal_ref cause; /* of a CHANGED: that of another service in the same wave */
};

struct supervisor_action {
    enum {
        SUPERVISOR_DO_SPAWN,
        SUPERVISOR_DO_DRAIN, /* no new requests for it; DRAINED when it has none any more */
        SUPERVISOR_DO_TERM,  /* the stop signal, to all of it */
        SUPERVISOR_DO_KILL,
        SUPERVISOR_DO_NOTICE /* it has changed from one state to another */
    } kind;
    uint32_t service;
    enum service_state from, to; /* NOTICE */
    enum service_event event;    /* NOTICE */
    struct journal_ref record;   /* NOTICE: what the journal has of it */
};

struct supervised {
    enum service_state state;
    bool wanted;
    bool alone;        /* started without regard to its dependencies */
    bool draining;     /* STOPPING: it has not been told to end yet */
    bool given_up;     /* STOPPING: not ready, or not well, in time: its end counts as a crash */
    bool swapping;     /* LEAVE or RENEW was said: it does not start before supervisor_adopt */
    bool queued;       /* its situation has changed and is to be looked at */
    bool marked;       /* scratch of one step */
    uint32_t unmet;    /* dependencies that are not ready */
    uint32_t hopeless; /* dependencies that can no longer become ready */
    uint32_t holders;  /* dependents for which it must not go down yet */
    uint32_t failures; /* crashes in a row: decide the back-off */
    uint32_t stalls;   /* spawns in a row that the system refused for now */
    uint32_t spawns;   /* in all: one more than its restarts */
    uint32_t crashes;  /* in all: ends by itself that were not well, and those that were given up */
    struct journal_ref cause; /* what has last been told to it, or of its neighbours */
    int64_t deadline;         /* STARTING, STOPPING, BACKOFF; else SUPERVISOR_NEVER */
    int64_t started;          /* the last SPAWNED */
    int64_t since;            /* of the state */
};

struct supervisor {
    const struct plan *plan;
    struct supervised *services;       /* one a service of the plan */
    struct supervisor_action *actions; /* a ring */
    uint32_t capacity, head, count;
    uint32_t *queue; /* services to look at, a heap, the lowest first: each at most once */
    uint32_t queue_count;
    int64_t next_deadline; /* not later than the first one */
    struct journal journal;
    struct journal_ref input; /* of the event that is being taken */
};

/* Everything is down at first. The plan outlives the supervisor. */
void supervisor_init(struct supervisor *supervisor, const struct plan *plan);
void supervisor_finish(struct supervisor *supervisor);

/* Takes one event; what is to be done is appended to the actions. */
void supervisor_step(struct supervisor *supervisor, const struct supervisor_event *event,
                     int64_t now);
/* Takes the oldest action that has not been taken. */
bool supervisor_next(struct supervisor *supervisor, struct supervisor_action *out_action);

/* Whether nothing has a process any more that LEAVE or RENEW was said of. */
bool supervisor_is_cleared(const struct supervisor *supervisor);
/* Goes over to another plan: supervisor has been initialised for it and takes over what old knows,
 * while old has no actions left and is cleared. from: for each service the index in the old plan,
 * or PLAN_NONE; start: which are wanted now, whatever was. The next step does what follows. */
void supervisor_adopt(struct supervisor *supervisor, const struct supervisor *old,
                      const uint32_t *from, const bool *start, int64_t now);

/* When the next TICK is due, or SUPERVISOR_NEVER. */
int64_t supervisor_deadline(const struct supervisor *supervisor);
/* Whether no service has a process or waits for one. */
bool supervisor_is_down(const struct supervisor *supervisor);
/* Whether the service is where it was wanted: a service ready, a task done. */
bool supervisor_is_ready(const struct supervisor *supervisor, uint32_t service);
/* The next dependency of the service that is not ready, in the order of the plan: the caller's *at
 * is 0 at first. PLAN_NONE: there is no other. */
uint32_t supervisor_next_unmet(const struct supervisor *supervisor, uint32_t service, uint32_t *at);
/* For a blocked service: the one whose failure is the root of it. */
uint32_t supervisor_root_cause(const struct supervisor *supervisor, uint32_t service);

#endif
