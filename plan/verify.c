/* The verdict on a plan: the frame, the strings, each service with what is its own, then what holds
 * between records. */
#include "verify.h"
#include "array.h"
#include "str.h"

enum plan_error verify_fail(struct verifier *v, enum plan_error error, const void *at)
{
    v->where = (uint64_t)((const unsigned char *)at - v->layout.bytes);
    return error;
}

static enum plan_error verify_settings(struct verifier *v)
{
    const struct plan_settings *settings = v->plan.settings;
    VERIFY(verify_host(v, &settings->domain));
    if (settings->log_level >= PLAN_LOG_LEVELS)
        return verify_fail(v, PLAN_E_ENUM, &settings->log_level);
    if (settings->hold_ms == 0 || settings->hold_ms > PLAN_DURATION_MAX)
        return verify_fail(v, PLAN_E_VALUE, &settings->hold_ms);
    if (settings->reserved[0] | settings->reserved[1] | settings->reserved[2])
        return verify_fail(v, PLAN_E_RESERVED, settings->reserved);
    return PLAN_OK;
}

static enum plan_error verify_sources(struct verifier *v)
{
    for (uint32_t i = 0; i < v->plan.source_count; i++) {
        const struct plan_string *path = &v->plan.sources[i].path;
        VERIFY(verify_string(v, path, PLAN_TEXT_MAX));
        if (path->length == 0 || plan_text_ptr(&v->plan, *path)[0] == '/')
            return verify_fail(v, PLAN_E_VALUE, path);
    }
    return PLAN_OK;
}

static int compare_strings(const struct plan *plan, struct plan_string a, struct plan_string b)
{
    return strcmp(plan_text_ptr(plan, a), plan_text_ptr(plan, b));
}

/* By name, then without a fallback before with one, then by that. */
static int compare_lookups(const struct plan *plan, const struct plan_lookup *a,
                           const struct plan_lookup *b)
{
    int order = compare_strings(plan, a->name, b->name);
    if (!order)
        order = (int)a->flags - (int)b->flags;
    return order ? order : compare_strings(plan, a->fallback, b->fallback);
}

static enum plan_error verify_lookup(struct verifier *v, const struct plan_lookup *lookup)
{
    VERIFY(verify_variable(v, &lookup->name));
    VERIFY(verify_string(v, &lookup->fallback, PLAN_TEXT_MAX));
    if (lookup->flags & ~PLAN_LOOKUP_FALLBACK)
        return verify_fail(v, PLAN_E_ENUM, &lookup->flags);
    if (lookup->fallback.length != 0 && !(lookup->flags & PLAN_LOOKUP_FALLBACK))
        return verify_fail(v, PLAN_E_VALUE, &lookup->fallback);
    return verify_place(v, &lookup->source, &lookup->line, &lookup->column);
}

static enum plan_error verify_lookups(struct verifier *v)
{
    const struct plan_lookup *lookups = v->plan.lookups;
    for (uint32_t i = 0; i < v->plan.lookup_count; i++) {
        VERIFY(verify_lookup(v, &lookups[i]));
        if (i > 0 && compare_lookups(&v->plan, &lookups[i - 1], &lookups[i]) >= 0)
            return verify_fail(v, PLAN_E_ORDER, &lookups[i]);
    }
    return PLAN_OK;
}

static enum plan_error verify_looked_up(struct verifier *v)
{
    for (uint32_t i = 0; i < v->plan.lookup_count; i++)
        if (!v->looked_up[i])
            return verify_fail(v, PLAN_E_UNUSED, &v->plan.lookups[i]);
    return PLAN_OK;
}

static enum plan_error verify_services(struct verifier *v)
{
    for (uint32_t i = 0; i < v->plan.service_count; i++)
        VERIFY(verify_service(v, i));
    return PLAN_OK;
}

/* The sections that only services refer to have been used up. */
static enum plan_error verify_tiled(struct verifier *v)
{
    static const enum plan_section_kind tiled[] = {
        PLAN_SECTION_DEPS,   PLAN_SECTION_RDEPS,     PLAN_SECTION_COMMANDS, PLAN_SECTION_ARGV,
        PLAN_SECTION_ENV,    PLAN_SECTION_ENV_FILES, PLAN_SECTION_LABELS,   PLAN_SECTION_PIECES,
        PLAN_SECTION_PROBES, PLAN_SECTION_WATCHES,   PLAN_SECTION_PATTERNS, PLAN_SECTION_LOGS,
        PLAN_SECTION_SPANS,
    };
    for (size_t i = 0; i < ARRAY_LEN(tiled); i++)
        if (v->next[tiled[i]] != v->layout.counts[tiled[i]])
            return verify_fail(v, PLAN_E_RANGE, v->layout.sections[tiled[i]]);
    return PLAN_OK;
}

static int compare_names(const void *a, const void *b, void *plan)
{
    return strcmp(plan_service_name(plan, *(const uint32_t *)a),
                  plan_service_name(plan, *(const uint32_t *)b));
}

