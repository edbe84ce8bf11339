#include "status.h"

#include "launch.h"
#include "logs.h"
#include "proxy.h"
#include "run.h"
#include "site.h"
#include "why.h"

#include <inttypes.h>
#include <unistd.h>

static void set_text(json_t *object, const char *key, const char *text)
{
    json_object_set_new(object, key, text && *text ? json_string(text) : json_null());
}

static void set_number(json_t *object, const char *key, bool known, json_int_t number)
{
    json_object_set_new(object, key, known ? json_integer(number) : json_null());
}

/* "web" of "web.localhost". */
static json_t *subdomain(const struct plan *plan, const char *host)
{
    if (!host)
        return json_null();
    size_t length = strlen(host), domain = plan->settings->domain.length;
    return json_stringn(host, length > domain ? length - domain - 1 : length);
}

static json_t *waiting_on(const struct narrator *n, uint32_t service)
{
    json_t *names = json_array();
    enum service_state state = n->supervisor->services[service].state;
    if (state != SERVICE_PENDING && state != SERVICE_BLOCKED)
        return names;
    for (uint32_t at = 0, dep;
         (dep = supervisor_next_unmet(n->supervisor, service, &at)) != PLAN_NONE;)
        json_array_append_new(names, json_string(plan_service_name(n->plan, dep)));
    return names;
}

static json_t *health(const struct narrator *n, uint32_t service)
{
    enum service_state state = n->supervisor->services[service].state;
    if (n->plan->services[service].probe == PLAN_NONE || !service_has_process(state))
        return json_null();
    return json_boolean(state == SERVICE_RUNNING);
}

static json_t *quantile(const struct latency *latency, double part)
{
    return latency->count ? json_real(latency_quantile(latency, part) * 1e3) : json_null();
}

/* The buckets that hold something: [upper bound in ms, requests]. */
static json_t *latency_json(const struct latency *latency)
{
    json_t *buckets = json_array();
    for (unsigned i = 0; i < LATENCY_BUCKETS; i++) {
        if (latency->buckets[i])
            json_array_append_new(buckets, json_pack("[f,I]", latency_bound(i) * 1e3,
                                                     (json_int_t)latency->buckets[i]));
    }
    return json_pack("{s:I,s:o,s:o,s:o,s:o}", "count", (json_int_t)latency->count, "p50_ms",
                     quantile(latency, 0.5), "p90_ms", quantile(latency, 0.9), "p99_ms",
                     quantile(latency, 0.99), "buckets", buckets);
}

static void set_requests(json_t *object, const struct proxy *proxy, uint32_t service)
{
    if (!proxy)
        return;
    const struct proxy_counters *c = proxy_counters(proxy, service);
    json_object_set_new(object, "http",
                        json_pack("{s:I,s:I,s:I,s:I,s:I,s:o}", "requests", (json_int_t)c->requests,
                                  "errors", (json_int_t)c->errors, "active", (json_int_t)c->active,
                                  "parked", (json_int_t)c->parked, "bytes", (json_int_t)c->bytes,
                                  "latency", latency_json(&c->latency)));
    json_object_set_new(object, "fault", fault_to_json(proxy_fault(proxy, service)));
}

static void set_texts(json_t *object, const struct narrator *n, uint32_t service, int64_t now)
{
    struct strbuf text = {0};
    launch_url(&text, n->plan, service, n->ports);
    set_text(object, "url", strbuf_text(&text));
    strbuf_clear(&text);
    narrate_reason(n, service, now, &text);
    set_text(object, "reason", strbuf_text(&text));
    strbuf_finish(&text);
}

json_t *status_service(const struct status_source *source, uint32_t service, int64_t now)
{
    const struct narrator *n = source->narrator;
    const struct supervised *s = &n->supervisor->services[service];
    const struct run *run = &n->runs[service];
    bool live = service_has_process(s->state) && run->pid;
    bool exited = run->has_exited;
    json_t *object = json_object();
    json_object_set_new(object, "name", json_string(plan_service_name(n->plan, service)));
    json_object_set_new(object, "state", json_string(service_state_name(s->state)));
    json_object_set_new(
        object, "kind",
        json_string(n->plan->services[service].kind == PLAN_KIND_TASK ? "task" : "service"));
    set_number(object, "pid", live, run->pid);
    set_number(object, "port", n->ports[service] != 0, n->ports[service]);
    json_object_set_new(object, "subdomain", subdomain(n->plan, launch_host(n->plan, service)));
    json_object_set_new(object, "healthy", health(n, service));
    set_number(object, "uptime_secs", live, (now - s->started) / 1000);
    set_number(object, "restart_count", true, s->spawns ? s->spawns - 1 : 0);
    set_number(object, "crash_count", true, s->crashes);
    set_number(object, "runs", true, logs_runs(source->logs, service)->count);
    set_number(object, "failures", true, probe_failures(&run->probe));
    set_number(object, "flaps", true, flaps_recent(&run->flaps, now, &(int64_t){0}));
    json_object_set_new(object, "wanted", json_boolean(s->wanted));
    json_object_set_new(object, "waiting_on", waiting_on(n, service));
    set_number(object, "exit_code", exited && !run->exit.signaled, run->exit.code);
    set_number(object, "exit_signal", exited && run->exit.signaled, run->exit.code);
    set_number(object, "next_retry_ms", s->state == SERVICE_BACKOFF, s->deadline - now);
    set_texts(object, n, service, now);
    json_object_set_new(object, "source", why_place_json(n->plan, service));
    set_requests(object, source->proxy, service);
    return object;
}

/* Without the token: what is shown of a status is soon shown to others. */
static json_t *page_json(const struct status_source *source)
{
    struct strbuf text = {0};
    if (!source->proxy_port)
        return json_null();
    site_address(&text, source->narrator->plan, source->proxy_port);
    json_t *page = json_string(strbuf_text(&text));
    strbuf_finish(&text);
    return page;
}

json_t *status_services(const struct status_source *source, int64_t now)
{
    json_t *services = json_array();
    for (uint32_t i = 0; i < source->narrator->plan->service_count; i++)
        json_array_append_new(services, status_service(source, i, now));
    return services;
}

json_t *status_json(const struct status_source *source, int64_t now)
{
    const struct plan *plan = source->narrator->plan;
    char hash[17];
    snprintf(hash, sizeof hash, "%016" PRIx64, plan->hash);
    /* A path is any bytes; JSON is UTF-8. */
    json_t *project = json_string(source->project), *root = json_string(source->root);
    return json_pack("{s:i,s:s,s:o,s:o,s:s,s:I,s:I,s:o,s:b,s:o}", "api", 1, "version", A3S_VERSION,
                     "a3sfile", project ? project : json_null(), "root", root ? root : json_null(),
                     "plan_hash", hash, "pid", (json_int_t)getpid(), "proxy_port",
                     (json_int_t)source->proxy_port, "page", page_json(source), "stopping",
                     source->stopping, "services", status_services(source, now));
}
