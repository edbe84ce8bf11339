#include "top.h"

#include "api.h"
#include "report.h"
#include "top_keys.h"
#include "top_open.h"
#include "top_request.h"
#include "top_screen.h"
#include "top_usage.h"
#include "top_view.h"

#include "mem.h"

#include <errno.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define TICK_S   1.0  /* between two looks at the status */
#define QUICK_S  0.15 /* the same where something has been asked for, without events */
#define QUICK    20   /* so often */
#define FRAME_S  0.033
#define SELECT_S 0.03 /* who runs down the table does not ask for every log */
#define FADE_S   5.0  /* that a message stays */
#define LINES    1000 /* of the past that are asked for */

static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGWINCH, SIGTSTP, SIGCONT};
#define SIGNAL_COUNT (sizeof signals / sizeof *signals)

struct top {
    struct ev_loop *loop;
    struct remote *remote;
    struct top_screen screen;
    struct top_model model;
    struct top_usage usage;
    struct top_request status, logs, events, action;
    struct top_open browser;
    struct strbuf followed; /* the service whose log is asked for */
    struct strbuf url;      /* that is being opened */
    struct strbuf asked;    /* what to say when the action was accepted */
    bool explains;          /* the action asks why */
    bool restarts_log;      /* the first line replaces what was there */
    bool no_events;         /* this a3s has none */
    unsigned quick;         /* quick looks that are left */
    ev_io input;
    ev_timer tick, frame, settle, fade;
    ev_signal watchers[SIGNAL_COUNT];
    ev_tstamp drawn;
    int code;
};

static void draw_soon(struct top *top)
{
    if (ev_is_active(&top->frame))
        return;
    ev_tstamp wait = top->drawn + FRAME_S - ev_now(top->loop);
    ev_timer_set(&top->frame, wait > 0 ? wait : 0., 0.);
    ev_timer_start(top->loop, &top->frame);
}

static void on_frame(struct ev_loop *loop, ev_timer *watcher, int events)
{
    (void)events;
    struct top *top = watcher->data;
    top->drawn = ev_now(loop);
    top_view_draw(&top->screen, &top->model);
    if (top->model.message.len && !ev_is_active(&top->fade)) {
        ev_timer_set(&top->fade, FADE_S, 0.);
        ev_timer_start(loop, &top->fade);
    }
}

static void on_fade(struct ev_loop *loop, ev_timer *watcher, int events)
{
    (void)loop;
    (void)events;
    struct top *top = watcher->data;
    strbuf_clear(&top->model.message);
    draw_soon(top);
}

static void look_again(struct top *top, double after)
{
    ev_timer_stop(top->loop, &top->tick);
    ev_timer_set(&top->tick, after, 0.);
    ev_timer_start(top->loop, &top->tick);
}

static void on_tick(struct ev_loop *loop, ev_timer *watcher, int events)
{
    (void)loop;
    (void)events;
    struct top *top = watcher->data;
    if (!top->status.active)
        top_request_start(&top->status, "GET", "/v1/status", NULL);
}

/* ---- the log of the selected service ---- */

static void on_log_line(void *ctx, struct str line)
{
    struct top *top = ctx;
    if (top->restarts_log)
        top_log_clear(&top->model.log);
    top->restarts_log = false;
    top_log_add(&top->model.log, line);
    draw_soon(top);
}

/* Whoever has ended the stream, the next answer to the status begins it anew. */
static void on_log_end(void *ctx, int status, int error, json_t *body)
{
    (void)status;
    (void)error;
    struct top *top = ctx;
    top->restarts_log = true;
    json_decref(body);
}

static void follow_selected(struct top *top)
{
    const char *name = strbuf_text(&top->model.name);
    bool same = strcmp(strbuf_text(&top->followed), name) == 0;
    if (!*name || (same && top->logs.active))
        return;
    if (!same)
        top_log_clear(&top->model.log);
    strbuf_clear(&top->followed);
    strbuf_adds(&top->followed, name);
    struct strbuf target = {0};
    strbuf_adds(&target, "/v1/logs?service=");
    api_word(&target, name);
    strbuf_addf(&target, "&lines=%d&follow=1", LINES);
    top_request_start(&top->logs, "GET", strbuf_text(&target), NULL);
    strbuf_finish(&target);
}

static void on_settle(struct ev_loop *loop, ev_timer *watcher, int events)
{
    (void)events;
    struct top *top = watcher->data;
    ev_timer_stop(loop, watcher);
    if (!top->model.lost.len)
        follow_selected(top);
}

