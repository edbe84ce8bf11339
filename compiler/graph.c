#include "graph.h"

#include "cycle.h"

struct graph {
    const struct model *model;
    uint32_t count;
    uint32_t *pending; /* for each service, dependencies that do not stand in the order yet */
    uint32_t *first;   /* first[s]..first[s + 1]: the part of dependents that belongs to s */
    uint32_t *dependents;
    uint32_t *heap; /* services with nothing pending, the first declared on top */
    uint32_t heap_count;
};

static void heap_push(struct graph *g, uint32_t service)
{
    uint32_t at = g->heap_count++;
    while (at > 0 && g->heap[(at - 1) / 2] > service) {
        g->heap[at] = g->heap[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    g->heap[at] = service;
}

static uint32_t heap_pop(struct graph *g)
{
    uint32_t top = g->heap[0], last = g->heap[--g->heap_count], at = 0;
    for (;;) {
        uint32_t child = 2 * at + 1;
        if (child + 1 < g->heap_count && g->heap[child + 1] < g->heap[child])
            child++;
        if (child >= g->heap_count || g->heap[child] >= last)
            break;
        g->heap[at] = g->heap[child];
        at = child;
    }
    g->heap[at] = last;
    return top;
}

/* Dependents side by side: counted, summed up, filled in from behind. */
static void index_dependents(struct graph *g, struct arena *arena)
{
    VEC_EACH (&g->model->services, it) {
        g->pending[(*it)->declared] = (*it)->dep_count;
        for (uint32_t i = 0; i < (*it)->dep_count; i++)
            g->first[(*it)->deps[i].service + 1]++;
    }
    for (uint32_t i = 0; i < g->count; i++)
        g->first[i + 1] += g->first[i];
    g->dependents = arena_new(arena, uint32_t, g->first[g->count]);
    uint32_t *next = arena_new(arena, uint32_t, g->count);
    VEC_EACH (&g->model->services, it) {
        for (uint32_t i = 0; i < (*it)->dep_count; i++) {
            uint32_t dependency = (*it)->deps[i].service;
            g->dependents[g->first[dependency] + next[dependency]++] = (*it)->declared;
        }
    }
}

/* Gives how many services found their place. */
static uint32_t sort(struct graph *g, uint32_t *order)
{
    uint32_t placed = 0;
    for (uint32_t i = 0; i < g->count; i++)
        if (g->pending[i] == 0)
            heap_push(g, i);
    while (g->heap_count > 0) {
        uint32_t service = heap_pop(g);
        order[placed++] = service;
        for (uint32_t i = g->first[service]; i < g->first[service + 1]; i++)
            if (--g->pending[g->dependents[i]] == 0)
                heap_push(g, g->dependents[i]);
    }
    return placed;
}

bool graph_order(struct model *model, struct diag_list *diags)
{
    struct arena scratch = {0};
    uint32_t count = model->services.count;
    struct graph g = {.model = model,
                      .count = count,
                      .pending = arena_new(&scratch, uint32_t, count),
                      .first = arena_new(&scratch, uint32_t, (size_t)count + 1),
                      .heap = arena_new(&scratch, uint32_t, count)};
    index_dependents(&g, &scratch);
    uint32_t *order = arena_new(diags->arena, uint32_t, count);
    bool sorted = sort(&g, order) == count;
    if (sorted)
        model->order = order;
    else
        cycle_report(model, diags, &scratch);
    arena_finish(&scratch);
    return sorted;
}
