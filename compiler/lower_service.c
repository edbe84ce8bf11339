#include "checker.h"
#include "lower_parts.h"
#include "paths.h"

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

/* A text that is known only at start, as the writer takes it. */
static struct plan_part part_of(const struct lower *l, const struct value_piece *piece)
{
    struct plan_part part = {.kind = PLAN_PIECE_LITERAL, .text = piece->text};
    if (piece->kind == VALUE_PIECE_PORT) {
        part.kind = PLAN_PIECE_PORT;
        part.service = l->place[piece->service];
    } else if (piece->kind == VALUE_PIECE_ENV) {
        struct position at = source_locate(l->source->sources, piece->span);
        part.kind = PLAN_PIECE_ENV;
        part.fallback = piece->fallback;
        part.has_fallback = piece->has_fallback;
        part.line = at.line; /* of the A3sfile: references stand nowhere else */
        part.column = at.column;
    }
    return part;
}

static struct plan_text add_text(struct lower *l, const struct model_text *text)
{
    if (text->count == 0)
        return plan_writer_text(l->writer, text->text);
    struct plan_part *parts = arena_new(l->arena, struct plan_part, text->count);
    for (uint32_t i = 0; i < text->count; i++)
        parts[i] = part_of(l, &text->pieces[i]);
    return plan_writer_parts(l->writer, parts, text->count);
}

static struct plan_text add_path(struct lower *l, const struct model_text *path)
{
    if (path->count > 0)
        return add_text(l, path);
    return plan_writer_text(l->writer, path_normalize(l->arena, path->text));
}

static struct plan_range add_argv(struct lower *l, const struct model_command *cmd)
{
    uint32_t first = range_start(l, PLAN_SECTION_ARGV);
    for (uint32_t i = 0; i < cmd->argv.count; i++) {
        struct plan_text text = add_text(l, &cmd->argv.items[i]);
        plan_writer_add(l->writer, PLAN_SECTION_ARGV, &text);
    }
    return range_since(l, PLAN_SECTION_ARGV, first);
}

static uint32_t add_command(struct lower *l, const struct model_command *cmd)
{
    if (cmd->argv.count == 0)
        return PLAN_NONE;
    struct plan_command command = {.line = add_text(l, &cmd->line),
                                   .flags = cmd->shell ? PLAN_COMMAND_SHELL : 0};
    command.argv = add_argv(l, cmd);
    return plan_writer_add(l->writer, PLAN_SECTION_COMMANDS, &command);
}

static void add_setting(struct lower *l, const struct model_setting *setting, uint32_t flags)
{
    struct plan_env env = {.name = plan_writer_string(l->writer, setting->name),
                           .value = add_text(l, &setting->value),
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
            add_setting(l, &own->items[i], 0);
        else
            add_setting(l, &common->items[j], PLAN_ENV_SHARED);
        i += order <= 0;
        j += order >= 0;
    }
    return range_since(l, PLAN_SECTION_ENV, first);
}

static void add_files(struct lower *l, const struct model_strings *files, uint32_t flags)
{
    for (uint32_t i = 0; i < files->count; i++) {
        struct position at = source_locate(l->source->sources, files->items[i].span);
        struct str path = path_normalize(l->arena, files->items[i].text);
        struct plan_env_file file = {.path = plan_writer_string(l->writer, path),
                                     .flags = flags,
                                     .line = at.line,
                                     .column = at.column};
        plan_writer_add(l->writer, PLAN_SECTION_ENV_FILES, &file);
    }
}

static struct plan_range add_env_files(struct lower *l, const struct model_service *service)
{
    uint32_t first = range_start(l, PLAN_SECTION_ENV_FILES);
    add_files(l, &l->model->dev->env_file, PLAN_ENV_SHARED);
    add_files(l, &service->env_file, 0);
    return range_since(l, PLAN_SECTION_ENV_FILES, first);
}

static int compare_labels(const void *left, const void *right)
{
    return str_compare(((const struct model_string *)left)->text,
                       ((const struct model_string *)right)->text);
}

static struct plan_range add_labels(struct lower *l, const struct model_strings *labels)
{
    uint32_t first = range_start(l, PLAN_SECTION_LABELS);
    struct model_string *sorted = arena_new(l->arena, struct model_string, labels->count);
    if (labels->count > 0)
        memcpy(sorted, labels->items, labels->count * sizeof *sorted);
    if (labels->count > 1)
        qsort(sorted, labels->count, sizeof *sorted, compare_labels);
    for (uint32_t i = 0; i < labels->count; i++) {
        struct plan_string label = plan_writer_string(l->writer, sorted[i].text);
        plan_writer_add(l->writer, PLAN_SECTION_LABELS, &label);
    }
    return range_since(l, PLAN_SECTION_LABELS, first);
}

