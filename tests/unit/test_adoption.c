/* From one plan to the next: what the supervisor does before, what it takes over, what follows. */
#include "suite.h"
#include "supervisor.h"

#define SERVICES_MAX 8
#define NEW          PLAN_NONE

/* A plan made by hand; all its services have a probe. */
struct made_plan {
    struct plan plan;
    struct plan_service services[SERVICES_MAX];
    struct plan_probe probes[SERVICES_MAX];
    uint32_t deps[SERVICES_MAX * SERVICES_MAX], rdeps[SERVICES_MAX * SERVICES_MAX];
};

struct world {
    struct made_plan plans[2];
    struct supervisor sv;
    int64_t now;
    char asked[1024]; /* "+0 " spawn, "-0 " term, "!0 " kill */
};

static void make(struct made_plan *made, uint32_t count, const char *const *needs)
{
    uint32_t dep = 0, rdep = 0;
    memset(made, 0, sizeof *made);
    for (uint32_t i = 0; i < count; i++) {
        struct plan_service *s = &made->services[i];
        made->probes[i] = (struct plan_probe){.service = i, .start_timeout_ms = 60000};
        *s = (struct plan_service){.probe = i,
                                   .watch = PLAN_NONE,
                                   .backoff_ms = 1000,
                                   .max_backoff_ms = 30000,
                                   .reset_after_ms = 60000,
                                   .stop_timeout_ms = 5000,
                                   .deps.first = dep,
                                   .rdeps.first = rdep,
                                   .restart = PLAN_RESTART_ON_FAILURE};
        for (uint32_t d = 0; d < count; d++) {
            if (strchr(needs[i], (char)('0' + d)))
                made->deps[dep++] = d;
            if (strchr(needs[d], (char)('0' + i)))
                made->rdeps[rdep++] = d;
        }
        s->deps.count = dep - s->deps.first;
        s->rdeps.count = rdep - s->rdeps.first;
    }
    made->plan = (struct plan){.services = made->services,
                               .probes = made->probes,
                               .deps = made->deps,
                               .rdeps = made->rdeps,
                               .service_count = count};
}

/* A list of services, each by the digits of those that it depends on. */
#define PLAN(made, ...)                                   \
    do {                                                  \
        static const char *const needs[] = {__VA_ARGS__}; \
        make(made, sizeof needs / sizeof *needs, needs);  \
    } while (0)

/* CASE(name, needs...) { ... }: a test in a world with this plan. */
#define CASE(name, ...)                           \
    static void name##_in(struct world *w);       \
    START_TEST(name)                              \
    {                                             \
        struct world w = {.now = 1000};           \
        PLAN(&w.plans[0], __VA_ARGS__);           \
        supervisor_init(&w.sv, &w.plans[0].plan); \
        name##_in(&w);                            \
        supervisor_finish(&w.sv);                 \
    }                                             \
    END_TEST                                      \
    static void name##_in(struct world *w)

static void collect(struct world *w)
{
    static const char marks[] = {[SUPERVISOR_DO_SPAWN] = '+',
                                 [SUPERVISOR_DO_DRAIN] = '~',
                                 [SUPERVISOR_DO_TERM] = '-',
                                 [SUPERVISOR_DO_KILL] = '!'};
    struct supervisor_action action;
    while (supervisor_next(&w->sv, &action)) {
        size_t length = strlen(w->asked);
        if (action.kind == SUPERVISOR_DO_DRAIN) /* nobody has requests */
            supervisor_step(
                &w->sv,
                &(struct supervisor_event){.input = SUPERVISOR_DRAINED, .service = action.service},
                w->now);
        else if (action.kind != SUPERVISOR_DO_NOTICE)
            snprintf(w->asked + length, sizeof w->asked - length, "%c%u ", marks[action.kind],
                     action.service);
    }
}

static void tell(struct world *w, enum supervisor_input input, uint32_t service)
{
    struct supervisor_event event = {.input = input, .service = service, .value = 4711};
    supervisor_step(&w->sv, &event, w->now);
    collect(w);
}

