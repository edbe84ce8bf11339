/* The part of an exchange that waits for its service: parked until that is ready, or trying whether
 * it listens yet; and what is said if it does not come. */
#include "client.h"
#include "exchange_parts.h"
#include "trouble.h"

#include <errno.h>
#include <inttypes.h>

static ev_tstamp now(const struct exchange *exchange)
{
    return ev_now(exchange_proxy(exchange)->loop);
}

bool exchange_waits(const struct exchange *exchange)
{
    return exchange->state == EXCHANGE_DELAYED || exchange->state == EXCHANGE_PARKED ||
           exchange->state == EXCHANGE_DIALING;
}

void exchange_scouted(struct exchange *exchange, bool reached)
{
    struct proxy *proxy = exchange_proxy(exchange);
    if (!exchange->scout)
        return;
    exchange->scout = false;
    if (exchange_is_gone(exchange))
        return;
    proxy->services[exchange->service].scouted = false;
    proxy->services[exchange->service].reached |= reached;
    proxy_wake(proxy, exchange->service);
}

void exchange_unpark(struct exchange *exchange)
{
    if (link_alone(&exchange->parked))
        return;
    link_remove(&exchange->parked);
    exchange->parked_for += now(exchange) - exchange->parked_since;
    exchange_proxy(exchange)->parked_count--;
    exchange_counters(exchange)->parked--;
}

/* Seconds that it may still wait for its service. */
static double hold_left(const struct exchange *exchange)
{
    double left = exchange_proxy(exchange)->plan->settings->hold_ms / 1000. - exchange->parked_for;
    return left > 0. ? left : 0.;
}

bool exchange_may_hold_more(const struct exchange *exchange)
{
    return !exchange_waits(exchange) || exchange_proxy(exchange)->held_bytes < PROXY_HELD_BYTES;
}

void exchange_count_held(struct exchange *exchange)
{
    const struct http *request = &exchange->request;
    uint32_t head = request->bytes == request->first ? 0 : request->capacity;
    uint32_t held = exchange_waits(exchange) ? exchange->up.capacity + head : 0;
    exchange_proxy(exchange)->held_bytes += held;
    exchange_proxy(exchange)->held_bytes -= exchange->held_bytes;
    exchange->held_bytes = held;
}

void exchange_enter(struct exchange *exchange, enum exchange_state state)
{
    exchange->state = state;
    exchange_count_held(exchange);
}

static void park(struct exchange *exchange)
{
    struct proxy *proxy = exchange_proxy(exchange);
    if (exchange->state == EXCHANGE_PARKED)
        return;
    if (proxy->parked_count >= PROXY_PARKED_MAX || proxy->held_bytes >= PROXY_HELD_MAX) {
        exchange_answer(exchange, 503, "Too many requests wait for services", STR(""));
        return;
    }
    exchange_enter(exchange, EXCHANGE_PARKED);
    exchange_scouted(exchange, false);
    exchange->dial_until = 0.;
    exchange->parked_since = now(exchange);
    link_append(&proxy->parked, &exchange->parked);
    proxy->parked_count++;
    exchange_counters(exchange)->parked++;
    deadline_set(&exchange->deadline, proxy->loop, hold_left(exchange));
    if (exchange->client_eof)
        exchange_end(exchange, EXCHANGE_CLOSE);
}

/* Whether another one tries already whether the service listens. */
static bool has_scout(const struct exchange *exchange)
{
    return !exchange->scout && exchange_proxy(exchange)->services[exchange->service].scouted;
}

/* A service that nobody has reached since it became ready may be on its way there: without a probe
 * it counts as ready when it is executed. It has as long for it as a request waits at most. */
static void dial(struct exchange *exchange, uint16_t port)
{
    struct proxy_service *service = &exchange_proxy(exchange)->services[exchange->service];
    if (exchange->dial_until == 0.)
        exchange->dial_until = now(exchange) + PROXY_CONNECT_TIMEOUT;
    if (!service->reached) {
        double hold = exchange_proxy(exchange)->plan->settings->hold_ms / 1000.;
        exchange->scout = service->scouted = true;
        if (exchange->dial_until < service->ready_since + hold)
            exchange->dial_until = service->ready_since + hold;
    }
    exchange_dial(exchange, port);
}

