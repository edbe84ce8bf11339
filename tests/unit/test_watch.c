#include "watch.h"

#include "io.h"
#include "loop.h"
#include "watch_breaker.h"
#include "watch_burst.h"
#include "watch_path.h"
#include "watch_tree.h"

#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define WATCHES_MAX 4

/* A folder, a plan of watches made by hand, and what was reported: "0:src/a.c 1:x ". */
struct world {
    struct ev_loop *loop;
    const char *root;
    struct plan plan;
    struct plan_watch watches[WATCHES_MAX];
    struct plan_string patterns[32];
    char strings[1024];
    uint32_t pattern_count, string_size;
    struct watcher watcher;
    char seen[2048];
    int changes, waves, problems;
    uint32_t others;
    bool more;
    char problem[512];
};

static struct plan_range add_patterns(struct world *w, const char *const *texts)
{
    struct plan_range range = {.first = w->pattern_count};
    for (; texts && *texts; texts++) {
        uint32_t length = (uint32_t)strlen(*texts);
        w->patterns[w->pattern_count++] = (struct plan_string){w->string_size, length};
        memcpy(w->strings + w->string_size, *texts, length + 1);
        w->string_size += length + 1;
        range.count++;
    }
    return range;
}

static void on_changed(void *ctx, const struct watch_change *changes, uint32_t count)
{
    struct world *w = ctx;
    for (uint32_t i = 0; i < count; i++) {
        size_t length = strlen(w->seen);
        snprintf(w->seen + length, sizeof w->seen - length, "%u:%s ", changes[i].watch,
                 changes[i].path);
        w->others = changes[i].others;
        w->more = changes[i].more;
        w->changes++;
    }
    w->waves++;
}

static void on_loops(void *ctx, const struct watch_change *change)
{
    struct world *w = ctx;
    snprintf(w->problem, sizeof w->problem, "%u:%s loops", change->watch, change->path);
    w->problems++;
}

static void on_problem(void *ctx, const char *text)
{
    struct world *w = ctx;
    snprintf(w->problem, sizeof w->problem, "%s", text);
    w->problems++;
}

static const struct watcher_ops ops = {
    .changed = on_changed, .loops = on_loops, .problem = on_problem};

static void begin_world(struct world *w)
{
    *w = (struct world){.loop = loop_create(), .root = suite_tmpdir()};
}

static void add_watch(struct world *w, const char *const *paths, const char *const *ignores)
{
    w->watches[w->plan.watch_count++] = (struct plan_watch){
        .paths = add_patterns(w, paths), .ignores = add_patterns(w, ignores), .debounce_ms = 20};
}

static void start_world(struct world *w)
{
    w->plan.watches = w->watches;
    w->plan.patterns = w->patterns;
    w->plan.strings = w->strings;
    watcher_init(&w->watcher, w->loop, &w->plan, w->root, &ops, w);
    for (uint32_t i = 0; i < w->plan.watch_count; i++)
        watcher_start(&w->watcher, i);
}

/* One watch of one path, without patterns. */
static void simple_world(struct world *w, const char *path)
{
    const char *paths[] = {path, NULL};
    begin_world(w);
    add_watch(w, paths, NULL);
    start_world(w);
}

static void close_world(struct world *w)
{
    watcher_finish(&w->watcher);
    watcher_finish(&w->watcher);
    ev_loop_destroy(w->loop);
}

static bool has_change(void *ctx)
{
    return ((struct world *)ctx)->changes > 0;
}

static bool never(void *ctx)
{
    (void)ctx;
    return false;
}

static void check_change(struct world *w, const char *expected)
{
    loop_until(w->loop, has_change, w);
    ck_assert_str_eq(w->seen, expected);
    w->seen[0] = '\0';
    w->changes = 0;
}

/* Nothing comes of it: a change that is seen afterwards is the first one. */
static void check_silence(struct world *w)
{
    loop_run(w->loop, 0.1, never, NULL);
    ck_assert_str_eq(w->seen, "");
}

static const char *at(const struct world *w, const char *path, char out[PATH_MAX])
{
    snprintf(out, PATH_MAX, "%s/%s", w->root, path);
    return out;
}