/* It has been asked to start, and does. */
static void runs(struct world *w, uint32_t service)
{
    tell(w, SUPERVISOR_SPAWNED, service);
    tell(w, SUPERVISOR_READY, service);
}

static void all_run(struct world *w)
{
    for (uint32_t i = 0; i < w->sv.plan->service_count; i++)
        tell(w, SUPERVISOR_UP, i);
    for (uint32_t i = 0; i < w->sv.plan->service_count; i++)
        runs(w, i);
    w->asked[0] = '\0';
}

static enum service_state state(const struct world *w, uint32_t service)
{
    return w->sv.services[service].state;
}

static void asked_is(struct world *w, const char *expected)
{
    ck_assert_str_eq(w->asked, expected);
    w->asked[0] = '\0';
}

/* What the counters must be, by the states of the neighbours. */
static void check_counters(const struct supervisor *sv)
{
    for (uint32_t i = 0; i < sv->plan->service_count; i++) {
        struct plan_range deps = sv->plan->services[i].deps, rdeps = sv->plan->services[i].rdeps;
        uint32_t unmet = 0, hopeless = 0, holders = 0;
        for (uint32_t k = 0; k < deps.count; k++) {
            enum service_state s = sv->services[sv->plan->deps[deps.first + k]].state;
            unmet += s != SERVICE_RUNNING;
            hopeless += s == SERVICE_STOPPED || s == SERVICE_FAILED || s == SERVICE_BLOCKED;
        }
        for (uint32_t k = 0; k < rdeps.count; k++) {
            const struct supervised *s = &sv->services[sv->plan->rdeps[rdeps.first + k]];
            holders += service_has_process(s->state) && !(s->wanted && s->alone);
        }
        ck_assert_uint_eq(sv->services[i].unmet, unmet);
        ck_assert_uint_eq(sv->services[i].hopeless, hopeless);
        ck_assert_uint_eq(sv->services[i].holders, holders);
    }
}

/* Goes over to the second plan; what follows of it has been asked for. */
static void adopt(struct world *w, const uint32_t *from, const bool *start)
{
    struct supervisor old = w->sv;
    ck_assert(supervisor_is_cleared(&old));
    supervisor_init(&w->sv, &w->plans[1].plan);
    supervisor_adopt(&w->sv, &old, from, start, w->now);
    supervisor_finish(&old);
    check_counters(&w->sv);
    tell(w, SUPERVISOR_TICK, 0);
    check_counters(&w->sv);
}

/* The services of the second plan by their old indices, then whether each is to start. */
#define FROM(...)  ((const uint32_t[]){__VA_ARGS__})
#define START(...) ((const bool[]){__VA_ARGS__})

CASE(who_stays_is_left_alone, "", "0", "1")
{
    all_run(w);
    struct supervised before = w->sv.services[1];
    PLAN(&w->plans[1], "", "", "1", "");
    adopt(w, FROM(2, 1, 0, NEW), START(false, false, false, false));
    asked_is(w, "");
    const struct supervised *after = &w->sv.services[1];
    ck_assert_int_eq(after->state, SERVICE_RUNNING);
    ck_assert_uint_eq(after->spawns, before.spawns);
    ck_assert_int_eq(after->started, before.started);
    ck_assert_int_eq(after->since, before.since);
    ck_assert_int_eq(state(w, 3), SERVICE_STOPPED);
    /* The new edges count: the third now holds the second. */
    tell(w, SUPERVISOR_DOWN, 1);
    asked_is(w, "-2 ");
}

CASE(who_leaves_goes_behind_its_dependents_that_leave, "", "0", "1", "0")
{
    all_run(w);
    for (uint32_t i = 3; i-- > 0;)
        tell(w, SUPERVISOR_LEAVE, i);
    asked_is(w, "-2 "); /* and nobody waits for 3, which stays */
    ck_assert(!supervisor_is_cleared(&w->sv));
    tell(w, SUPERVISOR_EXITED, 2);
    asked_is(w, "-1 ");
    tell(w, SUPERVISOR_EXITED, 1);
    asked_is(w, "-0 ");
    tell(w, SUPERVISOR_EXITED, 0);
    ck_assert(supervisor_is_cleared(&w->sv));
    ck_assert_int_eq(state(w, 3), SERVICE_RUNNING);
    PLAN(&w->plans[1], "");
    adopt(w, FROM(3), START(false));
    asked_is(w, "");
    ck_assert_int_eq(state(w, 0), SERVICE_RUNNING);
}

