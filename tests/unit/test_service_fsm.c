#include "service_fsm.h"
#include "suite.h"

/* One case a cell: _i = state * events + event. */
START_TEST(every_cell_is_written_down)
{
    enum service_state state = (enum service_state)(_i / SERVICE_EVENT_COUNT);
    enum service_event event = (enum service_event)(_i % SERVICE_EVENT_COUNT);
    struct service_step step = service_step(state, event);
    ck_assert_msg(step.set, "no cell for %s: %s", service_state_name(state),
                  service_event_text(event));
    ck_assert_int_lt(step.next, SERVICE_STATE_COUNT);
    ck_assert_int_lt(step.action, SERVICE_ACTION_COUNT);
}
END_TEST

/* The table again, by event: in which states an event means something, and where it leads from
 * there. In all others it changes nothing. */
#define B(state) (1u << SERVICE_##state)
#define ALIVE    (B(STARTING) | B(RUNNING) | B(UNHEALTHY))
#define GONE     (B(STOPPED) | B(PENDING) | B(BLOCKED) | B(BACKOFF) | B(FAILED) | B(DONE))
static const struct {
    enum service_event event;
    unsigned in; /* mask of states */
    struct service_step step;
} meanings[] = {
#define MEANS(event, in, next, action)                    \
    {                                                     \
        SERVICE_EVENT_##event, in,                        \
        {                                                 \
            SERVICE_##next, SERVICE_ACTION_##action, true \
        }                                                 \
    }
    MEANS(UP, B(STOPPED) | B(FAILED), PENDING, NONE),
    MEANS(STOP, B(STARTING), STOPPING, TERM),
    MEANS(STOP, B(RUNNING) | B(UNHEALTHY), STOPPING, DRAIN),
    MEANS(STOP, GONE & ~B(STOPPED), STOPPED, NONE),
    MEANS(RESTART, B(STARTING), STOPPING, TERM),
    MEANS(RESTART, B(RUNNING) | B(UNHEALTHY), STOPPING, DRAIN),
    MEANS(RESTART, B(STOPPED) | B(BACKOFF) | B(FAILED) | B(DONE), PENDING, NONE),
    MEANS(HOPELESS, B(PENDING), BLOCKED, NONE),
    MEANS(HOPE, B(BLOCKED), PENDING, NONE),
    MEANS(GO, B(PENDING), STARTING, SPAWN),
    MEANS(SPAWN_RETRY, B(STARTING), BACKOFF, NONE),
    MEANS(SPAWN_FATAL, B(STARTING), FAILED, NONE),
    MEANS(READY, B(STARTING) | B(UNHEALTHY), RUNNING, NONE),
    MEANS(SICK, B(RUNNING), UNHEALTHY, NONE),
    MEANS(GIVE_UP, B(STARTING) | B(UNHEALTHY), STOPPING, TERM),
    MEANS(DRAINED, B(STOPPING), STOPPING, TERM),
    MEANS(TIMEOUT, B(STOPPING), STOPPING, KILL),
    MEANS(TIMEOUT, B(BACKOFF), PENDING, NONE),
    MEANS(EXIT_DOWN, ALIVE | B(STOPPING), STOPPED, NONE),
    MEANS(EXIT_AGAIN, ALIVE | B(STOPPING), PENDING, NONE),
    MEANS(EXIT_RETRY, ALIVE | B(STOPPING), BACKOFF, NONE),
    MEANS(EXIT_FAILED, ALIVE | B(STOPPING), FAILED, NONE),
    MEANS(EXIT_DONE, ALIVE | B(STOPPING), DONE, NONE),
};
#undef MEANS

START_TEST(an_event_means_something_where_it_can_come_and_nothing_elsewhere)
{
    enum service_state state = (enum service_state)(_i / SERVICE_EVENT_COUNT);
    enum service_event event = (enum service_event)(_i % SERVICE_EVENT_COUNT);
    struct service_step expected = {state, SERVICE_ACTION_NONE, true};
    for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++) {
        if (meanings[i].event == event && meanings[i].in & 1u << state)
            expected = meanings[i].step;
    }
    struct service_step step = service_step(state, event);
    ck_assert_int_eq(step.next, expected.next);
    ck_assert_int_eq(step.action, expected.action);
}
END_TEST

START_TEST(a_process_is_only_left_by_its_exit)
{
    for (int s = 0; s < SERVICE_STATE_COUNT; s++) {
        for (int e = 0; e < SERVICE_EVENT_COUNT; e++) {
            struct service_step step = service_step(s, e);
            bool exit = e >= SERVICE_EVENT_EXIT_DOWN || e == SERVICE_EVENT_SPAWN_RETRY ||
                        e == SERVICE_EVENT_SPAWN_FATAL;
            if (service_has_process(s) && !service_has_process(step.next))
                ck_assert_msg(exit, "%s: %s", service_state_name(s), service_event_text(e));
            if (!service_has_process(s) && service_has_process(step.next))
                ck_assert_int_eq(step.action, SERVICE_ACTION_SPAWN);
        }
    }
}
END_TEST

START_TEST(signals_are_sent_on_the_way_to_stopping_only)
{
    for (int s = 0; s < SERVICE_STATE_COUNT; s++) {
        for (int e = 0; e < SERVICE_EVENT_COUNT; e++) {
            struct service_step step = service_step(s, e);
            bool ends = step.action == SERVICE_ACTION_TERM || step.action == SERVICE_ACTION_KILL;
            if (ends || step.action == SERVICE_ACTION_DRAIN)
                ck_assert_int_eq(step.next, SERVICE_STOPPING);
            if (s != SERVICE_STOPPING && step.next == SERVICE_STOPPING)
                ck_assert(step.action == SERVICE_ACTION_TERM ||
                          step.action == SERVICE_ACTION_DRAIN);
        }
    }
}
END_TEST

int main(void)
{
    struct suite s = suite_begin("service_fsm");
    SUITE_LOOP(s, every_cell_is_written_down, 0, SERVICE_STATE_COUNT * SERVICE_EVENT_COUNT);
    SUITE_LOOP(s, an_event_means_something_where_it_can_come_and_nothing_elsewhere, 0,
               SERVICE_STATE_COUNT * SERVICE_EVENT_COUNT);
    SUITE_CASE(s, a_process_is_only_left_by_its_exit);
    SUITE_CASE(s, signals_are_sent_on_the_way_to_stopping_only);
    return suite_run(s);
}
