#include "answers.h"

#include "access.h"
#include "dispatch.h"
#include "follow.h"
#include "log_escape.h"
#include "mem.h"
#include "stopping.h"
#include "unknown.h"

#include <errno.h>

/* ---- The proxy's questions ---- */

static enum proxy_verdict verdict_on(const struct supervised *s)
{
    if (s->swapping && !service_has_process(s->state))
        return PROXY_WAIT; /* whoever gets its host under the new plan answers */
    switch (s->state) {
    case SERVICE_RUNNING:
    case SERVICE_UNHEALTHY: return PROXY_READY;
    case SERVICE_PENDING:
    case SERVICE_STARTING:
    case SERVICE_BACKOFF: return PROXY_WAIT;
    case SERVICE_STOPPING: return s->wanted || s->swapping ? PROXY_WAIT : PROXY_DOWN;
    default: return PROXY_DOWN;
    }
}

static enum proxy_verdict route_state(void *ctx, uint32_t service, uint16_t *out_port)
{
    struct daemon *d = ctx;
    enum proxy_verdict verdict = verdict_on(&d->supervisor.services[service]);
    *out_port = d->ports[service];
    return d->stopping && verdict != PROXY_READY ? PROXY_ENDING : verdict;
}

/* What a3s has said of it is the reason, which is told anyway. */
static void add_last_line(void *ctx, const struct log_line *line)
{
    struct strbuf *text = ctx, plain = {0};
    if (line->service == LOGS_SELF)
        return;
    log_strip(&plain, (struct str){line->text, line->length});
    log_escape(text, strbuf_str(&plain));
    strbuf_addc(text, '\n');
    strbuf_finish(&plain);
}

/* Names, a line each. */
static void add_waiting(const struct daemon *d, uint32_t service, struct strbuf *out)
{
    enum service_state state = d->supervisor.services[service].state;
    if (state != SERVICE_PENDING && state != SERVICE_BLOCKED)
        return;
    for (uint32_t at = 0, dep;
         (dep = supervisor_next_unmet(&d->supervisor, service, &at)) != PLAN_NONE;)
        strbuf_addf(out, "%s\n", d->names[dep]);
}

static void describe_service(void *ctx, uint32_t service, struct trouble *out_trouble)
{
    enum { LAST_LINES = 20 };
    struct daemon *d = ctx;
    const struct run *run = &d->runs[service];
    const struct plan_span *span = plan_find_span(d->plan, service, PLAN_FIELD_NAME);
    *out_trouble = (struct trouble){
        .service = d->names[service],
        .state = service_state_name(d->supervisor.services[service].state),
        .file = plan_text_ptr(d->plan, d->plan->sources[span->source].path),
        .line = span->line,
        .exited = run->has_exited && !run->exit.signaled,
        .exit_code = run->exit.code,
    };
    narrate_reason(&d->narrator, service, daemon_now(), &out_trouble->reason);
    add_waiting(d, service, &out_trouble->waits_for);
    bool *wanted = mem_alloc_array(d->plan->service_count + 1, sizeof *wanted);
    wanted[service] = true;
    logs_history(&d->logs, wanted, LAST_LINES, add_last_line, &out_trouble->lines);
    free(wanted);
}

/* For those that nobody follows it costs a copy. */
static void remember_access(void *ctx, const struct proxy_access *access)
{
    struct daemon *d = ctx;
    char record[ACCESS_RECORD_MAX];
    uint32_t service = access->service == PLAN_NONE ? LOGS_SELF : access->service;
    struct str text = {record, access_pack(access, record)};
    logs_add(&d->access, service, LOG_HTTP, text);
}

static struct site *find_site(void *ctx)
{
    struct daemon *d = ctx;
    return &d->site;
}

static int connect_control(void *ctx)
{
    struct daemon *d = ctx;
    int fd = -1;
    int error = d->control.loop ? control_connect(&d->control, &fd) : -ECONNREFUSED;
    return error ? error : fd;
}

const struct proxy_ops answers_for_proxy = {.service_state = route_state,
                                            .describe = describe_service,
                                            .access = remember_access,
                                            .site = find_site,
                                            .connect_control = connect_control};

/* ---- The control API's requests ---- */

uint32_t answers_find(const struct daemon *d, const char *name, struct strbuf *out_error)
{
    uint32_t service = plan_find_service(d->plan, name);
    if (service == PLAN_NONE)
        unknown_service(out_error, name, d->names, d->plan->service_count);
    return service;
}