CASE(who_is_renewed_waits_for_the_new_plan, "", "0", "1")
{
    all_run(w);
    tell(w, SUPERVISOR_RENEW, 1);
    tell(w, SUPERVISOR_RENEW, 0);
    asked_is(w, "-1 ");
    tell(w, SUPERVISOR_EXITED, 1);
    tell(w, SUPERVISOR_EXITED, 0);
    asked_is(w, "-0 ");
    ck_assert_int_eq(state(w, 0), SERVICE_PENDING);
    ck_assert_int_eq(state(w, 1), SERVICE_PENDING);
    tell(w, SUPERVISOR_UP, 0);
    tell(w, SUPERVISOR_CHANGED, 1);
    w->now += 100000;
    tell(w, SUPERVISOR_TICK, 0);
    asked_is(w, "");
    PLAN(&w->plans[1], "", "0", "1");
    adopt(w, FROM(0, 1, 2), START(false, false, false));
    asked_is(w, "+0 ");
    runs(w, 0);
    asked_is(w, "+1 ");
    ck_assert_uint_eq(w->sv.services[1].spawns, 1);
    ck_assert_int_eq(state(w, 2), SERVICE_RUNNING);
}

/* Nobody is told that it is blocked because of what the next plan mends. */
CASE(nobody_is_blocked_in_between, "", "0")
{
    tell(w, SUPERVISOR_UP, 1);
    tell(w, SUPERVISOR_SPAWNED, 0);
    w->asked[0] = '\0';
    ck_assert_int_eq(state(w, 1), SERVICE_PENDING);
    tell(w, SUPERVISOR_LEAVE, 0);
    tell(w, SUPERVISOR_EXITED, 0);
    ck_assert_int_eq(state(w, 0), SERVICE_STOPPED);
    ck_assert_int_eq(state(w, 1), SERVICE_PENDING);
    PLAN(&w->plans[1], "");
    w->asked[0] = '\0';
    adopt(w, FROM(1), START(false));
    asked_is(w, "+0 ");
}

CASE(what_is_needed_now_is_wanted, "", "")
{
    tell(w, SUPERVISOR_UP, 1);
    runs(w, 1);
    w->asked[0] = '\0';
    /* Two new ones, one behind the other, and one that nobody wanted. */
    PLAN(&w->plans[1], "", "0", "", "12");
    adopt(w, FROM(NEW, NEW, 0, 1), START(false, false, false, false));
    asked_is(w, "+0 +2 ");
    ck_assert_int_eq(state(w, 3), SERVICE_RUNNING);
    const struct journal_record *said = journal_get(&w->sv.journal, (struct journal_ref){0, 1});
    ck_assert(said && !said->is_state && said->input == SUPERVISOR_UP);
    said = journal_get(&w->sv.journal, (struct journal_ref){0, 2});
    ck_assert(said && said->is_state && said->event == SERVICE_EVENT_UP);
    ck_assert_uint_eq(said->cause.number, 1);
    runs(w, 0);
    asked_is(w, "+1 ");
}

CASE(who_runs_alone_needs_nobody, "", "0")
{
    tell(w, SUPERVISOR_UP_ALONE, 1);
    runs(w, 1);
    w->asked[0] = '\0';
    PLAN(&w->plans[1], "", "", "01");
    adopt(w, FROM(0, NEW, 1), START(false, false, false));
    asked_is(w, "");
    ck_assert(!w->sv.services[0].wanted && !w->sv.services[1].wanted);
}

CASE(who_is_down_stays_down, "", "0")
{
    all_run(w);
    tell(w, SUPERVISOR_DOWN, 1);
    tell(w, SUPERVISOR_EXITED, 1);
    w->asked[0] = '\0';
    PLAN(&w->plans[1], "", "0", "0");
    adopt(w, FROM(0, 1, NEW), START(false, false, true));
    asked_is(w, "+2 ");
    ck_assert_int_eq(state(w, 1), SERVICE_STOPPED);
}

