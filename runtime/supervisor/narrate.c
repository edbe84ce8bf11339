#include "narrate.h"

#include "launch.h"
#include "run.h"

#include <inttypes.h>
#include <signal.h>

void narrate_duration(struct strbuf *out, int64_t ms)
{
    if (ms < 1000)
        strbuf_addf(out, "%" PRId64 " ms", ms < 0 ? 0 : ms);
    else if (ms < 60000)
        strbuf_addf(out, "%.1f s", (double)ms / 1e3);
    else if (ms < 3600000)
        strbuf_addf(out, "%" PRId64 " min", ms / 60000);
    else
        strbuf_addf(out, "%" PRId64 " h", ms / 3600000);
}

void narrate_place(const struct plan *plan, uint32_t service, enum plan_field field,
                   struct strbuf *out)
{
    const struct plan_span *span = plan_find_span(plan, service, field);
    strbuf_addf(out, "%s:%u", plan_text_ptr(plan, plan->sources[span->source].path), span->line);
}

/* The names of the dependencies that it waits for, joined by ", ". */
static void add_waiting(const struct narrator *n, uint32_t service, struct strbuf *out)
{
    const char *separator = "";
    for (uint32_t at = 0, dep;
         (dep = supervisor_next_unmet(n->supervisor, service, &at)) != PLAN_NONE;) {
        strbuf_addf(out, "%s%s", separator, plan_service_name(n->plan, dep));
        separator = ", ";
    }
}

void narrate_end(const struct narrator *n, uint32_t service, int64_t now, struct strbuf *out)
{
    const struct run *run = &n->runs[service];
    bool cleaning = run->phase == RUN_POST_STOP;
    int64_t since = cleaning ? run->phase_since : n->supervisor->services[service].since;
    if (cleaning)
        strbuf_adds(out, "its post_stop, ");
    else if (run->pid)
        strbuf_addf(out, "pid %d, ", (int)run->pid);
    narrate_duration(out, now - since);
    strbuf_adds(out, " of ");
    narrate_duration(out, n->plan->services[service].stop_timeout_ms);
    const char *signal = run->told ? sigabbrev_np(run->told) : NULL;
    if (signal && !cleaning)
        strbuf_addf(out, ", %s sent", signal);
}

static void add_root(const struct narrator *n, uint32_t service, struct strbuf *out)
{
    uint32_t root = supervisor_root_cause(n->supervisor, service);
    enum service_state state = n->supervisor->services[root].state;
    strbuf_addf(out, "%s %s", plan_service_name(n->plan, root),
                state == SERVICE_STOPPED ? "is stopped" : "has failed");
    if (n->reasons[root].len)
        strbuf_addf(out, ": %s", strbuf_text(&n->reasons[root]));
}

static void add_exit(const struct narrator *n, uint32_t service, int64_t now, struct strbuf *out)
{
    const struct supervised *s = &n->supervisor->services[service];
    if (n->reasons[service].len)
        strbuf_adds(out, strbuf_text(&n->reasons[service]));
    else if (n->runs[service].ran)
        proc_exit_text(out, n->runs[service].exit);
    else
        strbuf_adds(out, "ended");
    if (s->spawns && n->runs[service].ran) {
        strbuf_adds(out, " after ");
        narrate_duration(out, now - s->started);
    }
}

static void add_retry(const struct narrator *n, uint32_t service, int64_t now, struct strbuf *out)
{
    strbuf_adds(out, "next try in ");
    narrate_duration(out, n->supervisor->services[service].deadline - now);
}

static enum log_level narrate_running(const struct narrator *n,
                                      const struct supervisor_action *notice, int64_t now,
                                      struct strbuf *out)
{
    uint32_t service = notice->service;
    const struct plan_service *planned = &n->plan->services[service];
    if (notice->from == SERVICE_UNHEALTHY) {
        strbuf_adds(out, "healthy again");
        return LOG_INFO;
    }
    strbuf_adds(out, planned->kind == PLAN_KIND_TASK ? "runs" : "ready");
    if (planned->probe != PLAN_NONE) {
        strbuf_adds(out, " after ");
        narrate_duration(out, now - n->supervisor->services[service].started);
    }
    struct strbuf url = {0};
    launch_url(&url, n->plan, service, n->ports);
    if (url.len)
        strbuf_addf(out, ": %s", strbuf_text(&url));
    else if (n->ports[service])
        strbuf_addf(out, " on port %u", n->ports[service]);
    strbuf_finish(&url);
    return LOG_INFO;
}

static const char *ordinal_ending(uint32_t number)
{
    uint32_t last = number % 10;
    if (number / 10 % 10 == 1 || last < 1 || last > 3)
        return "th";
    return last == 1 ? "st" : last == 2 ? "nd" : "rd";
}

static enum log_level narrate_unhealthy(const struct narrator *n, uint32_t service, int64_t now,
                                        struct strbuf *out)
{
    int64_t since = now;
    uint32_t count = flaps_recent(&n->runs[service].flaps, now, &since);
    strbuf_adds(out, "unhealthy");
    if (count > 1) {
        strbuf_addf(out, " again (%s%u%s time in ", count == FLAPS_MAX ? "at least the " : "",
                    count, ordinal_ending(count));
        narrate_duration(out, now - since);
        strbuf_addc(out, ')');
    }
    strbuf_addf(out, ": %s", strbuf_text(&n->reasons[service]));
    return LOG_WARN;
}

