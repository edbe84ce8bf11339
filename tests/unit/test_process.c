#include "process.h"

#include "io.h"
#include "suite.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const plain_env[] = {"PATH=/usr/bin:/bin", "LANG=C", NULL};

struct started {
    pid_t pid;
    int out; /* what it writes to stdout and stderr */
    int result;
    struct proc_failure failure;
};

static struct started start_in(const char *dir, const char *const *argv, const char *const *env)
{
    struct started s = {.out = -1, .failure = {PROC_STAGE_COUNT, 0}};
    int fds[2];
    ck_assert_int_eq(io_pipe(fds, false), 0);
    struct proc_spec spec = {
        .argv = argv, .dir = dir, .env = env, .out_fd = fds[1], .err_fd = fds[1]};
    s.result = process_spawn(&spec, &s.pid, &s.failure);
    close(fds[1]);
    s.out = fds[0];
    return s;
}

static struct started start_shell(const char *script)
{
    const char *argv[] = {"sh", "-c", script, NULL};
    struct started s = start_in("/", argv, plain_env);
    ck_assert_int_eq(s.result, 0);
    return s;
}

/* All that it writes until nobody holds the pipe; closes it. */
static void read_output(struct started *s, char *out, size_t size)
{
    size_t length = 0;
    ssize_t n;
    while ((n = read(s->out, out + length, size - 1 - length)) > 0)
        length += (size_t)n;
    out[length] = '\0';
    io_close(&s->out);
}

/* One line, while it runs. */
static void read_line(struct started *s, char *out, size_t size)
{
    size_t length = 0;
    while (length < size - 1 && read(s->out, out + length, 1) == 1 && out[length] != '\n')
        length++;
    out[length] = '\0';
}

/* Somebody of the group is left, a zombie included. */
static bool group_is_alive(pid_t leader)
{
    return kill(-leader, 0) == 0 || errno == EPERM;
}

struct seen {
    int count;
    pid_t pid;
    struct proc_exit how;
    bool alive; /* the group, during the call */
};

static void on_exit_seen(void *ctx, pid_t pid, struct proc_exit how)
{
    struct seen *seen = ctx;
    seen->count++;
    seen->pid = pid;
    seen->how = how;
    seen->alive = group_is_alive(pid);
}

