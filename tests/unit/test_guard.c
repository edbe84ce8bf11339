#include "guard.h"

#include "io.h"
#include "loop.h"
#include "orphans.h"
#include "procfs.h"
#include "suite.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define REPORTS_MAX 32

static const char *const plain_env[] = {"PATH=/usr/bin:/bin", "LANG=C", NULL};

/* A nursery, a guard, the pipe that the service writes to, and every report in order. */
struct world {
    struct ev_loop *loop;
    struct nursery nursery;
    struct guard guard;
    int out;
    struct guard_report reports[REPORTS_MAX];
    int count;
};

static void on_report(void *ctx, const struct guard_report *report)
{
    struct world *w = ctx;
    ck_assert_int_lt(w->count, REPORTS_MAX);
    w->reports[w->count++] = *report;
}

static void begin(struct world *w)
{
    struct proc_inherited inherited;
    *w = (struct world){.out = -1, .loop = ev_loop_new(EVBACKEND_EPOLL | EVFLAG_NOENV)};
    process_remember(&inherited);
    orphans_adopt();
    ck_assert_int_eq(nursery_start(&w->nursery, &inherited), 0);
    guard_init(&w->guard, w->loop, on_report, w);
}

/* Nobody is left: neither the guard nor anything of its service. */
static void end(struct world *w)
{
    guard_close(&w->guard);
    io_close(&w->out);
    nursery_stop(&w->nursery);
    ev_loop_destroy(w->loop);
    while (waitpid(-1, NULL, 0) > 0) {
    }
    ck_assert_int_eq(errno, ECHILD);
}

static struct guard_spec script_spec(const char *argv[4], const char *script)
{
    argv[0] = "sh";
    argv[1] = "-c";
    argv[2] = script;
    argv[3] = NULL;
    return (struct guard_spec){.argv = {[GUARD_MAIN] = argv},
                               .env = plain_env,
                               .dir = "/",
                               .stop_signal = SIGTERM,
                               .stop_timeout_ms = 100};
}

static void start_spec(struct world *w, struct guard_spec spec)
{
    int fds[2];
    ck_assert_int_eq(io_pipe(fds, false), 0);
    spec.out_fd = spec.err_fd = fds[1];
    ck_assert_int_eq(guard_start(&w->guard, &w->nursery, &spec), 0);
    close(fds[1]);
    io_close(&w->out);
    w->out = fds[0];
}

static void start(struct world *w, const char *script, uint32_t timeout_ms)
{
    const char *argv[4];
    struct guard_spec spec = script_spec(argv, script);
    spec.stop_timeout_ms = timeout_ms;
    start_spec(w, spec);
}

/* Runs the loop until the report has come. */
static const struct guard_report *expect(struct world *w, enum guard_report_kind kind)
{
    for (;;) {
        for (int i = 0; i < w->count; i++) {
            if (w->reports[i].kind == kind)
                return &w->reports[i];
        }
        ck_assert_msg(!w->count || w->reports[w->count - 1].kind != GUARD_GONE, "no report %d",
                      kind);
        ev_run(w->loop, EVRUN_ONCE);
    }
}

static void read_line(struct world *w, const char *expected)
{
    char text[256];
    size_t length = 0;
    while (length < sizeof text - 1 && read(w->out, text + length, 1) == 1 && text[length] != '\n')
        length++;
    text[length] = '\0';
    ck_assert_str_eq(text, expected);
}

/* Until nobody holds the pipe any more. */
static void read_rest(struct world *w, const char *expected)
{
    char text[4096];
    size_t length = 0;
    ssize_t n;
    while ((n = read(w->out, text + length, sizeof text - 1 - length)) > 0)
        length += (size_t)n;
    text[length] = '\0';
    ck_assert_str_eq(text, expected);
}

static void check_reports(struct world *w, const enum guard_report_kind *kinds, int count)
{
    expect(w, GUARD_GONE);
    ck_assert_int_eq(w->count, count);
    for (int i = 0; i < count; i++)
        ck_assert_int_eq(w->reports[i].kind, kinds[i]);
}

