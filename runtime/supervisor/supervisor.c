#include "supervisor.h"

#include "mem.h"
#include "neighbours.h"
#include "notes.h"
#include "restart_policy.h"

/* The most that one service can ask for before the executor answers. */
#define ACTIONS_PER_SERVICE 16

void supervisor_init(struct supervisor *sv, const struct plan *plan)
{
    uint32_t count = plan->service_count;
    *sv = (struct supervisor){.plan = plan, .next_deadline = SUPERVISOR_NEVER};
    sv->services = mem_alloc_array(count, sizeof *sv->services);
    sv->queue = mem_alloc_array(count, sizeof *sv->queue);
    sv->capacity = (count + 1) * ACTIONS_PER_SERVICE;
    sv->actions = mem_alloc_array(sv->capacity, sizeof *sv->actions);
    journal_init(&sv->journal, count);
    for (uint32_t i = 0; i < count; i++) {
        struct supervised *s = &sv->services[i];
        s->deadline = SUPERVISOR_NEVER;
        s->unmet = s->hopeless = plan->services[i].deps.count;
    }
}

void supervisor_finish(struct supervisor *sv)
{
    free(sv->services);
    free(sv->queue);
    free(sv->actions);
    journal_finish(&sv->journal);
    *sv = (struct supervisor){0};
}

static void emit(struct supervisor *sv, struct supervisor_action action)
{
    if (sv->count == sv->capacity)
        abort(); /* the bound above is wrong: better to stop than to lose a signal */
    sv->actions[(sv->head + sv->count++) % sv->capacity] = action;
}

bool supervisor_next(struct supervisor *sv, struct supervisor_action *out_action)
{
    if (!sv->count)
        return false;
    *out_action = sv->actions[sv->head];
    sv->head = (sv->head + 1) % sv->capacity;
    sv->count--;
    return true;
}

static void set_deadline(struct supervisor *sv, uint32_t service, int64_t deadline)
{
    sv->services[service].deadline = deadline;
    if (deadline < sv->next_deadline)
        sv->next_deadline = deadline;
}

static void set_start_deadline(struct supervisor *sv, uint32_t service, int64_t now)
{
    const struct plan_probe *probe = &sv->plan->probes[sv->plan->services[service].probe];
    set_deadline(sv, service, now + probe->start_timeout_ms);
}

static void enter(struct supervisor *sv, uint32_t service, enum service_state next,
                  enum service_event event, int64_t now)
{
    struct supervised *s = &sv->services[service];
    enum service_state from = s->state;
    struct levels before = neighbours_levels(sv, service);
    struct journal_ref record = notes_state(sv, service, next, event, now);
    s->state = next;
    s->since = now;
    s->deadline = SUPERVISOR_NEVER;
    s->draining = false;
    emit(sv, (struct supervisor_action){.kind = SUPERVISOR_DO_NOTICE,
                                        .service = service,
                                        .from = from,
                                        .to = next,
                                        .event = event,
                                        .record = record});
    neighbours_tell(sv, service, before);
    neighbours_queue(sv, service);
}

static void act(struct supervisor *sv, uint32_t service, enum service_action action, int64_t now)
{
    struct supervisor_action asked = {.service = service};
    struct supervised *s = &sv->services[service];
    if (action != SERVICE_ACTION_NONE)
        s->draining = action == SERVICE_ACTION_DRAIN;
    switch (action) {
    case SERVICE_ACTION_SPAWN: asked.kind = SUPERVISOR_DO_SPAWN; break;
    case SERVICE_ACTION_DRAIN:
    case SERVICE_ACTION_TERM:
        asked.kind = action == SERVICE_ACTION_TERM ? SUPERVISOR_DO_TERM : SUPERVISOR_DO_DRAIN;
        set_deadline(sv, service, now + sv->plan->services[service].stop_timeout_ms);
        break;
    case SERVICE_ACTION_KILL:
        asked.kind = SUPERVISOR_DO_KILL;
        set_deadline(sv, service, now + SUPERVISOR_KILL_AGAIN_MS);
        break;
    default: return;
    }
    emit(sv, asked);
}

