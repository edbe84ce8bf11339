#include "diff.h"
#include "plan_builder.h"
#include "suite.h"

#include <jansson.h>

#define NO_PROBE PLAN_PROBE_TYPE_COUNT

/* What a plan of three services is made from: db, job, and api, which needs both. The test changes
 * api (but for db_port) and looks at api. */
struct spec {
    const char *domain;
    uint16_t proxy_port;
    uint32_t log_level, hold_ms;
    const char *name, *cmd, *arg, *dir, *host, *env_name, *env_value, *lookup, *env_file, *label;
    const char *pre_start, *post_stop;
    uint16_t port, db_port;
    bool task, disabled, tty, own_host, needs_job, env_shared;
    const char *watch_path, *watch_ignore;
    uint32_t watch_restart, debounce_ms;
    enum plan_probe_type probe; /* or NO_PROBE */
    const char *path, *probe_cmd, *pattern;
    uint16_t probe_port, status_max;
    uint32_t interval_ms, timeout_ms, start_timeout_ms, retries;
    enum plan_restart_policy restart;
    uint32_t backoff_ms, max_backoff_ms, reset_after_ms, max_restarts, on_unhealthy;
    enum plan_signal signal;
    uint32_t stop_timeout_ms;
    const char *log_file;
    uint64_t max_size;
    uint32_t keep;
    uint32_t source_size;
};

static const struct spec usual = {
    .domain = "localhost",
    .proxy_port = 7080,
    .log_level = 2,
    .hold_ms = 30000,
    .name = "api",
    .cmd = "serve",
    .arg = "now",
    .dir = ".",
    .host = "api",
    .env_name = "LEVEL",
    .env_value = "info",
    .env_file = ".env",
    .label = "back",
    .port = 8080,
    .db_port = 5432,
    .needs_job = true,
    .watch_path = "src",
    .watch_ignore = "*.tmp",
    .watch_restart = 1,
    .debounce_ms = 500,
    .probe = NO_PROBE,
    .path = "/health",
    .probe_cmd = "alive",
    .pattern = "listening",
    .status_max = 399,
    .interval_ms = 2000,
    .timeout_ms = 1000,
    .start_timeout_ms = 600000,
    .retries = 3,
    .restart = PLAN_RESTART_ON_FAILURE,
    .backoff_ms = 1000,
    .max_backoff_ms = 30000,
    .reset_after_ms = 60000,
    .signal = PLAN_SIGNAL_TERM,
    .stop_timeout_ms = 5000,
    .log_file = "api.log",
    .max_size = 1 << 20,
    .keep = 3,
    .source_size = 100,
};

enum { DB, JOB, API };

static struct arena arena;

static struct plan_text text(struct plan_writer *w, const char *s)
{
    return plan_writer_text(w, str_from(s));
}

static struct plan_string string(struct plan_writer *w, const char *s)
{
    return plan_writer_string(w, str_from(s));
}

static uint32_t add_command(struct plan_writer *w, const char *line, const char *arg)
{
    struct plan_command command = {.line = text(w, line)};
    command.argv.first = plan_writer_count(w, PLAN_SECTION_ARGV);
    const char *const words[] = {line, arg};
    for (; command.argv.count < 2 && words[command.argv.count]; command.argv.count++) {
        struct plan_text word = text(w, words[command.argv.count]);
        plan_writer_add(w, PLAN_SECTION_ARGV, &word);
    }
    return plan_writer_add(w, PLAN_SECTION_COMMANDS, &command);
}

static void add_env(struct plan_writer *w, struct plan_service *s, const struct spec *spec)
{
    struct plan_env env = {.name = string(w, spec->env_name),
                           .flags = spec->env_shared ? PLAN_ENV_SHARED : 0};
    struct plan_part part = {
        .kind = PLAN_PIECE_ENV, .text = str_from(spec->lookup), .line = 1, .column = 1};
    env.value = spec->lookup ? plan_writer_parts(w, &part, 1) : text(w, spec->env_value);
    plan_writer_add(w, PLAN_SECTION_ENV, &env);
    s->env.count++;
    struct plan_env_file file = {.path = string(w, spec->env_file), .line = 1, .column = 1};
    plan_writer_add(w, PLAN_SECTION_ENV_FILES, &file);
    s->env_files.count++;
    struct plan_string label = string(w, spec->label);
    plan_writer_add(w, PLAN_SECTION_LABELS, &label);
    s->labels.count++;
}