static struct proc_exit wait_exit(pid_t pid)
{
    struct seen seen = {0};
    siginfo_t info;
    ck_assert_int_eq(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
    process_reap(on_exit_seen, &seen);
    ck_assert_int_eq(seen.count, 1);
    ck_assert_int_eq(seen.pid, pid);
    ck_assert(seen.alive);
    ck_assert_int_eq(waitpid(pid, NULL, WNOHANG), -1);
    return seen.how;
}

static void check_exit_text(struct proc_exit how, const char *expected)
{
    struct strbuf text = {0};
    proc_exit_text(&text, how);
    ck_assert_str_eq(strbuf_text(&text), expected);
    strbuf_finish(&text);
}

START_TEST(exits_are_told)
{
    struct started s = start_shell("exit 3");
    struct proc_exit how = wait_exit(s.pid);
    ck_assert(!how.signaled);
    ck_assert_int_eq(how.code, 3);
    check_exit_text(how, "exited with 3");
    io_close(&s.out);
    s = start_shell("kill -KILL $$");
    how = wait_exit(s.pid);
    ck_assert(how.signaled);
    ck_assert_int_eq(how.code, SIGKILL);
    check_exit_text(how, "killed by SIGKILL");
    io_close(&s.out);
    check_exit_text((struct proc_exit){.signaled = true, .code = 63}, "killed by signal 63");
}
END_TEST

START_TEST(child_is_what_the_contract_says)
{
    /* Everything that a3s must not hand on. */
    signal(SIGPIPE, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    sigset_t blocked;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGUSR1);
    sigprocmask(SIG_BLOCK, &blocked, NULL);
    int leaked = dup(1);
    struct started s = start_shell(
        "cd /proc/self; readlink fd/0; echo fd/*; echo $(cut -d' ' -f5,6 /proc/$$/stat) $$; "
        "grep -E '^Sig(Blk|Ign)' status | tr -d '\\n'");
    char text[1024], expected[1024];
    read_output(&s, text, sizeof text);
    wait_exit(s.pid);
    close(leaked);
    snprintf(expected, sizeof expected,
             "/dev/null\nfd/0 fd/1 fd/2\n%d %d %d\n"
             "SigBlk:\t0000000000000000SigIgn:\t0000000000000000",
             s.pid, s.pid, s.pid);
    /* The shell's own glob holds a descriptor of the folder while it reads it. */
    char *extra = strstr(text, " fd/3");
    if (extra)
        memmove(extra, extra + 5, strlen(extra + 5) + 1);
    ck_assert_str_eq(text, expected);
    sigprocmask(SIG_UNBLOCK, &blocked, NULL);
}
END_TEST

START_TEST(parents_mask_is_kept)
{
    sigset_t before, after;
    sigprocmask(SIG_SETMASK, NULL, &before);
    struct started s = start_shell("exit 0");
    sigprocmask(SIG_SETMASK, NULL, &after);
    for (int signal = 1; signal < 32; signal++)
        ck_assert_int_eq(sigismember(&before, signal), sigismember(&after, signal));
    wait_exit(s.pid);
    io_close(&s.out);
}
END_TEST

START_TEST(low_descriptors_may_be_free_or_taken)
{
    /* The pipe's ends and our own low descriptors in every arrangement that dup2 could trip over.
     */
    int saved[4];
    for (int fd = 0; fd < 4; fd++)
        saved[fd] = fcntl(fd, F_DUPFD_CLOEXEC, 20);
    int fds[2];
    ck_assert_int_eq(io_pipe(fds, false), 0);
    int reader = fcntl(fds[0], F_DUPFD_CLOEXEC, 30);
    int writer = fcntl(fds[1], F_DUPFD_CLOEXEC, 40);
    for (int fd = 0; fd < 4; fd++)
        close(fd);
    dup2(writer, 0); /* the child's stdout is our 0, its stderr our 1; 2 and 3 are free */
    dup2(writer, 1);
    const char *argv[] = {"sh", "-c", "echo out; echo err >&2", NULL};
    struct proc_spec spec = {.argv = argv, .dir = "/", .env = plain_env, .out_fd = 0, .err_fd = 1};
    struct proc_failure failure;
    pid_t pid = 0;
    int result = process_spawn(&spec, &pid, &failure);
    for (int fd = 0; fd < 4; fd++) {
        if (saved[fd] < 0)
            close(fd);
        else
            dup2(saved[fd], fd);
        io_close(&saved[fd]);
    }
    close(writer);
    if (fds[0] > 3)
        close(fds[0]);
    if (fds[1] > 3)
        close(fds[1]);
    ck_assert_int_eq(result, 0);
    struct started s = {.out = reader};
    char text[64];
    read_output(&s, text, sizeof text);
    ck_assert_str_eq(text, "out\nerr\n");
    wait_exit(pid);
}
END_TEST

START_TEST(inherited_settings_are_given_back)
{
    struct proc_inherited inherited;
    struct rlimit more;
    umask(027);
    process_remember(&inherited);
    ck_assert_int_eq((int)inherited.umask, 027);
    more = inherited.open_files;
    more.rlim_cur = inherited.open_files.rlim_cur - 1;
    setrlimit(RLIMIT_NOFILE, &more);
    umask(077);
    int fds[2];
    ck_assert_int_eq(io_pipe(fds, false), 0);
    const char *argv[] = {"sh", "-c", "umask; ulimit -n", NULL};
    struct proc_spec spec = {.argv = argv,
                             .dir = "/",
                             .env = plain_env,
                             .out_fd = fds[1],
                             .err_fd = fds[1],
                             .inherited = &inherited};
    struct started s = {.out = fds[0]};
    ck_assert_int_eq(process_spawn(&spec, &s.pid, &s.failure), 0);
    close(fds[1]);
    char text[64], expected[64];
    read_output(&s, text, sizeof text);
    snprintf(expected, sizeof expected, "0027\n%llu\n",
             (unsigned long long)inherited.open_files.rlim_cur);
    ck_assert_str_eq(text, expected);
    ck_assert_int_eq((int)umask(022), 077);
    wait_exit(s.pid);
}
END_TEST

static void make_file(const char *folder, const char *name, const char *text, mode_t mode)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    ck_assert_int_eq(io_write_atomic(path, text, strlen(text), mode), 0);
    ck_assert_int_eq(chmod(path, mode), 0);
}

