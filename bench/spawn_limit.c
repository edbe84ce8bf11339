/* spawn_limit plain|guard N COMMAND [ARGUMENT..]: the least that a supervisor does for N children,
 * two pipes each. plain: posix_spawn. guard: a forked subreaper each, which vforks the child.
 * SIGTERM ends the children, then it. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static pid_t spawn_plain(char **command, int out, int err, const sigset_t *mask)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    pid_t pid = -1;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, out, 1);
    posix_spawn_file_actions_adddup2(&actions, err, 2);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, mask);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSID);
    errno = posix_spawn(&pid, command[0], &actions, &attributes, command, environ);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return pid;
}

/* Until the child has ended; SIGTERM is passed on. */
static void guard(char **command, int out, int err, const sigset_t *waited, const sigset_t *mask)
{
    prctl(PR_SET_CHILD_SUBREAPER, 1L, 0L, 0L, 0L);
    pid_t child = vfork();
    if (child == 0) {
        setsid();
        sigprocmask(SIG_SETMASK, mask, NULL);
        dup2(out, 1);
        dup2(err, 2);
        execv(command[0], command);
        _exit(127);
    }
    for (int signal; sigwait(waited, &signal) == 0;) {
        if (signal == SIGTERM)
            kill(-child, SIGTERM);
        while (waitpid(-1, NULL, WNOHANG) > 0) {
        }
        if (waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD)
            _exit(0);
    }
    _exit(1);
}

static bool start(bool guarded, char **command, const sigset_t *waited, const sigset_t *mask,
                  pid_t *out_pid)
{
    int out[2], err[2];
    if (pipe2(out, O_CLOEXEC) < 0 || pipe2(err, O_CLOEXEC) < 0)
        return false;
    *out_pid = guarded ? fork() : spawn_plain(command, out[1], err[1], mask);
    if (guarded && *out_pid == 0)
        guard(command, out[1], err[1], waited, mask);
    close(out[1]);
    close(err[1]);
    return *out_pid > 0;
}

int main(int argc, char **argv)
{
    long count = argc > 3 ? strtol(argv[2], NULL, 10) : 0;
    pid_t *pids = calloc((size_t)count + 1, sizeof *pids);
    struct rlimit limit;
    sigset_t waited, mask;
    int signal;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    sigemptyset(&waited);
    sigaddset(&waited, SIGTERM);
    sigaddset(&waited, SIGCHLD);
    sigprocmask(SIG_BLOCK, &waited, &mask);
    for (long i = 0; i < count; i++) {
        if (!start(strcmp(argv[1], "guard") == 0, argv + 3, &waited, &mask, &pids[i]))
            return 1;
    }
    while (sigwait(&waited, &signal) == 0 && signal != SIGTERM) {
    }
    for (long i = 0; i < count; i++)
        kill(pids[i], SIGTERM);
    while (waitpid(-1, NULL, 0) > 0) {
    }
    free(pids);
    return count ? 0 : 2;
}