#define CHECK_REPORTS(w, ...)                                                   \
    check_reports((w), (const enum guard_report_kind[]){__VA_ARGS__},           \
                  (int)(sizeof((const enum guard_report_kind[]){__VA_ARGS__}) / \
                        sizeof(enum guard_report_kind)))

START_TEST(a_life_is_told)
{
    struct world w;
    begin(&w);
    start(&w, "echo here; exit 3", 1000);
    CHECK_REPORTS(&w, GUARD_STARTED, GUARD_ENDED, GUARD_GONE);
    ck_assert_int_eq(w.reports[0].command, GUARD_MAIN);
    ck_assert_int_gt(w.reports[0].pid, 1);
    ck_assert_uint_gt(w.reports[0].start_time, 0);
    ck_assert_int_eq(w.reports[1].detail, 0);
    ck_assert_int_eq(w.reports[1].value, 3);
    ck_assert(!w.guard.open);
    read_rest(&w, "here\n");
    end(&w);
}
END_TEST

START_TEST(lives_follow_each_other)
{
    struct world w;
    begin(&w);
    for (int i = 0; i < 3; i++) {
        w.count = 0;
        start(&w, "kill -KILL $$", 1000);
        CHECK_REPORTS(&w, GUARD_STARTED, GUARD_ENDED, GUARD_GONE);
        ck_assert_int_eq(w.reports[1].detail, 1);
        ck_assert_int_eq(w.reports[1].value, SIGKILL);
    }
    end(&w);
}
END_TEST

START_TEST(what_cannot_be_executed)
{
    struct world w;
    const char *argv[] = {"no-such-program", NULL};
    begin(&w);
    start_spec(&w,
               (struct guard_spec){.argv = {[GUARD_MAIN] = argv}, .env = plain_env, .dir = "/"});
    CHECK_REPORTS(&w, GUARD_FAILED, GUARD_GONE);
    ck_assert_int_eq(w.reports[0].detail, PROC_STAGE_SEARCH);
    ck_assert_int_eq(w.reports[0].value, ENOENT);
    w.count = 0;
    argv[0] = "sh";
    start_spec(&w, (struct guard_spec){
                       .argv = {[GUARD_MAIN] = argv}, .env = plain_env, .dir = "/nowhere"});
    CHECK_REPORTS(&w, GUARD_FAILED, GUARD_GONE);
    ck_assert_int_eq(w.reports[0].detail, PROC_STAGE_DIR);
    end(&w);
}
END_TEST

/* Each says "ready" once, and ends up with processes that only the guard can find or end. */
static const char *const stubborn[] = {
    "trap '' TERM; echo ready; while :; do sleep 9; done",
    "trap 'exit 0' USR1; (trap '' TERM; echo ready; kill -USR1 $$; while :; do sleep 9; done) & "
    "while :; do wait; done",
    "(setsid sh -c 'trap \"\" TERM; echo ready; while :; do sleep 9; done' &); exec sleep 99",
    "setsid sh -c 'echo ready; sleep 99' & wait",
    "exec bash -c 'set -m; sleep 99 & echo ready; wait'",
    "trap '' TERM; (setsid sh -c 'trap \"\" TERM; sleep 99 & sleep 99 & echo ready; wait' &); "
    "sleep 99",
};
#define STUBBORN ((int)(sizeof stubborn / sizeof *stubborn))

START_TEST(nobody_is_left_after_a_stop)
{
    struct world w;
    begin(&w);
    start(&w, stubborn[_i], 60000);
    read_line(&w, "ready");
    guard_order(&w.guard, GUARD_ORDER_STOP, SIGTERM);
    guard_order(&w.guard, GUARD_ORDER_KILL, 0);
    expect(&w, GUARD_GONE);
    read_rest(&w, "");
    end(&w);
}
END_TEST

START_TEST(nobody_is_left_when_a3s_is_gone)
{
    struct world w;
    begin(&w);
    start(&w, stubborn[_i], 100);
    read_line(&w, "ready");
    guard_close(&w.guard);
    read_rest(&w, "");
    end(&w);
}
END_TEST