/* ---- the status ---- */

static void sample(struct top *top)
{
    struct top_model *model = &top->model;
    ev_tstamp now = ev_now(top->loop);
    if (top->usage.when > 0 && now - top->usage.when < TICK_S * 0.9)
        return;
    pid_t *pids = mem_alloc_array(model->row_count + 1, sizeof *pids);
    struct top_load *loads = mem_alloc_array(model->row_count + 1, sizeof *loads);
    for (uint32_t i = 0; i < model->row_count; i++)
        pids[i] = model->rows[i].pid > 0 ? (pid_t)model->rows[i].pid : 0;
    pid_t self = (pid_t)json_integer_value(json_object_get(model->status, "pid"));
    top_usage_sample(&top->usage, now, self, pids, model->row_count, loads);
    top_model_loads(model, loads);
    free(pids);
    free(loads);
}

static void lose(struct top *top, int status, int error)
{
    top_model_lose(&top->model, status, error);
    top_request_stop(&top->logs);
    top_request_stop(&top->events);
    top->restarts_log = true;
    top->no_events = false;
}

static void on_status(void *ctx, int status, int error, json_t *body)
{
    struct top *top = ctx;
    if (status == 200 && top_model_status(&top->model, body)) {
        sample(top);
        follow_selected(top);
        if (!top->events.active && !top->no_events)
            top_request_start(&top->events, "GET", "/v1/events", NULL);
    } else {
        json_decref(body);
        lose(top, status, error);
    }
    top->quick -= top->quick > 0;
    look_again(top, top->quick ? QUICK_S : TICK_S);
    draw_soon(top);
}

static void on_event(void *ctx, struct str line)
{
    (void)line;
    look_again(ctx, 0.);
}

static void on_events_end(void *ctx, int status, int error, json_t *body)
{
    (void)error;
    struct top *top = ctx;
    top->no_events = status != 0 && status != 200;
    json_decref(body);
}

/* ---- what a key asks for ---- */

static void on_action(void *ctx, int status, int error, json_t *body)
{
    struct top *top = ctx;
    const char *reason = api_text(body, "error");
    if (status == 200 && top->explains)
        top_model_why(&top->model, body);
    else if (status >= 200 && status < 300)
        top_model_say(&top->model, "%s", strbuf_text(&top->asked));
    else if (*reason)
        top_model_say(&top->model, "refused: %s", reason);
    else
        top_model_say(&top->model, "a3s has not answered: %s",
                      error ? strerror(-error) : "not in a way that this version understands");
    json_decref(body);
    top->quick = top->no_events ? QUICK : 0;
    look_again(top, 0.);
    draw_soon(top);
}

static void ask(struct top *top, const char *what, const char *doing)
{
    const char *name = strbuf_text(&top->model.name);
    struct strbuf target = {0};
    if (top->action.active) {
        top_model_say(&top->model, "a3s has not answered yet");
        return;
    }
    top->explains = strcmp(what, "why") == 0;
    strbuf_clear(&top->asked);
    strbuf_addf(&top->asked, "%s %s", doing, name);
    api_service(&target, name, what);
    top_request_start(&top->action, top->explains ? "GET" : "POST", strbuf_text(&target), NULL);
    strbuf_finish(&target);
}

static void on_opened(void *ctx, bool opened)
{
    struct top *top = ctx;
    const char *url = strbuf_text(&top->url);
    top_model_say(&top->model, opened ? "opened %s" : "no browser could be started: %s", url);
    draw_soon(top);
}

static void open_url(struct top *top)
{
    if (top->browser.child)
        return;
    strbuf_clear(&top->url);
    strbuf_adds(&top->url, top_model_selected(&top->model)->url);
    if (top_open_start(&top->browser, strbuf_text(&top->url)))
        top_model_say(&top->model, "opening %s", strbuf_text(&top->url));
    else
        on_opened(top, false);
}

static void quit(struct top *top, int code)
{
    top->code = code;
    ev_break(top->loop, EVBREAK_ALL);
}

static void obey(struct top *top, enum top_request_kind kind)
{
    switch (kind) {
    case TOP_RESTART: ask(top, "restart", "restarting"); break;
    case TOP_START: ask(top, "start", "starting"); break;
    case TOP_STOP: ask(top, "stop", "stopping"); break;
    case TOP_WHY: ask(top, "why", "explaining"); break;
    case TOP_OPEN: open_url(top); break;
    case TOP_REDRAW: top_view_forget(); break;
    case TOP_QUIT: quit(top, CLI_DONE); break;
    case TOP_NOTHING: break;
    }
}

