#include "cycle.h"

#include "array.h"
#include "codes.h"
#include "cycle_text.h"

#define NONE UINT32_MAX

/* Tarjan's algorithm ("Depth-first search and linear graph algorithms", 1972), with a stack of its
 * own in place of recursion. */
struct search {
    const struct model *model;
    struct diag_list *diags;
    struct arena *scratch;
    uint32_t *number; /* order of discovery from 1; 0: not seen */
    uint32_t *low;
    uint32_t *component; /* the root of the component that the service was put into; NONE: none */
    uint32_t *stack;     /* seen, in no component yet */
    uint32_t stack_count;
    uint32_t *path; /* the walk from the start to here */
    uint32_t *next; /* for each service on it, the dependency to look at next */
    uint32_t path_count, seen;
    uint32_t *parent; /* of the breadth-first search; NONE: not reached */
    uint32_t *queue;
};

static uint32_t smaller(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

static void enter(struct search *s, uint32_t service)
{
    s->number[service] = s->low[service] = ++s->seen;
    s->stack[s->stack_count++] = service;
    s->path[s->path_count++] = service;
}

/* The shortest way from start back to start that stays in the component, as parents. Gives the
 * last service of it. */
static uint32_t shortest_circle(struct search *s, uint32_t start)
{
    uint32_t head = 0, tail = 0;
    s->queue[tail++] = start;
    while (head < tail) {
        uint32_t at = s->queue[head++];
        const struct model_service *service = s->model->services.items[at];
        for (uint32_t i = 0; i < service->dep_count; i++) {
            uint32_t to = service->deps[i].service;
            if (to == start)
                return at;
            if (s->component[to] != s->component[start] || s->parent[to] != NONE)
                continue;
            s->parent[to] = at;
            s->queue[tail++] = to;
        }
    }
    return start;
}

static struct span edge_span(const struct model *model, uint32_t from, uint32_t to)
{
    const struct model_service *service = model->services.items[from];
    for (uint32_t i = 0; i < service->dep_count; i++)
        if (service->deps[i].service == to)
            return service->deps[i].span;
    return service->name_span;
}

static struct str name_of(const struct search *s, uint32_t service)
{
    return s->model->services.items[service]->name;
}

struct circle {
    const struct search *search;
    const uint32_t *members; /* services, each of which depends on the next */
};

static void add_name(const void *context, uint32_t place, struct strbuf *out)
{
    const struct circle *circle = context;
    strbuf_addf(out, "\"%.*s\"", STR_ARG(name_of(circle->search, circle->members[place])));
}

static void report(struct search *s, const uint32_t *circle, uint32_t count)
{
    struct strbuf path = {0};
    cycle_describe(count, add_name, &(struct circle){s, circle}, &path);
    struct diag *diag =
        diag_error(s->diags, CODE(CYCLE), edge_span(s->model, circle[0], circle[1]),
                   "services depend on each other in a circle: %s", strbuf_text(&path));
    strbuf_finish(&path);
    diag_label(diag, "\"%.*s\" waits for \"%.*s\"", STR_ARG(name_of(s, circle[0])),
               STR_ARG(name_of(s, circle[1])));
    for (uint32_t i = 1; i < count; i++) {
        uint32_t to = circle[(i + 1) % count];
        if (cycle_is_shown(i, count))
            diag_note(diag, edge_span(s->model, circle[i], to), "\"%.*s\" waits for \"%.*s\"",
                      STR_ARG(name_of(s, circle[i])), STR_ARG(name_of(s, to)));
    }
    diag_help(diag, "take one of these names out of its depends_on");
}

static void report_component(struct search *s, const uint32_t *members, uint32_t count)
{
    uint32_t start = members[0];
    for (uint32_t i = 1; i < count; i++)
        start = smaller(start, members[i]);
    uint32_t last = shortest_circle(s, start), length = 1;
    for (uint32_t at = last; at != start; at = s->parent[at])
        length++;
    uint32_t *circle = arena_new(s->scratch, uint32_t, length);
    uint32_t place = length;
    for (uint32_t at = last; at != start; at = s->parent[at])
        circle[--place] = at;
    circle[0] = start;
    report(s, circle, length);
}

/* Takes the component that ends with service off the stack. */
static void leave_component(struct search *s, uint32_t service)
{
    uint32_t end = s->stack_count;
    do
        s->component[s->stack[--s->stack_count]] = service;
    while (s->stack[s->stack_count] != service);
    if (end - s->stack_count > 1)
        report_component(s, &s->stack[s->stack_count], end - s->stack_count);
}

/* Looks at one more dependency of the service at the end of the path, or leaves it. */
static void step(struct search *s)
{
    uint32_t at = s->path[s->path_count - 1];
    const struct model_service *service = s->model->services.items[at];
    if (s->next[at] < service->dep_count) {
        uint32_t to = service->deps[s->next[at]++].service;
        if (s->number[to] == 0)
            enter(s, to);
        else if (s->component[to] == NONE)
            s->low[at] = smaller(s->low[at], s->number[to]);
        return;
    }
    s->path_count--;
    if (s->path_count > 0) {
        uint32_t before = s->path[s->path_count - 1];
        s->low[before] = smaller(s->low[before], s->low[at]);
    }
    if (s->low[at] == s->number[at])
        leave_component(s, at);
}

void cycle_report(const struct model *model, struct diag_list *diags, struct arena *scratch)
{
    uint32_t count = model->services.count;
    struct search s = {.model = model, .diags = diags, .scratch = scratch};
    uint32_t **arrays[] = {&s.number, &s.low,  &s.component, &s.stack,
                           &s.path,   &s.next, &s.parent,    &s.queue};
    for (size_t i = 0; i < ARRAY_LEN(arrays); i++)
        *arrays[i] = arena_new(scratch, uint32_t, count);
    for (uint32_t i = 0; i < count; i++)
        s.component[i] = s.parent[i] = NONE;
    for (uint32_t i = 0; i < count; i++) {
        if (s.number[i] != 0)
            continue;
        enter(&s, i);
        while (s.path_count > 0)
            step(&s);
    }
}
