#include "deadline.h"

static void arm(struct deadline *deadline, struct ev_loop *loop)
{
    ev_timer_stop(loop, &deadline->timer);
    ev_timer_set(&deadline->timer, deadline->due - ev_now(loop), 0.);
    ev_timer_start(loop, &deadline->timer);
    deadline->armed = deadline->due;
}

static void on_timer(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)events;
    struct deadline *deadline = timer->data;
    if (deadline->due == 0.)
        return;
    if (deadline->due > ev_now(loop)) {
        arm(deadline, loop);
        return;
    }
    deadline->due = 0.;
    deadline->on_due(deadline);
}

void deadline_init(struct deadline *deadline, void (*on_due)(struct deadline *))
{
    ev_timer_init(&deadline->timer, on_timer, 0., 0.);
    deadline->timer.data = deadline;
    deadline->due = deadline->armed = 0.;
    deadline->on_due = on_due;
}

void deadline_set(struct deadline *deadline, struct ev_loop *loop, ev_tstamp seconds)
{
    deadline->due = ev_now(loop) + seconds;
    if (!ev_is_active(&deadline->timer) || deadline->due < deadline->armed)
        arm(deadline, loop);
}

void deadline_clear(struct deadline *deadline)
{
    deadline->due = 0.;
}

void deadline_stop(struct deadline *deadline, struct ev_loop *loop)
{
    deadline->due = 0.;
    ev_timer_stop(loop, &deadline->timer);
}
