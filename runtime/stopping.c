#include "stopping.h"

#include "dispatch.h"

#include <signal.h>
#include <unistd.h>

/* s until it is said what is waited for, and the longest pause until it is said again. */
#define FIRST_WORD 1.
#define LAST_PAUSE 10.

/* s that answers have to reach their clients, when nothing else is left to do. */
#define LAST_WORDS 1.

void stopping_all(struct daemon *d)
{
    d->stopping = true;
    reload_abandon(d);
    for (uint32_t i = 0; i < d->plan->service_count; i++)
        dispatch_input(d, SUPERVISOR_DOWN, i);
}

/* ---- Requests ---- */

static uint32_t requests(const struct daemon *d, uint32_t service)
{
    return d->proxy ? proxy_counters(d->proxy, service)->busy : 0;
}

void stopping_drain(struct daemon *d, uint32_t service)
{
    uint32_t count = requests(d, service);
    if (count == 0)
        dispatch_input(d, SUPERVISOR_DRAINED, service);
    else
        daemon_tell(d, service, LOG_INFO, "finishes %u request%s first", count,
                    count == 1 ? "" : "s");
}

/* The proxy says nothing by itself: from within its callbacks nobody could be told to end. */
void stopping_look_at_drains(struct daemon *d)
{
    for (uint32_t i = 0; ev_is_active(&d->patience) && i < d->plan->service_count; i++) {
        if (d->supervisor.services[i].draining && requests(d, i) == 0)
            dispatch_input(d, SUPERVISOR_DRAINED, i);
    }
}

/* ---- Patience ---- */

/* "waiting for db (pid 12, 1.0 s of 5.0 s, TERM sent), web (2 requests, ...)"; false if for nobody.
 */
static bool add_waiting(const struct daemon *d, struct strbuf *out)
{
    const char *separator = "waiting for ";
    for (uint32_t i = 0; i < d->plan->service_count; i++) {
        if (d->supervisor.services[i].state != SERVICE_STOPPING)
            continue;
        strbuf_addf(out, "%s%s (", separator, d->names[i]);
        if (d->supervisor.services[i].draining)
            strbuf_addf(out, "%u request%s, ", requests(d, i), requests(d, i) == 1 ? "" : "s");
        narrate_end(&d->narrator, i, daemon_now(), out);
        strbuf_addc(out, ')');
        separator = ", ";
    }
    return out->len > 0;
}

void stopping_on_patience(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)events;
    struct daemon *d = timer->data;
    struct strbuf text = {0};
    ev_timer_stop(loop, timer);
    if (add_waiting(d, &text)) {
        ev_tstamp pause = timer->repeat * 2;
        log_info(&d->log, "%s", strbuf_text(&text));
        timer->repeat = pause < LAST_PAUSE ? pause : LAST_PAUSE;
        ev_timer_again(loop, timer);
    }
    strbuf_finish(&text);
}

void stopping_began(struct daemon *d)
{
    if (ev_is_active(&d->patience))
        return;
    ev_now_update(d->loop);
    d->patience.repeat = FIRST_WORD;
    ev_timer_again(d->loop, &d->patience);
}

/* ---- The end ---- */

void stopping_on_last_word(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)timer;
    (void)events;
    ev_break(loop, EVBREAK_ALL);
}

void stopping_end(struct daemon *d)
{
    if (!d->ending) {
        d->ending = true;
        control_wind_up(&d->control);
        if (d->proxy)
            proxy_wind_up(d->proxy);
        ev_now_update(d->loop);
        ev_timer_set(&d->last_words, LAST_WORDS, 0.);
        ev_timer_start(d->loop, &d->last_words);
    }
    if (control_is_quiet(&d->control) && (!d->proxy || proxy_is_quiet(d->proxy)))
        ev_break(d->loop, EVBREAK_ALL);
}

/* ---- Signals ---- */

static void kill_all(struct daemon *d)
{
    d->killing = true;
    log_warn(&d->log, "killing what is left");
    for (uint32_t i = d->plan->service_count; i-- > 0;)
        dispatch_input(d, SUPERVISOR_KILL, i);
}

void stopping_on_signal(struct ev_loop *loop, ev_signal *watcher, int events)
{
    (void)events;
    struct daemon *d = watcher->data;
    if (d->ending) { /* it has ended; nobody is waited for any more */
        ev_break(loop, EVBREAK_ALL);
        return;
    }
    if (d->killing) {
        d->abandoned = true;
        ev_break(loop, EVBREAK_ALL);
        return;
    }
    if (d->signal) {
        kill_all(d);
        return;
    }
    d->signal = watcher->signum;
    if (!d->stopping)
        log_info(&d->log, "stopping everything%s",
                 watcher->signum == SIGINT ? "; Ctrl-C again kills" : "");
    stopping_all(d);
}

static void signal_services(struct daemon *d, int signal)
{
    for (uint32_t i = 0; i < d->plan->service_count; i++)
        run_signal(&d->runs[i], signal);
}

/* What goes on printing into pipes that nobody reads would hang sooner or later. */
void stopping_on_suspend(struct ev_loop *loop, ev_signal *watcher, int events)
{
    (void)events;
    struct daemon *d = watcher->data;
    log_info(&d->log, "suspended, with all services; they go on with a3s");
    logs_flush(&d->logs);
    signal_services(d, SIGSTOP);
    kill(getpid(), SIGSTOP);
    signal_services(d, SIGCONT);
    ev_now_update(loop);
}
