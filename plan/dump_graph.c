/* The dependencies of a plan in the languages of graph programs. */
#include "dump.h"

void plan_dump_dot(const struct plan *plan, struct strbuf *out)
{
    strbuf_adds(out, "digraph plan {\n  rankdir=LR;\n  node [shape=box];\n");
    for (uint32_t i = 0; i < plan->service_count; i++) {
        const struct plan_service *service = &plan->services[i];
        const char *style = service->flags & PLAN_SERVICE_DISABLED ? " [style=dashed]"
                            : service->kind == PLAN_KIND_TASK      ? " [shape=ellipse]"
                                                                   : "";
        strbuf_addf(out, "  \"%s\"%s;\n", plan_service_name(plan, i), style);
    }
    for (uint32_t i = 0; i < plan->service_count; i++) {
        struct plan_range deps = plan->services[i].deps;
        for (uint32_t at = deps.first; at < deps.first + deps.count; at++)
            strbuf_addf(out, "  \"%s\" -> \"%s\";\n", plan_service_name(plan, i),
                        plan_service_name(plan, plan->deps[at]));
    }
    strbuf_adds(out, "}\n");
}

/* A name may be a word of Mermaid's ("end"), so nodes are numbered and names are labels. */
static void add_mermaid_node(const struct plan *plan, uint32_t index, struct strbuf *out)
{
    const struct plan_service *service = &plan->services[index];
    bool task = service->kind == PLAN_KIND_TASK;
    strbuf_addf(out, "  s%u%s\"%s\"%s%s\n", index, task ? "([" : "[",
                plan_service_name(plan, index), task ? "])" : "]",
                service->flags & PLAN_SERVICE_DISABLED ? ":::disabled" : "");
}

void plan_dump_mermaid(const struct plan *plan, struct strbuf *out)
{
    strbuf_adds(out, "flowchart LR\n  classDef disabled stroke-dasharray: 4 4\n");
    for (uint32_t i = 0; i < plan->service_count; i++)
        add_mermaid_node(plan, i, out);
    for (uint32_t i = 0; i < plan->service_count; i++) {
        struct plan_range deps = plan->services[i].deps;
        for (uint32_t at = deps.first; at < deps.first + deps.count; at++)
            strbuf_addf(out, "  s%u --> s%u\n", i, plan->deps[at]);
    }
}
