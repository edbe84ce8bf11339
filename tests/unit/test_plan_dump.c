#include "dump.h"
#include "plan_builder.h"
#include "suite.h"

#include <jansson.h>

/* The builder's plan. */
static const char text_form[] =
    "plan 3\n"
    "  domain localhost\n"
    "  proxy_port 7080\n"
    "  log_level info\n"
    "  hold 30s\n"
    "\n"
    "service db\n"
    "  at A3sfile.hcl:30:3\n"
    "  declared 2\n"
    "  cmd \"postgres -D data\"\n"
    "  argv \"postgres\" \"-D\" \"data\"\n"
    "  port 5432\n"
    "  env \"PGPASSWORD\" = ***\n"
    "  needed_by migrate api worker\n"
    "  health tcp interval 2s timeout 1s retries 3 start_timeout 10m\n"
    "  stop INT timeout 1m30s500ms\n"
    "\n"
    "service migrate\n"
    "  at A3sfile.hcl:40:3\n"
    "  kind task\n"
    "  declared 3\n"
    "  cmd \"sleep 1 && ./migrate\"\n"
    "  shell argv \"/bin/sh\" \"-c\" \"sleep 1 && ./migrate\"\n"
    "  dir \"db\"\n"
    "  depends_on db\n"
    "  needed_by api\n"
    "  restart never backoff 1s max_backoff 30s reset_after 1m max_restarts 0\n"
    "\n"
    "service api\n"
    "  at A3sfile.hcl:20:3 cmd 21:3 env dev/env.hcl:7:3\n"
    "  declared 1\n"
    "  cmd \"cargo run\"\n"
    "  argv \"cargo\" \"run\" \"\" \"a \\\"quoted\\\"\\n\\x1b\"\n"
    "  dir \"services/api\"\n"
    "  port chosen\n"
    "  env \"GREETING\" = \"gr\303\274\303\237 dich\"\n"
    "  env \"LEVEL\" = \"\"\n"
    "  env \"Zone\" = \"eu\"\n"
    "  depends_on db migrate\n"
    "  needed_by web\n"
    "  watch \"services/api/src\" \"Cargo.toml\" ignore \"*.tmp\" debounce 500ms\n"
    "  health http \"/healthz\" status 200-399 interval 500ms timeout 250ms retries 1 "
    "start_timeout 1h\n"
    "  restart always backoff 1s max_backoff 30s reset_after 1m max_restarts 7 on_unhealthy\n"
    "\n"
    "service web\n"
    "  at A3sfile.hcl:10:3\n"
    "  declared 0\n"
    "  cmd \"npm start\"\n"
    "  argv \"npm\" \"start\"\n"
    "  dir \"web\"\n"
    "  port 3000\n"
    "  depends_on api\n"
    "  watch \"web\" debounce 1ms restart false\n"
    "  health http \"/\" status 200-200 port 3001 interval 2s timeout 1s retries 3 start_timeout "
    "10m\n"
    "\n"
    "service docs\n"
    "  at A3sfile.hcl:50:3\n"
    "  disabled\n"
    "  cmd \"cmd\"\n"
    "  argv \"cmd\"\n"
    "\n"
    "service worker\n"
    "  at A3sfile.hcl:60:3 env_file 61:3\n"
    "  tty\n"
    "  cmd \"./worker --db \\\"$${DB}\\\"\"\n"
    "  argv \"./worker\" \"postgres://${env(\"DB_PASSWORD\")}@127.0.0.1:${service.db.port}\"\n"
    "  dir \"work/${env(\"FLAVOR\", \"plain\")}\"\n"
    "  pre_start \"./prepare\"\n"
    "  argv \"./prepare\" \"all\"\n"
    "  post_stop \"rm -f \\\"$LOCK\\\"\"\n"
    "  shell argv \"/bin/sh\" \"-c\" \"rm -f \\\"$LOCK\\\"\"\n"
    "  labels \"back\" \"slow\"\n"
    "  env \"API\" = \"http://127.0.0.1:${service.api.port}\" shared\n"
    "  env \"API_TOKEN\" = \"${env(\"API_TOKEN\")}\"\n"
    "  env \"MODE\" = \"${env(\"MODE\", \"fast\")}\"\n"
    "  env \"OTHER_KEY\" = ***\n"
    "  env_file \".env\" shared A3sfile.hcl:2:15\n"
    "  env_file \"worker.env\" A3sfile.hcl:61:15\n"
    "  depends_on db\n"
    "  health exec \"./alive\" interval 2s timeout 1s retries 3 start_timeout 10m\n"
    "  argv \"./alive\"\n"
    "  log \"logs/${env(\"FLAVOR\", \"plain\")}.log\" max_size 10485760 keep 3\n"
    "\n"
    "service tail\n"
    "  at A3sfile.hcl:70:3\n"
    "  cmd \"cmd\"\n"
    "  argv \"cmd\"\n"
    "  health log \"^listening on \\\\d+$\" interval 2s timeout 1s retries 3 start_timeout 10m\n"
    "\n"
    "route api.localhost api\n"
    "route www.web.localhost web\n"
    "port 3000 web\n"
    "port 5432 db\n"
    "lookup \"API_TOKEN\" A3sfile.hcl:66:5\n"
    "lookup \"A_KEY\" default *** A3sfile.hcl:68:5\n"
    "lookup \"DB_PASSWORD\" A3sfile.hcl:62:5\n"
    "lookup \"FLAVOR\" default \"plain\" A3sfile.hcl:63:5\n"
    "lookup \"MODE\" default \"fast\" A3sfile.hcl:67:5\n"
    "source \"A3sfile.hcl\" 1234 bytes 0000000000abcdef\n"
    "source \"dev/env.hcl\" 56 bytes 0000000000001234\n";

