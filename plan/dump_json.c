/* The plan as one JSON object. The order of keys is the order of the calls below. */
#include "dump.h"
#include "dump_parts.h"

static json_t *string_json(const struct plan *plan, struct plan_string string)
{
    return json_stringn_nocheck(plan_text_ptr(plan, string), string.length);
}

json_t *dump_hash_json(uint64_t hash)
{
    return json_sprintf("%016llx", (unsigned long long)hash);
}

static void set_number(json_t *object, const char *key, uint64_t number)
{
    json_put(object, key, json_integer((json_int_t)number));
}

json_t *dump_place_json(const struct plan *plan, uint32_t source, uint32_t line, uint32_t column)
{
    json_t *place = json_object();
    json_put(place, "file", string_json(plan, plan->sources[source].path));
    set_number(place, "line", line);
    set_number(place, "column", column);
    return place;
}

static json_t *fallback_json(const struct plan *plan, const struct plan_lookup *lookup)
{
    if (plan_env_is_secret(plan_text_ptr(plan, lookup->name)))
        return json_string("***");
    return string_json(plan, lookup->fallback);
}

static json_t *piece_json(const struct plan *plan, const struct plan_piece *piece)
{
    if (piece->kind == PLAN_PIECE_LITERAL)
        return string_json(plan, piece->text);
    json_t *object = json_object();
    if (piece->kind == PLAN_PIECE_PORT) {
        json_put(object, "port", json_string(plan_service_name(plan, piece->ref)));
        return object;
    }
    const struct plan_lookup *lookup = &plan->lookups[piece->ref];
    json_put(object, "env", string_json(plan, lookup->name));
    if (lookup->flags & PLAN_LOOKUP_FALLBACK)
        json_put(object, "default", fallback_json(plan, lookup));
    return object;
}

/* A string; an array if parts of it are known only when the plan is loaded. */
static json_t *text_json(const struct plan *plan, struct plan_text text)
{
    const struct plan_piece *pieces = &plan->pieces[text.pieces.first];
    if (text.pieces.count == 0)
        return json_string("");
    if (text.pieces.count == 1 && pieces[0].kind == PLAN_PIECE_LITERAL)
        return string_json(plan, pieces[0].text);
    json_t *array = json_array();
    for (uint32_t i = 0; i < text.pieces.count; i++)
        json_array_append_new(array, piece_json(plan, &pieces[i]));
    return array;
}

static json_t *settings_json(const struct plan *plan)
{
    const struct plan_settings *settings = plan->settings;
    json_t *object = json_object();
    json_put(object, "domain", string_json(plan, settings->domain));
    set_number(object, "proxy_port", settings->proxy_port);
    json_put(object, "log_level", json_string(plan_log_level_name(settings->log_level)));
    set_number(object, "hold_ms", settings->hold_ms);
    return object;
}

static json_t *argv_json(const struct plan *plan, struct plan_range range)
{
    json_t *array = json_array();
    for (uint32_t i = range.first; i < range.first + range.count; i++)
        json_array_append_new(array, text_json(plan, plan->argv[i]));
    return array;
}

/* The keys of a command; a service has its own among the others. */
static void set_command(json_t *object, const struct plan *plan, uint32_t index)
{
    const struct plan_command *command = &plan->commands[index];
    json_put(object, "cmd", text_json(plan, command->line));
    json_put(object, "shell", json_boolean(command->flags & PLAN_COMMAND_SHELL));
    json_put(object, "argv", argv_json(plan, command->argv));
}

static json_t *hook_json(const struct plan *plan, uint32_t index)
{
    if (index == PLAN_NONE)
        return json_null();
    json_t *object = json_object();
    set_command(object, plan, index);
    return object;
}

static json_t *env_json(const struct plan *plan, struct plan_range range)
{
    json_t *object = json_object();
    for (uint32_t i = range.first; i < range.first + range.count; i++) {
        const struct plan_env *env = &plan->env[i];
        json_put(object, plan_text_ptr(plan, env->name),
                 plan_env_is_hidden(plan, env) ? json_string("***") : text_json(plan, env->value));
    }
    return object;
}

/* The names of the variables that are the dev block's. */
static json_t *shared_env_json(const struct plan *plan, struct plan_range range)
{
    json_t *array = json_array();
    for (uint32_t i = range.first; i < range.first + range.count; i++)
        if (plan->env[i].flags & PLAN_ENV_SHARED)
            json_array_append_new(array, string_json(plan, plan->env[i].name));
    return array;
}

