#include "run.h"

#include "io.h"

#include <signal.h>

/* s between looks at a group whose leader has gone. Most ends are seen at once, by SIGCHLD; this is
 * for those whose parent is outside the group. */
#define LINGER_PERIOD 0.05

static void on_edge(void *ctx, enum health_edge edge, const char *reason)
{
    struct run *run = ctx;
    run->ops->on_health(run->ctx, run->service, edge, reason);
}

static void on_linger(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)events;
    struct run *run = timer->data;
    if (ev_now(loop) >= run->linger_until)
        process_signal_group(run->pid, SIGKILL);
    run_check(run);
}

static const struct plan_probe *planned_probe(const struct run *run)
{
    uint32_t probe = run->plan->services[run->service].probe;
    return probe == PLAN_NONE ? NULL : &run->plan->probes[probe];
}

void run_init(struct run *run, struct ev_loop *loop, struct logs *logs, const struct plan *plan,
              uint32_t service, const struct run_ops *ops, void *ctx)
{
    *run = (struct run){
        .loop = loop, .logs = logs, .plan = plan, .ops = ops, .ctx = ctx, .service = service};
    ev_timer_init(&run->linger, on_linger, 0., LINGER_PERIOD);
    run->linger.data = run;
    if (planned_probe(run))
        probe_init(&run->probe, loop, planned_probe(run), on_edge, run);
}

void run_finish(struct run *run)
{
    if (!run->loop)
        return;
    ev_timer_stop(run->loop, &run->linger);
    if (planned_probe(run))
        probe_finish(&run->probe);
    *run = (struct run){0};
}

int run_start(struct run *run, const struct launch *launch, const struct proc_inherited *inherited,
              struct proc_failure *out_failure)
{
    int fds[LOG_STREAM_COUNT];
    int error = logs_open(run->logs, run->service, fds);
    if (error) {
        *out_failure = (struct proc_failure){PROC_STAGE_PREPARE, -error};
        return error;
    }
    struct proc_spec spec = {.argv = launch->argv,
                             .dir = launch->dir,
                             .env = launch->env,
                             .out_fd = fds[LOG_STDOUT],
                             .err_fd = fds[LOG_STDERR],
                             .inherited = inherited};
    pid_t pid = 0;
    error = process_spawn(&spec, &pid, out_failure);
    io_close(&fds[LOG_STDOUT]);
    io_close(&fds[LOG_STDERR]);
    if (error) {
        logs_close(run->logs, run->service);
        return error;
    }
    run->pid = pid;
    run->leader_gone = false;
    return 0;
}

void run_probe(struct run *run, const struct launch_world *world)
{
    const struct plan_probe *probe = planned_probe(run);
    if (!probe)
        return;
    struct arena arena = {0};
    probe_start(&run->probe, launch_text(&arena, world, probe->path),
                launch_shown(&arena, world, probe->path),
                probe->port ? probe->port : world->ports[run->service]);
    arena_finish(&arena);
}

void run_probe_stop(struct run *run)
{
    if (planned_probe(run))
        probe_stop(&run->probe);
}

void run_signal(struct run *run, int signal)
{
    if (run->pid)
        process_signal_group(run->pid, signal);
}

bool run_leader_exited(struct run *run, pid_t pid, struct proc_exit how)
{
    if (!run->pid || run->pid != pid || run->leader_gone)
        return false;
    const struct plan_service *planned = &run->plan->services[run->service];
    run->leader_gone = run->has_exited = true;
    run->exit = how;
    run->linger_until = ev_now(run->loop) + planned->stop_timeout_ms / 1e3;
    process_signal_group(pid, process_plan_signal(planned->stop_signal));
    return true;
}

void run_check(struct run *run)
{
    if (!run->leader_gone)
        return;
    if (process_group_alive(run->pid)) {
        if (!ev_is_active(&run->linger))
            ev_timer_again(run->loop, &run->linger);
        return;
    }
    ev_timer_stop(run->loop, &run->linger);
    logs_close(run->logs, run->service);
    run->pid = 0;
    run->leader_gone = false;
    run->ops->on_gone(run->ctx, run->service, run->exit);
}
