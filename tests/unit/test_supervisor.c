/* The supervisor alone: a plan made by hand, a clock that is a number, no process at all. */
#include "suite.h"
#include "supervisor.h"

#define SERVICES_MAX 8

enum { DB, API, WEB };

struct world {
    struct plan plan;
    struct plan_service services[SERVICES_MAX];
    struct plan_probe probes[SERVICES_MAX];
    uint32_t deps[SERVICES_MAX * SERVICES_MAX], rdeps[SERVICES_MAX * SERVICES_MAX];
    struct supervisor sv;
    int64_t now;
    bool busy;        /* they have requests; else DRAIN is answered at once, and not put down */
    char asked[4096]; /* what was asked for: "+0 " spawn, "~0 " drain, "-0 " term, "!0 " kill */
    char told[4096];  /* which states were entered: "0:running " */
};

static void add_edges(struct world *w, uint32_t count, const char *const *needs)
{
    uint32_t at = 0;
    for (uint32_t i = 0; i < count; i++) {
        w->services[i].deps.first = at;
        for (uint32_t d = 0; d < i; d++)
            if (strchr(needs[i], (char)('0' + d)))
                w->deps[at++] = d;
        w->services[i].deps.count = at - w->services[i].deps.first;
    }
    at = 0;
    for (uint32_t i = 0; i < count; i++) {
        w->services[i].rdeps.first = at;
        for (uint32_t d = i + 1; d < count; d++)
            if (strchr(needs[d], (char)('0' + i)))
                w->rdeps[at++] = d;
        w->services[i].rdeps.count = at - w->services[i].rdeps.first;
    }
}

/* A list of services, each by the digits of those that it depends on; all have a probe. */
static void build(struct world *w, uint32_t count, const char *const *needs)
{
    memset(w, 0, sizeof *w);
    w->now = 1000;
    for (uint32_t i = 0; i < count; i++) {
        w->probes[i] = (struct plan_probe){.service = i, .start_timeout_ms = 60000};
        w->services[i] = (struct plan_service){.probe = i,
                                               .watch = PLAN_NONE,
                                               .backoff_ms = 1000,
                                               .max_backoff_ms = 30000,
                                               .reset_after_ms = 60000,
                                               .stop_timeout_ms = 5000,
                                               .restart = PLAN_RESTART_ON_FAILURE};
    }
    add_edges(w, count, needs);
    w->plan = (struct plan){.services = w->services,
                            .probes = w->probes,
                            .deps = w->deps,
                            .rdeps = w->rdeps,
                            .service_count = count};
    supervisor_init(&w->sv, &w->plan);
}

/* CASE(name, needs...) { ... }: a test in a world of its own, w. */
#define CASE(name, ...)                                   \
    static void name##_in(struct world *w);               \
    START_TEST(name)                                      \
    {                                                     \
        static const char *const needs[] = {__VA_ARGS__}; \
        struct world w;                                   \
        build(&w, sizeof needs / sizeof *needs, needs);   \
        name##_in(&w);                                    \
        supervisor_finish(&w.sv);                         \
    }                                                     \
    END_TEST                                              \
    static void name##_in(struct world *w)

static void tell_drained(struct world *w, uint32_t service)
{
    struct supervisor_event event = {.input = SUPERVISOR_DRAINED, .service = service};
    supervisor_step(&w->sv, &event, w->now);
}

static void collect(struct world *w)
{
    static const char marks[] = {[SUPERVISOR_DO_SPAWN] = '+',
                                 [SUPERVISOR_DO_DRAIN] = '~',
                                 [SUPERVISOR_DO_TERM] = '-',
                                 [SUPERVISOR_DO_KILL] = '!'};
    struct supervisor_action action;
    while (supervisor_next(&w->sv, &action)) {
        size_t asked = strlen(w->asked), told = strlen(w->told);
        if (action.kind == SUPERVISOR_DO_NOTICE)
            snprintf(w->told + told, sizeof w->told - told, "%u:%s ", action.service,
                     service_state_name(action.to));
        else if (action.kind == SUPERVISOR_DO_DRAIN && !w->busy)
            tell_drained(w, action.service);
        else
            snprintf(w->asked + asked, sizeof w->asked - asked, "%c%u ", marks[action.kind],
                     action.service);
    }
}