static enum plan_error verify_unique_names(struct verifier *v)
{
    uint32_t *sorted = v->scratch;
    uint32_t count = v->plan.service_count;
    for (uint32_t i = 0; i < count; i++)
        sorted[i] = i;
    qsort_r(sorted, count, sizeof *sorted, compare_names, &v->plan);
    for (uint32_t i = 1; i < count; i++)
        if (!compare_names(&sorted[i - 1], &sorted[i], &v->plan))
            return verify_fail(v, PLAN_E_DUPLICATE, &v->plan.services[sorted[i]].name);
    return PLAN_OK;
}

/* Owners come in rising order, so the dependents of each service must be met in their order. Since
 * there are as many of the one as of the other, none is left when all have been met. */
static enum plan_error verify_mirror(struct verifier *v)
{
    uint32_t *met = v->scratch; /* how many of a service's dependents */
    memset(met, 0, v->plan.service_count * sizeof *met);
    if (v->layout.counts[PLAN_SECTION_DEPS] != v->layout.counts[PLAN_SECTION_RDEPS])
        return verify_fail(v, PLAN_E_MIRROR, v->plan.rdeps);
    for (uint32_t i = 0; i < v->plan.service_count; i++) {
        struct plan_range deps = v->plan.services[i].deps;
        for (uint32_t at = deps.first; at < deps.first + deps.count; at++) {
            uint32_t dep = v->plan.deps[at];
            struct plan_range rdeps = v->plan.services[dep].rdeps;
            if (met[dep] >= rdeps.count || v->plan.rdeps[rdeps.first + met[dep]] != i)
                return verify_fail(v, PLAN_E_MIRROR, &v->plan.deps[at]);
            met[dep]++;
        }
    }
    return PLAN_OK;
}

static bool is_under(struct str host, struct str domain)
{
    return host.len > domain.len + 1 && str_has_suffix(host, domain) &&
           host.ptr[host.len - domain.len - 1] == '.';
}

static struct str string_of(const struct verifier *v, struct plan_string string)
{
    return (struct str){plan_text_ptr(&v->plan, string), string.length};
}

static enum plan_error verify_routes(struct verifier *v)
{
    struct str last = STR("");
    for (uint32_t i = 0; i < v->plan.route_count; i++) {
        const struct plan_route *route = &v->plan.routes[i];
        VERIFY(verify_host(v, &route->host));
        struct str host = string_of(v, route->host);
        if (!is_under(host, string_of(v, v->plan.settings->domain)))
            return verify_fail(v, PLAN_E_NAME, route);
        int order = str_compare(last, host);
        if (order >= 0)
            return verify_fail(v, order ? PLAN_E_ORDER : PLAN_E_DUPLICATE, route);
        if (route->service >= v->plan.service_count ||
            v->plan.services[route->service].port_source == PLAN_PORT_NONE)
            return verify_fail(v, PLAN_E_INDEX, &route->service);
        if (route->reserved != 0)
            return verify_fail(v, PLAN_E_RESERVED, &route->reserved);
        last = host;
    }
    return PLAN_OK;
}

static uint32_t count_fixed_ports(const struct plan *plan)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < plan->service_count; i++)
        count += plan->services[i].port_source == PLAN_PORT_FIXED;
    return count;
}

/* Each entry is its service's port and no two are the same: with equal counts, none is missing. */
static enum plan_error verify_ports(struct verifier *v)
{
    uint32_t last = 0;
    for (uint32_t i = 0; i < v->plan.port_count; i++) {
        const struct plan_port *port = &v->plan.ports[i];
        if (port->service >= v->plan.service_count || port->port == 0 ||
            v->plan.services[port->service].port != port->port)
            return verify_fail(v, PLAN_E_INDEX, port);
        if (port->port < last)
            return verify_fail(v, PLAN_E_ORDER, port);
        if (port->port == last || port->port == v->plan.settings->proxy_port)
            return verify_fail(v, PLAN_E_DUPLICATE, port);
        last = port->port;
    }
    if (v->plan.port_count != count_fixed_ports(&v->plan))
        return verify_fail(v, PLAN_E_INDEX, v->plan.ports);
    return PLAN_OK;
}

static enum plan_error verify_records(struct verifier *v)
{
    VERIFY(verify_settings(v));
    VERIFY(verify_sources(v));
    VERIFY(verify_lookups(v));
    VERIFY(verify_services(v));
    VERIFY(verify_tiled(v));
    VERIFY(verify_looked_up(v));
    VERIFY(verify_unique_names(v));
    VERIFY(verify_mirror(v));
    VERIFY(verify_routes(v));
    return verify_ports(v);
}

static enum plan_error verify_all(struct verifier *v, const void *bytes, size_t size)
{
    VERIFY(verify_frame(v, bytes, size));
    VERIFY(verify_blob(v));
    size_t services = (size_t)v->plan.service_count * sizeof *v->scratch;
    v->scratch = calloc(1, services + v->plan.lookup_count + 1);
    if (!v->scratch)
        return verify_fail(v, PLAN_E_SYSTEM, bytes);
    v->looked_up = (bool *)(v->scratch + v->plan.service_count);
    enum plan_error error = verify_records(v);
    free(v->scratch);
    return error;
}

enum plan_error plan_verify(const void *bytes, size_t size, uint64_t *out_where)
{
    struct verifier v = {0};
    enum plan_error error = verify_all(&v, bytes, size);
    if (error)
        *out_where = v.where;
    return error;
}
