#include "invariants.h"

void invariants_init(struct invariants *inv, const struct scenario *sc, const struct supervisor *sv)
{
    inv->supervisor = sv;
    inv->broken = NULL;
    memset(inv->last_notice, 0, sizeof inv->last_notice);
    inv->last = (struct supervisor_event){.input = SUPERVISOR_INPUT_COUNT};
    ledger_init(&inv->ledger, sc);
}

void invariants_break(struct invariants *inv, const char *rule, uint32_t service)
{
    if (inv->broken)
        return;
    inv->broken = rule;
    inv->culprit = service;
}

static void demand(struct invariants *inv, bool holds, const char *rule, uint32_t service)
{
    if (!holds)
        invariants_break(inv, rule, service);
}

static bool is_for(const struct supervisor_event *event, enum supervisor_input input,
                   uint32_t service)
{
    return event->input == input && event->service == service;
}

static void check_spawn(struct invariants *inv, uint32_t service)
{
    const struct ledger_entry *e = &inv->ledger.entries[service];
    demand(inv, e->process == PROCESS_NONE, "a second process for a service", service);
    demand(inv, e->wanted, "a process for a service that is not wanted", service);
    demand(inv, e->rest != REST_BACKOFF, "a process before its back-off is over", service);
    demand(inv, e->rest == REST_NONE, "a process for a service that had come to rest", service);
    ledger_spawned(&inv->ledger, service);
}

/* Who was ready has requests to finish, unless it has been given up. */
static bool has_requests(const struct ledger *lg, const struct supervisor_event *event,
                         uint32_t service)
{
    const struct ledger_entry *e = &lg->entries[service];
    bool asked = is_for(event, SUPERVISOR_RESTART, service) ||
                 is_for(event, SUPERVISOR_CHANGED, service) || !e->wanted;
    return e->process == PROCESS_LIVE && e->health != HEALTH_NEW &&
           (asked || !ledger_is_intolerable(lg, service));
}

/* It is to end; drains: after its requests. */
static void check_term(struct invariants *inv, const struct supervisor_event *event,
                       uint32_t service, bool drains, int64_t now)
{
    const struct ledger_entry *e = &inv->ledger.entries[service];
    bool asked =
        is_for(event, SUPERVISOR_RESTART, service) || is_for(event, SUPERVISOR_CHANGED, service);
    bool late = inv->ledger.due & BIT(service);
    bool held = ledger_must_go_first(&inv->ledger, service) != 0;
    bool swaps = inv->ledger.swapping & BIT(service) && !held;
    demand(inv, e->process != PROCESS_NONE, "a signal to no process", service);
    demand(inv, !e->termed, "told to end twice", service);
    if (e->wanted)
        demand(inv, asked || late || swaps || ledger_is_intolerable(&inv->ledger, service),
               "a wanted service is told to end without a reason", service);
    else
        demand(inv, !held || is_for(event, SUPERVISOR_KILL, service),
               "told to end while a dependent has a process", service);
    demand(inv, drains == has_requests(&inv->ledger, event, service),
           "told to end before its requests are finished, or after none", service);
    ledger_termed(&inv->ledger, event, service, drains, now);
}

static void check_drained(struct invariants *inv, const struct supervisor_event *event,
                          uint32_t service, int64_t now)
{
    demand(inv, is_for(event, SUPERVISOR_DRAINED, service) || inv->ledger.due & BIT(service),
           "told to end while it has requests, and they have time", service);
    ledger_drained(&inv->ledger, service, now);
}

static void check_kill(struct invariants *inv, const struct supervisor_event *event,
                       uint32_t service, int64_t now)
{
    const struct ledger_entry *e = &inv->ledger.entries[service];
    bool due = inv->ledger.due & BIT(service);
    demand(inv, e->process != PROCESS_NONE && e->termed, "killed before it was told to end",
           service);
    demand(inv, due || is_for(event, SUPERVISOR_KILL, service), "killed before its time", service);
    ledger_killed(&inv->ledger, service, now);
}

/* Who was asked for what in one step. */
struct seen {
    uint64_t spawned, termed, killed;
    uint64_t left[SERVICE_STATE_COUNT]; /* who has left that state */
};

static bool is_for_the_wanted(enum service_state state)
{
    return state != SERVICE_STOPPED && state != SERVICE_STOPPING && state != SERVICE_RUNNING &&
           state != SERVICE_UNHEALTHY;
}

