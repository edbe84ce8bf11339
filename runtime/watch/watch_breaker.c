#include "watch_breaker.h"

static bool is_quick(const struct watch_breaker *breaker, double at)
{
    double since = breaker->started > breaker->restarted ? breaker->started : breaker->restarted;
    return breaker->by_change && at < since + WATCH_QUICK;
}

void watch_breaker_started(struct watch_breaker *breaker, double now)
{
    /* A second start without a change between is after a crash or by a command. */
    if (breaker->started >= breaker->restarted)
        breaker->by_change = false;
    breaker->started = now;
}

static void half_close(struct watch_breaker *breaker)
{
    breaker->open = false;
    breaker->quick = WATCH_QUICK_MAX;
}

void watch_breaker_change(struct watch_breaker *breaker, double now)
{
    if (breaker->open && now - breaker->last >= WATCH_QUICK)
        half_close(breaker);
    breaker->last = now;
}

static enum watch_verdict restart(struct watch_breaker *breaker, double now)
{
    breaker->restarted = now;
    breaker->by_change = breaker->clean = true;
    return WATCH_RESTART;
}

static enum watch_verdict judge_quick(struct watch_breaker *breaker, double now)
{
    if (breaker->quick < WATCH_QUICK_MAX) {
        breaker->quick++;
        return restart(breaker, now);
    }
    breaker->clean = false;
    breaker->open = true;
    return WATCH_OPENED;
}

enum watch_verdict watch_breaker_judge(struct watch_breaker *breaker, double first, double last,
                                       double now)
{
    if (breaker->open) {
        half_close(breaker);
        return is_quick(breaker, last) ? WATCH_HELD : restart(breaker, now);
    }
    if (is_quick(breaker, first))
        return judge_quick(breaker, now);
    if (breaker->quick < WATCH_QUICK_MAX || (breaker->by_change && breaker->clean))
        breaker->quick = 0;
    return restart(breaker, now);
}