static enum log_level narrate_stopping(const struct narrator *n,
                                       const struct supervisor_action *notice, struct strbuf *out)
{
    const char *reason = strbuf_text(&n->reasons[notice->service]);
    if (notice->event == SERVICE_EVENT_STOP) {
        strbuf_adds(out, "stopping");
        return LOG_INFO;
    }
    if (notice->event == SERVICE_EVENT_RESTART) {
        strbuf_addf(out, "restarting%s%s", *reason ? ": " : "", reason);
        return LOG_INFO;
    }
    if (notice->from == SERVICE_STARTING)
        strbuf_adds(out, "did not become ready in time: stopping it");
    else
        strbuf_adds(out, "unhealthy: stopping it to start it anew");
    return LOG_WARN;
}

static enum plan_field failed_field(const struct run *run)
{
    bool prepared = !run->unprepared && !(run->failed && run->failed_command == GUARD_PRE_START);
    return prepared ? PLAN_FIELD_CMD : PLAN_FIELD_PRE_START;
}

static enum log_level narrate_failed(const struct narrator *n, uint32_t service, int64_t now,
                                     struct strbuf *out)
{
    strbuf_adds(out, "failed: ");
    add_exit(n, service, now, out);
    strbuf_adds(out, " (");
    narrate_place(n->plan, service, failed_field(&n->runs[service]), out);
    strbuf_adds(out, ")");
    return LOG_ERROR;
}

static enum log_level narrate_stopped(const struct narrator *n,
                                      const struct supervisor_action *notice, int64_t now,
                                      struct strbuf *out)
{
    strbuf_adds(out, "stopped");
    if (!service_has_process(notice->from))
        return LOG_DEBUG;
    if (notice->from != SERVICE_STOPPING) {
        strbuf_adds(out, " by itself: ");
        add_exit(n, notice->service, now, out);
    }
    return LOG_INFO;
}

enum log_level narrate_notice(const struct narrator *n, const struct supervisor_action *notice,
                              int64_t now, struct strbuf *out)
{
    uint32_t service = notice->service;
    switch (notice->to) {
    case SERVICE_RUNNING: return narrate_running(n, notice, now, out);
    case SERVICE_STOPPING: return narrate_stopping(n, notice, out);
    case SERVICE_FAILED: return narrate_failed(n, service, now, out);
    case SERVICE_STOPPED: return narrate_stopped(n, notice, now, out);
    case SERVICE_UNHEALTHY: return narrate_unhealthy(n, service, now, out);
    case SERVICE_BACKOFF:
        add_exit(n, service, now, out);
        strbuf_adds(out, "; ");
        add_retry(n, service, now, out);
        return LOG_WARN;
    case SERVICE_BLOCKED:
        strbuf_adds(out, "blocked: ");
        add_root(n, service, out);
        return LOG_ERROR;
    case SERVICE_DONE:
        strbuf_adds(out, "done after ");
        narrate_duration(out, now - n->supervisor->services[service].started);
        return LOG_INFO;
    case SERVICE_PENDING:
        strbuf_adds(out, "waiting");
        if (n->supervisor->services[service].unmet) {
            strbuf_adds(out, " for ");
            add_waiting(n, service, out);
        }
        return LOG_DEBUG;
    default: strbuf_adds(out, service_state_words(notice->to)); return LOG_DEBUG;
    }
}

void narrate_reason(const struct narrator *n, uint32_t service, int64_t now, struct strbuf *out)
{
    const struct supervised *s = &n->supervisor->services[service];
    enum run_phase phase = n->runs[service].phase;
    if (s->state != SERVICE_STOPPING && (phase == RUN_PRE_START || phase == RUN_POST_STOP)) {
        strbuf_addf(out, "%s runs", phase == RUN_PRE_START ? "pre_start" : "post_stop");
        return;
    }
    switch (s->state) {
    case SERVICE_STOPPING: narrate_end(n, service, now, out); break;
    case SERVICE_PENDING:
        strbuf_adds(out, "waits for ");
        add_waiting(n, service, out);
        break;
    case SERVICE_BLOCKED: add_root(n, service, out); break;
    case SERVICE_BACKOFF:
        add_exit(n, service, s->since, out);
        strbuf_adds(out, "; ");
        add_retry(n, service, now, out);
        break;
    case SERVICE_FAILED: add_exit(n, service, s->since, out); break;
    case SERVICE_STOPPED:
        if (s->wanted && s->spawns)
            add_exit(n, service, s->since, out);
        break;
    case SERVICE_STARTING:
        strbuf_adds(out, n->reasons[service].len ? strbuf_text(&n->reasons[service])
                                                 : probe_error(&n->runs[service].probe));
        break;
    case SERVICE_UNHEALTHY: strbuf_adds(out, probe_error(&n->runs[service].probe)); break;
    default: break;
    }
}