CASE(deadlines_are_kept_or_new, "", "", "", "", "")
{
    tell(w, SUPERVISOR_UP, 0);
    tell(w, SUPERVISOR_SPAWNED, 0); /* starting, since 1000 */
    tell(w, SUPERVISOR_UP, 1);
    tell(w, SUPERVISOR_SPAWNED, 1);
    tell(w, SUPERVISOR_EXITED, 1); /* back-off until 2000 */
    tell(w, SUPERVISOR_UP, 2);
    runs(w, 2);
    tell(w, SUPERVISOR_RESTART, 2); /* stopping until 6000 */
    tell(w, SUPERVISOR_UP, 3);      /* not executed yet */
    tell(w, SUPERVISOR_UP, 4);
    tell(w, SUPERVISOR_SPAWNED, 4);
    w->asked[0] = '\0';
    PLAN(&w->plans[1], "", "", "", "", "");
    for (uint32_t i = 0; i < 5; i++)
        w->plans[1].probes[i].start_timeout_ms = 500;
    w->plans[1].services[1].stop_timeout_ms = 77;
    w->plans[1].services[4].probe = PLAN_NONE;
    w->now = 900;
    adopt(w, FROM(1, 2, 0, 3, 4), START(false, false, false, false, false));
    ck_assert_int_eq(w->sv.services[0].deadline, 2000);
    ck_assert_int_eq(w->sv.services[1].deadline, 6000);
    ck_assert_int_eq(w->sv.services[2].deadline, 1500);
    ck_assert_int_eq(w->sv.services[3].deadline, SUPERVISOR_NEVER);
    ck_assert_int_eq(w->sv.services[4].deadline, 1000);
    ck_assert_int_eq(supervisor_deadline(&w->sv), 1000);
    asked_is(w, "");
    tell(w, SUPERVISOR_READY, 4);
    w->now = 1500;
    tell(w, SUPERVISOR_TICK, 0);
    asked_is(w, "-2 ");
}

CASE(hope_comes_with_other_dependencies, "", "0", "")
{
    w->plans[0].services[0].restart = PLAN_RESTART_NEVER;
    for (uint32_t i = 0; i < 3; i++)
        tell(w, SUPERVISOR_UP, i);
    tell(w, SUPERVISOR_SPAWNED, 0);
    tell(w, SUPERVISOR_EXITED, 0);
    runs(w, 2);
    ck_assert_int_eq(state(w, 1), SERVICE_BLOCKED);
    w->asked[0] = '\0';
    PLAN(&w->plans[1], "", "", "0", "1");
    adopt(w, FROM(2, 0, 1, NEW), START(false, false, false, true));
    asked_is(w, "+2 ");
    ck_assert_int_eq(state(w, 1), SERVICE_FAILED);
    ck_assert_int_eq(state(w, 3), SERVICE_BLOCKED);
}

CASE(a_crash_while_it_waits_for_its_turn, "", "0")
{
    all_run(w);
    tell(w, SUPERVISOR_LEAVE, 1);
    tell(w, SUPERVISOR_RENEW, 0);
    asked_is(w, "-1 ");
    tell(w, SUPERVISOR_EXITED, 0);
    ck_assert_int_eq(state(w, 0), SERVICE_PENDING);
    tell(w, SUPERVISOR_EXITED, 1);
    asked_is(w, "");
    ck_assert(supervisor_is_cleared(&w->sv));
    PLAN(&w->plans[1], "");
    adopt(w, FROM(0), START(false));
    asked_is(w, "+0 ");
}

CASE(everything_goes_down_meanwhile, "", "0", "0")
{
    all_run(w);
    tell(w, SUPERVISOR_RENEW, 1);
    tell(w, SUPERVISOR_LEAVE, 0);
    asked_is(w, "-1 ");
    for (uint32_t i = 0; i < 3; i++)
        tell(w, SUPERVISOR_DOWN, i);
    asked_is(w, "-2 ");
    for (uint32_t i = 3; i-- > 0;)
        tell(w, SUPERVISOR_EXITED, i);
    ck_assert(supervisor_is_down(&w->sv));
}

