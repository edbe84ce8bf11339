/* What is said of a start, over the plan of plan_builder.h: migrate needs db; api needs db and
 * migrate. The states are set by hand. */
#include "progress.h"

#include "mem.h"
#include "plan_builder.h"
#include "run.h"
#include "suite.h"

enum { DB, MIGRATE, API, WEB };

struct world {
    struct arena arena;
    struct plan plan;
    struct supervisor supervisor;
    struct run *runs;
    struct strbuf *reasons;
    uint16_t *ports;
    struct narrator narrator;
    struct timeline timeline;
    struct progress progress;
    struct progress_listener listener;
    struct strbuf said;
};

static void say(void *ctx, const char *line)
{
    struct world *w = ctx;
    strbuf_addf(&w->said, "%s\n", line);
}

static void open_world(struct world *w)
{
    size_t size;
    *w = (struct world){0};
    unsigned char *bytes = plan_builder_make(&w->arena, &size);
    plan_view(&w->plan, bytes, size);
    uint32_t count = w->plan.service_count;
    supervisor_init(&w->supervisor, &w->plan);
    w->runs = mem_alloc_array(count, sizeof *w->runs);
    w->reasons = mem_alloc_array(count, sizeof *w->reasons);
    w->ports = mem_alloc_array(count, sizeof *w->ports);
    w->narrator = (struct narrator){.plan = &w->plan,
                                    .supervisor = &w->supervisor,
                                    .runs = w->runs,
                                    .ports = w->ports,
                                    .reasons = w->reasons};
    timeline_init(&w->timeline, count, 1000, 1700000000000);
    progress_init(&w->progress, count);
    w->listener = (struct progress_listener){say, w};
}

static void close_world(struct world *w)
{
    for (uint32_t i = 0; i < w->plan.service_count; i++)
        strbuf_finish(&w->reasons[i]);
    free(w->runs);
    free(w->reasons);
    free(w->ports);
    strbuf_finish(&w->said);
    progress_finish(&w->progress);
    timeline_finish(&w->timeline);
    supervisor_finish(&w->supervisor);
    arena_finish(&w->arena);
}

static void set(struct world *w, uint32_t service, enum service_state state, int64_t since)
{
    struct supervised *s = &w->supervisor.services[service];
    s->wanted = true;
    s->state = state;
    s->since = since;
}

static int64_t look(struct world *w, int64_t now)
{
    strbuf_clear(&w->said);
    return progress_waits(&w->progress, &w->narrator, now, &w->listener);
}

START_TEST(a_long_start_is_told_ever_more_rarely)
{
    struct world w;
    open_world(&w);
    set(&w, DB, SERVICE_STARTING, 1000);
    set(&w, MIGRATE, SERVICE_PENDING, 1000);
    set(&w, API, SERVICE_PENDING, 1000);
    strbuf_adds(&w.reasons[DB], "nothing listens on port 5432");
    ck_assert_int_eq(look(&w, 1500), 500);
    ck_assert_str_eq(strbuf_text(&w.said), "");
    ck_assert_int_eq(look(&w, 2000), 2000);
    ck_assert_str_eq(
        strbuf_text(&w.said),
        "migrate and api wait for db (starting, 1.0 s: nothing listens on port 5432)\n");
    ck_assert_int_eq(look(&w, 3999), 1);
    ck_assert_str_eq(strbuf_text(&w.said), "");
    ck_assert_int_eq(look(&w, 4000), 7000);
    ck_assert_uint_gt(w.said.len, 0);
    ck_assert_int_eq(look(&w, 11000), 20000);
    ck_assert_int_eq(look(&w, 31000), 30000);
    ck_assert_int_eq(look(&w, 61000), 60000);
    ck_assert_int_eq(look(&w, 121000), 60000);
    /* Late: what has been missed is told once. */
    ck_assert_int_eq(look(&w, 400000), 21000);
    set(&w, DB, SERVICE_RUNNING, 400000);
    set(&w, MIGRATE, SERVICE_STOPPED, 400000);
    set(&w, API, SERVICE_RUNNING, 400000);
    ck_assert_int_eq(look(&w, 400001), -1);
    close_world(&w);
}
END_TEST

START_TEST(a_task_is_told_if_somebody_waits)
{
    struct world w;
    open_world(&w);
    set(&w, DB, SERVICE_RUNNING, 1000);
    set(&w, MIGRATE, SERVICE_RUNNING, 1000);
    look(&w, 3000);
    ck_assert_str_eq(strbuf_text(&w.said), "");
    set(&w, API, SERVICE_PENDING, 1000);
    look(&w, 5000);
    ck_assert_str_eq(strbuf_text(&w.said), "api waits for migrate (running, 4.0 s)\n");
    close_world(&w);
}
END_TEST

