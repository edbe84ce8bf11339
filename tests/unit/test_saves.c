/* Saved sources, however an editor saves them. */
#include "saves.h"

#include "io.h"
#include "loop.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

struct world {
    struct ev_loop *loop;
    const char *root;
    struct plan plan;
    struct plan_source sources[2];
    char strings[32];
    struct saves saves;
    char seen[256]; /* "A3sfile.hcl " for each that was told */
};

static void on_saved(void *ctx, const char *path)
{
    struct world *w = ctx;
    size_t length = strlen(w->seen);
    snprintf(w->seen + length, sizeof w->seen - length, "%s ", path);
}

static void on_problem(void *ctx, const char *text)
{
    (void)ctx;
    ck_abort_msg("%s", text);
}

static const struct saves_ops ops = {.saved = on_saved, .problem = on_problem};

static void put(const struct world *w, const char *path, const char *text)
{
    char full[PATH_MAX];
    snprintf(full, sizeof full, "%s/%s", w->root, path);
    int fd = open(full, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(io_write_all(fd, text, strlen(text)), 0);
    close(fd);
}

static void move(const struct world *w, const char *from, const char *to)
{
    char full_from[PATH_MAX], full_to[PATH_MAX];
    snprintf(full_from, sizeof full_from, "%s/%s", w->root, from);
    snprintf(full_to, sizeof full_to, "%s/%s", w->root, to);
    ck_assert_int_eq(rename(full_from, full_to), 0);
}

static void open_world(struct world *w)
{
    char folder[PATH_MAX];
    *w = (struct world){.loop = loop_create(), .root = suite_tmpdir()};
    memcpy(w->strings, "A3sfile.hcl\0etc/key.txt", sizeof "A3sfile.hcl\0etc/key.txt");
    w->sources[0].path = (struct plan_string){0, 11};
    w->sources[1].path = (struct plan_string){12, 11};
    w->plan = (struct plan){.sources = w->sources, .strings = w->strings, .source_count = 2};
    snprintf(folder, sizeof folder, "%s/etc", w->root);
    ck_assert_int_eq(mkdir(folder, 0755), 0);
    put(w, "A3sfile.hcl", "one");
    put(w, "etc/key.txt", "one");
    ck_assert_int_eq(saves_start(&w->saves, w->loop, &w->plan, w->root, &ops, w), 0);
}

static void close_world(struct world *w)
{
    saves_stop(&w->saves);
    saves_stop(&w->saves);
    ev_loop_destroy(w->loop);
}

static bool has_seen(void *ctx)
{
    return ((struct world *)ctx)->seen[0];
}

static void check_seen(struct world *w, const char *expected)
{
    loop_until(w->loop, has_seen, w);
    ck_assert_str_eq(w->seen, expected);
    w->seen[0] = '\0';
}

START_TEST(each_way_to_save_is_one)
{
    struct world w;
    open_world(&w);
    put(&w, "A3sfile.hcl", "in place");
    check_seen(&w, "A3sfile.hcl ");
    put(&w, "A3sfile.hcl~new", "beside it");
    move(&w, "A3sfile.hcl~new", "A3sfile.hcl");
    check_seen(&w, "A3sfile.hcl ");
    move(&w, "A3sfile.hcl", "A3sfile.hcl~");
    put(&w, "A3sfile.hcl", "the old one away first");
    put(&w, "A3sfile.hcl", "and once more");
    check_seen(&w, "A3sfile.hcl ");
    put(&w, "etc/key.txt", "two");
    check_seen(&w, "etc/key.txt ");
    close_world(&w);
}
END_TEST

START_TEST(other_files_are_nobody_s)
{
    struct world w;
    open_world(&w);
    put(&w, "A3sfile.hcl.swp", "an editor");
    put(&w, "etc/other.txt", "somebody");
    put(&w, "etc/key.txt", "two");
    check_seen(&w, "etc/key.txt ");
    close_world(&w);
}
END_TEST

START_TEST(what_was_saved_before_a_new_start_is_not_told)
{
    struct world w;
    open_world(&w);
    put(&w, "A3sfile.hcl", "two");
    ck_assert_int_eq(saves_start(&w.saves, w.loop, &w.plan, w.root, &ops, &w), 0);
    put(&w, "etc/key.txt", "two");
    check_seen(&w, "etc/key.txt ");
    close_world(&w);
}
END_TEST

int main(void)
{
    struct suite s = suite_begin("saves");
    SUITE_CASE(s, each_way_to_save_is_one);
    SUITE_CASE(s, other_files_are_nobody_s);
    SUITE_CASE(s, what_was_saved_before_a_new_start_is_not_told);
    return suite_run(s);
}
