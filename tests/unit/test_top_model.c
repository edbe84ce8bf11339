#include "suite.h"
#include "top_keys.h"

#include <errno.h>

static struct top_model model;

static json_t *service(const char *name, const char *state, int pid)
{
    json_t *object = json_pack("{s:s,s:s,s:i,s:b,s:n}", "name", name, "state", state,
                               "restart_count", 2, "wanted", pid > 0, "port");
    if (pid > 0)
        json_object_set_new(object, "pid", json_integer(pid));
    return object;
}

/* store runs, api runs and has an address, seed is done, web is stopped. */
static void give_status(int api_pid)
{
    json_t *api = service("api", "running", api_pid);
    json_object_set_new(api, "url", json_string("http://api.localhost:7080"));
    json_object_set_new(api, "uptime_secs", json_real(61.5));
    json_t *status =
        json_pack("{s:i,s:[o,o,o,o]}", "pid", 7, "services", service("store", "running", 11), api,
                  service("seed", "done", 0), service("web", "stopped", 0));
    ck_assert(top_model_status(&model, status));
}

static void type(const char *text)
{
    for (; *text; text++)
        ck_assert_int_eq(top_key(&model, (unsigned char)*text), TOP_NOTHING);
}

static const char *selected(void)
{
    const struct top_row *row = top_model_selected(&model);
    return row ? row->name : "";
}

START_TEST(status_becomes_rows)
{
    give_status(12);
    ck_assert_uint_eq(model.shown_count, 4);
    ck_assert_str_eq(selected(), "store");
    const struct top_row *api = &model.rows[1];
    ck_assert_str_eq(api->url, "http://api.localhost:7080");
    ck_assert_int_eq(api->pid, 12);
    ck_assert_int_eq(api->port, -1);
    ck_assert_int_eq(api->restarts, 2);
    ck_assert_int_eq(api->uptime, 61);
    ck_assert_ptr_null(api->reason);
    ck_assert(api->load.cpu < 0);
    top_model_finish(&model);
}
END_TEST

START_TEST(what_is_no_status_changes_nothing)
{
    give_status(12);
    json_t *wrong = json_pack("{s:s}", "services", "none");
    ck_assert(!top_model_status(&model, wrong));
    ck_assert(!top_model_status(&model, NULL));
    json_decref(wrong);
    ck_assert_uint_eq(model.row_count, 4);
    ck_assert(top_model_status(&model, json_pack("{s:[{},n,i]}", "services", 3)));
    ck_assert_str_eq(model.rows[0].name, "?");
    ck_assert_int_eq(model.rows[2].pid, -1);
    top_model_finish(&model);
}
END_TEST

START_TEST(load_stays_with_its_process)
{
    struct top_load loads[4] = {{1, 100}, {2, 200}, {-1, -1}, {-1, -1}};
    give_status(12);
    top_model_loads(&model, loads);
    give_status(12);
    ck_assert_int_eq(model.rows[1].load.memory, 200);
    give_status(13);
    ck_assert_int_eq(model.rows[1].load.memory, -1);
    ck_assert_int_eq(model.rows[0].load.memory, 100);
    top_model_finish(&model);
}
END_TEST

START_TEST(keys_select)
{
    give_status(12);
    type("j");
    ck_assert_str_eq(selected(), "api");
    top_key(&model, TOP_KEY_DOWN);
    ck_assert_str_eq(selected(), "seed");
    type("jjj");
    ck_assert_str_eq(selected(), "web");
    type("k");
    ck_assert_str_eq(selected(), "seed");
    type("g");
    ck_assert_str_eq(selected(), "store");
    top_key(&model, TOP_KEY_UP);
    ck_assert_str_eq(selected(), "store");
    type("G");
    ck_assert_str_eq(selected(), "web");
    top_model_finish(&model);
}
END_TEST

START_TEST(selection_is_kept_by_name)
{
    give_status(12);
    type("j");
    json_t *status = json_pack("{s:[o,o]}", "services", service("new", "running", 1),
                               service("api", "running", 2));
    ck_assert(top_model_status(&model, status));
    ck_assert_str_eq(selected(), "api");
    ck_assert(
        top_model_status(&model, json_pack("{s:[o]}", "services", service("other", "running", 1))));
    ck_assert_str_eq(selected(), "other");
    ck_assert(top_model_status(&model, json_pack("{s:[]}", "services")));
    ck_assert_str_eq(selected(), "");
    ck_assert_int_eq(top_key(&model, 'r'), TOP_NOTHING);
    ck_assert_uint_gt(model.message.len, 0);
    top_model_finish(&model);
}
END_TEST