static struct plan_range add_deps(struct lower *l, const struct model_service *service)
{
    uint32_t first = range_start(l, PLAN_SECTION_DEPS);
    uint32_t *deps = arena_new(l->arena, uint32_t, service->dep_count);
    for (uint32_t i = 0; i < service->dep_count; i++)
        deps[i] = l->place[service->deps[i].service];
    if (service->dep_count > 1)
        qsort(deps, service->dep_count, sizeof deps[0], lower_compare_numbers);
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
    add_attr_span(l, PLAN_FIELD_ENV_FILE, service, SCHEMA_service_env_file);
    add_attr_span(l, PLAN_FIELD_DEPENDS_ON, service, SCHEMA_service_depends_on);
    add_attr_span(l, PLAN_FIELD_KIND, service, SCHEMA_service_kind);
    add_attr_span(l, PLAN_FIELD_PRE_START, service, SCHEMA_service_pre_start);
    add_attr_span(l, PLAN_FIELD_POST_STOP, service, SCHEMA_service_post_stop);
    add_attr_span(l, PLAN_FIELD_LABELS, service, SCHEMA_service_labels);
    add_attr_span(l, PLAN_FIELD_DISABLED, service, SCHEMA_service_disabled);
    add_attr_span(l, PLAN_FIELD_TTY, service, SCHEMA_service_tty);
    add_block_span(l, PLAN_FIELD_WATCH, service->watch != NULL ? &service->watch->block : NULL);
    add_block_span(l, PLAN_FIELD_HEALTH, service->health != NULL ? &service->health->block : NULL);
    add_block_span(l, PLAN_FIELD_RESTART, &service->restart->block);
    add_block_span(l, PLAN_FIELD_STOP, &service->stop->block);
    add_block_span(l, PLAN_FIELD_LOG, service->log != NULL ? &service->log->block : NULL);
    add_attr_span(l, PLAN_FIELD_HOST, service, SCHEMA_service_host);
    return range_since(l, PLAN_SECTION_SPANS, first);
}

/* The command of a probe stands before the environment, the rest of it behind. */
static uint32_t add_probe_command(struct lower *l, const struct model_health *health)
{
    return health != NULL && health->type == MODEL_EXEC ? add_command(l, &health->cmd) : PLAN_NONE;
}

/* One that nobody wrote gives way to a short interval. */
static uint32_t probe_timeout(const struct model_health *health)
{
    bool written = check_written(&health->block, SCHEMA_health_timeout) != NULL;
    return written || health->timeout < health->interval ? health->timeout : health->interval;
}

static uint32_t add_probe(struct lower *l, const struct model_health *health, uint32_t command,
                          uint32_t place)
{
    static const struct model_text none;
    if (health == NULL)
        return PLAN_NONE;
    bool http = health->type == MODEL_HTTP, log = health->type == MODEL_LOG;
    struct plan_probe probe = {.path = add_text(l, http ? &health->path : &none),
                               .pattern =
                                   plan_writer_string(l->writer, log ? health->pattern : STR("")),
                               .command = command,
                               .service = place,
                               .interval_ms = health->interval,
                               .timeout_ms = probe_timeout(health),
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

static uint32_t add_log(struct lower *l, const struct model_log *log, uint32_t place)
{
    if (log == NULL)
        return PLAN_NONE;
    struct plan_log record = {.file = add_path(l, &log->file),
                              .max_size = log->max_size,
                              .keep = log->keep,
                              .service = place};
    return plan_writer_add(l->writer, PLAN_SECTION_LOGS, &record);
}

static uint32_t service_flags(const struct model_service *service)
{
    return (service->disabled ? PLAN_SERVICE_DISABLED : 0) | (service->tty ? PLAN_SERVICE_TTY : 0) |
           (service->restart->on_unhealthy ? PLAN_SERVICE_ON_UNHEALTHY : 0) |
           (service->host == MODEL_HOST_UPSTREAM ? PLAN_SERVICE_OWN_HOST : 0);
}

/* A task that fails has missed its goal, and trying a migration again by itself may harm: unless
 * its author wrote what is to happen then, nothing does. */
static enum plan_restart_policy restart_policy(const struct model_service *service)
{
    if (service->kind == MODEL_TASK && !service->restart->block.ast)
        return PLAN_RESTART_NEVER;
    return (enum plan_restart_policy)service->restart->policy;
}

enum plan_port_source lower_port_source(const struct model_service *service)
{
    if (!service->has_port)
        return PLAN_PORT_NONE;
    return service->port == 0 ? PLAN_PORT_CHOSEN : PLAN_PORT_FIXED;
}

void lower_service(struct lower *l, uint32_t place)
{
    const struct model_service *service = lower_service_at(l, place);
    const struct model_restart *restart = service->restart;
    struct plan_service record = {.declared = service->declared,
                                  .flags = service_flags(service),
                                  .backoff_ms = restart->backoff,
                                  .max_backoff_ms = restart->max_backoff,
                                  .reset_after_ms = restart->reset_after,
                                  .max_restarts = restart->max_restarts,
                                  .stop_timeout_ms = service->stop->timeout,
                                  .port = (uint16_t)service->port,
                                  .port_source = (uint8_t)lower_port_source(service),
                                  .kind = (uint8_t)service->kind,
                                  .restart = (uint8_t)restart_policy(service),
                                  .stop_signal = (uint8_t)service->stop->signal,
                                  .start = PLAN_START_EAGER,
                                  .replicas = 1};
    /* The statements' order is that of COMMANDS and PIECES in plan.h. */
    record.name = plan_writer_string(l->writer, service->name);
    record.dir = add_path(l, &service->dir);
    record.command = add_command(l, &service->cmd);
    record.pre_start = add_command(l, &service->pre_start);
    record.post_stop = add_command(l, &service->post_stop);
    uint32_t probe_command = add_probe_command(l, service->health);
    record.env = add_env(l, &service->env);
    record.env_files = add_env_files(l, service);
    record.labels = add_labels(l, &service->labels);
    record.probe = add_probe(l, service->health, probe_command, place);
    record.log = add_log(l, service->log, place);
    record.watch = add_watch(l, service->watch, place);
    record.deps = add_deps(l, service);
    record.spans = add_spans(l, service);
    plan_writer_add(l->writer, PLAN_SECTION_SERVICES, &record);
}
