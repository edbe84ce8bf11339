#include "shrink.h"

struct shrinker {
    struct trial *trial;
    struct scenario best; /* breaks the rule */
    char rule[sizeof((struct trial *)0)->broken];
};

/* Whether the trial's scenario still breaks the rule; then it is the best so far, else the best is
 * the trial's scenario again. */
static bool still_breaks(struct shrinker *sh)
{
    bool well = trial_replay(sh->trial);
    bool same = !well && strcmp(sh->trial->broken, sh->rule) == 0;
    if (same)
        sh->best = sh->trial->scenario;
    else
        sh->trial->scenario = sh->best;
    return same;
}

static void take_moves(struct scenario *sc, uint32_t first, uint32_t count)
{
    memmove(sc->moves + first, sc->moves + first + count,
            (sc->move_count - first - count) * sizeof *sc->moves);
    sc->move_count -= count;
}

/* Delta debugging: pieces of half the length at first, in the end single moves. */
static bool take_what_moves_can(struct shrinker *sh)
{
    bool taken = false;
    struct scenario *sc = &sh->trial->scenario;
    for (uint32_t size = (sc->move_count + 1) / 2; size; size /= 2) {
        for (uint32_t at = 0; at + size <= sc->move_count;) {
            take_moves(sc, at, size);
            if (still_breaks(sh))
                taken = true;
            else
                at += size;
        }
    }
    return taken;
}

static bool take_waits(struct shrinker *sh)
{
    bool taken = false;
    struct scenario *sc = &sh->trial->scenario;
    for (uint32_t i = 0; i < sc->move_count; i++) {
        if (!sc->moves[i].wait)
            continue;
        sc->moves[i].wait = 0;
        taken |= still_breaks(sh);
    }
    return taken;
}

static uint64_t without_bit(uint64_t mask, uint32_t bit)
{
    uint64_t low = BIT(bit) - 1;
    return (mask & low) | (mask >> 1 & ~low);
}

static void take_service(struct scenario *sc, uint32_t service)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < sc->move_count; i++) {
        struct move move = sc->moves[i];
        if (move.service == service)
            continue;
        move.service -= move.service > service;
        sc->moves[kept++] = move;
    }
    sc->move_count = kept;
    sc->count--;
    for (uint32_t i = service; i < sc->count; i++) {
        sc->services[i] = sc->services[i + 1];
        sc->probes[i] = sc->probes[i + 1];
        sc->deaf[i] = sc->deaf[i + 1];
        sc->needs[i] = sc->needs[i + 1];
        sc->services[i].probe -= sc->services[i].probe != PLAN_NONE;
    }
    for (uint32_t i = 0; i < sc->count; i++)
        sc->needs[i] = without_bit(sc->needs[i], service);
}

static bool take_services(struct shrinker *sh)
{
    bool taken = false;
    struct scenario *sc = &sh->trial->scenario;
    for (uint32_t i = sc->count; i-- > 0 && sc->count > 1;) {
        take_service(sc, i);
        taken |= still_breaks(sh);
    }
    return taken;
}

static bool take_needs(struct shrinker *sh)
{
    bool taken = false;
    struct scenario *sc = &sh->trial->scenario;
    for (uint32_t i = 0; i < sc->count; i++) {
        for (uint32_t d = 0; d < i; d++) {
            if (!(sc->needs[i] >> d & 1))
                continue;
            sc->needs[i] &= ~BIT(d);
            taken |= still_breaks(sh);
        }
    }
    return taken;
}

/* One thing about a service is made as usual; false: it was. */
static bool make_usual(struct scenario *sc, uint32_t i, int what)
{
    struct plan_service *s = &sc->services[i];
    struct plan_service old = *s;
    uint8_t deaf = sc->deaf[i];
    switch (what) {
    case 0: s->kind = PLAN_KIND_SERVICE; break;
    case 1: s->probe = PLAN_NONE; break;
    case 2: s->flags = 0; break;
    case 3: s->max_restarts = 0; break;
    case 4: s->restart = PLAN_RESTART_ON_FAILURE; break;
    default: sc->deaf[i] = 0; break;
    }
    return deaf != sc->deaf[i] || memcmp(&old, s, sizeof old) != 0;
}

static bool take_oddities(struct shrinker *sh)
{
    bool taken = false;
    struct scenario *sc = &sh->trial->scenario;
    for (uint32_t i = 0; i < sc->count; i++) {
        for (int what = 0; what < 6; what++) {
            if (make_usual(sc, i, what))
                taken |= still_breaks(sh);
        }
    }
    return taken;
}

void shrink(struct trial *trial)
{
    struct shrinker sh = {.trial = trial, .best = trial->scenario};
    memcpy(sh.rule, trial->broken, sizeof sh.rule);
    bool taken;
    do {
        taken = take_what_moves_can(&sh);
        taken |= take_services(&sh);
        taken |= take_needs(&sh);
        taken |= take_oddities(&sh);
        taken |= take_waits(&sh);
    } while (taken);
    trial_replay(trial);
}
