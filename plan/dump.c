#include "dump.h"

/* What the text form does not mention. */
static const struct plan_service usual_service = {
    .restart = PLAN_RESTART_ON_FAILURE,
    .backoff_ms = 1000,
    .max_backoff_ms = 30000,
    .reset_after_ms = 60000,
    .stop_signal = PLAN_SIGNAL_TERM,
    .stop_timeout_ms = 5000,
};

static void add_duration(struct strbuf *out, const char *name, uint32_t ms)
{
    strbuf_addf(out, " %s ", name);
    plan_duration_show(ms, out);
}

static void add_settings(const struct plan *plan, struct strbuf *out)
{
    const struct plan_settings *settings = plan->settings;
    strbuf_addf(out, "plan %u\n", PLAN_VERSION);
    strbuf_addf(out, "  domain %s\n", plan_text_ptr(plan, settings->domain));
    strbuf_addf(out, "  proxy_port %u\n", settings->proxy_port);
    strbuf_addf(out, "  log_level %s\n ", plan_log_level_name(settings->log_level));
    add_duration(out, "hold", settings->hold_ms);
    strbuf_addc(out, '\n');
}

static void add_place(const struct plan *plan, uint32_t source, uint32_t line, uint32_t column,
                      struct strbuf *out)
{
    strbuf_addc(out, ' ');
    plan_escape(plan, plan->sources[source].path, out);
    strbuf_addf(out, ":%u:%u", line, column);
}

/* The name's place in full, the others as line and column where the file is the same. */
static void add_spans(const struct plan *plan, struct plan_range range, struct strbuf *out)
{
    const struct plan_span *name = &plan->spans[range.first];
    strbuf_adds(out, "  at");
    add_place(plan, name->source, name->line, name->column, out);
    for (const struct plan_span *span = name + 1; span < name + range.count; span++) {
        strbuf_addf(out, " %s", plan_field_name(span->field));
        if (span->source == name->source)
            strbuf_addf(out, " %u:%u", span->line, span->column);
        else
            add_place(plan, span->source, span->line, span->column, out);
    }
    strbuf_addc(out, '\n');
}

static void add_flags(const struct plan_service *service, uint32_t index, struct strbuf *out)
{
    if (service->kind == PLAN_KIND_TASK)
        strbuf_adds(out, "  kind task\n");
    if (service->flags & PLAN_SERVICE_DISABLED)
        strbuf_adds(out, "  disabled\n");
    if (service->flags & PLAN_SERVICE_TTY)
        strbuf_adds(out, "  tty\n");
    if (service->flags & PLAN_SERVICE_OWN_HOST)
        strbuf_adds(out, "  host upstream\n");
    if (service->declared != index)
        strbuf_addf(out, "  declared %u\n", service->declared);
}

static void add_argv(const struct plan *plan, const struct plan_command *command,
                     struct strbuf *out)
{
    strbuf_adds(out, command->flags & PLAN_COMMAND_SHELL ? "  shell argv" : "  argv");
    for (uint32_t i = 0; i < command->argv.count; i++) {
        strbuf_addc(out, ' ');
        plan_text_quote(plan, plan->argv[command->argv.first + i], out);
    }
    strbuf_addc(out, '\n');
}

static void add_command(const struct plan *plan, const char *title, uint32_t index,
                        struct strbuf *out)
{
    if (index == PLAN_NONE)
        return;
    strbuf_addf(out, "  %s ", title);
    plan_text_quote(plan, plan->commands[index].line, out);
    strbuf_addc(out, '\n');
    add_argv(plan, &plan->commands[index], out);
}

static void add_dir(const struct plan *plan, struct plan_text dir, struct strbuf *out)
{
    struct strbuf shown = {0};
    plan_text_show(plan, dir, &shown);
    if (!str_is(strbuf_str(&shown), ".")) {
        strbuf_adds(out, "  dir ");
        plan_text_quote(plan, dir, out);
        strbuf_addc(out, '\n');
    }
    strbuf_finish(&shown);
}

static void add_strings(const struct plan *plan, const struct plan_string *strings,
                        struct plan_range range, struct strbuf *out)
{
    for (uint32_t i = range.first; i < range.first + range.count; i++) {
        strbuf_addc(out, ' ');
        plan_quote(plan, strings[i], out);
    }
}

