/* What can be read through the control API, an object each. */
#include "answers.h"

#include "daemon_state.h"
#include "last_words.h"
#include "launch.h"
#include "status.h"
#include "vitals.h"

#include <errno.h>

static struct status_source status_of(const struct daemon *d)
{
    return (struct status_source){.narrator = &d->narrator,
                                  .logs = &d->logs,
                                  .proxy = d->proxy,
                                  .project = d->options->project,
                                  .root = d->options->root,
                                  .proxy_port = daemon_proxy_port(d),
                                  .stopping = d->stopping};
}

static int read_status(struct daemon *d, uint32_t service, json_t **out, struct strbuf *out_error)
{
    (void)service;
    (void)out_error;
    struct status_source source = status_of(d);
    *out = status_json(&source, daemon_now());
    return 0;
}

static int read_services(struct daemon *d, uint32_t service, json_t **out, struct strbuf *out_error)
{
    (void)service;
    (void)out_error;
    struct status_source source = status_of(d);
    *out = json_pack("{s:i,s:o}", "api", 1, "services", status_services(&source, daemon_now()));
    return 0;
}

static int read_service(struct daemon *d, uint32_t service, json_t **out, struct strbuf *out_error)
{
    (void)out_error;
    struct status_source source = status_of(d);
    *out = status_service(&source, service, daemon_now());
    return 0;
}

/* The last lines of the life whose end is the reason, or null. */
static json_t *last_output(const struct daemon *d, const struct why_source *source,
                           uint32_t service)
{
    uint32_t ended = why_ended(source, service);
    uint32_t run = ended == PLAN_NONE ? 0 : d->runs[ended].ended;
    if (!run)
        return json_null();
    return json_pack("{s:s,s:I,s:o}", "service", d->names[ended], "run", (json_int_t)run, "lines",
                     last_words_json(&d->logs, ended, run));
}

static int read_why(struct daemon *d, uint32_t service, json_t **out, struct strbuf *out_error)
{
    (void)out_error;
    struct why_source source = daemon_why(d);
    source.trouble = probe_error(&d->runs[service].probe);
    *out = why_json(&source, service);
    json_object_set_new(*out, "last_output", last_output(d, &source, service));
    return 0;
}

static int read_journal(struct daemon *d, uint32_t service, json_t **out, struct strbuf *out_error)
{
    (void)out_error;
    struct why_source source = daemon_why(d);
    *out = why_journal_json(&source, service);
    return 0;
}

static int read_health(struct daemon *d, uint32_t service, json_t **out, struct strbuf *out_error)
{
    (void)service;
    (void)out_error;
    *out = vitals_json(&(struct vitals){.supervisor = &d->supervisor,
                                        .uptime_ms = daemon_now() - d->began,
                                        .clients = d->control.client_count,
                                        .stopping = d->stopping});
    return 0;
}

static int read_plan(struct daemon *d, uint32_t service, json_t **out, struct strbuf *out_error)
{
    (void)service;
    struct strbuf text = {0};
    if (!d->options->show_plan) {
        strbuf_adds(out_error, "this a3s cannot show plans");
        return -ENOTSUP;
    }
    d->options->show_plan(d->plan, &text);
    *out = json_loadb(strbuf_text(&text), text.len, 0, NULL);
    strbuf_finish(&text);
    return 0;
}

static int read_timeline(struct daemon *d, uint32_t service, json_t **out, struct strbuf *out_error)
{
    (void)service;
    (void)out_error;
    *out = timeline_json(&d->timeline, d->plan);
    return 0;
}

static int read_ticket(struct daemon *d, uint32_t service, json_t **out, struct strbuf *out_error)
{
    (void)service;
    struct strbuf address = {0};
    if (!daemon_proxy_port(d)) {
        strbuf_adds(out_error, "there is no page: this A3sfile has no proxy");
        return -EBUSY;
    }
    int error = site_make_ticket(&d->site, daemon_now());
    if (error)
        return error;
    site_address(&address, d->plan, proxy_port(d->proxy));
    strbuf_addf(&address, "#ticket=%s", d->site.ticket);
    *out = json_pack("{s:i,s:s,s:i}", "api", 1, "address", strbuf_text(&address), "expires_ms",
                     SITE_TICKET_MS);
    strbuf_finish(&address);
    return 0;
}

/* {"NAME": "value"}; the names of those that JSON cannot hold go to left_out. */
static json_t *environment_json(const char *const *env, json_t *left_out)
{
    json_t *object = json_object();
    for (; *env; env++) {
        const char *equals = strchr(*env, '=');
        size_t length = equals ? (size_t)(equals - *env) : strlen(*env);
        json_t *value = json_string(equals ? equals + 1 : "");
        json_t *name = json_stringn(*env, length);
        if (name && value)
            json_object_set(object, json_string_value(name), value);
        else if (name)
            json_array_append(left_out, name);
        json_decref(name);
        json_decref(value);
    }
    return object;
}

static int read_launch(struct daemon *d, uint32_t service, json_t **out, struct strbuf *out_error)
{
    struct arena arena = {0};
    struct launch launch;
    struct launch_failure failure;
    uint32_t command = d->plan->services[service].command;
    bool made = launch_new(&arena, &d->world, service, command, &launch, &failure);
    if (made) {
        json_t *left_out = json_array(), *dir = json_string(launch.dir); /* NULL: not UTF-8 */
        *out = json_pack("{s:i,s:s,s:o,s:o,s:o}", "api", 1, "service", d->names[service], "dir",
                         dir ? dir : json_null(), "env", environment_json(launch.env, left_out),
                         "left_out", left_out);
    } else {
        strbuf_adds(out_error, failure.reason);
    }
    arena_finish(&arena);
    return made ? 0 : -EBUSY;
}

typedef int reader(struct daemon *d, uint32_t service, json_t **out, struct strbuf *out_error);

int answers_read(void *ctx, enum control_what what, const char *name, json_t **out_object,
                 struct strbuf *out_error)
{
    static reader *const readers[] = {
        [CONTROL_STATUS] = read_status,   [CONTROL_HEALTH] = read_health,
        [CONTROL_PLAN] = read_plan,       [CONTROL_TIMELINE] = read_timeline,
        [CONTROL_TICKET] = read_ticket,   [CONTROL_SERVICES] = read_services,
        [CONTROL_SERVICE] = read_service, [CONTROL_WHY] = read_why,
        [CONTROL_JOURNAL] = read_journal, [CONTROL_LAUNCH] = read_launch,
    };
    _Static_assert(sizeof readers / sizeof *readers == CONTROL_WHAT_COUNT, "a reader each");
    struct daemon *d = ctx;
    json_t *object = NULL;
    uint32_t service = name ? answers_find(d, name, out_error) : PLAN_NONE;
    if (name && service == PLAN_NONE)
        return -ENOENT;
    int error = readers[what](d, service, &object, out_error);
    if (!error && !object)
        error = -ENOMEM;
    if (!error)
        *out_object = object;
    return error;
}
