#include "ledger.h"

void ledger_init(struct ledger *lg, const struct scenario *sc)
{
    *lg = (struct ledger){.scenario = sc};
    for (uint32_t i = 0; i < sc->count; i++) {
        lg->entries[i] =
            (struct ledger_entry){.well_since = SUPERVISOR_NEVER, .deadline = SUPERVISOR_NEVER};
        lg->below[i] = BIT(i);
        for (uint32_t d = 0; d < i; d++) {
            if (!(sc->needs[i] & BIT(d)))
                continue;
            lg->below[i] |= lg->below[d];
            lg->direct[d] |= BIT(i);
        }
    }
    for (uint32_t i = 0; i < sc->count; i++) {
        for (uint32_t d = 0; d <= i; d++)
            lg->above[d] |= lg->below[i] & BIT(d) ? BIT(i) : 0;
    }
    ledger_conclude(lg);
}

static const struct plan_service *planned(const struct ledger *lg, uint32_t service)
{
    return &lg->scenario->services[service];
}

/* Asked for: what held it back is over, but for a back-off and a task's being done. */
static void want(struct ledger *lg, uint32_t service, bool alone)
{
    struct ledger_entry *e = &lg->entries[service];
    if (!e->wanted)
        e->given_up = false;
    if (!e->wanted || lg->hopeless & BIT(service))
        e->crashes = e->stalls = 0;
    if (e->rest == REST_FAILED || e->rest == REST_ENDED)
        e->rest = REST_NONE;
    e->wanted = true;
    e->alone = alone;
}

static void unwant(struct ledger *lg, uint32_t service)
{
    struct ledger_entry *e = &lg->entries[service];
    e->wanted = false;
    e->rest = REST_NONE;
    if (e->process == PROCESS_NONE)
        e->deadline = SUPERVISOR_NEVER;
}

static void want_all(struct ledger *lg, uint64_t set)
{
    for (; set; set &= set - 1)
        want(lg, (uint32_t)__builtin_ctzll(set), false);
}

static void unwant_all(struct ledger *lg, uint64_t set)
{
    for (; set; set &= set - 1)
        unwant(lg, (uint32_t)__builtin_ctzll(set));
}

static void run_anew(struct ledger *lg, uint32_t service)
{
    struct ledger_entry *e = &lg->entries[service];
    e->crashes = e->stalls = 0;
    e->rest = REST_NONE;
    e->given_up = false;
    if (e->process == PROCESS_NONE)
        e->deadline = SUPERVISOR_NEVER;
}

static void swap(struct ledger *lg, uint32_t service)
{
    struct ledger_entry *e = &lg->entries[service];
    e->crashes = e->stalls = 0;
    e->given_up = false;
    lg->swapping |= BIT(service);
}

/* Wanted by the new plan. */
static void begin(struct ledger *lg, uint32_t service)
{
    struct ledger_entry *e = &lg->entries[service];
    if (!e->wanted) {
        e->crashes = e->stalls = 0;
        e->alone = e->given_up = false;
    }
    if (e->rest == REST_FAILED || e->rest == REST_ENDED)
        e->rest = REST_NONE;
    e->wanted = true;
}

void ledger_adopt(struct ledger *lg, uint32_t service)
{
    lg->swapping = 0;
    begin(lg, service);
    for (uint32_t i = lg->scenario->count; i-- > 0;) {
        if (!lg->entries[i].wanted || lg->entries[i].alone)
            continue;
        for (uint64_t set = lg->scenario->needs[i]; set; set &= set - 1) {
            uint32_t need = (uint32_t)__builtin_ctzll(set);
            if (!lg->entries[need].wanted)
                begin(lg, need);
        }
    }
}

/* The n-th wait: base, 2 base, 4 base, ..., cap. */
static int64_t wait_before(const struct plan_service *s, uint32_t n)
{
    int64_t wait = n > 31 ? INT64_MAX : (int64_t)s->backoff_ms << (n - 1);
    return wait < s->max_backoff_ms ? wait : s->max_backoff_ms;
}

static void no_longer_well(struct ledger *lg, uint32_t service, int64_t now)
{
    struct ledger_entry *e = &lg->entries[service];
    if (e->process == PROCESS_LIVE && e->health == HEALTH_WELL && !e->termed &&
        now - e->well_since >= planned(lg, service)->reset_after_ms)
        e->crashes = 0;
}

static void rest_until(struct ledger_entry *e, int64_t deadline)
{
    e->rest = REST_BACKOFF;
    e->deadline = deadline;
}

static void crashed(struct ledger *lg, uint32_t service, int64_t now)
{
    struct ledger_entry *e = &lg->entries[service];
    const struct plan_service *s = planned(lg, service);
    e->crashes++;
    if (s->restart == PLAN_RESTART_NEVER || (s->max_restarts && e->crashes > s->max_restarts))
        e->rest = REST_FAILED;
    else
        rest_until(e, now + wait_before(s, e->crashes));
}

