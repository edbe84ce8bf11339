#include "dispatch.h"

#include "launch.h"

#include <signal.h>

void daemon_set_reason(struct daemon *d, uint32_t service, const char *text)
{
    strbuf_clear(&d->reasons[service]);
    strbuf_adds(&d->reasons[service], text);
}

int64_t daemon_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void dispatch_input(struct daemon *d, enum supervisor_input input, uint32_t service)
{
    dispatch(d, &(struct supervisor_event){.input = input, .service = service});
}

static void spawn_failed(struct daemon *d, uint32_t service, const struct launch *launch,
                         const struct proc_failure *failure)
{
    struct strbuf text = {0};
    const char *const argv[] = {launch->shown_program, NULL};
    proc_failure_text(&text, failure, &(struct proc_spec){.argv = argv, .dir = launch->shown_dir});
    daemon_set_reason(d, service, strbuf_text(&text));
    strbuf_finish(&text);
    dispatch(d, &(struct supervisor_event){.input = SUPERVISOR_SPAWN_FAILED,
                                           .service = service,
                                           .fatal = proc_failure_permanent(failure)});
}

static void launch_failed(struct daemon *d, uint32_t service, const struct launch_failure *failure)
{
    daemon_set_reason(d, service, failure->reason);
    dispatch(d, &(struct supervisor_event){.input = SUPERVISOR_SPAWN_FAILED,
                                           .service = service,
                                           .fatal = failure->permanent});
}

static void do_spawn(struct daemon *d, uint32_t service)
{
    struct arena arena = {0};
    struct launch launch;
    struct launch_failure unread;
    struct proc_failure failure;
    uint32_t command = d->plan->services[service].command;
    daemon_set_reason(d, service, "");
    if (d->plan->services[service].watch != PLAN_NONE)
        watcher_executed(&d->watcher, d->plan->services[service].watch);
    if (!launch_new(&arena, &d->world, service, command, &launch, &unread)) {
        launch_failed(d, service, &unread);
    } else if (run_start(&d->runs[service], &launch, &d->inherited, &failure)) {
        spawn_failed(d, service, &launch, &failure);
    } else {
        log_info(&d->log, "%s: started (pid %d)", d->names[service], (int)d->runs[service].pid);
        dispatch_input(d, SUPERVISOR_SPAWNED, service);
        if (d->supervisor.services[service].state == SERVICE_STARTING)
            run_probe(&d->runs[service], &d->world);
    }
    arena_finish(&arena);
}

static void watch_while_wanted(struct daemon *d, uint32_t service)
{
    uint32_t watch = d->plan->services[service].watch;
    if (watch == PLAN_NONE)
        return;
    if (d->supervisor.services[service].wanted)
        watcher_start(&d->watcher, watch);
    else
        watcher_stop(&d->watcher, watch);
}

static void do_notice(struct daemon *d, const struct supervisor_action *notice)
{
    struct strbuf text = {0};
    strbuf_addf(&text, "%s: ", d->names[notice->service]);
    enum log_level level = narrate_notice(&d->narrator, notice, daemon_now(), &text);
    log_printf(&d->log, level, "%s", strbuf_text(&text));
    strbuf_finish(&text);

    if (!service_has_process(notice->to) || notice->to == SERVICE_STOPPING)
        run_probe_stop(&d->runs[notice->service]);
    if (notice->to == SERVICE_RUNNING)
        daemon_set_reason(d, notice->service, "");
    watch_while_wanted(d, notice->service);
    if (d->proxy)
        proxy_service_changed(d->proxy, notice->service);
}

static void act(struct daemon *d, const struct supervisor_action *action)
{
    struct run *run = &d->runs[action->service];
    switch (action->kind) {
    case SUPERVISOR_DO_SPAWN: do_spawn(d, action->service); break;
    case SUPERVISOR_DO_TERM:
        run_signal(run, process_plan_signal(d->plan->services[action->service].stop_signal));
        break;
    case SUPERVISOR_DO_KILL:
        log_warn(&d->log, "%s: killed, since it did not end in time", d->names[action->service]);
        run_signal(run, SIGKILL);
        break;
    case SUPERVISOR_DO_NOTICE: do_notice(d, action); break;
    }
}

static void arm_deadline(struct daemon *d)
{
    int64_t deadline = supervisor_deadline(&d->supervisor);
    ev_timer_stop(d->loop, &d->deadline);
    if (deadline == SUPERVISOR_NEVER)
        return;
    int64_t left = deadline - daemon_now();
    ev_now_update(d->loop);
    ev_timer_set(&d->deadline, left > 0 ? (double)left / 1e3 : 0., 0.);
    ev_timer_start(d->loop, &d->deadline);
}

