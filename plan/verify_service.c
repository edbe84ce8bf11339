/* One service of a plan with all that hangs on it. Services are walked in start order, and each
 * range must begin where the last of its section ended: so nothing is shared or left out. */
#include "verify.h"

enum plan_error verify_range(struct verifier *v, const struct plan_range *range,
                             enum plan_section_kind kind, uint32_t least)
{
    uint32_t left = v->layout.counts[kind] - v->next[kind];
    if (range->first != v->next[kind] || range->count > left || range->count < least)
        return verify_fail(v, PLAN_E_RANGE, range);
    v->next[kind] += range->count;
    return PLAN_OK;
}

static enum plan_error verify_duration(struct verifier *v, const uint32_t *ms)
{
    if (*ms == 0 || *ms > PLAN_DURATION_MAX)
        return verify_fail(v, PLAN_E_VALUE, ms);
    return PLAN_OK;
}

/* A record that belongs to this service is the next one of its section. */
static enum plan_error verify_owned(struct verifier *v, const uint32_t *index,
                                    enum plan_section_kind kind)
{
    if (*index != v->next[kind] || *index >= v->layout.counts[kind])
        return verify_fail(v, PLAN_E_INDEX, index);
    v->next[kind]++;
    return PLAN_OK;
}

static bool text_is(const struct verifier *v, const struct plan_text *text, const char *expected)
{
    return text->pieces.count == 1 &&
           !strcmp(plan_text_ptr(&v->plan, v->plan.pieces[text->pieces.first].text), expected);
}

static enum plan_error verify_argv(struct verifier *v, const struct plan_service *service)
{
    VERIFY(verify_range(v, &service->argv, PLAN_SECTION_ARGV, 1));
    const struct plan_text *argv = &v->plan.argv[service->argv.first];
    for (uint32_t i = 0; i < service->argv.count; i++)
        VERIFY(verify_text(v, &argv[i]));
    if (service->flags & PLAN_SERVICE_SHELL) {
        bool is_shell = service->argv.count == 3 && text_is(v, &argv[0], "/bin/sh") &&
                        text_is(v, &argv[1], "-c");
        if (!is_shell)
            return verify_fail(v, PLAN_E_VALUE, &service->argv);
    }
    return PLAN_OK;
}

static enum plan_error verify_env(struct verifier *v, const struct plan_service *service)
{
    const char *last = "";
    VERIFY(verify_range(v, &service->env, PLAN_SECTION_ENV, 0));
    for (uint32_t i = 0; i < service->env.count; i++) {
        const struct plan_env *env = &v->plan.env[service->env.first + i];
        VERIFY(verify_string(v, &env->name, PLAN_TEXT_MAX));
        const char *name = plan_text_ptr(&v->plan, env->name);
        if (name[0] == '\0' || strchr(name, '='))
            return verify_fail(v, PLAN_E_NAME, env);
        if (strcmp(last, name) >= 0)
            return verify_fail(v, PLAN_E_ORDER, env);
        VERIFY(verify_text(v, &env->value));
        last = name;
    }
    return PLAN_OK;
}

static enum plan_error verify_deps(struct verifier *v, const struct plan_service *service,
                                   uint32_t owner)
{
    VERIFY(verify_range(v, &service->rdeps, PLAN_SECTION_RDEPS, 0));
    VERIFY(verify_range(v, &service->deps, PLAN_SECTION_DEPS, 0));
    for (uint32_t i = 0; i < service->deps.count; i++) {
        const uint32_t *dep = &v->plan.deps[service->deps.first + i];
        if (*dep >= v->plan.service_count)
            return verify_fail(v, PLAN_E_INDEX, dep);
        if (*dep >= owner || (i > 0 && dep[-1] >= *dep))
            return verify_fail(v, PLAN_E_ORDER, dep);
    }
    return PLAN_OK;
}