/* One event through the table. Whether it led to another state. */
static bool apply(struct supervisor *sv, uint32_t service, enum service_event event, int64_t now)
{
    struct supervised *s = &sv->services[service];
    struct service_step step = service_step(s->state, event);
    bool changed = step.next != s->state;
    if (changed)
        enter(sv, service, step.next, event, now);
    act(sv, service, step.action, now);
    return changed;
}

static void give_up(struct supervisor *sv, uint32_t service, int64_t now)
{
    sv->services[service].given_up = true;
    apply(sv, service, SERVICE_EVENT_GIVE_UP, now);
}

/* What its situation (desired state, counters) now asks for. Idempotent. */
static void look_at(struct supervisor *sv, uint32_t service, int64_t now)
{
    struct supervised *s = &sv->services[service];
    bool held = s->swapping ? neighbours_hold_swap(sv, service) : s->holders > 0;
    if (!s->wanted) {
        if (!held || !service_has_process(s->state))
            apply(sv, service, SERVICE_EVENT_STOP, now);
        return;
    }
    if (s->swapping) {
        apply(sv, service, SERVICE_EVENT_HOPE, now);
        if (!held || !service_has_process(s->state))
            apply(sv, service, SERVICE_EVENT_RESTART, now);
        return;
    }
    if (s->state == SERVICE_UNHEALTHY &&
        sv->plan->services[service].flags & PLAN_SERVICE_ON_UNHEALTHY)
        give_up(sv, service, now);
    if (s->alone || s->unmet == 0)
        apply(sv, service, SERVICE_EVENT_GO, now);
    if (s->hopeless && !s->alone)
        apply(sv, service, SERVICE_EVENT_HOPELESS, now);
    else
        apply(sv, service, SERVICE_EVENT_HOPE, now);
}

static void settle(struct supervisor *sv, int64_t now)
{
    while (sv->queue_count)
        look_at(sv, neighbours_unqueue(sv), now);
}

static void want(struct supervisor *sv, uint32_t service, bool alone, int64_t now)
{
    struct supervised *s = &sv->services[service];
    struct levels before = neighbours_levels(sv, service);
    if (!s->wanted || before.hopeless)
        s->failures = s->stalls = 0;
    s->wanted = true;
    s->alone = alone;
    neighbours_tell(sv, service, before);
    apply(sv, service, SERVICE_EVENT_UP, now);
    neighbours_queue(sv, service);
}

/* In rising order, so that nobody is blocked by a dependency that is about to be wanted too. */
static void want_with_dependencies(struct supervisor *sv, uint32_t service, int64_t now)
{
    neighbours_mark_below(sv, service);
    for (uint32_t i = 0; i <= service; i++) {
        if (!sv->services[i].marked)
            continue;
        notes_demand(sv, i, true, now);
        want(sv, i, false, now);
    }
}

static void unwant(struct supervisor *sv, uint32_t service)
{
    struct supervised *s = &sv->services[service];
    struct levels before = neighbours_levels(sv, service);
    s->wanted = s->given_up = false;
    neighbours_tell(sv, service, before);
    neighbours_queue(sv, service);
}

static void unwant_with_dependents(struct supervisor *sv, uint32_t service, int64_t now)
{
    neighbours_mark_above(sv, service);
    for (uint32_t i = service; i < sv->plan->service_count; i++) {
        if (!sv->services[i].marked)
            continue;
        notes_demand(sv, i, false, now);
        unwant(sv, i);
    }
}

static void run_anew(struct supervisor *sv, uint32_t service, int64_t now)
{
    struct supervised *s = &sv->services[service];
    s->failures = s->stalls = 0;
    s->given_up = false;
    apply(sv, service, SERVICE_EVENT_RESTART, now);
}

