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
    char log[4096]; /* what was asked for: "+db" spawn, "-db" term, "!db" kill */
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

/* needs[i] names by digit what service i depends on. All have a probe. */
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

static void collect(struct world *w)
{
    static const char marks[] = {
        [SUPERVISOR_DO_SPAWN] = '+', [SUPERVISOR_DO_TERM] = '-', [SUPERVISOR_DO_KILL] = '!'};
    struct supervisor_action action;
    while (supervisor_next(&w->sv, &action)) {
        if (action.kind == SUPERVISOR_DO_NOTICE)
            continue;
        size_t used = strlen(w->log);
        snprintf(w->log + used, sizeof w->log - used, "%c%u ", marks[action.kind], action.service);
    }
}

static void feed(struct world *w, enum supervisor_input input, uint32_t service)
{
    struct supervisor_event event = {.input = input, .service = service};
    supervisor_step(&w->sv, &event, w->now);
    collect(w);
}

static void exits(struct world *w, uint32_t service, bool success)
{
    struct supervisor_event event = {
        .input = SUPERVISOR_EXITED, .service = service, .success = success};
    supervisor_step(&w->sv, &event, w->now);
    collect(w);
}

static void becomes_ready(struct world *w, uint32_t service)
{
    feed(w, SUPERVISOR_SPAWNED, service);
    feed(w, SUPERVISOR_READY, service);
}

static void all_up(struct world *w)
{
    for (uint32_t i = 0; i < w->plan.service_count; i++)
        feed(w, SUPERVISOR_UP, i);
    for (uint32_t i = 0; i < w->plan.service_count; i++)
        becomes_ready(w, i);
    w->log[0] = '\0';
}

#define STATE_IS(w, service, name) \
    ck_assert_str_eq(service_state_name((w)->sv.services[service].state), name)
#define ASKED(w, text)                    \
    do {                                  \
        ck_assert_str_eq((w)->log, text); \
        (w)->log[0] = '\0';               \
    } while (0)

static const char *const chain[] = {"", "0", "1"};

START_TEST(starts_in_order_as_each_becomes_ready)
{
    struct world w;
    build(&w, 3, chain);
    feed(&w, SUPERVISOR_UP, WEB);
    ASKED(&w, "+0 ");
    STATE_IS(&w, WEB, "pending");
    feed(&w, SUPERVISOR_SPAWNED, DB);
    ASKED(&w, "");
    feed(&w, SUPERVISOR_READY, DB);
    ASKED(&w, "+1 ");
    becomes_ready(&w, API);
    ASKED(&w, "+2 ");
    becomes_ready(&w, WEB);
    STATE_IS(&w, WEB, "running");
    supervisor_finish(&w.sv);
}
END_TEST

START_TEST(a_slow_sibling_delays_nobody)
{
    struct world w;
    build(&w, 4, (const char *const[]){"", "", "0", "1"});
    for (uint32_t i = 0; i < 4; i++)
        feed(&w, SUPERVISOR_UP, i);
    ASKED(&w, "+0 +1 ");
    becomes_ready(&w, 0);
    ASKED(&w, "+2 ");
    supervisor_finish(&w.sv);
}
END_TEST

START_TEST(without_a_probe_executed_is_ready)
{
    struct world w;
    build(&w, 2, chain);
    w.services[DB].probe = PLAN_NONE;
    feed(&w, SUPERVISOR_UP, API);
    feed(&w, SUPERVISOR_SPAWNED, DB);
    ASKED(&w, "+0 +1 ");
    supervisor_finish(&w.sv);
}
END_TEST

START_TEST(stops_in_reverse_and_waits_for_dependents)
{
    struct world w;
    build(&w, 3, chain);
    all_up(&w);
    for (uint32_t i = 0; i < 3; i++)
        feed(&w, SUPERVISOR_DOWN, i);
    ASKED(&w, "-2 ");
    exits(&w, WEB, false);
    ASKED(&w, "-1 ");
    exits(&w, API, true);
    ASKED(&w, "-0 ");
    exits(&w, DB, true);
    ck_assert(supervisor_is_down(&w.sv));
    ck_assert_int_eq(supervisor_deadline(&w.sv) > w.now, true);
    supervisor_finish(&w.sv);
}
END_TEST