static json_t *env_files_json(const struct plan *plan, struct plan_range range)
{
    json_t *array = json_array();
    for (uint32_t i = range.first; i < range.first + range.count; i++) {
        json_t *object = json_object();
        const struct plan_env_file *file = &plan->env_files[i];
        json_put(object, "path", string_json(plan, file->path));
        json_put(object, "shared", json_boolean(file->flags & PLAN_ENV_SHARED));
        json_put(object, "source", dump_place_json(plan, file->source, file->line, file->column));
        json_array_append_new(array, object);
    }
    return array;
}

static json_t *edges_json(const struct plan *plan, const uint32_t *edges, struct plan_range range)
{
    json_t *array = json_array();
    for (uint32_t i = range.first; i < range.first + range.count; i++)
        json_array_append_new(array, json_string(plan_service_name(plan, edges[i])));
    return array;
}

static json_t *spans_json(const struct plan *plan, struct plan_range range)
{
    json_t *object = json_object();
    for (uint32_t i = range.first; i < range.first + range.count; i++) {
        const struct plan_span *span = &plan->spans[i];
        json_put(object, plan_field_name(span->field),
                 dump_place_json(plan, span->source, span->line, span->column));
    }
    return object;
}

static json_t *port_json(const struct plan_service *service)
{
    if (service->port_source == PLAN_PORT_NONE)
        return json_null();
    return json_integer(service->port); /* 0: chosen when it is started */
}

/* What only probes of its type have. */
static void set_probe_target(json_t *object, const struct plan *plan,
                             const struct plan_probe *probe)
{
    switch ((enum plan_probe_type)probe->type) {
    case PLAN_PROBE_HTTP:
        json_put(object, "path", text_json(plan, probe->path));
        set_number(object, "status_min", probe->status_min);
        set_number(object, "status_max", probe->status_max);
        set_number(object, "port", probe->port);
        break;
    case PLAN_PROBE_TCP: set_number(object, "port", probe->port); break;
    case PLAN_PROBE_EXEC: set_command(object, plan, probe->command); break;
    case PLAN_PROBE_LOG: json_put(object, "pattern", string_json(plan, probe->pattern)); break;
    case PLAN_PROBE_TYPE_COUNT: break;
    }
}

static json_t *probe_json(const struct plan *plan, uint32_t index)
{
    if (index == PLAN_NONE)
        return json_null();
    const struct plan_probe *probe = &plan->probes[index];
    json_t *object = json_object();
    json_put(object, "type", json_string(plan_probe_name(probe->type)));
    set_probe_target(object, plan, probe);
    set_number(object, "interval_ms", probe->interval_ms);
    set_number(object, "timeout_ms", probe->timeout_ms);
    set_number(object, "start_timeout_ms", probe->start_timeout_ms);
    set_number(object, "retries", probe->retries);
    return object;
}

static json_t *strings_json(const struct plan *plan, const struct plan_string *strings,
                            struct plan_range range)
{
    json_t *array = json_array();
    for (uint32_t i = range.first; i < range.first + range.count; i++)
        json_array_append_new(array, string_json(plan, strings[i]));
    return array;
}

static json_t *watch_json(const struct plan *plan, uint32_t index)
{
    if (index == PLAN_NONE)
        return json_null();
    const struct plan_watch *watch = &plan->watches[index];
    json_t *object = json_object();
    json_put(object, "paths", strings_json(plan, plan->patterns, watch->paths));
    json_put(object, "ignore", strings_json(plan, plan->patterns, watch->ignores));
    set_number(object, "debounce_ms", watch->debounce_ms);
    json_put(object, "restart", json_boolean(watch->restart));
    return object;
}

static json_t *restart_json(const struct plan_service *service)
{
    json_t *object = json_object();
    json_put(object, "policy", json_string(plan_restart_name(service->restart)));
    set_number(object, "backoff_ms", service->backoff_ms);
    set_number(object, "max_backoff_ms", service->max_backoff_ms);
    set_number(object, "reset_after_ms", service->reset_after_ms);
    set_number(object, "max_restarts", service->max_restarts);
    json_put(object, "on_unhealthy", json_boolean(service->flags & PLAN_SERVICE_ON_UNHEALTHY));
    return object;
}

static json_t *stop_json(const struct plan_service *service)
{
    json_t *object = json_object();
    json_put(object, "signal", json_string(plan_signal_name(service->stop_signal)));
    set_number(object, "timeout_ms", service->stop_timeout_ms);
    return object;
}

