/* exec: a command ends with exit code 0.
 *
 * It runs with the service's folder and environment in the care of a guard of its own, which is
 * what kills it with everything that it has started when it takes too long, and when it leaves
 * something behind. The last line that it prints is part of the reason of a failure. */
#include "guard.h"
#include "io.h"
#include "launch.h"
#include "log_escape.h"
#include "log_split.h"
#include "mem.h"
#include "probe_kind.h"

#include <signal.h>
#include <unistd.h>

#define LAST_LINE_MAX 200u  /* bytes of the last line that are shown */
#define READ_BYTES    8192u /* at a time */
#define DRAIN_READS   8     /* that are still made when it has ended */

struct exec_try {
    struct probe_try base;
    struct guard guard;
    bool trying; /* an outcome is owed */
    bool again;  /* begin was called while the try before it was being ended */
    int out;     /* the read end of what it prints; valid while the guard is open */
    ev_io readable;
    struct log_split split;
    struct strbuf last; /* the last line that is not empty */
    bool failed;        /* it could not be executed: failure */
    struct proc_failure failure;
    bool ended; /* how */
    struct proc_exit how;
};

static struct exec_try *exec_of(const struct probe_try *base)
{
    return (struct exec_try *)base;
}

static struct probe_try *create(void)
{
    return mem_alloc(sizeof(struct exec_try));
}

static void subject(const struct probe_try *base, struct strbuf *out)
{
    const struct plan *plan = base->setup.plan;
    strbuf_adds(out, "probe \"");
    plan_text_show(plan, plan->commands[base->setup.config->command].line, out);
    strbuf_addc(out, '"');
}

/* ---- What it prints ---- */

static void on_batch(void *ctx, struct log_batch *batch)
{
    struct exec_try *exec = ctx;
    for (uint32_t i = batch->count; i-- > batch->continued;) {
        struct str text = batch->lines[i];
        if (!text.len)
            continue;
        strbuf_clear(&exec->last);
        strbuf_add(&exec->last, text.ptr, text.len < LAST_LINE_MAX ? text.len : LAST_LINE_MAX);
        return;
    }
}

/* Whether there may be more. */
static bool read_some(struct exec_try *exec)
{
    char bytes[READ_BYTES];
    ssize_t size = read(exec->out, bytes, sizeof bytes);
    if (size > 0)
        log_split_feed(&exec->split, bytes, (size_t)size, on_batch, exec);
    else if (size == 0)
        ev_io_stop(exec->base.setup.loop, &exec->readable);
    return size > 0;
}

static void on_readable(struct ev_loop *loop, ev_io *watcher, int events)
{
    (void)loop;
    (void)events;
    read_some(watcher->data);
}

static void close_output(struct exec_try *exec)
{
    ev_io_stop(exec->base.setup.loop, &exec->readable);
    close(exec->out);
    log_split_finish(&exec->split);
}

static void take_rest(struct exec_try *exec)
{
    for (int reads = 0; reads < DRAIN_READS && read_some(exec); reads++) {
    }
    log_split_end(&exec->split, on_batch, exec);
    close_output(exec);
}

/* ---- How it ends ---- */

static void tell(struct exec_try *exec, bool well, const char *text)
{
    exec->trying = false;
    exec->base.on_outcome(exec->base.ctx, &(struct probe_outcome){.well = well, .text = text});
}

static void add_end(const struct exec_try *exec, struct strbuf *out)
{
    const struct probe_setup *setup = &exec->base.setup;
    if (exec->failed)
        launch_add_failure(out, setup->world, setup->service, setup->config->command,
                           &exec->failure);
    else if (exec->ended)
        proc_exit_text(out, exec->how);
    else
        strbuf_adds(out, "killed with its guard");
    if (exec->last.len) {
        struct strbuf plain = {0};
        log_strip(&plain, strbuf_str(&exec->last));
        strbuf_adds(out, ": ");
        log_escape(out, strbuf_str(&plain));
        strbuf_finish(&plain);
    }
}