START_TEST(down_takes_the_dependents_along)
{
    struct world w;
    build(&w, 3, chain);
    all_up(&w);
    feed(&w, SUPERVISOR_DOWN, API);
    ASKED(&w, "-2 ");
    exits(&w, WEB, true);
    ASKED(&w, "-1 ");
    exits(&w, API, true);
    STATE_IS(&w, DB, "running");
    STATE_IS(&w, API, "stopped");
    supervisor_finish(&w.sv);
}
END_TEST

START_TEST(who_ignores_the_signal_is_killed_and_killed_again)
{
    struct world w;
    build(&w, 1, chain);
    all_up(&w);
    feed(&w, SUPERVISOR_DOWN, DB);
    ASKED(&w, "-0 ");
    w.now += 4999;
    feed(&w, SUPERVISOR_TICK, 0);
    ASKED(&w, "");
    w.now += 1;
    feed(&w, SUPERVISOR_TICK, 0);
    ASKED(&w, "!0 ");
    w.now += SUPERVISOR_KILL_AGAIN_MS;
    feed(&w, SUPERVISOR_TICK, 0);
    ASKED(&w, "!0 ");
    exits(&w, DB, false);
    STATE_IS(&w, DB, "stopped");
    supervisor_finish(&w.sv);
}
END_TEST

START_TEST(crashes_are_retried_with_a_growing_delay)
{
    static const int64_t delays[] = {1000, 2000, 4000, 8000, 16000, 30000, 30000};
    struct world w;
    build(&w, 1, chain);
    feed(&w, SUPERVISOR_UP, DB);
    for (size_t i = 0; i < sizeof delays / sizeof *delays; i++) {
        ASKED(&w, "+0 ");
        becomes_ready(&w, DB);
        exits(&w, DB, false);
        STATE_IS(&w, DB, "backoff");
        ck_assert_int_eq(w.sv.services[DB].deadline, w.now + delays[i]);
        w.now += delays[i] - 1;
        feed(&w, SUPERVISOR_TICK, 0);
        ASKED(&w, "");
        w.now += 1;
        feed(&w, SUPERVISOR_TICK, 0);
    }
    supervisor_finish(&w.sv);
}
END_TEST

START_TEST(a_minute_of_health_forgives)
{
    struct world w;
    build(&w, 1, chain);
    all_up(&w);
    exits(&w, DB, false);
    w.now += 1000;
    feed(&w, SUPERVISOR_TICK, 0);
    becomes_ready(&w, DB);
    w.now += 60000;
    exits(&w, DB, false);
    ck_assert_int_eq(w.sv.services[DB].deadline, w.now + 1000);
    ck_assert_uint_eq(w.sv.services[DB].failures, 1);
    supervisor_finish(&w.sv);
}
END_TEST

START_TEST(the_number_of_restarts_is_bounded_if_asked)
{
    struct world w;
    build(&w, 2, chain);
    w.services[DB].max_restarts = 1;
    all_up(&w);
    exits(&w, DB, false);
    w.now += 1000;
    feed(&w, SUPERVISOR_TICK, 0);
    becomes_ready(&w, DB);
    exits(&w, DB, false);
    STATE_IS(&w, DB, "failed");
    STATE_IS(&w, API, "running");
    supervisor_finish(&w.sv);
}
END_TEST

START_TEST(a_failed_dependency_blocks_and_names_the_root)
{
    struct world w;
    build(&w, 3, chain);
    w.services[DB].restart = PLAN_RESTART_NEVER;
    feed(&w, SUPERVISOR_UP, WEB);
    feed(&w, SUPERVISOR_SPAWNED, DB);
    exits(&w, DB, false);
    STATE_IS(&w, DB, "failed");
    STATE_IS(&w, API, "blocked");
    STATE_IS(&w, WEB, "blocked");
    ck_assert_uint_eq(supervisor_root_cause(&w.sv, WEB), DB);
    w.log[0] = '\0';
    feed(&w, SUPERVISOR_RESTART, DB);
    STATE_IS(&w, WEB, "pending");
    becomes_ready(&w, DB);
    ASKED(&w, "+0 +1 ");
    supervisor_finish(&w.sv);
}
END_TEST

START_TEST(a_task_that_ends_well_lets_its_dependents_start)
{
    struct world w;
    build(&w, 2, chain);
    w.services[DB].kind = PLAN_KIND_TASK;
    w.services[DB].probe = PLAN_NONE;
    feed(&w, SUPERVISOR_UP, API);
    feed(&w, SUPERVISOR_SPAWNED, DB);
    ASKED(&w, "+0 ");
    exits(&w, DB, true);
    STATE_IS(&w, DB, "done");
    ASKED(&w, "+1 ");
    supervisor_finish(&w.sv);
}
END_TEST

