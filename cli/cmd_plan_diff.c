#include "commands.h"
#include "diff.h"
#include "load.h"
#include "report.h"

/* As diff(1). */
enum { SAME = 0, DIFFERENT = 1, TROUBLE = 2 };

struct diff_options {
    bool json;
};

static const struct command_option options[] = {
    {0, "json", OPTION_FLAG, offsetof(struct diff_options, json), NULL,
     "every service, also those that are kept, as JSON", NULL, 0},
    {0},
};

static int print(struct arena *arena, const struct plan *before, const struct plan *after,
                 bool json)
{
    struct strbuf text = {0};
    struct plan_diff diff = plan_diff_new(arena, before, after);
    if (json)
        plan_diff_json(&diff, &text);
    else
        plan_diff_text(&diff, &text);
    int code = report_output(&text) ? TROUBLE : diff.same ? SAME : DIFFERENT;
    strbuf_finish(&text);
    return code;
}

static int run(const struct command_call *call)
{
    const struct diff_options *chosen = command_options(call, struct diff_options);
    struct plan before = {0}, after = {0};
    /* Nothing is run, so it does not matter whose they are. */
    bool loaded = !load_plan(&before, call->operands[0], PLAN_TRUST_ANY) &&
                  !load_plan(&after, call->operands[1], PLAN_TRUST_ANY);
    int code = loaded ? print(call->arena, &before, &after, chosen->json) : TROUBLE;
    plan_close(&before);
    plan_close(&after);
    return code;
}

const struct command cmd_plan_diff = {
    .name = "plan diff",
    .elsewhere = (const char *const[]){"diff", NULL},
    .summary = "Show what differs between two plans",
    .operands = "OLD-PLAN NEW-PLAN",
    .about =
        "Which services the new plan would stop, start and restart, which it would update while\n"
        "they run, and the fields that say so, with their lines in the source. What the process\n"
        "itself sees needs a restart. Exits with 0 if the plans are the same, 1 if they differ, 2\n"
        "if one cannot be read.",
    .options = options,
    .operands_min = 2,
    .operands_max = 2,
    .run = run,
};
