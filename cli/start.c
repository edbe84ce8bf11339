#include "start.h"

#include "clock_text.h"
#include "daemon.h"
#include "dump.h"
#include "goal.h"
#include "io.h"
#include "leftovers.h"
#include "load.h"
#include "lookups.h"
#include "report.h"
#include "rundir.h"
#include "service_view.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

#define LOG_SHOWN_MAX (64u << 10) /* bytes of a failed daemon's own words */

/* The services that are named, as indices. */
static int choose_services(const struct start *start, uint32_t *out_services)
{
    int code = CLI_DONE;
    for (size_t i = 0; !code && i < start->name_count; i++)
        code = load_service(start->plan, start->names[i], &out_services[i]);
    return code;
}

/* " (pid 12, for 2h05m, since 12:03:04)" */
static void add_holder(const struct rundir_info *info, struct strbuf *out)
{
    struct timespec boot, wall;
    clock_gettime(CLOCK_BOOTTIME, &boot);
    clock_gettime(CLOCK_REALTIME, &wall);
    int64_t ticks = sysconf(_SC_CLK_TCK);
    int64_t age = (int64_t)boot.tv_sec - (int64_t)info->start_time / ticks;
    strbuf_addf(out, " (pid %d", (int)info->pid);
    if (age >= 0) {
        strbuf_adds(out, ", for ");
        service_view_uptime(age, out);
        strbuf_adds(out, ", since ");
        clock_text_short(out, ((int64_t)wall.tv_sec - age) * 1000);
    }
    strbuf_addc(out, ')');
}

static int report_taken(const struct start *start, const struct rundir *dir)
{
    struct rundir_info info;
    struct strbuf holder = {0};
    if (rundir_read_info(dir, &info) == 0)
        add_holder(&info, &holder);
    report_error("%s is running already%s", dir->project, strbuf_text(&holder));
    report_hint("\"a3s status\" shows its services, \"a3s top\" stays with them%s",
                start->source ? ";" : "");
    if (start->source)
        report_hint("\"a3s reload\" takes over a changed A3sfile, \"a3s down\" stops everything");
    else
        report_hint("\"a3s down\" stops everything");
    if (start->name_count)
        report_hint("\"a3s restart %s\" starts it there", start->names[0]);
    strbuf_finish(&holder);
    return CLI_TAKEN;
}

static int open_and_lock(const struct start *start, struct rundir *dir)
{
    int error = rundir_open(dir, start->project, true);
    if (error == -EPERM) {
        report_error("%s is not a folder that only you can enter: refused", dir->path);
        report_hint("remove it, or set XDG_RUNTIME_DIR to a folder of your own");
        return CLI_FAILED;
    }
    if (!error)
        error = rundir_lock(dir);
    if (error == -EWOULDBLOCK)
        return report_taken(start, dir);
    if (error) {
        report_error("cannot use the run directory of %s: %s", start->project, strerror(-error));
        return CLI_FAILED;
    }
    return CLI_DONE;
}

int start_sweep(const struct rundir *dir)
{
    struct strbuf names = {0};
    int count = leftovers_sweep(dir, &names);
    if (count > 0)
        report_note("ended what an a3s that was killed had left: %s", strbuf_text(&names));
    else if (count < 0)
        report_note("cannot look for what an earlier a3s may have left: %s", strerror(-count));
    strbuf_finish(&names);
    return count;
}

/* In the child: a session of its own, and nothing of the terminal. */
static void leave_terminal(int log)
{
    setsid();
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (null >= 0)
        dup2(null, STDIN_FILENO);
    dup2(log, STDOUT_FILENO);
    dup2(log, STDERR_FILENO);
    io_close(&null);
    io_close(&log);
}

/* What a daemon that has ended said, from its log. */
static void show_log(int log)
{
    char *text;
    size_t size;
    if (lseek(log, 0, SEEK_SET) != 0 || io_read_fd(log, LOG_SHOWN_MAX, &text, &size) != 0)
        return;
    fwrite(text, 1, size, stderr);
    fflush(stderr);
    free(text);
}

static int exit_code_of(pid_t child)
{
    int status;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return CLI_FAILED;
    if (WIFSIGNALED(status))
        return 128 + WTERMSIG(status);
    return WEXITSTATUS(status) ? WEXITSTATUS(status) : CLI_DONE;
}

/* Waits for the daemon's first word. */
static int await_daemon(const struct start *start, const struct rundir *dir, pid_t child, int ready,
                        int log)
{
    char word;
    ssize_t n;
    do
        n = read(ready, &word, 1);
    while (n < 0 && errno == EINTR);
    if (n == 1)
        report_note("%s runs in the background (pid %d)", start->project, (int)child);
    int code = n != 1 ? CLI_NOT_RUNNING : start->wait ? goal_await(start, dir) : CLI_DONE;
    if (code != CLI_NOT_RUNNING)
        return code;
    show_log(log);
    return exit_code_of(child);
}

static int start_detached(const struct start *start, struct rundir *dir,
                          struct daemon_options *options)
{
    int log, ready[2];
    int error = rundir_open_log(dir, true, &log);
    if (!error && (error = io_pipe(ready, false)) != 0)
        io_close(&log);
    if (error) {
        report_error("cannot go to the background: %s", strerror(-error));
        return CLI_FAILED;
    }
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        io_close(&ready[0]);
        leave_terminal(log);
        options->foreground = false;
        options->ready_fd = ready[1];
        int code = daemon_run(options);
        rundir_close(dir);
        fflush(NULL);
        _exit(code);
    }
    io_close(&ready[1]);
    int code = CLI_FAILED;
    if (child < 0)
        report_error("cannot go to the background: %s", strerror(errno));
    else
        code = await_daemon(start, dir, child, ready[0], log);
    io_close(&ready[0]);
    io_close(&log);
    rundir_abandon(dir);
    return code;
}

/* NULL: a variable is missing, and that has been said. */
static const char *const *look_up(const struct start *start)
{
    struct strbuf errors = {0};
    const char *const *lookups = lookups_resolve(start->arena, start->plan, environ, &errors);
    fwrite(strbuf_text(&errors), 1, errors.len, stderr);
    strbuf_finish(&errors);
    return lookups;
}

static int start_locked(const struct start *start, struct rundir *dir, const uint32_t *services)
{
    char root[PATH_MAX];
    struct daemon_options options = {
        .plan = start->plan,
        .lookups = look_up(start),
        .root = root,
        .project = start->project,
        .rundir = dir,
        .source = start->source,
        .show_plan = plan_dump_json,
        .services = start->name_count ? services : NULL,
        .service_count = (uint32_t)start->name_count,
        .with_deps = start->with_deps,
        .color = report_color(STDOUT_FILENO),
        .only_errors = start->only_errors,
        .json = start->json,
        .foreground = true,
        .ready_fd = -1,
    };
    if (!options.lookups)
        return CLI_INVALID;
    if (!realpath(start->root, root)) {
        report_error("cannot use the folder %s: %s", start->root, strerror(errno));
        return CLI_FAILED;
    }
    if (start->detach)
        return start_detached(start, dir, &options);
    return daemon_run(&options);
}

int start_plan(const struct start *start)
{
    struct rundir dir = {0};
    uint32_t *services = arena_new(start->arena, uint32_t, start->name_count);
    int code = choose_services(start, services);
    if (!code)
        code = open_and_lock(start, &dir);
    if (!code)
        start_sweep(&dir);
    if (!code)
        code = start_locked(start, &dir, services);
    rundir_close(&dir);
    return code;
}
