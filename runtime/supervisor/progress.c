#include "progress.h"

#include "launch.h"
#include "mem.h"

#define NAMES_MAX 3u  /* that a sentence lists */
#define ROWS_MAX  20u /* of addresses */
#define LATE_MS   1000

void progress_init(struct progress *progress, uint32_t count)
{
    *progress = (struct progress){.episodes = mem_alloc_array(count, sizeof *progress->episodes),
                                  .count = count};
}

void progress_finish(struct progress *progress)
{
    free(progress->episodes);
    *progress = (struct progress){0};
}

/* Whether its situation may become better without anybody doing anything. */
static bool is_under_way(const struct supervised *s)
{
    switch (s->state) {
    case SERVICE_PENDING:
    case SERVICE_STARTING:
    case SERVICE_RUNNING:
    case SERVICE_UNHEALTHY:
    case SERVICE_STOPPING:
    case SERVICE_BACKOFF: return true;
    default: return false;
    }
}

enum progress_outcome progress_outcome(const struct supervisor *supervisor)
{
    bool all = true;
    for (uint32_t i = 0; i < supervisor->plan->service_count; i++) {
        const struct supervised *s = &supervisor->services[i];
        if (!s->wanted || supervisor_is_ready(supervisor, i))
            continue;
        if (is_under_way(s))
            return PROGRESS_UNDER_WAY;
        all = false;
    }
    return all ? PROGRESS_READY : PROGRESS_FAILED;
}

/* ---- Who waits ---- */

static int64_t due(const struct progress_episode *episode)
{
    static const int64_t steps[] = {LATE_MS, 3000, 10000, 30000, 60000};
    const uint32_t count = sizeof steps / sizeof *steps;
    int64_t step =
        episode->told < count ? steps[episode->told] : 60000 * (int64_t)(episode->told - count + 2);
    return episode->since + step;
}

static void add_name(struct strbuf *names, uint32_t place, uint32_t total, const char *name)
{
    if (place >= NAMES_MAX && total > NAMES_MAX + 1)
        return;
    bool last = place + 1 == total;
    strbuf_addf(names, "%s%s", place == 0 ? "" : last ? " and " : ", ", name);
}

/* Whether the other one is held up by this one. */
static bool waits_for(const struct narrator *n, uint32_t other, uint32_t service)
{
    const struct supervised *s = &n->supervisor->services[other];
    struct plan_range deps = n->plan->services[other].deps;
    if (s->state == SERVICE_BLOCKED)
        return supervisor_root_cause(n->supervisor, other) == service;
    for (uint32_t i = 0; s->state == SERVICE_PENDING && i < deps.count; i++)
        if (n->plan->deps[deps.first + i] == service)
            return true;
    return false;
}

/* The services that wait for this one or are blocked by it, as a list for people. Their number. */
static uint32_t list_waiting(const struct narrator *n, uint32_t service, struct strbuf *out)
{
    uint32_t total = 0, place = 0, count = n->plan->service_count;
    for (uint32_t i = 0; i < count; i++)
        total += waits_for(n, i, service);
    for (uint32_t i = 0; i < count && total; i++)
        if (waits_for(n, i, service))
            add_name(out, place++, total, plan_service_name(n->plan, i));
    if (total > NAMES_MAX + 1)
        strbuf_addf(out, " and %u more", total - NAMES_MAX);
    return total;
}

/* ": nothing listens on its port", or nothing. */
static void add_reason(const struct narrator *n, uint32_t service, int64_t now, struct strbuf *out)
{
    struct strbuf reason = {0};
    narrate_reason(n, service, now, &reason);
    if (reason.len)
        strbuf_addf(out, ": %s", strbuf_text(&reason));
    strbuf_finish(&reason);
}

/* "starting, 3.2 s: nothing listens on its port" */
static void add_state(const struct narrator *n, uint32_t service, int64_t now, struct strbuf *out)
{
    const struct supervised *s = &n->supervisor->services[service];
    strbuf_addf(out, "%s, ", service_state_words(s->state));
    narrate_duration(out, now - s->since);
    add_reason(n, service, now, out);
}

/* False: nobody would miss it, as a task that still runs and that nothing waits for, or a service
 * that was in back-off and has begun anew just now. */
static bool describe(const struct narrator *n, uint32_t service, int64_t now, struct strbuf *out)
{
    struct strbuf names = {0};
    uint32_t waiting = list_waiting(n, service, &names);
    const struct supervised *s = &n->supervisor->services[service];
    bool worth = waiting || (s->state == SERVICE_STARTING && now - s->since >= LATE_MS);
    const char *name = plan_service_name(n->plan, service);
    if (waiting)
        strbuf_addf(out, "%s %s for %s (", strbuf_text(&names), waiting == 1 ? "waits" : "wait",
                    name);
    else
        strbuf_addf(out, "%s is not ready yet (", name);
    add_state(n, service, now, out);
    strbuf_addc(out, ')');
    strbuf_finish(&names);
    return worth;
}

