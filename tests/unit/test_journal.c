/* The journal by itself, and as the supervisor writes it. */
#include "journal.h"

#include "plan_builder.h"
#include "suite.h"
#include "why.h"

/* The plan of plan_builder.h, driven by hand; its clock begins at 1000. */
struct world {
    struct arena arena;
    struct plan plan;
    struct supervisor sv;
    int64_t now;
    struct strbuf text;
};

enum { DB, MIGRATE, API, WEB, DOCS };

static void open_world(struct world *w)
{
    size_t size;
    *w = (struct world){.now = 1000};
    unsigned char *bytes = plan_builder_make(&w->arena, &size);
    plan_view(&w->plan, bytes, size);
    supervisor_init(&w->sv, &w->plan);
}

static void close_world(struct world *w)
{
    supervisor_finish(&w->sv);
    strbuf_finish(&w->text);
    arena_finish(&w->arena);
}

static void step(struct world *w, struct supervisor_event event)
{
    struct supervisor_action action;
    supervisor_step(&w->sv, &event, w->now);
    while (supervisor_next(&w->sv, &action))
        ;
    w->now += 10;
}

static void feed(struct world *w, enum supervisor_input input, uint32_t service)
{
    step(w, (struct supervisor_event){.input = input, .service = service});
}

static void exits(struct world *w, uint32_t service, int32_t value)
{
    step(w, (struct supervisor_event){.input = SUPERVISOR_EXITED,
                                      .service = service,
                                      .success = value == 0,
                                      .value = value});
}

static void starts(struct world *w, uint32_t service)
{
    step(w,
         (struct supervisor_event){.input = SUPERVISOR_SPAWNED, .service = service, .value = 4711});
    if (w->plan.services[service].probe != PLAN_NONE)
        step(w, (struct supervisor_event){
                    .input = SUPERVISOR_READY, .service = service, .text = "port 5432 accepts"});
}

/* Until the service is in the state, time passes. */
static void pass(struct world *w, uint32_t service, enum service_state state)
{
    for (int i = 0; i < 100 && w->sv.services[service].state != state; i++) {
        w->now += 1000;
        feed(w, SUPERVISOR_TICK, 0);
    }
    ck_assert_int_eq(w->sv.services[service].state, state);
}

static struct why_source source_of(const struct world *w)
{
    return (struct why_source){.plan = &w->plan,
                               .supervisor = &w->sv,
                               .now = w->now,
                               .wall = w->now,
                               .trouble = "port 5432: the connection is refused"};
}

/* The records that led to the service's state, a line each: "db exited". */
static const char *chain_of(struct world *w, uint32_t service)
{
    struct why_chain chain;
    why_chain_collect(&w->sv.journal, service, &chain);
    strbuf_clear(&w->text);
    for (uint32_t i = 0; i < chain.count; i++) {
        const struct journal_record *record = chain.records[i];
        strbuf_addf(&w->text, "%s %s", plan_service_name(&w->plan, record->self.service),
                    record->is_state ? service_state_name((enum service_state)record->to)
                                     : why_event(record));
        strbuf_adds(&w->text, i + 1 < chain.count ? ", " : chain.complete ? "" : " (cut)");
    }
    return strbuf_text(&w->text);
}

static const char *headline_of(struct world *w, uint32_t service)
{
    struct why_source source = source_of(w);
    strbuf_clear(&w->text);
    why_headline(&source, service, &w->text);
    return strbuf_text(&w->text);
}

static uint32_t ended_of(struct world *w, uint32_t service)
{
    struct why_source source = source_of(w);
    return why_ended(&source, service);
}

#define SAYS(w, service, part) \
    ck_assert_msg(strstr(headline_of(w, service), part) != NULL, "%s", strbuf_text(&(w)->text))

/* ---- The ring ---- */

START_TEST(the_newest_are_kept)
{
    struct journal journal;
    journal_init(&journal, 3);
    for (uint32_t i = 1; i <= JOURNAL_RECORDS * 3; i++) {
        struct journal_record record = {.self.service = 1, .at = i, .value = (int32_t)i};
        struct journal_ref ref = journal_add(&journal, &record, NULL);
        ck_assert_uint_eq(ref.number, i);
        ck_assert_int_eq(journal_get(&journal, ref)->value, (int)i);
    }
    uint32_t last = JOURNAL_RECORDS * 3, first = last - JOURNAL_RECORDS + 1;
    ck_assert_uint_eq(journal_last(&journal, 1).number, last);
    ck_assert_ptr_nonnull(journal_get(&journal, (struct journal_ref){1, first}));
    ck_assert_ptr_null(journal_get(&journal, (struct journal_ref){1, first - 1}));
    ck_assert_ptr_null(journal_get(&journal, (struct journal_ref){1, last + 1}));
    ck_assert_ptr_null(journal_get(&journal, (struct journal_ref){1, 0}));
    ck_assert_ptr_null(journal_get(&journal, (struct journal_ref){3, 1}));
    ck_assert_ptr_null(journal_get(&journal, (struct journal_ref){0, 1}));
    journal_finish(&journal);
    journal_finish(&journal);
}
END_TEST

