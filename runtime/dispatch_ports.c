#include "dispatch.h"
#include "port_holder.h"

/* ---- Before a start ---- */

static void add_holder(const struct daemon *d, uint32_t service, struct strbuf *out)
{
    struct strbuf holder = {0};
    strbuf_addf(out, "port %u is held by ", d->ports[service]);
    bool known = port_holder(d->ports[service], &holder);
    strbuf_adds(out, known ? strbuf_text(&holder) : "a connection that is being closed");
    strbuf_finish(&holder);
}

static void on_wait_over(void *ctx, bool free)
{
    struct service_port *port = ctx;
    struct daemon *d = port->daemon;
    if (!free) {
        struct strbuf text = {0};
        port_past_look(&port->past, d->ports[port->service]);
        add_holder(d, port->service, &text);
        daemon_tell(d, port->service, LOG_WARN, "%s; starting it anyway", strbuf_text(&text));
        strbuf_finish(&text);
    }
    dispatch_spawn(d, port->service);
}

bool dispatch_port_taken(struct daemon *d, uint32_t service)
{
    struct service_port *port = &d->service_ports[service];
    *port = (struct service_port){.daemon = d, .service = service, .wait = port->wait};
    if (!d->ports[service] ||
        !port_wait_start(&port->wait, d->loop, d->ports[service], on_wait_over, port))
        return false;
    struct strbuf text = {0};
    add_holder(d, service, &text);
    daemon_tell(d, service, LOG_WARN, "%s; waiting up to %.0f s for it", strbuf_text(&text),
                PORT_WAIT_MAX);
    daemon_set_reason(d, service, strbuf_text(&text));
    strbuf_finish(&text);
    return true;
}

bool dispatch_port_forget(struct daemon *d, uint32_t service)
{
    return port_wait_stop(&d->service_ports[service].wait);
}

bool dispatch_port_explain(const struct daemon *d, uint32_t service, struct strbuf *out)
{
    if (d->supervisor.services[service].state != SERVICE_STARTING ||
        !d->service_ports[service].past.count)
        return false;
    strbuf_adds(out, "; ");
    add_holder(d, service, out);
    return true;
}

/* ---- When something answers ---- */

static void tell_stranger(struct daemon *d, uint32_t service, const char *text)
{
    struct service_port *port = &d->service_ports[service];
    if (!port->told_stranger)
        daemon_tell(d, service, LOG_WARN, "%s", text);
    port->told_stranger = true;
}

bool dispatch_may_be_ready(void *ctx, uint32_t service, bool second, struct strbuf *out_why)
{
    struct daemon *d = ctx;
    const struct run *run = &d->runs[service];
    uint16_t port = run_probe_port(run);
    struct strbuf holder = {0};
    daemon_set_reason(d, service, "");
    if (!port || port != d->ports[service])
        return true;
    enum port_owner owner =
        port_owner(run->guard.pid, port, second, &d->service_ports[service].past, &holder);
    if (owner == PORT_STRANGER) {
        strbuf_addf(out_why, "port %u is held by %s, which is none of %s's processes", port,
                    strbuf_text(&holder), d->names[service]);
        tell_stranger(d, service, strbuf_text(out_why));
    } else if (owner == PORT_UNKNOWN) {
        daemon_tell(d, service, LOG_DEBUG,
                    "taken to be ready, although it is not known whose port %u is: %s", port,
                    strbuf_text(&holder));
    }
    strbuf_finish(&holder);
    return owner != PORT_STRANGER;
}

/* ---- When nobody answers ---- */

static void add_expectation(const struct daemon *d, uint32_t service, struct strbuf *out)
{
    const struct plan_service *planned = &d->plan->services[service];
    bool own = run_probe_port(&d->runs[service]) == d->ports[service];
    const struct plan_span *span =
        plan_find_span(d->plan, service, own ? PLAN_FIELD_PORT : PLAN_FIELD_HEALTH);
    uint16_t port = run_probe_port(&d->runs[service]);
    if (!own)
        strbuf_addf(out, ", but its probe asks port %u", port);
    else if (planned->port_source == PLAN_PORT_CHOSEN)
        strbuf_addf(out, ", but it was given %u as PORT", port);
    else
        strbuf_addf(out, ", but the A3sfile says %u", port);
    strbuf_addf(out, " (%s:%u:%u)", plan_text_ptr(d->plan, d->plan->sources[span->source].path),
                span->line, span->column);
}

void dispatch_refused(void *ctx, uint32_t service)
{
    struct daemon *d = ctx;
    struct service_port *port = &d->service_ports[service];
    struct strbuf text = {0}, ports = {0};
    const struct run *run = &d->runs[service];
    if (port_elsewhere(run->guard.pid, run_probe_port(run), &ports)) {
        strbuf_addf(&text, "%s listens on port %s", d->names[service], strbuf_text(&ports));
        add_expectation(d, service, &text);
        if (!port->told_elsewhere)
            log_warn(&d->log, "%s", strbuf_text(&text));
        port->told_elsewhere = true;
    }
    daemon_set_reason(d, service, strbuf_text(&text));
    strbuf_finish(&ports);
    strbuf_finish(&text);
}