static bool holds_up(const struct supervisor *supervisor, uint32_t service)
{
    const struct supervised *s = &supervisor->services[service];
    return s->wanted && s->state != SERVICE_PENDING && s->state != SERVICE_STOPPING &&
           is_under_way(s) && !supervisor_is_ready(supervisor, service);
}

int64_t progress_waits(struct progress *progress, const struct narrator *n, int64_t now,
                       const struct progress_listener *listener)
{
    int64_t next = -1;
    for (uint32_t i = 0; i < progress->count; i++) {
        struct progress_episode *episode = &progress->episodes[i];
        if (!holds_up(n->supervisor, i)) {
            *episode = (struct progress_episode){0};
            continue;
        }
        if (!episode->on)
            *episode = (struct progress_episode){n->supervisor->services[i].since, 0, true};
        if (now >= due(episode)) {
            struct strbuf line = {0};
            if (describe(n, i, now, &line))
                listener->say(listener->ctx, strbuf_text(&line));
            strbuf_finish(&line);
            while (now >= due(episode))
                episode->told++;
        }
        int64_t left = due(episode) - now;
        next = next < 0 || left < next ? left : next;
    }
    return next;
}

/* ---- How it came out ---- */

static bool has_row(const struct narrator *n, uint32_t service)
{
    struct strbuf url = {0};
    launch_url(&url, n->plan, service, n->ports);
    bool has = url.len && n->supervisor->services[service].wanted;
    strbuf_finish(&url);
    return has;
}

static size_t name_width(const struct narrator *n)
{
    size_t width = 0;
    for (uint32_t i = 0; i < n->plan->service_count; i++) {
        size_t length = strlen(plan_service_name(n->plan, i));
        width = has_row(n, i) && length > width ? length : width;
    }
    return width;
}

static void say_row(const struct narrator *n, const struct timeline *timeline, uint32_t service,
                    int width, const struct progress_listener *listener)
{
    const struct timeline_entry *entry = &timeline->entries[service];
    struct strbuf line = {0};
    strbuf_addf(&line, "  %-*s  ", width, plan_service_name(n->plan, service));
    launch_url(&line, n->plan, service, n->ports);
    if (entry->ready != TIMELINE_NEVER && entry->started != TIMELINE_NEVER) {
        strbuf_adds(&line, "  ready after ");
        narrate_duration(&line, entry->ready - entry->started);
    }
    listener->say(listener->ctx, strbuf_text(&line));
    strbuf_finish(&line);
}

void progress_ready(const struct narrator *n, const struct timeline *timeline, int64_t now,
                    bool table, const struct progress_listener *listener)
{
    struct strbuf line = {0};
    int width = table ? (int)name_width(n) : 0;
    strbuf_adds(&line, "everything is ready");
    if (table) {
        strbuf_adds(&line, " after ");
        narrate_duration(&line, now - timeline->began);
    }
    listener->say(listener->ctx, strbuf_text(&line));
    uint32_t rows = 0;
    for (uint32_t i = 0; table && i < n->plan->service_count; i++)
        if (has_row(n, i) && ++rows <= ROWS_MAX)
            say_row(n, timeline, i, width, listener);
    if (rows > ROWS_MAX) {
        strbuf_clear(&line);
        strbuf_addf(&line, "  and %u more: \"a3s status\"", rows - ROWS_MAX);
        listener->say(listener->ctx, strbuf_text(&line));
    }
    strbuf_finish(&line);
}

static void say_failure(const struct narrator *n, uint32_t service, int64_t now,
                        const struct progress_listener *listener)
{
    struct strbuf line = {0}, blocked = {0};
    enum service_state state = n->supervisor->services[service].state;
    strbuf_addf(&line, "  %s %s", plan_service_name(n->plan, service),
                state == SERVICE_FAILED ? "has failed" : "has ended");
    add_reason(n, service, now, &line);
    strbuf_adds(&line, " (");
    narrate_place(n->plan, service, PLAN_FIELD_CMD, &line);
    strbuf_addc(&line, ')');
    if (list_waiting(n, service, &blocked))
        strbuf_addf(&line, "; it blocks %s", strbuf_text(&blocked));
    listener->say(listener->ctx, strbuf_text(&line));
    strbuf_finish(&line);
    strbuf_finish(&blocked);
}

void progress_failed(const struct narrator *n, int64_t now, bool alone,
                     const struct progress_listener *listener)
{
    const char *first = NULL;
    struct strbuf line = {0};
    listener->say(listener->ctx, "not everything is up:");
    for (uint32_t i = 0; i < n->plan->service_count; i++) {
        const struct supervised *s = &n->supervisor->services[i];
        if (!s->wanted || supervisor_is_ready(n->supervisor, i) || s->state == SERVICE_BLOCKED)
            continue;
        say_failure(n, i, now, listener);
        first = first ? first : plan_service_name(n->plan, i);
    }
    if (alone)
        strbuf_adds(&line, "  nothing is left that runs");
    else if (first)
        strbuf_addf(&line, "  \"a3s why %s\" tells what led to it; \"a3s restart %s\" tries again",
                    first, first);
    if (line.len)
        listener->say(listener->ctx, strbuf_text(&line));
    strbuf_finish(&line);
}
