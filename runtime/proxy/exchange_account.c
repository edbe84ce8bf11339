/* What is remembered of an exchange: the id that it goes by, its share of the counters, and the
 * line for the access log. */
#include "exchange_parts.h"

#include "client.h"

void exchange_choose_id(struct exchange *exchange)
{
    const struct head *head = &exchange->request.head;
    const struct head_field *field = head_find(head, FIELD_X_REQUEST_ID);
    if (field && request_id_is_valid(head_value(head, field)) &&
        head_count(head, FIELD_X_REQUEST_ID) == 1) {
        exchange->id = head_value(head, field);
        return;
    }
    request_id_make(&exchange_proxy(exchange)->ids, exchange->made_id);
    exchange->id = (struct str){exchange->made_id, sizeof exchange->made_id};
}

static void count(struct exchange *exchange, uint64_t bytes, ev_tstamp seconds)
{
    struct proxy_counters *c = exchange_counters(exchange);
    c->active--;
    c->bytes += bytes;
    c->errors += exchange->status >= 500;
    if (exchange->head_sent && exchange->status != 101 && !exchange->endless)
        latency_add(&c->latency, seconds - exchange->parked_for);
}

static void tell_access(const struct exchange *exchange, uint64_t bytes, ev_tstamp seconds)
{
    struct proxy *proxy = exchange_proxy(exchange);
    const struct head *head = &exchange->request.head;
    const struct host *host = &exchange->host;
    struct proxy_access access = {
        .method = head->method,
        .target = host->target.len ? host->target : head->target,
        .host = host->authority,
        .id = exchange->id,
        .service = exchange_is_gone(exchange) ? PLAN_NONE : exchange->service,
        .status = exchange->status,
        .bytes = bytes,
        .seconds = seconds,
        .parked = exchange->parked_for,
    };
    proxy->ops.access(proxy->ctx, &access);
}

void exchange_report(struct exchange *exchange)
{
    uint64_t bytes = exchange->answer_bytes + exchange->down_body.total;
    ev_tstamp seconds = ev_now(exchange_proxy(exchange)->loop) - exchange->began;
    if (exchange->service != PLAN_NONE)
        count(exchange, bytes, seconds);
    if (exchange_proxy(exchange)->ops.access && !exchange->own &&
        exchange->state != EXCHANGE_HEAD && exchange->request.scan.done)
        tell_access(exchange, bytes, seconds);
}