START_TEST(restarts_coalesce_into_one)
{
    struct world w;
    build(&w, 1, chain);
    all_up(&w);
    feed(&w, SUPERVISOR_RESTART, DB);
    feed(&w, SUPERVISOR_RESTART, DB);
    feed(&w, SUPERVISOR_CHANGED, DB);
    ASKED(&w, "-0 ");
    exits(&w, DB, false);
    ASKED(&w, "+0 ");
    becomes_ready(&w, DB);
    ASKED(&w, "");
    supervisor_finish(&w.sv);
}
END_TEST

START_TEST(down_wins_over_a_restart_that_is_under_way)
{
    struct world w;
    build(&w, 1, chain);
    all_up(&w);
    feed(&w, SUPERVISOR_RESTART, DB);
    feed(&w, SUPERVISOR_DOWN, DB);
    exits(&w, DB, false);
    ASKED(&w, "-0 ");
    STATE_IS(&w, DB, "stopped");
    feed(&w, SUPERVISOR_CHANGED, DB);
    ASKED(&w, "");
    supervisor_finish(&w.sv);
}
END_TEST

START_TEST(up_while_stopping_starts_again_afterwards)
{
    struct world w;
    build(&w, 1, chain);
    all_up(&w);
    feed(&w, SUPERVISOR_DOWN, DB);
    feed(&w, SUPERVISOR_UP, DB);
    ASKED(&w, "-0 ");
    exits(&w, DB, true);
    ASKED(&w, "+0 ");
    supervisor_finish(&w.sv);
}
END_TEST

START_TEST(a_change_ends_the_back_off)
{
    struct world w;
    build(&w, 1, chain);
    all_up(&w);
    exits(&w, DB, false);
    feed(&w, SUPERVISOR_CHANGED, DB);
    ASKED(&w, "+0 ");
    supervisor_finish(&w.sv);
}
END_TEST

START_TEST(unhealthy_restarts_only_if_asked)
{
    struct world w;
    build(&w, 2, (const char *const[]){"", ""});
    w.services[API].flags = PLAN_SERVICE_ON_UNHEALTHY;
    all_up(&w);
    feed(&w, SUPERVISOR_SICK, DB);
    feed(&w, SUPERVISOR_SICK, API);
    STATE_IS(&w, DB, "unhealthy");
    ASKED(&w, "-1 ");
    feed(&w, SUPERVISOR_READY, DB);
    STATE_IS(&w, DB, "running");
    exits(&w, API, true);
    STATE_IS(&w, API, "backoff");
    supervisor_finish(&w.sv);
}
END_TEST

START_TEST(never_ready_is_given_up)
{
    struct world w;
    build(&w, 1, chain);
    feed(&w, SUPERVISOR_UP, DB);
    feed(&w, SUPERVISOR_SPAWNED, DB);
    w.now += 60000;
    feed(&w, SUPERVISOR_TICK, 0);
    ASKED(&w, "+0 -0 ");
    exits(&w, DB, true);
    STATE_IS(&w, DB, "backoff");
    supervisor_finish(&w.sv);
}
END_TEST

START_TEST(what_can_not_be_executed_fails_or_is_tried_again)
{
    struct world w;
    build(&w, 1, chain);
    feed(&w, SUPERVISOR_UP, DB);
    feed(&w, SUPERVISOR_SPAWN_FAILED, DB);
    STATE_IS(&w, DB, "backoff");
    ck_assert_uint_eq(w.sv.services[DB].failures, 0);
    w.now += 1000;
    feed(&w, SUPERVISOR_TICK, 0);
    struct supervisor_event fatal = {.input = SUPERVISOR_SPAWN_FAILED, .fatal = true};
    supervisor_step(&w.sv, &fatal, w.now);
    collect(&w);
    STATE_IS(&w, DB, "failed");
    supervisor_finish(&w.sv);
}
END_TEST

