#include "plan_builder.h"

#include "layout.h"

static struct plan_text text(struct plan_writer *w, const char *s)
{
    return plan_writer_text(w, str_from(s));
}

static struct plan_string string(struct plan_writer *w, const char *s)
{
    return plan_writer_string(w, str_from(s));
}

static uint32_t add_command(struct plan_writer *w, struct plan_text line, const char *const *argv)
{
    bool shell = !strcmp(argv[0], "/bin/sh");
    struct plan_command command = {.line = line,
                                   .argv.first = plan_writer_count(w, PLAN_SECTION_ARGV),
                                   .flags = shell ? PLAN_COMMAND_SHELL : 0};
    for (; *argv; argv++, command.argv.count++) {
        struct plan_text arg = text(w, *argv);
        plan_writer_add(w, PLAN_SECTION_ARGV, &arg);
    }
    return plan_writer_add(w, PLAN_SECTION_COMMANDS, &command);
}

static void add_env(struct plan_writer *w, struct plan_service *service, const char *name,
                    const char *value)
{
    struct plan_env env = {.name = string(w, name)};
    env.value = text(w, value);
    plan_writer_add(w, PLAN_SECTION_ENV, &env);
    service->env.count++;
}

static void add_edge(struct plan_writer *w, enum plan_section_kind section,
                     struct plan_range *range, uint32_t index)
{
    plan_writer_add(w, section, &index);
    range->count++;
}

static void add_span(struct plan_writer *w, struct plan_service *service, enum plan_field field,
                     uint32_t source, uint32_t line)
{
    struct plan_span span = {field, source, line, 3};
    plan_writer_add(w, PLAN_SECTION_SPANS, &span);
    service->spans.count++;
}

static void add_pattern(struct plan_writer *w, struct plan_range *range, const char *pattern)
{
    struct plan_string record = string(w, pattern);
    if (!range->count)
        range->first = plan_writer_count(w, PLAN_SECTION_PATTERNS);
    plan_writer_add(w, PLAN_SECTION_PATTERNS, &record);
    range->count++;
}

struct plan_service plan_builder_record(struct plan_writer *w, const char *name, uint32_t declared)
{
    struct plan_service service = {
        .name = string(w, name),
        .env.first = plan_writer_count(w, PLAN_SECTION_ENV),
        .env_files.first = plan_writer_count(w, PLAN_SECTION_ENV_FILES),
        .labels.first = plan_writer_count(w, PLAN_SECTION_LABELS),
        .deps.first = plan_writer_count(w, PLAN_SECTION_DEPS),
        .rdeps.first = plan_writer_count(w, PLAN_SECTION_RDEPS),
        .spans.first = plan_writer_count(w, PLAN_SECTION_SPANS),
        .pre_start = PLAN_NONE,
        .post_stop = PLAN_NONE,
        .probe = PLAN_NONE,
        .watch = PLAN_NONE,
        .log = PLAN_NONE,
        .declared = declared,
        .backoff_ms = 1000,
        .max_backoff_ms = 30000,
        .reset_after_ms = 60000,
        .stop_timeout_ms = 5000,
        .restart = PLAN_RESTART_ON_FAILURE,
        .replicas = 1,
    };
    add_span(w, &service, PLAN_FIELD_NAME, 0, 10 * (declared + 1));
    return service;
}

static void set_command(struct plan_writer *w, struct plan_service *service, const char *dir,
                        const char *line, const char *const *argv)
{
    service->dir = text(w, dir);
    service->command = add_command(w, text(w, line), argv);
}

struct plan_service plan_builder_service(struct plan_writer *w, const char *name, uint32_t declared)
{
    struct plan_service service = plan_builder_record(w, name, declared);
    set_command(w, &service, ".", "cmd", (const char *const[]){"cmd", NULL});
    return service;
}

void plan_builder_frame(struct plan_writer *w)
{
    struct plan_settings settings = {
        .domain = string(w, "localhost"), .log_level = 2, .hold_ms = 30000, .proxy_port = 7080};
    struct plan_source source = {.path = string(w, "A3sfile.hcl"), .size = 1234, .hash = 0xabcdef};
    plan_writer_add(w, PLAN_SECTION_SETTINGS, &settings);
    plan_writer_add(w, PLAN_SECTION_SOURCES, &source);
}

