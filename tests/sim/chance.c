#include "chance.h"

/* Tries to find a move that the world allows before time is let pass instead. */
#define TRIES 12

/* The weight of each kind on average. Commands to all are rare, since little is left after them. */
static const uint8_t usual[] = {
    [MOVE_UP] = 8,           [MOVE_UP_ALL] = 2,         [MOVE_UP_ALONE] = 3,
    [MOVE_AGAIN] = 2,        [MOVE_DOWN] = 4,           [MOVE_DOWN_ALL] = 1,
    [MOVE_RESTART] = 4,      [MOVE_CHANGED] = 4,        [MOVE_WAVE] = 2,
    [MOVE_LEAVE] = 2,        [MOVE_RENEW] = 3,          [MOVE_ADOPT] = 6,
    [MOVE_KILL] = 2,         [MOVE_KILL_ALL] = 1,       [MOVE_SPAWNED] = 30,
    [MOVE_REFUSED] = 5,      [MOVE_UNFIT] = 3,          [MOVE_READY] = 30,
    [MOVE_SICK] = 14,        [MOVE_ENDS] = 8,           [MOVE_CRASHES] = 12,
    [MOVE_TICK] = 20,        [MOVE_BUSY] = 4,           [MOVE_DRAINED] = 12,
    [MOVE_ANSWER_LATER] = 2, [MOVE_ANSWER_SPAWNED] = 2, [MOVE_ANSWER_REFUSED] = 1,
    [MOVE_ANSWER_UNFIT] = 1,
};
_Static_assert(sizeof usual / sizeof *usual == MOVE_COUNT, "one a move");

struct habits chance_habits(struct dice *dice)
{
    static const uint32_t factors[] = {0, 1, 1, 4};
    struct habits habits = {.haste = dice_below(dice, 101), .punctual = dice_below(dice, 101)};
    for (uint32_t kind = 0; kind < MOVE_COUNT; kind++) {
        habits.weights[kind] = usual[kind] * factors[dice_below(dice, 4)];
        habits.total += habits.weights[kind];
    }
    habits.weights[MOVE_TICK]++;
    habits.total++;
    return habits;
}

struct move chance_answer(struct dice *dice, uint32_t service)
{
    static const uint8_t kinds[] = {MOVE_ANSWER_SPAWNED, MOVE_ANSWER_SPAWNED, MOVE_ANSWER_SPAWNED,
                                    MOVE_ANSWER_LATER,   MOVE_ANSWER_LATER,   MOVE_ANSWER_LATER,
                                    MOVE_ANSWER_REFUSED, MOVE_ANSWER_UNFIT};
    return (struct move){.kind = kinds[dice_below(dice, 8)], .service = (uint8_t)service};
}

uint32_t chance_length(struct dice *dice, uint32_t services)
{
    uint32_t most = 40 + 30 * services;
    if (most > SCENARIO_MOVES_MAX - SCENARIO_SERVICES_MAX)
        most = SCENARIO_MOVES_MAX - SCENARIO_SERVICES_MAX;
    return dice_between(dice, 1, most);
}

/* Mostly short; about the next deadline, where it matters; once in a while hours, or the machine
 * has slept for a month. */
static uint32_t choose_wait(const struct habits *habits, const struct world *w, struct dice *dice)
{
    int64_t deadline = supervisor_deadline(&w->supervisor);
    if (dice_percent(dice, habits->haste))
        return 0;
    if (deadline != SUPERVISOR_NEVER && dice_percent(dice, habits->punctual)) {
        int64_t wait = deadline - w->now - 1 + dice_below(dice, 3);
        return wait < 0 ? 0 : (uint32_t)wait;
    }
    if (dice_percent(dice, 2))
        return dice_below(dice, dice_percent(dice, 50) ? 3600000 : 2678400000u);
    return dice_below(dice, dice_percent(dice, 80) ? 4 : 2000);
}

static enum move_kind choose_kind(const struct habits *habits, struct dice *dice)
{
    uint32_t at = dice_below(dice, habits->total);
    enum move_kind kind = 0;
    for (; at >= habits->weights[kind]; kind++)
        at -= habits->weights[kind];
    return kind;
}

/* Events of processes that there are not must come, too, but less often. */
static bool is_beside_the_point(const struct world *w, const struct move *move)
{
    bool of_process = move->kind == MOVE_READY || move->kind == MOVE_SICK ||
                      move->kind == MOVE_ENDS || move->kind == MOVE_CRASHES ||
                      move->kind == MOVE_REFUSED || move->kind == MOVE_UNFIT;
    return of_process && w->services[move->service].process == PROCESS_NONE;
}

struct move chance_move(const struct habits *habits, const struct world *w, struct dice *dice)
{
    struct move move = {.wait = choose_wait(habits, w, dice)};
    for (int i = 0; i < TRIES; i++) {
        move.service = (uint8_t)dice_below(dice, w->scenario->count);
        move.kind = (uint8_t)choose_kind(habits, dice);
        if (world_allows(w, &move) && (!is_beside_the_point(w, &move) || dice_percent(dice, 15)))
            return move;
    }
    move.kind = MOVE_TICK;
    return move;
}