/* The page of a service that is down waits for a change (trouble.h). */
static bool awaits_change(const struct exchange *exchange, const struct trouble *trouble)
{
    const struct head *head = &exchange->request.head;
    const struct head_field *field = head_find(head, FIELD_X_A3S_AWAIT);
    char id[17];
    snprintf(id, sizeof id, "%016" PRIx64, trouble_id(trouble));
    return field && str_is(head->method, "HEAD") && str_is(head_value(head, field), id);
}

static bool is_await(const struct exchange *exchange)
{
    const struct head *head = &exchange->request.head;
    return str_is(head->method, "HEAD") && head_find(head, FIELD_X_A3S_AWAIT);
}

static void explain(struct exchange *exchange, bool may_wait)
{
    struct proxy *proxy = exchange_proxy(exchange);
    struct trouble trouble = {0};
    proxy->ops.describe(proxy->ctx, exchange->service, &trouble);
    if (has_scout(exchange))
        strbuf_adds(&trouble.reason, "nothing listens on its port");
    if (may_wait && awaits_change(exchange, &trouble))
        park(exchange);
    else
        exchange_explain(exchange, &trouble);
    trouble_finish(&trouble);
}

void exchange_hold_over(struct exchange *exchange)
{
    explain(exchange, false);
}

static void reach(struct exchange *exchange, uint16_t port)
{
    if (is_await(exchange)) {
        exchange_answer(exchange, 200, "The service is ready", STR(""));
    } else if (has_scout(exchange)) {
        park(exchange);
    } else {
        exchange_unpark(exchange);
        dial(exchange, port);
    }
}

static void tell_end(struct exchange *exchange, const char *title, struct str text)
{
    if (is_await(exchange)) /* cut off, its page asks again until a3s is back */
        exchange_end(exchange, EXCHANGE_CLOSE);
    else
        exchange_answer(exchange, 503, title, text);
}

void exchange_go(struct exchange *exchange)
{
    struct proxy *proxy = exchange_proxy(exchange);
    uint16_t port = 0;
    if (exchange_is_gone(exchange)) {
        exchange_answer(exchange, 503, "The service is gone", STR(""));
        return;
    }
    enum proxy_verdict verdict = proxy->ops.service_state(proxy->ctx, exchange->service, &port);
    if (proxy->closing && verdict != PROXY_ENDING) {
        tell_end(exchange, "The proxy is stopping", STR("It takes no more requests."));
        return;
    }
    switch (verdict) {
    case PROXY_READY: reach(exchange, port); break;
    case PROXY_WAIT: park(exchange); break;
    case PROXY_DOWN: explain(exchange, true); break;
    case PROXY_ENDING:
        tell_end(exchange, "a3s is stopping", STR("\"a3s up\" starts it again."));
        break;
    }
}

void exchange_retry(struct exchange *exchange)
{
    exchange_go(exchange);
    exchange_flush_up(exchange);
    if (exchange->state == EXCHANGE_OPEN)
        client_resume(exchange->client);
}

void exchange_wind_up(struct exchange *exchange)
{
    exchange->last = true;
    if (exchange->state == EXCHANGE_HEAD)
        exchange_end(exchange, EXCHANGE_LAST);
    else if (exchange_waits(exchange))
        exchange_go(exchange);
}

static void wait_to_redial(struct exchange *exchange)
{
    ev_tstamp left = exchange->dial_until - now(exchange);
    exchange_drop_upstream(exchange);
    deadline_set(&exchange->deadline, exchange_proxy(exchange)->loop,
                 left < EXCHANGE_REDIAL ? left : EXCHANGE_REDIAL);
}

void exchange_dial_failed(struct exchange *exchange, int error)
{
    if (error == -EMFILE || error == -ENFILE || error == -ENOMEM) {
        exchange_answer(exchange, 503, "No connection to the service", str_from(strerror(-error)));
    } else if (exchange->upstream && upstream_dial_next(exchange->upstream) == 0) {
        exchange_flush_up(exchange);
    } else if (now(exchange) < exchange->dial_until) {
        wait_to_redial(exchange);
    } else {
        exchange_answer(exchange, 502, "The service does not answer",
                        STR("It is running, but nothing listens on its port."));
    }
}

void exchange_dial_due(struct exchange *exchange)
{
    if (exchange->upstream) {
        exchange_answer(exchange, 504, "The service does not answer",
                        STR("It does not accept connections."));
    } else if (exchange->doubt_until != 0.) {
        exchange_resolve_doubt(exchange);
    } else if (now(exchange) >= exchange->dial_until) {
        exchange_dial_failed(exchange, -ECONNREFUSED);
    } else {
        exchange_retry(exchange);
    }
}