static enum plan_error verify_spans(struct verifier *v, const struct plan_service *service)
{
    VERIFY(verify_range(v, &service->spans, PLAN_SECTION_SPANS, 1));
    const struct plan_span *spans = &v->plan.spans[service->spans.first];
    if (spans[0].field != PLAN_FIELD_NAME)
        return verify_fail(v, PLAN_E_ORDER, spans);
    for (uint32_t i = 0; i < service->spans.count; i++) {
        if (spans[i].field >= PLAN_FIELD_COUNT)
            return verify_fail(v, PLAN_E_ENUM, &spans[i].field);
        if (i > 0 && spans[i - 1].field >= spans[i].field)
            return verify_fail(v, PLAN_E_ORDER, &spans[i].field);
        if (spans[i].source >= v->plan.source_count)
            return verify_fail(v, PLAN_E_INDEX, &spans[i].source);
        if (spans[i].line == 0 || spans[i].column == 0)
            return verify_fail(v, PLAN_E_VALUE, &spans[i].line);
    }
    return PLAN_OK;
}

static enum plan_error verify_enums(struct verifier *v, const struct plan_service *service)
{
    if (service->flags & ~PLAN_SERVICE_FLAGS)
        return verify_fail(v, PLAN_E_ENUM, &service->flags);
    if (service->port_source >= PLAN_PORT_SOURCE_COUNT)
        return verify_fail(v, PLAN_E_ENUM, &service->port_source);
    if (service->kind >= PLAN_KIND_COUNT)
        return verify_fail(v, PLAN_E_ENUM, &service->kind);
    if (service->restart >= PLAN_RESTART_COUNT)
        return verify_fail(v, PLAN_E_ENUM, &service->restart);
    if (service->stop_signal >= PLAN_SIGNAL_COUNT)
        return verify_fail(v, PLAN_E_ENUM, &service->stop_signal);
    if (service->start >= PLAN_START_COUNT)
        return verify_fail(v, PLAN_E_ENUM, &service->start);
    return PLAN_OK;
}

static enum plan_error verify_numbers(struct verifier *v, const struct plan_service *service)
{
    VERIFY(verify_duration(v, &service->backoff_ms));
    VERIFY(verify_duration(v, &service->max_backoff_ms));
    VERIFY(verify_duration(v, &service->reset_after_ms));
    VERIFY(verify_duration(v, &service->stop_timeout_ms));
    if (service->backoff_ms > service->max_backoff_ms)
        return verify_fail(v, PLAN_E_VALUE, &service->backoff_ms);
    if ((service->port != 0) != (service->port_source == PLAN_PORT_FIXED))
        return verify_fail(v, PLAN_E_VALUE, &service->port);
    if (service->replicas != 1)
        return verify_fail(v, PLAN_E_VALUE, &service->replicas);
    if (service->reserved != 0)
        return verify_fail(v, PLAN_E_RESERVED, &service->reserved);
    if (service->declared >= v->plan.service_count)
        return verify_fail(v, PLAN_E_INDEX, &service->declared);
    if (v->scratch[service->declared]++ > 0)
        return verify_fail(v, PLAN_E_DUPLICATE, &service->declared);
    return PLAN_OK;
}

static enum plan_error verify_http(struct verifier *v, const struct plan_probe *probe)
{
    if (probe->status_min < 100 || probe->status_max > 999 || probe->status_min > probe->status_max)
        return verify_fail(v, PLAN_E_VALUE, &probe->status_min);
    if (probe->path.pieces.count == 0)
        return verify_fail(v, PLAN_E_RANGE, &probe->path);
    const struct plan_piece *piece = &v->plan.pieces[probe->path.pieces.first];
    if (plan_text_ptr(&v->plan, piece->text)[0] != '/')
        return verify_fail(v, PLAN_E_VALUE, &piece->text);
    return PLAN_OK;
}