static const char dot_form[] = "digraph plan {\n"
                               "  rankdir=LR;\n"
                               "  node [shape=box];\n"
                               "  \"db\";\n"
                               "  \"migrate\" [shape=ellipse];\n"
                               "  \"api\";\n"
                               "  \"web\";\n"
                               "  \"docs\" [style=dashed];\n"
                               "  \"worker\";\n"
                               "  \"tail\";\n"
                               "  \"migrate\" -> \"db\";\n"
                               "  \"api\" -> \"db\";\n"
                               "  \"api\" -> \"migrate\";\n"
                               "  \"web\" -> \"api\";\n"
                               "  \"worker\" -> \"db\";\n"
                               "}\n";

static struct arena arena;
static struct plan plan;
static struct strbuf out;

static void setup(void)
{
    size_t size = 0;
    uint64_t where = 0;
    const void *bytes = plan_builder_make(&arena, &size);
    ck_assert_int_eq(plan_open_bytes(&plan, bytes, size, &where), PLAN_OK);
}

static void finish(void)
{
    strbuf_finish(&out);
    plan_close(&plan);
    arena_finish(&arena);
}

/* The forms are longer than what Check can print: the first line that differs will do. */
static void expect_text(const char *got, const char *expected)
{
    size_t same = 0;
    for (size_t i = 0; got[i] && got[i] == expected[i]; i++)
        if (got[i] == '\n')
            same = i + 1;
    got += same;
    expected += same;
    ck_assert_msg(!strcmp(got, expected), "got \"%.*s\", expected \"%.*s\"",
                  (int)strcspn(got, "\n"), got, (int)strcspn(expected, "\n"), expected);
}

START_TEST(the_text_form)
{
    setup();
    plan_dump_text(&plan, &out);
    expect_text(strbuf_text(&out), text_form);
    finish();
}
END_TEST

START_TEST(the_graph)
{
    setup();
    plan_dump_dot(&plan, &out);
    ck_assert_str_eq(strbuf_text(&out), dot_form);
    finish();
}
END_TEST

static json_t *at(json_t *root, const char *array, size_t index)
{
    return json_array_get(json_object_get(root, array), index);
}

