#include "process.h"

#include "a3s/plan.h"
#include "io.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* What execvp(3) falls back to, with the place where people put their own programs. */
#define DEFAULT_PATH "/usr/local/bin:/usr/bin:/bin"
/* Where the child keeps the pipe that reports a failed exec. */
#define REPORT_FD 3

/* Everything the child needs, made before it exists: between fork and exec it may only make system
 * calls. */
struct child {
    const struct proc_spec *spec;
    const char *program; /* to execute, relative to the folder */
    int dir_fd, null_fd, report_fd;
    pid_t parent;
    sigset_t mask; /* the parent's, to return to */
};

static const char *const stage_texts[] = {
#define X(stage, text) [PROC_STAGE_##stage] = text,
    PROC_STAGES(X)
#undef X
};
_Static_assert(sizeof stage_texts / sizeof *stage_texts == PROC_STAGE_COUNT, "one text a stage");

void process_remember(struct proc_inherited *out)
{
    getrlimit(RLIMIT_NOFILE, &out->open_files);
    out->umask = umask(0);
    umask(out->umask);
}

static int fail(struct proc_failure *out, enum proc_stage stage, int error)
{
    *out = (struct proc_failure){.stage = stage, .error = error};
    return -error;
}

/* The child's own PATH, not ours: it is the environment that its author wrote. */
static const char *find_path_variable(const char *const *env)
{
    const char *path = NULL;
    for (; *env; env++)
        if (strncmp(*env, "PATH=", 5) == 0)
            path = *env + 5;
    return path ? path : DEFAULT_PATH;
}

/* 0 when the file can be executed, else an errno. */
static int try_program(int dir_fd, const char *path)
{
    struct stat info;
    if (fstatat(dir_fd, path, &info, 0) < 0)
        return errno;
    if (!S_ISREG(info.st_mode))
        return EACCES;
    return faccessat(dir_fd, path, X_OK, AT_EACCESS) < 0 ? errno : 0;
}

/* "ENTRY/NAME"; an empty entry is the folder itself. False if it is too long for any file. */
static bool join_path(char out[PATH_MAX], const char *entry, size_t length, const char *name)
{
    int n = length ? snprintf(out, PATH_MAX, "%.*s/%s", (int)length, entry, name)
                   : snprintf(out, PATH_MAX, "./%s", name);
    return n < PATH_MAX;
}

/* As execvp searches: the first that can be executed; EACCES if there was only one that cannot. */
static int search_program(const struct proc_spec *spec, int dir_fd, char out[PATH_MAX])
{
    const char *name = spec->argv[0];
    int error = ENOENT;
    if (strchr(name, '/'))
        return snprintf(out, PATH_MAX, "%s", name) < PATH_MAX ? 0 : ENAMETOOLONG;
    if (!name[0])
        return ENOENT;
    for (const char *entry = find_path_variable(spec->env); entry;) {
        const char *end = strchrnul(entry, ':');
        bool fits = join_path(out, entry, (size_t)(end - entry), name);
        int tried = fits ? try_program(dir_fd, out) : ENAMETOOLONG;
        if (tried == 0)
            return 0;
        if (tried == EACCES)
            error = EACCES;
        entry = *end ? end + 1 : NULL;
    }
    return error;
}

/* ---- In the child: system calls only, no memory, no locks. ---- */

static _Noreturn void child_fail(int report_fd, enum proc_stage stage, int error)
{
    struct proc_failure failure = {.stage = stage, .error = error};
    ssize_t written = write(report_fd, &failure, sizeof failure);
    (void)written;
    _exit(127);
}

/* Away from the numbers that are about to be taken. */
static int child_lift(int fd)
{
    return fd > REPORT_FD ? fd : fcntl(fd, F_DUPFD_CLOEXEC, REPORT_FD + 1);
}

void process_reset_signals(void)
{
    struct sigaction action = {.sa_handler = SIG_DFL};
    for (int signal = 1; signal < NSIG; signal++)
        sigaction(signal, &action, NULL); /* KILL, STOP and libc's own refuse: that is all right */
}