START_TEST(filter_narrows_as_it_is_typed)
{
    give_status(12);
    type("/S");
    ck_assert_uint_eq(model.shown_count, 2);
    type("ee");
    ck_assert_uint_eq(model.shown_count, 1);
    ck_assert_str_eq(selected(), "seed");
    type("x");
    ck_assert_uint_eq(model.shown_count, 0);
    top_key(&model, TOP_KEY_BACKSPACE);
    ck_assert_uint_eq(model.shown_count, 1);
    top_key(&model, TOP_KEY_ENTER);
    ck_assert_int_eq(model.prompt, TOP_PROMPT_NONE);
    ck_assert_str_eq(selected(), "seed");
    top_key(&model, TOP_KEY_ESCAPE);
    ck_assert_uint_eq(model.shown_count, 4);
    ck_assert_str_eq(selected(), "seed");
    type("/\xe9");
    top_key(&model, TOP_KEY_BACKSPACE);
    ck_assert_uint_eq(model.filter.len, 0);
    top_key(&model, 0x65e5);
    ck_assert_str_eq(strbuf_text(&model.filter), "日");
    top_key(&model, 8);
    ck_assert_str_eq(strbuf_text(&model.filter), "");
    top_model_finish(&model);
}
END_TEST

START_TEST(keys_ask)
{
    give_status(12);
    ck_assert_int_eq(top_key(&model, 'r'), TOP_RESTART);
    ck_assert_int_eq(top_key(&model, 's'), TOP_STOP);
    ck_assert_int_eq(top_key(&model, 'w'), TOP_WHY);
    ck_assert_int_eq(top_key(&model, 'o'), TOP_NOTHING); /* no address */
    ck_assert_str_eq(strbuf_text(&model.message), "store has no address");
    type("j");
    ck_assert_str_eq(strbuf_text(&model.message), "");
    ck_assert_int_eq(top_key(&model, 'o'), TOP_OPEN);
    type("j");
    ck_assert_int_eq(top_key(&model, 's'), TOP_START); /* done */
    type("j");
    ck_assert_int_eq(top_key(&model, 's'), TOP_START); /* stopped */
    ck_assert_int_eq(top_key(&model, '\f'), TOP_REDRAW);
    ck_assert_int_eq(top_key(&model, 'q'), TOP_QUIT);
    type("/rsq"); /* letters of the filter, no commands */
    top_model_finish(&model);
}
END_TEST

START_TEST(nothing_is_asked_of_who_is_gone)
{
    give_status(12);
    top_model_lose(&model, 0, -ETIMEDOUT);
    ck_assert_str_eq(strbuf_text(&model.lost),
                     "a3s (pid 7) does not answer; is it suspended?  q quits");
    top_model_lose(&model, 503, 0);
    ck_assert_ptr_nonnull(strstr(strbuf_text(&model.lost), "status 503"));
    top_model_lose(&model, 0, -ENOENT);
    ck_assert_ptr_nonnull(strstr(strbuf_text(&model.lost), "a3s has ended"));
    top_model_lose(&model, 0, -ECONNREFUSED);
    ck_assert_ptr_nonnull(strstr(strbuf_text(&model.lost), "(pid 7) has died"));
    ck_assert_int_eq(top_key(&model, 'r'), TOP_NOTHING);
    ck_assert_int_eq(top_key(&model, 'q'), TOP_QUIT);
    give_status(12);
    ck_assert_uint_eq(model.lost.len, 0);
    ck_assert_int_eq(top_key(&model, 'r'), TOP_RESTART);
    top_model_finish(&model);
}
END_TEST