static void command_one(struct daemon *d, enum control_command command, uint32_t service)
{
    static const enum supervisor_input inputs[] = {[CONTROL_START] = SUPERVISOR_UP,
                                                   [CONTROL_STOP] = SUPERVISOR_DOWN,
                                                   [CONTROL_RESTART] = SUPERVISOR_RESTART};
    _Static_assert(sizeof inputs / sizeof inputs[0] == CONTROL_COMMAND_COUNT, "one a command");
    daemon_set_reason(d, service, "");
    if (command != CONTROL_STOP) /* what is left was ready before */
        d->announced = false;
    dispatch_input(d, inputs[command], service);
}

static void command_all(struct daemon *d, enum control_command command)
{
    for (uint32_t i = 0; i < d->plan->service_count; i++) {
        bool meant = command == CONTROL_START
                         ? !(d->plan->services[i].flags & PLAN_SERVICE_DISABLED)
                         : d->supervisor.services[i].wanted;
        if (meant)
            command_one(d, command, i);
    }
}

static int control_command(void *ctx, enum control_command command, const char *const *services,
                           size_t count, struct strbuf *out_error)
{
    struct daemon *d = ctx;
    if (d->stopping || d->ending) {
        strbuf_adds(out_error, "everything is being stopped");
        return -EBUSY;
    }
    for (size_t i = 0; i < count; i++) {
        if (answers_find(d, services[i], out_error) == PLAN_NONE)
            return -ENOENT;
    }
    for (size_t i = 0; i < count; i++)
        command_one(d, command, plan_find_service(d->plan, services[i]));
    if (count == 0)
        command_all(d, command);
    return 0;
}

static int control_reload(void *ctx, struct control_stream *stream, const json_t *variables,
                          struct strbuf *out_error)
{
    return reload_request(ctx, variables, stream, out_error);
}

static void control_shutdown(void *ctx)
{
    struct daemon *d = ctx;
    if (!d->stopping)
        log_info(&d->log, "stopping everything");
    stopping_all(d);
}

static int control_logs(void *ctx, struct control_stream *stream,
                        const struct control_logs_query *query, struct strbuf *out_error)
{
    struct daemon *d = ctx;
    return follow_logs(query->http ? &d->access : &d->logs, stream, query, out_error);
}

/* ---- Faults on purpose ---- */

static void set_fault(struct daemon *d, uint32_t service, const struct fault *fault)
{
    struct strbuf text = {0};
    bool was_on = fault_is_on(proxy_fault(d->proxy, service));
    proxy_set_fault(d->proxy, service, fault);
    fault_describe(fault, &text);
    if (fault_is_on(fault))
        log_warn(&d->log, "%s: a fault on purpose: %s, until \"a3s fault %s --off\"",
                 d->names[service], strbuf_text(&text), d->names[service]);
    else if (was_on)
        log_warn(&d->log, "%s: the fault on purpose is over", d->names[service]);
    strbuf_finish(&text);
}

static int find_for_fault(struct daemon *d, const char *name, uint32_t *out_service,
                          struct strbuf *out_error)
{
    uint32_t service = answers_find(d, name, out_error);
    if (service == PLAN_NONE)
        return -ENOENT;
    if (!launch_host(d->plan, service)) {
        strbuf_addf(out_error, "no request goes to \"%s\" through the proxy", name);
        return -EBUSY;
    }
    *out_service = service;
    return 0;
}

static int control_fault(void *ctx, const char *name, json_t *wanted, json_t **out_body,
                         struct strbuf *out_error)
{
    struct daemon *d = ctx;
    struct fault fault;
    uint32_t service = 0;
    if (!daemon_proxy_port(d)) {
        strbuf_adds(out_error, "there is no proxy: dev { proxy_port = 0 }");
        return -EBUSY;
    }
    if (!fault_from_json(&fault, wanted, out_error))
        return -EINVAL;
    if (!name && fault_is_on(&fault)) {
        strbuf_adds(out_error, "a fault is for a service: /v1/services/NAME/fault");
        return -EINVAL;
    }
    int error = name ? find_for_fault(d, name, &service, out_error) : 0;
    if (error)
        return error;
    uint32_t end = name ? service + 1 : d->plan->service_count;
    for (uint32_t i = service; i < end; i++)
        set_fault(d, i, &fault);
    *out_body = json_pack("{s:b,s:o}", "ok", 1, "fault", fault_to_json(&fault));
    return 0;
}

static int control_events(void *ctx, struct control_stream *stream,
                          const struct control_events_query *query, struct strbuf *out_error)
{
    (void)out_error;
    struct daemon *d = ctx;
    struct why_source source = daemon_why(d);
    events_follow(&d->events, &source, stream, query);
    return 0;
}

const struct control_ops answers_for_control = {.read = answers_read,
                                                .command = control_command,
                                                .fault = control_fault,
                                                .reload = control_reload,
                                                .shutdown = control_shutdown,
                                                .logs = control_logs,
                                                .events = control_events};
