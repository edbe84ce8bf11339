/* The plan as one JSON object. The order of keys is the order of the calls below. */
#include "dump.h"

#include <jansson.h>

static json_t *string_json(const struct plan *plan, struct plan_string string)
{
    return json_stringn_nocheck(plan_text_ptr(plan, string), string.length);
}

static json_t *hash_json(uint64_t hash)
{
    return json_sprintf("%016llx", (unsigned long long)hash);
}

static void set(json_t *object, const char *key, json_t *value)
{
    json_object_set_new_nocheck(object, key, value);
}

static void set_number(json_t *object, const char *key, uint64_t number)
{
    set(object, key, json_integer((json_int_t)number));
}

static json_t *place_json(const struct plan *plan, uint32_t source, uint32_t line, uint32_t column)
{
    json_t *place = json_object();
    set(place, "file", string_json(plan, plan->sources[source].path));
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
        set(object, "port", json_string(plan_service_name(plan, piece->ref)));
        return object;
    }
    const struct plan_lookup *lookup = &plan->lookups[piece->ref];
    set(object, "env", string_json(plan, lookup->name));
    if (lookup->flags & PLAN_LOOKUP_FALLBACK)
        set(object, "default", fallback_json(plan, lookup));
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
    set(object, "domain", string_json(plan, settings->domain));
    set_number(object, "proxy_port", settings->proxy_port);
    set(object, "log_level", json_string(plan_log_level_name(settings->log_level)));
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
    set(object, "cmd", text_json(plan, command->line));
    set(object, "shell", json_boolean(command->flags & PLAN_COMMAND_SHELL));
    set(object, "argv", argv_json(plan, command->argv));
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
        set(object, plan_text_ptr(plan, env->name),
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
        set(object, "path", string_json(plan, file->path));
        set(object, "shared", json_boolean(file->flags & PLAN_ENV_SHARED));
        set(object, "source", place_json(plan, file->source, file->line, file->column));
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
        set(object, plan_field_name(span->field),
            place_json(plan, span->source, span->line, span->column));
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
        set(object, "path", text_json(plan, probe->path));
        set_number(object, "status_min", probe->status_min);
        set_number(object, "status_max", probe->status_max);
        set_number(object, "port", probe->port);
        break;
    case PLAN_PROBE_TCP: set_number(object, "port", probe->port); break;
    case PLAN_PROBE_EXEC: set_command(object, plan, probe->command); break;
    case PLAN_PROBE_LOG: set(object, "pattern", string_json(plan, probe->pattern)); break;
    case PLAN_PROBE_TYPE_COUNT: break;
    }
}

static json_t *probe_json(const struct plan *plan, uint32_t index)
{
    if (index == PLAN_NONE)
        return json_null();
    const struct plan_probe *probe = &plan->probes[index];
    json_t *object = json_object();
    set(object, "type", json_string(plan_probe_name(probe->type)));
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
    set(object, "paths", strings_json(plan, plan->patterns, watch->paths));
    set(object, "ignore", strings_json(plan, plan->patterns, watch->ignores));
    set_number(object, "debounce_ms", watch->debounce_ms);
    set(object, "restart", json_boolean(watch->restart));
    return object;
}

static json_t *restart_json(const struct plan_service *service)
{
    json_t *object = json_object();
    set(object, "policy", json_string(plan_restart_name(service->restart)));
    set_number(object, "backoff_ms", service->backoff_ms);
    set_number(object, "max_backoff_ms", service->max_backoff_ms);
    set_number(object, "reset_after_ms", service->reset_after_ms);
    set_number(object, "max_restarts", service->max_restarts);
    set(object, "on_unhealthy", json_boolean(service->flags & PLAN_SERVICE_ON_UNHEALTHY));
    return object;
}