static void add_labels(const struct plan *plan, struct plan_range range, struct strbuf *out)
{
    if (!range.count)
        return;
    strbuf_adds(out, "  labels");
    add_strings(plan, plan->labels, range, out);
    strbuf_addc(out, '\n');
}

static void add_port(const struct plan_service *service, struct strbuf *out)
{
    if (service->port_source == PLAN_PORT_FIXED)
        strbuf_addf(out, "  port %u\n", service->port);
    if (service->port_source == PLAN_PORT_CHOSEN)
        strbuf_adds(out, "  port chosen\n");
}

static void add_env(const struct plan *plan, struct plan_range range, struct strbuf *out)
{
    for (uint32_t i = range.first; i < range.first + range.count; i++) {
        const struct plan_env *env = &plan->env[i];
        strbuf_adds(out, "  env ");
        plan_quote(plan, env->name, out);
        strbuf_adds(out, " = ");
        if (plan_env_is_hidden(plan, env))
            strbuf_adds(out, "***");
        else
            plan_text_quote(plan, env->value, out);
        strbuf_adds(out, env->flags & PLAN_ENV_SHARED ? " shared\n" : "\n");
    }
}

static void add_env_files(const struct plan *plan, struct plan_range range, struct strbuf *out)
{
    for (uint32_t i = range.first; i < range.first + range.count; i++) {
        const struct plan_env_file *file = &plan->env_files[i];
        strbuf_adds(out, "  env_file ");
        plan_quote(plan, file->path, out);
        strbuf_adds(out, file->flags & PLAN_ENV_SHARED ? " shared" : "");
        add_place(plan, file->source, file->line, file->column, out);
        strbuf_addc(out, '\n');
    }
}

static void add_edges(const struct plan *plan, const char *title, const uint32_t *edges,
                      struct plan_range range, struct strbuf *out)
{
    if (!range.count)
        return;
    strbuf_addf(out, "  %s", title);
    for (uint32_t i = range.first; i < range.first + range.count; i++)
        strbuf_addf(out, " %s", plan_service_name(plan, edges[i]));
    strbuf_addc(out, '\n');
}

static void add_restart(const struct plan_service *service, struct strbuf *out)
{
    const struct plan_service *usual = &usual_service;
    bool on_unhealthy = service->flags & PLAN_SERVICE_ON_UNHEALTHY;
    if (service->restart == usual->restart && service->backoff_ms == usual->backoff_ms &&
        service->max_backoff_ms == usual->max_backoff_ms &&
        service->reset_after_ms == usual->reset_after_ms &&
        service->max_restarts == usual->max_restarts && !on_unhealthy)
        return;
    strbuf_addf(out, "  restart %s", plan_restart_name(service->restart));
    add_duration(out, "backoff", service->backoff_ms);
    add_duration(out, "max_backoff", service->max_backoff_ms);
    add_duration(out, "reset_after", service->reset_after_ms);
    strbuf_addf(out, " max_restarts %u%s\n", service->max_restarts,
                on_unhealthy ? " on_unhealthy" : "");
}

static void add_stop(const struct plan_service *service, struct strbuf *out)
{
    if (service->stop_signal == usual_service.stop_signal &&
        service->stop_timeout_ms == usual_service.stop_timeout_ms)
        return;
    strbuf_addf(out, "  stop %s", plan_signal_name(service->stop_signal));
    add_duration(out, "timeout", service->stop_timeout_ms);
    strbuf_addc(out, '\n');
}

/* What only probes of its type have. */
static void add_probe_target(const struct plan *plan, const struct plan_probe *probe,
                             struct strbuf *out)
{
    switch ((enum plan_probe_type)probe->type) {
    case PLAN_PROBE_HTTP:
        strbuf_addc(out, ' ');
        plan_text_quote(plan, probe->path, out);
        strbuf_addf(out, " status %u-%u", probe->status_min, probe->status_max);
        break;
    case PLAN_PROBE_EXEC:
        strbuf_addc(out, ' ');
        plan_text_quote(plan, plan->commands[probe->command].line, out);
        break;
    case PLAN_PROBE_LOG:
        strbuf_addc(out, ' ');
        plan_quote(plan, probe->pattern, out);
        break;
    case PLAN_PROBE_TCP:
    case PLAN_PROBE_TYPE_COUNT: break;
    }
}

