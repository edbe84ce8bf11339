#include "rules_parts.h"

#include "ascii.h"
#include "codes.h"
#include "forms.h"
#include "schema_doc.h"
#include "suggest.h"

#define PORT_COUNT 65536u

/* The name that stands for a3s itself. */
#define RESERVED_SUBDOMAIN "a3s"

/* Environment records beyond this cannot fit into a plan, whatever else is in it. */
#define ENV_RECORDS_MAX ((64u << 20) / 32)

struct span rules_value_span(const struct model_block *block, enum schema_attr_id id)
{
    return check_written(block, id)->expr->span;
}

/* Ports */

static void proxy_port_taken(struct rules *r, const struct model_service *service)
{
    const struct model_dev *dev = r->model->dev;
    struct diag *diag = diag_error(r->diags, CODE(PORT_TAKEN),
                                   rules_value_span(&service->block, SCHEMA_service_port),
                                   "port %u is claimed twice, by service \"%.*s\" and by the proxy",
                                   service->port, STR_ARG(service->name));
    if (check_written(&dev->block, SCHEMA_dev_proxy_port) != NULL)
        diag_note(diag, rules_value_span(&dev->block, SCHEMA_dev_proxy_port),
                  "the proxy claims it here");
    else
        diag_help(diag, "the proxy listens on %u unless dev { proxy_port = ... } says otherwise",
                  dev->proxy_port);
}

static void port_taken(struct rules *r, const struct model_service *first,
                       const struct model_service *service)
{
    struct diag *diag = diag_error(
        r->diags, CODE(PORT_TAKEN), rules_value_span(&service->block, SCHEMA_service_port),
        "port %u is claimed twice, by service \"%.*s\" and by service \"%.*s\"", service->port,
        STR_ARG(first->name), STR_ARG(service->name));
    diag_note(diag, rules_value_span(&first->block, SCHEMA_service_port), "first claimed here");
    diag_help(diag, "choose another, or write port = 0 to have a free one chosen at start");
}

static void check_ports(struct rules *r)
{
    /* declared + 1, or 0. Pointers would be half a megabyte, more than all else of a small file. */
    uint16_t *owners = arena_new(r->arena, uint16_t, PORT_COUNT);
    _Static_assert(MODEL_SERVICES_MAX <= UINT16_MAX, "a service's number + 1 is an owner");
    const struct model_dev *dev = r->model->dev;
    bool proxy_known = !check_broken(&dev->block, SCHEMA_dev_proxy_port);
    VEC_EACH (&r->model->services, it) {
        struct model_service *service = *it;
        service->has_port = check_written(&service->block, SCHEMA_service_port) != NULL ||
                            check_broken(&service->block, SCHEMA_service_port);
        if (service->port == 0 || service->declared >= MODEL_SERVICES_MAX)
            continue;
        if (proxy_known && service->port == dev->proxy_port)
            proxy_port_taken(r, service);
        else if (owners[service->port] != 0)
            port_taken(r, r->model->services.items[owners[service->port] - 1], service);
        else
            owners[service->port] = (uint16_t)(service->declared + 1);
    }
}

/* Routes */

static void default_subdomain(struct rules *r, struct model_service *service)
{
    if (!service->has_port || check_broken(&service->block, SCHEMA_service_subdomain))
        return;
    char *lower = arena_strndup(r->arena, service->name.ptr, service->name.len);
    for (size_t i = 0; i < service->name.len; i++)
        lower[i] = ascii_lower(lower[i]);
    struct str text = {lower, service->name.len};
    bool fits = text.len + 1 + r->model->dev->domain.len <= MODEL_HOST_MAX;
    service->subdomain = (struct model_subdomain){text, fits && form_is_host(text)};
    if (service->subdomain.routed || !form_is_name(service->name))
        return;
    struct diag *diag =
        diag_warning(r->diags, CODE(NOT_ROUTED), service->name_span,
                     "service \"%.*s\" has a port but no host name", STR_ARG(service->name));
    diag_label(diag, "this name cannot stand in a host name");
    diag_help(diag, "write subdomain = \"...\", or subdomain = null if it needs none");
}

/* Where the service's host name comes from. */
static struct span subdomain_span(const struct model_service *service)
{
    return check_written(&service->block, SCHEMA_service_subdomain) != NULL
               ? rules_value_span(&service->block, SCHEMA_service_subdomain)
               : service->name_span;
}

static void check_written_subdomain(struct rules *r, struct model_service *service)
{
    struct model_subdomain *subdomain = &service->subdomain;
    if (!subdomain->routed)
        return;
    if (!service->has_port) {
        struct diag *diag =
            diag_error(r->diags, CODE(SUBDOMAIN_WITHOUT_PORT), subdomain_span(service),
                       "service \"%.*s\" has a subdomain but no port", STR_ARG(service->name));
        diag_label(diag, "requests for it could go nowhere");
        diag_help(diag, "add port = 0 to have a free one chosen at start and given as PORT");
        subdomain->routed = false;
    } else if (subdomain->text.len + 1 + r->model->dev->domain.len > MODEL_HOST_MAX) {
        diag_error(r->diags, CODE(BAD_DOMAIN), subdomain_span(service),
                   "with the domain, this host name has more than %u characters", MODEL_HOST_MAX);
        subdomain->routed = false;
    }
}

