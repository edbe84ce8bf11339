#include "clock_text.h"
#include "narrate.h"
#include "process.h"
#include "why.h"

#include <inttypes.h>

/* The supervisor's inputs: as a word for programs, and as a sentence about the service. */
static const struct {
    const char *word, *text;
} inputs[] = {
    [SUPERVISOR_UP] = {"up", "asked to be up"},
    [SUPERVISOR_UP_ALONE] = {"up", "asked to be up, whatever its dependencies do"},
    [SUPERVISOR_DOWN] = {"down", "asked to be down"},
    [SUPERVISOR_RESTART] = {"restart", "asked to restart"},
    [SUPERVISOR_CHANGED] = {"file", "a watched file changed"},
    [SUPERVISOR_KILL] = {"kill", "to be killed at once"},
    [SUPERVISOR_LEAVE] = {"reload", "the new plan does not want it"},
    [SUPERVISOR_RENEW] = {"reload", "to run anew as the new plan says"},
    [SUPERVISOR_SPAWNED] = {"started", "started"},
    [SUPERVISOR_SPAWN_FAILED] = {"not-started", "could not be started"},
    [SUPERVISOR_READY] = {"ready", "its probe succeeded"},
    [SUPERVISOR_SICK] = {"sick", "its probe failed"},
    [SUPERVISOR_EXITED] = {"exited", "exited"},
};
_Static_assert(sizeof inputs / sizeof *inputs == SUPERVISOR_TICK, "one for each that is recorded");

/* "A3sfile.hcl:94:17" */
static void add_place(const struct why_source *source, uint32_t service, enum plan_field field,
                      struct strbuf *out)
{
    const struct plan_span *span = plan_find_span(source->plan, service, field);
    narrate_place(source->plan, service, field, out);
    strbuf_addf(out, ":%" PRIu32, span->column);
}

static void add_name(const struct why_source *source, uint32_t service, struct strbuf *out)
{
    strbuf_adds(out, plan_service_name(source->plan, service));
}

/* ---- Records ---- */

const char *why_event(const struct journal_record *record)
{
    return record->is_state ? "state" : inputs[record->input].word;
}

static void add_exit(const struct journal_record *record, struct strbuf *out)
{
    bool signaled = record->value < 0;
    if (*record->text)
        strbuf_adds(out, record->text);
    else
        proc_exit_text(out, (struct proc_exit){.signaled = signaled,
                                               .code = signaled ? -record->value : record->value});
}

static void add_state(const struct why_source *source, const struct journal_record *record,
                      struct strbuf *out)
{
    strbuf_addf(out, "%s -> %s: %s", service_state_name((enum service_state)record->from),
                service_state_name((enum service_state)record->to),
                service_event_text((enum service_event)record->event));
    if (!record->cause.number || record->cause.service == record->self.service)
        return;
    strbuf_adds(out, " (");
    add_name(source, record->cause.service, out);
    strbuf_adds(out, ")");
}

void why_record(const struct why_source *source, const struct journal_record *record,
                struct strbuf *out)
{
    if (record->is_state) {
        add_state(source, record, out);
        return;
    }
    switch ((enum supervisor_input)record->input) {
    case SUPERVISOR_CHANGED:
        strbuf_adds(out, *record->text ? record->text : inputs[record->input].text);
        return;
    case SUPERVISOR_EXITED: add_exit(record, out); return;
    case SUPERVISOR_SPAWNED: strbuf_addf(out, "started (pid %" PRId32 ")", record->value); return;
    default: break;
    }
    strbuf_adds(out, inputs[record->input].text);
    if (*record->text)
        strbuf_addf(out, ": %s", record->text);
    if (record->cause.number && record->cause.service != record->self.service) {
        strbuf_adds(out, ", for ");
        add_name(source, record->cause.service, out);
    }
}

/* The newest record of this kind; before: only older ones. */
static const struct journal_record *find(const struct why_source *source, struct journal_ref before,
                                         enum supervisor_input input)
{
    const struct journal *journal = &source->supervisor->journal;
    const struct journal_record *record;
    for (; (record = journal_get(journal, before)); before.number--)
        if (!record->is_state && record->input == input)
            return record;
    return NULL;
}

/* ---- How its last life ended ---- */

/* A probe that never succeeded, or failed for too long, is the reason rather than the exit. */
static bool add_given_up(const struct why_source *source, const struct journal_record *end,
                         struct strbuf *out)
{
    const struct journal *journal = &source->supervisor->journal;
    const struct journal_record *record;
    struct journal_ref ref = end->self;
    for (uint32_t i = 0; i < 3 && (record = journal_get(journal, ref)); i++, ref.number--) {
        if (!record->is_state || record->event != SERVICE_EVENT_GIVE_UP)
            continue;
        strbuf_adds(out, record->from == SERVICE_STARTING ? "it did not become ready in time ("
                                                          : "it was unhealthy (");
        add_place(source, end->self.service, PLAN_FIELD_HEALTH, out);
        strbuf_adds(out, ") and was stopped: ");
        return true;
    }
    return false;
}