/* The services of these cases sleep for short times only: a signal that meets a child of the shell
 * before it executes its sleep is lost, and so is one of the shell just before it waits. */

START_TEST(what_outlives_its_leader_is_stopped_then_killed)
{
    struct world w;
    begin(&w);
    start(
        &w,
        "trap 'exit 0' USR1; "
        "(trap 'echo told' TERM; echo ready; kill -USR1 $$; while :; do sleep 0.1 & wait; done) & "
        "while :; do wait; done",
        200);
    expect(&w, GUARD_GONE);
    read_rest(&w, "ready\ntold\n");
    end(&w);
}
END_TEST

START_TEST(the_stop_signal_comes_once)
{
    /* To the leader, to its child in the group, and to a child in a session of its own. */
    struct world w;
    begin(&w);
    start(&w,
          "exec 2>/dev/null; w='while :; do sleep 0.1 & wait $!; done'; "
          "sh -c \"trap 'echo one' TERM; echo ready; $w\" & "
          "setsid sh -c \"trap 'echo one' TERM; echo ready; $w\" & "
          "trap 'echo one' TERM; echo ready; eval \"$w\"",
          60000);
    for (int i = 0; i < 3; i++)
        read_line(&w, "ready");
    guard_order(&w.guard, GUARD_ORDER_STOP, SIGTERM);
    for (int i = 0; i < 3; i++)
        read_line(&w, "one");
    guard_order(&w.guard, GUARD_ORDER_KILL, 0);
    expect(&w, GUARD_GONE);
    read_rest(&w, "");
    end(&w);
}
END_TEST

START_TEST(a_stopped_service_can_act_on_its_signal)
{
    struct world w;
    begin(&w);
    start(&w, "trap 'echo told; exit 0' TERM; echo ready; while :; do sleep 0.1 & wait; done",
          60000);
    read_line(&w, "ready");
    guard_order(&w.guard, GUARD_ORDER_SIGNAL, SIGSTOP);
    guard_order(&w.guard, GUARD_ORDER_STOP, SIGTERM);
    expect(&w, GUARD_GONE);
    read_rest(&w, "told\n");
    end(&w);
}
END_TEST

START_TEST(stopped_and_continued)
{
    struct world w;
    struct procfs_stat stat;
    begin(&w);
    start(&w, "echo ready; exec sleep 99", 60000);
    read_line(&w, "ready");
    pid_t pid = expect(&w, GUARD_STARTED)->pid;
    guard_order(&w.guard, GUARD_ORDER_SIGNAL, SIGSTOP);
    do
        ck_assert_int_eq(procfs_stat(pid, &stat), 0);
    while (stat.state != 'T' && poll(NULL, 0, 1) == 0);
    guard_order(&w.guard, GUARD_ORDER_SIGNAL, SIGCONT);
    do
        ck_assert_int_eq(procfs_stat(pid, &stat), 0);
    while (stat.state == 'T' && poll(NULL, 0, 1) == 0);
    guard_order(&w.guard, GUARD_ORDER_KILL, 0);
    expect(&w, GUARD_GONE);
    end(&w);
}
END_TEST

START_TEST(a_storm_of_forks_is_ended)
{
    struct world w;
    begin(&w);
    start(&w,
          "storm() { while :; do (trap '' TERM; sleep 0.01 & :) & sleep 0.002; done; }; "
          "trap '' TERM; storm & storm & echo ready; storm",
          100);
    read_line(&w, "ready");
    guard_order(&w.guard, GUARD_ORDER_KILL, 0);
    expect(&w, GUARD_GONE);
    read_rest(&w, "");
    end(&w);
}
END_TEST

