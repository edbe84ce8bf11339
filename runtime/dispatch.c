#include "dispatch.h"

#include "dispatch_progress.h"
#include "orphans.h"
#include "stopping.h"

#include <signal.h>

/* s between two looks for processes of a killed guard: most are seen at once, by SIGCHLD. */
#define HUNT_PERIOD 0.02

void dispatch_input(struct daemon *d, enum supervisor_input input, uint32_t service)
{
    dispatch(d, &(struct supervisor_event){.input = input, .service = service});
}

/* ---- Starts ---- */

static void spawn_failed(struct daemon *d, uint32_t service, const char *reason, bool fatal)
{
    daemon_set_reason(d, service, reason);
    dispatch(d, &(struct supervisor_event){.input = SUPERVISOR_SPAWN_FAILED,
                                           .service = service,
                                           .fatal = fatal,
                                           .text = strbuf_text(&d->reasons[service])});
}

static uint32_t find_command(const struct daemon *d, uint32_t service, enum guard_command command)
{
    const struct plan_service *planned = &d->plan->services[service];
    return command == GUARD_PRE_START   ? planned->pre_start
           : command == GUARD_POST_STOP ? planned->post_stop
                                        : planned->command;
}

/* The launches that there are; false if one cannot be made, and then that has been told. */
static bool prepare(struct daemon *d, uint32_t service, struct arena *arena,
                    const struct launch *out_launches[GUARD_COMMAND_COUNT])
{
    struct launch_failure failure;
    for (int i = 0; i < GUARD_COMMAND_COUNT; i++) {
        uint32_t command = find_command(d, service, (enum guard_command)i);
        struct launch *launch = arena_new(arena, struct launch, 1);
        out_launches[i] = command == PLAN_NONE ? NULL : launch;
        if (command != PLAN_NONE &&
            !launch_new(arena, &d->world, service, command, launch, &failure)) {
            spawn_failed(d, service, failure.reason, failure.permanent);
            return false;
        }
    }
    return true;
}

void dispatch_spawn(struct daemon *d, uint32_t service)
{
    struct arena arena = {0};
    const struct launch *launches[GUARD_COMMAND_COUNT];
    daemon_set_reason(d, service, "");
    if (d->plan->services[service].watch != PLAN_NONE)
        watcher_executed(d->watcher, d->plan->services[service].watch);
    if (prepare(d, service, &arena, launches)) {
        int error = run_start(&d->runs[service], launches);
        if (error)
            spawn_failed(d, service,
                         arena_printf(&arena, "cannot prepare a process: %s", strerror(-error)),
                         false);
    }
    arena_finish(&arena);
}

static void on_started(void *ctx, uint32_t service, uint64_t start_time)
{
    struct daemon *d = ctx;
    struct run *run = &d->runs[service];
    leftovers_note(&d->leftovers, service, run->pid, start_time);
    daemon_tell(d, service, LOG_INFO, "started (pid %d)", (int)run->pid);
    dispatch(d, &(struct supervisor_event){
                    .input = SUPERVISOR_SPAWNED, .service = service, .value = run->pid});
    if (d->supervisor.services[service].state == SERVICE_STARTING)
        run_probe(run);
}

static void on_failed(void *ctx, uint32_t service, enum guard_command command,
                      const struct proc_failure *failure)
{
    struct daemon *d = ctx;
    struct strbuf text = {0};
    strbuf_adds(&text, command == GUARD_PRE_START ? "pre_start: " : "");
    launch_add_failure(&text, &d->world, service, find_command(d, service, command), failure);
    spawn_failed(d, service, strbuf_text(&text), proc_failure_permanent(failure));
    strbuf_finish(&text);
}

/* ---- Actions ---- */

void dispatch_watch(struct daemon *d, uint32_t service)
{
    uint32_t watch = d->plan->services[service].watch;
    if (watch == PLAN_NONE)
        return;
    if (d->supervisor.services[service].wanted)
        watcher_start(d->watcher, watch);
    else
        watcher_stop(d->watcher, watch);
}

