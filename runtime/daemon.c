#include "daemon_state.h"

#include "access.h"
#include "answers.h"
#include "clock.h"
#include "dispatch.h"
#include "dispatch_progress.h"
#include "dispatch_proxy.h"
#include "io.h"
#include "mem.h"
#include "orphans.h"
#include "ports.h"
#include "rundir.h"
#include "stopping.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

/* Exit codes of docs/guide.md. */
#define EXIT_GOAL_MISSED 1
#define EXIT_TAKEN       5

extern char **environ;

/* ms that the last lines may take to reach a slow terminal. */
#define LAST_WORDS_MS 1000

static const int signals[] = {
    [DAEMON_INT] = SIGINT,   [DAEMON_TERM] = SIGTERM, [DAEMON_HUP] = SIGHUP,
    [DAEMON_TSTP] = SIGTSTP, [DAEMON_CHLD] = SIGCHLD, [DAEMON_WINCH] = SIGWINCH};
_Static_assert(sizeof signals / sizeof signals[0] == DAEMON_SIGNAL_COUNT, "one a watcher");

static void write_log(void *ctx, enum log_level level, const char *text)
{
    struct daemon *d = ctx;
    logs_tell(&d->logs, LOGS_SELF, level >= LOG_WARN ? LOG_STDERR : LOG_STDOUT, text);
}

static void tell_of_file(void *ctx, uint32_t service, bool bad, const char *text)
{
    struct daemon *d = ctx;
    struct strbuf place = {0};
    if (bad) {
        strbuf_adds(&place, " (");
        narrate_place(d->plan, service, PLAN_FIELD_LOG, &place);
        strbuf_addc(&place, ')');
    }
    daemon_tell(d, service, bad ? LOG_WARN : LOG_INFO, "%s%s", text, strbuf_text(&place));
    strbuf_finish(&place);
}

static void on_resize(struct ev_loop *loop, ev_signal *watcher, int events)
{
    (void)loop;
    (void)events;
    daemon_fit_window(watcher->data);
}

static void init_services(struct daemon *d)
{
    uint32_t count = d->plan->service_count;
    d->runs = mem_alloc_array(count, sizeof *d->runs);
    d->ports = mem_alloc_array(count, sizeof *d->ports);
    d->service_ports = mem_alloc_array(count, sizeof *d->service_ports);
    d->reasons = mem_alloc_array(count, sizeof *d->reasons);
    d->names = mem_alloc_array(count, sizeof *d->names);
    d->world = (struct launch_world){.plan = d->plan,
                                     .root = d->options->root,
                                     .ports = d->ports,
                                     .lookups = d->options->lookups,
                                     .inherited = environ,
                                     .run_id = d->leftovers.run_id};
    d->narrator = (struct narrator){.plan = d->plan,
                                    .supervisor = &d->supervisor,
                                    .runs = d->runs,
                                    .ports = d->ports,
                                    .reasons = d->reasons};
    d->run_shared = (struct run_shared){.loop = d->loop,
                                        .logs = &d->logs,
                                        .nursery = &d->nursery,
                                        .world = &d->world,
                                        .ops = &dispatch_runs,
                                        .ctx = d};
    for (uint32_t i = 0; i < count; i++) {
        d->names[i] = plan_service_name(d->plan, i);
        run_init(&d->runs[i], &d->run_shared, i);
    }
}

/* Only a terminal that controls this process says by SIGHUP that it has closed. */
static bool has_terminal(void)
{
    int fd = open("/dev/tty", O_RDONLY | O_NOCTTY | O_CLOEXEC);
    if (fd < 0)
        return false;
    close(fd);
    return true;
}

/* Before the first process, so that no signal finds its default disposition. */
static void init_signals(struct daemon *d)
{
    for (int i = 0; i < DAEMON_SIGNAL_COUNT; i++) {
        ev_signal *watcher = &d->signals[i];
        ev_signal_init(watcher, stopping_on_signal, signals[i]);
        watcher->data = d;
    }
    ev_set_cb(&d->signals[DAEMON_CHLD], dispatch_child_signal);
    ev_set_cb(&d->signals[DAEMON_TSTP], stopping_on_suspend);
    ev_set_cb(&d->signals[DAEMON_WINCH], on_resize);
    if (!has_terminal())
        ev_set_cb(&d->signals[DAEMON_HUP], reload_on_signal);
    for (int i = 0; i < DAEMON_SIGNAL_COUNT; i++) {
        if (i != DAEMON_TSTP || d->options->foreground)
            ev_signal_start(d->loop, &d->signals[i]);
    }
}

