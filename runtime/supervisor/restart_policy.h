/* Whether and when a service runs again after its process has ended by itself.
 *
 * A policy is a constant with three functions of the plan and of numbers: no state, no clock, no
 * system call. The supervisor keeps the counts and asks; it does the rest (states, deadlines).
 * restart_policy.c has one for each value of enum plan_restart_policy; docs/architecture.md says
 * how to add one.
 *
 * Not a policy's business: an end that was asked for (a stop, a restart, a changed file), and what
 * the system could not execute at all.
 */
#ifndef RUNTIME_RESTART_POLICY_H
#define RUNTIME_RESTART_POLICY_H

#include "a3s/plan.h"

enum restart_verdict {
    RESTART_RESTS, /* it has ended as it should, and stays so */
    RESTART_AGAIN, /* after a wait; counts as a crash */
    RESTART_FAILS, /* not any more; counts as a crash */
    RESTART_VERDICT_COUNT
};

struct restart_policy {
    /* What follows an end; crashes: how many came before it in a row. A service that had to be
     * given up (never ready, or unhealthy) has not ended well, whatever its exit code. */
    enum restart_verdict (*ended)(const struct plan_service *service, bool well, uint32_t crashes);
    /* ms before the next try, when the last one was the nth in a row (from 1) that crashed or that
     * the system refused for now. */
    int64_t (*wait)(const struct plan_service *service, uint32_t nth);
    /* Whether so many ms of health make the count of crashes begin anew. */
    bool (*forgives)(const struct plan_service *service, int64_t healthy);
};

const struct restart_policy *restart_policy(const struct plan_service *service);

#endif