START_TEST(nobody_waits_but_it_is_late)
{
    struct world w;
    open_world(&w);
    set(&w, WEB, SERVICE_STARTING, 1000);
    look(&w, 2200);
    ck_assert_str_eq(strbuf_text(&w.said), "web is not ready yet (starting, 1.2 s)\n");
    close_world(&w);
}
END_TEST

START_TEST(a_start_after_a_back_off_is_not_late)
{
    struct world w;
    open_world(&w);
    set(&w, WEB, SERVICE_BACKOFF, 1000);
    look(&w, 1500);
    set(&w, WEB, SERVICE_STARTING, 2000);
    look(&w, 2001);
    ck_assert_str_eq(strbuf_text(&w.said), "");
    look(&w, 4000);
    ck_assert_str_eq(strbuf_text(&w.said), "web is not ready yet (starting, 2.0 s)\n");
    close_world(&w);
}
END_TEST

START_TEST(outcome)
{
    struct world w;
    open_world(&w);
    ck_assert_int_eq(progress_outcome(&w.supervisor), PROGRESS_READY);
    set(&w, DB, SERVICE_STARTING, 0);
    ck_assert_int_eq(progress_outcome(&w.supervisor), PROGRESS_UNDER_WAY);
    set(&w, DB, SERVICE_RUNNING, 0);
    ck_assert_int_eq(progress_outcome(&w.supervisor), PROGRESS_READY);
    set(&w, MIGRATE, SERVICE_RUNNING, 0); /* a task that runs is not done */
    ck_assert_int_eq(progress_outcome(&w.supervisor), PROGRESS_UNDER_WAY);
    set(&w, MIGRATE, SERVICE_FAILED, 0);
    set(&w, API, SERVICE_BLOCKED, 0);
    ck_assert_int_eq(progress_outcome(&w.supervisor), PROGRESS_FAILED);
    set(&w, WEB, SERVICE_BACKOFF, 0);
    ck_assert_int_eq(progress_outcome(&w.supervisor), PROGRESS_UNDER_WAY);
    close_world(&w);
}
END_TEST

START_TEST(ready_has_a_table)
{
    struct world w;
    open_world(&w);
    set(&w, API, SERVICE_RUNNING, 2000);
    set(&w, WEB, SERVICE_RUNNING, 2000);
    w.timeline.entries[API] = (struct timeline_entry){1000, 1100, 1500};
    progress_ready(&w.narrator, &w.timeline, 2234, false, &w.listener);
    ck_assert_str_eq(strbuf_text(&w.said), "everything is ready\n");
    strbuf_clear(&w.said);
    progress_ready(&w.narrator, &w.timeline, 2234, true, &w.listener);
    const char *text = strbuf_text(&w.said);
    ck_assert(
        str_has_prefix(str_from(text), STR("everything is ready after 1.2 s\n  api  http://")));
    ck_assert_ptr_nonnull(strstr(text, "  ready after 400 ms\n"));
    ck_assert_ptr_null(strstr(text, "migrate"));
    close_world(&w);
}
END_TEST

START_TEST(failure_names_root_and_remedy)
{
    struct world w;
    open_world(&w);
    set(&w, DB, SERVICE_RUNNING, 1000);
    set(&w, MIGRATE, SERVICE_FAILED, 1000);
    set(&w, API, SERVICE_BLOCKED, 1000);
    strbuf_adds(&w.reasons[MIGRATE], "exited with 3");
    progress_failed(&w.narrator, 2000, false, &w.listener);
    const char *text = strbuf_text(&w.said);
    ck_assert(str_has_prefix(str_from(text),
                             STR("not everything is up:\n  migrate has failed: exited with 3 (")));
    ck_assert_ptr_nonnull(strstr(text, "; it blocks api"));
    ck_assert_ptr_nonnull(strstr(text, "\"a3s restart migrate\" tries again\n"));
    strbuf_clear(&w.said);
    progress_failed(&w.narrator, 2000, true, &w.listener);
    ck_assert_ptr_nonnull(strstr(strbuf_text(&w.said), "nothing is left that runs\n"));
    close_world(&w);
}
END_TEST

int main(void)
{
    struct suite s = suite_begin("progress");
    SUITE_CASE(s, a_long_start_is_told_ever_more_rarely);
    SUITE_CASE(s, a_task_is_told_if_somebody_waits);
    SUITE_CASE(s, nobody_waits_but_it_is_late);
    SUITE_CASE(s, a_start_after_a_back_off_is_not_late);
    SUITE_CASE(s, outcome);
    SUITE_CASE(s, ready_has_a_table);
    SUITE_CASE(s, failure_names_root_and_remedy);
    return suite_run(s);
}
