#include "io.h"
#include "log_file.h"
#include "logs.h"
#include "loop.h"
#include "suite.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WEB, API, SERVICES };

/* A log file in a folder of its own, attached. */
struct bench {
    struct ev_loop *loop;
    struct logs logs;
    struct log_file file;
    char path[256];
    uint32_t news;
};

static void on_news(void *ctx)
{
    ((struct bench *)ctx)->news++;
}

static void bench_open(struct bench *b, const char *name, uint64_t max_size, uint32_t keep)
{
    *b = (struct bench){.loop = loop_create()};
    snprintf(b->path, sizeof b->path, "%s/%s", suite_tmpdir(), name);
    logs_init(&b->logs, b->loop, SERVICES, 0);
    struct log_file_setup setup = {
        .path = b->path, .shown = name, .max_size = max_size, .keep = keep, .service = WEB};
    log_file_init(&b->file, &setup, on_news, b);
    logs_attach(&b->logs, &b->file.sink);
}

static void bench_close(struct bench *b)
{
    logs_detach(&b->logs, &b->file.sink);
    log_file_close(&b->file);
    logs_finish(&b->logs);
    ev_loop_destroy(b->loop);
}

static void print(struct bench *b, const char *text)
{
    struct strbuf lines = {0};
    strbuf_addf(&lines, "%s\n", text);
    logs_print(&b->logs, WEB, LOG_STDOUT, strbuf_text(&lines));
    strbuf_finish(&lines);
    logs_flush(&b->logs);
}

static void check_file(const char *path, const char *expected)
{
    char *bytes = NULL;
    size_t size;
    int error = io_read_file(path, 1 << 24, &bytes, &size);
    ck_assert_msg(error == 0, "%s: %s", path, strerror(-error));
    ck_assert_str_eq(bytes, expected);
    free(bytes);
}

static void check_news(struct bench *b, const char *expected)
{
    struct strbuf text = {0};
    log_file_news(&b->file, &text);
    ck_assert_msg(strncmp(strbuf_text(&text), expected, strlen(expected)) == 0 &&
                      (text.len != 0) == (expected[0] != '\0'),
                  "%s", strbuf_text(&text));
    strbuf_finish(&text);
}

/* Another second has passed, as far as the file knows. */
static void pass_a_second(struct bench *b)
{
    b->file.looked_ms -= 1000;
    b->file.stuck_ms -= 1000;
}

START_TEST(bytes_pass_as_they_are)
{
    struct bench b;
    int out[LOG_STREAM_COUNT];
    bench_open(&b, "new/folder/log", 1 << 20, 1);
    ck_assert_int_eq(logs_open(&b.logs, WEB, out), 0);
    dprintf(out[LOG_STDOUT], "\x1b[2J\xff one\r\n\ntwo\n");
    logs_drain(&b.logs, WEB);
    logs_print(&b.logs, API, LOG_STDOUT, "of another");
    logs_tell(&b.logs, WEB, LOG_STDOUT, "said about it");
    dprintf(out[LOG_STDOUT], "no break");
    close(out[0]);
    close(out[1]);
    logs_close(&b.logs, WEB);
    logs_flush(&b.logs);
    check_file(b.path, "\x1b[2J\xff one\r\n\ntwo\nno break");
    struct stat info;
    ck_assert_int_eq(stat(b.path, &info), 0);
    ck_assert_uint_eq(info.st_mode & 0777, 0600);
    ck_assert(fcntl(b.file.fd, F_GETFD) & FD_CLOEXEC);
    bench_close(&b);
}
END_TEST

static void give(struct bench *b, const char *text, enum log_stream stream, bool open,
                 bool continued)
{
    struct str line = str_from(text);
    struct log_batch batch = {.count = 1,
                              .stream = (uint8_t)stream,
                              .open = open,
                              .continued = continued,
                              .bytes = line,
                              .lines = &line};
    b->file.sink.write(&b->file.sink, &batch);
    b->file.sink.flush(&b->file.sink);
}