static const char *text_at(json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

static json_int_t number_at(json_t *object, const char *key)
{
    return json_integer_value(json_object_get(object, key));
}

START_TEST(the_json_form)
{
    setup();
    plan_dump_json(&plan, &out);
    json_t *root = json_loadb(out.ptr, out.len, JSON_REJECT_DUPLICATES, NULL);
    ck_assert_ptr_nonnull(root);
    ck_assert_uint_eq(json_array_size(json_object_get(root, "services")), 7);
    json_t *db = at(root, "services", 0), *api = at(root, "services", 2);
    ck_assert_str_eq(text_at(db, "name"), "db");
    ck_assert_int_eq(number_at(db, "port"), 5432);
    ck_assert_str_eq(text_at(json_object_get(db, "env"), "PGPASSWORD"), "***");
    ck_assert_ptr_null(strstr(out.ptr, "hunter2"));
    ck_assert(json_is_null(json_object_get(db, "watch")));
    ck_assert(json_is_null(json_object_get(at(root, "services", 1), "port")));
    ck_assert_str_eq(json_string_value(at(api, "argv", 3)), "a \"quoted\"\n\x1b");
    ck_assert_str_eq(text_at(json_object_get(api, "env"), "GREETING"), "gr\xc3\xbc\xc3\x9f dich");
    ck_assert_int_eq(number_at(json_object_get(api, "health"), "status_max"), 399);
    json_t *env = json_object_get(json_object_get(api, "source"), "env");
    ck_assert_str_eq(text_at(env, "file"), "dev/env.hcl");
    ck_assert_int_eq(number_at(env, "line"), 7);
    ck_assert_str_eq(text_at(at(root, "routes", 1), "host"), "www.web.localhost");
    ck_assert_str_eq(text_at(at(root, "sources", 0), "hash"), "0000000000abcdef");
    ck_assert_str_eq(text_at(root, "hash"),
                     arena_printf(&arena, "%016llx", (unsigned long long)plan.hash));
    json_decref(root);
    finish();
}
END_TEST

static void expect_dumped(json_t *value, const char *expected)
{
    char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
    ck_assert_str_eq(text, expected);
    free(text);
}

START_TEST(the_json_of_what_is_known_later)
{
    setup();
    plan_dump_json(&plan, &out);
    json_t *root = json_loadb(out.ptr, out.len, JSON_REJECT_DUPLICATES, NULL);
    json_t *worker = at(root, "services", 5), *tail = at(root, "services", 6);
    json_t *env = json_object_get(worker, "env");
    expect_dumped(at(worker, "argv", 1), "[\"postgres://\",{\"env\":\"DB_PASSWORD\"},"
                                         "\"@127.0.0.1:\",{\"port\":\"db\"}]");
    expect_dumped(json_object_get(worker, "dir"),
                  "[\"work/\",{\"env\":\"FLAVOR\",\"default\":\"plain\"}]");
    expect_dumped(json_object_get(env, "API_TOKEN"), "[{\"env\":\"API_TOKEN\"}]");
    expect_dumped(json_object_get(env, "OTHER_KEY"), "\"***\"");
    expect_dumped(json_object_get(worker, "env_shared"), "[\"API\"]");
    expect_dumped(at(worker, "env_files", 0),
                  "{\"path\":\".env\",\"shared\":true,"
                  "\"source\":{\"file\":\"A3sfile.hcl\",\"line\":2,\"column\":15}}");
    expect_dumped(json_object_get(worker, "labels"), "[\"back\",\"slow\"]");
    expect_dumped(json_object_get(worker, "pre_start"),
                  "{\"cmd\":\"./prepare\",\"shell\":false,\"argv\":[\"./prepare\",\"all\"]}");
    ck_assert_str_eq(text_at(json_object_get(worker, "health"), "cmd"), "./alive");
    ck_assert_str_eq(text_at(json_object_get(tail, "health"), "pattern"), "^listening on \\d+$");
    ck_assert_int_eq(number_at(json_object_get(worker, "log"), "max_size"), 10 << 20);
    ck_assert(json_is_null(json_object_get(tail, "log")));
    ck_assert(json_is_null(json_object_get(tail, "post_stop")));
    expect_dumped(at(root, "lookups", 1),
                  "{\"name\":\"A_KEY\",\"default\":\"***\",\"source\":{\"file\":\"A3sfile.hcl\","
                  "\"line\":68,\"column\":5}}");
    ck_assert_ptr_null(strstr(out.ptr, "hunter"));
    json_decref(root);
    finish();
}
END_TEST

START_TEST(texts_are_shown_by_name)
{
    setup();
    const struct plan_command *command = &plan.commands[plan.services[5].command];
    plan_text_show(&plan, plan.argv[command->argv.first + 1], &out);
    strbuf_addc(&out, ' ');
    plan_text_show(&plan, command->line, &out);
    ck_assert_str_eq(strbuf_text(&out),
                     "postgres://${env(\"DB_PASSWORD\")}@127.0.0.1:${service.db.port} "
                     "./worker --db \"${DB}\"");
    finish();
}
END_TEST

START_TEST(the_order_of_keys_is_the_same_each_time)
{
    static const char *const keys[] = {
        "\"version\"", "\"hash\"", "\"settings\"", "\"services\"", "\"name\"",
        "\"kind\"",    "\"cmd\"",  "\"argv\"",     "\"env\"",      "\"depends_on\"",
        "\"health\"",  "\"stop\"", "\"source\"",   "\"routes\"",   "\"sources\""};
    struct strbuf again = {0};
    setup();
    plan_dump_json(&plan, &out);
    plan_dump_json(&plan, &again);
    ck_assert_str_eq(strbuf_text(&out), strbuf_text(&again));
    const char *place = out.ptr;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        place = strstr(place, keys[i]);
        ck_assert_msg(place != NULL, "%s", keys[i]);
    }
    strbuf_finish(&again);
    finish();
}
END_TEST