static json_t *stop_json(const struct plan_service *service)
{
    json_t *object = json_object();
    set(object, "signal", json_string(plan_signal_name(service->stop_signal)));
    set_number(object, "timeout_ms", service->stop_timeout_ms);
    return object;
}

static json_t *log_json(const struct plan *plan, uint32_t index)
{
    if (index == PLAN_NONE)
        return json_null();
    const struct plan_log *log = &plan->logs[index];
    json_t *object = json_object();
    set(object, "file", text_json(plan, log->file));
    set_number(object, "max_size", log->max_size);
    set_number(object, "keep", log->keep);
    return object;
}

static json_t *service_json(const struct plan *plan, uint32_t index)
{
    const struct plan_service *service = &plan->services[index];
    json_t *object = json_object();
    set(object, "name", string_json(plan, service->name));
    set(object, "kind", json_string(service->kind == PLAN_KIND_TASK ? "task" : "service"));
    set_number(object, "declared", service->declared);
    set(object, "disabled", json_boolean(service->flags & PLAN_SERVICE_DISABLED));
    set(object, "tty", json_boolean(service->flags & PLAN_SERVICE_TTY));
    set(object, "sent_host",
        json_string(service->flags & PLAN_SERVICE_OWN_HOST ? "upstream" : "client"));
    set_command(object, plan, service->command);
    set(object, "dir", text_json(plan, service->dir));
    set(object, "pre_start", hook_json(plan, service->pre_start));
    set(object, "post_stop", hook_json(plan, service->post_stop));
    set(object, "labels", strings_json(plan, plan->labels, service->labels));
    set(object, "port", port_json(service));
    set(object, "env", env_json(plan, service->env));
    set(object, "env_shared", shared_env_json(plan, service->env));
    set(object, "env_files", env_files_json(plan, service->env_files));
    set(object, "depends_on", edges_json(plan, plan->deps, service->deps));
    set(object, "needed_by", edges_json(plan, plan->rdeps, service->rdeps));
    set(object, "watch", watch_json(plan, service->watch));
    set(object, "health", probe_json(plan, service->probe));
    set(object, "restart", restart_json(service));
    set(object, "stop", stop_json(service));
    set(object, "log", log_json(plan, service->log));
    set(object, "source", spans_json(plan, service->spans));
    return object;
}

static json_t *routes_json(const struct plan *plan)
{
    json_t *array = json_array();
    for (uint32_t i = 0; i < plan->route_count; i++) {
        json_t *object = json_object();
        set(object, "host", string_json(plan, plan->routes[i].host));
        set(object, "service", json_string(plan_service_name(plan, plan->routes[i].service)));
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
        set(object, "name", string_json(plan, lookup->name));
        set(object, "default", optional ? fallback_json(plan, lookup) : json_null());
        set(object, "source", place_json(plan, lookup->source, lookup->line, lookup->column));
        json_array_append_new(array, object);
    }
    return array;
}

static json_t *sources_json(const struct plan *plan)
{
    json_t *array = json_array();
    for (uint32_t i = 0; i < plan->source_count; i++) {
        json_t *object = json_object();
        set(object, "path", string_json(plan, plan->sources[i].path));
        set_number(object, "size", plan->sources[i].size);
        set(object, "hash", hash_json(plan->sources[i].hash));
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

static int append(const char *bytes, size_t size, void *out)
{
    strbuf_add(out, bytes, size);
    return 0;
}

void plan_dump_json(const struct plan *plan, struct strbuf *out)
{
    json_t *object = json_object();
    set_number(object, "version", PLAN_VERSION);
    set(object, "hash", hash_json(plan->hash));
    set(object, "settings", settings_json(plan));
    set(object, "services", services_json(plan));
    set(object, "routes", routes_json(plan));
    set(object, "lookups", lookups_json(plan));
    set(object, "sources", sources_json(plan));
    json_dump_callback(object, append, out, JSON_INDENT(2));
    json_decref(object);
    strbuf_addc(out, '\n');
}
