/* The simulator's program: scenarios from seeds, or one from a file. */
#include "shrink.h"

#include <getopt.h>
#include <inttypes.h>

/* Exit codes: what was asked for cannot be done; a rule broke. */
#define EXIT_BROKEN 1
#define EXIT_USAGE  2

static const char usage[] =
    "usage: simulate [--seed N] [--steps M] [--whole] [--coverage]\n"
    "       simulate --replay FILE\n"
    "\n"
    "Runs the supervisor in random worlds and checks its invariants after each step.\n"
    "  --seed N       the first seed (1); each run has the next one\n"
    "  --steps M      stop after so many steps of the supervisor (1000000)\n"
    "  --whole        do not cut a run down that broke a rule\n"
    "  --coverage     print how often each event and each input met each state; fail, too, if one\n"
    "                 that can come and matters there never did\n"
    "  --replay FILE  tell what happens in a run that was printed before\n"
    "The least run that still breaks the rule is printed on standard output; --replay reads it.\n"
    "Exit codes: 0 all well, 1 a rule broke, 2 usage.\n";

struct options {
    uint64_t seed, steps;
    bool whole, coverage;
    const char *replay;
};

static int complain(const char *what, const char *name)
{
    fprintf(stderr, "simulate: %s%s\n", what, name);
    return EXIT_USAGE;
}

/* -1: go on. */
static int read_options(int argc, char **argv, struct options *o)
{
    enum { SEED, STEPS, WHOLE, COVERAGE, REPLAY, HELP };
    static const struct option longs[] = {{"seed", required_argument, NULL, SEED},
                                          {"steps", required_argument, NULL, STEPS},
                                          {"whole", no_argument, NULL, WHOLE},
                                          {"coverage", no_argument, NULL, COVERAGE},
                                          {"replay", required_argument, NULL, REPLAY},
                                          {"help", no_argument, NULL, HELP},
                                          {0}};
    for (int option; (option = getopt_long(argc, argv, "", longs, NULL)) != -1;) {
        switch (option) {
        case SEED: o->seed = strtoull(optarg, NULL, 10); break;
        case STEPS: o->steps = strtoull(optarg, NULL, 10); break;
        case WHOLE: o->whole = true; break;
        case COVERAGE: o->coverage = true; break;
        case REPLAY: o->replay = optarg; break;
        case HELP: fputs(usage, stdout); return 0;
        default: fputs(usage, stderr); return EXIT_USAGE;
        }
    }
    return optind == argc ? -1 : complain("does not take ", argv[optind]);
}

static void print_broken(const struct trial *trial)
{
    printf("# seed %" PRIu64 ", service %u: %s\n", trial->seed, trial->culprit, trial->broken);
}

/* Told twice: in a process of its own for the verdict, and here for the story. */
static int replay(struct trial *trial, const char *path)
{
    FILE *file = fopen(path, "re");
    if (!file)
        return complain("cannot open ", path);
    unsigned wrong = scenario_read(&trial->scenario, file);
    fclose(file);
    if (wrong) {
        fprintf(stderr, "simulate: %s:%u: not a line of a run\n", path, wrong);
        return EXIT_USAGE;
    }
    bool well = trial_replay(trial);
    trial_tell(&trial->scenario, stdout);
    if (!well)
        print_broken(trial);
    return well ? 0 : EXIT_BROKEN;
}

static int explore(struct trial *trial, const struct options *o)
{
    if (trial_explore(trial, o->seed, o->steps)) {
        printf("%" PRIu64 " steps in %" PRIu64 " runs, seeds %" PRIu64 " to %" PRIu64
               ": every rule held\n",
               trial->steps, trial->runs, o->seed, trial->seed);
        return o->coverage && coverage_print(&trial->coverage, stdout) ? EXIT_BROKEN : 0;
    }
    if (!o->whole)
        shrink(trial);
    print_broken(trial);
    scenario_print(&trial->scenario, stdout);
    return EXIT_BROKEN;
}

int main(int argc, char **argv)
{
    struct options o = {.seed = 1, .steps = 1000000};
    int code = read_options(argc, argv, &o);
    if (code >= 0)
        return code;
    struct trial *trial = trial_create();
    if (!trial)
        return complain("no memory", "");
    code = o.replay ? replay(trial, o.replay) : explore(trial, &o);
    trial_destroy(trial);
    return code;
}
