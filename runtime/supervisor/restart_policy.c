#include "restart_policy.h"

static enum restart_verdict rest_or_fail(const struct plan_service *service, bool well,
                                         uint32_t crashes)
{
    (void)service;
    (void)crashes;
    return well ? RESTART_RESTS : RESTART_FAILS;
}

static enum restart_verdict try_again(const struct plan_service *service, uint32_t crashes)
{
    bool spent = service->max_restarts && crashes >= service->max_restarts;
    return spent ? RESTART_FAILS : RESTART_AGAIN;
}

static enum restart_verdict rest_or_try_again(const struct plan_service *service, bool well,
                                              uint32_t crashes)
{
    return well ? RESTART_RESTS : try_again(service, crashes);
}

/* But for a task that ended well: it has reached its goal. */
static enum restart_verdict try_again_always(const struct plan_service *service, bool well,
                                             uint32_t crashes)
{
    bool reached = well && service->kind == PLAN_KIND_TASK;
    return reached ? RESTART_RESTS : try_again(service, crashes);
}

/* backoff, 2 backoff, 4 backoff, ... up to max_backoff. */
static int64_t doubling_wait(const struct plan_service *service, uint32_t nth)
{
    int64_t wait = service->backoff_ms;
    for (uint32_t i = 1; i < nth && wait < service->max_backoff_ms; i++)
        wait *= 2;
    return wait < service->max_backoff_ms ? wait : service->max_backoff_ms;
}

static bool forgives_after(const struct plan_service *service, int64_t healthy)
{
    return healthy >= service->reset_after_ms;
}

static const struct restart_policy policies[] = {
    [PLAN_RESTART_NEVER] = {rest_or_fail, doubling_wait, forgives_after},
    [PLAN_RESTART_ON_FAILURE] = {rest_or_try_again, doubling_wait, forgives_after},
    [PLAN_RESTART_ALWAYS] = {try_again_always, doubling_wait, forgives_after},
};
_Static_assert(sizeof policies / sizeof *policies == PLAN_RESTART_COUNT, "one a policy");

const struct restart_policy *restart_policy(const struct plan_service *service)
{
    return &policies[service->restart];
}