static struct guard_spec three_commands(const char *argvs[GUARD_COMMAND_COUNT][4], const char *pre,
                                        const char *script, const char *post)
{
    const char *const scripts[] = {pre, script, post};
    struct guard_spec spec = {0};
    for (int i = 0; i < GUARD_COMMAND_COUNT; i++) {
        if (!scripts[i])
            continue;
        const char *const *argv = script_spec(argvs[i], scripts[i]).argv[GUARD_MAIN];
        spec.argv[i] = argv;
    }
    spec.env = plain_env;
    spec.dir = "/";
    spec.stop_signal = SIGTERM;
    spec.stop_timeout_ms = 200;
    return spec;
}

START_TEST(commands_before_and_after)
{
    struct world w;
    const char *argvs[GUARD_COMMAND_COUNT][4];
    begin(&w);
    start_spec(&w, three_commands(argvs, "echo pre", "echo main", "echo post; exit 4"));
    CHECK_REPORTS(&w, GUARD_STARTED, GUARD_ENDED, GUARD_STARTED, GUARD_ENDED, GUARD_STARTED,
                  GUARD_ENDED, GUARD_GONE);
    for (int i = 0; i < 6; i++)
        ck_assert_int_eq(w.reports[i].command, i / 2);
    ck_assert_int_eq(w.reports[5].value, 4);
    read_rest(&w, "pre\nmain\npost\n");
    end(&w);
}
END_TEST

START_TEST(a_failing_pre_start_is_the_end)
{
    struct world w;
    const char *argvs[GUARD_COMMAND_COUNT][4];
    begin(&w);
    start_spec(&w, three_commands(argvs, "exit 3", "echo main", "echo post"));
    CHECK_REPORTS(&w, GUARD_STARTED, GUARD_ENDED, GUARD_STARTED, GUARD_ENDED, GUARD_GONE);
    ck_assert_int_eq(w.reports[1].value, 3);
    ck_assert_int_eq(w.reports[2].command, GUARD_POST_STOP);
    read_rest(&w, "post\n");
    end(&w);
}
END_TEST

START_TEST(stopped_during_pre_start)
{
    struct world w;
    const char *argvs[GUARD_COMMAND_COUNT][4];
    begin(&w);
    start_spec(&w, three_commands(
                       argvs, "trap 'exit 0' TERM; echo pre; while :; do sleep 0.1 & wait; done",
                       "echo main", NULL));
    read_line(&w, "pre");
    guard_order(&w.guard, GUARD_ORDER_STOP, SIGTERM);
    expect(&w, GUARD_ENDED);
    guard_order(&w.guard, GUARD_ORDER_KILL, 0); /* a sleep that was forked behind the signal */
    CHECK_REPORTS(&w, GUARD_STARTED, GUARD_ENDED, GUARD_GONE);
    read_rest(&w, "");
    end(&w);
}
END_TEST

START_TEST(post_stop_is_bounded)
{
    struct world w;
    const char *argvs[GUARD_COMMAND_COUNT][4];
    begin(&w);
    start_spec(&w, three_commands(argvs, NULL, "exit 0", "trap '' TERM; sleep 99"));
    expect(&w, GUARD_LATE);
    expect(&w, GUARD_GONE);
    read_rest(&w, "");
    end(&w);
}
END_TEST

START_TEST(post_stop_survives_the_kill_of_its_service_but_no_abort)
{
    struct world w;
    const char *argvs[GUARD_COMMAND_COUNT][4];
    begin(&w);
    struct guard_spec spec = three_commands(argvs, NULL, "echo main; exec sleep 99",
                                            "echo post; read line; echo more; sleep 99");
    spec.stop_timeout_ms = 60000;
    start_spec(&w, spec);
    read_line(&w, "main");
    guard_order(&w.guard, GUARD_ORDER_KILL, 0);
    read_line(&w, "post");
    guard_order(&w.guard, GUARD_ORDER_KILL, 0);
    read_line(&w, "more");
    guard_order(&w.guard, GUARD_ORDER_ABORT, 0);
    expect(&w, GUARD_GONE);
    read_rest(&w, "");
    end(&w);
}
END_TEST