START_TEST(a_late_spawn_failure_does_not_prolong_the_back_off)
{
    struct world w;
    build(&w, 1, chain);
    all_up(&w);
    exits(&w, DB, false);
    w.now += 400;
    feed(&w, SUPERVISOR_SPAWN_FAILED, DB);
    STATE_IS(&w, DB, "backoff");
    ck_assert_int_eq(w.sv.services[DB].deadline, w.now + 600);
    ck_assert_uint_eq(w.sv.services[DB].stalls, 0);
    supervisor_finish(&w.sv);
}
END_TEST

START_TEST(a_late_sick_is_not_the_new_process_s)
{
    struct world w;
    build(&w, 1, chain);
    w.services[DB].flags = PLAN_SERVICE_ON_UNHEALTHY;
    all_up(&w);
    feed(&w, SUPERVISOR_RESTART, DB);
    feed(&w, SUPERVISOR_SICK, DB);
    exits(&w, DB, false);
    ASKED(&w, "-0 +0 ");
    feed(&w, SUPERVISOR_SPAWNED, DB);
    feed(&w, SUPERVISOR_SICK, DB);
    ASKED(&w, "");
    STATE_IS(&w, DB, "starting");
    supervisor_finish(&w.sv);
}
END_TEST

START_TEST(unhealthy_while_it_goes_down_is_restarted_if_wanted_again)
{
    struct world w;
    build(&w, 2, chain);
    w.services[DB].flags = PLAN_SERVICE_ON_UNHEALTHY;
    all_up(&w);
    feed(&w, SUPERVISOR_DOWN, DB);
    feed(&w, SUPERVISOR_SICK, DB);
    ASKED(&w, "-1 ");
    feed(&w, SUPERVISOR_UP, DB);
    ASKED(&w, "-0 ");
    exits(&w, DB, false);
    STATE_IS(&w, DB, "backoff");
    supervisor_finish(&w.sv);
}
END_TEST

START_TEST(what_has_no_process_and_is_not_wanted_is_stopped_at_once)
{
    struct world w;
    build(&w, 2, chain);
    all_up(&w);
    exits(&w, DB, false);
    feed(&w, SUPERVISOR_DOWN, DB);
    STATE_IS(&w, API, "stopping");
    STATE_IS(&w, DB, "stopped");
    ck_assert_int_eq(w.sv.services[DB].deadline, SUPERVISOR_NEVER);
    supervisor_finish(&w.sv);
}
END_TEST

START_TEST(who_goes_down_before_it_is_ready_waits_for_its_dependents_too)
{
    struct world w;
    build(&w, 2, chain);
    w.services[API].stop_timeout_ms = 90000;
    all_up(&w);
    feed(&w, SUPERVISOR_RESTART, DB);
    exits(&w, DB, true);
    feed(&w, SUPERVISOR_SPAWNED, DB);
    feed(&w, SUPERVISOR_DOWN, DB);
    ASKED(&w, "-0 +0 -1 ");
    w.now += 60000;
    feed(&w, SUPERVISOR_TICK, 0);
    ASKED(&w, "");
    feed(&w, SUPERVISOR_UP, DB); /* its time begins anew: it must not be for ever */
    ck_assert_int_eq(w.sv.services[DB].deadline, w.now + 60000);
    supervisor_finish(&w.sv);
}
END_TEST

START_TEST(health_forgives_even_if_it_was_sick_before_it_crashed)
{
    struct world w;
    build(&w, 1, chain);
    all_up(&w);
    exits(&w, DB, false);
    w.now += 1000;
    feed(&w, SUPERVISOR_TICK, 0);
    becomes_ready(&w, DB);
    w.now += 60000;
    feed(&w, SUPERVISOR_SICK, DB);
    exits(&w, DB, false);
    ck_assert_int_eq(w.sv.services[DB].deadline, w.now + 1000);
    ck_assert_uint_eq(w.sv.services[DB].failures, 1);
    supervisor_finish(&w.sv);
}
END_TEST

START_TEST(who_was_started_alone_holds_nobody)
{
    struct world w;
    build(&w, 2, chain);
    all_up(&w);
    feed(&w, SUPERVISOR_DOWN, DB);
    ASKED(&w, "-1 ");
    exits(&w, API, true);
    ASKED(&w, "-0 ");
    feed(&w, SUPERVISOR_UP, DB);
    exits(&w, DB, true);
    becomes_ready(&w, DB);
    feed(&w, SUPERVISOR_UP, API);
    becomes_ready(&w, API);
    ASKED(&w, "+0 +1 ");
    feed(&w, SUPERVISOR_DOWN, DB);
    feed(&w, SUPERVISOR_UP_ALONE, API);
    ASKED(&w, "-1 -0 ");
    exits(&w, API, true);
    becomes_ready(&w, API);
    exits(&w, DB, true);
    STATE_IS(&w, DB, "stopped");
    STATE_IS(&w, API, "running");
    supervisor_finish(&w.sv);
}
END_TEST