static json_t *log_json(const struct plan *plan, uint32_t index)
{
    if (index == PLAN_NONE)
        return json_null();
    const struct plan_log *log = &plan->logs[index];
    json_t *object = json_object();
    json_put(object, "file", text_json(plan, log->file));
    set_number(object, "max_size", log->max_size);
    set_number(object, "keep", log->keep);
    return object;
}

static json_t *service_json(const struct plan *plan, uint32_t index)
{
    const struct plan_service *service = &plan->services[index];
    json_t *object = json_object();
    json_put(object, "name", string_json(plan, service->name));
    json_put(object, "kind", json_string(service->kind == PLAN_KIND_TASK ? "task" : "service"));
    set_number(object, "declared", service->declared);
    json_put(object, "disabled", json_boolean(service->flags & PLAN_SERVICE_DISABLED));
    json_put(object, "tty", json_boolean(service->flags & PLAN_SERVICE_TTY));
    json_put(object, "sent_host",
             json_string(service->flags & PLAN_SERVICE_OWN_HOST ? "upstream" : "client"));
    set_command(object, plan, service->command);
    json_put(object, "dir", text_json(plan, service->dir));
    json_put(object, "pre_start", hook_json(plan, service->pre_start));
    json_put(object, "post_stop", hook_json(plan, service->post_stop));
    json_put(object, "labels", strings_json(plan, plan->labels, service->labels));
    json_put(object, "port", port_json(service));
    json_put(object, "env", env_json(plan, service->env));
    json_put(object, "env_shared", shared_env_json(plan, service->env));
    json_put(object, "env_files", env_files_json(plan, service->env_files));
    json_put(object, "depends_on", edges_json(plan, plan->deps, service->deps));
    json_put(object, "needed_by", edges_json(plan, plan->rdeps, service->rdeps));
    json_put(object, "watch", watch_json(plan, service->watch));
    json_put(object, "health", probe_json(plan, service->probe));
    json_put(object, "restart", restart_json(service));
    json_put(object, "stop", stop_json(service));
    json_put(object, "log", log_json(plan, service->log));
    json_put(object, "source", spans_json(plan, service->spans));
    return object;
}

static json_t *routes_json(const struct plan *plan)
{
    json_t *array = json_array();
    for (uint32_t i = 0; i < plan->route_count; i++) {
        json_t *object = json_object();
        json_put(object, "host", string_json(plan, plan->routes[i].host));
        json_put(object, "service", json_string(plan_service_name(plan, plan->routes[i].service)));
        json_array_append_new(array, object);
    }
    return array;
}

static json_t *lookups_json(const struct plan *plan)
{
    json_t *array = json_array();
    for (uint32_t i = 0; i < plan->lookup_count; i++) {
        const struct plan_lookup *lookup = &plan->lookups[i];
        bool optional = lookup->flags & PLAN_LOOKUP_FALLBACK;
        json_t *object = json_object();
        json_put(object, "name", string_json(plan, lookup->name));
        json_put(object, "default", optional ? fallback_json(plan, lookup) : json_null());
        json_put(object, "source",
                 dump_place_json(plan, lookup->source, lookup->line, lookup->column));
        json_array_append_new(array, object);
    }
    return array;
}

static json_t *sources_json(const struct plan *plan)
{
    json_t *array = json_array();
    for (uint32_t i = 0; i < plan->source_count; i++) {
        json_t *object = json_object();
        json_put(object, "path", string_json(plan, plan->sources[i].path));
        set_number(object, "size", plan->sources[i].size);
        json_put(object, "hash", dump_hash_json(plan->sources[i].hash));
        json_array_append_new(array, object);
    }
    return array;
}

static json_t *services_json(const struct plan *plan)
{
    json_t *array = json_array();
    for (uint32_t i = 0; i < plan->service_count; i++)
        json_array_append_new(array, service_json(plan, i));
    return array;
}

void plan_dump_json(const struct plan *plan, struct strbuf *out)
{
    json_t *object = json_object();
    set_number(object, "version", PLAN_VERSION);
    json_put(object, "hash", dump_hash_json(plan->hash));
    json_put(object, "settings", settings_json(plan));
    json_put(object, "services", services_json(plan));
    json_put(object, "routes", routes_json(plan));
    json_put(object, "lookups", lookups_json(plan));
    json_put(object, "sources", sources_json(plan));
    json_print(object, out);
}
