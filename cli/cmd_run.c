#include "commands.h"
#include "load.h"
#include "remake.h"
#include "start.h"

struct run_options {
    const char *root;
    bool trust;
};

static const struct command_option options[] = {
    {0, "root", OPTION_TEXT, offsetof(struct run_options, root), "DIR",
     "what the plan's paths start from; else its own folder", NULL, 0},
    {0, "trust", OPTION_FLAG, offsetof(struct run_options, trust), NULL,
     "run it although others could have written it", NULL, 0},
    {0},
};

static int run(const struct command_call *call)
{
    const struct run_options *chosen = command_options(call, struct run_options);
    const char *path = call->operands[0];
    struct remake remake = {
        .call = call, .path = path, .trust = chosen->trust ? PLAN_TRUST_ANY : PLAN_TRUST_OWN};
    struct update_source source = remake_plan(&remake);
    struct plan plan = {0};
    int code = load_plan(&plan, path, remake.trust);
    if (code)
        return code;
    code = start_plan(&(struct start){
        .plan = &plan,
        .root = chosen->root ? chosen->root : load_folder(call->arena, path),
        .project = path,
        .arena = call->arena,
        .source = &source,
        .with_deps = true,
    });
    plan_close(&plan);
    return code;
}

const struct command cmd_run = {
    .name = "run",
    .summary = "Run a plan; the A3sfile is not needed",
    .operands = "PLAN",
    .about =
        "A plan names commands. One that another user owns, that group or others may write to, or\n"
        "that is reached by a symlink is refused (exit code 4) unless --trust is given. So is one\n"
        "that needs a variable of the environment which is not set.\n"
        "The other commands find it by its path: a3s -f PLAN status. \"a3s -f PLAN reload\"\n"
        "reads it again.",
    .options = options,
    .operands_min = 1,
    .operands_max = 1,
    .run = run,
};