/* A person is told why it is told to end. */
static bool says_why(const struct invariants *inv, const struct supervisor_event *event,
                     const struct supervisor_action *notice)
{
    const struct ledger_entry *e = &inv->ledger.entries[notice->service];
    if (notice->to != SERVICE_STOPPING)
        return true;
    if (!e->wanted)
        return notice->event == SERVICE_EVENT_STOP;
    bool asked = is_for(event, SUPERVISOR_RESTART, notice->service) ||
                 is_for(event, SUPERVISOR_CHANGED, notice->service) ||
                 inv->ledger.swapping & ~inv->ledger.due & BIT(notice->service);
    return notice->event == (asked ? SERVICE_EVENT_RESTART : SERVICE_EVENT_GIVE_UP);
}

/* Each change of state is in the journal, with a cause that came before it. */
static void check_record(struct invariants *inv, const struct supervisor_action *notice,
                         int64_t now)
{
    const struct journal *journal = &inv->supervisor->journal;
    struct journal_ref ref = journal_last(journal, notice->service);
    const struct journal_record *record;
    while ((record = journal_get(journal, ref)) &&
           !(record->is_state && record->from == notice->from && record->to == notice->to &&
             record->event == notice->event))
        ref.number--;
    demand(inv, record && record->at == now, "a change of state that is not in the journal",
           notice->service);
    if (!record)
        return;
    const struct journal_record *cause = journal_get(journal, record->cause);
    demand(inv, record->cause.number && (!cause || cause->order < record->order),
           "a change of state without a cause", notice->service);
}

/* Notices of a service lead without a gap from the state it had to the one it has. */
static void check_notice(struct invariants *inv, const struct supervisor_event *event,
                         const struct supervisor_action *notice, enum service_state *states,
                         struct seen *seen, int64_t now)
{
    uint32_t service = notice->service;
    seen->left[notice->from] |= BIT(service);
    demand(inv, !(seen->left[notice->to] & BIT(service)), "back in a state that it had just left",
           service);
    demand(inv, states[service] == notice->from && notice->from != notice->to,
           "a notice that does not follow from the one before", service);
    demand(inv, inv->ledger.entries[service].wanted || !is_for_the_wanted(notice->to),
           "not wanted, and not on its way to stopped", service);
    demand(inv, says_why(inv, event, notice), "told to end for the wrong reason", service);
    check_record(inv, notice, now);
    states[service] = notice->to;
    inv->last_notice[service] = now;
}

static struct seen check_actions(struct invariants *inv, const struct supervisor_event *event,
                                 uint32_t before, enum service_state *states, int64_t now)
{
    const struct supervisor *sv = inv->supervisor;
    struct seen seen = {0};
    demand(inv, sv->count <= sv->capacity, "more actions than there is room for", 0);
    for (uint32_t i = before; i < sv->count; i++) {
        const struct supervisor_action *action = &sv->actions[(sv->head + i) % sv->capacity];
        uint32_t service = action->service;
        switch (action->kind) {
        case SUPERVISOR_DO_SPAWN:
            seen.spawned |= BIT(service);
            check_spawn(inv, service);
            break;
        case SUPERVISOR_DO_TERM:
            seen.termed |= BIT(service);
            if (inv->ledger.entries[service].draining)
                check_drained(inv, event, service, now);
            else
                check_term(inv, event, service, false, now);
            break;
        case SUPERVISOR_DO_DRAIN: check_term(inv, event, service, true, now); break;
        case SUPERVISOR_DO_KILL:
            demand(inv, !(seen.killed & BIT(service)), "killed twice at once", service);
            seen.killed |= BIT(service);
            check_kill(inv, event, service, now);
            break;
        case SUPERVISOR_DO_NOTICE: check_notice(inv, event, action, states, &seen, now); break;
        }
    }
    return seen;
}

