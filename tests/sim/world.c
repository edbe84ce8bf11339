#include "world.h"

#include "coverage.h"
#include "story.h"

/* Steps a service that settling may take: each deaf process is killed a few times. */
#define SETTLE_STEPS 64

void world_init(struct world *w, const struct scenario *sc)
{
    w->scenario = sc;
    w->now = 1000;
    w->last_asked = (struct supervisor_event){.input = SUPERVISOR_UP};
    for (uint32_t i = 0; i < sc->count; i++)
        w->services[i] = (struct world_service){.answer = MOVE_ANSWER_LATER};
    supervisor_init(&w->supervisor, &sc->plan);
    invariants_init(&w->invariants, sc, &w->supervisor);
}

void world_finish(struct world *w)
{
    supervisor_finish(&w->supervisor);
}

static void step(struct world *w, const struct supervisor_event *event)
{
    uint32_t before = w->supervisor.count;
    w->steps++;
    coverage_input(&w->supervisor, event, w->now);
    supervisor_step(&w->supervisor, event, w->now);
    if (w->story)
        story_step(w->story, &w->supervisor, event, before, w->now);
    invariants_check(&w->invariants, event, before, w->now);
}

static struct supervisor_event answer_event(enum move_kind kind, uint32_t service)
{
    bool spawned = kind == MOVE_SPAWNED || kind == MOVE_ANSWER_SPAWNED;
    bool unfit = kind == MOVE_UNFIT || kind == MOVE_ANSWER_UNFIT;
    return (struct supervisor_event){.input =
                                         spawned ? SUPERVISOR_SPAWNED : SUPERVISOR_SPAWN_FAILED,
                                     .service = service,
                                     .fatal = unfit};
}

static void answer(struct world *w, enum move_kind kind, uint32_t service)
{
    struct world_service *s = &w->services[service];
    struct supervisor_event event = answer_event(kind, service);
    if (s->process == PROCESS_ASKED)
        s->process = event.input == SUPERVISOR_SPAWNED ? PROCESS_LIVE : PROCESS_NONE;
    step(w, &event);
}

static void finish_requests(struct world *w, uint32_t service)
{
    w->services[service].busy = w->services[service].draining = false;
    step(w, &(struct supervisor_event){.input = SUPERVISOR_DRAINED, .service = service});
}

static void act(struct world *w, const struct supervisor_action *action)
{
    struct world_service *s = &w->services[action->service];
    switch (action->kind) {
    case SUPERVISOR_DO_SPAWN:
        s->process = PROCESS_ASKED;
        s->ready = s->sick = false;
        s->signals = 0;
        if (s->answer != MOVE_ANSWER_LATER)
            answer(w, s->answer, action->service);
        break;
    case SUPERVISOR_DO_DRAIN:
        s->draining = true;
        if (!s->busy)
            finish_requests(w, action->service);
        break;
    case SUPERVISOR_DO_TERM:
    case SUPERVISOR_DO_KILL:
        s->draining = false;
        s->signals += s->signals < UINT8_MAX;
        break;
    case SUPERVISOR_DO_NOTICE: break;
    }
}

static void act_all(struct world *w)
{
    struct supervisor_action action;
    while (!world_broken(w) && supervisor_next(&w->supervisor, &action))
        act(w, &action);
}

static void tell(struct world *w, const struct supervisor_event *event)
{
    step(w, event);
    act_all(w);
}

static void tell_input(struct world *w, enum supervisor_input input, uint32_t service)
{
    tell(w, &(struct supervisor_event){.input = input, .service = service});
}

/* A command, which may be repeated. */
static void ask(struct world *w, enum supervisor_input input, uint32_t service)
{
    w->last_asked = (struct supervisor_event){.input = input, .service = service};
    tell(w, &w->last_asked);
}

/* As the daemon starts what is not disabled, in the plan's order. */
static void ask_for_all(struct world *w)
{
    for (uint32_t i = 0; i < w->scenario->count && !world_broken(w); i++) {
        if (!(w->scenario->services[i].flags & PLAN_SERVICE_DISABLED))
            tell_input(w, SUPERVISOR_UP, i);
    }
}

