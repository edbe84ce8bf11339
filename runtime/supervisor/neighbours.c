#include "neighbours.h"

struct levels neighbours_levels(const struct supervisor *sv, uint32_t service)
{
    const struct supervised *s = &sv->services[service];
    bool task = sv->plan->services[service].kind == PLAN_KIND_TASK;
    return (struct levels){
        .ready = s->state == (task ? SERVICE_DONE : SERVICE_RUNNING),
        .hopeless = !s->swapping && (s->state == SERVICE_STOPPED || s->state == SERVICE_FAILED ||
                                     s->state == SERVICE_BLOCKED),
        .holds = service_has_process(s->state) && !(s->wanted && s->alone),
    };
}

bool neighbours_hold_swap(const struct supervisor *sv, uint32_t service)
{
    struct plan_range rdeps = sv->plan->services[service].rdeps;
    for (uint32_t i = 0; i < rdeps.count; i++) {
        uint32_t dependent = sv->plan->rdeps[rdeps.first + i];
        if (sv->services[dependent].swapping && neighbours_levels(sv, dependent).holds)
            return true;
    }
    return false;
}

void neighbours_queue(struct supervisor *sv, uint32_t service)
{
    if (sv->services[service].queued)
        return;
    sv->services[service].queued = true;
    uint32_t at = sv->queue_count++;
    for (uint32_t parent; at && sv->queue[parent = (at - 1) / 2] > service; at = parent)
        sv->queue[at] = sv->queue[parent];
    sv->queue[at] = service;
}

uint32_t neighbours_unqueue(struct supervisor *sv)
{
    uint32_t *queue = sv->queue, count = --sv->queue_count;
    uint32_t lowest = queue[0], last = queue[count], at = 0;
    for (uint32_t child; (child = 2 * at + 1) < count; at = child) {
        if (child + 1 < count && queue[child + 1] < queue[child])
            child++;
        if (queue[child] > last)
            break;
        queue[at] = queue[child];
    }
    queue[at] = last;
    sv->services[lowest].queued = false;
    return lowest;
}

static void tell_dependents(struct supervisor *sv, uint32_t service, int ready, int hopeless)
{
    if (!ready && !hopeless)
        return;
    struct plan_range rdeps = sv->plan->services[service].rdeps;
    for (uint32_t i = 0; i < rdeps.count; i++) {
        uint32_t dependent = sv->plan->rdeps[rdeps.first + i];
        sv->services[dependent].unmet -= (uint32_t)ready;
        sv->services[dependent].hopeless += (uint32_t)hopeless;
        sv->services[dependent].cause = sv->services[service].cause;
        neighbours_queue(sv, dependent);
    }
}

static void tell_dependencies(struct supervisor *sv, uint32_t service, int holds)
{
    if (!holds)
        return;
    struct plan_range deps = sv->plan->services[service].deps;
    for (uint32_t i = 0; i < deps.count; i++) {
        uint32_t dependency = sv->plan->deps[deps.first + i];
        sv->services[dependency].holders += (uint32_t)holds;
        sv->services[dependency].cause = sv->services[service].cause;
        neighbours_queue(sv, dependency);
    }
}

void neighbours_tell(struct supervisor *sv, uint32_t service, struct levels before)
{
    struct levels now = neighbours_levels(sv, service);
    tell_dependents(sv, service, now.ready - before.ready, now.hopeless - before.hopeless);
    tell_dependencies(sv, service, now.holds - before.holds);
}

static void mark_only(struct supervisor *sv, uint32_t service)
{
    for (uint32_t i = 0; i < sv->plan->service_count; i++)
        sv->services[i].marked = i == service;
}

static void mark_all(struct supervisor *sv, const uint32_t *edges, struct plan_range range)
{
    for (uint32_t i = 0; i < range.count; i++)
        sv->services[edges[range.first + i]].marked = true;
}

/* Each dependency has a lower index. */
void neighbours_mark_below(struct supervisor *sv, uint32_t service)
{
    mark_only(sv, service);
    for (uint32_t i = service + 1; i-- > 0;) {
        if (sv->services[i].marked)
            mark_all(sv, sv->plan->deps, sv->plan->services[i].deps);
    }
}

/* Each dependent has a higher index. */
void neighbours_mark_above(struct supervisor *sv, uint32_t service)
{
    mark_only(sv, service);
    for (uint32_t i = service; i < sv->plan->service_count; i++) {
        if (sv->services[i].marked)
            mark_all(sv, sv->plan->rdeps, sv->plan->services[i].rdeps);
    }
}

bool supervisor_is_ready(const struct supervisor *sv, uint32_t service)
{
    return neighbours_levels(sv, service).ready;
}

uint32_t supervisor_next_unmet(const struct supervisor *sv, uint32_t service, uint32_t *at)
{
    struct plan_range deps = sv->plan->services[service].deps;
    while (*at < deps.count) {
        uint32_t dependency = sv->plan->deps[deps.first + (*at)++];
        if (!supervisor_is_ready(sv, dependency))
            return dependency;
    }
    return PLAN_NONE;
}

uint32_t supervisor_root_cause(const struct supervisor *sv, uint32_t service)
{
    while (sv->services[service].state == SERVICE_BLOCKED) {
        struct plan_range deps = sv->plan->services[service].deps;
        uint32_t i = 0;
        while (i < deps.count && !neighbours_levels(sv, sv->plan->deps[deps.first + i]).hopeless)
            i++;
        if (i == deps.count)
            break;
        service = sv->plan->deps[deps.first + i];
    }
    return service;
}
