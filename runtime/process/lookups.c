#include "lookups.h"

/* Lookups that fail; the others are counted. */
#define SHOWN_MAX 20

static const char *find_variable(char *const *variables, const char *name, size_t length)
{
    for (; *variables; variables++)
        if (strncmp(*variables, name, length) == 0 && (*variables)[length] == '=')
            return *variables + length + 1;
    return NULL;
}

static const char *find_value(const struct plan *plan, const struct plan_lookup *lookup,
                              char *const *variables)
{
    const char *value =
        find_variable(variables, plan_text_ptr(plan, lookup->name), lookup->name.length);
    if (!value && lookup->flags & PLAN_LOOKUP_FALLBACK)
        value = plan_text_ptr(plan, lookup->fallback);
    return value;
}

static void add_error(struct strbuf *out, const struct plan *plan, const struct plan_lookup *lookup,
                      bool is_set)
{
    const char *path = plan_text_ptr(plan, plan->sources[lookup->source].path);
    const char *name = plan_text_ptr(plan, lookup->name);
    strbuf_addf(out, "%s:%u:%u: error: the environment variable \"%s\" ", path, lookup->line,
                lookup->column, name);
    if (is_set)
        strbuf_addf(out,
                    "has more than %u bytes\n"
                    "   = help: give the services a file that holds it instead\n",
                    PLAN_TEXT_MAX);
    else
        strbuf_addf(out,
                    "is not set, and the plan needs it to start\n"
                    "   = help: set it, or give env() a default: env(\"%s\", \"...\")\n",
                    name);
}

const char *const *lookups_resolve(struct arena *arena, const struct plan *plan,
                                   char *const *variables, struct strbuf *out_errors)
{
    const char **values = arena_new(arena, const char *, plan->lookup_count);
    uint32_t failed = 0;
    for (uint32_t i = 0; i < plan->lookup_count; i++) {
        const struct plan_lookup *lookup = &plan->lookups[i];
        values[i] = find_value(plan, lookup, variables);
        if (values[i] && strnlen(values[i], PLAN_TEXT_MAX + 1) <= PLAN_TEXT_MAX)
            continue;
        if (failed++ < SHOWN_MAX)
            add_error(out_errors, plan, lookup, values[i] != NULL);
    }
    if (failed > SHOWN_MAX)
        strbuf_addf(out_errors, "error: and %u more\n", failed - SHOWN_MAX);
    return failed ? NULL : values;
}
