/* One run of the simulator: a plan, how its processes take signals, and what happens, move by move.
 *
 * It is everything that a run depends on, so it can be written down, read back, cut down and run
 * again. A scenario holds no pointer but those of its plan, which point into itself: scenario_link
 * sets them after the numbers have changed or the scenario was copied.
 */
#ifndef SIM_SCENARIO_H
#define SIM_SCENARIO_H

#include "a3s/plan.h"
#include "dice.h"

#include <stdint.h>
#include <stdio.h>

#define SCENARIO_SERVICES_MAX 40
#define SCENARIO_MOVES_MAX    2048

/* A set of services is a mask of these. */
#define BIT(service) (UINT64_C(1) << (service))

/* X(MOVE, "as written") What does not make sense in a situation is left out when it is played. */
#define SCENARIO_MOVES(X)                                                                 \
    X(UP, "up")                                                                           \
    X(UP_ALL, "up-all") /* but for the disabled */                                        \
    X(UP_ALONE, "up-alone")                                                               \
    X(AGAIN, "again") /* the last up, up-alone or down once more */                       \
    X(DOWN, "down")                                                                       \
    X(DOWN_ALL, "down-all")                                                               \
    X(RESTART, "restart")                                                                 \
    X(CHANGED, "changed")                                                                 \
    X(WAVE, "wave")   /* the same for it and all that depends on it */                    \
    X(LEAVE, "leave") /* the next plan has it no more */                                  \
    X(RENEW, "renew") /* the next plan changes it */                                      \
    X(ADOPT, "adopt") /* the next plan, the same again; it is to start */                 \
    X(KILL, "kill")                                                                       \
    X(KILL_ALL, "kill-all")                                                               \
    X(SPAWNED, "spawned")               /* the answer to a SPAWN that has none yet */     \
    X(REFUSED, "refused")               /* another answer: not now */                     \
    X(UNFIT, "unfit")                   /* another: never */                              \
    X(READY, "ready")                   /* the probe; may be late */                      \
    X(SICK, "sick")                     /* the probe; may be late */                      \
    X(ENDS, "ends")                     /* the process, with code 0; may be told twice */ \
    X(CRASHES, "crashes")               /* the process, otherwise */                      \
    X(TICK, "tick")                     /* may be early */                                \
    X(BUSY, "busy")                     /* from now on a drain of it waits for a move */  \
    X(DRAINED, "drained")               /* it has no requests any more; may be late */    \
    X(ANSWER_LATER, "answer-later")     /* from now on SPAWN waits for a move */          \
    X(ANSWER_SPAWNED, "answer-spawned") /* from now on it is answered so at once */       \
    X(ANSWER_REFUSED, "answer-refused")                                                   \
    X(ANSWER_UNFIT, "answer-unfit")

enum move_kind {
#define X(move, text) MOVE_##move,
    SCENARIO_MOVES(X)
#undef X
        MOVE_COUNT
};

struct move {
    uint32_t wait; /* ms since the move before */
    uint8_t kind;  /* enum move_kind */
    uint8_t service;
};

struct scenario {
    uint32_t count;
    uint32_t move_count;
    uint64_t needs[SCENARIO_SERVICES_MAX]; /* bit d: depends on d, which is lower */
    uint8_t deaf[SCENARIO_SERVICES_MAX];   /* signals that its processes survive at the end */
    struct plan_service services[SCENARIO_SERVICES_MAX];
    struct plan_probe probes[SCENARIO_SERVICES_MAX]; /* of the service with this index */
    struct move moves[SCENARIO_MOVES_MAX];
    uint32_t deps[SCENARIO_SERVICES_MAX * SCENARIO_SERVICES_MAX];
    uint32_t rdeps[SCENARIO_SERVICES_MAX * SCENARIO_SERVICES_MAX];
    struct plan plan;
};

/* A random plan without moves, linked. */
void scenario_random_plan(struct scenario *scenario, struct dice *dice);
void scenario_link(struct scenario *scenario);

const char *scenario_move_name(enum move_kind kind);
void scenario_print(const struct scenario *scenario, FILE *file);
/* Reads what scenario_print wrote; lines that begin with '#' are comments. 0, or the number of the
 * line that is wrong. */
unsigned scenario_read(struct scenario *scenario, FILE *file);

#endif