START_TEST(a_killed_guard_is_lost_and_its_service_comes_to_us)
{
    struct world w;
    begin(&w);
    start(&w, "(setsid sh -c 'echo ready; exec sleep 99' &); exec sleep 99", 60000);
    read_line(&w, "ready");
    expect(&w, GUARD_STARTED);
    ck_assert(nursery_knows(&w.nursery, w.guard.pid));
    kill(w.guard.pid, SIGKILL);
    expect(&w, GUARD_LOST);
    ck_assert_int_eq(waitpid(w.guard.pid, NULL, 0), w.guard.pid);
    nursery_stop(&w.nursery);
    orphans_kill();
    read_rest(&w, "");
    end(&w);
}
END_TEST

START_TEST(a_killed_nursery_is_replaced)
{
    struct world w;
    begin(&w);
    pid_t first = w.nursery.pid;
    kill(first, SIGKILL);
    siginfo_t info;
    ck_assert_int_eq(waitid(P_PID, (id_t)first, &info, WEXITED | WNOWAIT), 0);
    start(&w, "echo here", 1000);
    CHECK_REPORTS(&w, GUARD_STARTED, GUARD_ENDED, GUARD_GONE);
    ck_assert_int_ne(w.nursery.pid, first);
    w.count = 0;
    kill(w.nursery.pid, SIGKILL);
    ck_assert_int_eq(waitpid(w.nursery.pid, NULL, 0), w.nursery.pid);
    ck_assert(nursery_exited(&w.nursery, w.nursery.pid));
    start(&w, "echo here", 1000);
    CHECK_REPORTS(&w, GUARD_STARTED, GUARD_ENDED, GUARD_GONE);
    end(&w);
}
END_TEST

START_TEST(a_stopped_nursery_can_be_ended)
{
    struct world w;
    int status;
    begin(&w);
    kill(w.nursery.pid, SIGSTOP);
    ck_assert_int_eq(waitpid(w.nursery.pid, &status, WUNTRACED), w.nursery.pid);
    end(&w);
}
END_TEST

START_TEST(a_guard_that_cannot_be_made)
{
    /* What the nursery does not live to do looks like a system without a process to spare. */
    struct world w;
    begin(&w);
    kill(w.nursery.pid, SIGSTOP);
    int status;
    ck_assert_int_eq(waitpid(w.nursery.pid, &status, WUNTRACED), w.nursery.pid);
    start(&w, "echo here", 1000);
    kill(w.nursery.pid, SIGKILL);
    CHECK_REPORTS(&w, GUARD_FAILED, GUARD_GONE);
    ck_assert_int_eq(w.reports[0].detail, PROC_STAGE_FORK);
    ck_assert_int_eq(w.reports[0].value, EAGAIN);
    end(&w);
}
END_TEST

START_TEST(an_environment_larger_than_the_socket)
{
    enum { ENTRY = 100000, ENTRIES = 10 };
    struct world w;
    char *entries = malloc(ENTRY * ENTRIES);
    const char *env[ENTRIES + 2] = {"PATH=/usr/bin:/bin"};
    const char *argv[] = {"sh", "-c", "echo ${#V0} ${#V9}", NULL};
    for (int i = 0; i < ENTRIES; i++) {
        char *entry = entries + (size_t)i * ENTRY;
        memset(entry, 'x', ENTRY - 1);
        entry[ENTRY - 1] = '\0';
        entry[snprintf(entry, 4, "V%d=", i)] = 'x';
        env[i + 1] = entry;
    }
    begin(&w);
    start_spec(&w, (struct guard_spec){.argv = {[GUARD_MAIN] = argv}, .env = env, .dir = "/"});
    expect(&w, GUARD_GONE);
    read_rest(&w, "99996 99996\n");
    end(&w);
    free(entries);
}
END_TEST