static void step(struct world *w, struct supervisor_event event)
{
    supervisor_step(&w->sv, &event, w->now);
    collect(w);
}

/* What is said about one service. */
#define VERB(name, input_, ...)                                                      \
    static void name(struct world *w, uint32_t service)                              \
    {                                                                                \
        step(w, (struct supervisor_event){                                           \
                    .input = SUPERVISOR_##input_, .service = service, __VA_ARGS__}); \
    }
VERB(up, UP)
VERB(up_alone, UP_ALONE)
VERB(down, DOWN)
VERB(restart, RESTART)
VERB(changes, CHANGED)
VERB(kill_now, KILL)
VERB(executed, SPAWNED)
VERB(refused, SPAWN_FAILED, .fatal = false)
VERB(unfit, SPAWN_FAILED, .fatal = true)
VERB(well, READY)
VERB(sick, SICK)
VERB(drained, DRAINED)
VERB(ends, EXITED, .success = true)
VERB(crashes, EXITED, .success = false)

static void passes(struct world *w, int64_t ms)
{
    w->now += ms;
    step(w, (struct supervisor_event){.input = SUPERVISOR_TICK});
}

static void becomes_ready(struct world *w, uint32_t service)
{
    executed(w, service);
    well(w, service);
}

static void all_up(struct world *w)
{
    for (uint32_t i = 0; i < w->plan.service_count; i++)
        up(w, i);
    for (uint32_t i = 0; i < w->plan.service_count; i++)
        becomes_ready(w, i);
    w->asked[0] = w->told[0] = '\0';
}

#define STATE_IS(w, service, name) \
    ck_assert_str_eq(service_state_name((w)->sv.services[service].state), name)
/* What was asked for, or told, since the last look. */
#define ASKED(w, text) LOOK((w)->asked, text)
#define TOLD(w, text)  LOOK((w)->told, text)
#define LOOK(log, text)                \
    do {                               \
        ck_assert_str_eq((log), text); \
        (log)[0] = '\0';               \
    } while (0)

CASE(starts_in_order_as_each_becomes_ready, "", "0", "1")
{
    up(w, WEB);
    ASKED(w, "+0 ");
    STATE_IS(w, WEB, "pending");
    executed(w, DB);
    ASKED(w, "");
    well(w, DB);
    ASKED(w, "+1 ");
    becomes_ready(w, API);
    ASKED(w, "+2 ");
    becomes_ready(w, WEB);
    STATE_IS(w, WEB, "running");
}

CASE(a_slow_sibling_delays_nobody, "", "", "0", "1")
{
    for (uint32_t i = 0; i < 4; i++)
        up(w, i);
    ASKED(w, "+0 +1 ");
    becomes_ready(w, 0);
    ASKED(w, "+2 ");
}

CASE(without_a_probe_executed_is_ready, "", "0")
{
    w->services[DB].probe = PLAN_NONE;
    up(w, API);
    executed(w, DB);
    ASKED(w, "+0 +1 ");
}

CASE(stops_in_reverse_and_waits_for_dependents, "", "0", "1")
{
    all_up(w);
    for (uint32_t i = 0; i < 3; i++)
        down(w, i);
    ASKED(w, "-2 ");
    crashes(w, WEB);
    ASKED(w, "-1 ");
    ends(w, API);
    ASKED(w, "-0 ");
    ends(w, DB);
    ck_assert(supervisor_is_down(&w->sv));
    ck_assert_int_gt(supervisor_deadline(&w->sv), w->now);
}

CASE(down_takes_the_dependents_along, "", "0", "1")
{
    all_up(w);
    down(w, API);
    ASKED(w, "-2 ");
    ends(w, WEB);
    ASKED(w, "-1 ");
    ends(w, API);
    STATE_IS(w, DB, "running");
    STATE_IS(w, API, "stopped");
}

CASE(who_ignores_the_signal_is_killed_and_killed_again, "")
{
    all_up(w);
    down(w, DB);
    ASKED(w, "-0 ");
    passes(w, 4999);
    ASKED(w, "");
    passes(w, 1);
    ASKED(w, "!0 ");
    passes(w, SUPERVISOR_KILL_AGAIN_MS);
    ASKED(w, "!0 ");
    crashes(w, DB);
    STATE_IS(w, DB, "stopped");
}

CASE(requests_are_finished_before_the_signal, "", "0")
{
    all_up(w);
    w->busy = true;
    restart(w, DB);
    ASKED(w, "~0 ");
    STATE_IS(w, DB, "stopping");
    restart(w, DB); /* one drain is enough */
    ASKED(w, "");
    drained(w, DB);
    ASKED(w, "-0 ");
    drained(w, DB); /* late: it is told to end once */
    ASKED(w, "");
    passes(w, 5000);
    ASKED(w, "!0 ");
    ends(w, DB);
    ASKED(w, "+0 ");
    drained(w, DB);
    drained(w, API);
    ASKED(w, "");
}

CASE(requests_have_the_time_that_the_stop_has, "")
{
    all_up(w);
    w->busy = true;
    down(w, DB);
    ASKED(w, "~0 ");
    passes(w, 4999);
    ASKED(w, "");
    passes(w, 1);
    ASKED(w, "-0 ");
    passes(w, 4999);
    ASKED(w, "");
    passes(w, 1);
    ASKED(w, "!0 ");
    ends(w, DB);
    STATE_IS(w, DB, "stopped");
}

CASE(who_ends_before_the_signal_is_not_signalled, "")
{
    all_up(w);
    w->busy = true;
    restart(w, DB);
    ASKED(w, "~0 ");
    crashes(w, DB);
    ASKED(w, "+0 ");
    becomes_ready(w, DB);
    drained(w, DB);
    passes(w, 5000);
    ASKED(w, "");
    STATE_IS(w, DB, "running");
}

CASE(a_kill_does_not_wait_for_requests, "")
{
    all_up(w);
    w->busy = true;
    down(w, DB);
    ASKED(w, "~0 ");
    kill_now(w, DB);
    ASKED(w, "!0 ");
    drained(w, DB);
    ASKED(w, "");
    passes(w, SUPERVISOR_KILL_AGAIN_MS);
    ASKED(w, "!0 ");
}

CASE(who_is_not_ready_or_not_well_has_no_requests_to_finish, "", "")
{
    w->services[API].flags = PLAN_SERVICE_ON_UNHEALTHY;
    w->busy = true;
    up(w, DB);
    up(w, API);
    executed(w, DB);
    becomes_ready(w, API);
    ASKED(w, "+0 +1 ");
    restart(w, DB);
    ASKED(w, "-0 ");
    sick(w, API);
    ASKED(w, "-1 ");
}

CASE(crashes_are_retried_with_a_growing_delay, "")
{
    static const int64_t delays[] = {1000, 2000, 4000, 8000, 16000, 30000, 30000};
    up(w, DB);
    for (size_t i = 0; i < sizeof delays / sizeof *delays; i++) {
        ASKED(w, "+0 ");
        becomes_ready(w, DB);
        crashes(w, DB);
        STATE_IS(w, DB, "backoff");
        ck_assert_int_eq(w->sv.services[DB].deadline, w->now + delays[i]);
        passes(w, delays[i] - 1);
        ASKED(w, "");
        passes(w, 1);
    }
}

CASE(a_minute_of_health_forgives, "")
{
    all_up(w);
    crashes(w, DB);
    passes(w, 1000);
    becomes_ready(w, DB);
    w->now += 60000;
    crashes(w, DB);
    ck_assert_int_eq(w->sv.services[DB].deadline, w->now + 1000);
    ck_assert_uint_eq(w->sv.services[DB].failures, 1);
}

CASE(the_number_of_restarts_is_bounded_if_asked, "", "0")
{
    w->services[DB].max_restarts = 1;
    all_up(w);
    crashes(w, DB);
    passes(w, 1000);
    becomes_ready(w, DB);
    crashes(w, DB);
    STATE_IS(w, DB, "failed");
    STATE_IS(w, API, "running");
}

CASE(a_failed_dependency_blocks_and_names_the_root, "", "0", "1")
{
    w->services[DB].restart = PLAN_RESTART_NEVER;
    up(w, WEB);
    executed(w, DB);
    crashes(w, DB);
    STATE_IS(w, DB, "failed");
    STATE_IS(w, API, "blocked");
    STATE_IS(w, WEB, "blocked");
    ck_assert_uint_eq(supervisor_root_cause(&w->sv, WEB), DB);
    w->asked[0] = '\0';
    restart(w, DB);
    STATE_IS(w, WEB, "pending");
    becomes_ready(w, DB);
    ASKED(w, "+0 +1 ");
}

CASE(a_task_that_ends_well_lets_its_dependents_start, "", "0")
{
    w->services[DB].kind = PLAN_KIND_TASK;
    w->services[DB].probe = PLAN_NONE;
    up(w, API);
    executed(w, DB);
    ASKED(w, "+0 ");
    ends(w, DB);
    STATE_IS(w, DB, "done");
    ASKED(w, "+1 ");
}

CASE(restarts_coalesce_into_one, "")
{
    all_up(w);
    restart(w, DB);
    restart(w, DB);
    changes(w, DB);
    ASKED(w, "-0 ");
    crashes(w, DB);
    ASKED(w, "+0 ");
    becomes_ready(w, DB);
    ASKED(w, "");
}

CASE(down_wins_over_a_restart_that_is_under_way, "")
{
    all_up(w);
    restart(w, DB);
    down(w, DB);
    crashes(w, DB);
    ASKED(w, "-0 ");
    STATE_IS(w, DB, "stopped");
    changes(w, DB);
    ASKED(w, "");
}

CASE(up_while_stopping_starts_again_afterwards, "")
{
    all_up(w);
    down(w, DB);
    up(w, DB);
    ASKED(w, "-0 ");
    ends(w, DB);
    ASKED(w, "+0 ");
}

CASE(a_change_ends_the_back_off, "")
{
    all_up(w);
    crashes(w, DB);
    changes(w, DB);
    ASKED(w, "+0 ");
}

CASE(unhealthy_restarts_only_if_asked, "", "")
{
    w->services[API].flags = PLAN_SERVICE_ON_UNHEALTHY;
    all_up(w);
    sick(w, DB);
    sick(w, API);
    STATE_IS(w, DB, "unhealthy");
    ASKED(w, "-1 ");
    well(w, DB);
    STATE_IS(w, DB, "running");
    ends(w, API);
    STATE_IS(w, API, "backoff");
}

CASE(never_ready_is_given_up, "")
{
    up(w, DB);
    executed(w, DB);
    passes(w, 60000);
    ASKED(w, "+0 -0 ");
    ends(w, DB);
    STATE_IS(w, DB, "backoff");
}

CASE(what_can_not_be_executed_fails_or_is_tried_again, "")
{
    up(w, DB);
    refused(w, DB);
    STATE_IS(w, DB, "backoff");
    ck_assert_uint_eq(w->sv.services[DB].failures, 0);
    passes(w, 1000);
    unfit(w, DB);
    STATE_IS(w, DB, "failed");
}

CASE(a_late_spawn_failure_does_not_prolong_the_back_off, "")
{
    all_up(w);
    crashes(w, DB);
    w->now += 400;
    refused(w, DB);
    STATE_IS(w, DB, "backoff");
    ck_assert_int_eq(w->sv.services[DB].deadline, w->now + 600);
    ck_assert_uint_eq(w->sv.services[DB].stalls, 0);
}

CASE(a_late_sick_is_not_the_new_process_s, "")
{
    w->services[DB].flags = PLAN_SERVICE_ON_UNHEALTHY;
    all_up(w);
    restart(w, DB);
    sick(w, DB);
    crashes(w, DB);
    ASKED(w, "-0 +0 ");
    executed(w, DB);
    sick(w, DB);
    ASKED(w, "");
    STATE_IS(w, DB, "starting");
}

CASE(unhealthy_while_it_goes_down_is_restarted_if_wanted_again, "", "0")
{
    w->services[DB].flags = PLAN_SERVICE_ON_UNHEALTHY;
    all_up(w);
    down(w, DB);
    sick(w, DB);
    ASKED(w, "-1 ");
    up(w, DB);
    ASKED(w, "-0 ");
    crashes(w, DB);
    STATE_IS(w, DB, "backoff");
}

CASE(what_has_no_process_and_is_not_wanted_is_stopped_at_once, "", "0")
{
    all_up(w);
    crashes(w, DB);
    down(w, DB);
    STATE_IS(w, API, "stopping");
    STATE_IS(w, DB, "stopped");
    ck_assert_int_eq(w->sv.services[DB].deadline, SUPERVISOR_NEVER);
}

CASE(who_goes_down_before_it_is_ready_waits_for_its_dependents_too, "", "0")
{
    w->services[API].stop_timeout_ms = 90000;
    all_up(w);
    restart(w, DB);
    ends(w, DB);
    executed(w, DB);
    down(w, DB);
    ASKED(w, "-0 +0 -1 ");
    passes(w, 60000);
    ASKED(w, "");
    up(w, DB); /* its time begins anew: it must not be for ever */
    ck_assert_int_eq(w->sv.services[DB].deadline, w->now + 60000);
}

CASE(health_forgives_even_if_it_was_sick_before_it_crashed, "")
{
    all_up(w);
    crashes(w, DB);
    passes(w, 1000);
    becomes_ready(w, DB);
    w->now += 60000;
    sick(w, DB);
    crashes(w, DB);
    ck_assert_int_eq(w->sv.services[DB].deadline, w->now + 1000);
    ck_assert_uint_eq(w->sv.services[DB].failures, 1);
}

CASE(who_was_started_alone_holds_nobody, "", "0")
{
    all_up(w);
    down(w, DB);
    ASKED(w, "-1 ");
    ends(w, API);
    ASKED(w, "-0 ");
    up(w, DB);
    ends(w, DB);
    becomes_ready(w, DB);
    up(w, API);
    becomes_ready(w, API);
    ASKED(w, "+0 +1 ");
    down(w, DB);
    up_alone(w, API);
    ASKED(w, "-1 -0 ");
    ends(w, API);
    becomes_ready(w, API);
    ends(w, DB);
    STATE_IS(w, DB, "stopped");
    STATE_IS(w, API, "running");
}

CASE(alone_or_not_the_dependent_goes_down_first, "", "0")
{
    up(w, DB);
    up_alone(w, API);
    becomes_ready(w, DB);
    becomes_ready(w, API);
    ASKED(w, "+0 +1 ");
    down(w, DB);
    ASKED(w, "-1 ");
    ends(w, API);
    ASKED(w, "-0 ");
}

CASE(what_goes_down_anyway_is_not_tried_again, "", "0")
{
    all_up(w);
    restart(w, DB);
    ends(w, DB);
    down(w, DB);
    w->told[0] = '\0';
    refused(w, DB);
    TOLD(w, "0:stopped ");
}

CASE(finish_leaves_nothing_and_may_come_twice, "", "0")
{
    all_up(w);
    supervisor_finish(&w->sv); /* once more at the end of the case */
    ck_assert_ptr_null(w->sv.plan);
    ck_assert_ptr_null(w->sv.services);
}

CASE(nobody_is_said_to_be_blocked_by_what_is_tried_again, "", "", "1", "2", "03")
{
    up(w, 3);
    unfit(w, 1);
    TOLD(w, "1:pending 2:pending 3:pending 1:starting 1:failed 2:blocked 3:blocked ");
    up(w, 4);
    TOLD(w, "0:pending 1:pending 4:pending 0:starting 1:starting 2:pending 3:pending ");
    STATE_IS(w, 4, "pending");
}

CASE(kill_ends_the_patience, "", "0")
{
    all_up(w);
    for (uint32_t i = 0; i < 2; i++)
        kill_now(w, i);
    ASKED(w, "!0 !1 "); /* no time for requests, nor for a signal */
    crashes(w, DB);
    crashes(w, API);
    ck_assert(supervisor_is_down(&w->sv));
}

CASE(alone_does_not_wait, "", "0")
{
    up_alone(w, API);
    ASKED(w, "+1 ");
    STATE_IS(w, DB, "stopped");
}

int main(void)
{
    struct suite s = suite_begin("supervisor");
    SUITE_CASE(s, starts_in_order_as_each_becomes_ready);
    SUITE_CASE(s, a_slow_sibling_delays_nobody);
    SUITE_CASE(s, without_a_probe_executed_is_ready);
    SUITE_CASE(s, stops_in_reverse_and_waits_for_dependents);
    SUITE_CASE(s, down_takes_the_dependents_along);
    SUITE_CASE(s, who_ignores_the_signal_is_killed_and_killed_again);
    SUITE_CASE(s, requests_are_finished_before_the_signal);
    SUITE_CASE(s, requests_have_the_time_that_the_stop_has);
    SUITE_CASE(s, who_ends_before_the_signal_is_not_signalled);
    SUITE_CASE(s, a_kill_does_not_wait_for_requests);
    SUITE_CASE(s, who_is_not_ready_or_not_well_has_no_requests_to_finish);
    SUITE_CASE(s, crashes_are_retried_with_a_growing_delay);
    SUITE_CASE(s, a_minute_of_health_forgives);
    SUITE_CASE(s, the_number_of_restarts_is_bounded_if_asked);
    SUITE_CASE(s, a_failed_dependency_blocks_and_names_the_root);
    SUITE_CASE(s, a_task_that_ends_well_lets_its_dependents_start);
    SUITE_CASE(s, restarts_coalesce_into_one);
    SUITE_CASE(s, down_wins_over_a_restart_that_is_under_way);
    SUITE_CASE(s, up_while_stopping_starts_again_afterwards);
    SUITE_CASE(s, a_change_ends_the_back_off);
    SUITE_CASE(s, unhealthy_restarts_only_if_asked);
    SUITE_CASE(s, never_ready_is_given_up);
    SUITE_CASE(s, what_can_not_be_executed_fails_or_is_tried_again);
    SUITE_CASE(s, a_late_spawn_failure_does_not_prolong_the_back_off);
    SUITE_CASE(s, a_late_sick_is_not_the_new_process_s);
    SUITE_CASE(s, unhealthy_while_it_goes_down_is_restarted_if_wanted_again);
    SUITE_CASE(s, what_has_no_process_and_is_not_wanted_is_stopped_at_once);
    SUITE_CASE(s, who_goes_down_before_it_is_ready_waits_for_its_dependents_too);
    SUITE_CASE(s, health_forgives_even_if_it_was_sick_before_it_crashed);
    SUITE_CASE(s, who_was_started_alone_holds_nobody);
    SUITE_CASE(s, alone_or_not_the_dependent_goes_down_first);
    SUITE_CASE(s, what_goes_down_anyway_is_not_tried_again);
    SUITE_CASE(s, finish_leaves_nothing_and_may_come_twice);
    SUITE_CASE(s, nobody_is_said_to_be_blocked_by_what_is_tried_again);
    SUITE_CASE(s, kill_ends_the_patience);
    SUITE_CASE(s, alone_does_not_wait);
    return suite_run(s);
}
