#include "lower.h"

#include "checker.h"
#include "paths.h"
#include "writer.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

_Static_assert(MODEL_SERVICES_MAX == PLAN_SERVICES_MAX, "the checker's limits are the plan's");
_Static_assert(MODEL_EDGES_MAX == PLAN_EDGES_MAX, "the checker's limits are the plan's");
_Static_assert(MODEL_NAME_MAX == PLAN_NAME_MAX, "the checker's limits are the plan's");
_Static_assert(MODEL_HOST_MAX <= PLAN_NAME_MAX, "the checker's limits are the plan's");
_Static_assert(MODEL_TEXT_MAX == PLAN_TEXT_MAX, "the checker's limits are the plan's");
_Static_assert(SCHEMA_DURATION_MAX == PLAN_DURATION_MAX, "the checker's limits are the plan's");

/* The schema's words stand in the order of the plan's numbers. */
_Static_assert(PLAN_KIND_SERVICE == 0 && PLAN_KIND_TASK == 1 && PLAN_KIND_COUNT == 2, "kind");
_Static_assert(PLAN_PROBE_HTTP == 0 && PLAN_PROBE_TCP == 1, "type");
_Static_assert(PLAN_RESTART_NEVER == 0 && PLAN_RESTART_ON_FAILURE == 1 &&
                   PLAN_RESTART_ALWAYS == 2 && PLAN_RESTART_COUNT == 3,
               "policy");
_Static_assert(PLAN_SIGNAL_TERM == 0 && PLAN_SIGNAL_INT == 1 && PLAN_SIGNAL_QUIT == 2 &&
                   PLAN_SIGNAL_HUP == 3 && PLAN_SIGNAL_USR1 == 4 && PLAN_SIGNAL_USR2 == 5 &&
                   PLAN_SIGNAL_KILL == 6 && PLAN_SIGNAL_COUNT == 7,
               "signal");

struct lower {
    struct arena *arena;
    const struct model *model;
    const struct lower_source *source;
    struct plan_writer *writer;
    uint32_t *place; /* for each service of the model, its index in the plan */
};

static const struct model_service *service_at(const struct lower *l, uint32_t place)
{
    return l->model->services.items[l->model->order[place]];
}

/* What a plan calls a section's next range, and what was put into it since. */
static uint32_t range_start(const struct lower *l, enum plan_section_kind section)
{
    return plan_writer_count(l->writer, section);
}

static struct plan_range range_since(const struct lower *l, enum plan_section_kind section,
                                     uint32_t first)
{
    return (struct plan_range){first, plan_writer_count(l->writer, section) - first};
}

static void add_settings(struct lower *l)
{
    const struct model_dev *dev = l->model->dev;
    struct plan_settings settings = {.domain = plan_writer_string(l->writer, dev->domain),
                                     .log_level = dev->log_level,
                                     .hold_ms = dev->hold,
                                     .proxy_port = (uint16_t)dev->proxy_port};
    plan_writer_add(l->writer, PLAN_SECTION_SETTINGS, &settings);
}

static struct plan_range add_argv(struct lower *l, const struct model_command *cmd)
{
    uint32_t first = range_start(l, PLAN_SECTION_ARGV);
    for (uint32_t i = 0; i < cmd->argv.count; i++) {
        struct plan_text text = plan_writer_text(l->writer, cmd->argv.items[i].text);
        plan_writer_add(l->writer, PLAN_SECTION_ARGV, &text);
    }
    return range_since(l, PLAN_SECTION_ARGV, first);
}

static uint32_t add_command(struct lower *l, const struct model_command *cmd)
{
    struct plan_command command = {.line = plan_writer_text(l->writer, cmd->text),
                                   .flags = cmd->shell ? PLAN_COMMAND_SHELL : 0};
    command.argv = add_argv(l, cmd);
    return plan_writer_add(l->writer, PLAN_SECTION_COMMANDS, &command);
}

static void add_variable(struct lower *l, const struct model_variable *variable, uint32_t flags)
{
    struct plan_env env = {.name = plan_writer_string(l->writer, variable->name),
                           .value = plan_writer_text(l->writer, variable->value),
                           .flags = flags};
    plan_writer_add(l->writer, PLAN_SECTION_ENV, &env);
}

