#include "commands.h"
#include "dump.h"
#include "load.h"
#include "report.h"

struct show_options {
    bool json, dot, mermaid;
};

static const struct command_option options[] = {
    {0, "json", OPTION_FLAG, offsetof(struct show_options, json), NULL, "every field, as JSON",
     NULL, 0},
    {0, "dot", OPTION_FLAG, offsetof(struct show_options, dot), NULL,
     "the dependencies, for Graphviz", NULL, 0},
    {0, "mermaid", OPTION_FLAG, offsetof(struct show_options, mermaid), NULL,
     "the dependencies, for Mermaid", NULL, 0},
    {0},
};

static int run(const struct command_call *call)
{
    const struct show_options *chosen = command_options(call, struct show_options);
    struct plan plan = {0};
    struct strbuf text = {0};
    if (chosen->json + chosen->dot + chosen->mermaid > 1) {
        report_error("only one of --json, --dot and --mermaid");
        return CLI_USAGE;
    }
    /* Nothing is run, so it does not matter whose it is. */
    int code = load_plan(&plan, call->operands[0], PLAN_TRUST_ANY);
    if (code)
        return code;
    if (chosen->json)
        plan_dump_json(&plan, &text);
    else if (chosen->dot)
        plan_dump_dot(&plan, &text);
    else if (chosen->mermaid)
        plan_dump_mermaid(&plan, &text);
    else
        plan_dump_text(&plan, &text);
    code = report_output(&text);
    strbuf_finish(&text);
    plan_close(&plan);
    return code;
}

const struct command cmd_plan_show = {
    .name = "plan show",
    .summary = "Show what is in a plan",
    .operands = "PLAN",
    .options = options,
    .operands_min = 1,
    .operands_max = 1,
    .run = run,
};
