#include "launch.h"
#include "nursery.h"
#include "orphans.h"
#include "plan_builder.h"
#include "probe_world.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* A plan with one service whose probe is a line for the shell, run in the case's folder. */
struct world {
    struct probe_world w;
    struct arena arena;
    struct plan plan;
    uint16_t ports[1];
    struct launch_world launch;
    struct nursery nursery;
};

static struct plan_text text(struct plan_writer *writer, const char *s)
{
    return plan_writer_text(writer, str_from(s));
}

/* The builder's service has a command of its own; the probe's comes behind it. */
static void make_plan(struct world *w, const char *const *argv)
{
    struct plan_writer *writer = plan_writer_new(&w->arena);
    plan_builder_frame(writer);
    struct plan_service service = plan_builder_service(writer, "web", 0);
    struct plan_command command = {.line = text(writer, argv[0])};
    command.argv.first = plan_writer_count(writer, PLAN_SECTION_ARGV);
    for (; argv[command.argv.count]; command.argv.count++) {
        struct plan_text arg = text(writer, argv[command.argv.count]);
        plan_writer_add(writer, PLAN_SECTION_ARGV, &arg);
    }
    struct plan_probe probe = {.type = PLAN_PROBE_EXEC,
                               .pattern = plan_writer_string(writer, STR("")),
                               .interval_ms = 20,
                               .timeout_ms = 10000,
                               .start_timeout_ms = 60000,
                               .retries = 2};
    probe.command = plan_writer_add(writer, PLAN_SECTION_COMMANDS, &command);
    probe.path.pieces.first = plan_writer_count(writer, PLAN_SECTION_PIECES);
    service.probe = plan_writer_add(writer, PLAN_SECTION_PROBES, &probe);
    plan_writer_add(writer, PLAN_SECTION_SERVICES, &service);
    const void *bytes;
    size_t size;
    uint64_t where = 0;
    ck_assert_int_eq(plan_writer_finish(writer, &bytes, &size, &where), PLAN_OK);
    plan_view(&w->plan, bytes, size);
}

static void open_world(struct world *w, const char *const *argv)
{
    struct proc_inherited inherited;
    memset(w, 0, sizeof *w);
    process_remember(&inherited);
    orphans_adopt();
    ck_assert_int_eq(nursery_start(&w->nursery, &inherited), 0);
    make_plan(w, argv);
    w->launch = (struct launch_world){
        .plan = &w->plan, .root = suite_tmpdir(), .ports = w->ports, .inherited = environ};
    probe_world_open_bare(&w->w, PLAN_PROBE_EXEC);
    w->w.config = w->plan.probes[0];
    w->w.setup.plan = &w->plan;
    w->w.setup.world = &w->launch;
    w->w.setup.nursery = &w->nursery;
    probe_world_begin(&w->w);
}

static void open_script(struct world *w, const char *script)
{
    open_world(w, (const char *const[]){"sh", "-c", script, NULL});
}

/* Nobody is left, of whatever the probe has started. */
static void close_world(struct world *w)
{
    probe_world_close(&w->w);
    nursery_stop(&w->nursery);
    while (waitpid(-1, NULL, 0) > 0) {
    }
    ck_assert_int_eq(errno, ECHILD);
    arena_finish(&w->arena);
}

static void begin(struct world *w)
{
    probe_prepare(&w->w.probe, "", "", 0);
    probe_start(&w->w.probe);
}

static void touch(const char *name, bool there)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", suite_tmpdir(), name);
    if (there)
        close(open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    else
        unlink(path);
}

