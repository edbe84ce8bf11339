/* The head of a request as its service gets it: what it says depends on where the service is, which
 * may become another place while the request waits. */
#include "exchange_parts.h"

#include "client.h"
#include "forward.h"

/* The port that Host has to name, or 0: the service wants what the client said. */
static uint16_t own_port(const struct exchange *exchange, uint16_t port)
{
    const struct plan *plan = exchange_proxy(exchange)->plan;
    bool own = !exchange_is_gone(exchange) &&
               plan->services[exchange->service].flags & PLAN_SERVICE_OWN_HOST;
    return own ? port : 0;
}

static void write_head(struct exchange *exchange, uint16_t host_port)
{
    static const char *const peers[] = {[LISTENER_V4] = "127.0.0.1", [LISTENER_V6] = "::1"};
    struct forward_request forward = {
        .request = &exchange->request,
        .host = &exchange->host,
        .id = exchange->id,
        .peer = peers[exchange->client->family],
        .port = exchange_proxy(exchange)->listener.port,
        .own_port = host_port,
        .hops = forward_hops(&exchange->request.head),
        .upgrade = exchange->upgrade,
    };
    forward_request_head(&forward, &exchange->up);
    exchange->own_port = host_port;
    exchange->head_size = buffer_size(&exchange->up);
}

void exchange_write_head(struct exchange *exchange)
{
    struct proxy *proxy = exchange_proxy(exchange);
    uint16_t port = 0;
    if (!exchange_is_gone(exchange))
        proxy->ops.service_state(proxy->ctx, exchange->service, &port);
    buffer_clear(&exchange->up);
    write_head(exchange, own_port(exchange, port));
    body_init(&exchange->up_body, &exchange->up, exchange->request.head.framing == HEAD_CHUNKED);
}

void exchange_fit_head(struct exchange *exchange, uint16_t port)
{
    uint16_t host_port = own_port(exchange, port);
    struct buffer before = exchange->up;
    uint32_t body = before.start + exchange->head_size;
    if (host_port == exchange->own_port || before.failed)
        return;
    /* The body behind it stays as it is, a chunk that is not ended included. */
    exchange->up = (struct buffer){0};
    write_head(exchange, host_port);
    buffer_add(&exchange->up, before.bytes + body, before.end - body);
    buffer_adds(&exchange->up, before.lent);
    buffer_finish(&before);
}