/* Both are sorted; where both have a name, the service's own value holds. */
static struct plan_range add_env(struct lower *l, const struct model_env *own)
{
    const struct model_env *common = &l->model->dev->env;
    uint32_t first = range_start(l, PLAN_SECTION_ENV), i = 0, j = 0;
    while (i < own->count || j < common->count) {
        int order = i == own->count      ? 1
                    : j == common->count ? -1
                                         : str_compare(own->items[i].name, common->items[j].name);
        if (order <= 0)
            add_variable(l, &own->items[i], 0);
        else
            add_variable(l, &common->items[j], PLAN_ENV_SHARED);
        i += order <= 0;
        j += order >= 0;
    }
    return range_since(l, PLAN_SECTION_ENV, first);
}

static int compare_numbers(const void *left, const void *right)
{
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return a < b ? -1 : a > b;
}

static struct plan_range add_deps(struct lower *l, const struct model_service *service)
{
    uint32_t first = range_start(l, PLAN_SECTION_DEPS);
    uint32_t *deps = arena_new(l->arena, uint32_t, service->dep_count);
    for (uint32_t i = 0; i < service->dep_count; i++)
        deps[i] = l->place[service->deps[i].service];
    if (service->dep_count > 1)
        qsort(deps, service->dep_count, sizeof deps[0], compare_numbers);
    for (uint32_t i = 0; i < service->dep_count; i++)
        plan_writer_add(l->writer, PLAN_SECTION_DEPS, &deps[i]);
    return range_since(l, PLAN_SECTION_DEPS, first);
}

static void add_span(struct lower *l, enum plan_field field, struct span span)
{
    struct position at = source_locate(l->source->sources, span);
    struct plan_span record = {.field = field, .source = 0, .line = at.line, .column = at.column};
    plan_writer_add(l->writer, PLAN_SECTION_SPANS, &record);
}

static void add_attr_span(struct lower *l, enum plan_field field,
                          const struct model_service *service, enum schema_attr_id id)
{
    const struct ast_attribute *attribute = check_written(&service->block, id);
    if (attribute != NULL)
        add_span(l, field, attribute->name_span);
}

static void add_block_span(struct lower *l, enum plan_field field, const struct model_block *block)
{
    if (block != NULL && block->ast != NULL)
        add_span(l, field, block->ast->type_span);
}

/* In the order of enum plan_field. */
static struct plan_range add_spans(struct lower *l, const struct model_service *service)
{
    uint32_t first = range_start(l, PLAN_SECTION_SPANS);
    add_span(l, PLAN_FIELD_NAME, service->name_span);
    add_attr_span(l, PLAN_FIELD_CMD, service, SCHEMA_service_cmd);
    add_attr_span(l, PLAN_FIELD_DIR, service, SCHEMA_service_dir);
    add_attr_span(l, PLAN_FIELD_PORT, service, SCHEMA_service_port);
    add_attr_span(l, PLAN_FIELD_SUBDOMAIN, service, SCHEMA_service_subdomain);
    add_attr_span(l, PLAN_FIELD_ENV, service, SCHEMA_service_env);
    add_attr_span(l, PLAN_FIELD_DEPENDS_ON, service, SCHEMA_service_depends_on);
    add_attr_span(l, PLAN_FIELD_KIND, service, SCHEMA_service_kind);
    add_attr_span(l, PLAN_FIELD_DISABLED, service, SCHEMA_service_disabled);
    add_block_span(l, PLAN_FIELD_WATCH, service->watch != NULL ? &service->watch->block : NULL);
    add_block_span(l, PLAN_FIELD_HEALTH, service->health != NULL ? &service->health->block : NULL);
    add_block_span(l, PLAN_FIELD_RESTART, &service->restart->block);
    add_block_span(l, PLAN_FIELD_STOP, &service->stop->block);
    return range_since(l, PLAN_SECTION_SPANS, first);
}

static uint32_t add_probe(struct lower *l, const struct model_health *health, uint32_t place)
{
    if (health == NULL)
        return PLAN_NONE;
    bool http = health->type == MODEL_HTTP;
    struct plan_probe probe = {.path = plan_writer_text(l->writer, http ? health->path : STR("")),
                               .pattern = plan_writer_string(l->writer, STR("")),
                               .command = PLAN_NONE,
                               .service = place,
                               .interval_ms = health->interval,
                               .timeout_ms = health->timeout,
                               .start_timeout_ms = health->start_timeout,
                               .retries = health->retries,
                               .port = (uint16_t)health->port,
                               .status_min = http ? (uint16_t)health->status.min : 0,
                               .status_max = http ? (uint16_t)health->status.max : 0,
                               .type = (uint8_t)health->type};
    return plan_writer_add(l->writer, PLAN_SECTION_PROBES, &probe);
}

