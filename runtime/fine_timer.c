#include "fine_timer.h"

#include <stdint.h>
#include <sys/timerfd.h>
#include <unistd.h>

static void fire(struct fine_timer *timer)
{
    timer->active = false;
    timer->on_due(timer);
}

static void on_coarse(struct ev_loop *loop, ev_timer *watcher, int events)
{
    (void)loop;
    (void)events;
    fire(watcher->data);
}

static void on_fine(struct ev_loop *loop, ev_io *watcher, int events)
{
    (void)loop;
    (void)events;
    struct fine_timer *timer = watcher->data;
    uint64_t count;
    /* Set anew after it had fired: it is not due any more. */
    if (read(timer->fd, &count, sizeof count) == sizeof count && timer->active)
        fire(timer);
}

void fine_timer_init(struct fine_timer *timer, struct ev_loop *loop,
                     void (*on_due)(struct fine_timer *timer), void *data)
{
    *timer = (struct fine_timer){.loop = loop, .fd = -1, .on_due = on_due, .data = data};
    ev_init(&timer->coarse, on_coarse);
    ev_init(&timer->fine, on_fine);
    timer->coarse.data = timer->fine.data = timer;
}

static bool ensure_fd(struct fine_timer *timer)
{
    if (timer->fd >= 0)
        return true;
    timer->fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    if (timer->fd < 0)
        return false;
    ev_io_set(&timer->fine, timer->fd, EV_READ);
    ev_io_start(timer->loop, &timer->fine);
    return true;
}

static bool start_fine(struct fine_timer *timer, double seconds)
{
    /* A value of zero would disarm it. */
    struct itimerspec when = {.it_value.tv_nsec = (long)(seconds * 1e9) + 1};
    return ensure_fd(timer) && timerfd_settime(timer->fd, 0, &when, NULL) == 0;
}

void fine_timer_start(struct fine_timer *timer, double seconds)
{
    bool is_short = seconds > 0 && seconds < FINE_TIMER_SHORT;
    ev_timer_stop(timer->loop, &timer->coarse);
    timer->active = is_short && start_fine(timer, seconds);
    if (timer->active)
        return;
    fine_timer_stop(timer);
    timer->active = true;
    if (seconds <= 0) {
        /* The loop would wait a millisecond for a timer that is due already. */
        ev_feed_event(timer->loop, &timer->coarse, EV_TIMER);
        return;
    }
    ev_timer_set(&timer->coarse, seconds, 0.0);
    ev_timer_start(timer->loop, &timer->coarse);
}

void fine_timer_stop(struct fine_timer *timer)
{
    if (!timer->loop)
        return;
    timer->active = false;
    ev_timer_stop(timer->loop, &timer->coarse); /* takes back what was fed, too */
    ev_io_stop(timer->loop, &timer->fine);
    if (timer->fd >= 0)
        close(timer->fd);
    timer->fd = -1;
}
