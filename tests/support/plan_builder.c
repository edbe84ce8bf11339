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

static void add_argv(struct plan_writer *w, struct plan_service *service, const char *const *argv)
{
    service->argv.first = plan_writer_count(w, PLAN_SECTION_ARGV);
    for (; *argv; argv++, service->argv.count++) {
        struct plan_text arg = text(w, *argv);
        plan_writer_add(w, PLAN_SECTION_ARGV, &arg);
    }
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

/* All but the texts, which have an order of their own. */
static struct plan_service service_record(struct plan_writer *w, const char *name,
                                          uint32_t declared)
{
    struct plan_service service = {
        .name = string(w, name),
        .argv.first = plan_writer_count(w, PLAN_SECTION_ARGV),
        .env.first = plan_writer_count(w, PLAN_SECTION_ENV),
        .deps.first = plan_writer_count(w, PLAN_SECTION_DEPS),
        .rdeps.first = plan_writer_count(w, PLAN_SECTION_RDEPS),
        .spans.first = plan_writer_count(w, PLAN_SECTION_SPANS),
        .probe = PLAN_NONE,
        .watch = PLAN_NONE,
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
                        const char *command, const char *const *argv)
{
    service->dir = text(w, dir);
    service->command = text(w, command);
    add_argv(w, service, argv);
}

struct plan_service plan_builder_service(struct plan_writer *w, const char *name, uint32_t declared)
{
    struct plan_service service = service_record(w, name, declared);
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

static void add_db(struct plan_writer *w)
{
    struct plan_service s = service_record(w, "db", 2);
    set_command(w, &s, ".", "postgres -D data",
                (const char *const[]){"postgres", "-D", "data", NULL});
    add_env(w, &s, "PGPASSWORD", "hunter2");
    add_edge(w, PLAN_SECTION_RDEPS, &s.rdeps, 1);
    add_edge(w, PLAN_SECTION_RDEPS, &s.rdeps, 2);
    s.port = 5432;
    s.port_source = PLAN_PORT_FIXED;
    s.stop_signal = PLAN_SIGNAL_INT;
    s.stop_timeout_ms = 90500;
    struct plan_probe probe = {.path = text(w, ""),
                               .service = 0,
                               .interval_ms = 2000,
                               .timeout_ms = 1000,
                               .start_timeout_ms = 600000,
                               .retries = 3,
                               .type = PLAN_PROBE_TCP};
    s.probe = plan_writer_add(w, PLAN_SECTION_PROBES, &probe);
    plan_writer_add(w, PLAN_SECTION_SERVICES, &s);
}

static void add_migrate(struct plan_writer *w)
{
    struct plan_service s = service_record(w, "migrate", 3);
    set_command(w, &s, "db", "sleep 1 && ./migrate",
                (const char *const[]){"/bin/sh", "-c", "sleep 1 && ./migrate", NULL});
    add_edge(w, PLAN_SECTION_DEPS, &s.deps, 0);
    add_edge(w, PLAN_SECTION_RDEPS, &s.rdeps, 2);
    s.kind = PLAN_KIND_TASK;
    s.flags = PLAN_SERVICE_SHELL;
    s.restart = PLAN_RESTART_NEVER;
    plan_writer_add(w, PLAN_SECTION_SERVICES, &s);
}

static void add_api(struct plan_writer *w)
{
    struct plan_service s = service_record(w, "api", 1);
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
    struct plan_probe probe = {.path = text(w, "/healthz"),
                               .service = 2,
                               .interval_ms = 500,
                               .timeout_ms = 250,
                               .start_timeout_ms = 3600000,
                               .retries = 1,
                               .status_min = 200,
                               .status_max = 399,
                               .type = PLAN_PROBE_HTTP};
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
    struct plan_service s = service_record(w, "web", 0);
    set_command(w, &s, "web", "npm start", (const char *const[]){"npm", "start", NULL});
    add_edge(w, PLAN_SECTION_DEPS, &s.deps, 2);
    s.port = 3000;
    s.port_source = PLAN_PORT_FIXED;
    struct plan_probe probe = {.path = text(w, "/"),
                               .service = 3,
                               .interval_ms = 2000,
                               .timeout_ms = 1000,
                               .start_timeout_ms = 600000,
                               .retries = 3,
                               .port = 3001,
                               .status_min = 200,
                               .status_max = 200,
                               .type = PLAN_PROBE_HTTP};
    s.probe = plan_writer_add(w, PLAN_SECTION_PROBES, &probe);
    struct plan_watch watch = {.service = 3, .debounce_ms = 1};
    add_pattern(w, &watch.paths, "web");
    watch.ignores.first = plan_writer_count(w, PLAN_SECTION_PATTERNS);
    s.watch = plan_writer_add(w, PLAN_SECTION_WATCHES, &watch);
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