static void add_span(struct plan_writer *w, struct plan_service *s, enum plan_field field,
                     uint32_t line)
{
    struct plan_span span = {field, 0, line, 3};
    plan_writer_add(w, PLAN_SECTION_SPANS, &span);
    s->spans.count++;
}

static void add_edge(struct plan_writer *w, enum plan_section_kind section,
                     struct plan_range *range, uint32_t index)
{
    plan_writer_add(w, section, &index);
    range->count++;
}

static void add_plain(struct plan_writer *w, const char *name, uint32_t index, uint16_t port,
                      bool needed)
{
    struct plan_service s = plan_builder_record(w, name, index);
    s.dir = text(w, ".");
    s.command = add_command(w, name, NULL);
    if (needed)
        add_edge(w, PLAN_SECTION_RDEPS, &s.rdeps, API);
    s.port = port;
    s.port_source = port ? PLAN_PORT_FIXED : PLAN_PORT_NONE;
    plan_writer_add(w, PLAN_SECTION_SERVICES, &s);
}

static struct plan_probe probe_record(struct plan_writer *w, const struct spec *spec)
{
    bool http = spec->probe == PLAN_PROBE_HTTP, tcp = spec->probe == PLAN_PROBE_TCP;
    return (struct plan_probe){
        .pattern = string(w, spec->probe == PLAN_PROBE_LOG ? spec->pattern : ""),
        .command = PLAN_NONE,
        .service = API,
        .interval_ms = spec->interval_ms,
        .timeout_ms = spec->timeout_ms,
        .start_timeout_ms = spec->start_timeout_ms,
        .retries = spec->retries,
        .port = http || tcp ? spec->probe_port : 0,
        .status_min = http ? 200 : 0,
        .status_max = http ? spec->status_max : 0,
        .type = (uint8_t)spec->probe,
    };
}

static void add_watch(struct plan_writer *w, struct plan_service *s, const struct spec *spec)
{
    struct plan_watch watch = {
        .service = API, .debounce_ms = spec->debounce_ms, .restart = spec->watch_restart};
    struct plan_string path, ignore;
    if (!spec->watch_path)
        return;
    path = string(w, spec->watch_path);
    ignore = string(w, spec->watch_ignore);
    watch.paths = (struct plan_range){plan_writer_count(w, PLAN_SECTION_PATTERNS), 1};
    watch.ignores = (struct plan_range){watch.paths.first + 1, 1};
    plan_writer_add(w, PLAN_SECTION_PATTERNS, &path);
    plan_writer_add(w, PLAN_SECTION_PATTERNS, &ignore);
    s->watch = plan_writer_add(w, PLAN_SECTION_WATCHES, &watch);
}

static void add_log(struct plan_writer *w, struct plan_service *s, const struct spec *spec)
{
    if (!spec->log_file)
        return;
    struct plan_log log = {.max_size = spec->max_size, .keep = spec->keep, .service = API};
    log.file = text(w, spec->log_file);
    s->log = plan_writer_add(w, PLAN_SECTION_LOGS, &log);
}

/* The texts in the order of plan.h: dir, commands, env, the probe's path, the log's file. */
static void add_api_texts(struct plan_writer *w, struct plan_service *s, const struct spec *spec)
{
    struct plan_probe probe = probe_record(w, spec);
    s->dir = text(w, spec->dir);
    s->command = add_command(w, spec->cmd, spec->arg);
    if (spec->pre_start)
        s->pre_start = add_command(w, spec->pre_start, NULL);
    if (spec->post_stop)
        s->post_stop = add_command(w, spec->post_stop, NULL);
    if (spec->probe == PLAN_PROBE_EXEC)
        probe.command = add_command(w, spec->probe_cmd, NULL);
    add_env(w, s, spec);
    probe.path = text(w, spec->probe == PLAN_PROBE_HTTP ? spec->path : "");
    if (spec->probe != NO_PROBE)
        s->probe = plan_writer_add(w, PLAN_SECTION_PROBES, &probe);
    add_log(w, s, spec);
}