/* A file has changed that a service and all that depends on it watch: one wave, in the plan's
 * order. */
static void wave(struct world *w, uint32_t service)
{
    uint64_t set = w->invariants.ledger.above[service];
    for (; set && !world_broken(w); set &= set - 1)
        tell_input(w, SUPERVISOR_CHANGED, (uint32_t)__builtin_ctzll(set));
}

/* The next plan is the same, except that one service is to start. */
static void adopt(struct world *w, uint32_t service)
{
    struct supervisor old = w->supervisor;
    uint32_t from[SCENARIO_SERVICES_MAX];
    bool start[SCENARIO_SERVICES_MAX] = {0};
    for (uint32_t i = 0; i < w->scenario->count; i++)
        from[i] = i;
    start[service] = true;
    if (w->story)
        fprintf(w->story, "          the next plan, to start %u\n", service);
    supervisor_init(&w->supervisor, &w->scenario->plan);
    supervisor_adopt(&w->supervisor, &old, from, start, w->now);
    supervisor_finish(&old);
    invariants_adopted(&w->invariants, service, w->now);
    tell_input(w, SUPERVISOR_TICK, 0);
}

static void exits(struct world *w, uint32_t service, bool success)
{
    w->services[service].process = PROCESS_NONE;
    w->services[service].draining = false;
    tell(w, &(struct supervisor_event){
                .input = SUPERVISOR_EXITED, .service = service, .success = success});
}

/* A probe that speaks late, of a process that is told to end or gone, is to be ignored; one that
 * speaks of a process which is not executed yet would be a lie. So would be a failure to execute
 * what was executed, unless the supervisor has already seen it ready. What is not executed yet can
 * crash, when its pre_start does, but not end well. */
bool world_allows(const struct world *w, const struct move *move)
{
    const struct world_service *s = &w->services[move->service];
    bool probed = w->scenario->services[move->service].probe != PLAN_NONE;
    switch (move->kind) {
    case MOVE_SPAWNED: return s->process == PROCESS_ASKED;
    case MOVE_REFUSED:
    case MOVE_UNFIT:
        return s->process != PROCESS_LIVE || (!s->signals && !s->draining && (s->ready || !probed));
    case MOVE_READY:
    case MOVE_SICK: return probed && (s->process != PROCESS_ASKED || s->signals);
    case MOVE_ADOPT: return supervisor_is_cleared(&w->supervisor);
    case MOVE_ENDS: return s->process != PROCESS_ASKED;
    default: return true;
    }
}

static void probe_says(struct world *w, uint32_t service, bool well)
{
    struct world_service *s = &w->services[service];
    if (s->process == PROCESS_LIVE) {
        s->sick = s->ready && !well;
        s->ready |= well;
    }
    tell_input(w, well ? SUPERVISOR_READY : SUPERVISOR_SICK, service);
}

/* As the daemon does it: in the plan's order, the other way round for a kill. */
static void tell_everybody(struct world *w, enum supervisor_input input, bool falling)
{
    uint32_t count = w->scenario->count;
    for (uint32_t i = 0; i < count && !world_broken(w); i++)
        tell_input(w, input, falling ? count - 1 - i : i);
}

