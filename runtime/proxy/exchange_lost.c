/* Requests whose connection ended before a byte of their answer: which of them are sent again. */
#include "exchange_parts.h"

#include "client.h"

/* Sent again only if that cannot do anything twice. */
bool exchange_can_be_repeated(const struct exchange *exchange)
{
    struct str method = exchange->request.head.method;
    return !http_has_body(&exchange->request) && !exchange->upgrade && !exchange->own &&
           (str_is(method, "GET") || str_is(method, "HEAD") || str_is(method, "OPTIONS"));
}

static void lose(struct exchange *exchange)
{
    if (exchange->own && exchange_proxy(exchange)->closing)
        exchange_break(exchange, 503, "a3s is stopping");
    else
        exchange_break(exchange, 502, "it closed the connection without an answer");
}

static void doubt(struct exchange *exchange)
{
    exchange_enter(exchange, EXCHANGE_DIALING);
    deadline_set(&exchange->deadline, exchange_proxy(exchange)->loop, EXCHANGE_REDIAL);
}

/* A service that has died is waited for; one that goes on has meant what it did. */
void exchange_resolve_doubt(struct exchange *exchange)
{
    if (exchange_is_ready(exchange) &&
        ev_now(exchange_proxy(exchange)->loop) < exchange->doubt_until) {
        doubt(exchange);
    } else if (exchange_is_ready(exchange)) {
        lose(exchange);
    } else {
        exchange->doubt_until = 0.;
        exchange_retry(exchange);
    }
}

/* A connection from the pool may have been closed by the service just before it was used, and a new
 * one by a service that has just been killed, which its state does not say yet. Once more it is
 * sent to the next process only. */
void exchange_lost(struct exchange *exchange)
{
    bool again = exchange->fresh;
    if (exchange->doubted || !exchange_can_be_repeated(exchange)) {
        lose(exchange);
        return;
    }
    exchange_drop_upstream(exchange);
    exchange->fresh = true;
    exchange->doubted = again;
    exchange->dropping = false;
    exchange->dial_until = 0.;
    exchange_write_head(exchange);
    if (again) {
        exchange->doubt_until = ev_now(exchange_proxy(exchange)->loop) + EXCHANGE_DOUBT;
        doubt(exchange);
    } else {
        exchange_retry(exchange);
    }
}