START_TEST(program_is_searched_in_the_childs_path)
{
    const char *dir = suite_tmpdir();
    char path[512], text[64];
    snprintf(path, sizeof path, "%s/bin", dir);
    mkdir(path, 0755);
    make_file(path, "tool", "#!/bin/sh\necho tool $1\n", 0755);
    /* An entry that is relative is relative to the child's folder; one without permission is
     * passed. */
    make_file(dir, "tool", "#!/bin/sh\necho wrong\n", 0644);
    const char *argv[] = {"tool", "one", NULL};
    const char *env[] = {"PATH=.:bin", NULL};
    struct started s = start_in(dir, argv, env);
    ck_assert_int_eq(s.result, 0);
    read_output(&s, text, sizeof text);
    ck_assert_str_eq(text, "tool one\n");
    wait_exit(s.pid);
    const char *slash[] = {"bin/tool", "two", NULL};
    const char *none[] = {NULL};
    s = start_in(dir, slash, none);
    ck_assert_int_eq(s.result, 0);
    read_output(&s, text, sizeof text);
    ck_assert_str_eq(text, "tool two\n");
    wait_exit(s.pid);
}
END_TEST

static void check_failure(const char *dir, const char *program, int error, enum proc_stage stage,
                          const char *text)
{
    const char *argv[] = {program, NULL};
    const char *env[] = {"PATH=/nowhere:.", NULL};
    struct started s = start_in(dir, argv, env);
    struct proc_spec spec = {.argv = argv, .dir = dir, .env = env};
    struct strbuf sentence = {0};
    io_close(&s.out);
    ck_assert_int_eq(s.result, -error);
    ck_assert_int_eq(s.failure.stage, stage);
    ck_assert_int_eq(s.failure.error, error);
    ck_assert(proc_failure_permanent(&s.failure));
    proc_failure_text(&sentence, &s.failure, &spec);
    ck_assert_msg(strstr(strbuf_text(&sentence), text), "%s", strbuf_text(&sentence));
    strbuf_finish(&sentence);
    /* Nothing is left to wait for. */
    ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
}

START_TEST(failures_are_told_apart)
{
    const char *dir = suite_tmpdir();
    make_file(dir, "plain", "no script\n", 0755);
    make_file(dir, "secret", "#!/bin/sh\n", 0600);
    make_file(dir, "lost", "#!/nowhere/interpreter\n", 0755);
    chmod(dir, 0755);
    check_failure(dir, "nosuch", ENOENT, PROC_STAGE_SEARCH, "\"nosuch\": there is no such program");
    check_failure(dir, "./nosuch", ENOENT, PROC_STAGE_EXEC, "cannot execute the program");
    check_failure(dir, "./lost", ENOENT, PROC_STAGE_EXEC, "its interpreter is missing");
    check_failure(dir, "./plain", ENOEXEC, PROC_STAGE_EXEC, "no #! line");
    check_failure(dir, "/", EACCES, PROC_STAGE_EXEC, "Permission denied");
    check_failure(dir, "secret", EACCES, PROC_STAGE_SEARCH, "Permission denied");
    check_failure(dir, "", ENOENT, PROC_STAGE_SEARCH, "cannot find");
    check_failure("/nowhere", "sh", ENOENT, PROC_STAGE_DIR, "enter its folder \"/nowhere\"");
    check_failure("/dev/null", "sh", ENOTDIR, PROC_STAGE_DIR, "Not a directory");
}
END_TEST

START_TEST(passing_failures_are_not_permanent)
{
    const int passing[] = {EAGAIN, ENOMEM, EMFILE, ENFILE, ETXTBSY};
    for (size_t i = 0; i < sizeof passing / sizeof *passing; i++)
        ck_assert(!proc_failure_permanent(
            &(struct proc_failure){.stage = PROC_STAGE_FORK, .error = passing[i]}));
}
END_TEST

START_TEST(no_descriptors_left_is_passing)
{
    struct rlimit limit, low;
    int fds[2];
    ck_assert_int_eq(io_pipe(fds, false), 0);
    getrlimit(RLIMIT_NOFILE, &limit);
    low = limit;
    low.rlim_cur = (rlim_t)(fds[1] > fds[0] ? fds[1] : fds[0]) + 2;
    setrlimit(RLIMIT_NOFILE, &low);
    const char *argv[] = {"sh", "-c", ":", NULL};
    struct proc_spec spec = {
        .argv = argv, .dir = "/", .env = plain_env, .out_fd = fds[1], .err_fd = fds[1]};
    struct proc_failure failure = {0};
    pid_t pid = -7;
    int result = process_spawn(&spec, &pid, &failure);
    setrlimit(RLIMIT_NOFILE, &limit);
    close(fds[0]);
    close(fds[1]);
    ck_assert_int_eq(result, -EMFILE);
    ck_assert_int_eq(failure.error, EMFILE);
    ck_assert(!proc_failure_permanent(&failure));
    ck_assert_int_eq(pid, -7);
}
END_TEST