static void claim_route(struct rules *r, struct map *routes, const struct model_service *service)
{
    struct str host = service->subdomain.text;
    struct str domain = r->model->dev->domain;
    if (str_is(host, RESERVED_SUBDOMAIN)) {
        struct diag *diag =
            diag_error(r->diags, CODE(ROUTE_RESERVED), subdomain_span(service),
                       "the host name %.*s.%.*s is a3s itself", STR_ARG(host), STR_ARG(domain));
        diag_help(diag, "write another subdomain, or null for none");
        return;
    }
    bool is_new;
    uint32_t *owner = map_put(routes, host, &is_new);
    if (is_new) {
        *owner = service->declared;
        return;
    }
    const struct model_service *first = r->model->services.items[*owner];
    struct diag *diag =
        diag_error(r->diags, CODE(ROUTE_TAKEN), subdomain_span(service),
                   "the host name %.*s.%.*s is claimed twice, by service \"%.*s\" and by service "
                   "\"%.*s\"",
                   STR_ARG(host), STR_ARG(domain), STR_ARG(first->name), STR_ARG(service->name));
    diag_note(diag, subdomain_span(first), "first claimed here");
    diag_help(diag, "write another subdomain, or null for none");
}

static void check_routes(struct rules *r)
{
    struct map routes;
    map_init(&routes, r->arena, r->model->services.count);
    VEC_EACH (&r->model->services, it) {
        struct model_service *service = *it;
        if (check_written(&service->block, SCHEMA_service_subdomain) == NULL)
            default_subdomain(r, service);
        else
            check_written_subdomain(r, service);
        if (service->subdomain.routed)
            claim_route(r, &routes, service);
    }
}

/* Within a service */

static const char *show_ms(struct rules *r, uint32_t ms)
{
    struct strbuf text = {0};
    schema_show_duration(ms, &text);
    return strbuf_move(&text, r->arena).ptr;
}

void rules_check_rising(struct rules *r, const struct diag_code *code,
                        const struct model_block *block, enum schema_attr_id low, uint32_t low_ms,
                        enum schema_attr_id high, uint32_t high_ms)
{
    if (low_ms <= high_ms || check_broken(block, low) || check_broken(block, high))
        return;
    bool low_written = check_written(block, low) != NULL;
    bool high_written = check_written(block, high) != NULL;
    struct diag *diag =
        diag_error(r->diags, code, rules_value_span(block, low_written ? low : high),
                   "\"%s\" (%s) is above \"%s\" (%s)", schema_attrs[low].name.ptr,
                   show_ms(r, low_ms), schema_attrs[high].name.ptr, show_ms(r, high_ms));
    if (low_written && high_written)
        diag_note(diag, rules_value_span(block, high), "\"%s\" is here",
                  schema_attrs[high].name.ptr);
    else
        diag_help(diag, "\"%s\" is %s if it is not written",
                  schema_attrs[low_written ? high : low].name.ptr,
                  show_ms(r, low_written ? high_ms : low_ms));
}

static void check_restart(struct rules *r, const struct model_restart *restart)
{
    rules_check_rising(r, CODE(BACKOFF_ABOVE_MAX), &restart->block, SCHEMA_restart_backoff,
                       restart->backoff, SCHEMA_restart_max_backoff, restart->max_backoff);
}

/* A label that is there already changes nothing: the first one stays. */
static void check_labels(struct rules *r, struct model_service *service)
{
    struct model_strings *labels = &service->labels;
    struct map seen;
    uint32_t count = 0;
    if (labels->count < 2)
        return;
    map_init(&seen, r->arena, labels->count);
    for (uint32_t i = 0; i < labels->count; i++) {
        bool is_new;
        uint32_t *first = map_put(&seen, labels->items[i].text, &is_new);
        if (is_new) {
            *first = count;
            labels->items[count++] = labels->items[i];
            continue;
        }
        struct diag *diag = diag_warning(r->diags, CODE(REPEATED_LABEL), labels->items[i].span,
                                         "service \"%.*s\" has the label \"%.*s\" twice",
                                         STR_ARG(service->name), STR_ARG(labels->items[i].text));
        diag_note(diag, labels->items[*first].span, "listed first here");
    }
    labels->count = count;
}

/* Dependencies */

static void suggest_service(struct rules *r, struct diag *diag, const struct model_service *service,
                            struct str wanted)
{
    if (!suggest_afford(&r->suggest_work, r->model->services.count))
        return;
    struct suggestion close = suggest_begin(wanted);
    VEC_EACH (&r->model->services, it)
        if (*it != service)
            suggest_offer(&close, (*it)->name, (*it)->declared);
    if (close.best.ptr == NULL)
        return;
    struct sources *sources = r->diags->sources;
    struct span span = r->model->services.items[close.number]->name_span;
    struct position at = source_locate(sources, span);
    diag_help(diag, "did you mean \"%.*s\"? it is declared at %s:%u:%u", STR_ARG(close.best),
              sources->files.items[span.source].path, at.line, at.column);
}

