/* The forms of what is written in blocks of a service. Without the block a form adds nothing. */
#include "diff_forms.h"

#include "dump.h"

static const struct plan_watch *watch_at(const struct form *f, uint32_t index)
{
    uint32_t watch = form_service(f, index)->watch;
    return watch == PLAN_NONE ? NULL : &f->plan->watches[watch];
}

void form_watch_paths(const struct form *f, uint32_t index)
{
    const struct plan_watch *watch = watch_at(f, index);
    if (watch)
        form_add_strings(f, f->plan->patterns, watch->paths);
}

void form_watch_ignore(const struct form *f, uint32_t index)
{
    const struct plan_watch *watch = watch_at(f, index);
    if (watch)
        form_add_strings(f, f->plan->patterns, watch->ignores);
}

void form_watch_restart(const struct form *f, uint32_t index)
{
    const struct plan_watch *watch = watch_at(f, index);
    if (watch)
        form_add_bool(f, watch->restart);
}

void form_watch_debounce(const struct form *f, uint32_t index)
{
    const struct plan_watch *watch = watch_at(f, index);
    if (watch)
        plan_duration_show(watch->debounce_ms, f->out);
}

static const struct plan_probe *probe_at(const struct form *f, uint32_t index)
{
    uint32_t probe = form_service(f, index)->probe;
    return probe == PLAN_NONE ? NULL : &f->plan->probes[probe];
}

static const struct plan_probe *http_at(const struct form *f, uint32_t index)
{
    const struct plan_probe *probe = probe_at(f, index);
    return probe && probe->type == PLAN_PROBE_HTTP ? probe : NULL;
}

void form_health_type(const struct form *f, uint32_t index)
{
    const struct plan_probe *probe = probe_at(f, index);
    if (probe)
        strbuf_adds(f->out, plan_probe_name(probe->type));
}

void form_health_path(const struct form *f, uint32_t index)
{
    const struct plan_probe *probe = http_at(f, index);
    if (probe)
        form_add_text(f, probe->path);
}

void form_health_port(const struct form *f, uint32_t index)
{
    const struct plan_probe *probe = probe_at(f, index);
    if (!probe)
        return;
    if (probe->port)
        strbuf_addf(f->out, "%u", probe->port);
    else if (probe->type == PLAN_PROBE_HTTP || probe->type == PLAN_PROBE_TCP)
        strbuf_adds(f->out, "the service's");
}

void form_health_status(const struct form *f, uint32_t index)
{
    const struct plan_probe *probe = http_at(f, index);
    if (probe)
        strbuf_addf(f->out, "%u-%u", probe->status_min, probe->status_max);
}

void form_health_cmd(const struct form *f, uint32_t index)
{
    const struct plan_probe *probe = probe_at(f, index);
    if (probe)
        form_add_command(f, probe->command);
}

void form_health_pattern(const struct form *f, uint32_t index)
{
    const struct plan_probe *probe = probe_at(f, index);
    if (probe && probe->type == PLAN_PROBE_LOG)
        form_add_string(f, probe->pattern);
}

void form_health_interval(const struct form *f, uint32_t index)
{
    const struct plan_probe *probe = probe_at(f, index);
    if (probe)
        plan_duration_show(probe->interval_ms, f->out);
}

void form_health_timeout(const struct form *f, uint32_t index)
{
    const struct plan_probe *probe = probe_at(f, index);
    if (probe)
        plan_duration_show(probe->timeout_ms, f->out);
}

void form_health_retries(const struct form *f, uint32_t index)
{
    const struct plan_probe *probe = probe_at(f, index);
    if (probe)
        strbuf_addf(f->out, "%u", probe->retries);
}

void form_health_start_timeout(const struct form *f, uint32_t index)
{
    const struct plan_probe *probe = probe_at(f, index);
    if (probe)
        plan_duration_show(probe->start_timeout_ms, f->out);
}

void form_restart_policy(const struct form *f, uint32_t index)
{
    strbuf_adds(f->out, plan_restart_name(form_service(f, index)->restart));
}

void form_restart_backoff(const struct form *f, uint32_t index)
{
    plan_duration_show(form_service(f, index)->backoff_ms, f->out);
}

void form_restart_max_backoff(const struct form *f, uint32_t index)
{
    plan_duration_show(form_service(f, index)->max_backoff_ms, f->out);
}

void form_restart_reset_after(const struct form *f, uint32_t index)
{
    plan_duration_show(form_service(f, index)->reset_after_ms, f->out);
}

void form_restart_max_restarts(const struct form *f, uint32_t index)
{
    strbuf_addf(f->out, "%u", form_service(f, index)->max_restarts);
}

void form_restart_on_unhealthy(const struct form *f, uint32_t index)
{
    form_add_bool(f, form_service(f, index)->flags & PLAN_SERVICE_ON_UNHEALTHY);
}

void form_stop_signal(const struct form *f, uint32_t index)
{
    strbuf_adds(f->out, plan_signal_name(form_service(f, index)->stop_signal));
}

void form_stop_timeout(const struct form *f, uint32_t index)
{
    plan_duration_show(form_service(f, index)->stop_timeout_ms, f->out);
}

static const struct plan_log *log_at(const struct form *f, uint32_t index)
{
    uint32_t log = form_service(f, index)->log;
    return log == PLAN_NONE ? NULL : &f->plan->logs[log];
}

void form_log_file(const struct form *f, uint32_t index)
{
    const struct plan_log *log = log_at(f, index);
    if (log)
        form_add_text(f, log->file);
}

void form_log_max_size(const struct form *f, uint32_t index)
{
    const struct plan_log *log = log_at(f, index);
    if (log)
        plan_size_show(log->max_size, f->out);
}

void form_log_keep(const struct form *f, uint32_t index)
{
    const struct plan_log *log = log_at(f, index);
    if (log)
        strbuf_addf(f->out, "%u", log->keep);
}