static void add_exited(const struct why_source *source, const struct journal_record *end,
                       struct strbuf *out)
{
    const struct journal_record *began = find(source, end->self, SUPERVISOR_SPAWNED);
    add_given_up(source, end, out);
    add_exit(end, out);
    if (!began)
        return;
    strbuf_adds(out, " after ");
    narrate_duration(out, end->at - began->at);
}

static void add_end(const struct why_source *source, uint32_t service, struct strbuf *out)
{
    struct journal_ref last = journal_last(&source->supervisor->journal, service);
    const struct journal_record *exited = find(source, last, SUPERVISOR_EXITED);
    const struct journal_record *refused = find(source, last, SUPERVISOR_SPAWN_FAILED);
    if (refused && (!exited || exited->order < refused->order)) {
        strbuf_addf(out, "it could not be started: %s (", refused->text);
        add_place(source, service, PLAN_FIELD_CMD, out);
        strbuf_adds(out, ")");
    } else if (exited) {
        add_exited(source, exited, out);
    } else {
        strbuf_adds(out, "how it ended is no longer known");
    }
}

/* What its policy made of the end. */
static void add_policy(const struct why_source *source, uint32_t service, struct strbuf *out)
{
    const struct plan_service *planned = &source->plan->services[service];
    uint32_t failures = source->supervisor->services[service].failures;
    if (failures > 1)
        strbuf_addf(out, ", %" PRIu32 " tries", failures);
    if (!failures)
        return; /* it could not be started at all: no policy was asked */
    if (planned->restart == PLAN_RESTART_NEVER)
        strbuf_adds(out, " (restart.policy = \"never\", ");
    else if (planned->max_restarts && failures > planned->max_restarts)
        strbuf_adds(out, " (restart.max_restarts, ");
    else
        return;
    add_place(source, service, PLAN_FIELD_RESTART, out);
    strbuf_adds(out, ")");
}

/* ---- What it depends on ---- */

static bool is_hopeless(enum service_state state)
{
    return state == SERVICE_STOPPED || state == SERVICE_FAILED || state == SERVICE_BLOCKED;
}

/* The first dependency that is not ready; of a blocked service, the first that is hopeless. */
static uint32_t obstacle(const struct why_source *source, uint32_t service)
{
    const struct supervisor *sv = source->supervisor;
    struct plan_range deps = source->plan->services[service].deps;
    bool blocked = sv->services[service].state == SERVICE_BLOCKED;
    for (uint32_t i = 0; i < deps.count; i++) {
        uint32_t dep = source->plan->deps[deps.first + i];
        if (blocked ? is_hopeless(sv->services[dep].state) : !supervisor_is_ready(sv, dep))
            return dep;
    }
    return PLAN_NONE;
}

static void add_root(const struct why_source *source, uint32_t service, struct strbuf *out)
{
    const struct supervised *s = &source->supervisor->services[service];
    if (s->state == SERVICE_FAILED) {
        strbuf_adds(out, ", which failed: ");
        add_end(source, service, out);
        add_policy(source, service, out);
    } else if (s->state == SERVICE_STOPPED && s->wanted) {
        strbuf_adds(out, ", which ended by itself: ");
        add_end(source, service, out);
    } else {
        strbuf_addf(out, ", which %s %s", service_state_verb(s->state),
                    service_state_words(s->state));
    }
}

/* "it depends on b (place), which depends on c (place), which failed: ..." */
static void add_obstacles(const struct why_source *source, uint32_t service, struct strbuf *out)
{
    const char *prefix = "it depends on ";
    for (uint32_t next; (next = obstacle(source, service)) != PLAN_NONE; service = next) {
        enum service_state state = source->supervisor->services[next].state;
        strbuf_adds(out, prefix);
        add_name(source, next, out);
        strbuf_adds(out, " (");
        add_place(source, service, PLAN_FIELD_DEPENDS_ON, out);
        strbuf_adds(out, ")");
        prefix = ", which depends on ";
        if ((state != SERVICE_BLOCKED && state != SERVICE_PENDING) ||
            obstacle(source, next) == PLAN_NONE) {
            add_root(source, next, out);
            return;
        }
    }
}

/* The newest of these says how the last life ended; NULL, if it never began. */
static const struct journal_record *last_exit(const struct why_source *source, uint32_t service)
{
    struct journal_ref last = journal_last(&source->supervisor->journal, service);
    const struct journal_record *exited = find(source, last, SUPERVISOR_EXITED);
    const struct journal_record *refused = find(source, last, SUPERVISOR_SPAWN_FAILED);
    return refused && exited && refused->order > exited->order ? NULL : exited;
}

/* Its life ended by itself, after which it was started, or not any more. */
static bool has_ended(const struct why_source *source, uint32_t service)
{
    const struct supervised *s = &source->supervisor->services[service];
    const struct journal *journal = &source->supervisor->journal;
    const struct journal_record *origin = journal_origin(journal, service);
    switch (s->state) {
    case SERVICE_BACKOFF:
    case SERVICE_FAILED: return last_exit(source, service) != NULL;
    case SERVICE_STOPPED: return s->wanted && origin;
    case SERVICE_STARTING:
    case SERVICE_RUNNING:
    case SERVICE_UNHEALTHY: return origin && origin->input == SUPERVISOR_EXITED;
    default: return false;
    }
}