/* A usual one; of http, the path is missing. */
static struct plan_probe probe_record(struct plan_writer *w, enum plan_probe_type type,
                                      uint32_t service)
{
    bool http = type == PLAN_PROBE_HTTP;
    return (struct plan_probe){.path = text(w, ""),
                               .pattern = string(w, ""),
                               .command = PLAN_NONE,
                               .service = service,
                               .interval_ms = 2000,
                               .timeout_ms = 1000,
                               .start_timeout_ms = 600000,
                               .retries = 3,
                               .status_min = http ? 200 : 0,
                               .status_max = http ? 200 : 0,
                               .type = (uint8_t)type};
}

static void add_db(struct plan_writer *w)
{
    struct plan_service s = plan_builder_record(w, "db", 2);
    set_command(w, &s, ".", "postgres -D data",
                (const char *const[]){"postgres", "-D", "data", NULL});
    add_env(w, &s, "PGPASSWORD", "hunter2");
    add_edge(w, PLAN_SECTION_RDEPS, &s.rdeps, 1);
    add_edge(w, PLAN_SECTION_RDEPS, &s.rdeps, 2);
    add_edge(w, PLAN_SECTION_RDEPS, &s.rdeps, 5);
    s.port = 5432;
    s.port_source = PLAN_PORT_FIXED;
    s.stop_signal = PLAN_SIGNAL_INT;
    s.stop_timeout_ms = 90500;
    struct plan_probe probe = probe_record(w, PLAN_PROBE_TCP, 0);
    s.probe = plan_writer_add(w, PLAN_SECTION_PROBES, &probe);
    plan_writer_add(w, PLAN_SECTION_SERVICES, &s);
}

static void add_migrate(struct plan_writer *w)
{
    struct plan_service s = plan_builder_record(w, "migrate", 3);
    set_command(w, &s, "db", "sleep 1 && ./migrate",
                (const char *const[]){"/bin/sh", "-c", "sleep 1 && ./migrate", NULL});
    add_edge(w, PLAN_SECTION_DEPS, &s.deps, 0);
    add_edge(w, PLAN_SECTION_RDEPS, &s.rdeps, 2);
    s.kind = PLAN_KIND_TASK;
    s.restart = PLAN_RESTART_NEVER;
    plan_writer_add(w, PLAN_SECTION_SERVICES, &s);
}

static void add_api(struct plan_writer *w)
{
    struct plan_service s = plan_builder_record(w, "api", 1);
    set_command(w, &s, "services/api", "cargo run",
                (const char *const[]){"cargo", "run", "", "a \"quoted\"\n\x1b", NULL});
    add_env(w, &s, "GREETING", "gr\xc3\xbc\xc3\x9f dich");
    add_env(w, &s, "LEVEL", "");
    add_env(w, &s, "Zone", "eu");
    add_edge(w, PLAN_SECTION_DEPS, &s.deps, 0);
    add_edge(w, PLAN_SECTION_DEPS, &s.deps, 1);
    add_edge(w, PLAN_SECTION_RDEPS, &s.rdeps, 3);
    add_span(w, &s, PLAN_FIELD_CMD, 0, 21);
    add_span(w, &s, PLAN_FIELD_ENV, 1, 7);
    s.port_source = PLAN_PORT_CHOSEN;
    s.flags = PLAN_SERVICE_ON_UNHEALTHY;
    s.restart = PLAN_RESTART_ALWAYS;
    s.max_restarts = 7;
    struct plan_probe probe = probe_record(w, PLAN_PROBE_HTTP, 2);
    probe.path = text(w, "/healthz");
    probe.interval_ms = 500;
    probe.timeout_ms = 250;
    probe.start_timeout_ms = 3600000;
    probe.retries = 1;
    probe.status_max = 399;
    s.probe = plan_writer_add(w, PLAN_SECTION_PROBES, &probe);
    struct plan_watch watch = {.service = 2, .debounce_ms = 500, .restart = 1};
    add_pattern(w, &watch.paths, "services/api/src");
    add_pattern(w, &watch.paths, "Cargo.toml");
    add_pattern(w, &watch.ignores, "*.tmp");
    s.watch = plan_writer_add(w, PLAN_SECTION_WATCHES, &watch);
    plan_writer_add(w, PLAN_SECTION_SERVICES, &s);
}

