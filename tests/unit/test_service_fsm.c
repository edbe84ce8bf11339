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
            if (step.action == SERVICE_ACTION_TERM || step.action == SERVICE_ACTION_KILL)
                ck_assert_int_eq(step.next, SERVICE_STOPPING);
            if (s != SERVICE_STOPPING && step.next == SERVICE_STOPPING)
                ck_assert_int_eq(step.action, SERVICE_ACTION_TERM);
        }
    }
}
END_TEST

int main(void)
{
    struct suite s = suite_begin("service_fsm");
    SUITE_LOOP(s, every_cell_is_written_down, 0, SERVICE_STATE_COUNT * SERVICE_EVENT_COUNT);
    SUITE_CASE(s, a_process_is_only_left_by_its_exit);
    SUITE_CASE(s, signals_are_sent_on_the_way_to_stopping_only);
    return suite_run(s);
}
