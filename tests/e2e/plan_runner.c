/* The smallest program that runs a plan, linked from base, plan and runtime alone: the proof that
 * the runtime never parses. plan_runner PLAN ROOT */
#include "daemon.h"
#include "lookups.h"
#include "rundir.h"

extern char **environ;

int main(int argc, char **argv)
{
    struct plan plan;
    struct rundir dir = {0};
    struct arena arena = {0};
    struct strbuf errors = {0};
    uint64_t where;
    int error = 0;
    if (argc != 3)
        return 2;
    if (plan_open(&plan, argv[1], PLAN_TRUST_OWN, &error, &where) != PLAN_OK)
        return 4;
    const char *const *lookups = lookups_resolve(&arena, &plan, environ, &errors);
    fputs(strbuf_text(&errors), stderr);
    strbuf_finish(&errors);
    if (!lookups)
        return 4;
    if (rundir_open(&dir, argv[1], true) || rundir_lock(&dir))
        return 5;
    struct daemon_options options = {.plan = &plan,
                                     .lookups = lookups,
                                     .root = argv[2],
                                     .project = argv[1],
                                     .rundir = &dir,
                                     .with_deps = true,
                                     .foreground = true,
                                     .ready_fd = -1};
    int code = daemon_run(&options);
    rundir_close(&dir);
    plan_close(&plan);
    arena_finish(&arena);
    return code;
}
