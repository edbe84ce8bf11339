#include "fine_timer.h"

#include "loop.h"

#include <sys/resource.h>
#include <unistd.h>

struct world {
    struct ev_loop *loop;
    struct fine_timer timer;
    int due;
    double again; /* s: what on_due sets it to; below 0: nothing */
};

static void on_due(struct fine_timer *timer)
{
    struct world *w = timer->data;
    ck_assert(!timer->active);
    w->due++;
    if (w->again >= 0 && w->due < 5)
        fine_timer_start(timer, w->again);
}

static void open_world(struct world *w)
{
    *w = (struct world){.loop = loop_create(), .again = -1};
    fine_timer_init(&w->timer, w->loop, on_due, w);
}

static void close_world(struct world *w)
{
    fine_timer_stop(&w->timer);
    fine_timer_stop(&w->timer);
    ev_loop_destroy(w->loop);
}

static bool is_due(void *ctx)
{
    return ((struct world *)ctx)->due > 0;
}

static bool is_due_often(void *ctx)
{
    return ((struct world *)ctx)->due == 5;
}

static const double delays[] = {0, 0.0000001, 0.00025, FINE_TIMER_SHORT * 0.9, FINE_TIMER_SHORT};

START_TEST(every_delay_fires_once)
{
    struct world w;
    open_world(&w);
    fine_timer_start(&w.timer, delays[_i]);
    ck_assert(w.timer.active);
    ck_assert_int_eq(w.due, 0);
    loop_until(w.loop, is_due, &w);
    loop_run(w.loop, 0.05, is_due_often, &w);
    ck_assert_int_eq(w.due, 1);
    close_world(&w);
}
END_TEST

START_TEST(set_anew_by_its_own_callback)
{
    struct world w;
    open_world(&w);
    w.again = delays[_i];
    fine_timer_start(&w.timer, 0.0001);
    loop_until(w.loop, is_due_often, &w);
    close_world(&w);
}
END_TEST

START_TEST(a_new_delay_replaces_the_old_one)
{
    struct world w;
    open_world(&w);
    fine_timer_start(&w.timer, 1000);
    fine_timer_start(&w.timer, delays[_i]);
    loop_until(w.loop, is_due, &w);
    for (int i = 0; i < 5; i++) {
        fine_timer_start(&w.timer, delays[i]);
        usleep(1000);
        fine_timer_start(&w.timer, 1000);
    }
    loop_run(w.loop, 0.05, is_due_often, &w);
    ck_assert_int_eq(w.due, 1);
    ck_assert(w.timer.active);
    close_world(&w);
}
END_TEST

START_TEST(stopped_it_is_silent)
{
    struct world w;
    open_world(&w);
    fine_timer_start(&w.timer, delays[_i]);
    fine_timer_stop(&w.timer);
    ck_assert(!w.timer.active);
    loop_run(w.loop, 0.05, is_due, &w);
    ck_assert_int_eq(w.due, 0);
    close_world(&w);
}
END_TEST

START_TEST(without_a_descriptor_it_takes_the_loops_timer)
{
    struct world w;
    struct rlimit limit, low;
    open_world(&w);
    getrlimit(RLIMIT_NOFILE, &limit);
    low = limit;
    low.rlim_cur = 3;
    setrlimit(RLIMIT_NOFILE, &low);
    fine_timer_start(&w.timer, 0.001);
    setrlimit(RLIMIT_NOFILE, &limit);
    ck_assert_int_lt(w.timer.fd, 0);
    loop_until(w.loop, is_due, &w);
    close_world(&w);
}
END_TEST

START_TEST(a_zeroed_one_can_be_stopped)
{
    struct fine_timer zeroed = {0};
    fine_timer_stop(&zeroed);
}
END_TEST

int main(void)
{
    struct suite s = suite_begin("fine_timer");
    SUITE_LOOP(s, every_delay_fires_once, 0, 5);
    SUITE_LOOP(s, set_anew_by_its_own_callback, 0, 5);
    SUITE_LOOP(s, a_new_delay_replaces_the_old_one, 0, 5);
    SUITE_LOOP(s, stopped_it_is_silent, 0, 5);
    SUITE_CASE(s, without_a_descriptor_it_takes_the_loops_timer);
    SUITE_CASE(s, a_zeroed_one_can_be_stopped);
    return suite_run(s);
}
