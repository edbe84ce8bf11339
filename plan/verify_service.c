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

enum plan_error verify_duration(struct verifier *v, const uint32_t *ms)
{
    if (*ms == 0 || *ms > PLAN_DURATION_MAX)
        return verify_fail(v, PLAN_E_VALUE, ms);
    return PLAN_OK;
}

enum plan_error verify_owned(struct verifier *v, const uint32_t *index, enum plan_section_kind kind)
{
    if (*index != v->next[kind] || *index >= v->layout.counts[kind])
        return verify_fail(v, PLAN_E_INDEX, index);
    v->next[kind]++;
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

enum plan_error verify_place(struct verifier *v, const uint32_t *source, const uint32_t *line,
                             const uint32_t *column)
{
    if (*source >= v->plan.source_count)
        return verify_fail(v, PLAN_E_INDEX, source);
    if (*line == 0 || *column == 0)
        return verify_fail(v, PLAN_E_VALUE, line);
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
        VERIFY(verify_place(v, &spans[i].source, &spans[i].line, &spans[i].column));
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

/* In the order of the records in COMMANDS. */
static enum plan_error verify_commands(struct verifier *v, const struct plan_service *service)
{
    VERIFY(verify_command(v, &service->command));
    if (service->pre_start != PLAN_NONE)
        VERIFY(verify_command(v, &service->pre_start));
    if (service->post_stop != PLAN_NONE)
        VERIFY(verify_command(v, &service->post_stop));
    if (service->probe == PLAN_NONE)
        return PLAN_OK;
    VERIFY(verify_owned(v, &service->probe, PLAN_SECTION_PROBES));
    const struct plan_probe *probe = &v->plan.probes[service->probe];
    return probe->type == PLAN_PROBE_EXEC ? verify_command(v, &probe->command) : PLAN_OK;
}

static enum plan_error verify_labels(struct verifier *v, const struct plan_service *service)
{
    const char *last = "";
    VERIFY(verify_range(v, &service->labels, PLAN_SECTION_LABELS, 0));
    for (uint32_t i = 0; i < service->labels.count; i++) {
        const struct plan_string *label = &v->plan.labels[service->labels.first + i];
        VERIFY(verify_filled(v, label, PLAN_NAME_MAX));
        if (strcmp(last, plan_text_ptr(&v->plan, *label)) >= 0)
            return verify_fail(v, PLAN_E_ORDER, label);
        last = plan_text_ptr(&v->plan, *label);
    }
    return PLAN_OK;
}

/* The calls' order is the order of the records in PIECES. */
enum plan_error verify_service(struct verifier *v, uint32_t index)
{
    const struct plan_service *service = &v->plan.services[index];
    VERIFY(verify_name(v, &service->name));
    VERIFY(verify_enums(v, service));
    VERIFY(verify_numbers(v, service));
    VERIFY(verify_text(v, &service->dir));
    if (service->dir.pieces.count == 0)
        return verify_fail(v, PLAN_E_RANGE, &service->dir);
    VERIFY(verify_commands(v, service));
    VERIFY(verify_env(v, service));
    VERIFY(verify_env_files(v, service));
    VERIFY(verify_labels(v, service));
    VERIFY(verify_deps(v, service, index));
    VERIFY(verify_spans(v, service));
    if (service->probe != PLAN_NONE)
        VERIFY(verify_probe(v, service, index));
    if (service->watch != PLAN_NONE)
        VERIFY(verify_watch(v, service, index));
    if (service->log != PLAN_NONE)
        VERIFY(verify_log(v, service, index));
    return PLAN_OK;
}