static void process_gone(struct ledger *lg, uint32_t service)
{
    struct ledger_entry *e = &lg->entries[service];
    e->process = PROCESS_NONE;
    e->termed = e->draining = false;
    e->deadline = SUPERVISOR_NEVER;
    lg->live &= ~BIT(service);
}

static void exited(struct ledger *lg, uint32_t service, bool success, int64_t now)
{
    struct ledger_entry *e = &lg->entries[service];
    const struct plan_service *s = planned(lg, service);
    bool task = s->kind == PLAN_KIND_TASK;
    bool by_itself = !e->termed, restarted = e->termed && !e->given_up;
    if (e->process == PROCESS_NONE)
        return;
    no_longer_well(lg, service, now);
    process_gone(lg, service);
    if (!e->wanted || restarted)
        return;
    e->bad_ends += !by_itself || !success;
    if (!by_itself || !success || (s->restart == PLAN_RESTART_ALWAYS && !task))
        crashed(lg, service, now);
    else
        e->rest = task ? REST_DONE : REST_ENDED;
}

static void spawn_answered(struct ledger *lg, uint32_t service, int64_t now)
{
    struct ledger_entry *e = &lg->entries[service];
    e->process = PROCESS_LIVE;
    e->health = HEALTH_NEW;
    e->spawned_at = now;
    e->spawns++;
    e->stalls = 0;
    if (e->termed)
        return;
    if (planned(lg, service)->probe != PLAN_NONE) {
        e->deadline = now + lg->scenario->probes[service].start_timeout_ms;
        return;
    }
    e->health = HEALTH_WELL;
    e->well_since = now;
}

static void spawn_failed(struct ledger *lg, uint32_t service, bool fatal, int64_t now)
{
    struct ledger_entry *e = &lg->entries[service];
    bool termed = e->termed;
    if (e->process != PROCESS_ASKED)
        return;
    process_gone(lg, service);
    if (termed || !e->wanted)
        return;
    if (fatal)
        e->rest = REST_FAILED;
    else
        rest_until(e, now + wait_before(planned(lg, service), ++e->stalls));
}

static void probed(struct ledger *lg, uint32_t service, bool well, int64_t now)
{
    struct ledger_entry *e = &lg->entries[service];
    if (e->process != PROCESS_LIVE || e->termed || (e->health == HEALTH_WELL) == well)
        return;
    if (well) {
        e->health = HEALTH_WELL;
        e->well_since = now;
        e->deadline = SUPERVISOR_NEVER;
    } else if (e->health == HEALTH_WELL) {
        no_longer_well(lg, service, now);
        e->health = HEALTH_SICK;
    }
}

/* An unwanted service that is not ready in time waits for its dependents like any other: should it
 * be wanted again, it has its time anew. */
static void time_passed(struct ledger *lg, int64_t now)
{
    for (uint32_t i = 0; i < lg->scenario->count; i++) {
        struct ledger_entry *e = &lg->entries[i];
        if (e->deadline > now)
            continue;
        lg->due |= lg->live & BIT(i);
        e->deadline = SUPERVISOR_NEVER;
        if (e->process == PROCESS_NONE)
            e->rest = REST_NONE;
        else if (!e->termed && !e->wanted)
            e->deadline = now + lg->scenario->probes[i].start_timeout_ms;
    }
}

void ledger_told(struct ledger *lg, const struct supervisor_event *event, int64_t now)
{
    uint32_t service = event->service;
    lg->due = 0;
    switch (event->input) {
    case SUPERVISOR_UP: want_all(lg, lg->below[service]); break;
    case SUPERVISOR_UP_ALONE: want(lg, service, true); break;
    case SUPERVISOR_DOWN: unwant_all(lg, lg->above[service]); break;
    case SUPERVISOR_RESTART:
        want_all(lg, lg->below[service]);
        run_anew(lg, service);
        break;
    case SUPERVISOR_CHANGED:
        if (lg->entries[service].wanted)
            run_anew(lg, service);
        break;
    case SUPERVISOR_KILL: unwant(lg, service); break;
    case SUPERVISOR_SPAWNED: spawn_answered(lg, service, now); break;
    case SUPERVISOR_SPAWN_FAILED: spawn_failed(lg, service, event->fatal, now); break;
    case SUPERVISOR_READY: probed(lg, service, true, now); break;
    case SUPERVISOR_SICK: probed(lg, service, false, now); break;
    case SUPERVISOR_EXITED: exited(lg, service, event->success, now); break;
    case SUPERVISOR_TICK: time_passed(lg, now); break;
    case SUPERVISOR_LEAVE:
        swap(lg, service);
        unwant(lg, service);
        break;
    case SUPERVISOR_RENEW: swap(lg, service); break;
    case SUPERVISOR_DRAINED: break;
    case SUPERVISOR_INPUT_COUNT: break;
    }
}