/* Every event of the world comes through here. What an action causes is queued behind it. */
void dispatch(struct daemon *d, const struct supervisor_event *event)
{
    supervisor_step(&d->supervisor, event, daemon_now());
    if (d->acting)
        return;
    d->acting = true;
    struct supervisor_action action;
    while (supervisor_next(&d->supervisor, &action))
        act(d, &action);
    d->acting = false;
    arm_deadline(d);
}

void dispatch_gone(void *ctx, uint32_t service, struct proc_exit how)
{
    struct daemon *d = ctx;
    struct strbuf text = {0};
    proc_exit_text(&text, how);
    if (d->supervisor.services[service].state != SERVICE_STOPPING)
        daemon_set_reason(d, service, strbuf_text(&text));
    strbuf_finish(&text);
    dispatch(d, &(struct supervisor_event){.input = SUPERVISOR_EXITED,
                                           .service = service,
                                           .success = !how.signaled && how.code == 0});
}

void dispatch_health(void *ctx, uint32_t service, enum health_edge edge, const char *reason)
{
    struct daemon *d = ctx;
    if (edge == HEALTH_UNHEALTHY)
        daemon_set_reason(d, service, reason);
    dispatch_input(d, edge == HEALTH_UNHEALTHY ? SUPERVISOR_SICK : SUPERVISOR_READY, service);
}

static void on_exit_of(void *ctx, pid_t pid, struct proc_exit how)
{
    struct daemon *d = ctx;
    for (uint32_t i = 0; i < d->plan->service_count; i++) {
        if (run_leader_exited(&d->runs[i], pid, how))
            return;
    }
}

void dispatch_child_signal(struct ev_loop *loop, ev_signal *watcher, int events)
{
    (void)loop;
    (void)events;
    struct daemon *d = watcher->data;
    process_reap(on_exit_of, d);
    for (uint32_t i = 0; i < d->plan->service_count; i++)
        run_check(&d->runs[i]);
}

void dispatch_deadline(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)loop;
    (void)events;
    dispatch_input(timer->data, SUPERVISOR_TICK, 0);
}

void dispatch_stop_all(struct daemon *d)
{
    d->stopping = true;
    for (uint32_t i = 0; i < d->plan->service_count; i++)
        dispatch_input(d, SUPERVISOR_DOWN, i);
}

static void kill_all(struct daemon *d)
{
    for (uint32_t i = d->plan->service_count; i-- > 0;)
        dispatch_input(d, SUPERVISOR_KILL, i);
}

void dispatch_stop_signal(struct ev_loop *loop, ev_signal *watcher, int events)
{
    (void)loop;
    (void)events;
    struct daemon *d = watcher->data;
    if (d->signal) {
        log_warn(&d->log, "killing what is left");
        kill_all(d);
        return;
    }
    d->signal = watcher->signum;
    if (!d->stopping)
        log_info(&d->log, "stopping everything%s",
                 watcher->signum == SIGINT ? "; Ctrl-C again kills" : "");
    dispatch_stop_all(d);
}

/* Whether there is still something that may happen by itself or that somebody waits for. */
static bool has_ended(const struct daemon *d)
{
    if (!supervisor_is_down(&d->supervisor))
        return false;
    if (d->stopping)
        return true;
    if (!d->options->foreground)
        return false;
    for (uint32_t i = 0; i < d->plan->service_count; i++) {
        if (d->supervisor.services[i].wanted && d->plan->services[i].watch != PLAN_NONE)
            return false;
    }
    return true;
}

static bool all_ready(const struct daemon *d)
{
    for (uint32_t i = 0; i < d->plan->service_count; i++) {
        if (d->supervisor.services[i].wanted && !supervisor_is_ready(&d->supervisor, i))
            return false;
    }
    return true;
}

void dispatch_settled(struct ev_loop *loop, ev_prepare *watcher, int events)
{
    (void)events;
    struct daemon *d = watcher->data;
    if (!d->announced && !d->stopping && all_ready(d)) {
        d->announced = true;
        log_info(&d->log, "everything is ready");
        logs_flush(&d->logs); /* this turn's flush may be over, and the next turn be far */
    }
    if (has_ended(d))
        ev_break(loop, EVBREAK_ALL);
}
