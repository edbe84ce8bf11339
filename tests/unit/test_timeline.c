/* The timeline of a start, over the plan of plan_builder.h: migrate needs db; api needs db and
 * migrate. */
#include "timeline.h"

#include "plan_builder.h"
#include "suite.h"

struct world {
    struct arena arena;
    struct plan plan;
    struct timeline timeline;
};

enum { DB, MIGRATE, API, WEB };

static void open_world(struct world *w)
{
    size_t size;
    *w = (struct world){0};
    unsigned char *bytes = plan_builder_make(&w->arena, &size);
    plan_view(&w->plan, bytes, size);
    timeline_init(&w->timeline, w->plan.service_count, 1000, 1700000000000);
}

static void close_world(struct world *w)
{
    timeline_finish(&w->timeline);
    timeline_finish(&w->timeline);
    arena_finish(&w->arena);
}

static void note(struct world *w, uint32_t service, enum service_state state, int64_t now)
{
    timeline_note(&w->timeline, &w->plan, service, state, now);
}

/* db is ready after 100 ms, migrate done after 350, api ready after 400. */
static void play_start(struct world *w)
{
    note(w, DB, SERVICE_PENDING, 1000);
    note(w, DB, SERVICE_STARTING, 1000);
    note(w, MIGRATE, SERVICE_PENDING, 1000);
    note(w, API, SERVICE_PENDING, 1000);
    timeline_begun(&w->timeline, 1000);
    note(w, DB, SERVICE_RUNNING, 1100);
    note(w, MIGRATE, SERVICE_STARTING, 1100);
    note(w, MIGRATE, SERVICE_RUNNING, 1110);
    note(w, MIGRATE, SERVICE_DONE, 1350);
    note(w, API, SERVICE_STARTING, 1350);
    note(w, API, SERVICE_RUNNING, 1400);
}

START_TEST(a_start_has_a_critical_path)
{
    struct world w;
    open_world(&w);
    play_start(&w);
    ck_assert_uint_eq(timeline_last(&w.timeline), API);
    ck_assert_uint_eq(timeline_waited_for(&w.timeline, &w.plan, API), MIGRATE);
    ck_assert_uint_eq(timeline_waited_for(&w.timeline, &w.plan, MIGRATE), DB);
    ck_assert_uint_eq(timeline_waited_for(&w.timeline, &w.plan, DB), PLAN_NONE);
    json_t *json = timeline_json(&w.timeline, &w.plan);
    json_t *path = json_object_get(json, "critical_path");
    ck_assert_uint_eq(json_array_size(path), 3);
    ck_assert_str_eq(json_string_value(json_array_get(path, 0)), "db");
    ck_assert_str_eq(json_string_value(json_array_get(path, 2)), "api");
    ck_assert_int_eq(json_integer_value(json_object_get(json, "ready_ms")), 400);
    json_t *api = json_array_get(json_object_get(json, "services"), API);
    ck_assert_int_eq(json_integer_value(json_object_get(api, "started_ms")), 350);
    ck_assert_str_eq(json_string_value(json_object_get(api, "waited_for")), "migrate");
    json_decref(json);
    close_world(&w);
}
END_TEST

START_TEST(later_lives_change_nothing)
{
    struct world w;
    open_world(&w);
    play_start(&w);
    struct timeline_entry before = w.timeline.entries[API];
    note(&w, API, SERVICE_STOPPING, 5000);
    note(&w, API, SERVICE_PENDING, 5010);
    note(&w, API, SERVICE_STARTING, 5010);
    note(&w, API, SERVICE_RUNNING, 6000);
    ck_assert_mem_eq(&before, &w.timeline.entries[API], sizeof before);
    close_world(&w);
}
END_TEST

START_TEST(who_is_started_later_is_not_of_the_start)
{
    struct world w;
    open_world(&w);
    play_start(&w);
    note(&w, WEB, SERVICE_PENDING, 60000);
    note(&w, WEB, SERVICE_STARTING, 60000);
    note(&w, WEB, SERVICE_RUNNING, 61000);
    ck_assert_uint_eq(timeline_last(&w.timeline), API);
    json_t *json = timeline_json(&w.timeline, &w.plan);
    json_t *web = json_array_get(json_object_get(json, "services"), WEB);
    ck_assert(json_is_false(json_object_get(web, "of_start")));
    /* What it depends on was ready long before: it has not waited. */
    ck_assert(json_is_null(json_object_get(web, "waited_for")));
    json_decref(json);
    close_world(&w);
}
END_TEST

START_TEST(nothing_is_ready_yet)
{
    struct world w;
    open_world(&w);
    ck_assert_uint_eq(timeline_last(&w.timeline), PLAN_NONE);
    json_t *json = timeline_json(&w.timeline, &w.plan);
    ck_assert(json_is_null(json_object_get(json, "ready_ms")));
    ck_assert_uint_eq(json_array_size(json_object_get(json, "critical_path")), 0);
    json_decref(json);
    close_world(&w);
}
END_TEST

START_TEST(another_plan_keeps_what_is_known)
{
    static const uint32_t from[] = {API, PLAN_NONE, DB};
    struct world w;
    open_world(&w);
    play_start(&w);
    timeline_renumber(&w.timeline, from, 3);
    ck_assert_int_eq(w.timeline.entries[0].ready, 1400);
    ck_assert_int_eq(w.timeline.entries[1].asked, TIMELINE_NEVER);
    ck_assert_int_eq(w.timeline.entries[2].ready, 1100);
    close_world(&w);
}
END_TEST

int main(void)
{
    struct suite s = suite_begin("timeline");
    SUITE_CASE(s, a_start_has_a_critical_path);
    SUITE_CASE(s, later_lives_change_nothing);
    SUITE_CASE(s, who_is_started_later_is_not_of_the_start);
    SUITE_CASE(s, nothing_is_ready_yet);
    SUITE_CASE(s, another_plan_keeps_what_is_known);
    return suite_run(s);
}