START_TEST(panes_open_and_close)
{
    give_status(12);
    type("h");
    ck_assert_int_eq(model.pane, TOP_PANE_KEYS);
    top_key(&model, TOP_KEY_PAGE_DOWN);
    type("h");
    ck_assert_int_eq(model.pane, TOP_PANE_LOG);
    type("l");
    ck_assert(model.full);
    ck_assert_uint_eq(top_layout_of(&model, 24, 80).pane, 21);
    json_t *why = json_pack("{s:s,s:{s:s,s:i},s:[{s:s,s:s,s:s}]}", "text", "api runs", "source",
                            "file", "A3sfile.hcl", "line", 3, "chain", "time",
                            "2026-11-24T12:03:04.123+01:00", "service", "api", "text", "started");
    json_t *output = json_pack("{s:s,s:[s,s]}", "service", "db", "lines", "one", "two");
    json_object_set_new(why, "last_output", output);
    top_model_why(&model, why);
    ck_assert_str_eq(strbuf_text(&model.why), "api runs\ndeclared at A3sfile.hcl:3\n\n"
                                              "12:03:04.123  api  started\n\n"
                                              "what db printed last\n  one\n  two");
    json_object_set_new(why, "last_output", json_null());
    top_model_why(&model, why);
    json_decref(why);
    ck_assert_str_eq(strbuf_text(&model.why), "api runs\ndeclared at A3sfile.hcl:3\n\n"
                                              "12:03:04.123  api  started");
    ck_assert_int_eq(model.pane, TOP_PANE_WHY);
    for (int i = 0; i < 9; i++)
        type("j");
    ck_assert_uint_eq(model.why_first, 3);
    top_key(&model, TOP_KEY_ESCAPE);
    ck_assert_int_eq(model.pane, TOP_PANE_LOG);
    ck_assert(model.full);
    top_key(&model, TOP_KEY_ESCAPE);
    ck_assert(!model.full);
    top_model_finish(&model);
}
END_TEST

START_TEST(search_is_told_if_in_vain)
{
    give_status(12);
    top_log_add(&model.log, STR("{\"line\":\"one\"}"));
    top_log_add(&model.log, STR("{\"line\":\"two\"}"));
    type("n");
    ck_assert_str_eq(strbuf_text(&model.message), "nothing to search for: ? asks");
    type("?one\n");
    ck_assert_uint_eq(model.log.back, 1);
    type("?three\r");
    ck_assert_str_eq(strbuf_text(&model.message), "not found: three");
    top_key(&model, TOP_KEY_ESCAPE);
    ck_assert_uint_eq(model.log.back, 0);
    ck_assert_uint_eq(model.search.len, 0);
    top_model_finish(&model);
}
END_TEST

START_TEST(table_shows_the_selected)
{
    give_status(12);
    top_model_fit(&model, 2);
    ck_assert_uint_eq(model.first, 0);
    type("jj");
    top_model_fit(&model, 2);
    ck_assert_uint_eq(model.first, 1);
    type("k");
    top_model_fit(&model, 2);
    ck_assert_uint_eq(model.first, 1);
    type("g");
    top_model_fit(&model, 2);
    ck_assert_uint_eq(model.first, 0);
    type("G");
    top_model_fit(&model, 2);
    top_model_fit(&model, 9);
    ck_assert_uint_eq(model.first, 0);
    top_model_finish(&model);
}
END_TEST

START_TEST(layout_fits_every_size)
{
    give_status(12);
    ck_assert(top_layout_of(&model, 7, 80).too_small);
    ck_assert(top_layout_of(&model, 24, 39).too_small);
    struct top_layout layout = top_layout_of(&model, 24, 80);
    ck_assert_uint_eq(layout.table, 4);
    ck_assert_uint_eq(layout.pane, 16);
    for (uint32_t rows = TOP_ROWS_MIN; rows < 300; rows++) {
        layout = top_layout_of(&model, rows, TOP_COLUMNS_MIN);
        ck_assert(!layout.too_small);
        ck_assert_uint_ge(layout.table, 1);
        ck_assert_uint_ge(layout.pane, 1);
        ck_assert_uint_eq(layout.table + layout.pane + 4, rows);
    }
    top_model_finish(&model);
}
END_TEST

int main(void)
{
    struct suite s = suite_begin("top_model");
    SUITE_CASE(s, status_becomes_rows);
    SUITE_CASE(s, what_is_no_status_changes_nothing);
    SUITE_CASE(s, load_stays_with_its_process);
    SUITE_CASE(s, keys_select);
    SUITE_CASE(s, selection_is_kept_by_name);
    SUITE_CASE(s, filter_narrows_as_it_is_typed);
    SUITE_CASE(s, keys_ask);
    SUITE_CASE(s, nothing_is_asked_of_who_is_gone);
    SUITE_CASE(s, panes_open_and_close);
    SUITE_CASE(s, search_is_told_if_in_vain);
    SUITE_CASE(s, table_shows_the_selected);
    SUITE_CASE(s, layout_fits_every_size);
    return suite_run(s);
}