static void add_api(struct plan_writer *w, const struct spec *spec)
{
    struct plan_service s = plan_builder_record(w, spec->name, API);
    add_span(w, &s, PLAN_FIELD_CMD, 31);
    add_edge(w, PLAN_SECTION_DEPS, &s.deps, DB);
    if (spec->needs_job)
        add_edge(w, PLAN_SECTION_DEPS, &s.deps, JOB);
    add_api_texts(w, &s, spec);
    add_watch(w, &s, spec);
    s.kind = spec->task ? PLAN_KIND_TASK : PLAN_KIND_SERVICE;
    s.flags = (spec->disabled ? PLAN_SERVICE_DISABLED : 0) | (spec->tty ? PLAN_SERVICE_TTY : 0) |
              (spec->on_unhealthy ? PLAN_SERVICE_ON_UNHEALTHY : 0) |
              (spec->own_host ? PLAN_SERVICE_OWN_HOST : 0);
    s.port = spec->port;
    s.port_source = spec->port ? PLAN_PORT_FIXED : PLAN_PORT_CHOSEN;
    s.restart = (uint8_t)spec->restart;
    s.backoff_ms = spec->backoff_ms;
    s.max_backoff_ms = spec->max_backoff_ms;
    s.reset_after_ms = spec->reset_after_ms;
    s.max_restarts = spec->max_restarts;
    s.stop_signal = (uint8_t)spec->signal;
    s.stop_timeout_ms = spec->stop_timeout_ms;
    plan_writer_add(w, PLAN_SECTION_SERVICES, &s);
}

static void add_tables(struct plan_writer *w, const struct spec *spec)
{
    const char *host = arena_printf(&arena, "%s.%s", spec->host, spec->domain);
    struct plan_route route = {.host = string(w, host), .service = API};
    struct plan_port ports[] = {{spec->db_port, DB}, {spec->port, API}};
    plan_writer_add(w, PLAN_SECTION_ROUTES, &route);
    for (int i = 0; i < 2; i++)
        if (ports[i].port)
            plan_writer_add(w, PLAN_SECTION_PORTS, &ports[i]);
}

static struct plan make(const struct spec *spec)
{
    struct plan_writer *w = plan_writer_new(&arena);
    struct plan plan = {0};
    struct plan_settings settings = {.domain = string(w, spec->domain),
                                     .log_level = spec->log_level,
                                     .hold_ms = spec->hold_ms,
                                     .proxy_port = spec->proxy_port};
    struct plan_source source = {
        .path = string(w, "A3sfile.hcl"), .size = spec->source_size, .hash = 1};
    const void *bytes = NULL;
    size_t size = 0;
    uint64_t where = 0;
    plan_writer_add(w, PLAN_SECTION_SETTINGS, &settings);
    plan_writer_add(w, PLAN_SECTION_SOURCES, &source);
    add_plain(w, "db", DB, spec->db_port, true);
    add_plain(w, "job", JOB, 0, spec->needs_job);
    add_api(w, spec);
    add_tables(w, spec);
    enum plan_error error = plan_writer_finish(w, &bytes, &size, &where);
    ck_assert_msg(!error, "%s at %llu", plan_error_text(error), (unsigned long long)where);
    plan_view(&plan, bytes, size);
    return plan;
}

/* For every row of diff.def what changes it, and it alone. Whoever adds a row has to add here. */

static void change_form_domain(struct spec *before, struct spec *after)
{
    (void)before;
    after->domain = "test";
}

static void change_form_proxy_port(struct spec *before, struct spec *after)
{
    (void)before;
    after->proxy_port = 0;
}

static void change_form_url(struct spec *before, struct spec *after)
{
    (void)before;
    after->proxy_port = 7081;
}

/* Without a proxy the name is not in the service's environment. */
static void change_form_host(struct spec *before, struct spec *after)
{
    before->proxy_port = after->proxy_port = 0;
    after->host = "www";
}

/* A probe by itself is what health.type tells. */
static void change_form_health_type(struct spec *before, struct spec *after)
{
    (void)before;
    after->probe = PLAN_PROBE_TCP;
}

#define CHANGE(form, member, value)                                    \
    static void change_##form(struct spec *before, struct spec *after) \
    {                                                                  \
        (void)before;                                                  \
        after->member = value;                                         \
    }
#define CHANGE_PROBE(form, type, member, value)                        \
    static void change_##form(struct spec *before, struct spec *after) \
    {                                                                  \
        before->probe = after->probe = PLAN_PROBE_##type;              \
        after->member = value;                                         \
    }