START_TEST(lines_that_are_shown_before_their_end)
{
    struct bench b;
    bench_open(&b, "open", 1 << 20, 1);
    give(&b, "Password: ", LOG_STDOUT, true, false);
    give(&b, "ok\n", LOG_STDOUT, false, true);
    give(&b, "half", LOG_STDOUT, true, false);
    give(&b, "bad\n", LOG_STDERR, false, false);
    give(&b, "rest\n", LOG_STDOUT, false, true);
    give(&b, "shown, ended with nothing more", LOG_STDOUT, true, false);
    give(&b, "next\n", LOG_STDOUT, false, false);
    give(&b, "the last of a process", LOG_STDOUT, false, false);
    give(&b, "the first of the next\n", LOG_STDOUT, false, false);
    check_file(b.path, "Password: ok\nhalf\nbad\nrest\nshown, ended with nothing more\nnext\n"
                       "the last of a process\nthe first of the next\n");
    bench_close(&b);
}
END_TEST

START_TEST(it_goes_on_behind_what_is_there)
{
    struct bench b;
    for (int i = 0; i < 2; i++) {
        bench_open(&b, "append", 1 << 20, 1);
        print(&b, "line");
        bench_close(&b);
    }
    check_file(b.path, "line\nline\n");
}
END_TEST

static void check_aside(const struct bench *b, uint32_t number, const char *expected)
{
    char path[300];
    snprintf(path, sizeof path, "%s.%u", b->path, number);
    if (expected)
        check_file(path, expected);
    else
        ck_assert_int_lt(access(path, F_OK), 0);
}

START_TEST(it_is_put_aside_when_it_is_full)
{
    struct bench b;
    bench_open(&b, "full", 10, 2);
    print(&b, "one\ntwo");
    check_aside(&b, 1, NULL);
    print(&b, "three\nfour\nfive"); /* each fits only by itself */
    check_file(b.path, "four\nfive\n");
    check_aside(&b, 1, "three\n");
    check_aside(&b, 2, "one\ntwo\n");
    print(&b, "a line that is longer than a file");
    print(&b, "six");
    check_file(b.path, "six\n");
    check_aside(&b, 1, "a line that is longer than a file\n");
    check_aside(&b, 2, "four\nfive\n");
    check_aside(&b, 3, NULL);
    struct log_file_setup setup = b.file.setup;
    setup.keep = 0;
    log_file_set(&b.file, &setup);
    print(&b, "seven!!");
    check_file(b.path, "seven!!\n");
    check_aside(&b, 1, NULL);
    check_aside(&b, 2, NULL);
    check_news(&b, "");
    bench_close(&b);
}
END_TEST

START_TEST(a_flood_is_put_aside_line_by_line)
{
    struct bench b;
    char text[64];
    bench_open(&b, "flood", 4096, 3);
    for (int i = 0; i < 20000; i++) {
        snprintf(text, sizeof text, "line %d of many\n", i);
        logs_print(&b.logs, WEB, LOG_STDOUT, text);
    }
    logs_flush(&b.logs);
    int last = -1;
    for (int number = 3; number >= 0; number--) {
        char path[300], *bytes;
        size_t size;
        snprintf(path, sizeof path, number ? "%s.%d" : "%s", b.path, number);
        ck_assert_int_eq(io_read_file(path, 1 << 20, &bytes, &size), 0);
        ck_assert_uint_le(size, 4096);
        for (char *at = bytes, *line; (line = strsep(&at, "\n")) && *line;) {
            int now = (int)strtol(line + 5, NULL, 10);
            ck_assert(last < 0 || now == last + 1);
            last = now;
        }
        free(bytes);
    }
    ck_assert_int_eq(last, 19999);
    bench_close(&b);
}
END_TEST