static void add_web(struct plan_writer *w)
{
    struct plan_service s = plan_builder_record(w, "web", 0);
    set_command(w, &s, "web", "npm start", (const char *const[]){"npm", "start", NULL});
    add_edge(w, PLAN_SECTION_DEPS, &s.deps, 2);
    s.port = 3000;
    s.port_source = PLAN_PORT_FIXED;
    struct plan_probe probe = probe_record(w, PLAN_PROBE_HTTP, 3);
    probe.path = text(w, "/");
    probe.port = 3001;
    s.probe = plan_writer_add(w, PLAN_SECTION_PROBES, &probe);
    struct plan_watch watch = {.service = 3, .debounce_ms = 1};
    add_pattern(w, &watch.paths, "web");
    watch.ignores.first = plan_writer_count(w, PLAN_SECTION_PATTERNS);
    s.watch = plan_writer_add(w, PLAN_SECTION_WATCHES, &watch);
    plan_writer_add(w, PLAN_SECTION_SERVICES, &s);
}

/* Parts of texts that are known only when the plan is loaded. */
static struct plan_part literal(const char *s)
{
    return (struct plan_part){.kind = PLAN_PIECE_LITERAL, .text = str_from(s)};
}

static struct plan_part looked_up(const char *name, const char *fallback, uint32_t line)
{
    return (struct plan_part){.kind = PLAN_PIECE_ENV,
                              .text = str_from(name),
                              .fallback = str_from(fallback),
                              .has_fallback = fallback != NULL,
                              .line = line,
                              .column = 5};
}

static struct plan_part port_of(uint32_t service)
{
    return (struct plan_part){.kind = PLAN_PIECE_PORT, .service = service};
}

#define PARTS(w, ...)                                               \
    plan_writer_parts((w), (const struct plan_part[]){__VA_ARGS__}, \
                      sizeof((const struct plan_part[]){__VA_ARGS__}) / sizeof(struct plan_part))

static void add_env_text(struct plan_writer *w, struct plan_service *service, const char *name,
                         struct plan_text value, uint32_t flags)
{
    struct plan_env env = {.name = string(w, name), .value = value, .flags = flags};
    plan_writer_add(w, PLAN_SECTION_ENV, &env);
    service->env.count++;
}

static void add_env_file(struct plan_writer *w, struct plan_service *service, const char *path,
                         uint32_t flags)
{
    struct plan_env_file file = {
        .path = string(w, path), .flags = flags, .line = flags ? 2 : 61, .column = 15};
    plan_writer_add(w, PLAN_SECTION_ENV_FILES, &file);
    service->env_files.count++;
}

static void add_label(struct plan_writer *w, struct plan_service *service, const char *label)
{
    struct plan_string record = string(w, label);
    plan_writer_add(w, PLAN_SECTION_LABELS, &record);
    service->labels.count++;
}

