/* The smallest program that runs a plan, linked from base, plan and runtime alone: the proof that
 * the runtime never parses. plan_runner PLAN ROOT */
#include "daemon.h"
#include "lookups.h"
#include "rundir.h"

extern char **environ;

static int run(const struct plan *plan, const char *project, const char *root,
               const char *const *lookups)
{
    struct rundir dir = {0};
    if (rundir_open(&dir, project, true) || rundir_lock(&dir))
        return 5;
    struct daemon_options options = {.plan = plan,
                                     .lookups = lookups,
                                     .root = root,
                                     .project = project,
                                     .rundir = &dir,
                                     .with_deps = true,
                                     .foreground = true,
                                     .ready_fd = -1};
    int code = daemon_run(&options);
    rundir_close(&dir);
    return code;
}

int main(int argc, char **argv)
{
    struct plan plan;
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
    int code = lookups ? run(&plan, argv[1], argv[2], lookups) : 4;
    strbuf_finish(&errors);
    plan_close(&plan);
    arena_finish(&arena);
    return code;
}