CASE(who_leaves_can_be_wanted_again, "")
{
    all_run(w);
    tell(w, SUPERVISOR_LEAVE, 0);
    tell(w, SUPERVISOR_EXITED, 0);
    w->asked[0] = '\0';
    PLAN(&w->plans[1], "");
    adopt(w, FROM(0), START(true));
    asked_is(w, "+0 ");
    ck_assert_int_eq(state(w, 0), SERVICE_STARTING);
}

CASE(the_journal_goes_over, "", "0", "1")
{
    all_run(w);
    tell(w, SUPERVISOR_DOWN, 1); /* 2 is told for it */
    struct journal_ref last = journal_last(&w->sv.journal, 2);
    PLAN(&w->plans[1], "", "0", "");
    adopt(w, FROM(0, 2, 1), START(false, false, false));
    struct journal_ref moved = {1, last.number};
    const struct journal_record *record = journal_get(&w->sv.journal, moved);
    ck_assert_ptr_nonnull(record);
    ck_assert_uint_eq(record->self.service, 1);
    while (record && record->input != SUPERVISOR_DOWN)
        record = journal_get(&w->sv.journal, (struct journal_ref){1, --moved.number});
    ck_assert_ptr_nonnull(record);
    ck_assert_uint_eq(record->cause.service, 2);
    ck_assert_ptr_nonnull(journal_origin(&w->sv.journal, 0));
}

CASE(causes_of_those_that_are_gone_are_none, "", "0")
{
    all_run(w);
    tell(w, SUPERVISOR_DOWN, 0);
    ck_assert_uint_eq(w->sv.services[1].cause.service, 1);
    w->sv.services[1].cause = (struct journal_ref){0, 1};
    uint32_t last = journal_last(&w->sv.journal, 1).number;
    PLAN(&w->plans[1], "", "");
    adopt(w, FROM(NEW, 1), START(false, false));
    ck_assert_uint_eq(w->sv.services[1].cause.number, 0);
    ck_assert_uint_eq(w->sv.services[1].cause.service, 0);
    ck_assert_uint_eq(journal_last(&w->sv.journal, 1).number, last);
    for (uint32_t number = 1; number <= last; number++) {
        const struct journal_record *record =
            journal_get(&w->sv.journal, (struct journal_ref){1, number});
        ck_assert_ptr_nonnull(record);
        ck_assert(!record->cause.number || record->cause.service == 1);
    }
}

CASE(each_has_to_be_gone, "", "", "")
{
    all_run(w);
    for (uint32_t i = 0; i < 3; i++) {
        ck_assert(supervisor_is_cleared(&w->sv));
        tell(w, SUPERVISOR_LEAVE, i);
        ck_assert(!supervisor_is_cleared(&w->sv));
        tell(w, SUPERVISOR_EXITED, i);
    }
    ck_assert(supervisor_is_cleared(&w->sv));
}

int main(void)
{
    struct suite s = suite_begin("adoption");
    SUITE_CASE(s, who_stays_is_left_alone);
    SUITE_CASE(s, who_leaves_goes_behind_its_dependents_that_leave);
    SUITE_CASE(s, who_is_renewed_waits_for_the_new_plan);
    SUITE_CASE(s, nobody_is_blocked_in_between);
    SUITE_CASE(s, what_is_needed_now_is_wanted);
    SUITE_CASE(s, who_runs_alone_needs_nobody);
    SUITE_CASE(s, who_is_down_stays_down);
    SUITE_CASE(s, deadlines_are_kept_or_new);
    SUITE_CASE(s, hope_comes_with_other_dependencies);
    SUITE_CASE(s, a_crash_while_it_waits_for_its_turn);
    SUITE_CASE(s, everything_goes_down_meanwhile);
    SUITE_CASE(s, who_leaves_can_be_wanted_again);
    SUITE_CASE(s, the_journal_goes_over);
    SUITE_CASE(s, causes_of_those_that_are_gone_are_none);
    SUITE_CASE(s, each_has_to_be_gone);
    return suite_run(s);
}