/* What should have been asked for and was not. */
static void check_omissions(struct invariants *inv, const struct supervisor_event *event,
                            const struct seen *seen, uint32_t service)
{
    const struct ledger *lg = &inv->ledger;
    const struct ledger_entry *e = &lg->entries[service];
    if (e->process == PROCESS_NONE) {
        demand(inv, !e->wanted || e->rest != REST_NONE || !ledger_may_start(lg, service),
               "nothing holds it back and it is not started", service);
        return;
    }
    if (seen->spawned & BIT(service))
        demand(inv, ledger_may_start(lg, service), "started before a dependency is ready", service);
    bool due = lg->due & BIT(service), killed = seen->killed & BIT(service);
    bool was_termed = e->termed && !e->draining && !(seen->termed & BIT(service));
    demand(inv, e->termed || ledger_must_go_first(lg, service) || !(lg->swapping & BIT(service)),
           "to run as the next plan says, held by nobody, and not told to end", service);
    demand(inv, e->termed || e->wanted || ledger_must_go_first(lg, service),
           "not wanted, held by nobody, and not told to end", service);
    demand(inv, e->termed || !ledger_is_intolerable(lg, service),
           "unhealthy, to be restarted then, and not told to end", service);
    demand(inv, e->termed || !due || !e->wanted, "too late to become ready, and not given up",
           service);
    demand(inv, killed || !was_termed || !due, "too late to end, and not killed", service);
    demand(inv, !e->draining || !is_for(event, SUPERVISOR_DRAINED, service),
           "its requests are finished, and it is not told to end", service);
    demand(inv, !e->draining || !due, "its requests had their time, and it is not told to end",
           service);
    demand(inv, killed || !is_for(event, SUPERVISOR_KILL, service), "to be killed, and is not",
           service);
}

static void check_entry(struct invariants *inv, uint32_t service)
{
    const struct ledger_entry *e = &inv->ledger.entries[service];
    const struct supervised *s = &inv->supervisor->services[service];
    demand(inv, s->state == e->state, "not in the state that it must be in", service);
    demand(inv, s->wanted == e->wanted, "wanted or not, against what was asked for", service);
    demand(inv, !e->wanted || s->alone == e->alone, "alone or not, against what was asked for",
           service);
    demand(inv, s->draining == e->draining, "finishing requests, or not, and is the other",
           service);
    demand(inv, s->deadline == e->deadline, "the wrong deadline", service);
    demand(inv, s->failures == e->crashes, "the wrong number of crashes in a row", service);
    demand(inv, s->stalls == e->stalls, "the wrong number of refusals in a row", service);
    demand(inv, s->spawns == e->spawns, "the wrong number of spawns", service);
    demand(inv, s->crashes == e->bad_ends, "the wrong number of crashes", service);
    demand(inv, s->started == e->spawned_at, "started at the wrong time", service);
    demand(inv, s->since == inv->last_notice[service], "its state since the wrong time", service);
}

static void check_counters(struct invariants *inv, uint32_t service)
{
    const struct ledger *lg = &inv->ledger;
    const struct supervised *s = &inv->supervisor->services[service];
    uint64_t needs = lg->scenario->needs[service];
    demand(inv, s->unmet == (uint32_t)__builtin_popcountll(needs & ~lg->ready),
           "the wrong number of dependencies that are not ready", service);
    demand(inv, s->hopeless == (uint32_t)__builtin_popcountll(needs & lg->hopeless),
           "the wrong number of hopeless dependencies", service);
    demand(inv, s->holders == (uint32_t)__builtin_popcountll(ledger_holders(lg, service)),
           "the wrong number of dependents that hold it", service);
    demand(inv, !s->queued, "left in the queue", service);
}

/* What a reader of the status is told. out_roots: those that may be named for each service. */
static void check_answers(struct invariants *inv, uint32_t service, uint64_t *roots)
{
    const struct ledger *lg = &inv->ledger;
    enum service_state state = lg->entries[service].state;
    uint64_t hopeless = lg->scenario->needs[service] & lg->hopeless;
    roots[service] = state == SERVICE_BLOCKED ? 0 : BIT(service);
    for (; state == SERVICE_BLOCKED && hopeless; hopeless &= hopeless - 1)
        roots[service] |= roots[__builtin_ctzll(hopeless)];
    uint32_t root = supervisor_root_cause(inv->supervisor, service);
    demand(inv, root < lg->scenario->count && roots[service] & BIT(root), "the wrong root cause",
           service);
    demand(inv, supervisor_is_ready(inv->supervisor, service) == (lg->ready >> service & 1),
           "said to be ready, or not, and is the other", service);
    uint64_t unmet = 0;
    for (uint32_t at = 0, dep;
         (dep = supervisor_next_unmet(inv->supervisor, service, &at)) != PLAN_NONE;)
        unmet |= BIT(dep);
    demand(inv, unmet == (lg->scenario->needs[service] & ~lg->ready),
           "said to wait for others than it waits for", service);
}

static bool is_down(const struct ledger *lg)
{
    for (uint32_t i = 0; i < lg->scenario->count; i++) {
        enum service_state state = lg->entries[i].state;
        if (lg->live & BIT(i) || state == SERVICE_PENDING || state == SERVICE_BACKOFF)
            return false;
    }
    return true;
}

