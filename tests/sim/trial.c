#include "trial.h"

#include "chance.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

/* s of the processor that one scenario may take: thousands of times what it does. */
#define PATIENCE 3

struct trial *trial_create(void)
{
    void *pages =
        mmap(NULL, sizeof(struct trial), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return pages == MAP_FAILED ? NULL : pages;
}

void trial_destroy(struct trial *trial)
{
    if (trial)
        munmap(trial, sizeof *trial);
}

static void conclude(struct trial *trial, struct world *w)
{
    if (world_broken(w)) {
        snprintf(trial->broken, sizeof trial->broken, "%s", world_broken(w));
        trial->culprit = w->invariants.culprit;
    }
    trial->steps = w->steps;
    world_finish(w);
}

static void play_moves(struct world *w)
{
    for (uint32_t i = 0; i < w->scenario->move_count; i++)
        world_play(w, &w->scenario->moves[i]);
    world_settle(w);
}

/* The move stands in the scenario before it is made: it may be the last thing that happens. */
static void make_move(struct scenario *sc, struct world *w, struct move move)
{
    sc->moves[sc->move_count++] = move;
    world_play(w, &move);
}

static void play_at_random(struct trial *trial, struct world *w)
{
    struct dice dice = {trial->seed};
    struct scenario *sc = &trial->scenario;
    scenario_random_plan(sc, &dice);
    struct habits habits = chance_habits(&dice);
    uint32_t length = chance_length(&dice, sc->count);
    world_init(w, sc);
    for (uint32_t i = 0; i < sc->count; i++)
        make_move(sc, w, chance_answer(&dice, i));
    for (uint32_t i = 0; i < length && !world_broken(w); i++)
        make_move(sc, w, chance_move(&habits, w, &dice));
    world_settle(w);
}

static void limit_time(void)
{
    struct itimerval limit = {.it_value.tv_sec = PATIENCE};
    setitimer(ITIMER_VIRTUAL, &limit, NULL);
}

static void explore(struct trial *trial, uint64_t first, uint64_t steps)
{
    struct world w = {0};
    coverage_begin(&trial->coverage);
    for (trial->seed = first; !trial->broken[0] && w.steps < steps; trial->seed++) {
        limit_time();
        play_at_random(trial, &w);
        conclude(trial, &w);
        trial->runs++;
    }
    trial->seed--;
}

/* Waits for the child; says in the trial how it died, if it did. */
static bool child_went_well(struct trial *trial, pid_t child)
{
    int status;
    if (waitpid(child, &status, 0) != child)
        snprintf(trial->broken, sizeof trial->broken, "the simulator could not wait");
    else if (WIFSIGNALED(status) && WTERMSIG(status) == SIGVTALRM)
        snprintf(trial->broken, sizeof trial->broken, "the supervisor does not come back");
    else if (WIFSIGNALED(status) || WEXITSTATUS(status))
        snprintf(trial->broken, sizeof trial->broken, "the supervisor aborts");
    return !trial->broken[0];
}

static pid_t begin(struct trial *trial)
{
    trial->broken[0] = '\0';
    trial->culprit = 0;
    fflush(NULL);
    pid_t child = fork();
    if (child < 0)
        snprintf(trial->broken, sizeof trial->broken, "the simulator could not fork");
    return child;
}

bool trial_explore(struct trial *trial, uint64_t first, uint64_t steps)
{
    trial->steps = trial->runs = 0;
    pid_t child = begin(trial);
    if (!child) {
        explore(trial, first, steps);
        _exit(0);
    }
    return child > 0 && child_went_well(trial, child);
}

bool trial_replay(struct trial *trial)
{
    scenario_link(&trial->scenario);
    pid_t child = begin(trial);
    if (!child) {
        struct world w = {0};
        limit_time();
        world_init(&w, &trial->scenario);
        play_moves(&w);
        conclude(trial, &w);
        _exit(0);
    }
    return child > 0 && child_went_well(trial, child);
}

void trial_tell(const struct scenario *scenario, FILE *file)
{
    struct world w = {.story = file};
    world_init(&w, scenario);
    play_moves(&w);
    if (world_broken(&w))
        fprintf(file, "broken: service %u: %s\n", w.invariants.culprit, world_broken(&w));
    world_finish(&w);
}
