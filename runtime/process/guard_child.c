#include "guard_child.h"

#include "clock.h"
#include "guard_wire.h"
#include "offspring.h"
#include "procfs.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* ms that a service has when a3s is gone; at most its own stop timeout. */
#define BEREAVED_MS 3000
/* ms between two rounds of killing: the first, and the longest. */
#define ROUND_FIRST_MS 2
#define ROUND_LAST_MS  500
#define NEVER          INT64_MAX

struct life {
    int channel, out, err;
    struct guard_launch launch;
    char *block; /* everything below lies in it */
    size_t block_size;
    const char *dir;
    const char **env;
    const char **argv[GUARD_COMMAND_COUNT]; /* NULL at the end; NULL: there is no such command */

    enum guard_command current;
    pid_t leader;    /* of the current command; 0: it has ended */
    bool begun;      /* something was executed */
    bool told;       /* it is to end: the stop signal was sent */
    bool killing;    /* round after round, until nobody is left */
    bool no_clean;   /* no post_stop */
    bool bereaved;   /* a3s is gone */
    int round_ms;    /* to the next round */
    int64_t dies_at; /* when what is left is killed; while killing, the next round */
};

/* ---- The launch ---- */

static bool receive_all(int fd, void *out, size_t size)
{
    for (size_t done = 0; done < size;) {
        ssize_t n = read(fd, (char *)out + done, size - done);
        if (n > 0)
            done += (size_t)n;
        else if (n == 0 || errno != EINTR)
            return false;
    }
    return true;
}

static const char *next_text(const char **at)
{
    const char *text = *at;
    *at = text + strlen(text) + 1;
    return text;
}

static const char **take_list(const char ***slots, const char **at, uint32_t count)
{
    const char **list = *slots;
    for (uint32_t i = 0; i < count; i++)
        list[i] = next_text(at);
    list[count] = NULL;
    *slots += count + 1;
    return list;
}

/* One mapping: the lists of pointers, then the texts that they point at. */
static bool receive_launch(struct life *life)
{
    struct guard_launch *launch = &life->launch;
    if (!receive_all(life->channel, launch, sizeof *launch))
        return false;
    size_t slots = launch->envc + 1;
    for (int i = 0; i < GUARD_COMMAND_COUNT; i++)
        slots += launch->argc[i] + 1;
    size_t lists = slots * sizeof(const char *);
    life->block_size = lists + launch->size;
    life->block =
        mmap(NULL, life->block_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (life->block == MAP_FAILED || !receive_all(life->channel, life->block + lists, launch->size))
        return false;
    const char **slot = (const char **)(void *)life->block;
    const char *at = life->block + lists;
    life->dir = next_text(&at);
    for (int i = 0; i < GUARD_COMMAND_COUNT; i++) {
        const char **argv = take_list(&slot, &at, launch->argc[i]);
        life->argv[i] = launch->argc[i] ? argv : NULL;
    }
    life->env = take_list(&slot, &at, launch->envc);
    return true;
}

/* What nothing is executed with any more costs no memory. */
static void release_launch(struct life *life)
{
    munmap(life->block, life->block_size);
    life->block = NULL;
    close(life->out);
    close(life->err);
}

/* ---- Reports ---- */

static void report(const struct life *life, struct guard_report report)
{
    send(life->channel, &report, sizeof report, MSG_NOSIGNAL);
}

static void report_started(const struct life *life)
{
    struct procfs_stat stat = {0};
    procfs_stat(life->leader, &stat);
    report(life, (struct guard_report){.kind = GUARD_STARTED,
                                       .command = life->current,
                                       .pid = life->leader,
                                       .start_time = stat.start_time});
}

static void report_failed(const struct life *life, const struct proc_failure *failure)
{
    report(life, (struct guard_report){.kind = GUARD_FAILED,
                                       .command = life->current,
                                       .detail = (int32_t)failure->stage,
                                       .value = failure->error});
}

/* ---- The life ---- */

static int64_t patience(const struct life *life)
{
    int64_t ms = life->launch.stop_timeout_ms;
    return life->bereaved && ms > BEREAVED_MS ? BEREAVED_MS : ms;
}

static void limit_time(struct life *life)
{
    int64_t until = clock_ms() + patience(life);
    if (life->dies_at > until)
        life->dies_at = until;
}

static void stop(struct life *life, int signal)
{
    life->told = true;
    offspring_signal(signal);
}

static void kill_round(struct life *life)
{
    if (!life->killing) {
        life->killing = true;
        life->round_ms = ROUND_FIRST_MS;
        offspring_signal(SIGSTOP);
    }
    offspring_signal(SIGKILL);
    life->dies_at = clock_ms() + life->round_ms;
    life->round_ms = life->round_ms < ROUND_LAST_MS / 2 ? life->round_ms * 2 : ROUND_LAST_MS;
}

/* Whether the command runs now. */
static bool execute(struct life *life, enum guard_command command)
{
    struct proc_spec spec = {.argv = life->argv[command],
                             .dir = life->dir,
                             .env = life->env,
                             .out_fd = life->out,
                             .err_fd = life->err,
                             .tty = life->launch.tty,
                             .no_ignored = true};
    struct proc_failure failure;
    life->current = command;
    if (process_spawn(&spec, &life->leader, &failure)) {
        life->leader = 0;
        report_failed(life, &failure);
        return false;
    }
    life->begun = true;
    report_started(life);
    return true;
}

static void run_main(struct life *life)
{
    bool runs = execute(life, GUARD_MAIN);
    if (runs && !life->argv[GUARD_POST_STOP])
        release_launch(life);
    if (!runs) {
        stop(life, life->launch.stop_signal); /* what pre_start has left */
        limit_time(life);
    }
}

static void begin(struct life *life)
{
    if (!life->argv[GUARD_PRE_START])
        run_main(life);
    else if (!execute(life, GUARD_PRE_START))
        life->told = true;
}

/* The leader is a zombie that pins its number and its group's: what is left of the group is
 * signalled now for the last time by that number. */
static void leader_ended(struct life *life, const siginfo_t *info)
{
    bool signaled = info->si_code != CLD_EXITED;
    bool well = !signaled && info->si_status == 0;
    report(life, (struct guard_report){.kind = GUARD_ENDED,
                                       .command = life->current,
                                       .detail = signaled,
                                       .value = info->si_status});
    life->leader = 0;
    if (life->current == GUARD_PRE_START && well && !life->told) {
        run_main(life);
    } else if (life->current == GUARD_POST_STOP) {
        kill_round(life);
    } else if (!life->told) {
        stop(life, life->launch.stop_signal);
        limit_time(life);
    }
}

/* Reaps whoever has ended. False when there is no child any more. */
static bool reap(struct life *life)
{
    for (;;) {
        siginfo_t info = {0};
        if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) < 0) {
            if (errno == EINTR)
                continue;
            return false;
        }
        if (info.si_pid == 0)
            return true;
        if (info.si_pid == life->leader)
            leader_ended(life, &info);
        waitpid(info.si_pid, NULL, 0);
    }
}

