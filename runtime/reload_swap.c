/* The exchange of plans: everything that the daemon keeps by the index of a service gets the
 * indices of the new plan, and what belongs to nobody any more is let go. No callback of a service
 * is on the stack, and no action waits. */
#include "daemon_state.h"
#include "dispatch.h"
#include "dispatch_progress.h"
#include "mem.h"
#include "rundir.h"

extern char **environ;

/* By service, under the old plan. */
struct before {
    const struct plan *plan;
    struct run *runs;
    struct service_port *service_ports;
    struct strbuf *reasons;
    const char **names;
    uint16_t *ports;
};

static void let_go(struct daemon *d, const struct generation *next)
{
    if (d->proxy)
        proxy_dismiss(d->proxy, &next->plan, next->to);
    for (uint32_t i = 0; i < d->plan->service_count; i++) {
        if (next->to[i] == PLAN_NONE)
            dispatch_port_forget(d, i);
        /* What it probes with, and the line that it listens to, have the old index. */
        run_rest(&d->runs[i]);
    }
}

static void point_world(struct daemon *d, struct generation *next)
{
    uint32_t count = next->plan.service_count;
    d->plan = &next->plan;
    d->ports = mem_alloc_array(count, sizeof *d->ports);
    d->names = mem_alloc_array(count, sizeof *d->names);
    for (uint32_t i = 0; i < count; i++) {
        d->ports[i] = next->ports[i];
        d->names[i] = plan_service_name(d->plan, i);
    }
    d->world.plan = d->plan;
    d->world.ports = d->ports;
    d->world.lookups = next->lookups;
    d->world.inherited = environ;
    d->log.level = (enum log_level)next->plan.settings->log_level;
}

static void move_service(struct daemon *d, struct before *old, uint32_t service, uint32_t from)
{
    struct service_port *port = &d->service_ports[service], *old_port = &old->service_ports[from];
    run_move(&d->runs[service], &old->runs[from], service);
    d->reasons[service] = old->reasons[from];
    old->reasons[from] = (struct strbuf){0};
    *port = *old_port;
    port->daemon = d;
    port->service = service;
    port_wait_move(&port->wait, &old_port->wait, port);
}

static void move_services(struct daemon *d, struct before *old, const struct generation *next)
{
    uint32_t count = d->plan->service_count;
    d->runs = mem_alloc_array(count, sizeof *d->runs);
    d->service_ports = mem_alloc_array(count, sizeof *d->service_ports);
    d->reasons = mem_alloc_array(count, sizeof *d->reasons);
    for (uint32_t i = 0; i < count; i++) {
        if (next->from[i] == PLAN_NONE)
            run_init(&d->runs[i], &d->run_shared, i);
        else
            move_service(d, old, i, next->from[i]);
    }
    d->narrator.plan = d->plan;
    d->narrator.runs = d->runs;
    d->narrator.ports = d->ports;
    d->narrator.reasons = d->reasons;
}

static void move_logs(struct daemon *d, const struct generation *next)
{
    uint32_t count = d->plan->service_count;
    logs_renumber(&d->logs, next->from, count, d->names);
    logs_renumber(&d->access, next->from, count, d->names);
    log_terminal_rename(&d->terminal, d->names, count);
    daemon_fit_window(d);
    log_files_set(&d->log_files, &d->world);
    daemon_choose_lines(d);
}

/* Processes are noted by the index of their service. */
static void note_processes(struct daemon *d)
{
    leftovers_begin_anew(&d->leftovers);
    for (uint32_t i = 0; i < d->plan->service_count; i++) {
        if (d->runs[i].pid)
            leftovers_note(&d->leftovers, i, d->runs[i].pid, d->runs[i].start_time);
    }
}

/* ---- What is wanted now ---- */

/* Whether the command line asked for it by name, if it asked for some only. */
static bool is_chosen(const struct daemon *d, uint32_t service)
{
    const struct daemon_options *o = d->options;
    if (!o->services)
        return true;
    for (uint32_t i = 0; i < o->service_count; i++) {
        if (!strcmp(plan_service_name(o->plan, o->services[i]), d->names[service]))
            return true;
    }
    return false;
}