static void init_timers(struct daemon *d)
{
    ev_timer_init(&d->deadline, dispatch_deadline, 0., 0.);
    ev_timer_init(&d->hunt, dispatch_hunt, 0., 0.);
    ev_timer_init(&d->patience, stopping_on_patience, 0., 0.);
    ev_timer_init(&d->progress_timer, dispatch_progress, 0., 0.);
    ev_timer_init(&d->last_words, stopping_on_last_word, 0., 0.);
    ev_prepare_init(&d->settled, dispatch_settled);
    d->deadline.data = d->hunt.data = d->patience.data = d->settled.data = d->progress_timer.data =
        d->last_words.data = d;
}

/* Three descriptors a service are soon more than a shell allows; services get their own back. */
static void raise_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

/* libev's own answer to a lack of memory, or to a system call that it needs, is abort(): a core
 * file, and no word of ours. */
static void *allocate(void *old, long size) EV_NOEXCEPT
{
    if (size)
        return mem_grow(old, (size_t)size, 1);
    free(old);
    return NULL;
}

static void loop_failed(const char *what) EV_NOEXCEPT
{
    fprintf(stderr, "a3s: the event loop: %s: %s\n", what, strerror(errno));
    _exit(1); /* the guards end what runs */
}

/* Needs the names. */
static void init_logs(struct daemon *d)
{
    const struct daemon_options *o = d->options;
    uint32_t count = d->plan->service_count;
    logs_init(&d->logs, d->loop, count, 0);
    logs_init(&d->access, d->loop, count, ACCESS_RING_BYTES);
    d->logs.names = d->access.names = d->names;
    log_terminal_init(&d->terminal, d->loop, STDOUT_FILENO, d->names, count, o->color);
    d->terminal.only_errors = o->only_errors;
    d->terminal.json = o->json;
    daemon_choose_lines(d);
    logs_attach(&d->logs, &d->terminal.sink);
    log_files_init(&d->log_files, &d->logs, tell_of_file, d);
    daemon_fit_window(d);
    d->log = (struct log){
        .level = (enum log_level)d->plan->settings->log_level, .write = write_log, .ctx = d};
}

/* What is set for the whole process, before it starts another one. */
static void init_process(struct daemon *d)
{
    ev_set_allocator(allocate);
    ev_set_syserr_cb(loop_failed);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* a limit on files is a failed write, too, and no end */
    process_remember(&d->inherited);
    orphans_adopt();
    nursery_start(&d->nursery, &d->inherited); /* if it fails, the first birth tries again */
    raise_limit();
}

static void init(struct daemon *d, const struct daemon_options *options)
{
    *d = (struct daemon){.options = options, .plan = options->plan, .began = daemon_now()};
    init_process(d);
    d->loop = ev_loop_new(EVBACKEND_EPOLL | EVFLAG_NOENV);
    if (!d->loop)
        mem_die();
    supervisor_init(&d->supervisor, d->plan);
    init_services(d);
    init_logs(d);
    timeline_init(&d->timeline, d->plan->service_count, daemon_now(), clock_wall_ms());
    progress_init(&d->progress, d->plan->service_count);
    d->watcher = mem_alloc(sizeof *d->watcher);
    watcher_init(d->watcher, d->loop, d->plan, options->root, &dispatch_for_watcher, d);
    init_signals(d);
    init_timers(d);
}

/* Nothing of a service is left afterwards, unless it was left to the guards. */
static void end_services(struct daemon *d)
{
    for (uint32_t i = 0; i < d->plan->service_count; i++) {
        dispatch_port_forget(d, i);
        run_finish(&d->runs[i]);
        strbuf_finish(&d->reasons[i]);
    }
    nursery_stop(&d->nursery);
    if (!d->abandoned)
        orphans_kill();
    leftovers_close(&d->leftovers, d->options->rundir, !d->abandoned);
}

static void finish_logs(struct daemon *d)
{
    logs_flush(&d->logs);
    log_terminal_drain(&d->terminal, LAST_WORDS_MS);
    logs_detach(&d->logs, &d->terminal.sink);
    log_files_finish(&d->log_files);
    log_terminal_finish(&d->terminal);
    logs_finish(&d->logs);
    logs_finish(&d->access);
}

