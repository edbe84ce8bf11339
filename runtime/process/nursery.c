#include "nursery.h"

#include "guard_child.h"
#include "guard_wire.h"
#include "io.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#define BIRTH_FDS 3
/* Births under way: descriptors in flight count against the user's limit of open files. */
#define WINDOW 32
/* s that a nursery may take for a birth before it is given up (it may have been stopped). */
#define PATIENCE 5
/* Where the nursery has its end of the socket pair. */
#define NURSERY_FD 3

/* ---- In the nursery ---- */

static void on_child(int signal)
{
    (void)signal; /* it only interrupts a guard's ppoll */
}

/* Nothing of a terminal, and every signal blocked: a nursery and its guards end when a3s does. */
static void settle_signals(void)
{
    struct sigaction action = {.sa_handler = on_child};
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    process_reset_signals();
    sigaction(SIGCHLD, &action, NULL);
}

/* 0, 1, 2 on /dev/null, then the socket, nothing else: a guard must not hold a3s's lock, its output
 * or its ends of the other guards' channels. */
static bool settle_descriptors(int fd)
{
    int lifted = fcntl(fd, F_DUPFD, NURSERY_FD + 1);
    int null = open("/dev/null", O_RDWR);
    if (lifted < 0 || null < 0)
        return false;
    for (int i = 0; i < 3; i++) {
        if (dup2(null, i) < 0)
            return false;
    }
    if (dup2(lifted, NURSERY_FD) < 0)
        return false;
    process_close_from(NURSERY_FD + 1);
    return fcntl(NURSERY_FD, F_SETFD, FD_CLOEXEC) == 0;
}

static bool receive(struct birth *out)
{
    char byte;
    char control[CMSG_SPACE(BIRTH_FDS * sizeof(int))];
    struct iovec bytes = {&byte, 1};
    struct msghdr message = {.msg_iov = &bytes,
                             .msg_iovlen = 1,
                             .msg_control = control,
                             .msg_controllen = sizeof control};
    ssize_t n = recvmsg(NURSERY_FD, &message, MSG_CMSG_CLOEXEC);
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    if (n != 1 || !header || header->cmsg_len != CMSG_LEN(BIRTH_FDS * sizeof(int)))
        return false;
    int fds[BIRTH_FDS];
    memcpy(fds, CMSG_DATA(header), sizeof fds);
    *out = (struct birth){fds[0], fds[1], fds[2]};
    return true;
}

static void report_failure(int channel, int error)
{
    struct guard_report report = {
        .kind = GUARD_FAILED, .command = GUARD_MAIN, .detail = PROC_STAGE_FORK, .value = error};
    struct guard_report gone = {.kind = GUARD_GONE};
    send(channel, &report, sizeof report, MSG_NOSIGNAL);
    send(channel, &gone, sizeof gone, MSG_NOSIGNAL);
}

static void bear(struct birth *birth)
{
    /* Not fork(2): the guard is to be a child of a3s. */
    long pid = syscall(SYS_clone, (long)CLONE_PARENT | SIGCHLD, 0L, NULL, NULL, 0L);
    if (pid == 0) {
        close(NURSERY_FD);
        guard_child_run(birth);
    }
    if (pid < 0)
        report_failure(birth->channel, errno);
    io_close(&birth->channel);
    io_close(&birth->out);
    io_close(&birth->err);
}

static _Noreturn void run(int fd, const struct proc_inherited *inherited)
{
    setsid();
    prctl(PR_SET_NAME, "a3s-nursery");
    settle_signals();
    umask(inherited->umask);
    setrlimit(RLIMIT_NOFILE, &inherited->open_files);
    if (!settle_descriptors(fd) || chdir("/") < 0)
        _exit(1);
    struct birth birth;
    while (receive(&birth)) {
        bear(&birth);
        if (send(NURSERY_FD, "", 1, MSG_NOSIGNAL) < 0)
            break;
    }
    _exit(0);
}

/* ---- In a3s ---- */

int nursery_start(struct nursery *nursery, const struct proc_inherited *inherited)
{
    int fds[2];
    *nursery = (struct nursery){.inherited = *inherited}; /* for the next try, if this one fails */
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0)
        return -errno;
    struct timeval patience = {.tv_sec = PATIENCE};
    setsockopt(fds[0], SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(fds[0], SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    pid_t pid = fork();
    int error = errno;
    if (pid == 0)
        run(fds[1], inherited);
    close(fds[1]);
    if (pid < 0) {
        close(fds[0]);
        return -error;
    }
    nursery->pid = pid;
    nursery->fd = fds[0];
    return 0;
}

void nursery_stop(struct nursery *nursery)
{
    if (!nursery->pid)
        return;
    close(nursery->fd);
    kill(nursery->pid, SIGKILL); /* if it is stopped, it does not see that the socket has ended */
    process_await(nursery->pid);
    *nursery = (struct nursery){0};
}

bool nursery_exited(struct nursery *nursery, pid_t pid)
{
    if (!pid || nursery->pid != pid)
        return false;
    close(nursery->fd);
    nursery->pid = 0;
    return true;
}

bool nursery_knows(const struct nursery *nursery, pid_t pid)
{
    return nursery->pid && (pid == nursery->pid || getsid(pid) == nursery->pid);
}

/* Takes in the confirmations; waits for one if the window is full. */
static int confirm(struct nursery *nursery)
{
    char bytes[WINDOW];
    for (;;) {
        int flags = nursery->outstanding < WINDOW ? MSG_DONTWAIT : 0;
        ssize_t n = recv(nursery->fd, bytes, sizeof bytes, flags);
        if (n > 0)
            nursery->outstanding -= (uint32_t)n;
        else if (n == 0)
            return -EPIPE;
        else if (errno != EINTR)
            return errno == EAGAIN && flags ? 0 : -errno;
    }
}

static int ask(struct nursery *nursery, const struct birth *birth)
{
    int fds[BIRTH_FDS] = {birth->channel, birth->out, birth->err};
    char control[CMSG_SPACE(sizeof fds)] = {0};
    char byte = 0;
    struct iovec bytes = {&byte, 1};
    struct msghdr message = {.msg_iov = &bytes,
                             .msg_iovlen = 1,
                             .msg_control = control,
                             .msg_controllen = sizeof control};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof fds);
    memcpy(CMSG_DATA(header), fds, sizeof fds);
    ssize_t n;
    do
        n = sendmsg(nursery->fd, &message, MSG_NOSIGNAL);
    while (n < 0 && errno == EINTR);
    if (n != 1)
        return -errno;
    nursery->outstanding++;
    return 0;
}

/* One that has been killed, or that does not answer, and is replaced. */
static int replace(struct nursery *nursery)
{
    struct proc_inherited inherited = nursery->inherited;
    nursery_stop(nursery);
    return nursery_start(nursery, &inherited);
}

int nursery_bear(struct nursery *nursery, const struct birth *birth)
{
    int error = nursery->pid ? confirm(nursery) : -EPIPE;
    if (!error)
        error = ask(nursery, birth);
    if (!error)
        return 0;
    error = replace(nursery);
    return error ? error : ask(nursery, birth);
}