static void add_worker(struct plan_writer *w)
{
    struct plan_service s = plan_builder_record(w, "worker", 5);
    s.dir = PARTS(w, literal("work/"), looked_up("FLAVOR", "plain", 64));
    struct plan_command command = {.line = text(w, "./worker --db \"${DB}\""),
                                   .argv = {plan_writer_count(w, PLAN_SECTION_ARGV), 2}};
    struct plan_text arg = text(w, "./worker");
    plan_writer_add(w, PLAN_SECTION_ARGV, &arg);
    arg = PARTS(w, literal("postgres://"), looked_up("DB_PASSWORD", NULL, 62),
                literal("@127.0.0.1:"), port_of(0));
    plan_writer_add(w, PLAN_SECTION_ARGV, &arg);
    s.command = plan_writer_add(w, PLAN_SECTION_COMMANDS, &command);
    s.pre_start =
        add_command(w, text(w, "./prepare"), (const char *const[]){"./prepare", "all", NULL});
    s.post_stop = add_command(w, text(w, "rm -f \"$LOCK\""),
                              (const char *const[]){"/bin/sh", "-c", "rm -f \"$LOCK\"", NULL});
    struct plan_probe probe = probe_record(w, PLAN_PROBE_EXEC, 5);
    probe.command = add_command(w, text(w, "./alive"), (const char *const[]){"./alive", NULL});
    add_env_text(w, &s, "API", PARTS(w, literal("http://127.0.0.1:"), port_of(2)), PLAN_ENV_SHARED);
    add_env_text(w, &s, "API_TOKEN", PARTS(w, looked_up("API_TOKEN", NULL, 66)), 0);
    add_env_text(w, &s, "MODE", PARTS(w, looked_up("MODE", "fast", 67)), 0);
    add_env_text(w, &s, "OTHER_KEY", PARTS(w, looked_up("A_KEY", "hunter3", 68)), 0);
    add_env_file(w, &s, ".env", PLAN_ENV_SHARED);
    add_env_file(w, &s, "worker.env", 0);
    add_label(w, &s, "back");
    add_label(w, &s, "slow");
    add_edge(w, PLAN_SECTION_DEPS, &s.deps, 0);
    add_span(w, &s, PLAN_FIELD_ENV_FILE, 0, 61);
    probe.path.pieces.first = plan_writer_count(w, PLAN_SECTION_PIECES);
    s.probe = plan_writer_add(w, PLAN_SECTION_PROBES, &probe);
    struct plan_log log = {.max_size = 10u << 20, .keep = 3, .service = 5};
    log.file = PARTS(w, literal("logs/"), looked_up("FLAVOR", "plain", 63), literal(".log"));
    s.log = plan_writer_add(w, PLAN_SECTION_LOGS, &log);
    s.flags = PLAN_SERVICE_TTY;
    plan_writer_add(w, PLAN_SECTION_SERVICES, &s);
}

static void add_tail(struct plan_writer *w)
{
    struct plan_service s = plan_builder_service(w, "tail", 6);
    struct plan_probe probe = probe_record(w, PLAN_PROBE_LOG, 6);
    probe.pattern = string(w, "^listening on \\d+$");
    s.probe = plan_writer_add(w, PLAN_SECTION_PROBES, &probe);
    plan_writer_add(w, PLAN_SECTION_SERVICES, &s);
}

void plan_builder_fill(struct plan_writer *w)
{
    plan_builder_frame(w);
    struct plan_source source = {.path = string(w, "dev/env.hcl"), .size = 56, .hash = 0x1234};
    plan_writer_add(w, PLAN_SECTION_SOURCES, &source);
    add_db(w);
    add_migrate(w);
    add_api(w);
    add_web(w);
    struct plan_service docs = plan_builder_service(w, "docs", 4);
    docs.flags = PLAN_SERVICE_DISABLED;
    plan_writer_add(w, PLAN_SECTION_SERVICES, &docs);
    add_worker(w);
    add_tail(w);

    struct plan_route routes[] = {{.host = string(w, "api.localhost"), .service = 2},
                                  {.host = string(w, "www.web.localhost"), .service = 3}};
    struct plan_port ports[] = {{3000, 3}, {5432, 0}};
    for (int i = 0; i < 2; i++) {
        plan_writer_add(w, PLAN_SECTION_ROUTES, &routes[i]);
        plan_writer_add(w, PLAN_SECTION_PORTS, &ports[i]);
    }
}

unsigned char *plan_builder_make(struct arena *arena, size_t *out_size)
{
    struct plan_writer *writer = plan_writer_new(arena);
    const void *bytes = NULL;
    uint64_t where = 0;
    plan_builder_fill(writer);
    enum plan_error error = plan_writer_finish(writer, &bytes, out_size, &where);
    if (error) {
        fprintf(stderr, "the test's plan: %s at %llu\n", plan_error_text(error),
                (unsigned long long)where);
        abort();
    }
    return (unsigned char *)bytes;
}

struct plan_section *plan_bytes_section(void *bytes, enum plan_section_kind kind)
{
    return (struct plan_section *)((struct plan_header *)bytes + 1) + kind;
}

void *plan_bytes_record(void *bytes, enum plan_section_kind kind, uint32_t index)
{
    const struct plan_section *section = plan_bytes_section(bytes, kind);
    return (unsigned char *)bytes + section->offset + (uint64_t)index * section->record_size;
}

void plan_bytes_seal(void *bytes, size_t size)
{
    struct plan_header *header = bytes;
    header->size = size;
    header->checksum = plan_checksum(bytes, size);
}