static void stop_watchers(struct daemon *d)
{
    /* Ctrl-C in these last moments must not turn a good end into a bad one. */
    for (int i = 0; i < DAEMON_SIGNAL_COUNT; i++) {
        ev_signal_stop(d->loop, &d->signals[i]);
        if (i != DAEMON_CHLD)
            signal(signals[i], SIG_IGN);
    }
    ev_timer_stop(d->loop, &d->deadline);
    ev_timer_stop(d->loop, &d->hunt);
    ev_timer_stop(d->loop, &d->patience);
    ev_timer_stop(d->loop, &d->progress_timer);
    ev_timer_stop(d->loop, &d->last_words);
    ev_prepare_stop(d->loop, &d->settled);
}

static void free_services(struct daemon *d)
{
    free(d->runs);
    free(d->ports);
    free(d->service_ports);
    free(d->reasons);
    free(d->names);
    free(d->own_words);
}

static void finish(struct daemon *d)
{
    control_finish(&d->control);
    reload_abandon(d);
    proxy_destroy(d->proxy);
    watcher_finish(d->watcher);
    free(d->watcher);
    end_services(d);
    finish_logs(d);
    supervisor_finish(&d->supervisor);
    timeline_finish(&d->timeline);
    progress_finish(&d->progress);
    stop_watchers(d);
    reload_finish(d); /* owns the plan that all of them had */
    ev_loop_destroy(d->loop);
    free_services(d);
}

static int say(const char *what, int error)
{
    fprintf(stderr, "a3s: %s: %s\n", what, strerror(-error));
    return 1;
}

static int listen_proxy(struct daemon *d)
{
    struct strbuf trouble = {0};
    uint16_t port = d->plan->settings->proxy_port;
    int error = dispatch_proxy_listen(d, port, &trouble);
    if (error)
        fprintf(stderr, "a3s: %s", strbuf_text(&trouble));
    strbuf_finish(&trouble);
    return !error ? 0 : error == -EADDRINUSE ? EXIT_TAKEN : 1;
}

static int listen_control(struct daemon *d)
{
    int fd = -1;
    int error = leftovers_open(&d->leftovers, d->options->rundir);
    if (!error)
        error = rundir_publish(d->options->rundir, d->plan->hash);
    if (!error)
        error = site_init(&d->site);
    if (!error)
        error = rundir_write_token(d->options->rundir, d->site.token);
    if (!error)
        error = rundir_socket_bind(d->options->rundir, &fd);
    if (!error)
        error = control_init(&d->control, d->loop, fd, &answers_for_control, d);
    return error ? say("the control socket cannot be opened", error) : 0;
}

/* 0, or the exit code. */
static int listen_all(struct daemon *d)
{
    int error = ports_resolve(d->plan, d->ports);
    if (error)
        return say("no free port can be found", error);
    int code = listen_proxy(d);
    if (!code)
        code = listen_control(d);
    return code;
}

static void start_services(struct daemon *d)
{
    const struct daemon_options *o = d->options;
    enum supervisor_input input =
        o->services && !o->with_deps ? SUPERVISOR_UP_ALONE : SUPERVISOR_UP;
    for (uint32_t i = 0; o->services && i < o->service_count; i++)
        dispatch_input(d, input, o->services[i]);
    for (uint32_t i = 0; !o->services && i < d->plan->service_count; i++) {
        if (!(d->plan->services[i].flags & PLAN_SERVICE_DISABLED))
            dispatch_input(d, input, i);
    }
}

static void tell_ready(const struct daemon *d)
{
    int fd = d->options->ready_fd;
    if (fd < 0)
        return;
    io_write_all(fd, "", 1); /* nobody may be listening any more: then nobody minds */
    io_close(&fd);
}

static int exit_code(const struct daemon *d)
{
    if (d->signal && d->signal != SIGINT)
        return 128 + d->signal;
    if (d->stopping)
        return 0;
    for (uint32_t i = 0; i < d->plan->service_count; i++) {
        enum service_state state = d->supervisor.services[i].state;
        if (state == SERVICE_FAILED || state == SERVICE_BLOCKED)
            return EXIT_GOAL_MISSED;
    }
    return 0;
}

int daemon_run(const struct daemon_options *options)
{
    struct daemon *d = mem_alloc(sizeof *d);
    init(d, options);
    int code = listen_all(d);
    if (!code) {
        tell_ready(d);
        log_files_set(&d->log_files, &d->world);
        start_services(d);
        timeline_begun(&d->timeline, daemon_now());
        reload_init(d);
        ev_prepare_start(d->loop, &d->settled);
        ev_run(d->loop, 0);
        code = exit_code(d);
    }
    finish(d);
    free(d);
    return code;
}
