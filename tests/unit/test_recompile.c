/* Plans made in a child: what comes back, and what when it does not. */
#include "recompile.h"

#include "loop.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#define LARGE (3u << 20)

enum manner { WELL, LARGELY, WRONG, DYING, SILENT, SLOW };

struct world {
    struct ev_loop *loop;
    struct recompile recompile;
    struct update_source source;
    enum manner manner;
    int memory; /* what the child changes is not changed here */
    int made;
    bool valid;
    size_t sizes[UPDATE_PART_COUNT];
    char text[256];
};

static void make(void *ctx, const struct plan *current, const json_t *variables, struct update *out)
{
    struct world *w = ctx;
    (void)current;
    w->memory = 1;
    if (w->manner == DYING)
        raise(SIGKILL);
    if (w->manner == SILENT)
        _exit(0);
    for (;;) {
        if (w->manner != SLOW)
            break;
        pause();
    }
    out->valid = w->manner != WRONG;
    strbuf_addn(&out->parts[UPDATE_PLAN], 'p', w->manner == LARGELY ? LARGE : 10);
    strbuf_addf(&out->parts[UPDATE_TEXT], "fd 4 is %s, x is %s",
                fcntl(4, F_GETFD) < 0 ? "closed" : "open",
                json_string_value(json_object_get(variables, "x")));
}

static void on_made(void *ctx, const struct update *update)
{
    struct world *w = ctx;
    w->made++;
    w->valid = update->valid;
    for (int i = 0; i < UPDATE_PART_COUNT; i++)
        w->sizes[i] = update->parts[i].len;
    snprintf(w->text, sizeof w->text, "%s", strbuf_text(&update->parts[UPDATE_TEXT]));
}

static void open_world(struct world *w, enum manner manner)
{
    *w = (struct world){.loop = loop_create(), .manner = manner};
    w->source = (struct update_source){.make = make, .ctx = w};
    recompile_init(&w->recompile, w->loop, on_made, w);
}

static void close_world(struct world *w)
{
    recompile_stop(&w->recompile);
    recompile_stop(&w->recompile);
    while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
        ;
    ev_loop_destroy(w->loop);
}

static bool has_made(void *ctx)
{
    return ((struct world *)ctx)->made > 0;
}

static void begin(struct world *w, const json_t *variables)
{
    ck_assert_int_eq(recompile_start(&w->recompile, &w->source, NULL, variables), 0);
}

START_TEST(what_is_made_comes_back)
{
    for (enum manner manner = WELL; manner <= WRONG; manner++) {
        struct world w;
        json_t *variables = json_pack("{s:s}", "x", "y");
        open_world(&w, manner);
        begin(&w, variables);
        loop_until(w.loop, has_made, &w);
        ck_assert_int_eq(w.valid, manner != WRONG);
        ck_assert_uint_eq(w.sizes[UPDATE_PLAN], manner == LARGELY ? LARGE : 10);
        ck_assert_uint_eq(w.sizes[UPDATE_JSON], 0);
        ck_assert_str_eq(w.text, "fd 4 is closed, x is y");
        ck_assert_int_eq(w.memory, 0);
        ck_assert_int_eq(w.recompile.pid, 0);
        json_decref(variables);
        close_world(&w);
    }
}
END_TEST

START_TEST(a_child_that_dies_is_a_fault)
{
    for (enum manner manner = DYING; manner <= SILENT; manner++) {
        struct world w;
        open_world(&w, manner);
        begin(&w, NULL);
        loop_until(w.loop, has_made, &w);
        ck_assert(!w.valid);
        ck_assert_ptr_nonnull(strstr(w.text, "this is a fault in a3s"));
        close_world(&w);
    }
}
END_TEST

START_TEST(a_child_that_is_stopped_tells_nothing)
{
    struct world w;
    open_world(&w, SLOW);
    begin(&w, NULL);
    pid_t pid = w.recompile.pid;
    recompile_stop(&w.recompile);
    int status;
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    /* And one can be made afterwards. */
    w.manner = WELL;
    begin(&w, NULL);
    loop_until(w.loop, has_made, &w);
    ck_assert_int_eq(w.made, 1);
    close_world(&w);
}
END_TEST

START_TEST(a_number_that_was_reaped_is_not_killed)
{
    struct world w;
    open_world(&w, SILENT);
    begin(&w, NULL);
    pid_t pid = w.recompile.pid;
    ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
    ck_assert(!recompile_exited(&w.recompile, pid + 1));
    ck_assert(recompile_exited(&w.recompile, pid));
    ck_assert(w.recompile.reaped);
    loop_until(w.loop, has_made, &w);
    ck_assert(!recompile_exited(&w.recompile, pid));
    close_world(&w);
}
END_TEST

int main(void)
{
    struct suite s = suite_begin("recompile");
    SUITE_CASE(s, what_is_made_comes_back);
    SUITE_CASE(s, a_child_that_dies_is_a_fault);
    SUITE_CASE(s, a_child_that_is_stopped_tells_nothing);
    SUITE_CASE(s, a_number_that_was_reaped_is_not_killed);
    return suite_run(s);
}