static void check_deadlines(struct invariants *inv, const struct supervisor_event *event,
                            int64_t now)
{
    int64_t first = SUPERVISOR_NEVER, next = supervisor_deadline(inv->supervisor);
    for (uint32_t i = 0; i < inv->ledger.scenario->count; i++) {
        if (inv->ledger.entries[i].deadline < first)
            first = inv->ledger.entries[i].deadline;
    }
    demand(inv, next <= first, "the next deadline is after the first", 0);
    demand(inv, event->input != SUPERVISOR_TICK || next > now,
           "the next deadline stays in the past", 0);
}

/* What is desired is only set: saying it once more, with nothing in between, does nothing. */
static void check_again(struct invariants *inv, const struct supervisor_event *event,
                        uint32_t before)
{
    bool sets = event->input == SUPERVISOR_UP || event->input == SUPERVISOR_UP_ALONE ||
                event->input == SUPERVISOR_DOWN;
    bool again = is_for(&inv->last, event->input, event->service);
    demand(inv, !sets || !again || inv->supervisor->count == before, "asked twice, and done twice",
           event->service);
    inv->last = *event;
}

void invariants_check(struct invariants *inv, const struct supervisor_event *event, uint32_t before,
                      int64_t now)
{
    struct ledger *lg = &inv->ledger;
    enum service_state states[SCENARIO_SERVICES_MAX];
    uint64_t roots[SCENARIO_SERVICES_MAX];
    for (uint32_t i = 0; i < lg->scenario->count; i++)
        states[i] = lg->entries[i].state;
    check_again(inv, event, before);
    ledger_told(lg, event, now);
    struct seen seen = check_actions(inv, event, before, states, now);
    ledger_conclude(lg);
    for (uint32_t i = 0; i < lg->scenario->count && !inv->broken; i++) {
        demand(inv, states[i] == inv->supervisor->services[i].state,
               "a state changed without notice", i);
        check_omissions(inv, event, &seen, i);
        check_entry(inv, i);
        check_counters(inv, i);
        check_answers(inv, i, roots);
    }
    check_deadlines(inv, event, now);
    demand(inv, inv->supervisor->queue_count == 0, "services left in the queue", 0);
    demand(inv, supervisor_is_down(inv->supervisor) == is_down(lg),
           "said to be down, or not, and is the other", 0);
}

void invariants_adopted(struct invariants *inv, uint32_t service, int64_t now)
{
    struct ledger *lg = &inv->ledger;
    ledger_adopt(lg, service);
    inv->last = (struct supervisor_event){.input = SUPERVISOR_INPUT_COUNT};
    for (uint32_t i = 0; i < lg->scenario->count; i++) {
        enum service_state state = inv->supervisor->services[i].state;
        if (lg->entries[i].state != state)
            inv->last_notice[i] = now;
        demand(inv, lg->entries[i].state == state || state == SERVICE_PENDING,
               "another state under the next plan", i);
        lg->entries[i].state = state;
    }
}

void invariants_check_settled(struct invariants *inv)
{
    for (uint32_t i = 0; i < inv->ledger.scenario->count; i++) {
        const struct ledger_entry *e = &inv->ledger.entries[i];
        bool task = inv->ledger.scenario->services[i].kind == PLAN_KIND_TASK;
        bool settled = e->state == SERVICE_STOPPED || e->state == SERVICE_FAILED ||
                       e->state == SERVICE_BLOCKED ||
                       e->state == (task ? SERVICE_DONE : SERVICE_RUNNING);
        demand(inv, e->wanted || e->state == SERVICE_STOPPED, "not wanted, and never stopped", i);
        demand(inv, settled, "wanted, and never settled", i);
    }
}

void invariants_check_up(struct invariants *inv)
{
    for (uint32_t i = 0; i < inv->ledger.scenario->count; i++)
        demand(inv, inv->ledger.ready & BIT(i), "asked to be up, and never ready", i);
}

void invariants_check_down(struct invariants *inv)
{
    for (uint32_t i = 0; i < inv->ledger.scenario->count; i++)
        demand(inv, inv->supervisor->services[i].state == SERVICE_STOPPED,
               "asked to be down, and never stopped", i);
    demand(inv, supervisor_is_down(inv->supervisor), "all stopped, and not down", 0);
    demand(inv, supervisor_deadline(inv->supervisor) == SUPERVISOR_NEVER,
           "all stopped, and a deadline", 0);
}