/* Pending signals go with the mask, so no handler of the parent may be left by then. */
static void child_set_signals(bool no_ignored)
{
    sigset_t none;
    struct sigaction action = {.sa_handler = SIG_DFL};
    if (no_ignored)
        sigaction(SIGCHLD, &action, NULL);
    else
        process_reset_signals();
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static bool child_set_descriptors(const struct child *child)
{
    int null = child_lift(child->null_fd);
    int out = child_lift(child->spec->out_fd);
    int err = child_lift(child->spec->err_fd);
    int report = child_lift(child->report_fd);
    if (null < 0 || out < 0 || err < 0 || report < 0)
        return false;
    if (dup2(child->spec->tty ? out : null, 0) < 0 || dup2(out, 1) < 0 || dup2(err, 2) < 0 ||
        dup3(report, REPORT_FD, O_CLOEXEC) < 0)
        return false;
    return !child->spec->tty || ioctl(0, TIOCSCTTY, 0) == 0;
}

void process_close_from(int first)
{
    if (close_range((unsigned)first, ~0u, 0) == 0)
        return;
    /* Before Linux 5.9. Ours are close-on-exec anyway; this is for what a3s itself inherited. */
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    for (rlim_t fd = (rlim_t)first; fd < limit.rlim_cur; fd++)
        close((int)fd);
}

static bool child_give_back(const struct proc_inherited *inherited)
{
    if (!inherited)
        return true;
    umask(inherited->umask);
    return setrlimit(RLIMIT_NOFILE, &inherited->open_files) == 0;
}

static _Noreturn void child_run(const struct child *child)
{
    /* The parent may have died before prctl. It is compared with the number from before the fork,
     * as a child whose parent is gone may belong to any subreaper, not only to process 1. */
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != child->parent)
        _exit(127);
    setsid();
    child_set_signals(child->spec->no_ignored);
    if (fchdir(child->dir_fd) < 0)
        child_fail(child->report_fd, PROC_STAGE_DIR, errno);
    if (!child_set_descriptors(child))
        child_fail(child->report_fd, PROC_STAGE_SETUP, errno);
    process_close_from(REPORT_FD + 1);
    if (!child_give_back(child->spec->inherited))
        child_fail(REPORT_FD, PROC_STAGE_SETUP, errno);
    execve(child->program, (char *const *)child->spec->argv, (char *const *)child->spec->env);
    child_fail(REPORT_FD, PROC_STAGE_EXEC, errno);
}

/* ---- In the parent. ---- */

/* vfork: the child borrows our memory until it executes, so the size of a3s costs nothing. No
 * signal is delivered to it while it does; a handler of ours would run in our memory. */
static pid_t fork_child(struct child *child)
{
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &child->mask);
    pid_t pid = vfork();
    if (pid == 0)
        child_run(child);
    int error = errno;
    sigprocmask(SIG_SETMASK, &child->mask, NULL);
    errno = error;
    return pid;
}

/* Nothing in the pipe: it was closed by exec. (Or the child was killed; then it ends like one.) */
static bool read_report(int fd, struct proc_failure *out)
{
    struct proc_failure failure;
    ssize_t size;
    do
        size = read(fd, &failure, sizeof failure);
    while (size < 0 && errno == EINTR);
    if (size != (ssize_t)sizeof failure)
        return false;
    *out = failure;
    return true;
}

static int run_child(struct child *child, pid_t *out_pid, struct proc_failure *out_failure)
{
    int report[2];
    int error = io_pipe(report, false);
    if (error < 0)
        return fail(out_failure, PROC_STAGE_PREPARE, -error);
    child->report_fd = report[1];
    child->parent = getpid();
    pid_t pid = fork_child(child);
    if (pid < 0) {
        error = fail(out_failure, PROC_STAGE_FORK, errno);
        close(report[0]);
        close(report[1]);
        return error;
    }
    close(report[1]);
    bool failed = read_report(report[0], out_failure);
    close(report[0]);
    if (failed) {
        process_await(pid);
        return -out_failure->error;
    }
    *out_pid = pid;
    return 0;
}