/* Each dependent that goes too goes first: its turn comes when they have told that they are gone.
 */
static void swap(struct supervisor *sv, uint32_t service, bool leaves)
{
    struct supervised *s = &sv->services[service];
    struct levels before = neighbours_levels(sv, service);
    s->swapping = true;
    s->failures = s->stalls = 0;
    s->given_up = false;
    neighbours_tell(sv, service, before);
    if (leaves)
        unwant(sv, service);
    neighbours_queue(sv, service);
}

static void kill_now(struct supervisor *sv, uint32_t service, int64_t now)
{
    unwant(sv, service);
    apply(sv, service, SERVICE_EVENT_STOP, now);
    apply(sv, service, SERVICE_EVENT_TIMEOUT, now);
}

static const struct restart_policy *policy_of(const struct supervisor *sv, uint32_t service)
{
    return restart_policy(&sv->plan->services[service]);
}

static void retry_later(struct supervisor *sv, uint32_t service, uint32_t nth, int64_t now)
{
    int64_t wait = policy_of(sv, service)->wait(&sv->plan->services[service], nth);
    set_deadline(sv, service, now + wait);
}

/* At the end of its health, whatever ends it: the count of crashes begins anew if it lasted. */
static void forgive(struct supervisor *sv, uint32_t service, int64_t now)
{
    struct supervised *s = &sv->services[service];
    if (s->state == SERVICE_RUNNING &&
        policy_of(sv, service)->forgives(&sv->plan->services[service], now - s->since))
        s->failures = 0;
}

static void rests(struct supervisor *sv, uint32_t service, int64_t now)
{
    bool task = sv->plan->services[service].kind == PLAN_KIND_TASK;
    apply(sv, service, task ? SERVICE_EVENT_EXIT_DONE : SERVICE_EVENT_EXIT_DOWN, now);
}

static void ended_by_itself(struct supervisor *sv, uint32_t service, bool well, int64_t now)
{
    struct supervised *s = &sv->services[service];
    const struct plan_service *planned = &sv->plan->services[service];
    s->crashes += !well;
    switch (policy_of(sv, service)->ended(planned, well, s->failures)) {
    case RESTART_RESTS: rests(sv, service, now); break;
    case RESTART_AGAIN:
        s->failures++;
        apply(sv, service, SERVICE_EVENT_EXIT_RETRY, now);
        retry_later(sv, service, s->failures, now);
        break;
    default:
        s->failures++;
        apply(sv, service, SERVICE_EVENT_EXIT_FAILED, now);
        break;
    }
}

static void ended(struct supervisor *sv, uint32_t service, bool success, int64_t now)
{
    struct supervised *s = &sv->services[service];
    if (!service_has_process(s->state))
        return;
    forgive(sv, service, now);
    if (!s->wanted)
        apply(sv, service, SERVICE_EVENT_EXIT_DOWN, now);
    else if (s->state != SERVICE_STOPPING)
        ended_by_itself(sv, service, success, now);
    else if (s->given_up)
        ended_by_itself(sv, service, false, now);
    else
        apply(sv, service, SERVICE_EVENT_EXIT_AGAIN, now);
}

static void spawned(struct supervisor *sv, uint32_t service, int64_t now)
{
    struct supervised *s = &sv->services[service];
    s->started = now;
    s->spawns++;
    s->stalls = 0;
    if (s->state != SERVICE_STARTING)
        return;
    if (sv->plan->services[service].probe == PLAN_NONE)
        apply(sv, service, SERVICE_EVENT_READY, now);
    else
        set_start_deadline(sv, service, now);
}