CHANGE(form_log_level, log_level, 1)
CHANGE(form_hold, hold_ms, 1)
CHANGE(form_kind, task, true)
CHANGE(form_cmd, cmd, "serve-all")
CHANGE(form_dir, dir, "sub")
CHANGE(form_port, port, 0)
CHANGE(parts_env, env_value, "debug")
CHANGE(form_env_file, env_file, "other.env")
CHANGE(form_depends_on, needs_job, false)
CHANGE(parts_deps, db_port, 5433)
CHANGE(form_pre_start, pre_start, "prepare")
CHANGE(form_post_stop, post_stop, "clean")
CHANGE(form_labels, label, "front")
CHANGE(form_disabled, disabled, true)
CHANGE(form_tty, tty, true)
CHANGE(form_sent_host, own_host, true)
CHANGE(form_watch_paths, watch_path, "lib")
CHANGE(form_watch_ignore, watch_ignore, "*.o")
CHANGE(form_watch_restart, watch_restart, 0)
CHANGE(form_watch_debounce, debounce_ms, 501)
CHANGE_PROBE(form_health_path, HTTP, path, "/ready")
CHANGE_PROBE(form_health_port, TCP, probe_port, 9000)
CHANGE_PROBE(form_health_status, HTTP, status_max, 299)
CHANGE_PROBE(form_health_cmd, EXEC, probe_cmd, "well")
CHANGE_PROBE(form_health_pattern, LOG, pattern, "ready")
CHANGE_PROBE(form_health_interval, TCP, interval_ms, 2001)
CHANGE_PROBE(form_health_timeout, TCP, timeout_ms, 999)
CHANGE_PROBE(form_health_retries, TCP, retries, 4)
CHANGE_PROBE(form_health_start_timeout, TCP, start_timeout_ms, 1)
CHANGE(form_restart_policy, restart, PLAN_RESTART_NEVER)
CHANGE(form_restart_backoff, backoff_ms, 999)
CHANGE(form_restart_max_backoff, max_backoff_ms, 30001)
CHANGE(form_restart_reset_after, reset_after_ms, 1)
CHANGE(form_restart_max_restarts, max_restarts, 1)
CHANGE(form_restart_on_unhealthy, on_unhealthy, 1)
CHANGE(form_stop_signal, signal, PLAN_SIGNAL_INT)
CHANGE(form_stop_timeout, stop_timeout_ms, 1)
CHANGE(form_log_file, log_file, "other.log")
CHANGE(form_log_max_size, max_size, 4096)
CHANGE(form_log_keep, keep, 4)

typedef void change_fn(struct spec *before, struct spec *after);