static void start(struct exec_try *exec);

static void on_gone(struct exec_try *exec)
{
    take_rest(exec);
    if (exec->again) {
        start(exec);
    } else if (exec->trying) {
        bool well = exec->ended && !exec->how.signaled && exec->how.code == 0;
        struct strbuf text = {0};
        add_end(exec, &text);
        tell(exec, well, strbuf_text(&text));
        strbuf_finish(&text);
    }
}

static void on_report(void *ctx, const struct guard_report *report)
{
    struct exec_try *exec = ctx;
    switch (report->kind) {
    case GUARD_FAILED:
        exec->failed = true;
        exec->failure = (struct proc_failure){(enum proc_stage)report->detail, report->value};
        break;
    case GUARD_ENDED:
        exec->ended = true;
        exec->how = (struct proc_exit){.signaled = report->detail, .code = report->value};
        break;
    case GUARD_LOST:
        exec->ended = false;
        exec->base.on_lost(exec->base.ctx);
        on_gone(exec);
        break;
    case GUARD_GONE: on_gone(exec); break;
    default: break;
    }
}

/* ---- Tries ---- */

static int start_guard(struct exec_try *exec, const struct launch *launch)
{
    int fds[2];
    int error = io_pipe(fds, true);
    if (error)
        return error;
    /* Who outlives the command has no time. */
    struct guard_spec spec = {.argv = {[GUARD_MAIN] = launch->argv},
                              .env = launch->env,
                              .dir = launch->dir,
                              .out_fd = fds[1],
                              .err_fd = fds[1],
                              .stop_signal = SIGKILL,
                              .stop_timeout_ms = 1};
    error = guard_start(&exec->guard, exec->base.setup.nursery, &spec);
    close(fds[1]);
    if (error) {
        close(fds[0]);
        return error;
    }
    exec->out = fds[0];
    ev_io_init(&exec->readable, on_readable, fds[0], EV_READ);
    exec->readable.data = exec;
    ev_io_start(exec->base.setup.loop, &exec->readable);
    return 0;
}

static void start(struct exec_try *exec)
{
    const struct probe_setup *setup = &exec->base.setup;
    struct arena arena = {0};
    struct launch launch;
    struct launch_failure failure;
    const char *wrong = NULL;
    exec->again = exec->failed = exec->ended = false;
    strbuf_clear(&exec->last);
    if (!launch_new(&arena, setup->world, setup->service, setup->config->command, &launch,
                    &failure)) {
        wrong = failure.reason;
    } else {
        int error = start_guard(exec, &launch);
        if (error)
            wrong = arena_printf(&arena, "cannot prepare a process: %s", strerror(-error));
    }
    if (wrong)
        tell(exec, false, wrong);
    arena_finish(&arena);
}

static void begin(struct probe_try *base)
{
    struct exec_try *exec = exec_of(base);
    if (!exec->guard.loop)
        guard_init(&exec->guard, base->setup.loop, on_report, exec);
    exec->trying = true;
    if (exec->guard.open)
        exec->again = true;
    else
        start(exec);
}

/* Its end is not waited for here, but the next try waits for it. */
static void cancel(struct probe_try *base)
{
    struct exec_try *exec = exec_of(base);
    exec->trying = exec->again = false;
    guard_order(&exec->guard, GUARD_ORDER_ABORT, 0);
}

static void destroy(struct probe_try *base)
{
    struct exec_try *exec = exec_of(base);
    if (exec->guard.open) {
        guard_close(&exec->guard);
        close_output(exec);
    }
    strbuf_finish(&exec->last);
    free(exec);
}

static bool knows(const struct probe_try *base, pid_t pid)
{
    const struct exec_try *exec = exec_of(base);
    return exec->guard.open && exec->guard.pid == pid;
}

const struct probe_kind probe_exec = {.late = "it did not end",
                                      .create = create,
                                      .destroy = destroy,
                                      .begin = begin,
                                      .cancel = cancel,
                                      .subject = subject,
                                      .knows = knows};
