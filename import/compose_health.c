#include "compose.h"

#include "probe.h"

/* The command of a test; out_shell: a line for a shell instead of arguments. False: there is none.
 */
static bool read_test(struct compose_service *s, const struct node *test, struct arguments *out,
                      struct str *out_shell)
{
    const struct node *first;
    if (node_is_text(test)) {
        struct dollar_text text = compose_text(s, test);
        return dollar_constant(s->file->im->arena, &text, out_shell);
    }
    if (!test || test->kind != NODE_LIST || test->items.count < 2)
        return false;
    first = test->items.items[0].value;
    if (!node_is_text(first))
        return false;
    if (str_is(first->text, "CMD-SHELL")) {
        const struct node *line = test->items.items[1].value;
        struct dollar_text text = compose_text(s, line);
        return node_is_text(line) && dollar_constant(s->file->im->arena, &text, out_shell);
    }
    for (uint32_t i = 1; i < test->items.count; i++)
        if (node_is_text(test->items.items[i].value))
            arguments_add(s->file->im->arena, out, compose_text(s, test->items.items[i].value));
    return str_is(first->text, "CMD");
}

/* In the container if there is one: a probe asks where the program is. */
static struct str probe_command(struct compose_service *s, const struct arguments *test,
                                struct str shell, const char *container)
{
    struct arena *arena = s->file->im->arena;
    struct arguments all = {0};
    if (container) {
        arguments_addf(arena, &all, "docker");
        arguments_addf(arena, &all, "exec");
        arguments_addf(arena, &all, "%s", container);
    }
    if (shell.ptr && !container)
        return shell_hcl(arena, shell);
    if (shell.ptr) {
        arguments_addf(arena, &all, "sh");
        arguments_addf(arena, &all, "-c");
        arguments_add(arena, &all, dollar_literal(arena, shell));
    }
    VEC_EACH (&test->items, it)
        arguments_add(arena, &all, *it);
    return arguments_hcl(arena, &all);
}

/* The test as one line, if it has no variables: to find out what it asks. */
static struct str test_line(struct compose_service *s, const struct arguments *test,
                            struct str shell)
{
    struct arena *arena = s->file->im->arena;
    struct strbuf line = {0};
    if (shell.ptr)
        return shell;
    VEC_EACH (&test->items, it) {
        struct str word;
        if (!it->has_variable && dollar_constant(arena, it, &word))
            strbuf_addf(&line, "%s%.*s", line.len ? " " : "", STR_ARG(word));
    }
    return strbuf_move(&line, arena);
}

/* Docker's own, if the file does not say. */
#define INTERVAL_MS 30000u
#define RETRIES     3u

/* Failures of the period do not count; after it docker gives up when all tries have failed. */
static void read_start_period(struct compose_service *s, const struct node *period,
                              const struct probe_times *times)
{
    struct import *im = s->file->im;
    uint64_t tries = times->retries ? times->retries : RETRIES;
    uint64_t interval = times->interval ? times->interval : INTERVAL_MS;
    uint32_t ms = 0;
    if (!node_is_text(period) || str_is(period->text, "0") || str_is(period->text, "0s"))
        return;
    if (!import_duration(im, s->draft, period, &ms) || ms == 0)
        return;
    uint64_t all = ms + tries * interval;
    import_set_duration(im, s->draft, SCHEMA_health_start_timeout,
                        all > SCHEMA_DURATION_MAX ? SCHEMA_DURATION_MAX : (uint32_t)all);
    draft_note(&im->draft, s->draft, import_line(im, period),
               "start_timeout is start_period and %u tries, after which docker gives up",
               (unsigned)tries);
}

static void read_times(struct compose_service *s, const struct node *health)
{
    struct import *im = s->file->im;
    struct probe_times times = {0};
    const struct node *retries = node_find(health, "retries");
    import_duration(im, s->draft, node_find(health, "interval"), &times.interval);
    import_duration(im, s->draft, node_find(health, "timeout"), &times.timeout);
    if (node_is_text(retries))
        import_number(retries->text, 1000000, &times.retries);
    read_start_period(s, node_find(health, "start_period"), &times);
    import_probe_set_times(im, s->draft, times);
}

bool compose_health(struct compose_service *s, const char *container)
{
    const struct node *health = node_find(s->node, "healthcheck"),
                      *test = node_find(health, "test");
    struct import *im = s->file->im;
    struct arguments arguments = {0};
    struct str shell = {0};
    static const char *const known[] = {"test",         "interval", "timeout", "retries",
                                        "start_period", "disable",  NULL};
    if (health && health->kind != NODE_MAP)
        return node_mistake(im->diags, health, "a map with a test");
    if (test && test->kind == NODE_MAP)
        return node_mistake(im->diags, test, "a command, or a list that begins with CMD");
    compose_lose_others(s, "healthcheck", health, known);
    if (!read_test(s, test, &arguments, &shell) || node_is_true(node_find(health, "disable"))) {
        if (container && draft_has(s->draft, SCHEMA_service_port))
            draft_set_text(&im->draft, s->draft, SCHEMA_health_type, STR("tcp"));
        if (health && !test && !node_is_true(node_find(health, "disable")))
            compose_lose(s, "healthcheck.test", health);
        return true;
    }
    if (container || !import_probe_command(im, s->draft, test_line(s, &arguments, shell)))
        import_probe_exec(im, s->draft, probe_command(s, &arguments, shell, container));
    read_times(s, health);
    return true;
}
