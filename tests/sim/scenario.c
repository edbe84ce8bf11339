#include "scenario.h"

static const char *const move_names[] = {
#define X(move, text) text,
    SCENARIO_MOVES(X)
#undef X
};

static const char *const kind_names[] = {"service", "task"};
static const char *const restart_names[] = {"never", "on-failure", "always"};
_Static_assert(sizeof kind_names / sizeof *kind_names == PLAN_KIND_COUNT, "one a kind");
_Static_assert(sizeof restart_names / sizeof *restart_names == PLAN_RESTART_COUNT, "one a policy");

const char *scenario_move_name(enum move_kind kind)
{
    return move_names[kind];
}

/* How long everything takes in one plan: from a few milliseconds, where deadlines meet each other
 * and those of the answers, to what people write. */
static uint32_t random_duration(struct dice *dice, uint32_t scale)
{
    return dice_between(dice, 1, scale);
}

static void random_service(struct scenario *sc, uint32_t i, uint32_t scale, struct dice *dice)
{
    struct plan_service *s = &sc->services[i];
    uint32_t backoff = random_duration(dice, scale);
    bool probed = dice_percent(dice, 60);
    *s = (struct plan_service){
        .probe = probed ? i : PLAN_NONE,
        .watch = PLAN_NONE,
        .flags = (dice_percent(dice, 40) ? PLAN_SERVICE_ON_UNHEALTHY : 0) |
                 (dice_percent(dice, 15) ? PLAN_SERVICE_DISABLED : 0),
        .backoff_ms = backoff,
        .max_backoff_ms = backoff * dice_between(dice, 1, 20),
        .reset_after_ms = random_duration(dice, 2 * scale),
        .max_restarts = dice_percent(dice, 30) ? dice_between(dice, 1, 4) : 0,
        .stop_timeout_ms = random_duration(dice, 3 * scale),
        .kind = dice_percent(dice, 25) ? PLAN_KIND_TASK : PLAN_KIND_SERVICE,
        .restart = (uint8_t)dice_below(dice, PLAN_RESTART_COUNT),
        .replicas = 1,
    };
    sc->probes[i] = (struct plan_probe){
        .service = i, .start_timeout_ms = probed ? random_duration(dice, 6 * scale) : 0};
    sc->deaf[i] = (uint8_t)(dice_percent(dice, 70) ? 0 : dice_between(dice, 1, 3));
}

static void random_needs(struct scenario *sc, uint32_t i, uint32_t density, struct dice *dice)
{
    sc->needs[i] = 0;
    for (uint32_t d = 0; d < i; d++) {
        if (dice_percent(dice, density))
            sc->needs[i] |= BIT(d);
    }
}

void scenario_random_plan(struct scenario *sc, struct dice *dice)
{
    static const uint32_t most[] = {2, 4, 8, 16, SCENARIO_SERVICES_MAX};
    static const uint32_t scales[] = {3, 20, 1000, 30000};
    static const uint32_t densities[] = {0, 5, 20, 50, 100};
    sc->move_count = 0;
    sc->count = dice_between(dice, 1, most[dice_below(dice, 5)]);
    uint32_t scale = scales[dice_below(dice, 4)];
    uint32_t density = densities[dice_below(dice, 5)];
    for (uint32_t i = 0; i < sc->count; i++) {
        random_service(sc, i, scale, dice);
        random_needs(sc, i, density, dice);
    }
    scenario_link(sc);
}

static uint32_t link_edges(const struct scenario *sc, uint32_t service, bool up, uint32_t *edges)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < sc->count; i++) {
        uint64_t needs = sc->needs[up ? i : service];
        if (needs >> (up ? service : i) & 1)
            edges[count++] = i;
    }
    return count;
}

void scenario_link(struct scenario *sc)
{
    uint32_t deps = 0, rdeps = 0;
    for (uint32_t i = 0; i < sc->count; i++) {
        struct plan_service *s = &sc->services[i];
        s->deps = (struct plan_range){deps, link_edges(sc, i, false, sc->deps + deps)};
        s->rdeps = (struct plan_range){rdeps, link_edges(sc, i, true, sc->rdeps + rdeps)};
        deps += s->deps.count;
        rdeps += s->rdeps.count;
    }
    sc->plan = (struct plan){.services = sc->services,
                             .probes = sc->probes,
                             .deps = sc->deps,
                             .rdeps = sc->rdeps,
                             .service_count = sc->count,
                             .probe_count = sc->count};
}