START_TEST(secrets_are_known_by_their_names)
{
    const char *const secret[] = {"TOKEN",         "MY_SECRET",  "PGPASSWORD", "api_key",
                                  "AUTHORIZATION", "SENTRY_DSN", "COOKIES"};
    const char *const open[] = {"", "PATH", "HOME", "PORT", "TOKE"};
    for (size_t i = 0; i < sizeof secret / sizeof *secret; i++)
        ck_assert_msg(plan_env_is_secret(secret[i]), "%s", secret[i]);
    for (size_t i = 0; i < sizeof open / sizeof *open; i++)
        ck_assert_msg(!plan_env_is_secret(open[i]), "%s", open[i]);
}
END_TEST

START_TEST(every_number_has_a_word)
{
    for (int i = 0; i < PLAN_RESTART_COUNT; i++)
        ck_assert_str_ne(plan_restart_name(i), "?");
    for (int i = 0; i < PLAN_SIGNAL_COUNT; i++)
        ck_assert_str_ne(plan_signal_name(i), "?");
    for (unsigned i = 0; i < PLAN_LOG_LEVELS; i++)
        ck_assert_str_ne(plan_log_level_name(i), "?");
    ck_assert_str_eq(plan_restart_name(PLAN_RESTART_COUNT), "?");
    ck_assert_str_eq(plan_signal_name(PLAN_SIGNAL_COUNT), "?");
    ck_assert_str_eq(plan_log_level_name(PLAN_LOG_LEVELS), "?");
    for (int i = 0; i < PLAN_PROBE_TYPE_COUNT; i++)
        ck_assert_str_ne(plan_probe_name(i), "?");
    ck_assert_str_eq(plan_probe_name(PLAN_PROBE_TYPE_COUNT), "?");
}
END_TEST

int main(void)
{
    struct suite s = suite_begin("plan_dump");
    SUITE_CASE(s, the_text_form);
    SUITE_CASE(s, the_graph);
    SUITE_CASE(s, the_json_form);
    SUITE_CASE(s, the_json_of_what_is_known_later);
    SUITE_CASE(s, texts_are_shown_by_name);
    SUITE_CASE(s, the_order_of_keys_is_the_same_each_time);
    SUITE_CASE(s, secrets_are_known_by_their_names);
    SUITE_CASE(s, every_number_has_a_word);
    return suite_run(s);
}