static void on_input(struct ev_loop *loop, ev_io *watcher, int events)
{
    (void)events;
    struct top *top = watcher->data;
    int waiting = 0;
    if (ioctl(STDIN_FILENO, FIONREAD, &waiting) != 0 || waiting == 0) {
        ev_io_stop(loop, watcher); /* the terminal has gone */
        quit(top, 128 + SIGHUP);
        return;
    }
    ev_timer_stop(loop, &top->fade);
    for (uint32_t key; (key = top_screen_key(&top->screen)) != 0;)
        obey(top, top_key(&top->model, key));
    if (strcmp(strbuf_text(&top->model.name), strbuf_text(&top->followed)) != 0)
        ev_timer_again(loop, &top->settle);
    draw_soon(top);
}

static void on_signal(struct ev_loop *loop, ev_signal *watcher, int events)
{
    (void)loop;
    (void)events;
    struct top *top = watcher->data;
    switch (watcher->signum) {
    case SIGWINCH: top_screen_resize(&top->screen); break;
    case SIGTSTP:
        top_screen_leave(&top->screen);
        kill(getpid(), SIGSTOP);
        break;
    case SIGCONT: top_screen_return(&top->screen); break;
    default: quit(top, 128 + watcher->signum); return;
    }
    draw_soon(top);
}

/* ---- life ---- */

/* Before the screen is opened: curses leaves alone what is not at its default. */
static void watch_signals(struct top *top)
{
    for (size_t i = 0; i < SIGNAL_COUNT; i++) {
        ev_signal_init(&top->watchers[i], on_signal, signals[i]);
        top->watchers[i].data = top;
        ev_signal_start(top->loop, &top->watchers[i]);
    }
    signal(SIGPIPE, SIG_IGN);
}

static void init_requests(struct top *top)
{
    struct top_request common = {.loop = top->loop, .rundir = &top->remote->dir, .ctx = top};
    top->status = top->logs = top->events = top->action = common;
    top->status.on_end = on_status;
    top->logs.on_line = on_log_line;
    top->logs.on_end = on_log_end;
    top->events.on_line = on_event;
    top->events.on_end = on_events_end;
    top->action.on_end = on_action;
    top->browser = (struct top_open){.loop = top->loop, .on_end = on_opened, .ctx = top};
}

static void init(struct top *top)
{
    init_requests(top);
    top_usage_init(&top->usage);
    ev_timer_init(&top->tick, on_tick, 0., 0.);
    ev_timer_init(&top->frame, on_frame, 0., 0.);
    ev_timer_init(&top->settle, on_settle, 0., SELECT_S);
    ev_timer_init(&top->fade, on_fade, 0., 0.);
    ev_io_init(&top->input, on_input, STDIN_FILENO, EV_READ);
    top->tick.data = top->frame.data = top->settle.data = top->input.data = top->fade.data = top;
    ev_timer_start(top->loop, &top->tick);
    ev_io_start(top->loop, &top->input);
}

static void finish(struct top *top)
{
    ev_timer_stop(top->loop, &top->tick);
    ev_timer_stop(top->loop, &top->frame);
    ev_timer_stop(top->loop, &top->settle);
    ev_timer_stop(top->loop, &top->fade);
    ev_io_stop(top->loop, &top->input);
    top_request_stop(&top->status);
    top_request_stop(&top->logs);
    top_request_stop(&top->events);
    top_request_stop(&top->action);
    top_open_stop(&top->browser);
    top_usage_finish(&top->usage);
    top_model_finish(&top->model);
    strbuf_finish(&top->followed);
    strbuf_finish(&top->asked);
    strbuf_finish(&top->url);
}

int top_run(struct remote *remote)
{
    struct top top = {.remote = remote, .loop = ev_loop_new(EVFLAG_AUTO)};
    if (!top.loop)
        mem_die();
    watch_signals(&top);
    int error = top_screen_open(&top.screen, report_color(STDOUT_FILENO));
    if (!error) {
        init(&top);
        ev_run(top.loop, 0);
        top_screen_close(&top.screen);
        finish(&top);
    }
    for (size_t i = 0; i < SIGNAL_COUNT; i++)
        ev_signal_stop(top.loop, &top.watchers[i]);
    ev_loop_destroy(top.loop);
    if (!error)
        return top.code;
    top_screen_explain(error);
    return CLI_FAILED;
}
