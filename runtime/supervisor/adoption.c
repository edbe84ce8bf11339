/* From one plan to the next: the part of the supervisor that a reload needs and nothing else. */
#include "mem.h"
#include "neighbours.h"
#include "notes.h"

bool supervisor_is_cleared(const struct supervisor *sv)
{
    for (uint32_t i = 0; i < sv->plan->service_count; i++) {
        if (sv->services[i].swapping && service_has_process(sv->services[i].state))
            return false;
    }
    return true;
}

static uint32_t *invert(const uint32_t *from, uint32_t count, uint32_t old_count)
{
    uint32_t *to = mem_alloc_array(old_count, sizeof *to);
    memset(to, 0xff, old_count * sizeof *to);
    for (uint32_t i = 0; i < count; i++) {
        if (from[i] != PLAN_NONE)
            to[from[i]] = i;
    }
    return to;
}

/* The counters belong to the edges of the old plan. */
static void take_over(struct supervised *s, const struct supervised *old, const uint32_t *to)
{
    *s = *old;
    s->swapping = s->queued = s->marked = false;
    s->unmet = s->hopeless = s->holders = 0;
    uint32_t cause = old->cause.number ? to[old->cause.service] : PLAN_NONE;
    s->cause = cause == PLAN_NONE ? (struct journal_ref){0}
                                  : (struct journal_ref){cause, old->cause.number};
}

static int64_t start_timeout(const struct plan *plan, uint32_t service)
{
    uint32_t probe = plan->services[service].probe;
    return probe == PLAN_NONE ? 0 : plan->probes[probe].start_timeout_ms;
}

/* A start that is under way has the time that the new plan gives it. */
static void shift_deadline(struct supervisor *sv, uint32_t service, const struct plan *old,
                           uint32_t from)
{
    struct supervised *s = &sv->services[service];
    if (s->state == SERVICE_STARTING && s->deadline != SUPERVISOR_NEVER)
        s->deadline += start_timeout(sv->plan, service) - start_timeout(old, from);
}

/* As SUPERVISOR_UP, but for its message: nobody may find it unwanted before. */
static void begin(struct supervisor *sv, uint32_t service, int64_t now)
{
    struct supervised *s = &sv->services[service];
    enum service_state next = service_step(s->state, SERVICE_EVENT_UP).next;
    if (!s->wanted) {
        s->failures = s->stalls = 0;
        s->alone = false;
    }
    notes_demand(sv, service, true, now);
    s->wanted = true;
    if (next == s->state)
        return;
    notes_state(sv, service, next, SERVICE_EVENT_UP, now);
    s->state = next;
    s->since = now;
}

/* What is wanted needs what it depends on now. A service has a higher index than those. */
static void begin_dependencies(struct supervisor *sv, uint32_t service, int64_t now)
{
    struct plan_range deps = sv->plan->services[service].deps;
    for (uint32_t i = 0; i < deps.count; i++) {
        uint32_t dependency = sv->plan->deps[deps.first + i];
        if (!sv->services[dependency].wanted)
            begin(sv, dependency, now);
    }
}

static void count_edges(struct supervisor *sv, uint32_t service)
{
    struct supervised *s = &sv->services[service];
    struct plan_range deps = sv->plan->services[service].deps;
    bool holds = neighbours_levels(sv, service).holds;
    s->unmet = s->hopeless = 0;
    for (uint32_t i = 0; i < deps.count; i++) {
        uint32_t dependency = sv->plan->deps[deps.first + i];
        struct levels levels = neighbours_levels(sv, dependency);
        s->unmet += !levels.ready;
        s->hopeless += levels.hopeless;
        sv->services[dependency].holders += holds;
    }
}

void supervisor_adopt(struct supervisor *sv, const struct supervisor *old, const uint32_t *from,
                      const bool *start, int64_t now)
{
    uint32_t count = sv->plan->service_count;
    uint32_t *to = invert(from, count, old->plan->service_count);
    journal_adopt(&sv->journal, &old->journal, from, to);
    sv->input = (struct journal_ref){PLAN_NONE, 0};
    for (uint32_t i = 0; i < count; i++) {
        if (from[i] == PLAN_NONE)
            continue;
        take_over(&sv->services[i], &old->services[from[i]], to);
        shift_deadline(sv, i, old->plan, from[i]);
    }
    for (uint32_t i = count; i-- > 0;) {
        if (start[i])
            begin(sv, i, now);
        if (sv->services[i].wanted && !sv->services[i].alone)
            begin_dependencies(sv, i, now);
    }
    for (uint32_t i = 0; i < count; i++) {
        struct supervised *s = &sv->services[i];
        count_edges(sv, i);
        sv->next_deadline = s->deadline < sv->next_deadline ? s->deadline : sv->next_deadline;
        neighbours_queue(sv, i);
    }
    free(to);
}
