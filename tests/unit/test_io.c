#include "io.h"
#include "suite.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static int entries(const char *folder)
{
    int count = 0;
    DIR *dir = opendir(folder);
    while (readdir(dir))
        count++;
    closedir(dir);
    return count - 2;
}

START_TEST(atomic_write_replaces_and_leaves_nothing_beside)
{
    char path[512], *bytes;
    size_t size;
    struct stat info;
    snprintf(path, sizeof path, "%s/plan.bin", suite_tmpdir());
    ck_assert_int_eq(io_write_atomic(path, "old", 3, 0644), 0);
    ck_assert_int_eq(io_write_atomic(path, "newer", 5, 0600), 0);
    ck_assert_int_eq(io_read_file(path, 100, &bytes, &size), 0);
    ck_assert_uint_eq(size, 5);
    ck_assert_str_eq(bytes, "newer");
    ck_assert_int_eq(stat(path, &info), 0);
    ck_assert_int_eq(info.st_mode & 0777, 0600);
    ck_assert_int_eq(entries(suite_tmpdir()), 1);
    free(bytes);
}
END_TEST

START_TEST(a_failed_atomic_write_changes_nothing)
{
    char path[512];
    snprintf(path, sizeof path, "%s/target", suite_tmpdir());
    ck_assert_int_eq(mkdir(path, 0700), 0); /* a folder is in the way of the rename */
    ck_assert_int_lt(io_write_atomic(path, "x", 1, 0600), 0);
    ck_assert_int_eq(entries(suite_tmpdir()), 1);
    snprintf(path, sizeof path, "%s/none/target", suite_tmpdir());
    ck_assert_int_eq(io_write_atomic(path, "x", 1, 0600), -ENOENT);
}
END_TEST

START_TEST(reading_is_bounded_for_files_and_pipes)
{
    char path[512], *bytes = NULL;
    size_t size = 7;
    snprintf(path, sizeof path, "%s/file", suite_tmpdir());
    ck_assert_int_eq(io_write_atomic(path, "12345", 5, 0600), 0);
    ck_assert_int_eq(io_read_file(path, 4, &bytes, &size), -EFBIG);
    int fds[2];
    ck_assert_int_eq(io_pipe(fds, false), 0);
    ck_assert_int_eq(io_write_all(fds[1], "12345", 5), 0);
    io_close(&fds[1]);
    ck_assert_int_eq(io_read_fd(fds[0], 4, &bytes, &size), -EFBIG);
    io_close(&fds[0]);
    ck_assert_ptr_null(bytes);
    ck_assert_uint_eq(size, 7);
}
END_TEST

START_TEST(what_is_loaded_is_in_the_arena)
{
    struct arena arena = {0};
    struct str text = STR("untouched");
    char path[512], much[100000];
    int fds[2];
    memset(much, 'x', sizeof much);
    snprintf(path, sizeof path, "%s/file", suite_tmpdir());
    ck_assert_int_eq(io_write_atomic(path, "12345", 5, 0600), 0);
    ck_assert_int_eq(io_load_file(&arena, path, 4, &text), -EFBIG);
    ck_assert_int_eq(io_load_file(&arena, suite_tmpdir(), 4, &text), -EISDIR);
    ck_assert(str_is(text, "untouched"));
    ck_assert_int_eq(io_load_file(&arena, path, 5, &text), 0);
    ck_assert(str_is(text, "12345"));
    ck_assert_int_eq(text.ptr[text.len], '\0');

    /* More than the first guess for what has no size, and more than a pipe holds. */
    ck_assert_int_eq(io_pipe(fds, false), 0);
    pid_t child = fork();
    if (child == 0)
        _exit(io_write_all(fds[1], much, sizeof much) != 0);
    io_close(&fds[1]);
    ck_assert_int_eq(io_load_fd(&arena, fds[0], sizeof much, &text), 0);
    io_close(&fds[0]);
    ck_assert_int_eq(waitpid(child, NULL, 0), child);
    ck_assert_uint_eq(text.len, sizeof much);
    ck_assert_int_eq(memcmp(text.ptr, much, sizeof much), 0);
    arena_finish(&arena);
}
END_TEST

START_TEST(pipes_are_closed_on_exec)
{
    int fds[2];
    ck_assert_int_eq(io_pipe(fds, true), 0);
    for (int i = 0; i < 2; i++)
        ck_assert_int_eq(fcntl(fds[i], F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
    ck_assert(fcntl(fds[0], F_GETFL) & O_NONBLOCK);
    ck_assert(!(fcntl(fds[1], F_GETFL) & O_NONBLOCK));
    io_close(&fds[0]);
    io_close(&fds[1]);
    ck_assert_int_eq(fds[0], -1);
    io_close(&fds[0]);
}
END_TEST

int main(void)
{
    struct suite s = suite_begin("io");
    SUITE_CASE(s, atomic_write_replaces_and_leaves_nothing_beside);
    SUITE_CASE(s, a_failed_atomic_write_changes_nothing);
    SUITE_CASE(s, reading_is_bounded_for_files_and_pipes);
    SUITE_CASE(s, what_is_loaded_is_in_the_arena);
    SUITE_CASE(s, pipes_are_closed_on_exec);
    return suite_run(s);
}