static void wait_group_gone(pid_t leader)
{
    for (int i = 0; i < 10000 && group_is_alive(leader); i++)
        poll(NULL, 0, 1);
    ck_assert(!group_is_alive(leader));
}

START_TEST(group_outlives_its_leader_until_it_is_killed)
{
    /* The leader ends; its child ignores TERM. */
    struct started s =
        start_shell("(trap '' TERM; echo ready; while :; do sleep 9; done) & exit 0");
    char text[64];
    read_line(&s, text, sizeof text);
    ck_assert_str_eq(text, "ready");
    wait_exit(s.pid);
    ck_assert(group_is_alive(s.pid));
    ck_assert_int_eq(kill(-s.pid, SIGTERM), 0);
    ck_assert(group_is_alive(s.pid));
    ck_assert_int_eq(kill(-s.pid, SIGKILL), 0);
    read_output(&s, text, sizeof text); /* ends when nobody holds the pipe */
    wait_group_gone(s.pid);
}
END_TEST

START_TEST(without_children_there_is_nothing_to_reap)
{
    struct seen seen = {0};
    process_reap(on_exit_seen, &seen);
    ck_assert_int_eq(seen.count, 0);
}
END_TEST

START_TEST(child_dies_with_its_parent)
{
    int out[2];
    ck_assert_int_eq(io_pipe(out, false), 0);
    pid_t parent = fork();
    if (parent == 0) {
        const char *argv[] = {"sleep", "1000", NULL};
        struct proc_spec spec = {
            .argv = argv, .dir = "/", .env = plain_env, .out_fd = out[1], .err_fd = out[1]};
        struct proc_failure failure;
        pid_t pid;
        if (process_spawn(&spec, &pid, &failure) == 0)
            kill(getpid(), SIGKILL);
        _exit(1);
    }
    close(out[1]);
    ck_assert_int_eq(waitpid(parent, NULL, 0), parent);
    /* The end of the pipe comes when the sleeper is gone. */
    char byte;
    ck_assert_int_eq(read(out[0], &byte, 1), 0);
    close(out[0]);
}
END_TEST

START_TEST(many_at_once_are_all_reaped)
{
    struct started s[32];
    struct seen seen = {0};
    for (int i = 0; i < 32; i++)
        s[i] = start_shell("exit 0");
    while (seen.count < 32) {
        siginfo_t info;
        ck_assert_int_eq(waitid(P_ALL, 0, &info, WEXITED | WNOWAIT), 0);
        process_reap(on_exit_seen, &seen);
    }
    for (int i = 0; i < 32; i++)
        io_close(&s[i].out);
    ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
}
END_TEST

START_TEST(plan_signals_have_numbers)
{
    ck_assert_int_eq(process_plan_signal(0), SIGTERM);
    ck_assert_int_eq(process_plan_signal(1), SIGINT);
    ck_assert_int_eq(process_plan_signal(6), SIGKILL);
    ck_assert_int_eq(process_plan_signal(200), SIGTERM);
}
END_TEST

int main(void)
{
    struct suite s = suite_begin("process");
    SUITE_CASE(s, exits_are_told);
    SUITE_CASE(s, child_is_what_the_contract_says);
    SUITE_CASE(s, parents_mask_is_kept);
    SUITE_CASE(s, low_descriptors_may_be_free_or_taken);
    SUITE_CASE(s, inherited_settings_are_given_back);
    SUITE_CASE(s, program_is_searched_in_the_childs_path);
    SUITE_CASE(s, failures_are_told_apart);
    SUITE_CASE(s, passing_failures_are_not_permanent);
    SUITE_CASE(s, no_descriptors_left_is_passing);
    SUITE_CASE(s, group_outlives_its_leader_until_it_is_killed);
    SUITE_CASE(s, without_children_there_is_nothing_to_reap);
    SUITE_CASE(s, child_dies_with_its_parent);
    SUITE_CASE(s, many_at_once_are_all_reaped);
    SUITE_CASE(s, plan_signals_have_numbers);
    return suite_run(s);
}