uint32_t why_ended(const struct why_source *source, uint32_t service)
{
    const struct supervised *services = source->supervisor->services;
    while (service != PLAN_NONE && services[service].state == SERVICE_BLOCKED)
        service = obstacle(source, service);
    return service != PLAN_NONE && has_ended(source, service) ? service : PLAN_NONE;
}

/* ---- The state ---- */

static void add_since(const struct why_source *source, int64_t moment, struct strbuf *out)
{
    strbuf_adds(out, " since ");
    clock_text_short(out, source->wall - (source->now - moment));
    strbuf_adds(out, " (");
    narrate_duration(out, source->now - moment);
    strbuf_adds(out, ")");
}

static void add_origin(const struct why_source *source, uint32_t service, struct strbuf *out)
{
    const struct journal_record *origin = journal_origin(&source->supervisor->journal, service);
    if (!origin)
        return;
    strbuf_adds(out, "; started because: ");
    why_record(source, origin, out);
    strbuf_adds(out, " at ");
    clock_text_short(out, source->wall - (source->now - origin->at));
}

static void add_trouble(const struct why_source *source, uint32_t service, struct strbuf *out)
{
    if (*source->trouble)
        strbuf_addf(out, ": %s", source->trouble);
    strbuf_adds(out, " (");
    add_place(source, service, PLAN_FIELD_HEALTH, out);
    strbuf_adds(out, ")");
}

static void add_stopped(const struct why_source *source, uint32_t service, struct strbuf *out)
{
    const struct supervised *s = &source->supervisor->services[service];
    struct journal_ref last = journal_last(&source->supervisor->journal, service);
    const struct journal_record *down = find(source, last, SUPERVISOR_DOWN);
    if (!last.number) {
        strbuf_adds(out, "it was never asked to be up");
        if (source->plan->services[service].flags & PLAN_SERVICE_DISABLED)
            strbuf_adds(out, ", and is disabled");
    } else if (s->wanted) {
        strbuf_adds(out, "it ended by itself: ");
        add_end(source, service, out);
    } else if (down) {
        why_record(source, down, out);
        strbuf_adds(out, " at ");
        clock_text_short(out, source->wall - (source->now - down->at));
    } else {
        strbuf_adds(out, "it is not wanted");
    }
}

static void add_starting(const struct why_source *source, uint32_t service, struct strbuf *out)
{
    const struct supervised *s = &source->supervisor->services[service];
    add_since(source, s->since, out);
    strbuf_adds(out, ": not ready yet");
    if (source->plan->services[service].probe != PLAN_NONE)
        add_trouble(source, service, out);
    add_origin(source, service, out);
}

static void add_backoff(const struct why_source *source, uint32_t service, struct strbuf *out)
{
    const struct supervised *s = &source->supervisor->services[service];
    strbuf_adds(out, ", in ");
    narrate_duration(out, s->deadline - source->now);
    strbuf_adds(out, ": ");
    add_end(source, service, out);
    if (s->failures > 1)
        strbuf_addf(out, ", %" PRIu32 " times in a row", s->failures);
}

static void add_stopping(const struct why_source *source, uint32_t service, struct strbuf *out)
{
    const struct supervised *s = &source->supervisor->services[service];
    struct journal_ref ref = journal_last(&source->supervisor->journal, service);
    const struct journal_record *record;
    add_since(source, s->since, out);
    while ((record = journal_get(&source->supervisor->journal, ref)) &&
           !(record->is_state && record->to == SERVICE_STOPPING))
        ref.number--;
    if (!record)
        return;
    strbuf_addf(out, ": %s", service_event_text((enum service_event)record->event));
}

void why_headline(const struct why_source *source, uint32_t service, struct strbuf *out)
{
    const struct supervised *s = &source->supervisor->services[service];
    add_name(source, service, out);
    strbuf_addf(out, " %s %s", service_state_verb(s->state), service_state_words(s->state));
    switch (s->state) {
    case SERVICE_RUNNING:
        add_since(source, s->since, out);
        add_origin(source, service, out);
        break;
    case SERVICE_UNHEALTHY:
        add_since(source, s->since, out);
        add_trouble(source, service, out);
        add_origin(source, service, out);
        break;
    case SERVICE_STARTING: add_starting(source, service, out); break;
    case SERVICE_STOPPING: add_stopping(source, service, out); break;
    case SERVICE_BACKOFF: add_backoff(source, service, out); break;
    case SERVICE_PENDING:
    case SERVICE_BLOCKED:
        strbuf_adds(out, ": ");
        add_obstacles(source, service, out);
        break;
    case SERVICE_FAILED:
    case SERVICE_DONE:
        strbuf_adds(out, ": ");
        add_end(source, service, out);
        if (s->state == SERVICE_FAILED)
            add_policy(source, service, out);
        break;
    default:
        strbuf_adds(out, ": ");
        add_stopped(source, service, out);
        break;
    }
}
