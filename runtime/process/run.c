#include "run.h"

#include "clock.h"
#include "io.h"

#include <signal.h>
#include <sys/wait.h>

static const char *const command_names[] = {"pre_start", "cmd", "post_stop"};
_Static_assert(sizeof command_names / sizeof *command_names == GUARD_COMMAND_COUNT, "all");

static void on_edge(void *ctx, enum health_edge edge, const char *reason)
{
    struct run *run = ctx;
    run->shared->ops->on_health(run->shared->ctx, run->service, edge, reason);
}

static bool may_be_ready(void *ctx, bool second, struct strbuf *out_why)
{
    struct run *run = ctx;
    return run->shared->ops->may_be_ready(run->shared->ctx, run->service, second, out_why);
}

static void on_refused(void *ctx)
{
    struct run *run = ctx;
    run->shared->ops->on_refused(run->shared->ctx, run->service);
}

static void on_probe_lost(void *ctx)
{
    struct run *run = ctx;
    run->shared->ops->on_probe_lost(run->shared->ctx, run->service);
}

static const struct probe_ops probe_reports = {.on_edge = on_edge,
                                               .may_be_ready = may_be_ready,
                                               .on_refused = on_refused,
                                               .on_lost = on_probe_lost};

static const struct plan_service *planned_service(const struct run *run)
{
    return &run->shared->world->plan->services[run->service];
}

static const struct plan_probe *planned_probe(const struct run *run)
{
    uint32_t probe = planned_service(run)->probe;
    return probe == PLAN_NONE ? NULL : &run->shared->world->plan->probes[probe];
}

static void enter(struct run *run, enum run_phase phase)
{
    run->phase = phase;
    run->phase_since = clock_ms();
}

/* ---- What the guard reports ---- */

static void started(struct run *run, const struct guard_report *report)
{
    enter(run, report->command == GUARD_PRE_START   ? RUN_PRE_START
               : report->command == GUARD_POST_STOP ? RUN_POST_STOP
                                                    : RUN_MAIN);
    if (report->command == GUARD_MAIN) {
        run->pid = report->pid;
        run->start_time = report->start_time;
        run->ran = true;
        run->shared->ops->on_started(run->shared->ctx, run->service, report->start_time);
    }
    logs_hold(run->shared->logs, run->service, false);
}

static void trouble(struct run *run, struct strbuf *text)
{
    run->shared->ops->on_trouble(run->shared->ctx, run->service, strbuf_text(text));
    strbuf_finish(text);
}

static void failed(struct run *run, const struct guard_report *report)
{
    struct proc_failure failure = {(enum proc_stage)report->detail, report->value};
    if (report->command != GUARD_POST_STOP) {
        run->failed = true;
        run->failed_command = (enum guard_command)report->command;
        run->failure = failure;
        return;
    }
    struct strbuf text = {0};
    strbuf_addf(&text, "post_stop: cannot be run: %s", strerror(failure.error));
    trouble(run, &text);
}

static void ended(struct run *run, const struct guard_report *report)
{
    struct proc_exit how = {.signaled = report->detail, .code = report->value};
    bool well = !how.signaled && how.code == 0;
    if (report->command == GUARD_MAIN) {
        run->has_exited = true;
        run->exit = how;
    } else if (report->command == GUARD_PRE_START) {
        run->unprepared = !well;
        run->pre_exit = how;
    } else if (!well) {
        struct strbuf text = {0};
        strbuf_adds(&text, "post_stop ");
        proc_exit_text(&text, how);
        trouble(run, &text);
    }
}

static void late(struct run *run)
{
    struct strbuf text = {0};
    strbuf_addf(&text, "post_stop took longer than %.1f s",
                planned_service(run)->stop_timeout_ms / 1e3);
    trouble(run, &text);
}

static void gone(struct run *run)
{
    bool success = run->ran && !run->exit.signaled && run->exit.code == 0;
    logs_close(run->shared->logs, run->service);
    run->ended = logs_runs(run->shared->logs, run->service)->count;
    run->phase = RUN_NONE;
    run->pid = 0;
    run->lost = false;
    if (run->failed)
        run->shared->ops->on_failed(run->shared->ctx, run->service, run->failed_command,
                                    &run->failure);
    else
        run->shared->ops->on_gone(run->shared->ctx, run->service, success);
}

static void on_report(void *ctx, const struct guard_report *report)
{
    struct run *run = ctx;
    switch (report->kind) {
    case GUARD_STARTED: started(run, report); break;
    case GUARD_FAILED: failed(run, report); break;
    case GUARD_ENDED: ended(run, report); break;
    case GUARD_LATE: late(run); break;
    case GUARD_GONE: gone(run); break;
    case GUARD_LOST:
        run->lost = true;
        run->shared->ops->on_lost(run->shared->ctx, run->service);
        break;
    default: break;
    }
}

bool run_knows(const struct run *run, pid_t pid)
{
    return (run->guard.open && run->guard.pid == pid) || probe_knows(&run->probe, pid);
}

bool run_guard_exited(struct run *run, pid_t pid)
{
    if (!run->phase || run->guard.pid != pid)
        return false;
    run->guard_ended = true;
    return true;
}

/* One that was reaped before it was known by its number is no child any more. */
bool run_guard_is_gone(const struct run *run)
{
    siginfo_t info;
    int flags = WEXITED | WNOHANG | WNOWAIT;
    return run->guard_ended || waitid(P_PID, (id_t)run->guard.pid, &info, flags) < 0;
}