START_TEST(long_texts_are_cut_between_characters)
{
    struct journal journal;
    struct journal_record record = {.self.service = 0};
    char text[600];
    journal_init(&journal, 1);
    for (size_t begin = 0; begin < 4; begin++) {
        size_t length = begin;
        memset(text, 'a', begin);
        for (; length + 3 < sizeof text - 1; length += 3)
            memcpy(text + length, "€", 3);
        text[length] = '\0';
        const char *kept = journal_get(&journal, journal_add(&journal, &record, text))->text;
        size_t size = strlen(kept);
        ck_assert_uint_lt(size, JOURNAL_TEXT);
        ck_assert_uint_gt(size, JOURNAL_TEXT - 5);
        ck_assert_uint_eq((size - 3 - begin) % 3, 0);
        ck_assert_str_eq(kept + size - 3, "...");
    }
    memset(text, 'x', JOURNAL_TEXT - 1);
    text[JOURNAL_TEXT - 1] = '\0';
    ck_assert_str_eq(journal_get(&journal, journal_add(&journal, &record, text))->text, text);
    journal_finish(&journal);
}
END_TEST

/* ---- Chains ---- */

START_TEST(from_the_command_to_the_ready_service)
{
    struct world w;
    open_world(&w);
    feed(&w, SUPERVISOR_UP, MIGRATE);
    starts(&w, DB);
    ck_assert_str_eq(chain_of(&w, DB), "migrate up, db up, db pending, db starting, db started, "
                                       "db ready, db running");
    ck_assert_str_eq(chain_of(&w, MIGRATE),
                     "migrate up, db up, db pending, migrate pending, db starting, db started, "
                     "db ready, db running, migrate starting");
    SAYS(&w, DB, "db is running since ");
    SAYS(&w, DB, "started because: asked to be up, for migrate at ");
    close_world(&w);
}
END_TEST

START_TEST(from_the_file_to_the_ready_service)
{
    struct world w;
    open_world(&w);
    feed(&w, SUPERVISOR_UP, DB);
    starts(&w, DB);
    step(&w, (struct supervisor_event){
                 .input = SUPERVISOR_CHANGED, .service = DB, .text = "src/a.c changed"});
    exits(&w, DB, -15);
    starts(&w, DB);
    ck_assert_str_eq(chain_of(&w, DB), "db file, db stopping, db exited, db pending, db starting, "
                                       "db started, db ready, db running");
    SAYS(&w, DB, "; started because: src/a.c changed at ");
    struct why_chain chain;
    why_chain_collect(&w.sv.journal, DB, &chain);
    for (uint32_t i = 1; i < chain.count; i++) {
        ck_assert_uint_eq(chain.records[i]->cause.number, chain.records[i - 1]->self.number);
        ck_assert_uint_eq(chain.records[i]->cause.service, DB);
    }
    close_world(&w);
}
END_TEST

START_TEST(a_failed_dependency_is_the_cause)
{
    struct world w;
    open_world(&w);
    feed(&w, SUPERVISOR_UP, API);
    step(&w, (struct supervisor_event){.input = SUPERVISOR_SPAWN_FAILED,
                                       .service = DB,
                                       .fatal = true,
                                       .text = "there is no such file"});
    ck_assert_int_eq(w.sv.services[API].state, SERVICE_BLOCKED);
    SAYS(&w, API, "api is blocked: it depends on ");
    SAYS(&w, API, ", which failed: it could not be started: there is no such file (");
    SAYS(&w, DB, "db has failed: it could not be started: there is no such file (");
    ck_assert_ptr_nonnull(strstr(chain_of(&w, MIGRATE), "db not-started, db failed"));
    ck_assert_ptr_nonnull(strstr(chain_of(&w, MIGRATE), "migrate blocked"));
    close_world(&w);
}
END_TEST

START_TEST(crashes_are_counted_and_their_back_off_is_told)
{
    struct world w;
    open_world(&w);
    feed(&w, SUPERVISOR_UP, DB);
    starts(&w, DB);
    exits(&w, DB, 3);
    SAYS(&w, DB, "db is waiting for its next try, in ");
    SAYS(&w, DB, ": exited with 3 after 20 ms");
    ck_assert_uint_eq(ended_of(&w, DB), DB);
    ck_assert_uint_eq(ended_of(&w, WEB), PLAN_NONE);
    pass(&w, DB, SERVICE_STARTING);
    ck_assert_uint_eq(ended_of(&w, DB), DB);
    SAYS(&w, DB, "started because: exited with 3 at ");
    SAYS(&w, DB, "not ready yet: port 5432: the connection is refused (");
    starts(&w, DB);
    exits(&w, DB, -9);
    SAYS(&w, DB, "killed by SIGKILL after 20 ms, 2 times in a row");
    close_world(&w);
}
END_TEST