START_TEST(alone_or_not_the_dependent_goes_down_first)
{
    struct world w;
    build(&w, 2, chain);
    feed(&w, SUPERVISOR_UP, DB);
    feed(&w, SUPERVISOR_UP_ALONE, API);
    becomes_ready(&w, DB);
    becomes_ready(&w, API);
    ASKED(&w, "+0 +1 ");
    feed(&w, SUPERVISOR_DOWN, DB);
    ASKED(&w, "-1 ");
    exits(&w, API, true);
    ASKED(&w, "-0 ");
    supervisor_finish(&w.sv);
}
END_TEST

START_TEST(what_goes_down_anyway_is_not_tried_again)
{
    struct world w;
    build(&w, 2, chain);
    all_up(&w);
    feed(&w, SUPERVISOR_RESTART, DB);
    exits(&w, DB, true);
    feed(&w, SUPERVISOR_DOWN, DB);
    struct supervisor_event failed = {.input = SUPERVISOR_SPAWN_FAILED, .service = DB};
    supervisor_step(&w.sv, &failed, w.now);
    struct supervisor_action notice;
    ck_assert(supervisor_next(&w.sv, &notice));
    ck_assert_int_eq(notice.to, SERVICE_STOPPED);
    ck_assert(!supervisor_next(&w.sv, &notice));
    supervisor_finish(&w.sv);
}
END_TEST

START_TEST(finish_leaves_nothing_and_may_come_twice)
{
    struct world w;
    build(&w, 2, chain);
    all_up(&w);
    supervisor_finish(&w.sv);
    ck_assert_ptr_null(w.sv.plan);
    ck_assert_ptr_null(w.sv.services);
    supervisor_finish(&w.sv);
}
END_TEST

START_TEST(nobody_is_said_to_be_blocked_by_what_is_tried_again)
{
    struct world w;
    build(&w, 5, (const char *const[]){"", "", "1", "2", "03"});
    feed(&w, SUPERVISOR_UP, 3);
    struct supervisor_event fatal = {.input = SUPERVISOR_SPAWN_FAILED, .service = 1, .fatal = true};
    supervisor_step(&w.sv, &fatal, w.now);
    collect(&w);
    STATE_IS(&w, 3, "blocked");
    supervisor_step(&w.sv, &(struct supervisor_event){.input = SUPERVISOR_UP, .service = 4}, w.now);
    struct supervisor_action action;
    while (supervisor_next(&w.sv, &action))
        ck_assert(action.kind != SUPERVISOR_DO_NOTICE || action.to != SERVICE_BLOCKED);
    STATE_IS(&w, 4, "pending");
    supervisor_finish(&w.sv);
}
END_TEST

START_TEST(kill_ends_the_patience)
{
    struct world w;
    build(&w, 2, chain);
    all_up(&w);
    for (uint32_t i = 0; i < 2; i++)
        feed(&w, SUPERVISOR_KILL, i);
    ASKED(&w, "-0 !0 -1 !1 ");
    exits(&w, DB, false);
    exits(&w, API, false);
    ck_assert(supervisor_is_down(&w.sv));
    supervisor_finish(&w.sv);
}
END_TEST

START_TEST(alone_does_not_wait)
{
    struct world w;
    build(&w, 2, chain);
    feed(&w, SUPERVISOR_UP_ALONE, API);
    ASKED(&w, "+1 ");
    STATE_IS(&w, DB, "stopped");
    supervisor_finish(&w.sv);
}
END_TEST

int main(void)
{
    struct suite s = suite_begin("supervisor");
    SUITE_CASE(s, starts_in_order_as_each_becomes_ready);
    SUITE_CASE(s, a_slow_sibling_delays_nobody);
    SUITE_CASE(s, without_a_probe_executed_is_ready);
    SUITE_CASE(s, stops_in_reverse_and_waits_for_dependents);
    SUITE_CASE(s, down_takes_the_dependents_along);
    SUITE_CASE(s, who_ignores_the_signal_is_killed_and_killed_again);
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
