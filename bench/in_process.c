/* in_process parse A3SFILE | open PLAN: the one step alone, again and again with warm caches;
 * prints the microseconds of each run. */
#include "a3s/plan.h"
#include "diag.h"
#include "parse.h"

#include <time.h>

#define RUNS 15

static double now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

/* The lexer and the parser: from a text in memory to its tree. Memory is taken anew. */
static bool time_parse(struct sources *sources, uint32_t source)
{
    struct arena arena = {0};
    struct diag_list diags;
    diag_list_init(&diags, &arena, sources);
    double begin = now_us();
    parse_source(sources, source, &diags);
    printf("%.1f\n", now_us() - begin);
    bool fine = diags.errors == 0;
    arena_finish(&arena);
    return fine;
}

/* What "a3s run" does before it starts anything: read, verify, protect. */
static bool time_open(const char *path)
{
    struct plan plan = {0};
    int refused;
    uint64_t where;
    double begin = now_us();
    enum plan_error error = plan_open(&plan, path, PLAN_TRUST_OWN, &refused, &where);
    printf("%.1f\n", now_us() - begin);
    plan_close(&plan);
    return error == PLAN_OK;
}

int main(int argc, char **argv)
{
    struct arena arena = {0};
    struct sources sources;
    uint32_t source = 0;
    bool parse = argc == 3 && strcmp(argv[1], "parse") == 0;
    sources_init(&sources, &arena);
    bool fine = argc == 3 && (!parse || source_load(&sources, argv[2], &source) == 0);
    for (int i = 0; i < RUNS && fine; i++)
        fine = parse ? time_parse(&sources, source) : time_open(argv[2]);
    arena_finish(&arena);
    return fine ? 0 : 2;
}