/* When nobody is left: post_stop, once. */
static bool clean_up(struct life *life)
{
    if (!life->begun || life->no_clean || !life->argv[GUARD_POST_STOP] ||
        life->current == GUARD_POST_STOP)
        return false;
    life->killing = false;
    life->dies_at = NEVER;
    if (!execute(life, GUARD_POST_STOP))
        return false;
    limit_time(life);
    return true;
}

static void abort_life(struct life *life)
{
    life->no_clean = life->told = true;
    kill_round(life);
}

static void obey(struct life *life, const struct guard_order *order)
{
    bool cleaning = life->current == GUARD_POST_STOP;
    switch (order->kind) {
    case GUARD_ORDER_STOP:
        if (!cleaning && !life->told) /* some take a second signal for impatience */
            stop(life, order->signal);
        break;
    case GUARD_ORDER_SIGNAL: offspring_signal(order->signal); break;
    case GUARD_ORDER_KILL:
        life->told = true;
        if (!cleaning)
            kill_round(life);
        break;
    case GUARD_ORDER_ABORT: abort_life(life); break;
    default: break;
    }
}

static void become_bereaved(struct life *life)
{
    life->bereaved = true;
    if (!life->told && life->current != GUARD_POST_STOP)
        stop(life, life->launch.stop_signal);
    if (!life->killing)
        limit_time(life);
}

static void read_orders(struct life *life)
{
    struct guard_order order;
    ssize_t n = recv(life->channel, &order, sizeof order, MSG_DONTWAIT);
    if (n == (ssize_t)sizeof order)
        obey(life, &order);
    else if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
        become_bereaved(life);
}

static void pass_deadline(struct life *life)
{
    if (life->current == GUARD_POST_STOP && !life->killing)
        report(life, (struct guard_report){.kind = GUARD_LATE, .command = life->current});
    kill_round(life);
}

/* Waits for a child's end, an order or the deadline. */
static void wait_for_news(struct life *life)
{
    struct pollfd poll = {.fd = life->bereaved ? -1 : life->channel, .events = POLLIN};
    int64_t left = life->dies_at == NEVER ? 0 : life->dies_at - clock_ms();
    struct timespec timeout = {.tv_sec = left / 1000, .tv_nsec = left % 1000 * 1000000};
    if (left < 0)
        timeout = (struct timespec){0};
    sigset_t mask;
    sigfillset(&mask);
    sigdelset(&mask, SIGCHLD);
    int n = ppoll(&poll, 1, life->dies_at == NEVER ? NULL : &timeout, &mask);
    if (n > 0)
        read_orders(life);
    if (life->dies_at != NEVER && clock_ms() >= life->dies_at)
        pass_deadline(life);
}

_Noreturn void guard_child_run(const struct birth *birth)
{
    struct life life = {
        .channel = birth->channel, .out = birth->out, .err = birth->err, .dies_at = NEVER};
    prctl(PR_SET_CHILD_SUBREAPER, 1L, 0L, 0L, 0L);
    prctl(PR_SET_NAME, "a3s-guard");
    report(&life, (struct guard_report){.kind = GUARD_BORN, .pid = getpid()});
    if (!receive_launch(&life))
        _exit(1);
    begin(&life);
    for (;;) {
        if (reap(&life))
            wait_for_news(&life);
        else if (!clean_up(&life))
            break;
    }
    report(&life, (struct guard_report){.kind = GUARD_GONE});
    _exit(0);
}