static void unknown_dependency(struct rules *r, const struct model_service *service,
                               const struct model_string *name)
{
    if (r->partial)
        return;
    struct diag *diag = diag_error(r->diags, CODE(UNKNOWN_DEPENDENCY), name->span,
                                   "service \"%.*s\" depends on unknown service \"%.*s\"",
                                   STR_ARG(service->name), STR_ARG(name->text));
    diag_label(diag, "no service has this name");
    suggest_service(r, diag, service, name->text);
}

static void self_dependency(struct rules *r, const struct model_service *service,
                            const struct model_string *name)
{
    struct diag *diag = diag_error(r->diags, CODE(SELF_DEPENDENCY), name->span,
                                   "service \"%.*s\" depends on itself", STR_ARG(service->name));
    diag_label(diag, "it would wait for itself for ever");
    diag_help(diag, "take it out of the list");
}

static void repeated_dependency(struct rules *r, const struct model_service *service,
                                const struct model_string *name)
{
    struct diag *diag = diag_warning(r->diags, CODE(REPEATED_DEPENDENCY), name->span,
                                     "service \"%.*s\" names \"%.*s\" twice",
                                     STR_ARG(service->name), STR_ARG(name->text));
    for (uint32_t i = 0; i < service->depends_on.count; i++) {
        if (str_equal(service->depends_on.items[i].text, name->text)) {
            diag_note(diag, service->depends_on.items[i].span, "named first here");
            return;
        }
    }
}

static void check_disabled(struct rules *r, const struct model_service *service,
                           const struct model_service *dependency, struct span span)
{
    if (!dependency->disabled || service->disabled)
        return;
    struct diag *diag = diag_error(r->diags, CODE(DISABLED_DEPENDENCY), span,
                                   "service \"%.*s\" depends on \"%.*s\", which is disabled",
                                   STR_ARG(service->name), STR_ARG(dependency->name));
    diag_label(diag, "it is not started with the others");
    diag_note(diag, rules_value_span(&dependency->block, SCHEMA_service_disabled), "disabled here");
    diag_help(diag, "enable \"%.*s\", or disable \"%.*s\" too", STR_ARG(dependency->name),
              STR_ARG(service->name));
}

/* seen: for each service the last one that named it, plus one. */
static void check_dependency(struct rules *r, struct model_service *service,
                             const struct model_string *name, uint32_t *seen)
{
    const uint32_t *index = map_find(r->names, name->text);
    if (index == NULL) {
        unknown_dependency(r, service, name);
    } else if (*index == service->declared) {
        self_dependency(r, service, name);
    } else if (seen[*index] == service->declared + 1) {
        repeated_dependency(r, service, name);
    } else {
        seen[*index] = service->declared + 1;
        service->deps[service->dep_count++] = (struct model_dependency){*index, name->span};
        check_disabled(r, service, r->model->services.items[*index], name->span);
    }
}

static void check_dependencies(struct rules *r)
{
    uint32_t *seen = arena_new(r->arena, uint32_t, r->model->services.count);
    VEC_EACH (&r->model->services, it) {
        struct model_service *service = *it;
        service->deps = arena_new(r->arena, struct model_dependency, service->depends_on.count);
        for (uint32_t i = 0; i < service->depends_on.count; i++)
            check_dependency(r, service, &service->depends_on.items[i], seen);
    }
}

/* Limits */

static void too_much(struct rules *r, struct span span, const char *what, uint32_t limit)
{
    diag_error(r->diags, CODE(TOO_MUCH), span, "more than %u %s", limit, what);
}

static void check_limits(struct rules *r)
{
    uint32_t count = r->model->services.count;
    if (count > MODEL_SERVICES_MAX)
        too_much(r, r->model->services.items[MODEL_SERVICES_MAX]->name_span, "services",
                 MODEL_SERVICES_MAX);
    uint64_t edges = 0, env = 0, env_before;
    VEC_EACH (&r->model->services, it) {
        const struct model_service *service = *it;
        if (edges <= MODEL_EDGES_MAX && edges + service->dep_count > MODEL_EDGES_MAX)
            too_much(r, service->name_span, "dependencies", MODEL_EDGES_MAX);
        edges += service->dep_count;
        env_before = env;
        env += r->model->dev->env.count + service->env.count;
        if (env_before <= ENV_RECORDS_MAX && env > ENV_RECORDS_MAX)
            too_much(r, service->name_span, "environment variables (dev.env counts once a service)",
                     ENV_RECORDS_MAX);
    }
}

void rules_check(struct model *model, const struct map *names, struct diag_list *diags,
                 bool partial)
{
    struct rules r = {
        .arena = diags->arena, .diags = diags, .model = model, .names = names, .partial = partial};
    check_ports(&r);
    check_routes(&r);
    VEC_EACH (&model->services, it) {
        if ((*it)->health != NULL)
            rules_check_health(&r, *it);
        check_restart(&r, (*it)->restart);
        check_labels(&r, *it);
    }
    rules_check_logs(&r);
    check_dependencies(&r);
    check_limits(&r);
}
