#include "commands.h"
#include "drawing.h"
#include "dump.h"
#include "load.h"
#include "report.h"

#include <unistd.h>

struct graph_options {
    bool dot, mermaid;
};

static const struct command_option options[] = {
    {0, "dot", OPTION_FLAG, offsetof(struct graph_options, dot), NULL, "for Graphviz", NULL, 0},
    {0, "mermaid", OPTION_FLAG, offsetof(struct graph_options, mermaid), NULL, "for Mermaid", NULL,
     0},
    {0},
};

static int print(const struct plan *plan, const struct graph_options *chosen)
{
    const struct drawing_options drawing = {report_columns(), !report_is_utf8()};
    struct strbuf text = {0};
    if (chosen->dot)
        plan_dump_dot(plan, &text);
    else if (chosen->mermaid)
        plan_dump_mermaid(plan, &text);
    else
        plan_draw(plan, &drawing, &text);
    int code = report_output(&text);
    strbuf_finish(&text);
    return code;
}

static int run(const struct command_call *call)
{
    const struct graph_options *chosen = command_options(call, struct graph_options);
    struct compile_options compile = {.settings = load_settings(call)};
    struct compilation c;
    char path[PATH_MAX];
    if (chosen->dot && chosen->mermaid) {
        report_error("--dot or --mermaid, not both");
        return CLI_USAGE;
    }
    int code = load_path(call, path);
    if (code)
        return code;
    compilation_init(&c);
    code = load_compile(&c, path, &compile, stderr);
    if (!code) {
        struct plan plan = {0};
        plan_view(&plan, c.bytes, c.size);
        code = print(&plan, chosen);
    }
    compilation_finish(&c);
    return code;
}

const struct command cmd_graph = {
    .name = "graph",
    .summary = "Draw what waits for what",
    .operands = "",
    .about =
        "Services by waves: the first depends on nothing, each other one waits for the wave\n"
        "before it; a service starts as soon as its own dependencies are ready, not the whole\n"
        "wave. Lines lead down from a service to those that wait for it. If they do not fit into\n"
        "the terminal (or COLUMNS), names stand in their place.",
    .options = options,
    .compiles = true,
    .run = run,
};