static void print_service(const struct scenario *sc, uint32_t i, FILE *file)
{
    const struct plan_service *s = &sc->services[i];
    fprintf(file,
            "service %u kind=%s restart=%s on_unhealthy=%u disabled=%u max_restarts=%u backoff=%u "
            "max_backoff=%u reset_after=%u stop_timeout=%u start_timeout=%u deaf=%u needs",
            i, kind_names[s->kind], restart_names[s->restart],
            (s->flags & PLAN_SERVICE_ON_UNHEALTHY) != 0, (s->flags & PLAN_SERVICE_DISABLED) != 0,
            s->max_restarts, s->backoff_ms, s->max_backoff_ms, s->reset_after_ms,
            s->stop_timeout_ms, s->probe == PLAN_NONE ? 0 : sc->probes[i].start_timeout_ms,
            sc->deaf[i]);
    for (uint32_t d = 0; d < i; d++) {
        if (sc->needs[i] >> d & 1)
            fprintf(file, " %u", d);
    }
    fputc('\n', file);
}

void scenario_print(const struct scenario *sc, FILE *file)
{
    for (uint32_t i = 0; i < sc->count; i++)
        print_service(sc, i, file);
    for (uint32_t i = 0; i < sc->move_count; i++) {
        const struct move *move = &sc->moves[i];
        fprintf(file, "move +%u %s %u\n", move->wait, move_names[move->kind], move->service);
    }
}

/* The index of the name, or count. */
static uint32_t find_name(const char *const *names, uint32_t count, const char *name)
{
    uint32_t i = 0;
    while (i < count && strcmp(names[i], name) != 0)
        i++;
    return i;
}

static bool read_needs(struct scenario *sc, uint32_t i, const char *text)
{
    unsigned dependency;
    int used;
    sc->needs[i] = 0;
    while (sscanf(text, " %u%n", &dependency, &used) == 1) {
        if (dependency >= i)
            return false;
        sc->needs[i] |= BIT(dependency);
        text += used;
    }
    return true;
}

static bool read_service(struct scenario *sc, const char *line)
{
    char kind[16], restart[16];
    unsigned index, on_unhealthy, disabled, deaf, start_timeout;
    int used = 0;
    struct plan_service s = {.watch = PLAN_NONE, .replicas = 1};
    if (sscanf(line,
               "service %u kind=%15s restart=%15s on_unhealthy=%u disabled=%u max_restarts=%u "
               "backoff=%u "
               "max_backoff=%u reset_after=%u stop_timeout=%u start_timeout=%u deaf=%u needs%n",
               &index, kind, restart, &on_unhealthy, &disabled, &s.max_restarts, &s.backoff_ms,
               &s.max_backoff_ms, &s.reset_after_ms, &s.stop_timeout_ms, &start_timeout, &deaf,
               &used) != 12)
        return false;
    s.kind = (uint8_t)find_name(kind_names, PLAN_KIND_COUNT, kind);
    s.restart = (uint8_t)find_name(restart_names, PLAN_RESTART_COUNT, restart);
    s.flags =
        (on_unhealthy ? PLAN_SERVICE_ON_UNHEALTHY : 0) | (disabled ? PLAN_SERVICE_DISABLED : 0);
    s.probe = start_timeout ? index : PLAN_NONE;
    if (!used || index != sc->count || index >= SCENARIO_SERVICES_MAX ||
        s.kind == PLAN_KIND_COUNT || s.restart == PLAN_RESTART_COUNT)
        return false;
    sc->services[index] = s;
    sc->probes[index] = (struct plan_probe){.service = index, .start_timeout_ms = start_timeout};
    sc->deaf[index] = (uint8_t)deaf;
    sc->count++;
    return read_needs(sc, index, line + used);
}

static bool read_move(struct scenario *sc, const char *line)
{
    char name[32];
    unsigned wait, service;
    if (sscanf(line, "move +%u %31s %u", &wait, name, &service) != 3)
        return false;
    uint32_t kind = find_name(move_names, MOVE_COUNT, name);
    if (kind == MOVE_COUNT || service >= sc->count || sc->move_count == SCENARIO_MOVES_MAX)
        return false;
    sc->moves[sc->move_count++] = (struct move){wait, (uint8_t)kind, (uint8_t)service};
    return true;
}

unsigned scenario_read(struct scenario *sc, FILE *file)
{
    char line[1024];
    sc->count = sc->move_count = 0;
    for (unsigned number = 1; fgets(line, sizeof line, file); number++) {
        bool comment = line[0] == '#' || line[0] == '\n';
        if (!comment && !read_service(sc, line) && !read_move(sc, line))
            return number;
    }
    scenario_link(sc);
    return sc->count ? 0 : 1;
}