static void do_notice(struct daemon *d, const struct supervisor_action *notice)
{
    struct strbuf text = {0};
    enum log_level level = narrate_notice(&d->narrator, notice, daemon_now(), &text);
    daemon_tell(d, notice->service, level, "%s", strbuf_text(&text));
    strbuf_finish(&text);
    struct why_source source = daemon_why(d);
    events_state(&d->events, &source, notice->record);

    timeline_note(&d->timeline, d->plan, notice->service, notice->to, daemon_now());
    if (!service_has_process(notice->to) || notice->to == SERVICE_STOPPING)
        run_probe_stop(&d->runs[notice->service]);
    if (notice->to == SERVICE_RUNNING)
        daemon_set_reason(d, notice->service, "");
    if (notice->to == SERVICE_STOPPING)
        stopping_began(d);
    dispatch_watch(d, notice->service);
    dispatch_progress_began(d);
    if (d->proxy)
        proxy_service_changed(d->proxy, notice->service);
}

/* The deadline of a stop is the service's; its post_stop has its own, which the guard keeps. */
static void do_kill(struct daemon *d, uint32_t service)
{
    struct run *run = &d->runs[service];
    if (run->phase == RUN_POST_STOP && !d->killing)
        return;
    if (run->told != SIGKILL && !d->killing)
        daemon_tell(d, service, LOG_WARN, "killed, since it did not end in time");
    run_kill(run, d->killing);
}

static void do_spawn(struct daemon *d, uint32_t service)
{
    if (!dispatch_port_taken(d, service))
        dispatch_spawn(d, service);
}

static void do_stop(struct daemon *d, uint32_t service)
{
    if (dispatch_port_forget(d, service))
        dispatch(d, &(struct supervisor_event){.input = SUPERVISOR_EXITED,
                                               .service = service,
                                               .text = "stopped before it was started"});
    else
        run_stop(&d->runs[service]);
}