START_TEST(a_terminal)
{
    struct world w;
    const char *argv[4];
    struct guard_spec spec =
        script_spec(argv, "test -t 0 && test -t 1 && test -t 2 && echo here >/dev/tty");
    begin(&w);
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    ck_assert_int_ge(master, 0);
    ck_assert_int_eq(grantpt(master) | unlockpt(master), 0);
    char name[64];
    ck_assert_int_eq(ptsname_r(master, name, sizeof name), 0);
    spec.out_fd = spec.err_fd = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
    spec.tty = true;
    ck_assert_int_eq(guard_start(&w.guard, &w.nursery, &spec), 0);
    close(spec.out_fd);
    w.out = master;
    CHECK_REPORTS(&w, GUARD_STARTED, GUARD_ENDED, GUARD_GONE);
    ck_assert_int_eq(w.reports[1].value, 0);
    read_rest(&w, "here\r\n");
    end(&w);
}
END_TEST

static void count_entry(void *ctx, pid_t child)
{
    (void)child;
    ++*(int *)ctx;
}

static bool never(void *ctx)
{
    (void)ctx;
    return false;
}

/* /dev/null thrice, and sockets. */
static bool holds_only_its_own(pid_t guard)
{
    char path[64], target[64];
    for (int fd = 0; fd < 32; fd++) {
        snprintf(path, sizeof path, "/proc/%d/fd/%d", (int)guard, fd);
        ssize_t n = readlink(path, target, sizeof target - 1);
        if (n < 0)
            continue;
        target[n] = '\0';
        if (fd < 3 ? strcmp(target, "/dev/null") != 0 : strncmp(target, "socket:", 7) != 0)
            return false;
    }
    return true;
}

START_TEST(a_guard_holds_nothing_of_ours)
{
    struct world w;
    int leak = dup(1);
    begin(&w);
    start(&w, "echo ready; exec sleep 99", 1000);
    read_line(&w, "ready");
    expect(&w, GUARD_STARTED);
    /* It closes what it has handed on after it has said that the service is started. */
    for (int tries = 0; tries < 3000 && !holds_only_its_own(w.guard.pid); tries++)
        loop_run(w.loop, 0.01, never, NULL);
    ck_assert(holds_only_its_own(w.guard.pid));
    int scanned = 0, listed = 0;
    procfs_children(getpid(), count_entry, &listed);
    ck_assert(procfs_scan_children(getpid(), count_entry, &scanned));
    ck_assert_int_eq(listed, 2); /* the nursery and the guard */
    ck_assert_int_eq(scanned, 2);
    guard_order(&w.guard, GUARD_ORDER_STOP, SIGTERM);
    expect(&w, GUARD_GONE);
    close(leak);
    end(&w);
}
END_TEST

int main(void)
{
    struct suite s = suite_begin("guard");
    SUITE_CASE(s, a_life_is_told);
    SUITE_CASE(s, lives_follow_each_other);
    SUITE_CASE(s, what_cannot_be_executed);
    SUITE_LOOP(s, nobody_is_left_after_a_stop, 0, STUBBORN);
    SUITE_LOOP(s, nobody_is_left_when_a3s_is_gone, 0, STUBBORN);
    SUITE_CASE(s, what_outlives_its_leader_is_stopped_then_killed);
    SUITE_CASE(s, the_stop_signal_comes_once);
    SUITE_CASE(s, a_stopped_service_can_act_on_its_signal);
    SUITE_CASE(s, stopped_and_continued);
    SUITE_CASE(s, a_storm_of_forks_is_ended);
    SUITE_CASE(s, commands_before_and_after);
    SUITE_CASE(s, a_failing_pre_start_is_the_end);
    SUITE_CASE(s, stopped_during_pre_start);
    SUITE_CASE(s, post_stop_is_bounded);
    SUITE_CASE(s, post_stop_survives_the_kill_of_its_service_but_no_abort);
    SUITE_CASE(s, a_killed_guard_is_lost_and_its_service_comes_to_us);
    SUITE_CASE(s, a_killed_nursery_is_replaced);
    SUITE_CASE(s, a_stopped_nursery_can_be_ended);
    SUITE_CASE(s, a_guard_that_cannot_be_made);
    SUITE_CASE(s, an_environment_larger_than_the_socket);
    SUITE_CASE(s, a_terminal);
    SUITE_CASE(s, a_guard_holds_nothing_of_ours);
    return suite_run(s);
}