static void play(struct world *w, enum move_kind kind, uint32_t service)
{
    switch (kind) {
    case MOVE_UP: ask(w, SUPERVISOR_UP, service); break;
    case MOVE_UP_ALL: ask_for_all(w); break;
    case MOVE_UP_ALONE: ask(w, SUPERVISOR_UP_ALONE, service); break;
    case MOVE_AGAIN: tell(w, &w->last_asked); break;
    case MOVE_DOWN: ask(w, SUPERVISOR_DOWN, service); break;
    case MOVE_DOWN_ALL: tell_everybody(w, SUPERVISOR_DOWN, false); break;
    case MOVE_RESTART: tell_input(w, SUPERVISOR_RESTART, service); break;
    case MOVE_CHANGED: tell_input(w, SUPERVISOR_CHANGED, service); break;
    case MOVE_WAVE: wave(w, service); break;
    case MOVE_LEAVE: tell_input(w, SUPERVISOR_LEAVE, service); break;
    case MOVE_RENEW: tell_input(w, SUPERVISOR_RENEW, service); break;
    case MOVE_ADOPT: adopt(w, service); break;
    case MOVE_KILL: tell_input(w, SUPERVISOR_KILL, service); break;
    case MOVE_KILL_ALL: tell_everybody(w, SUPERVISOR_KILL, true); break;
    case MOVE_SPAWNED:
    case MOVE_REFUSED:
    case MOVE_UNFIT:
        answer(w, kind, service);
        act_all(w);
        break;
    case MOVE_READY: probe_says(w, service, true); break;
    case MOVE_SICK: probe_says(w, service, false); break;
    case MOVE_ENDS: exits(w, service, true); break;
    case MOVE_CRASHES: exits(w, service, false); break;
    case MOVE_TICK: tell_input(w, SUPERVISOR_TICK, 0); break;
    case MOVE_BUSY: w->services[service].busy = true; break;
    case MOVE_DRAINED:
        finish_requests(w, service);
        act_all(w);
        break;
    case MOVE_ANSWER_LATER:
    case MOVE_ANSWER_SPAWNED:
    case MOVE_ANSWER_REFUSED:
    case MOVE_ANSWER_UNFIT: w->services[service].answer = kind; break;
    case MOVE_COUNT: break;
    }
}

void world_play(struct world *w, const struct move *move)
{
    if (world_broken(w) || !world_allows(w, move))
        return;
    w->now += move->wait;
    play(w, move->kind, move->service);
}

/* What a well service does next; MOVE_COUNT: nothing. */
static enum move_kind next_of_well(const struct world *w, uint32_t service)
{
    const struct world_service *s = &w->services[service];
    const struct plan_service *planned = &w->scenario->services[service];
    if (s->process == PROCESS_NONE)
        return MOVE_COUNT;
    if (s->process == PROCESS_ASKED)
        return MOVE_SPAWNED;
    if (s->draining)
        return MOVE_DRAINED;
    if (s->signals)
        return s->signals > w->scenario->deaf[service] ? MOVE_CRASHES : MOVE_COUNT;
    if (planned->probe != PLAN_NONE && (!s->ready || s->sick))
        return MOVE_READY;
    return planned->kind == PLAN_KIND_TASK ? MOVE_ENDS : MOVE_COUNT;
}

static bool somebody_moves(struct world *w)
{
    bool moved = false;
    for (uint32_t i = 0; i < w->scenario->count && !world_broken(w); i++) {
        enum move_kind kind = next_of_well(w, i);
        if (kind == MOVE_COUNT)
            continue;
        play(w, kind, i);
        moved = true;
    }
    return moved;
}

static bool time_passes(struct world *w)
{
    int64_t deadline = supervisor_deadline(&w->supervisor);
    if (deadline == SUPERVISOR_NEVER)
        return false;
    if (w->now < deadline)
        w->now = deadline;
    tell_input(w, SUPERVISOR_TICK, 0);
    return true;
}

/* When nothing else can come any more. */
static bool plan_comes(struct world *w)
{
    if (!w->invariants.ledger.swapping || !supervisor_is_cleared(&w->supervisor))
        return false;
    adopt(w, 0);
    return true;
}

static void let_settle(struct world *w)
{
    uint64_t most = w->steps + (uint64_t)SETTLE_STEPS * (w->scenario->count + 1);
    while (!world_broken(w) && (somebody_moves(w) || time_passes(w) || plan_comes(w))) {
        if (w->steps > most)
            invariants_break(&w->invariants, "it never comes to rest", 0);
    }
    if (!world_broken(w))
        invariants_check_settled(&w->invariants);
}

void world_settle(struct world *w)
{
    for (uint32_t i = 0; i < w->scenario->count; i++)
        w->services[i].answer = MOVE_ANSWER_LATER;
    let_settle(w);
    tell_everybody(w, SUPERVISOR_UP, false);
    let_settle(w);
    if (!world_broken(w))
        invariants_check_up(&w->invariants);
    tell_everybody(w, SUPERVISOR_DOWN, false);
    let_settle(w);
    if (!world_broken(w))
        invariants_check_down(&w->invariants);
}