static enum plan_error verify_tcp(struct verifier *v, const struct plan_probe *probe)
{
    if (probe->path.pieces.count != 0)
        return verify_fail(v, PLAN_E_RANGE, &probe->path);
    if (probe->status_min != 0 || probe->status_max != 0)
        return verify_fail(v, PLAN_E_VALUE, &probe->status_min);
    return PLAN_OK;
}

static enum plan_error verify_probe(struct verifier *v, const struct plan_service *service,
                                    uint32_t owner)
{
    VERIFY(verify_owned(v, &service->probe, PLAN_SECTION_PROBES));
    const struct plan_probe *probe = &v->plan.probes[service->probe];
    if (probe->service != owner)
        return verify_fail(v, PLAN_E_INDEX, &probe->service);
    if (probe->type >= PLAN_PROBE_TYPE_COUNT)
        return verify_fail(v, PLAN_E_ENUM, &probe->type);
    if (probe->reserved != 0)
        return verify_fail(v, PLAN_E_RESERVED, &probe->reserved);
    VERIFY(verify_duration(v, &probe->interval_ms));
    VERIFY(verify_duration(v, &probe->timeout_ms));
    VERIFY(verify_duration(v, &probe->start_timeout_ms));
    if (probe->retries == 0)
        return verify_fail(v, PLAN_E_VALUE, &probe->retries);
    if (probe->port == 0 && service->port_source == PLAN_PORT_NONE)
        return verify_fail(v, PLAN_E_VALUE, &probe->port);
    VERIFY(verify_text(v, &probe->path));
    return probe->type == PLAN_PROBE_HTTP ? verify_http(v, probe) : verify_tcp(v, probe);
}

static enum plan_error verify_patterns(struct verifier *v, const struct plan_range *range,
                                       uint32_t least)
{
    VERIFY(verify_range(v, range, PLAN_SECTION_PATTERNS, least));
    for (uint32_t i = 0; i < range->count; i++) {
        const struct plan_string *pattern = &v->plan.patterns[range->first + i];
        VERIFY(verify_string(v, pattern, PLAN_TEXT_MAX));
        if (pattern->length == 0)
            return verify_fail(v, PLAN_E_VALUE, pattern);
    }
    return PLAN_OK;
}

static enum plan_error verify_watch(struct verifier *v, const struct plan_service *service,
                                    uint32_t owner)
{
    VERIFY(verify_owned(v, &service->watch, PLAN_SECTION_WATCHES));
    const struct plan_watch *watch = &v->plan.watches[service->watch];
    if (watch->service != owner)
        return verify_fail(v, PLAN_E_INDEX, &watch->service);
    VERIFY(verify_duration(v, &watch->debounce_ms));
    if (watch->restart > 1)
        return verify_fail(v, PLAN_E_ENUM, &watch->restart);
    if (watch->reserved != 0)
        return verify_fail(v, PLAN_E_RESERVED, &watch->reserved);
    VERIFY(verify_patterns(v, &watch->paths, 1));
    return verify_patterns(v, &watch->ignores, 0);
}

enum plan_error verify_service(struct verifier *v, uint32_t index)
{
    const struct plan_service *service = &v->plan.services[index];
    VERIFY(verify_name(v, &service->name));
    VERIFY(verify_enums(v, service));
    VERIFY(verify_numbers(v, service));
    VERIFY(verify_text(v, &service->dir));
    if (service->dir.pieces.count == 0)
        return verify_fail(v, PLAN_E_RANGE, &service->dir);
    VERIFY(verify_text(v, &service->command));
    VERIFY(verify_argv(v, service));
    VERIFY(verify_env(v, service));
    VERIFY(verify_deps(v, service, index));
    VERIFY(verify_spans(v, service));
    if (service->probe != PLAN_NONE)
        VERIFY(verify_probe(v, service, index));
    if (service->watch != PLAN_NONE)
        VERIFY(verify_watch(v, service, index));
    return PLAN_OK;
}
