#include "lower_parts.h"

#include "schema.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

_Static_assert(MODEL_SERVICES_MAX == PLAN_SERVICES_MAX, "the checker's limits are the plan's");
_Static_assert(MODEL_EDGES_MAX == PLAN_EDGES_MAX, "the checker's limits are the plan's");
_Static_assert(MODEL_NAME_MAX == PLAN_NAME_MAX, "the checker's limits are the plan's");
_Static_assert(MODEL_HOST_MAX <= PLAN_NAME_MAX, "the checker's limits are the plan's");
_Static_assert(MODEL_TEXT_MAX == PLAN_TEXT_MAX, "the checker's limits are the plan's");
_Static_assert(MODEL_PIECES_MAX == PLAN_PIECES_MAX, "the checker's limits are the plan's");
_Static_assert(SCHEMA_DURATION_MAX == PLAN_DURATION_MAX, "the checker's limits are the plan's");
_Static_assert(SCHEMA_LOG_SIZE_MIN == PLAN_LOG_SIZE_MIN, "the checker's limits are the plan's");
_Static_assert(SCHEMA_LOG_KEEP_MAX == PLAN_LOG_KEEP_MAX, "the checker's limits are the plan's");

/* The schema's words stand in the order of the plan's numbers. */
_Static_assert(PLAN_KIND_SERVICE == 0 && PLAN_KIND_TASK == 1 && PLAN_KIND_COUNT == 2, "kind");
_Static_assert(PLAN_PROBE_HTTP == 0 && PLAN_PROBE_TCP == 1 && PLAN_PROBE_EXEC == 2 &&
                   PLAN_PROBE_LOG == 3 && PLAN_PROBE_TYPE_COUNT == 4,
               "type");
_Static_assert(PLAN_RESTART_NEVER == 0 && PLAN_RESTART_ON_FAILURE == 1 &&
                   PLAN_RESTART_ALWAYS == 2 && PLAN_RESTART_COUNT == 3,
               "policy");
_Static_assert(PLAN_SIGNAL_TERM == 0 && PLAN_SIGNAL_INT == 1 && PLAN_SIGNAL_QUIT == 2 &&
                   PLAN_SIGNAL_HUP == 3 && PLAN_SIGNAL_USR1 == 4 && PLAN_SIGNAL_USR2 == 5 &&
                   PLAN_SIGNAL_KILL == 6 && PLAN_SIGNAL_COUNT == 7,
               "signal");

int lower_compare_numbers(const void *left, const void *right)
{
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return a < b ? -1 : a > b;
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

/* first[p]..first[p + 1] is the part of rdeps that belongs to the service at place p. */
struct mirror {
    uint32_t *first, *rdeps;
};

/* Filled in start order, so each service's part rises by itself. */
static struct mirror mirror_dependencies(const struct lower *l)
{
    uint32_t count = l->model->services.count;
    struct mirror m = {.first = arena_new(l->arena, uint32_t, (size_t)count + 1)};
    for (uint32_t place = 0; place < count; place++) {
        const struct model_service *service = lower_service_at(l, place);
        for (uint32_t i = 0; i < service->dep_count; i++)
            m.first[l->place[service->deps[i].service] + 1]++;
    }
    for (uint32_t place = 0; place < count; place++)
        m.first[place + 1] += m.first[place];
    m.rdeps = arena_new(l->arena, uint32_t, m.first[count]);
    uint32_t *filled = arena_new(l->arena, uint32_t, count);
    for (uint32_t place = 0; place < count; place++) {
        const struct model_service *service = lower_service_at(l, place);
        for (uint32_t i = 0; i < service->dep_count; i++) {
            uint32_t dependency = l->place[service->deps[i].service];
            m.rdeps[m.first[dependency] + filled[dependency]++] = place;
        }
    }
    return m;
}

static void add_rdeps(struct lower *l)
{
    uint32_t count = l->model->services.count;
    struct mirror m = mirror_dependencies(l);
    for (uint32_t place = 0; place < count; place++) {
        struct plan_service *record = plan_writer_record(l->writer, PLAN_SECTION_SERVICES, place);
        record->rdeps = (struct plan_range){m.first[place], m.first[place + 1] - m.first[place]};
    }
    for (uint32_t i = 0; i < m.first[count]; i++)
        plan_writer_add(l->writer, PLAN_SECTION_RDEPS, &m.rdeps[i]);
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
        const struct model_subdomain *subdomain = &lower_service_at(l, place)->subdomain;
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
    return lower_compare_numbers(&((const struct plan_port *)left)->port,
                                 &((const struct plan_port *)right)->port);
}

static void add_ports(struct lower *l)
{
    uint32_t count = 0;
    struct plan_port *ports = arena_new(l->arena, struct plan_port, l->model->services.count);
    for (uint32_t place = 0; place < l->model->services.count; place++)
        if (lower_port_source(lower_service_at(l, place)) == PLAN_PORT_FIXED)
            ports[count++] = (struct plan_port){lower_service_at(l, place)->port, place};
    if (count > 1)
        qsort(ports, count, sizeof ports[0], compare_ports);
    for (uint32_t i = 0; i < count; i++)
        plan_writer_add(l->writer, PLAN_SECTION_PORTS, &ports[i]);
}

static void add_source(struct lower *l, uint32_t id, struct str path)
{
    struct str text = l->source->sources->files.items[id].text;
    struct plan_source source = {.path = plan_writer_string(l->writer, path),
                                 .size = text.len,
                                 .hash = XXH3_64bits(text.ptr, text.len)};
    plan_writer_add(l->writer, PLAN_SECTION_SOURCES, &source);
}

/* What services of the usual kind need. */
static void expect_sizes(struct lower *l)
{
    size_t services = l->model->services.count;
    size_t text = l->source->sources->files.items[l->source->id].text.len;
    plan_writer_expect(l->writer, PLAN_SECTION_SERVICES, services);
    plan_writer_expect(l->writer, PLAN_SECTION_COMMANDS, services);
    plan_writer_expect(l->writer, PLAN_SECTION_ARGV, 2 * services);
    plan_writer_expect(l->writer, PLAN_SECTION_PIECES, 8 * services);
    plan_writer_expect(l->writer, PLAN_SECTION_SPANS, 8 * services);
    plan_writer_expect(l->writer, PLAN_SECTION_STRINGS, text / 4);
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
    expect_sizes(&l);
    add_settings(&l);
    for (uint32_t place = 0; place < model->services.count; place++)
        lower_service(&l, place);
    add_rdeps(&l);
    add_routes(&l);
    add_ports(&l);
    add_source(&l, source->id, source->path);
    VEC_EACH (&model->files.entries, it)
        add_source(&l, it->source, it->path);
    uint64_t where;
    return plan_writer_finish(l.writer, out_bytes, out_size, &where);
}
