/* A libev loop for a test that waits on events: every wait has a deadline, none sleeps. */
#ifndef TESTS_LOOP_H
#define TESTS_LOOP_H

#include "suite.h"

#include <ev.h>
#include <stdbool.h>

/* Seconds until a wait gives up; far beyond what any case needs. */
#define LOOP_PATIENCE 30.0

static inline struct ev_loop *loop_create(void)
{
    struct ev_loop *loop = ev_loop_new(EVBACKEND_EPOLL | EVFLAG_NOENV);
    ck_assert_ptr_nonnull(loop);
    return loop;
}

static inline void loop_on_deadline(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)events;
    *(bool *)timer->data = true;
    ev_break(loop, EVBREAK_ALL);
}

/* Turns the loop until done(ctx), or for seconds; gives done(ctx). */
static inline bool loop_run(struct ev_loop *loop, double seconds, bool (*done)(void *), void *ctx)
{
    bool late = false;
    ev_timer deadline;
    ev_now_update(loop);
    ev_timer_init(&deadline, loop_on_deadline, seconds, 0.0);
    deadline.data = &late;
    ev_timer_start(loop, &deadline);
    /* What was fed to the loop from outside would be handled before it waits for something else. */
    ev_invoke_pending(loop);
    while (!late && !done(ctx))
        ev_run(loop, EVRUN_ONCE);
    ev_timer_stop(loop, &deadline);
    return done(ctx);
}

#define loop_until(loop, done, ctx) \
    ck_assert_msg(loop_run((loop), LOOP_PATIENCE, (done), (ctx)), "waited too long for %s", #done)

#endif