static const struct {
    const char *name;
    enum plan_field field;
    enum plan_change effect;
    change_fn *change;
} rows[] = {
#define FIELD(field, name, effect, form) \
    {name, PLAN_FIELD_##field, PLAN_CHANGE_##effect, change_##form},
#define FIELD_PARTS(field, name, effect, parts, form) \
    {name, PLAN_FIELD_##field, PLAN_CHANGE_##effect, change_##parts},
#include "diff.def"
};
#define ROW_COUNT (sizeof rows / sizeof *rows)

static const struct {
    const char *name;
    bool listen;
    change_fn *change;
} settings[] = {
#define SETTING(name, listen, form) {name, listen, change_##form},
#include "diff.def"
};
#define SETTING_COUNT (sizeof settings / sizeof *settings)

static struct plan_diff diff_specs(const struct spec *before, const struct spec *after)
{
    struct plan *plans = arena_new(&arena, struct plan, 2);
    plans[0] = make(before);
    plans[1] = make(after);
    return plan_diff_new(&arena, &plans[0], &plans[1]);
}

static const struct plan_diff_service *find(const struct plan_diff *diff, const char *name)
{
    for (uint32_t i = 0; i < diff->service_count; i++)
        if (!strcmp(diff->services[i].name, name))
            return &diff->services[i];
    ck_abort_msg("%s is not there", name);
    return NULL;
}

/* "env.*" stands for "env.LEVEL". */
static bool name_fits(const char *pattern, const char *name)
{
    const char *star = strchr(pattern, '*');
    return star ? !strncmp(pattern, name, (size_t)(star - pattern)) : !strcmp(pattern, name);
}

START_TEST(every_field_says_what_it_needs)
{
    struct spec before = usual, after = usual;
    rows[_i].change(&before, &after);
    struct plan_diff diff = diff_specs(&before, &after);
    const struct plan_diff_service *api = find(&diff, "api");
    bool disabled = rows[_i].field == PLAN_FIELD_DISABLED;
    ck_assert(!diff.same);
    ck_assert_msg(api->field_count == 1, "%s: %u fields", rows[_i].name, api->field_count);
    ck_assert_msg(name_fits(rows[_i].name, api->fields->name), "%s", api->fields->name);
    ck_assert_int_eq(api->fields->field, rows[_i].field);
    ck_assert_int_eq(api->fields->effect, rows[_i].effect);
    ck_assert_int_eq(api->change, disabled ? PLAN_CHANGE_STOP : rows[_i].effect);
    ck_assert_uint_eq(api->fields->after_span->line, rows[_i].field == PLAN_FIELD_CMD ? 31u : 30u);
    ck_assert_ptr_nonnull(api->fields->before_span);
    ck_assert_int_eq(find(&diff, "job")->change, PLAN_CHANGE_KEEP);
    arena_finish(&arena);
}
END_TEST

START_TEST(every_setting_says_what_it_needs)
{
    struct spec before = usual, after = usual;
    settings[_i].change(&before, &after);
    struct plan_diff diff = diff_specs(&before, &after);
    ck_assert_uint_eq(diff.setting_count, 1);
    ck_assert_str_eq(diff.settings->name, settings[_i].name);
    ck_assert_int_eq(diff.settings->listen, settings[_i].listen);
    ck_assert_str_ne(diff.settings->before, diff.settings->after);
    arena_finish(&arena);
}
END_TEST

/* Each but the name, which is what services are matched by. */
START_TEST(every_field_of_the_plan_has_a_row)
{
    for (int field = PLAN_FIELD_NAME + 1; field < PLAN_FIELD_COUNT; field++) {
        size_t row = 0;
        while (row < ROW_COUNT && (int)rows[row].field != field)
            row++;
        ck_assert_msg(row < ROW_COUNT, "%s", plan_field_name((enum plan_field)field));
    }
}
END_TEST

START_TEST(the_same_is_the_same)
{
    struct plan_diff diff = diff_specs(&usual, &usual);
    struct strbuf out = {0};
    ck_assert(diff.same);
    ck_assert_uint_eq(diff.counts[PLAN_CHANGE_KEEP], 3);
    ck_assert_uint_eq(diff.service_count, 3);
    plan_diff_text(&diff, &out);
    ck_assert_str_eq(strbuf_text(&out), "");
    strbuf_finish(&out);
    arena_finish(&arena);
}
END_TEST

static void expect_text(const struct plan_diff *diff, const char *want)
{
    struct strbuf out = {0};
    plan_diff_text(diff, &out);
    ck_assert_str_eq(strbuf_text(&out), want);
    strbuf_finish(&out);
}

START_TEST(another_source_alone_changes_no_service)
{
    struct spec after = usual;
    after.source_size = 101;
    struct plan_diff diff = diff_specs(&usual, &after);
    ck_assert(!diff.same);
    ck_assert_uint_eq(diff.counts[PLAN_CHANGE_KEEP], 3);
    expect_text(&diff, "only the sources differ, or the places of things in them\nkeep 3\n");
    arena_finish(&arena);
}
END_TEST

START_TEST(a_new_name_is_a_stop_and_a_start)
{
    struct spec after = usual;
    after.name = "server";
    struct plan_diff diff = diff_specs(&usual, &after);
    ck_assert_int_eq(find(&diff, "api")->change, PLAN_CHANGE_STOP);
    ck_assert_uint_eq(find(&diff, "api")->after, PLAN_NONE);
    ck_assert_uint_eq(find(&diff, "server")->before, PLAN_NONE);
    expect_text(&diff, "stop api\n"
                       "  A3sfile.hcl:30:3: service: api -> none\n"
                       "start server\n"
                       "  A3sfile.hcl:30:3: service: none -> server\n"
                       "stop 1, start 1, keep 2\n");
    arena_finish(&arena);
}
END_TEST

START_TEST(a_disabled_service_starts_nothing)
{
    struct spec off = usual, other = usual;
    off.disabled = true;
    other.name = "other";
    struct plan_diff diff = diff_specs(&other, &off);
    ck_assert_int_eq(find(&diff, "api")->change, PLAN_CHANGE_UPDATE);
    diff = diff_specs(&off, &usual);
    ck_assert_int_eq(find(&diff, "api")->change, PLAN_CHANGE_START);
    off.cmd = "x";
    diff = diff_specs(&usual, &off);
    ck_assert_int_eq(find(&diff, "api")->change, PLAN_CHANGE_STOP);
    ck_assert_uint_eq(find(&diff, "api")->field_count, 2);
    arena_finish(&arena);
}
END_TEST

START_TEST(the_strongest_field_decides)
{
    struct spec after = usual;
    after.dir = "sub";
    after.keep = 9;
    after.db_port = 1;
    struct plan_diff diff = diff_specs(&usual, &after);
    ck_assert_int_eq(find(&diff, "api")->change, PLAN_CHANGE_RESTART);
    expect_text(&diff, "restart db\n"
                       "  A3sfile.hcl:10:3: port: 5432 -> 1\n"
                       "restart api\n"
                       "  A3sfile.hcl:30:3: dir: \".\" -> \"sub\"\n"
                       "  A3sfile.hcl:30:3: depends_on.db.port: 5432 -> 1\n"
                       "  A3sfile.hcl:30:3: log.keep: 3 -> 9\n"
                       "restart 2, keep 1\n");
    arena_finish(&arena);
}
END_TEST

START_TEST(secrets_are_not_told)
{
    struct spec before = usual, after = usual;
    before.env_name = after.env_name = "API_TOKEN";
    before.env_value = "hunter2";
    after.env_value = "hunter3";
    struct plan_diff diff = diff_specs(&before, &after);
    expect_text(&diff, "restart api\n"
                       "  A3sfile.hcl:30:3: env.API_TOKEN: *** -> another ***\n"
                       "restart 1, keep 2\n");
    after.lookup = "FROM_OUTSIDE";
    diff = diff_specs(&before, &after);
    ck_assert_str_eq(find(&diff, "api")->fields->before, "***");
    ck_assert_str_eq(find(&diff, "api")->fields->after, "\"${env(\"FROM_OUTSIDE\")}\"");
    arena_finish(&arena);
}
END_TEST

/* Shown alike, but what is looked up is not what is written. */
START_TEST(a_lookup_is_not_its_spelling)
{
    struct spec before = usual, after = usual;
    before.env_value = "${env(\"X\")}";
    after.lookup = "X";
    struct plan_diff diff = diff_specs(&before, &after);
    ck_assert_int_eq(find(&diff, "api")->change, PLAN_CHANGE_RESTART);
    before.lookup = "X";
    diff = diff_specs(&before, &after);
    ck_assert(diff.same);
    arena_finish(&arena);
}
END_TEST

START_TEST(arguments_count_where_the_line_is_the_same)
{
    struct spec after = usual;
    after.arg = "later";
    struct plan_diff diff = diff_specs(&usual, &after);
    expect_text(&diff, "restart api\n"
                       "  A3sfile.hcl:31:3: cmd: \"serve\" -> another \"serve\"\n"
                       "restart 1, keep 2\n");
    arena_finish(&arena);
}
END_TEST

START_TEST(whose_a_variable_is_counts)
{
    struct spec after = usual;
    after.env_shared = true;
    struct plan_diff diff = diff_specs(&usual, &after);
    ck_assert_str_eq(find(&diff, "api")->fields->after, "\"info\" (dev)");
    ck_assert_int_eq(find(&diff, "api")->change, PLAN_CHANGE_RESTART);
    arena_finish(&arena);
}
END_TEST

START_TEST(parts_come_and_go)
{
    struct spec after = usual;
    after.env_name = "AAA";
    struct plan_diff diff = diff_specs(&usual, &after);
    const struct plan_diff_service *api = find(&diff, "api");
    ck_assert_uint_eq(api->field_count, 2);
    ck_assert_str_eq(api->fields[0].name, "env.AAA");
    ck_assert_ptr_null(api->fields[0].before);
    ck_assert_str_eq(api->fields[1].name, "env.LEVEL");
    ck_assert_ptr_null(api->fields[1].after);
    arena_finish(&arena);
}
END_TEST

START_TEST(a_block_that_comes_or_goes_is_one_line)
{
    struct spec after = usual;
    after.watch_path = NULL;
    after.log_file = NULL;
    after.probe = PLAN_PROBE_HTTP;
    struct plan_diff diff = diff_specs(&usual, &after);
    expect_text(&diff, "update api\n"
                       "  A3sfile.hcl:30:3: watch.paths: \"src\" -> none\n"
                       "  A3sfile.hcl:30:3: health.type: none -> http\n"
                       "  A3sfile.hcl:30:3: log.file: \"api.log\" -> none\n"
                       "update 1, keep 2\n");
    arena_finish(&arena);
}
END_TEST

/* Without a proxy an http service is told its own address: then a health block is seen. */
START_TEST(an_address_behind_another_field_needs_a_restart)
{
    struct spec before = usual, after = usual;
    before.proxy_port = after.proxy_port = 0;
    after.probe = PLAN_PROBE_HTTP;
    struct plan_diff diff = diff_specs(&before, &after);
    ck_assert_int_eq(find(&diff, "api")->change, PLAN_CHANGE_RESTART);
    ck_assert_str_eq(find(&diff, "api")->fields->after, "http://127.0.0.1:8080");
    arena_finish(&arena);
}
END_TEST

/* The builder's plan against one without db and with another domain: stops come from the end. */
START_TEST(stops_first_and_backwards)
{
    size_t size = 0;
    struct plan before, after = make(&usual);
    plan_view(&before, plan_builder_make(&arena, &size), size);
    (void)size;
    struct plan_diff diff = plan_diff_new(&arena, &before, &after);
    uint32_t last = PLAN_NONE;
    bool stopping = true;
    for (uint32_t i = 0; i < diff.service_count; i++) {
        const struct plan_diff_service *it = &diff.services[i];
        bool stops = it->change == PLAN_CHANGE_STOP;
        ck_assert_msg(stopping || !stops, "%s stops late", it->name);
        if (stopping && !stops)
            last = PLAN_NONE;
        stopping = stops;
        uint32_t place = stops ? it->before : it->after;
        ck_assert(last == PLAN_NONE || (stops ? place < last : place > last));
        last = place;
    }
    ck_assert_uint_eq(diff.services[0].before, before.service_count - 1);
    arena_finish(&arena);
}
END_TEST

START_TEST(the_json_form)
{
    struct spec after = usual;
    struct strbuf out = {0};
    after.cmd = "other";
    after.hold_ms = 1500;
    struct plan_diff diff = diff_specs(&usual, &after);
    plan_diff_json(&diff, &out);
    json_t *root = json_loadb(out.ptr, out.len, JSON_REJECT_DUPLICATES, NULL);
    ck_assert_ptr_nonnull(root);
    json_t *api = json_array_get(json_object_get(root, "services"), 2);
    json_t *field = json_array_get(json_object_get(api, "fields"), 0);
    json_t *setting = json_array_get(json_object_get(root, "settings"), 0);
    ck_assert(json_is_false(json_object_get(root, "same")));
    ck_assert_str_eq(json_string_value(json_object_get(api, "change")), "restart");
    ck_assert_str_eq(json_string_value(json_object_get(field, "before")), "\"serve\"");
    ck_assert_str_eq(json_string_value(json_object_get(field, "after")), "\"other\"");
    ck_assert_int_eq(
        json_integer_value(json_object_get(json_object_get(field, "after_at"), "line")), 31);
    ck_assert_str_eq(json_string_value(json_object_get(setting, "after")), "1s500ms");
    json_decref(root);
    strbuf_finish(&out);
    arena_finish(&arena);
}
END_TEST

int main(void)
{
    struct suite s = suite_begin("plan_diff");
    SUITE_LOOP(s, every_field_says_what_it_needs, 0, ROW_COUNT);
    SUITE_LOOP(s, every_setting_says_what_it_needs, 0, SETTING_COUNT);
    SUITE_CASE(s, every_field_of_the_plan_has_a_row);
    SUITE_CASE(s, the_same_is_the_same);
    SUITE_CASE(s, another_source_alone_changes_no_service);
    SUITE_CASE(s, a_new_name_is_a_stop_and_a_start);
    SUITE_CASE(s, a_disabled_service_starts_nothing);
    SUITE_CASE(s, the_strongest_field_decides);
    SUITE_CASE(s, secrets_are_not_told);
    SUITE_CASE(s, a_lookup_is_not_its_spelling);
    SUITE_CASE(s, arguments_count_where_the_line_is_the_same);
    SUITE_CASE(s, whose_a_variable_is_counts);
    SUITE_CASE(s, parts_come_and_go);
    SUITE_CASE(s, a_block_that_comes_or_goes_is_one_line);
    SUITE_CASE(s, an_address_behind_another_field_needs_a_restart);
    SUITE_CASE(s, stops_first_and_backwards);
    SUITE_CASE(s, the_json_form);
    return suite_run(s);
}