static struct plan_range add_patterns(struct lower *l, const struct model_strings *strings,
                                      bool paths)
{
    uint32_t first = range_start(l, PLAN_SECTION_PATTERNS);
    for (uint32_t i = 0; i < strings->count; i++) {
        struct str text = strings->items[i].text;
        struct plan_string pattern =
            plan_writer_string(l->writer, paths ? path_normalize(l->arena, text) : text);
        plan_writer_add(l->writer, PLAN_SECTION_PATTERNS, &pattern);
    }
    return range_since(l, PLAN_SECTION_PATTERNS, first);
}

static uint32_t add_watch(struct lower *l, const struct model_watch *watch, uint32_t place)
{
    if (watch == NULL)
        return PLAN_NONE;
    struct plan_watch record = {
        .service = place, .debounce_ms = watch->debounce, .restart = watch->restart};
    record.paths = add_patterns(l, &watch->paths, true);
    record.ignores = add_patterns(l, &watch->ignore, false);
    return plan_writer_add(l->writer, PLAN_SECTION_WATCHES, &record);
}

static uint32_t service_flags(const struct model_service *service)
{
    return (service->disabled ? PLAN_SERVICE_DISABLED : 0) |
           (service->restart->on_unhealthy ? PLAN_SERVICE_ON_UNHEALTHY : 0);
}

/* A task that fails has missed its goal, and trying a migration again by itself may harm: unless
 * its author wrote what is to happen then, nothing does. */
static enum plan_restart_policy restart_policy(const struct model_service *service)
{
    if (service->kind == MODEL_TASK && !service->restart->block.ast)
        return PLAN_RESTART_NEVER;
    return (enum plan_restart_policy)service->restart->policy;
}

static enum plan_port_source port_source(const struct model_service *service)
{
    if (!service->has_port)
        return PLAN_PORT_NONE;
    return service->port == 0 ? PLAN_PORT_CHOSEN : PLAN_PORT_FIXED;
}

static void add_service(struct lower *l, uint32_t place)
{
    const struct model_service *service = service_at(l, place);
    const struct model_restart *restart = service->restart;
    struct plan_service record = {.pre_start = PLAN_NONE,
                                  .post_stop = PLAN_NONE,
                                  .log = PLAN_NONE,
                                  .declared = service->declared,
                                  .flags = service_flags(service),
                                  .backoff_ms = restart->backoff,
                                  .max_backoff_ms = restart->max_backoff,
                                  .reset_after_ms = restart->reset_after,
                                  .max_restarts = restart->max_restarts,
                                  .stop_timeout_ms = service->stop->timeout,
                                  .port = (uint16_t)service->port,
                                  .port_source = (uint8_t)port_source(service),
                                  .kind = (uint8_t)service->kind,
                                  .restart = (uint8_t)restart_policy(service),
                                  .stop_signal = (uint8_t)service->stop->signal,
                                  .start = PLAN_START_EAGER,
                                  .replicas = 1};
    /* The statements' order is the order of PIECES in plan.h. */
    record.name = plan_writer_string(l->writer, service->name);
    record.dir = plan_writer_text(l->writer, path_normalize(l->arena, service->dir));
    record.command = add_command(l, &service->cmd);
    record.env = add_env(l, &service->env);
    record.env_files.first = range_start(l, PLAN_SECTION_ENV_FILES);
    record.labels.first = range_start(l, PLAN_SECTION_LABELS);
    record.probe = add_probe(l, service->health, place);
    record.watch = add_watch(l, service->watch, place);
    record.deps = add_deps(l, service);
    record.spans = add_spans(l, service);
    plan_writer_add(l->writer, PLAN_SECTION_SERVICES, &record);
}