static size_t count_bytes(const char *name)
{
    char path[512], bytes[4096];
    snprintf(path, sizeof path, "%s/%s", suite_tmpdir(), name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t size = fd < 0 ? 0 : read(fd, bytes, sizeof bytes);
    if (fd >= 0)
        close(fd);
    return size > 0 ? (size_t)size : 0;
}

START_TEST(well_unwell_and_back)
{
    struct world w;
    open_script(&w,
                "test -e well || { echo first; printf 'it is \\033[31mill\\a\\n' >&2; exit 3; }");
    w.w.config.interval_ms = 1000; /* which bounds a try, too */
    begin(&w);
    loop_until(w.w.loop, probe_world_has_failed, &w.w);
    ck_assert_str_eq(probe_error(&w.w.probe), "probe \"sh\": exited with 3: it is ill\\x07");
    touch("well", true);
    loop_until(w.w.loop, probe_world_has_edge, &w.w);
    touch("well", false);
    loop_until(w.w.loop, probe_world_has_two_edges, &w.w);
    ck_assert_msg(strstr(w.w.reason, "exited with 3"), "%s", w.w.reason);
    touch("well", true);
    loop_until(w.w.loop, probe_world_has_three_edges, &w.w);
    ck_assert_str_eq(w.w.edges, "RUW");
    close_world(&w);
}
END_TEST

static bool has_failed_thrice(void *ctx)
{
    return probe_failures(&((struct probe_world *)ctx)->probe) >= 3;
}

START_TEST(late_is_killed_with_its_children)
{
    struct world w;
    open_script(&w, "trap '' TERM INT HUP; "
                    "(trap '' TERM; sleep 1000 & sleep 1000) & sleep 1000");
    w.w.config.timeout_ms = 50;
    begin(&w);
    loop_until(w.w.loop, probe_world_has_failed, &w.w);
    ck_assert_str_eq(probe_error(&w.w.probe), "probe \"sh\": it did not end within 50 ms");
    loop_until(w.w.loop, has_failed_thrice, &w.w);
    ck_assert_str_eq(w.w.edges, "");
    close_world(&w);
}
END_TEST

START_TEST(never_two_at_a_time)
{
    struct world w;
    open_script(
        &w, "mkdir lock || echo -n x >>twice; sleep 0.05; rmdir lock; echo -n y >>runs; exit 1");
    w.w.config.interval_ms = 1;
    begin(&w);
    loop_until(w.w.loop, has_failed_thrice, &w.w);
    probe_stop(&w.w.probe);
    ck_assert_uint_eq(count_bytes("twice"), 0);
    ck_assert_uint_ge(count_bytes("runs"), 3);
    close_world(&w);
}
END_TEST

START_TEST(what_outlives_it_is_killed)
{
    struct world w;
    open_script(&w, "trap '' TERM HUP; sleep 1000 & exit 0");
    begin(&w);
    loop_until(w.w.loop, probe_world_has_edge, &w.w);
    ck_assert_str_eq(w.w.edges, "R");
    close_world(&w);
}
END_TEST

START_TEST(a_flood_is_bounded)
{
    struct world w;
    open_script(&w, _i ? "yes" : "yes | head -c 3000000; echo end; exit 4");
    w.w.config.timeout_ms = _i ? 100 : 10000;
    begin(&w);
    loop_until(w.w.loop, probe_world_has_failed, &w.w);
    ck_assert_str_eq(probe_error(&w.w.probe), _i ? "probe \"sh\": it did not end within 100 ms"
                                                 : "probe \"sh\": exited with 4: end");
    close_world(&w);
}
END_TEST

START_TEST(no_such_program)
{
    struct world w;
    open_world(&w, (const char *const[]){"there-is-no-such-program", NULL});
    begin(&w);
    loop_until(w.w.loop, probe_world_has_failed, &w.w);
    ck_assert_str_eq(probe_error(&w.w.probe),
                     "probe \"there-is-no-such-program\": cannot find the program "
                     "\"there-is-no-such-program\": there is no such program in its PATH");
    close_world(&w);
}
END_TEST

static bool is_there(const char *name)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", suite_tmpdir(), name);
    return access(path, F_OK) == 0;
}

static bool has_begun(void *ctx)
{
    (void)ctx;
    return is_there("begun");
}

START_TEST(stopped_and_started_while_it_runs)
{
    struct world w;
    open_script(&w, "touch begun; test -e well && exit 0; trap '' TERM; sleep 1000");
    begin(&w);
    while (!has_begun(NULL))
        ev_run(w.w.loop, EVRUN_NOWAIT);
    probe_stop(&w.w.probe);
    touch("well", true);
    begin(&w);
    loop_until(w.w.loop, probe_world_has_edge, &w.w);
    ck_assert_str_eq(w.w.edges, "R");
    close_world(&w);
}
END_TEST

START_TEST(finished_while_it_runs)
{
    struct world w;
    open_script(&w, "trap '' TERM; sleep 1000");
    w.w.config.timeout_ms = 60000;
    begin(&w);
    loop_run(w.w.loop, 0.05, probe_world_has_edge, &w.w);
    close_world(&w);
}
END_TEST

int main(void)
{
    struct suite s = suite_begin("probe_exec");
    SUITE_CASE(s, well_unwell_and_back);
    SUITE_CASE(s, late_is_killed_with_its_children);
    SUITE_CASE(s, never_two_at_a_time);
    SUITE_CASE(s, what_outlives_it_is_killed);
    SUITE_LOOP(s, a_flood_is_bounded, 0, 2);
    SUITE_CASE(s, no_such_program);
    SUITE_CASE(s, stopped_and_started_while_it_runs);
    SUITE_CASE(s, finished_while_it_runs);
    return suite_run(s);
}