void ledger_spawned(struct ledger *lg, uint32_t service)
{
    lg->entries[service].process = PROCESS_ASKED;
    lg->entries[service].health = HEALTH_NEW;
    lg->live |= BIT(service);
}

void ledger_termed(struct ledger *lg, const struct supervisor_event *event, uint32_t service,
                   bool drains, int64_t now)
{
    struct ledger_entry *e = &lg->entries[service];
    bool asked = event->service == service &&
                 (event->input == SUPERVISOR_RESTART || event->input == SUPERVISOR_CHANGED);
    asked |= lg->swapping & ~lg->due & BIT(service);
    e->termed = true;
    e->draining = drains;
    e->given_up = e->wanted && !asked;
    e->deadline = now + planned(lg, service)->stop_timeout_ms;
}

void ledger_drained(struct ledger *lg, uint32_t service, int64_t now)
{
    lg->entries[service].draining = false;
    lg->entries[service].deadline = now + planned(lg, service)->stop_timeout_ms;
}

void ledger_killed(struct ledger *lg, uint32_t service, int64_t now)
{
    lg->entries[service].draining = false;
    lg->entries[service].deadline = now + SUPERVISOR_KILL_AGAIN_MS;
}

bool ledger_may_start(const struct ledger *lg, uint32_t service)
{
    return !(lg->swapping & BIT(service)) &&
           (lg->entries[service].alone || !(lg->scenario->needs[service] & ~lg->ready));
}

uint64_t ledger_holders(const struct ledger *lg, uint32_t service)
{
    uint64_t holders = 0, live = lg->live & lg->direct[service];
    for (; live; live &= live - 1) {
        const struct ledger_entry *e = &lg->entries[__builtin_ctzll(live)];
        holders |= e->wanted && e->alone ? 0 : live & -live;
    }
    return holders;
}

uint64_t ledger_must_go_first(const struct ledger *lg, uint32_t service)
{
    uint64_t holders = ledger_holders(lg, service);
    return lg->swapping & BIT(service) ? holders & lg->swapping : holders;
}

bool ledger_is_intolerable(const struct ledger *lg, uint32_t service)
{
    const struct ledger_entry *e = &lg->entries[service];
    return e->process == PROCESS_LIVE && e->wanted && e->health == HEALTH_SICK &&
           !(lg->swapping & BIT(service)) &&
           planned(lg, service)->flags & PLAN_SERVICE_ON_UNHEALTHY;
}

static enum service_state state_of_process(const struct ledger_entry *e)
{
    if (e->termed)
        return SERVICE_STOPPING;
    if (e->process == PROCESS_ASKED || e->health == HEALTH_NEW)
        return SERVICE_STARTING;
    return e->health == HEALTH_WELL ? SERVICE_RUNNING : SERVICE_UNHEALTHY;
}

static enum service_state must_be(const struct ledger *lg, uint32_t service)
{
    const struct ledger_entry *e = &lg->entries[service];
    if (e->process != PROCESS_NONE)
        return state_of_process(e);
    if (!e->wanted)
        return SERVICE_STOPPED;
    if (lg->swapping & BIT(service))
        return SERVICE_PENDING;
    switch (e->rest) {
    case REST_BACKOFF: return SERVICE_BACKOFF;
    case REST_FAILED: return SERVICE_FAILED;
    case REST_DONE: return SERVICE_DONE;
    case REST_ENDED: return SERVICE_STOPPED;
    case REST_NONE: break;
    }
    bool hopeless = lg->scenario->needs[service] & lg->hopeless;
    return hopeless && !e->alone ? SERVICE_BLOCKED : SERVICE_PENDING;
}

/* In rising order: what a service must be depends on those that it needs. */
void ledger_conclude(struct ledger *lg)
{
    lg->ready = lg->hopeless = 0;
    for (uint32_t i = 0; i < lg->scenario->count; i++) {
        if (lg->swapping & BIT(i) && lg->entries[i].process == PROCESS_NONE) {
            lg->entries[i].rest = REST_NONE;
            lg->entries[i].deadline = SUPERVISOR_NEVER;
        }
        enum service_state state = must_be(lg, i);
        bool task = planned(lg, i)->kind == PLAN_KIND_TASK;
        lg->entries[i].state = state;
        if (state == (task ? SERVICE_DONE : SERVICE_RUNNING))
            lg->ready |= BIT(i);
        if (!(lg->swapping & BIT(i)) &&
            (state == SERVICE_STOPPED || state == SERVICE_FAILED || state == SERVICE_BLOCKED))
            lg->hopeless |= BIT(i);
    }
}
