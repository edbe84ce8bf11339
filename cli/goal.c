#include "goal.h"

#include "api.h"
#include "clock.h"
#include "remote.h"
#include "report.h"
#include "service_view.h"
#include "status_view.h"

#include <unistd.h>

/* The pause between two looks at the status. */
#define LOOK_NS 50000000L
/* Seconds after which is told what is waited for: the first, then three times as many each. */
#define FIRST_WORD 1.0

enum verdict { VERDICT_READY, VERDICT_WAITS, VERDICT_LOST };

static bool is_asked_for(const struct start *start, uint32_t service)
{
    if (!start->name_count)
        return !(start->plan->services[service].flags & PLAN_SERVICE_DISABLED);
    for (size_t i = 0; i < start->name_count; i++)
        if (strcmp(start->names[i], plan_service_name(start->plan, service)) == 0)
            return true;
    return false;
}

static enum verdict judge(const struct start *start, uint32_t index, json_t *service)
{
    const char *state = api_text(service, "state");
    bool task = start->plan->services[index].kind == PLAN_KIND_TASK;
    if (!*state)
        return VERDICT_LOST;
    if (strcmp(state, task ? "done" : "running") == 0)
        return VERDICT_READY;
    /* "done" of a service, or "stopped": it has ended although nobody asked it to. */
    static const char *const ends[] = {"failed", "blocked", "stopped", "done"};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (strcmp(state, ends[i]) == 0)
            return VERDICT_LOST;
    return VERDICT_WAITS;
}

/* Of a blocked service the one that blocks it, however far away. */
static const char *find_root(json_t *status, const char *name)
{
    for (size_t steps = json_array_size(json_object_get(status, "services")); steps > 0; steps--) {
        json_t *service = api_find(status, name);
        json_t *first = json_array_get(json_object_get(service, "waiting_on"), 0);
        if (strcmp(api_text(service, "state"), "blocked") != 0 || !json_is_string(first))
            break;
        name = json_string_value(first);
    }
    return name;
}

static void report_lost(json_t *status, const char *name, json_t *service)
{
    const char *state = api_text(service, "state"), *reason = api_text(service, "reason");
    const char *root = find_root(status, name);
    struct strbuf said = {0};
    service_view_say(state, true, &said);
    report_error("%s %s%s%s", name, strbuf_text(&said), *reason ? ": " : "", reason);
    strbuf_finish(&said);
    report_hint("\"a3s logs %s\" shows what it said, \"a3s restart %s\" tries again", root, root);
}

/* "db (starting: its port refuses)" */
static void add_waiting(const char *name, json_t *service, struct strbuf *waiting)
{
    const char *reason = api_text(service, "reason");
    strbuf_addf(waiting, "%s%s (", waiting->len ? ", " : "", name);
    service_view_say(api_text(service, "state"), false, waiting);
    strbuf_addf(waiting, "%s%s)", *reason ? ": " : "", reason);
}

/* Looks at every service that was asked for; names those that are not there yet. */
static enum verdict look(const struct start *start, json_t *status, struct strbuf *waiting)
{
    enum verdict all = VERDICT_READY;
    for (uint32_t i = 0; i < start->plan->service_count; i++) {
        const char *name = plan_service_name(start->plan, i);
        if (!is_asked_for(start, i))
            continue;
        json_t *service = api_find(status, name);
        switch (judge(start, i, service)) {
        case VERDICT_LOST: report_lost(status, name, service); return VERDICT_LOST;
        case VERDICT_WAITS:
            add_waiting(name, service, waiting);
            all = VERDICT_WAITS;
            break;
        case VERDICT_READY: break;
        }
    }
    return all;
}

static int report_late(const struct start *start, const struct strbuf *waiting)
{
    report_error("not ready after %ld %s: %s", start->wait_timeout,
                 report_plural((size_t)start->wait_timeout, "second", "seconds"),
                 strbuf_text(waiting));
    return CLI_TIMEOUT;
}

/* The table is for a terminal; programs have "a3s status --json". */
static void show_ready(json_t *status, double seconds)
{
    struct arena arena = {0};
    struct strbuf text = {0};
    const char *page = api_text(status, "page");
    report_note("everything is ready after %.1f s", seconds);
    if (!isatty(STDOUT_FILENO))
        return;
    status_view_draw(status, report_color(STDOUT_FILENO), false, &arena, &text);
    if (*page)
        strbuf_addf(&text, "\nthe page: %s (\"a3s open\" opens it)\n", page);
    report_output(&text);
    strbuf_finish(&text);
    arena_finish(&arena);
}

static int conclude(enum verdict verdict, json_t *status, double seconds)
{
    if (verdict == VERDICT_READY)
        show_ready(status, seconds);
    json_decref(status);
    return verdict == VERDICT_READY ? CLI_DONE : CLI_FAILED;
}

static int await(const struct start *start, struct remote *remote, struct strbuf *waiting)
{
    double begin = clock_seconds(), next_word = FIRST_WORD;
    for (;;) {
        json_t *status = NULL;
        int code = remote_status(remote, &status);
        if (code)
            return code;
        strbuf_clear(waiting);
        enum verdict verdict = look(start, status, waiting);
        double passed = clock_seconds() - begin;
        if (verdict != VERDICT_WAITS)
            return conclude(verdict, status, passed);
        json_decref(status);
        if (start->wait_timeout && passed > (double)start->wait_timeout)
            return report_late(start, waiting);
        if (passed > next_word) {
            report_note("waiting for %s", strbuf_text(waiting));
            next_word *= 3;
        }
        nanosleep(&(struct timespec){.tv_nsec = LOOK_NS}, NULL);
    }
}

int goal_await(const struct start *start, const struct rundir *dir)
{
    struct remote remote = {.dir = *dir, .quiet = true}; /* the descriptors stay the caller's */
    struct strbuf waiting = {0};
    int code = await(start, &remote, &waiting);
    strbuf_finish(&waiting);
    return code;
}