static void spawn_failed(struct supervisor *sv, uint32_t service, bool fatal, int64_t now)
{
    struct supervised *s = &sv->services[service];
    if (s->state == SERVICE_STOPPING || (s->state == SERVICE_STARTING && !s->wanted))
        ended(sv, service, false, now);
    else if (fatal)
        apply(sv, service, SERVICE_EVENT_SPAWN_FATAL, now);
    else if (apply(sv, service, SERVICE_EVENT_SPAWN_RETRY, now))
        retry_later(sv, service, ++s->stalls, now);
}

static void sick(struct supervisor *sv, uint32_t service, int64_t now)
{
    forgive(sv, service, now);
    apply(sv, service, SERVICE_EVENT_SICK, now);
}

/* An answer may be late: whatever was to be told has been. */
static void drained(struct supervisor *sv, uint32_t service, int64_t now)
{
    if (sv->services[service].draining)
        apply(sv, service, SERVICE_EVENT_DRAINED, now);
}

static void timed_out(struct supervisor *sv, uint32_t service, int64_t now)
{
    struct supervised *s = &sv->services[service];
    s->cause = journal_last(&sv->journal, service);
    if (s->draining)
        apply(sv, service, SERVICE_EVENT_DRAINED, now);
    else if (s->state != SERVICE_STARTING)
        apply(sv, service, SERVICE_EVENT_TIMEOUT, now);
    else if (s->wanted)
        give_up(sv, service, now);
    else /* its dependents go first; should it be wanted again, it has its time anew */
        set_start_deadline(sv, service, now);
}

static void tick(struct supervisor *sv, int64_t now)
{
    if (now < sv->next_deadline)
        return;
    for (uint32_t i = 0; i < sv->plan->service_count; i++) {
        if (sv->services[i].deadline <= now)
            timed_out(sv, i, now);
    }
    sv->next_deadline = SUPERVISOR_NEVER;
    for (uint32_t i = 0; i < sv->plan->service_count; i++) {
        if (sv->services[i].deadline < sv->next_deadline)
            sv->next_deadline = sv->services[i].deadline;
    }
}

void supervisor_step(struct supervisor *sv, const struct supervisor_event *event, int64_t now)
{
    uint32_t service = event->service;
    notes_event(sv, event, now);
    switch (event->input) {
    case SUPERVISOR_UP: want_with_dependencies(sv, service, now); break;
    case SUPERVISOR_UP_ALONE: want(sv, service, true, now); break;
    case SUPERVISOR_DOWN: unwant_with_dependents(sv, service, now); break;
    case SUPERVISOR_RESTART:
        want_with_dependencies(sv, service, now);
        run_anew(sv, service, now);
        break;
    case SUPERVISOR_CHANGED:
        if (sv->services[service].wanted)
            run_anew(sv, service, now);
        break;
    case SUPERVISOR_KILL: kill_now(sv, service, now); break;
    case SUPERVISOR_LEAVE: swap(sv, service, true); break;
    case SUPERVISOR_RENEW: swap(sv, service, false); break;
    case SUPERVISOR_SPAWNED: spawned(sv, service, now); break;
    case SUPERVISOR_SPAWN_FAILED: spawn_failed(sv, service, event->fatal, now); break;
    case SUPERVISOR_READY: apply(sv, service, SERVICE_EVENT_READY, now); break;
    case SUPERVISOR_SICK: sick(sv, service, now); break;
    case SUPERVISOR_EXITED: ended(sv, service, event->success, now); break;
    case SUPERVISOR_TICK: tick(sv, now); break;
    case SUPERVISOR_DRAINED: drained(sv, service, now); break;
    case SUPERVISOR_INPUT_COUNT: break;
    }
    settle(sv, now);
}

int64_t supervisor_deadline(const struct supervisor *sv)
{
    return sv->next_deadline;
}

bool supervisor_is_down(const struct supervisor *sv)
{
    for (uint32_t i = 0; i < sv->plan->service_count; i++) {
        enum service_state state = sv->services[i].state;
        if (service_has_process(state) || state == SERVICE_PENDING || state == SERVICE_BACKOFF)
            return false;
    }
    return true;
}