void run_end_lost(struct run *run)
{
    run->has_exited = true;
    run->exit = (struct proc_exit){.signaled = true, .code = SIGKILL};
    run->failed = false;
    gone(run);
}

void run_add_end(const struct run *run, struct strbuf *out)
{
    if (run->lost) {
        strbuf_adds(out, "killed with its guard");
    } else if (run->unprepared) {
        strbuf_addf(out, "%s ", command_names[GUARD_PRE_START]);
        proc_exit_text(out, run->pre_exit);
    } else if (run->ran) {
        proc_exit_text(out, run->exit);
    } else {
        strbuf_adds(out, "stopped before it ran");
    }
}

/* ---- Life ---- */

static void init_probe(struct run *run)
{
    const struct run_shared *shared = run->shared;
    struct probe_setup setup = {.loop = shared->loop,
                                .plan = shared->world->plan,
                                .config = planned_probe(run),
                                .service = run->service,
                                .world = shared->world,
                                .nursery = shared->nursery,
                                .logs = shared->logs};
    probe_init(&run->probe, &setup, &probe_reports, run);
}

uint16_t run_probe_port(const struct run *run)
{
    const struct plan_probe *probe = planned_probe(run);
    if (!probe || (probe->type != PLAN_PROBE_HTTP && probe->type != PLAN_PROBE_TCP))
        return 0;
    return probe->port ? probe->port : run->shared->world->ports[run->service];
}

static void prepare_probe(struct run *run)
{
    const struct plan_probe *probe = planned_probe(run);
    const struct launch_world *world = run->shared->world;
    struct arena arena = {0};
    if (probe)
        probe_prepare(&run->probe, launch_text(&arena, world, probe->path),
                      launch_shown(&arena, world, probe->path), run_probe_port(run));
    arena_finish(&arena);
}

void run_init(struct run *run, const struct run_shared *shared, uint32_t service)
{
    *run = (struct run){.shared = shared, .service = service};
    guard_init(&run->guard, shared->loop, on_report, run);
    if (planned_probe(run))
        init_probe(run);
}

void run_finish(struct run *run)
{
    if (!run->shared)
        return;
    guard_close(&run->guard);
    run_rest(run);
    *run = (struct run){0};
}

void run_rest(struct run *run)
{
    run->failures = probe_failures(&run->probe);
    probe_finish(&run->probe);
}

void run_move(struct run *run, struct run *from, uint32_t service)
{
    *run = *from;
    run->service = service;
    run->probe = (struct probe){0};
    guard_move(&run->guard, &from->guard, run);
    if (!planned_probe(run))
        return;
    init_probe(run);
    prepare_probe(run);
}

static int start_guard(struct run *run, const struct launch *launches[GUARD_COMMAND_COUNT],
                       const int *fds)
{
    const struct plan_service *planned = planned_service(run);
    struct guard_spec spec = {.env = launches[GUARD_MAIN]->env,
                              .dir = launches[GUARD_MAIN]->dir,
                              .out_fd = fds[LOG_STDOUT],
                              .err_fd = fds[LOG_STDERR],
                              .tty = planned->flags & PLAN_SERVICE_TTY,
                              .stop_signal = process_plan_signal(planned->stop_signal),
                              .stop_timeout_ms = planned->stop_timeout_ms};
    for (int i = 0; i < GUARD_COMMAND_COUNT; i++)
        spec.argv[i] = launches[i] ? launches[i]->argv : NULL;
    return guard_start(&run->guard, run->shared->nursery, &spec);
}

int run_start(struct run *run, const struct launch *launches[GUARD_COMMAND_COUNT])
{
    int fds[LOG_STREAM_COUNT];
    bool tty = planned_service(run)->flags & PLAN_SERVICE_TTY;
    int error = tty ? logs_open_terminal(run->shared->logs, run->service, fds)
                    : logs_open(run->shared->logs, run->service, fds);
    if (error)
        return error;
    /* Its first words come after what is said about its start. */
    logs_hold(run->shared->logs, run->service, true);
    prepare_probe(run);
    error = start_guard(run, launches, fds);
    io_close(&fds[LOG_STDOUT]);
    io_close(&fds[LOG_STDERR]);
    if (error) {
        logs_close(run->shared->logs, run->service);
        return error;
    }
    run->ran = run->failed = run->unprepared = run->lost = run->guard_ended = false;
    run->told = 0;
    enter(run, launches[GUARD_PRE_START] ? RUN_PRE_START : RUN_MAIN);
    return 0;
}

void run_probe(struct run *run)
{
    if (planned_probe(run))
        probe_start(&run->probe);
}

void run_probe_stop(struct run *run)
{
    if (planned_probe(run))
        probe_stop(&run->probe);
}

void run_probe_resume(struct run *run, bool unhealthy)
{
    if (planned_probe(run))
        probe_resume(&run->probe, unhealthy, run->failures);
}

void run_stop(struct run *run)
{
    run->told = process_plan_signal(planned_service(run)->stop_signal);
    guard_order(&run->guard, GUARD_ORDER_STOP, run->told);
}

void run_kill(struct run *run, bool at_once)
{
    run->told = SIGKILL;
    /* At its deadline, in case somebody has stopped the guard itself. */
    if (!at_once && run->guard.open && run->guard.pid && !run->guard_ended)
        kill(run->guard.pid, SIGCONT);
    guard_order(&run->guard, at_once ? GUARD_ORDER_ABORT : GUARD_ORDER_KILL, 0);
}

void run_signal(struct run *run, int signal)
{
    guard_order(&run->guard, GUARD_ORDER_SIGNAL, signal);
}