static void add_probe(const struct plan *plan, uint32_t index, struct strbuf *out)
{
    if (index == PLAN_NONE)
        return;
    const struct plan_probe *probe = &plan->probes[index];
    strbuf_addf(out, "  health %s", plan_probe_name(probe->type));
    add_probe_target(plan, probe, out);
    if (probe->port)
        strbuf_addf(out, " port %u", probe->port);
    add_duration(out, "interval", probe->interval_ms);
    add_duration(out, "timeout", probe->timeout_ms);
    strbuf_addf(out, " retries %u", probe->retries);
    add_duration(out, "start_timeout", probe->start_timeout_ms);
    strbuf_addc(out, '\n');
    if (probe->command != PLAN_NONE)
        add_argv(plan, &plan->commands[probe->command], out);
}

static void add_watch(const struct plan *plan, uint32_t index, struct strbuf *out)
{
    if (index == PLAN_NONE)
        return;
    const struct plan_watch *watch = &plan->watches[index];
    strbuf_adds(out, "  watch");
    add_strings(plan, plan->patterns, watch->paths, out);
    if (watch->ignores.count) {
        strbuf_adds(out, " ignore");
        add_strings(plan, plan->patterns, watch->ignores, out);
    }
    add_duration(out, "debounce", watch->debounce_ms);
    strbuf_adds(out, watch->restart ? "\n" : " restart false\n");
}

static void add_log(const struct plan *plan, uint32_t index, struct strbuf *out)
{
    if (index == PLAN_NONE)
        return;
    const struct plan_log *log = &plan->logs[index];
    strbuf_adds(out, "  log ");
    plan_text_quote(plan, log->file, out);
    strbuf_addf(out, " max_size %llu keep %u\n", (unsigned long long)log->max_size, log->keep);
}

static void add_service(const struct plan *plan, uint32_t index, struct strbuf *out)
{
    const struct plan_service *service = &plan->services[index];
    strbuf_addf(out, "\nservice %s\n", plan_service_name(plan, index));
    add_spans(plan, service->spans, out);
    add_flags(service, index, out);
    add_command(plan, "cmd", service->command, out);
    add_dir(plan, service->dir, out);
    add_command(plan, "pre_start", service->pre_start, out);
    add_command(plan, "post_stop", service->post_stop, out);
    add_labels(plan, service->labels, out);
    add_port(service, out);
    add_env(plan, service->env, out);
    add_env_files(plan, service->env_files, out);
    add_edges(plan, "depends_on", plan->deps, service->deps, out);
    add_edges(plan, "needed_by", plan->rdeps, service->rdeps, out);
    add_watch(plan, service->watch, out);
    add_probe(plan, service->probe, out);
    add_restart(service, out);
    add_stop(service, out);
    add_log(plan, service->log, out);
}

static void add_lookups(const struct plan *plan, struct strbuf *out)
{
    for (uint32_t i = 0; i < plan->lookup_count; i++) {
        const struct plan_lookup *lookup = &plan->lookups[i];
        strbuf_adds(out, "lookup ");
        plan_quote(plan, lookup->name, out);
        if (lookup->flags & PLAN_LOOKUP_FALLBACK) {
            strbuf_adds(out, " default ");
            plan_fallback_quote(plan, lookup, out);
        }
        add_place(plan, lookup->source, lookup->line, lookup->column, out);
        strbuf_addc(out, '\n');
    }
}

static void add_tables(const struct plan *plan, struct strbuf *out)
{
    strbuf_addc(out, '\n');
    for (uint32_t i = 0; i < plan->route_count; i++)
        strbuf_addf(out, "route %s %s\n", plan_text_ptr(plan, plan->routes[i].host),
                    plan_service_name(plan, plan->routes[i].service));
    for (uint32_t i = 0; i < plan->port_count; i++)
        strbuf_addf(out, "port %u %s\n", plan->ports[i].port,
                    plan_service_name(plan, plan->ports[i].service));
    add_lookups(plan, out);
    for (uint32_t i = 0; i < plan->source_count; i++) {
        const struct plan_source *source = &plan->sources[i];
        strbuf_adds(out, "source ");
        plan_quote(plan, source->path, out);
        strbuf_addf(out, " %llu bytes %016llx\n", (unsigned long long)source->size,
                    (unsigned long long)source->hash);
    }
}

void plan_dump_text(const struct plan *plan, struct strbuf *out)
{
    add_settings(plan, out);
    for (uint32_t i = 0; i < plan->service_count; i++)
        add_service(plan, i, out);
    add_tables(plan, out);
}
