#include "rundir.h"
#include "suite.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char project[PATH_MAX];

/* A runtime folder of the case's own, and a project in it. */
static void prepare(void)
{
    char runtime[PATH_MAX];
    snprintf(runtime, sizeof runtime, "%s/run", suite_tmpdir());
    ck_assert_int_eq(mkdir(runtime, 0700), 0);
    ck_assert_int_eq(setenv("XDG_RUNTIME_DIR", runtime, 1), 0);
    snprintf(project, sizeof project, "%s/A3sfile.hcl", suite_tmpdir());
    int fd = open(project, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    ck_assert_int_ge(fd, 0);
    close(fd);
}

static void open_created(struct rundir *dir)
{
    ck_assert_int_eq(rundir_open(dir, project, true), 0);
}

START_TEST(folder_is_private_and_named_by_the_path)
{
    prepare();
    struct rundir dir, again;
    struct stat info;
    ck_assert_int_eq(rundir_open(&dir, project, false), -ENOENT);
    open_created(&dir);
    ck_assert_int_eq(stat(dir.path, &info), 0);
    ck_assert_uint_eq(info.st_mode & 0777, 0700);
    ck_assert_uint_eq(strlen(strrchr(dir.path, '/')), 33);
    ck_assert_int_eq(chdir(suite_tmpdir()), 0);
    ck_assert_int_eq(rundir_open(&again, "./run/../A3sfile.hcl", false), 0);
    ck_assert_str_eq(dir.path, again.path);
    rundir_close(&again);
    rundir_close(&dir);
    rundir_close(&dir);
}
END_TEST

START_TEST(deleted_project_keeps_its_folder)
{
    prepare();
    struct rundir dir, again;
    open_created(&dir);
    ck_assert_int_eq(unlink(project), 0);
    ck_assert_int_eq(rundir_open(&again, project, false), 0);
    ck_assert_str_eq(dir.path, again.path);
    rundir_close(&again);
    rundir_close(&dir);
}
END_TEST

START_TEST(another_mode_is_refused)
{
    prepare();
    struct rundir dir;
    char path[PATH_MAX];
    open_created(&dir);
    memcpy(path, dir.path, sizeof path);
    rundir_close(&dir);
    ck_assert_int_eq(chmod(path, 0750), 0);
    ck_assert_int_eq(rundir_open(&dir, project, true), -EPERM);
    ck_assert_str_eq(dir.path, path);
    ck_assert_int_eq(chmod(path, 0700), 0);
    *strrchr(path, '/') = '\0';
    ck_assert_int_eq(chmod(path, 0701), 0);
    ck_assert_int_eq(rundir_open(&dir, project, true), -EPERM);
    rundir_close(&dir);
}
END_TEST

START_TEST(symlink_is_refused)
{
    prepare();
    char path[PATH_MAX], target[PATH_MAX];
    struct rundir dir;
    snprintf(path, sizeof path, "%s/run/a3s", suite_tmpdir());
    snprintf(target, sizeof target, "%s/elsewhere", suite_tmpdir());
    ck_assert_int_eq(mkdir(target, 0700), 0);
    ck_assert_int_eq(symlink(target, path), 0);
    ck_assert_int_eq(rundir_open(&dir, project, true), -EPERM);
    rundir_close(&dir);
}
END_TEST

START_TEST(lock_file_that_is_a_symlink_is_refused)
{
    prepare();
    struct rundir dir;
    open_created(&dir);
    ck_assert_int_eq(symlinkat(project, dir.dir_fd, "lock"), 0);
    ck_assert_int_lt(rundir_lock(&dir), 0);
    rundir_close(&dir);
}
END_TEST

START_TEST(lock_is_held_once)
{
    prepare();
    struct rundir dir, other;
    open_created(&dir);
    ck_assert(!rundir_is_running(&dir));
    ck_assert_int_eq(rundir_lock(&dir), 0);
    ck_assert(rundir_is_running(&dir));
    open_created(&other);
    ck_assert_int_eq(rundir_lock(&other), -EWOULDBLOCK);
    rundir_close(&other);
    ck_assert(rundir_is_running(&dir));
    rundir_close(&dir);
    open_created(&other);
    ck_assert_int_eq(rundir_lock(&other), 0);
    rundir_close(&other);
}
END_TEST

START_TEST(info_says_who_runs)
{
    prepare();
    struct rundir dir;
    struct rundir_info info;
    open_created(&dir);
    ck_assert_int_eq(rundir_read_info(&dir, &info), -ENOENT);
    ck_assert_int_eq(rundir_lock(&dir), 0);
    ck_assert_int_eq(rundir_publish(&dir, 0x123abc), 0);
    ck_assert_int_eq(rundir_read_info(&dir, &info), 0);
    ck_assert_int_eq(info.pid, getpid());
    ck_assert_uint_gt(info.start_time, 0);
    ck_assert_uint_eq(strlen(info.boot_id), 36);
    ck_assert_str_eq(info.plan_hash, "0000000000123abc");
    ck_assert_str_eq(info.project, dir.project);
    ck_assert_str_eq(info.version, A3S_VERSION);
    rundir_close(&dir);
}
END_TEST

START_TEST(damaged_info_is_an_error)
{
    prepare();
    struct rundir dir;
    struct rundir_info info;
    open_created(&dir);
    int fd = openat(dir.dir_fd, "info.json", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    ck_assert_int_eq(write(fd, "{\"pid\": \"x\"}", 12), 12);
    close(fd);
    ck_assert_int_eq(rundir_read_info(&dir, &info), -EINVAL);
    rundir_close(&dir);
}
END_TEST

START_TEST(socket_is_reached_and_removed)
{
    prepare();
    struct rundir dir, client;
    int server, fd;
    struct stat info;
    open_created(&dir);
    ck_assert_int_eq(rundir_socket_bind(&dir, &server), -EPERM);
    ck_assert_int_eq(rundir_lock(&dir), 0);
    ck_assert_int_eq(rundir_socket_bind(&dir, &server), 0);
    ck_assert_int_eq(fstatat(dir.dir_fd, "sock", &info, 0), 0);
    ck_assert_uint_eq(info.st_mode & 077, 0);
    ck_assert_int_eq(rundir_open(&client, project, false), 0);
    ck_assert_int_eq(rundir_socket_connect(&client, &fd), 0);
    close(fd);
    close(server);
    ck_assert_int_eq(rundir_socket_connect(&client, &fd), -ECONNREFUSED);
    rundir_close(&dir);
    ck_assert_int_eq(rundir_socket_connect(&client, &fd), -ENOENT);
    rundir_close(&client);
}
END_TEST

START_TEST(stale_socket_is_replaced)
{
    prepare();
    struct rundir dir;
    int server;
    for (int i = 0; i < 2; i++) {
        open_created(&dir);
        ck_assert_int_eq(rundir_lock(&dir), 0);
        ck_assert_int_eq(rundir_socket_bind(&dir, &server), 0);
        close(server);
        rundir_abandon(&dir);
    }
    open_created(&dir);
    rundir_close(&dir);
}
END_TEST

/* The folder's path may be far longer than a socket's address. */
START_TEST(long_paths_have_a_socket)
{
    prepare();
    char runtime[PATH_MAX];
    struct rundir dir;
    int server, fd;
    int n = snprintf(runtime, sizeof runtime, "%s/", suite_tmpdir());
    memset(runtime + n, 'x', 200);
    runtime[n + 200] = '\0';
    ck_assert_int_eq(mkdir(runtime, 0700), 0);
    ck_assert_int_eq(setenv("XDG_RUNTIME_DIR", runtime, 1), 0);
    open_created(&dir);
    ck_assert_uint_gt(strlen(dir.path), 200);
    ck_assert_int_eq(rundir_lock(&dir), 0);
    ck_assert_int_eq(rundir_socket_bind(&dir, &server), 0);
    ck_assert_int_eq(rundir_socket_connect(&dir, &fd), 0);
    close(fd);
    close(server);
    rundir_close(&dir);
}
END_TEST

/* After fork both have the lock; only the one that bound the socket takes it away. */
START_TEST(child_owns_what_it_bound)
{
    prepare();
    struct rundir dir;
    int status, server;
    open_created(&dir);
    ck_assert_int_eq(rundir_lock(&dir), 0);
    ck_assert_int_eq(rundir_socket_bind(&dir, &server), 0);
    pid_t child = fork();
    if (child == 0) {
        rundir_close(&dir);
        _exit(0);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(faccessat(dir.dir_fd, "sock", F_OK, 0), 0);
    ck_assert(rundir_is_running(&dir));
    close(server);
    rundir_close(&dir);
}
END_TEST

START_TEST(token_is_kept_and_removed)
{
    prepare();
    struct rundir dir;
    struct stat info;
    char token[65], text[] = "00ff00ff";
    int server;
    open_created(&dir);
    ck_assert_int_eq(rundir_read_token(&dir, token, sizeof token), -ENOENT);
    ck_assert_int_eq(rundir_lock(&dir), 0);
    ck_assert_int_eq(rundir_socket_bind(&dir, &server), 0);
    ck_assert_int_eq(rundir_write_token(&dir, text), 0);
    ck_assert_int_eq(rundir_read_token(&dir, token, sizeof token), 0);
    ck_assert_str_eq(token, text);
    ck_assert_int_eq(fstatat(dir.dir_fd, "token", &info, AT_SYMLINK_NOFOLLOW), 0);
    ck_assert_uint_eq(info.st_mode & 0777, 0600);
    /* Too long, not hexadecimal, or empty: that is not ours. */
    ck_assert_int_ne(rundir_read_token(&dir, token, 8), 0);
    ck_assert_int_eq(rundir_write_token(&dir, "no token"), 0);
    ck_assert_int_eq(rundir_read_token(&dir, token, sizeof token), -EINVAL);
    ck_assert_int_eq(rundir_write_token(&dir, ""), 0);
    ck_assert_int_eq(rundir_read_token(&dir, token, sizeof token), -EINVAL);
    close(server);
    char path[PATH_MAX + 8];
    snprintf(path, sizeof path, "%s/token", dir.path);
    rundir_close(&dir);
    ck_assert_int_ne(access(path, F_OK), 0);
}
END_TEST

START_TEST(who_runs_a_project_is_found)
{
    prepare();
    struct rundir dir;
    struct rundir_info info = {.pid = 7};
    ck_assert(!rundir_find_running(getpid(), &info));
    open_created(&dir);
    ck_assert_int_eq(rundir_publish(&dir, 1), 0);
    ck_assert(!rundir_find_running(getpid(), &info)); /* it does not hold the lock */
    ck_assert_int_eq(info.pid, 7);
    ck_assert_int_eq(rundir_lock(&dir), 0);
    ck_assert(!rundir_find_running(getppid(), &info));
    ck_assert(rundir_find_running(getpid(), &info));
    ck_assert_str_eq(info.project, dir.project);
    rundir_close(&dir);
}
END_TEST

int main(void)
{
    struct suite s = suite_begin("rundir");
    SUITE_CASE(s, folder_is_private_and_named_by_the_path);
    SUITE_CASE(s, deleted_project_keeps_its_folder);
    SUITE_CASE(s, another_mode_is_refused);
    SUITE_CASE(s, symlink_is_refused);
    SUITE_CASE(s, lock_file_that_is_a_symlink_is_refused);
    SUITE_CASE(s, lock_is_held_once);
    SUITE_CASE(s, info_says_who_runs);
    SUITE_CASE(s, damaged_info_is_an_error);
    SUITE_CASE(s, socket_is_reached_and_removed);
    SUITE_CASE(s, stale_socket_is_replaced);
    SUITE_CASE(s, long_paths_have_a_socket);
    SUITE_CASE(s, child_owns_what_it_bound);
    SUITE_CASE(s, who_runs_a_project_is_found);
    SUITE_CASE(s, token_is_kept_and_removed);
    return suite_run(s);
}
