#include "goal.h"

#include "remote.h"
#include "report.h"

/* The pause between two looks at the status. */
#define LOOK_NS 50000000L

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

/* The service's object in the answer to /v1/status. */
static json_t *find_service(json_t *status, const char *name)
{
    size_t i;
    json_t *service;
    json_array_foreach(json_object_get(status, "services"), i, service)
    {
        const char *candidate = json_string_value(json_object_get(service, "name"));
        if (candidate && strcmp(candidate, name) == 0)
            return service;
    }
    return NULL;
}

static enum verdict judge(const struct start *start, uint32_t index, json_t *service)
{
    const char *state = json_string_value(json_object_get(service, "state"));
    bool task = start->plan->services[index].kind == PLAN_KIND_TASK;
    if (!state)
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

static void report_lost(const char *name, json_t *service)
{
    const char *state = json_string_value(json_object_get(service, "state"));
    const char *reason = json_string_value(json_object_get(service, "reason"));
    report_error("%s is %s%s%s", name, state ? state : "unknown", reason && *reason ? ": " : "",
                 reason ? reason : "");
    report_hint("\"a3s logs %s\" shows what it said", name);
}

/* Looks at every service that was asked for; names those that are not there yet. */
static enum verdict look(const struct start *start, json_t *status, struct strbuf *waiting)
{
    enum verdict all = VERDICT_READY;
    for (uint32_t i = 0; i < start->plan->service_count; i++) {
        const char *name = plan_service_name(start->plan, i);
        if (!is_asked_for(start, i))
            continue;
        json_t *service = find_service(status, name);
        switch (judge(start, i, service)) {
        case VERDICT_LOST: report_lost(name, service); return VERDICT_LOST;
        case VERDICT_WAITS:
            strbuf_addf(waiting, "%s%s", waiting->len ? ", " : "", name);
            all = VERDICT_WAITS;
            break;
        case VERDICT_READY: break;
        }
    }
    return all;
}

static double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int await(const struct start *start, struct remote *remote, struct strbuf *waiting)
{
    double begin = seconds_now();
    for (;;) {
        json_t *status = NULL;
        int code = remote_call(remote, "GET", "/v1/status", NULL, &status);
        if (code)
            return code;
        strbuf_clear(waiting);
        enum verdict verdict = look(start, status, waiting);
        json_decref(status);
        if (verdict != VERDICT_WAITS)
            return verdict == VERDICT_READY ? CLI_DONE : CLI_FAILED;
        if (start->wait_timeout && seconds_now() - begin > (double)start->wait_timeout) {
            report_error("not ready after %ld %s: %s", start->wait_timeout,
                         report_plural((size_t)start->wait_timeout, "second", "seconds"),
                         strbuf_text(waiting));
            return CLI_TIMEOUT;
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