static bool is_to_start(const struct daemon *d, const struct before *old,
                        const struct generation *next, uint32_t service)
{
    uint32_t from = next->from[service];
    enum update_verdict verdict =
        (enum update_verdict)next->verdicts[old->plan->service_count + service];
    if (from != PLAN_NONE && verdict != UPDATE_STOP && d->reload.left[from])
        return true;
    return verdict == UPDATE_START && is_chosen(d, service);
}

static void move_supervisor(struct daemon *d, const struct before *old,
                            const struct generation *next)
{
    struct supervisor before = d->supervisor;
    uint32_t count = d->plan->service_count;
    bool *start = mem_alloc_array(count, sizeof *start);
    for (uint32_t i = 0; i < count; i++)
        start[i] = is_to_start(d, old, next, i);
    supervisor_init(&d->supervisor, d->plan);
    supervisor_adopt(&d->supervisor, &before, next->from, start, daemon_now());
    supervisor_finish(&before);
    free(start);
}

/* ---- Watching and probing go on ---- */

static void move_watches(struct daemon *d, const struct plan *old, const struct generation *next)
{
    struct watcher *before = d->watcher;
    d->watcher = mem_alloc(sizeof *d->watcher);
    watcher_init(d->watcher, d->loop, d->plan, d->options->root, &dispatch_for_watcher, d);
    for (uint32_t i = 0; i < d->plan->service_count; i++) {
        uint32_t from = next->from[i], watch = d->plan->services[i].watch;
        dispatch_watch(d, i);
        if (from != PLAN_NONE && watch != PLAN_NONE && old->services[from].watch != PLAN_NONE)
            watcher_adopt(d->watcher, watch, before, old->services[from].watch);
    }
    watcher_finish(before);
    free(before);
}

static void go_on_probing(struct daemon *d, uint32_t service)
{
    enum service_state state = d->supervisor.services[service].state;
    struct run *run = &d->runs[service];
    bool well = state == SERVICE_RUNNING;
    if (state == SERVICE_STARTING && run->pid)
        run_probe(run);
    else if (well || state == SERVICE_UNHEALTHY)
        run_probe_resume(run, !well);
}

/* Whoever is not probed any more is ready by being there. */
static bool is_ready_unasked(const struct daemon *d, uint32_t service)
{
    enum service_state state = d->supervisor.services[service].state;
    bool waits = state == SERVICE_STARTING && d->runs[service].pid;
    return d->plan->services[service].probe == PLAN_NONE && (waits || state == SERVICE_UNHEALTHY);
}

static void go_on(struct daemon *d)
{
    uint32_t count = d->plan->service_count;
    for (uint32_t i = 0; i < count; i++)
        go_on_probing(d, i);
    dispatch_input(d, SUPERVISOR_TICK, 0);
    for (uint32_t i = 0; i < count; i++) {
        if (is_ready_unasked(d, i))
            dispatch_input(d, SUPERVISOR_READY, i);
    }
    for (uint32_t i = 0; i < count && d->proxy; i++)
        proxy_service_changed(d->proxy, i);
}

static void finish_before(struct before *old)
{
    for (uint32_t i = 0; i < old->plan->service_count; i++) {
        run_finish(&old->runs[i]);
        strbuf_finish(&old->reasons[i]);
    }
    free(old->runs);
    free(old->service_ports);
    free(old->reasons);
    free(old->names);
    free(old->ports);
}

void reload_swap(struct daemon *d, struct generation *next)
{
    struct before old = {.plan = d->plan,
                         .runs = d->runs,
                         .service_ports = d->service_ports,
                         .reasons = d->reasons,
                         .names = d->names,
                         .ports = d->ports};
    let_go(d, next);
    point_world(d, next);
    move_logs(d, next);
    move_services(d, &old, next);
    move_supervisor(d, &old, next);
    timeline_renumber(&d->timeline, next->from, d->plan->service_count);
    dispatch_progress_anew(d);
    move_watches(d, old.plan, next);
    note_processes(d);
    rundir_publish(d->options->rundir, d->plan->hash);
    if (d->proxy && !proxy_adopt(d->proxy, d->plan, next->to))
        mem_die();
    struct why_source source = daemon_why(d);
    events_reload(&d->events, &source);
    go_on(d);
    finish_before(&old);
}
