/* Processes: spawn and reap. The one seam to the system for everything that a3s starts.
 *
 * A child is the leader of a session and process group of its own, so its pid names the group. It
 * has stdin /dev/null, the given stdout and stderr and no other descriptor, default signal
 * dispositions, an empty mask, and dies with its parent. Nobody else in the program may wait for
 * children (no ev_child). Failures of the system are negative errno. Services are spawned by their
 * guards (guard.h), which uses this too: process_spawn allocates nothing.
 */
#ifndef RUNTIME_PROCESS_H
#define RUNTIME_PROCESS_H

#include "str.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

/* What the user's shell gave to a3s, remembered before a3s changes it for itself. */
struct proc_inherited {
    struct rlimit open_files;
    mode_t umask;
};

struct proc_spec {
    const char *const
        *argv;              /* NULL at the end; argv[0] without a slash is searched in env's PATH */
    const char *dir;        /* working folder; a relative argv[0] or PATH entry is relative to it */
    const char *const *env; /* the whole environment, NULL at the end */
    int out_fd, err_fd;     /* become 1 and 2; stay the caller's, who closes them afterwards */
    bool tty;               /* out_fd is a terminal: it becomes 0 too, and controls the session */
    bool no_ignored;        /* by the caller; and SIGCHLD alone may have a handler */
    const struct proc_inherited *inherited; /* given back to the child; NULL: as they are now */
};

/* X(STAGE, what could not be done: "cannot ...") */
#define PROC_STAGES(X)              \
    X(PREPARE, "prepare a process") \
    X(DIR, "enter its folder")      \
    X(SEARCH, "find the program")   \
    X(FORK, "start a process")      \
    X(SETUP, "set up the process")  \
    X(EXEC, "execute the program")

enum proc_stage {
#define X(stage, text) PROC_STAGE_##stage,
    PROC_STAGES(X)
#undef X
        PROC_STAGE_COUNT
};

struct proc_failure {
    enum proc_stage stage;
    int error; /* errno, positive */
};

/* How a process ended. */
struct proc_exit {
    bool signaled;
    int code; /* the exit code, or the number of the signal */
};

void process_remember(struct proc_inherited *out);

/* Starts a process. 0, or a negative errno with *out_failure saying where it went wrong; then no
 * child is left. Waits until the child has executed its program. */
int process_spawn(const struct proc_spec *spec, pid_t *out_pid, struct proc_failure *out_failure);
/* Trying again cannot help: no such program or folder, no permission, not executable. */
bool proc_failure_permanent(const struct proc_failure *failure);
/* Adds one sentence without a full stop: cannot execute the program "x": Permission denied. */
void proc_failure_text(struct strbuf *out, const struct proc_failure *failure,
                       const struct proc_spec *spec);

/* Every signal to its default. Makes system calls only, as does the next. */
void process_reset_signals(void);
/* Closes every descriptor from first on. */
void process_close_from(int first);

/* Reaps this child, and waits for its end if need be. */
void process_await(pid_t child);
/* Calls on_exit for each child that has ended, known to the caller or not, and then reaps it.
 * During the call the child is a zombie that pins its number: a signal to its group cannot hit a
 * stranger. Never blocks. */
void process_reap(void (*on_exit)(void *ctx, pid_t pid, struct proc_exit how), void *ctx);

/* Adds "exited with 3" or "killed by SIGKILL". */
void proc_exit_text(struct strbuf *out, struct proc_exit how);
/* The system's number for an enum plan_signal. */
int process_plan_signal(uint8_t plan_signal);

#endif
