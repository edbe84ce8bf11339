#include "proxy.h"

#include "client.h"
#include "proxy_parts.h"

#include <errno.h>

/* Blocks of memory for exchanges that stay when few are under way. */
#define PROXY_SPARE_BLOCKS 4

struct proxy *proxy_create(struct ev_loop *loop, const struct plan *plan,
                           const struct proxy_ops *ops, void *ctx)
{
    struct proxy *proxy = malloc(sizeof *proxy);
    if (!proxy)
        return NULL;
    memset(proxy, 0, offsetof(struct proxy, scratch));
    proxy->loop = loop;
    proxy->plan = plan;
    proxy->ops = *ops;
    proxy->ctx = ctx;
    link_init(&proxy->clients);
    link_init(&proxy->parked);
    proxy->counters = calloc(plan->service_count + 1, sizeof *proxy->counters);
    if (!proxy->counters || !upstream_pool_init(&proxy->pool, loop, &proxy->sweeper,
                                                &proxy->upstream_slab, plan->service_count + 1)) {
        free(proxy->counters);
        free(proxy);
        return NULL;
    }
    slab_init(&proxy->client_slab, sizeof(struct client), 1);
    slab_init(&proxy->upstream_slab, sizeof(struct upstream), 1);
    slab_init(&proxy->exchange_slab, sizeof(struct exchange), PROXY_SPARE_BLOCKS);
    sweeper_start(&proxy->sweeper, loop);
    return proxy;
}

void proxy_destroy(struct proxy *proxy)
{
    if (!proxy)
        return;
    proxy_stop(proxy);
    sweeper_stop(&proxy->sweeper);
    upstream_pool_finish(&proxy->pool);
    slab_finish(&proxy->upstream_slab);
    slab_finish(&proxy->client_slab);
    slab_finish(&proxy->exchange_slab);
    free(proxy->counters);
    free(proxy);
}

static void on_client(void *ctx, int fd, enum listener_family family)
{
    client_accept(ctx, fd, family);
}

int proxy_start(struct proxy *proxy, uint16_t port)
{
    return listener_open(&proxy->listener, proxy->loop, port, on_client, proxy);
}

int proxy_move(struct proxy *proxy, uint16_t port)
{
    struct listener trial = {0};
    uint16_t before = proxy_port(proxy);
    int error = listener_open(&trial, proxy->loop, port, on_client, proxy);
    if (error)
        return error;
    listener_close(&trial);
    listener_close(&proxy->listener);
    error = listener_open(&proxy->listener, proxy->loop, port, on_client, proxy);
    if (error) /* taken in between; nobody else wants the old one */
        listener_open(&proxy->listener, proxy->loop, before, on_client, proxy);
    return error;
}

uint16_t proxy_port(const struct proxy *proxy)
{
    return proxy->listener.port;
}

void proxy_stop(struct proxy *proxy)
{
    listener_close(&proxy->listener);
    while (!link_alone(&proxy->clients))
        client_close(container_of(proxy->clients.next, struct client, link));
    for (uint32_t i = 0; i <= proxy->plan->service_count; i++)
        upstream_pool_drop(&proxy->pool, i);
}

void proxy_service_changed(struct proxy *proxy, uint32_t service)
{
    uint16_t port;
    enum proxy_verdict verdict = proxy->ops.service_state(proxy->ctx, service, &port);
    if (verdict != PROXY_READY)
        upstream_pool_drop(&proxy->pool, service);
    if (verdict == PROXY_WAIT)
        return;
    LINK_EACH(&proxy->parked, it)
    {
        struct exchange *exchange = container_of(it, struct exchange, parked);
        if (exchange->service == service)
            exchange_retry(exchange);
    }
}

const struct proxy_counters *proxy_counters(const struct proxy *proxy, uint32_t service)
{
    return &proxy->counters[service];
}
