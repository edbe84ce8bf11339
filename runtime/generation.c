#include "generation.h"

#include "daemon_state.h"
#include "lookups.h"
#include "map.h"
#include "mem.h"
#include "ports.h"

extern char **environ;

static void match(struct generation *g, const struct plan *old)
{
    struct map names;
    uint32_t count = g->plan.service_count;
    g->from = arena_new(&g->arena, uint32_t, count);
    g->to = arena_new(&g->arena, uint32_t, old->service_count);
    map_init(&names, &g->arena, count);
    for (uint32_t i = 0; i < count; i++) {
        *map_put(&names, str_from(plan_service_name(&g->plan, i)), NULL) = i;
        g->from[i] = PLAN_NONE;
    }
    for (uint32_t i = 0; i < old->service_count; i++) {
        const uint32_t *found = map_find(&names, str_from(plan_service_name(old, i)));
        g->to[i] = found ? *found : PLAN_NONE;
        if (found)
            g->from[*found] = i;
    }
}

/* A port that was chosen stays. */
static int find_ports(struct generation *g, const struct daemon *d)
{
    g->ports = arena_new(&g->arena, uint16_t, g->plan.service_count);
    for (uint32_t i = 0; i < g->plan.service_count; i++) {
        uint32_t old = g->from[i];
        if (old != PLAN_NONE && d->plan->services[old].port_source == PLAN_PORT_CHOSEN)
            g->ports[i] = d->ports[old];
    }
    return ports_resolve(&g->plan, g->ports);
}

static bool take_verdicts(struct generation *g, const struct plan *old,
                          const struct strbuf *verdicts)
{
    size_t count = (size_t)old->service_count + g->plan.service_count;
    g->verdicts = arena_strndup(&g->arena, strbuf_text(verdicts), verdicts->len);
    for (size_t i = 0; i < verdicts->len; i++) {
        if ((unsigned char)verdicts->ptr[i] >= UPDATE_VERDICT_COUNT)
            return false;
    }
    return verdicts->len == count;
}

static bool fill(struct generation *g, const struct daemon *d, const struct update *update,
                 struct strbuf *out_trouble)
{
    uint64_t where;
    const struct strbuf *bytes = &update->parts[UPDATE_PLAN];
    enum plan_error error = plan_open_bytes(&g->plan, bytes->ptr, bytes->len, &where);
    if (error) {
        strbuf_addf(out_trouble, "the plan is malformed: %s\n", plan_error_text(error));
        return false;
    }
    if (!take_verdicts(g, d->plan, &update->parts[UPDATE_VERDICTS])) {
        strbuf_adds(out_trouble, "what the plans differ in is not known; this is a fault in a3s\n");
        return false;
    }
    const struct update_source *source = d->options->source;
    if (source->provide)
        source->provide(source->ctx, &g->plan, d->reload.variables);
    g->lookups = lookups_resolve(&g->arena, &g->plan, environ, out_trouble);
    if (!g->lookups)
        return false;
    match(g, d->plan);
    int failed = find_ports(g, d);
    if (failed)
        strbuf_addf(out_trouble, "no free port can be found: %s\n", strerror(-failed));
    return !failed;
}

struct generation *generation_create(const struct daemon *d, const struct update *update,
                                     struct strbuf *out_trouble)
{
    struct generation *g = mem_alloc(sizeof *g);
    if (fill(g, d, update, out_trouble))
        return g;
    generation_destroy(g);
    return NULL;
}

void generation_destroy(struct generation *g)
{
    if (!g)
        return;
    plan_close(&g->plan);
    arena_finish(&g->arena);
    free(g);
}