START_TEST(who_never_ran_and_who_was_stopped)
{
    struct world w;
    open_world(&w);
    ck_assert_str_eq(headline_of(&w, WEB), "web is stopped: it was never asked to be up");
    ck_assert_str_eq(headline_of(&w, DOCS),
                     "docs is stopped: it was never asked to be up, and is disabled");
    ck_assert_str_eq(chain_of(&w, WEB), "");
    feed(&w, SUPERVISOR_UP, DB);
    starts(&w, DB);
    feed(&w, SUPERVISOR_DOWN, DB);
    SAYS(&w, DB, "db is stopping since ");
    exits(&w, DB, 0);
    SAYS(&w, DB, "db is stopped: asked to be down at ");
    ck_assert_uint_eq(ended_of(&w, DB), PLAN_NONE);
    ck_assert_str_eq(chain_of(&w, DB), "db down, db stopping, db exited, db stopped");
    feed(&w, SUPERVISOR_UP, MIGRATE);
    SAYS(&w, MIGRATE, "migrate is pending: it depends on db (");
    SAYS(&w, MIGRATE, ", which is starting");
    close_world(&w);
}
END_TEST

START_TEST(who_goes_down_with_another_knows_whose_end_it_is)
{
    struct world w;
    open_world(&w);
    feed(&w, SUPERVISOR_UP, API);
    starts(&w, DB);
    exits(&w, MIGRATE, 0);
    starts(&w, API);
    feed(&w, SUPERVISOR_DOWN, DB);
    ck_assert_str_eq(chain_of(&w, API),
                     "db down, migrate down, api down, migrate stopped, api stopping");
    exits(&w, API, 0); /* the last that held it */
    ck_assert_str_eq(
        chain_of(&w, DB),
        "db down, migrate stopped, api stopping, api exited, api stopped, db stopping");
    close_world(&w);
}
END_TEST

START_TEST(a_deadline_follows_from_what_the_service_did_itself)
{
    struct world w;
    open_world(&w);
    feed(&w, SUPERVISOR_UP, API);
    starts(&w, DB);
    exits(&w, MIGRATE, 0);
    starts(&w, API);
    exits(&w, DB, 1);
    exits(&w, API, 1); /* which concerns its dependency, too */
    pass(&w, DB, SERVICE_STARTING);
    ck_assert_str_eq(chain_of(&w, DB),
                     "api up, db up, db pending, db starting, db started, db ready, db running, db "
                     "exited, db backoff, db pending, db starting");
    close_world(&w);
}
END_TEST

START_TEST(what_began_a_life_outlives_the_ring)
{
    struct world w;
    open_world(&w);
    feed(&w, SUPERVISOR_UP, DB);
    starts(&w, DB);
    for (uint32_t i = 0; i < JOURNAL_RECORDS * 2; i++) {
        step(&w, (struct supervisor_event){
                     .input = SUPERVISOR_SICK, .service = DB, .text = "port 5432: refused"});
        SAYS(&w, DB, "db is unhealthy since ");
        feed(&w, SUPERVISOR_READY, DB);
    }
    SAYS(&w, DB, "db is running since ");
    SAYS(&w, DB, "; started because: asked to be up at ");
    const char *chain = chain_of(&w, DB);
    ck_assert_msg(strstr(chain, "db sick, db unhealthy, db ready, db running (cut)") != NULL, "%s",
                  chain);
    close_world(&w);
}
END_TEST

START_TEST(as_json)
{
    struct world w;
    open_world(&w);
    feed(&w, SUPERVISOR_UP, DB);
    starts(&w, DB);
    step(&w, (struct supervisor_event){
                 .input = SUPERVISOR_CHANGED, .service = DB, .text = "a\xff changed"});
    exits(&w, DB, 1);
    struct why_source source = source_of(&w);
    json_t *why = why_json(&source, DB);
    json_t *chain = json_object_get(why, "chain"), *first = json_array_get(chain, 0);
    ck_assert_str_eq(json_string_value(json_object_get(why, "state")), "starting");
    ck_assert_str_eq(json_string_value(json_object_get(first, "text")), "a? changed");
    ck_assert(json_is_null(json_object_get(first, "cause")));
    ck_assert(json_is_true(json_object_get(why, "complete")));
    ck_assert_int_eq(json_integer_value(json_object_get(json_array_get(chain, 2), "cause")), 1);
    ck_assert_str_eq(json_string_value(json_object_get(json_array_get(chain, 1), "to")),
                     "stopping");
    json_decref(why);
    close_world(&w);
}
END_TEST

int main(void)
{
    struct suite s = suite_begin("journal");
    SUITE_CASE(s, the_newest_are_kept);
    SUITE_CASE(s, long_texts_are_cut_between_characters);
    SUITE_CASE(s, from_the_command_to_the_ready_service);
    SUITE_CASE(s, from_the_file_to_the_ready_service);
    SUITE_CASE(s, a_failed_dependency_is_the_cause);
    SUITE_CASE(s, crashes_are_counted_and_their_back_off_is_told);
    SUITE_CASE(s, who_never_ran_and_who_was_stopped);
    SUITE_CASE(s, who_goes_down_with_another_knows_whose_end_it_is);
    SUITE_CASE(s, a_deadline_follows_from_what_the_service_did_itself);
    SUITE_CASE(s, what_began_a_life_outlives_the_ring);
    SUITE_CASE(s, as_json);
    return suite_run(s);
}