int process_spawn(const struct proc_spec *spec, pid_t *out_pid, struct proc_failure *out_failure)
{
    char program[PATH_MAX];
    struct child child = {.spec = spec, .program = program, .null_fd = -1};
    int result;
    child.dir_fd = open(spec->dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (child.dir_fd < 0)
        return fail(out_failure, PROC_STAGE_DIR, errno);
    int error = search_program(spec, child.dir_fd, program);
    if (error) {
        result = fail(out_failure, PROC_STAGE_SEARCH, error);
        goto done;
    }
    child.null_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (child.null_fd < 0) {
        result = fail(out_failure, PROC_STAGE_PREPARE, errno);
        goto done;
    }
    result = run_child(&child, out_pid, out_failure);
done:
    io_close(&child.null_fd);
    io_close(&child.dir_fd);
    return result;
}

bool proc_failure_permanent(const struct proc_failure *failure)
{
    switch (failure->error) {
    case ENOENT:
    case EACCES:
    case EPERM:
    case ENOEXEC:
    case ENOTDIR:
    case EISDIR:
    case ELOOP:
    case ENAMETOOLONG:
    case EINVAL:
    case ELIBBAD:
    case E2BIG: return true;
    default: return false;
    }
}

static const char *explain(const struct proc_failure *failure)
{
    if (failure->error == ENOENT && failure->stage == PROC_STAGE_SEARCH)
        return "there is no such program in its PATH";
    if (failure->error == ENOENT && failure->stage == PROC_STAGE_EXEC)
        return "there is no such file, or its interpreter is missing";
    if (failure->error == ENOEXEC)
        return "it is no program for this machine and has no #! line";
    return strerror(failure->error);
}

void proc_failure_text(struct strbuf *out, const struct proc_failure *failure,
                       const struct proc_spec *spec)
{
    strbuf_addf(out, "cannot %s", stage_texts[failure->stage]);
    if (failure->stage == PROC_STAGE_DIR)
        strbuf_addf(out, " \"%s\"", spec->dir);
    if (failure->stage == PROC_STAGE_SEARCH || failure->stage == PROC_STAGE_EXEC)
        strbuf_addf(out, " \"%s\"", spec->argv[0]);
    strbuf_addf(out, ": %s", explain(failure));
}

void process_await(pid_t child)
{
    while (waitpid(child, NULL, 0) < 0 && errno == EINTR) {
    }
}

void process_reap(void (*on_exit)(void *ctx, pid_t pid, struct proc_exit how), void *ctx)
{
    for (;;) {
        siginfo_t info = {0};
        int error = waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT);
        if (error < 0 && errno == EINTR)
            continue;
        if (error < 0 || info.si_pid == 0)
            return;
        struct proc_exit how = {.signaled = info.si_code != CLD_EXITED, .code = info.si_status};
        on_exit(ctx, info.si_pid, how);
        process_await(info.si_pid);
    }
}

void proc_exit_text(struct strbuf *out, struct proc_exit how)
{
    if (!how.signaled) {
        strbuf_addf(out, "exited with %d", how.code);
        return;
    }
    const char *name = sigabbrev_np(how.code);
    if (name)
        strbuf_addf(out, "killed by SIG%s", name);
    else
        strbuf_addf(out, "killed by signal %d", how.code);
}

int process_plan_signal(uint8_t plan_signal)
{
    static const int numbers[] = {
        [PLAN_SIGNAL_TERM] = SIGTERM, [PLAN_SIGNAL_INT] = SIGINT,   [PLAN_SIGNAL_QUIT] = SIGQUIT,
        [PLAN_SIGNAL_HUP] = SIGHUP,   [PLAN_SIGNAL_USR1] = SIGUSR1, [PLAN_SIGNAL_USR2] = SIGUSR2,
        [PLAN_SIGNAL_KILL] = SIGKILL,
    };
    _Static_assert(sizeof numbers / sizeof *numbers == PLAN_SIGNAL_COUNT, "one number a signal");
    return plan_signal < PLAN_SIGNAL_COUNT ? numbers[plan_signal] : SIGTERM;
}
