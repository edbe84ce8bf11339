#include "dispatch_progress.h"

#include "clock.h"

/* s after which a start takes long. */
#define FIRST_LOOK 1.0

static void say(void *ctx, const char *line)
{
    struct daemon *d = ctx;
    log_info(&d->log, "%s", line);
}

static void say_loudly(void *ctx, const char *line)
{
    struct daemon *d = ctx;
    log_error(&d->log, "%s", line);
}

void dispatch_progress_anew(struct daemon *d)
{
    progress_finish(&d->progress);
    progress_init(&d->progress, d->plan->service_count);
}

static void look_again(struct daemon *d, double seconds)
{
    ev_now_update(d->loop);
    ev_timer_set(&d->progress_timer, seconds, 0.);
    ev_timer_start(d->loop, &d->progress_timer);
}

void dispatch_progress_began(struct daemon *d)
{
    if (!ev_is_active(&d->progress_timer) && !d->stopping)
        look_again(d, FIRST_LOOK);
}

void dispatch_progress(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)loop;
    (void)events;
    struct daemon *d = timer->data;
    struct progress_listener listener = {say, d};
    if (d->stopping)
        return;
    int64_t next = progress_waits(&d->progress, &d->narrator, daemon_now(), &listener);
    if (next >= 0)
        look_again(d, (double)next / 1e3);
}

/* With the token, which is for the eyes of whoever sits at the terminal: no log keeps it. */
static void show_page(struct daemon *d)
{
    struct strbuf text = {0};
    if (!d->proxy || d->terminal.json)
        return;
    strbuf_adds(&text, "  the page: ");
    site_address(&text, d->plan, d->plan->settings->proxy_port);
    strbuf_addf(&text, "#token=%s", d->site.token);
    struct str line = strbuf_str(&text);
    struct log_batch batch = {.time_ms = clock_wall_ms(),
                              .service = LOGS_SELF,
                              .about = LOGS_SELF,
                              .count = 1,
                              .stream = LOG_STDOUT,
                              .bytes = line,
                              .lines = &line};
    d->terminal.sink.write(&d->terminal.sink, &batch);
    strbuf_finish(&text);
}

static void tell_ready(struct daemon *d)
{
    struct progress_listener listener = {say, d};
    bool first = !d->announced_once && d->options->foreground && d->terminal.tty;
    d->announced = d->announced_once = true;
    progress_ready(&d->narrator, &d->timeline, daemon_now(), first, &listener);
    if (first)
        show_page(d);
}

static void tell_failed(struct daemon *d)
{
    struct progress_listener listener = {say_loudly, d};
    d->failure_told = true;
    progress_failed(&d->narrator, daemon_now(), supervisor_is_down(&d->supervisor), &listener);
}

void dispatch_progress_settled(struct daemon *d)
{
    if (d->announced || d->stopping || reload_is_under_way(d))
        return;
    enum progress_outcome outcome = progress_outcome(&d->supervisor);
    bool ready = outcome == PROGRESS_READY;
    bool failed = outcome == PROGRESS_FAILED && !d->failure_told;
    if (outcome == PROGRESS_UNDER_WAY)
        d->failure_told = false;
    if (ready)
        tell_ready(d);
    if (failed)
        tell_failed(d);
    if (ready || failed)
        logs_flush(&d->logs); /* this turn's flush may be over, and the next turn be far */
}