/* The mirror of the dependencies. Filled in start order, each service's part rises by itself. */
static void add_rdeps(struct lower *l)
{
    uint32_t count = l->model->services.count;
    uint32_t *first = arena_new(l->arena, uint32_t, (size_t)count + 1);
    for (uint32_t place = 0; place < count; place++) {
        const struct model_service *service = service_at(l, place);
        for (uint32_t i = 0; i < service->dep_count; i++)
            first[l->place[service->deps[i].service] + 1]++;
    }
    for (uint32_t place = 0; place < count; place++)
        first[place + 1] += first[place];
    uint32_t *rdeps = arena_new(l->arena, uint32_t, first[count]);
    uint32_t *next = arena_new(l->arena, uint32_t, count);
    for (uint32_t place = 0; place < count; place++) {
        const struct model_service *service = service_at(l, place);
        for (uint32_t i = 0; i < service->dep_count; i++) {
            uint32_t dependency = l->place[service->deps[i].service];
            rdeps[first[dependency] + next[dependency]++] = place;
        }
    }
    for (uint32_t place = 0; place < count; place++) {
        struct plan_service *record = plan_writer_record(l->writer, PLAN_SECTION_SERVICES, place);
        record->rdeps = (struct plan_range){first[place], next[place]};
    }
    for (uint32_t i = 0; i < first[count]; i++)
        plan_writer_add(l->writer, PLAN_SECTION_RDEPS, &rdeps[i]);
}

struct host {
    struct str text;
    uint32_t place;
};

static int compare_hosts(const void *left, const void *right)
{
    return str_compare(((const struct host *)left)->text, ((const struct host *)right)->text);
}

static void add_routes(struct lower *l)
{
    uint32_t count = 0;
    struct host *hosts = arena_new(l->arena, struct host, l->model->services.count);
    struct str domain = l->model->dev->domain;
    for (uint32_t place = 0; place < l->model->services.count; place++) {
        const struct model_subdomain *subdomain = &service_at(l, place)->subdomain;
        if (subdomain->routed)
            hosts[count++] =
                (struct host){str_from(arena_printf(l->arena, "%.*s.%.*s", STR_ARG(subdomain->text),
                                                    STR_ARG(domain))),
                              place};
    }
    if (count > 1)
        qsort(hosts, count, sizeof hosts[0], compare_hosts);
    for (uint32_t i = 0; i < count; i++) {
        struct plan_route route = {.host = plan_writer_string(l->writer, hosts[i].text),
                                   .service = hosts[i].place};
        plan_writer_add(l->writer, PLAN_SECTION_ROUTES, &route);
    }
}

static int compare_ports(const void *left, const void *right)
{
    return compare_numbers(&((const struct plan_port *)left)->port,
                           &((const struct plan_port *)right)->port);
}

static void add_ports(struct lower *l)
{
    uint32_t count = 0;
    struct plan_port *ports = arena_new(l->arena, struct plan_port, l->model->services.count);
    for (uint32_t place = 0; place < l->model->services.count; place++)
        if (port_source(service_at(l, place)) == PLAN_PORT_FIXED)
            ports[count++] = (struct plan_port){service_at(l, place)->port, place};
    if (count > 1)
        qsort(ports, count, sizeof ports[0], compare_ports);
    for (uint32_t i = 0; i < count; i++)
        plan_writer_add(l->writer, PLAN_SECTION_PORTS, &ports[i]);
}

static void add_source(struct lower *l)
{
    struct str text = l->source->sources->files.items[l->source->id].text;
    struct plan_source source = {.path = plan_writer_string(l->writer, l->source->path),
                                 .size = text.len,
                                 .hash = XXH3_64bits(text.ptr, text.len)};
    plan_writer_add(l->writer, PLAN_SECTION_SOURCES, &source);
}

enum plan_error lower(const struct model *model, const struct lower_source *source,
                      struct arena *arena, const void **out_bytes, size_t *out_size)
{
    struct lower l = {.arena = arena,
                      .model = model,
                      .source = source,
                      .writer = plan_writer_new(arena),
                      .place = arena_new(arena, uint32_t, model->services.count)};
    for (uint32_t place = 0; place < model->services.count; place++)
        l.place[model->order[place]] = place;
    add_settings(&l);
    for (uint32_t place = 0; place < model->services.count; place++)
        add_service(&l, place);
    add_rdeps(&l);
    add_routes(&l);
    add_ports(&l);
    add_source(&l);
    uint64_t where;
    return plan_writer_finish(l.writer, out_bytes, out_size, &where);
}