static void act(struct daemon *d, const struct supervisor_action *action)
{
    switch (action->kind) {
    case SUPERVISOR_DO_SPAWN: do_spawn(d, action->service); break;
    case SUPERVISOR_DO_DRAIN: stopping_drain(d, action->service); break;
    case SUPERVISOR_DO_TERM: do_stop(d, action->service); break;
    case SUPERVISOR_DO_KILL: do_kill(d, action->service); break;
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

/* ---- Reports ---- */

static void on_gone(void *ctx, uint32_t service, bool success)
{
    struct daemon *d = ctx;
    const struct run *run = &d->runs[service];
    bool by_itself = run->ran && !run->lost;
    struct proc_exit how = run->unprepared ? run->pre_exit : run->exit;
    struct strbuf text = {0};
    leftovers_note(&d->leftovers, service, 0, 0);
    run_add_end(run, &text);
    bool explained = dispatch_port_explain(d, service, &text);
    if (d->supervisor.services[service].state != SERVICE_STOPPING)
        daemon_set_reason(d, service, strbuf_text(&text));
    dispatch(
        d, &(struct supervisor_event){.input = SUPERVISOR_EXITED,
                                      .service = service,
                                      .success = success,
                                      .value = how.signaled ? -how.code : how.code,
                                      .text = by_itself && !explained ? NULL : strbuf_text(&text)});
    strbuf_finish(&text);
}

static void on_trouble(void *ctx, uint32_t service, const char *text)
{
    struct daemon *d = ctx;
    daemon_tell(d, service, LOG_WARN, "%s", text);
}

static void on_health(void *ctx, uint32_t service, enum health_edge edge, const char *reason)
{
    struct daemon *d = ctx;
    if (edge == HEALTH_UNHEALTHY) {
        daemon_set_reason(d, service, reason);
        flaps_add(&d->runs[service].flaps, daemon_now());
    }
    enum supervisor_input input = edge == HEALTH_UNHEALTHY ? SUPERVISOR_SICK : SUPERVISOR_READY;
    dispatch(d, &(struct supervisor_event){.input = input, .service = service, .text = reason});
}

/* ---- Children ---- */

/* No guard may be taken for a stranger, not even before it has spoken. Whoever else has children
 * adds them here. */
static bool is_known(void *ctx, pid_t pid)
{
    const struct daemon *d = ctx;
    if (nursery_knows(&d->nursery, pid) || pid == d->reload.making.pid)
        return true;
    for (uint32_t i = 0; i < d->plan->service_count; i++) {
        if (run_knows(&d->runs[i], pid))
            return true;
    }
    return false;
}

/* A child that is nobody's comes from a guard that was killed, and goes after it. */
static void hunt(struct daemon *d)
{
    bool found = orphans_kill_unknown(is_known, d), waiting = found;
    for (uint32_t i = 0; i < d->plan->service_count; i++) {
        struct run *run = &d->runs[i];
        if (!run->lost)
            continue;
        if (!found && run_guard_is_gone(run))
            run_end_lost(run);
        else
            waiting = true;
    }
    if (!waiting)
        ev_timer_stop(d->loop, &d->hunt);
}

static void begin_hunt(struct daemon *d)
{
    ev_timer_set(&d->hunt, HUNT_PERIOD, HUNT_PERIOD);
    ev_timer_start(d->loop, &d->hunt);
}

static void on_lost(void *ctx, uint32_t service)
{
    struct daemon *d = ctx;
    daemon_tell(d, service, LOG_WARN, "its guard was killed: killing what it has left");
    begin_hunt(d);
}

static void on_probe_lost(void *ctx, uint32_t service)
{
    struct daemon *d = ctx;
    daemon_tell(d, service, LOG_WARN,
                "the guard of its probe was killed: killing what it has left");
    begin_hunt(d);
}

void dispatch_hunt(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)loop;
    (void)events;
    hunt(timer->data);
}

static void on_exit_of(void *ctx, pid_t pid, struct proc_exit how)
{
    (void)how;
    struct daemon *d = ctx;
    if (nursery_exited(&d->nursery, pid) || recompile_exited(&d->reload.making, pid))
        return;
    for (uint32_t i = 0; i < d->plan->service_count; i++) {
        if (run_guard_exited(&d->runs[i], pid))
            return;
    }
}

void dispatch_child_signal(struct ev_loop *loop, ev_signal *watcher, int events)
{
    (void)loop;
    (void)events;
    struct daemon *d = watcher->data;
    process_reap(on_exit_of, d);
    if (ev_is_active(&d->hunt))
        hunt(d);
}

const struct run_ops dispatch_runs = {.on_started = on_started,
                                      .on_failed = on_failed,
                                      .on_gone = on_gone,
                                      .on_lost = on_lost,
                                      .on_trouble = on_trouble,
                                      .on_health = on_health,
                                      .may_be_ready = dispatch_may_be_ready,
                                      .on_refused = dispatch_refused,
                                      .on_probe_lost = on_probe_lost};

void dispatch_deadline(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)loop;
    (void)events;
    dispatch_input(timer->data, SUPERVISOR_TICK, 0);
}

/* Whether there is still something that may happen by itself or that somebody waits for. */
static bool has_ended(const struct daemon *d)
{
    if (!supervisor_is_down(&d->supervisor) || reload_is_under_way(d))
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

void dispatch_settled(struct ev_loop *loop, ev_prepare *watcher, int events)
{
    (void)loop;
    (void)events;
    struct daemon *d = watcher->data;
    stopping_look_at_drains(d);
    reload_continue(d);
    dispatch_progress_settled(d);
    if (d->ending || has_ended(d))
        stopping_end(d);
}