static void put(const struct world *w, const char *path, const char *text)
{
    char full[PATH_MAX];
    int fd = open(at(w, path, full), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    ck_assert_msg(fd >= 0, "%s", full);
    ck_assert_int_eq(io_write_all(fd, text, strlen(text)), 0);
    close(fd);
}

static void make_folder(const struct world *w, const char *path)
{
    char full[PATH_MAX];
    ck_assert_int_eq(mkdir(at(w, path, full), 0755), 0);
}

static void move(const struct world *w, const char *from, const char *to)
{
    char full_from[PATH_MAX], full_to[PATH_MAX];
    ck_assert_int_eq(rename(at(w, from, full_from), at(w, to, full_to)), 0);
}

static void drop(const struct world *w, const char *path)
{
    char full[PATH_MAX];
    ck_assert_int_eq(remove(at(w, path, full)), 0);
}

START_TEST(paths_as_text)
{
    static const char *const clean[][2] = {
        {".", ""},        {"./", ""}, {"a", "a"},     {"./a//b/./c/", "a/b/c"},
        {"../x", "../x"}, {"/", "/"}, {"//a/", "/a"}, {"", ""},
    };
    for (size_t i = 0; i < sizeof clean / sizeof *clean; i++) {
        char *path = watch_path_clean(clean[i][0]);
        ck_assert_str_eq(path, clean[i][1]);
        free(path);
    }
    char *folder, *name;
    ck_assert(watch_path_split("/a", &folder, &name));
    ck_assert_str_eq(folder, "/");
    ck_assert_str_eq(name, "a");
    free(folder);
    free(name);
    ck_assert(!watch_path_split("", &folder, &name));
    ck_assert(!watch_path_split("/", &folder, &name));
    ck_assert(!watch_path_split("../..", &folder, &name));
    ck_assert(watch_path_within("a/b", "a"));
    ck_assert(watch_path_within("a", "a"));
    ck_assert(!watch_path_within("ab", "a"));
    ck_assert(watch_path_within("a", "") && watch_path_within("", ""));
    ck_assert(!watch_path_within("../a", "") && !watch_path_within("/a", ""));
}
END_TEST

START_TEST(a_save_is_one_change)
{
    struct world w;
    begin_world(&w);
    const char *paths[] = {"src", NULL};
    add_watch(&w, paths, NULL);
    make_folder(&w, "src");
    put(&w, "src/a.c", "1");
    start_world(&w);
    check_silence(&w);
    put(&w, "src/a.c", "22");
    put(&w, "src/b.c", "3");
    check_change(&w, "0:src/a.c ");
    check_silence(&w);
    close_world(&w);
}
END_TEST

START_TEST(everything_that_happens_to_files)
{
    struct world w;
    char full[PATH_MAX];
    simple_world(&w, ".");
    put(&w, "a", "");
    check_change(&w, "0:a ");
    chmod(at(&w, "a", full), 0600);
    check_change(&w, "0:a ");
    utimensat(AT_FDCWD, at(&w, "a", full), NULL, 0);
    check_change(&w, "0:a ");
    move(&w, "a", "b");
    check_change(&w, "0:a ");
    drop(&w, "b");
    check_change(&w, "0:b ");
    ck_assert_int_eq(symlink("nowhere", at(&w, "link", full)), 0);
    check_change(&w, "0:link ");
    close_world(&w);
}
END_TEST

START_TEST(new_folders_join)
{
    struct world w;
    simple_world(&w, "");
    make_folder(&w, "empty");
    check_silence(&w);
    put(&w, "empty/a", "");
    check_change(&w, "0:empty/a ");
    /* Made faster than anyone can listen. */
    make_folder(&w, "x");
    make_folder(&w, "x/y");
    make_folder(&w, "x/y/z");
    put(&w, "x/y/z/deep", "");
    check_change(&w, "0:x/y/z/deep ");
    put(&w, "x/y/z/deep", "2");
    check_change(&w, "0:x/y/z/deep ");
    close_world(&w);
}
END_TEST

START_TEST(moved_folders_keep_being_watched)
{
    struct world w;
    begin_world(&w);
    make_folder(&w, "src");
    make_folder(&w, "src/a");
    make_folder(&w, "src/a/sub");
    put(&w, "src/a/sub/f", "");
    const char *paths[] = {"src", NULL};
    add_watch(&w, paths, NULL);
    start_world(&w);
    move(&w, "src/a", "src/b");
    check_change(&w, "0:src/a ");
    put(&w, "src/b/sub/f", "1");
    check_change(&w, "0:src/b/sub/f ");
    /* Out of sight, and back again. */
    move(&w, "src/b", "away");
    check_change(&w, "0:src/b ");
    put(&w, "away/sub/f", "2");
    check_silence(&w);
    move(&w, "away", "src/c");
    check_change(&w, "0:src/c/sub/f ");
    put(&w, "src/c/sub/f", "3");
    check_change(&w, "0:src/c/sub/f ");
    drop(&w, "src/c/sub/f");
    check_change(&w, "0:src/c/sub/f ");
    drop(&w, "src/c/sub");
    drop(&w, "src/c");
    check_silence(&w);
    close_world(&w);
}
END_TEST

START_TEST(ignored_is_not_seen)
{
    struct world w;
    const char *paths[] = {".", NULL};
    const char *ignores[] = {"*.log", "dist/", "/only/here", "!kept~", NULL};
    begin_world(&w);
    add_watch(&w, paths, ignores);
    make_folder(&w, ".git");
    make_folder(&w, "node_modules");
    make_folder(&w, "only");
    make_folder(&w, "sub");
    make_folder(&w, "sub/dist");
    start_world(&w);
    put(&w, "a.log", "");
    put(&w, "sub/b.log", "");
    put(&w, "sub/dist/c", "");
    put(&w, ".git/HEAD", "");
    put(&w, "node_modules/x", "");
    put(&w, "only/here", "");
    put(&w, ".a.c.swp", "");
    put(&w, "a.c~", "");
    make_folder(&w, "sub/node_modules");
    put(&w, "sub/node_modules/y", "");
    check_silence(&w);
    put(&w, "kept~", "");
    check_change(&w, "0:kept~ ");
    put(&w, "sub/here", "");
    check_change(&w, "0:sub/here ");
    close_world(&w);
}
END_TEST

START_TEST(the_services_own_log_is_not_seen)
{
    struct world w;
    const char *paths[] = {".", NULL}, *texts[] = {"./logs/a.log", NULL};
    begin_world(&w);
    make_folder(&w, "logs");
    add_watch(&w, paths, NULL);
    struct plan_string file = w.patterns[add_patterns(&w, texts).first];
    struct plan_piece piece = {.kind = PLAN_PIECE_LITERAL, .text = file};
    struct plan_log log = {.file.pieces.count = 1};
    struct plan_service service = {.log = 0};
    w.plan.pieces = &piece;
    w.plan.logs = &log;
    w.plan.log_count = 1;
    w.plan.services = &service;
    start_world(&w);
    put(&w, "logs/a.log", "x");
    move(&w, "logs/a.log", "logs/a.log.1");
    check_silence(&w);
    put(&w, "logs/a.logs", "x");
    check_change(&w, "0:logs/a.logs ");
    close_world(&w);
}
END_TEST

START_TEST(a_file_is_seen_through_its_folder)
{
    struct world w;
    begin_world(&w);
    make_folder(&w, "conf");
    put(&w, "conf/app.toml", "");
    const char *paths[] = {"conf/app.toml", NULL};
    add_watch(&w, paths, NULL);
    start_world(&w);
    put(&w, "conf/other", "");
    check_silence(&w);
    put(&w, "conf/app.toml", "1");
    check_change(&w, "0:conf/app.toml ");
    /* An editor's save: beside it, then over it. */
    for (int i = 0; i < 3; i++) {
        put(&w, "conf/.tmp123", "2");
        move(&w, "conf/.tmp123", "conf/app.toml");
        check_change(&w, "0:conf/app.toml ");
    }
    /* And the other dance: the old one away, a new one in its place. */
    move(&w, "conf/app.toml", "conf/app.toml.bak");
    put(&w, "conf/app.toml", "3");
    check_change(&w, "0:conf/app.toml ");
    check_silence(&w);
    close_world(&w);
}
END_TEST

START_TEST(a_missing_path_is_waited_for)
{
    struct world w;
    simple_world(&w, "a/b/c");
    put(&w, "other", "");
    check_silence(&w);
    make_folder(&w, "a");
    check_silence(&w);
    make_folder(&w, "a/b");
    put(&w, "a/b/x", "");
    check_silence(&w);
    put(&w, "a/b/c", "1");
    check_change(&w, "0:a/b/c ");
    put(&w, "a/b/c", "2");
    check_change(&w, "0:a/b/c ");
    drop(&w, "a/b/c");
    check_change(&w, "0:a/b/c ");
    /* This time it is a folder. */
    make_folder(&w, "a/b/c");
    check_change(&w, "0:a/b/c ");
    put(&w, "a/b/c/f", "");
    check_change(&w, "0:a/b/c/f ");
    close_world(&w);
}
END_TEST

START_TEST(a_root_that_goes_and_comes)
{
    struct world w;
    begin_world(&w);
    make_folder(&w, "src");
    make_folder(&w, "src/in");
    const char *paths[] = {"src", NULL};
    add_watch(&w, paths, NULL);
    start_world(&w);
    for (int i = 0; i < 3; i++) {
        drop(&w, "src/in");
        drop(&w, "src");
        check_change(&w, "0:src ");
        make_folder(&w, "src");
        make_folder(&w, "src/in");
        check_change(&w, "0:src ");
        put(&w, "src/in/f", "");
        check_change(&w, "0:src/in/f ");
        drop(&w, "src/in/f");
        check_change(&w, "0:src/in/f ");
    }
    /* Renamed, and another one in its place. */
    move(&w, "src", "old");
    make_folder(&w, "src");
    check_change(&w, "0:src ");
    put(&w, "old/x", "");
    check_silence(&w);
    put(&w, "src/x", "");
    check_change(&w, "0:src/x ");
    close_world(&w);
}
END_TEST

static bool has_two_changes(void *ctx)
{
    return ((struct world *)ctx)->changes >= 2;
}

START_TEST(watches_share_folders)
{
    struct world w;
    const char *all[] = {".", NULL}, *sub[] = {"sub", "top", NULL};
    begin_world(&w);
    make_folder(&w, "sub");
    add_watch(&w, all, NULL);
    add_watch(&w, sub, NULL);
    start_world(&w);
    put(&w, "sub/f", "");
    loop_until(w.loop, has_two_changes, &w);
    ck_assert(strstr(w.seen, "0:sub/f ") && strstr(w.seen, "1:sub/f "));
    w.seen[0] = '\0';
    w.changes = 0;
    watcher_stop(&w.watcher, 0);
    watcher_stop(&w.watcher, 0);
    put(&w, "sub/f", "1");
    check_change(&w, "1:sub/f ");
    put(&w, "elsewhere", "");
    check_silence(&w);
    put(&w, "top", "");
    check_change(&w, "1:top ");
    watcher_start(&w.watcher, 0);
    watcher_start(&w.watcher, 0);
    put(&w, "elsewhere", "1");
    check_change(&w, "0:elsewhere ");
    close_world(&w);
}
END_TEST

START_TEST(a_change_before_the_stop_is_forgotten)
{
    struct world w;
    simple_world(&w, ".");
    put(&w, "f", "");
    ev_run(w.loop, EVRUN_ONCE);
    watcher_stop(&w.watcher, 0);
    check_silence(&w);
    close_world(&w);
}
END_TEST

/* Changes the file again in every turn, so that it is never quiet. */
static bool keep_writing(void *ctx)
{
    struct world *w = ctx;
    put(w, "busy", "x");
    return w->changes > 0;
}

START_TEST(a_burst_without_end_is_reported)
{
    struct world w;
    simple_world(&w, ".");
    loop_until(w.loop, keep_writing, &w);
    ck_assert_str_eq(w.seen, "0:busy ");
    close_world(&w);
}
END_TEST

static void on_changed_stop(void *ctx, const struct watch_change *changes, uint32_t count)
{
    struct world *w = ctx;
    watcher_stop(&w->watcher, changes[0].watch);
    on_changed(ctx, changes, count);
    watcher_start(&w->watcher, changes[0].watch);
}

START_TEST(restarted_in_its_own_callback)
{
    struct world w;
    simple_world(&w, ".");
    const struct watcher_ops stopping = {.changed = on_changed_stop, .problem = on_problem};
    w.watcher.ops = &stopping;
    put(&w, "a", "");
    check_change(&w, "0:a ");
    put(&w, "b", "");
    check_change(&w, "0:b ");
    close_world(&w);
}
END_TEST

START_TEST(links_are_not_followed_but_a_linked_root_is)
{
    struct world w;
    char full[PATH_MAX];
    begin_world(&w);
    make_folder(&w, "real");
    make_folder(&w, "src");
    ck_assert_int_eq(symlink("real", at(&w, "alias", full)), 0);
    ck_assert_int_eq(symlink("../src", at(&w, "src/loop", full)), 0);
    ck_assert_int_eq(symlink("../real", at(&w, "src/real", full)), 0);
    const char *paths[] = {"src", NULL}, *linked[] = {"alias", NULL};
    add_watch(&w, paths, NULL);
    add_watch(&w, linked, NULL);
    start_world(&w);
    put(&w, "real/f", "");
    check_change(&w, "1:alias/f ");
    check_silence(&w);
    close_world(&w);
}
END_TEST

START_TEST(many_folders)
{
    struct world w;
    char path[64];
    begin_world(&w);
    for (int i = 0; i < 300; i++) {
        snprintf(path, sizeof path, "d%d", i);
        make_folder(&w, path);
    }
    const char *paths[] = {".", NULL};
    add_watch(&w, paths, NULL);
    start_world(&w);
    for (int i = 0; i < 300; i += 50) {
        char expected[80];
        snprintf(path, sizeof path, "d%d/f", i);
        put(&w, path, "");
        snprintf(expected, sizeof expected, "0:%s ", path);
        check_change(&w, expected);
    }
    close_world(&w);
}
END_TEST

START_TEST(an_overflow_is_a_change_and_everything_is_read_anew)
{
    struct world w;
    char path[64];
    FILE *file = fopen("/proc/sys/fs/inotify/max_queued_events", "re");
    int limit = 0;
    if (file) {
        ck_assert_int_eq(fscanf(file, "%d", &limit), 1);
        fclose(file);
    }
    if (limit <= 0 || limit > 50000)
        return;
    simple_world(&w, ".");
    make_folder(&w, "early");
    /* Two files in turn: equal events one after the other would be one. */
    for (int i = 0; i < limit / 4 + 100; i++) {
        put(&w, i % 2 ? "a" : "b", "x");
        put(&w, i % 2 ? "c" : "d", "x");
    }
    make_folder(&w, "late");
    loop_until(w.loop, has_change, &w);
    loop_run(w.loop, 0.1, never, NULL);
    w.seen[0] = '\0';
    w.changes = 0;
    snprintf(path, sizeof path, "late/f");
    put(&w, path, "");
    check_change(&w, "0:late/f ");
    close_world(&w);
}
END_TEST

START_TEST(no_instance_is_told_once)
{
    struct world w;
    struct rlimit limit, low;
    const char *paths[] = {".", NULL};
    begin_world(&w);
    add_watch(&w, paths, NULL);
    add_watch(&w, paths, NULL);
    getrlimit(RLIMIT_NOFILE, &limit);
    low = limit;
    low.rlim_cur = 3;
    setrlimit(RLIMIT_NOFILE, &low);
    start_world(&w);
    setrlimit(RLIMIT_NOFILE, &limit);
    ck_assert_int_eq(w.problems, 1);
    ck_assert_msg(strstr(w.problem, "fs.inotify.max_user_instances"), "%s", w.problem);
    /* A later start may have more luck. */
    watcher_start(&w.watcher, 1);
    put(&w, "f", "");
    check_change(&w, "1:f ");
    close_world(&w);
}
END_TEST

/* ---- Waves ---- */

/* A watch that restarts its service. */
static void add_restarting(struct world *w, const char *path, uint32_t debounce_ms)
{
    const char *paths[] = {path, NULL};
    add_watch(w, paths, NULL);
    w->watches[w->plan.watch_count - 1].restart = 1;
    w->watches[w->plan.watch_count - 1].debounce_ms = debounce_ms;
}

static bool has_wave(void *ctx)
{
    return ((struct world *)ctx)->waves > 0;
}

static void check_wave(struct world *w, const char *expected)
{
    w->seen[0] = '\0';
    w->waves = 0;
    loop_until(w->loop, has_wave, w);
    ck_assert_str_eq(w->seen, expected);
    ck_assert_int_eq(w->waves, 1);
}

START_TEST(one_save_is_one_wave_whatever_the_debounces)
{
    struct world w;
    begin_world(&w);
    make_folder(&w, "lib");
    add_restarting(&w, ".", 10);
    add_restarting(&w, "lib", 80);
    add_restarting(&w, "lib/util", 40);
    start_world(&w);
    put(&w, "lib/util", "x");
    check_wave(&w, "0:lib/util 1:lib/util 2:lib/util ");
    /* Changes that overlap in time, of different files. */
    put(&w, "other", "x");
    put(&w, "lib/a", "x");
    check_wave(&w, "0:other 1:lib/a ");
    put(&w, "top", "x");
    check_wave(&w, "0:top ");
    close_world(&w);
}
END_TEST

START_TEST(a_watch_without_restart_keeps_nobody_waiting)
{
    struct world w;
    const char *all[] = {".", NULL};
    begin_world(&w);
    add_restarting(&w, ".", 10);
    add_watch(&w, all, NULL);
    w.watches[1].debounce_ms = 300;
    start_world(&w);
    put(&w, "f", "x");
    check_wave(&w, "0:f ");
    check_wave(&w, "1:f ");
    close_world(&w);
}
END_TEST

START_TEST(others_are_counted)
{
    struct world w;
    char path[32];
    begin_world(&w);
    add_restarting(&w, ".", 60);
    start_world(&w);
    put(&w, "a", "x");
    put(&w, "b", "x");
    put(&w, "a", "y");
    check_wave(&w, "0:a ");
    ck_assert_uint_eq(w.others, 1);
    ck_assert(!w.more);
    for (int i = 0; i < 100; i++) {
        snprintf(path, sizeof path, "many%d", i);
        put(&w, path, "x");
    }
    check_wave(&w, "0:many0 ");
    ck_assert_uint_eq(w.others, WATCH_BURST_PATHS - 1);
    ck_assert(w.more);
    close_world(&w);
}
END_TEST

static void check_named(struct world *w, const char *expected, uint32_t others)
{
    check_wave(w, expected);
    ck_assert_uint_eq(w->others, others);
}

/* As editors and tools save: what they make beside the file is not what was saved. */
START_TEST(a_save_by_rename_is_called_by_the_file)
{
    struct world w;
    begin_world(&w);
    add_restarting(&w, ".", 60);
    put(&w, "foo.c", "1");
    put(&w, "left.tmp", "1");
    start_world(&w);
    put(&w, "foo.c.tmp123", "2");
    move(&w, "foo.c.tmp123", "foo.c");
    check_named(&w, "0:foo.c ", 0);
    /* One that was there before. */
    put(&w, "left.tmp", "3");
    move(&w, "left.tmp", "foo.c");
    check_named(&w, "0:foo.c ", 0);
    /* Vim: 4913 to try, the old file becomes the backup, the new one takes its place. */
    put(&w, ".foo.c.swp", "");
    put(&w, "4913", "");
    drop(&w, "4913");
    move(&w, "foo.c", "foo.c~");
    put(&w, "foo.c", "4");
    drop(&w, "foo.c~");
    drop(&w, ".foo.c.swp");
    check_named(&w, "0:foo.c ", 0);
    /* Another name for the trial, and two files at once. */
    put(&w, "probe", "");
    drop(&w, "probe");
    put(&w, "one", "5");
    put(&w, "two", "5");
    check_named(&w, "0:one ", 1);
    close_world(&w);
}
END_TEST

START_TEST(what_came_and_went_alone_is_named)
{
    struct world w;
    begin_world(&w);
    add_restarting(&w, ".", 60);
    start_world(&w);
    put(&w, "flag", "");
    drop(&w, "flag");
    check_named(&w, "0:flag ", 0);
    put(&w, "flag", "");
    drop(&w, "flag");
    put(&w, "flag", "");
    check_named(&w, "0:flag ", 0);
    /* A renamed file is two that changed: both names are news. */
    move(&w, "flag", "mark");
    check_named(&w, "0:flag ", 1);
    close_world(&w);
}
END_TEST

START_TEST(a_folder_that_was_made_under_another_name)
{
    struct world w;
    begin_world(&w);
    add_restarting(&w, ".", 60);
    start_world(&w);
    make_folder(&w, "dist.new");
    put(&w, "dist.new/a", "1");
    move(&w, "dist.new", "dist");
    check_named(&w, "0:dist/a ", 0);
    close_world(&w);
}
END_TEST

START_TEST(editors_files_alone_restart_nothing)
{
    struct world w;
    begin_world(&w);
    add_restarting(&w, ".", 60);
    start_world(&w);
    put(&w, ".foo.c.swp", "");
    put(&w, "4913", "");
    put(&w, "foo.c~", "");
    put(&w, "#foo.c#", "");
    move(&w, "foo.c~", "bar.c~");
    drop(&w, "4913");
    check_silence(&w);
    close_world(&w);
}
END_TEST

/* The service of watch 0 writes into it as soon as it has been executed. */
static void on_changed_write(void *ctx, const struct watch_change *changes, uint32_t count)
{
    struct world *w = ctx;
    on_changed(ctx, changes, count);
    watcher_executed(&w->watcher, 0);
    put(w, "cache", "x");
}

static bool has_problem(void *ctx)
{
    return ((struct world *)ctx)->problems > 0;
}

START_TEST(who_restarts_itself_is_found_out)
{
    struct world w;
    const struct watcher_ops writing = {
        .changed = on_changed_write, .loops = on_loops, .problem = on_problem};
    begin_world(&w);
    add_restarting(&w, ".", 5);
    start_world(&w);
    w.watcher.ops = &writing;
    watcher_executed(&w.watcher, 0);
    put(&w, "source", "x");
    loop_until(w.loop, has_problem, &w);
    ck_assert_str_eq(w.problem, "0:cache loops");
    ck_assert_int_eq(w.waves, 1 + WATCH_QUICK_MAX);
    /* And it stays so as long as it writes. */
    put(&w, "cache", "y");
    loop_run(w.loop, 0.1, never, NULL);
    ck_assert_int_eq(w.waves, 1 + WATCH_QUICK_MAX);
    ck_assert_int_eq(w.problems, 1);
    close_world(&w);
}
END_TEST

/* ---- Limits ---- */

/* How many watches the instance has: a line each in what the kernel says of the descriptor. */
static int count_watches(void)
{
    char path[64], line[512];
    int count = 0;
    for (int fd = 3; fd < 64; fd++) {
        snprintf(path, sizeof path, "/proc/self/fdinfo/%d", fd);
        FILE *file = fopen(path, "re");
        while (file && fgets(line, sizeof line, file))
            count += strncmp(line, "inotify ", 8) == 0;
        if (file)
            fclose(file);
    }
    return count;
}

START_TEST(what_is_ignored_costs_no_watch)
{
    struct world w;
    char path[64];
    const char *paths[] = {".", NULL}, *ignores[] = {"vendor/", NULL};
    begin_world(&w);
    make_folder(&w, "src");
    make_folder(&w, "src/node_modules");
    make_folder(&w, "vendor");
    for (int i = 0; i < 200; i++) {
        snprintf(path, sizeof path, "%s/%d", i % 2 ? "vendor" : "src/node_modules", i);
        make_folder(&w, path);
    }
    add_watch(&w, paths, ignores);
    start_world(&w);
    ck_assert_int_eq(count_watches(), 2); /* "." and "src" */
    make_folder(&w, "src/new");
    make_folder(&w, "src/new/node_modules");
    put(&w, "src/new/node_modules/x", "");
    put(&w, "src/new/f", "");
    check_change(&w, "0:src/new/f ");
    ck_assert_int_eq(count_watches(), 3);
    close_world(&w);
}
END_TEST

/* In a user namespace of its own the limit can be lowered without privileges. */
static bool lower_limit(const char *name, const char *value)
{
    char path[64];
    if (unshare(CLONE_NEWUSER))
        return false;
    snprintf(path, sizeof path, "/proc/sys/user/%s", name);
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    bool done = fd >= 0 && write(fd, value, strlen(value)) > 0;
    if (fd >= 0)
        close(fd);
    return done;
}

START_TEST(no_watch_left_is_explained)
{
    struct world w;
    char path[64];
    const char *paths[] = {".", NULL}, *ignores[] = {"*.tmp", NULL}, *sub[] = {"src", NULL};
    if (!lower_limit("max_inotify_watches", "10"))
        return;
    begin_world(&w);
    make_folder(&w, "src");
    make_folder(&w, "web");
    make_folder(&w, "web/assets");
    make_folder(&w, "web/assets/x.tmp");
    for (int i = 0; i < 20; i++) {
        snprintf(path, sizeof path, "web/assets/%d", i);
        make_folder(&w, path);
    }
    add_watch(&w, paths, ignores);
    add_watch(&w, sub, NULL);
    start_world(&w);
    loop_until(w.loop, has_problem, &w);
    ck_assert_msg(strstr(w.problem, "24 folders are to be watched, and "
                                    "user.max_inotify_watches allows 10 "),
                  "%s", w.problem);
    ck_assert_msg(strstr(w.problem, "the biggest tree is \"web/assets\" with 21 of them"), "%s",
                  w.problem);
    ck_assert_msg(strstr(w.problem, "sudo sysctl user.max_inotify_watches="), "%s", w.problem);
    ck_assert_int_eq(w.problems, 1);
    /* What has a watch goes on. */
    put(&w, "top", "x");
    loop_until(w.loop, has_change, &w);
    close_world(&w);
}
END_TEST

START_TEST(never_started)
{
    struct world w;
    begin_world(&w);
    const char *paths[] = {".", NULL};
    add_watch(&w, paths, NULL);
    w.plan.watch_count = 0;
    start_world(&w);
    close_world(&w);
    struct watcher zeroed = {0};
    watcher_finish(&zeroed);
}
END_TEST

/* As on a reload: the second watch becomes the first of another plan, with what it has seen. */
START_TEST(another_watcher_goes_on)
{
    struct world w, next;
    const char *a[] = {"a", NULL}, *b[] = {"b", NULL};
    begin_world(&w);
    make_folder(&w, "a");
    make_folder(&w, "b");
    add_watch(&w, a, NULL);
    add_watch(&w, b, NULL);
    w.watches[1].debounce_ms = 1000;
    start_world(&w);
    put(&w, "b/x", "one");
    loop_run(w.loop, 0.05, never, NULL);
    next = (struct world){.loop = w.loop, .root = w.root};
    add_watch(&next, b, NULL);
    start_world(&next);
    watcher_adopt(&next.watcher, 0, &w.watcher, 1);
    watcher_finish(&w.watcher);
    check_change(&next, "0:b/x ");
    put(&next, "b/y", "two");
    check_change(&next, "0:b/y ");
    ck_assert_str_eq(w.seen, "");
    close_world(&next);
}
END_TEST

int main(void)
{
    struct suite s = suite_begin("watch");
    SUITE_CASE(s, paths_as_text);
    SUITE_CASE(s, a_save_is_one_change);
    SUITE_CASE(s, everything_that_happens_to_files);
    SUITE_CASE(s, new_folders_join);
    SUITE_CASE(s, moved_folders_keep_being_watched);
    SUITE_CASE(s, ignored_is_not_seen);
    SUITE_CASE(s, the_services_own_log_is_not_seen);
    SUITE_CASE(s, a_file_is_seen_through_its_folder);
    SUITE_CASE(s, a_missing_path_is_waited_for);
    SUITE_CASE(s, a_root_that_goes_and_comes);
    SUITE_CASE(s, watches_share_folders);
    SUITE_CASE(s, a_change_before_the_stop_is_forgotten);
    SUITE_CASE(s, a_burst_without_end_is_reported);
    SUITE_CASE(s, restarted_in_its_own_callback);
    SUITE_CASE(s, links_are_not_followed_but_a_linked_root_is);
    SUITE_CASE(s, many_folders);
    SUITE_CASE(s, an_overflow_is_a_change_and_everything_is_read_anew);
    SUITE_CASE(s, no_instance_is_told_once);
    SUITE_CASE(s, one_save_is_one_wave_whatever_the_debounces);
    SUITE_CASE(s, a_watch_without_restart_keeps_nobody_waiting);
    SUITE_CASE(s, others_are_counted);
    SUITE_CASE(s, a_save_by_rename_is_called_by_the_file);
    SUITE_CASE(s, what_came_and_went_alone_is_named);
    SUITE_CASE(s, a_folder_that_was_made_under_another_name);
    SUITE_CASE(s, editors_files_alone_restart_nothing);
    SUITE_CASE(s, who_restarts_itself_is_found_out);
    SUITE_CASE(s, what_is_ignored_costs_no_watch);
    SUITE_CASE(s, no_watch_left_is_explained);
    SUITE_CASE(s, never_started);
    SUITE_CASE(s, another_watcher_goes_on);
    return suite_run(s);
}