START_TEST(it_comes_back_when_it_is_taken_away)
{
    struct bench b;
    char moved[300];
    bench_open(&b, "away", 1 << 20, 1);
    snprintf(moved, sizeof moved, "%s.old", b.path);
    print(&b, "one");
    ck_assert_int_eq(rename(b.path, moved), 0);
    print(&b, "two");
    pass_a_second(&b);
    print(&b, "three");
    check_file(moved, "one\ntwo\n");
    check_file(b.path, "three\n");
    ck_assert_int_eq(unlink(b.path), 0);
    pass_a_second(&b);
    print(&b, "four");
    check_file(b.path, "four\n");
    ck_assert_int_eq(truncate(b.path, 0), 0);
    pass_a_second(&b);
    print(&b, "five");
    check_file(b.path, "five\n");
    check_news(&b, "");
    bench_close(&b);
}
END_TEST

static void refused(const char *name, const char *why)
{
    struct bench b;
    char expected[300];
    bench_open(&b, name, 1 << 20, 1);
    print(&b, "lost\nlost, too");
    ck_assert_uint_ge(b.news, 1);
    snprintf(expected, sizeof expected, "cannot write its log to %s: %s;", name, why);
    check_news(&b, expected);
    print(&b, "and this");
    check_news(&b, "");
    ck_assert(unlink(b.path) == 0 || rmdir(b.path) == 0);
    print(&b, "it is not tried each time");
    pass_a_second(&b);
    print(&b, "written");
    snprintf(expected, sizeof expected, "its log is written to %s again; 4 lines are missing",
             name);
    check_news(&b, expected);
    check_file(b.path, "written\n");
    bench_close(&b);
}

START_TEST(what_is_no_file_of_ours_is_refused)
{
    char path[256];
    snprintf(path, sizeof path, "%s/link", suite_tmpdir());
    ck_assert_int_eq(symlink("target", path), 0);
    refused("link", "it is a symbolic link");
    snprintf(path, sizeof path, "%s/fifo", suite_tmpdir());
    ck_assert_int_eq(mkfifo(path, 0600), 0);
    refused("fifo", strerror(ENXIO));
    int reader = -1;
    snprintf(path, sizeof path, "%s/read", suite_tmpdir());
    ck_assert_int_eq(mkfifo(path, 0600), 0);
    reader = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    refused("read", "it is no regular file of your own");
    close(reader);
    snprintf(path, sizeof path, "%s/folder", suite_tmpdir());
    ck_assert_int_eq(mkdir(path, 0700), 0);
    refused("folder", strerror(EISDIR));
}
END_TEST

START_TEST(a_full_disk_is_told_once)
{
    struct bench b;
    struct rlimit limit, full = {10, 10};
    signal(SIGXFSZ, SIG_IGN);
    bench_open(&b, "disk", 1 << 20, 1);
    ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &limit), 0);
    full.rlim_max = limit.rlim_max;
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &full), 0);
    print(&b, "one\ntwo\nthree\nfour"); /* 10 bytes are "one\ntwo\nth" */
    print(&b, "five");
    setrlimit(RLIMIT_FSIZE, &limit);
    check_news(&b, "cannot write its log to disk: ");
    pass_a_second(&b);
    print(&b, "six");
    check_file(b.path, "one\ntwo\nth\nsix\n");
    check_news(&b, "its log is written to disk again; 3 lines are missing");
    bench_close(&b);
}
END_TEST

int main(void)
{
    struct suite s = suite_begin("log_file");
    SUITE_CASE(s, bytes_pass_as_they_are);
    SUITE_CASE(s, lines_that_are_shown_before_their_end);
    SUITE_CASE(s, it_goes_on_behind_what_is_there);
    SUITE_CASE(s, it_is_put_aside_when_it_is_full);
    SUITE_CASE(s, a_flood_is_put_aside_line_by_line);
    SUITE_CASE(s, it_comes_back_when_it_is_taken_away);
    SUITE_CASE(s, what_is_no_file_of_ours_is_refused);
    SUITE_CASE(s, a_full_disk_is_told_once);
    return suite_run(s);
}
