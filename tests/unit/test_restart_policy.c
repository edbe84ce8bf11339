/* What each restart policy makes of each end, and how long it waits. */
#include "restart_policy.h"
#include "suite.h"

static struct plan_service planned(enum plan_restart_policy policy, enum plan_service_kind kind)
{
    return (struct plan_service){.restart = (uint8_t)policy,
                                 .kind = (uint8_t)kind,
                                 .backoff_ms = 1000,
                                 .max_backoff_ms = 30000,
                                 .reset_after_ms = 60000};
}

/* Without a limit. */
static const struct {
    enum plan_restart_policy policy;
    enum plan_service_kind kind;
    enum restart_verdict well, badly;
} verdicts[] = {
    {PLAN_RESTART_NEVER, PLAN_KIND_SERVICE, RESTART_RESTS, RESTART_FAILS},
    {PLAN_RESTART_NEVER, PLAN_KIND_TASK, RESTART_RESTS, RESTART_FAILS},
    {PLAN_RESTART_ON_FAILURE, PLAN_KIND_SERVICE, RESTART_RESTS, RESTART_AGAIN},
    {PLAN_RESTART_ON_FAILURE, PLAN_KIND_TASK, RESTART_RESTS, RESTART_AGAIN},
    {PLAN_RESTART_ALWAYS, PLAN_KIND_SERVICE, RESTART_AGAIN, RESTART_AGAIN},
    {PLAN_RESTART_ALWAYS, PLAN_KIND_TASK, RESTART_RESTS, RESTART_AGAIN},
};
#define VERDICTS ((int)(sizeof verdicts / sizeof *verdicts))
_Static_assert(VERDICTS == PLAN_RESTART_COUNT * PLAN_KIND_COUNT, "one a policy and kind");

START_TEST(each_policy_has_its_verdict)
{
    struct plan_service service = planned(verdicts[_i].policy, verdicts[_i].kind);
    const struct restart_policy *policy = restart_policy(&service);
    ck_assert_int_eq(policy->ended(&service, true, 0), verdicts[_i].well);
    ck_assert_int_eq(policy->ended(&service, false, 0), verdicts[_i].badly);
    ck_assert_int_eq(policy->ended(&service, false, UINT32_MAX - 1), verdicts[_i].badly);
}
END_TEST

START_TEST(a_limit_counts_restarts_not_ends)
{
    struct plan_service service = planned(verdicts[_i].policy, verdicts[_i].kind);
    const struct restart_policy *policy = restart_policy(&service);
    service.max_restarts = 2;
    ck_assert_int_eq(policy->ended(&service, false, 0), verdicts[_i].badly);
    ck_assert_int_eq(policy->ended(&service, false, 1), verdicts[_i].badly);
    ck_assert_int_eq(policy->ended(&service, false, 2), RESTART_FAILS);
    enum restart_verdict well = verdicts[_i].well == RESTART_AGAIN ? RESTART_FAILS : RESTART_RESTS;
    ck_assert_int_eq(policy->ended(&service, true, 2), well);
}
END_TEST

START_TEST(waits_double_up_to_the_longest)
{
    static const int64_t waits[] = {1000, 2000, 4000, 8000, 16000, 30000, 30000};
    struct plan_service service = planned((enum plan_restart_policy)_i, PLAN_KIND_SERVICE);
    const struct restart_policy *policy = restart_policy(&service);
    for (uint32_t n = 0; n < sizeof waits / sizeof *waits; n++)
        ck_assert_int_eq(policy->wait(&service, n + 1), waits[n]);
    ck_assert_int_eq(policy->wait(&service, UINT32_MAX), 30000);
    service.backoff_ms = service.max_backoff_ms = PLAN_DURATION_MAX;
    ck_assert_int_eq(policy->wait(&service, 1), PLAN_DURATION_MAX);
    ck_assert_int_eq(policy->wait(&service, UINT32_MAX), PLAN_DURATION_MAX);
}
END_TEST

START_TEST(health_forgives_when_it_has_lasted)
{
    struct plan_service service = planned((enum plan_restart_policy)_i, PLAN_KIND_SERVICE);
    const struct restart_policy *policy = restart_policy(&service);
    ck_assert(!policy->forgives(&service, 0));
    ck_assert(!policy->forgives(&service, 59999));
    ck_assert(policy->forgives(&service, 60000));
    ck_assert(policy->forgives(&service, INT64_MAX));
}
END_TEST

int main(void)
{
    struct suite s = suite_begin("restart_policy");
    SUITE_LOOP(s, each_policy_has_its_verdict, 0, VERDICTS);
    SUITE_LOOP(s, a_limit_counts_restarts_not_ends, 0, VERDICTS);
    SUITE_LOOP(s, waits_double_up_to_the_longest, 0, PLAN_RESTART_COUNT);
    SUITE_LOOP(s, health_forgives_when_it_has_lasted, 0, PLAN_RESTART_COUNT);
    return suite_run(s);
}
