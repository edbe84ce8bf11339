#include "proxy.h"

#include "client.h"
#include "proxy_parts.h"

#include <errno.h>
#include <sys/resource.h>

/* Descriptors that are not the proxy's. */
#define DESCRIPTORS_KEPT 256

/* A client and the connection that is made for it. */
static uint32_t find_clients_max(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0 ||
        limit.rlim_cur > 2 * PROXY_CLIENTS_MAX + DESCRIPTORS_KEPT)
        return PROXY_CLIENTS_MAX;
    return limit.rlim_cur > 2 * DESCRIPTORS_KEPT ? (uint32_t)(limit.rlim_cur - DESCRIPTORS_KEPT) / 2
                                                 : DESCRIPTORS_KEPT / 2;
}

static void retry_parked(struct proxy *proxy, uint32_t service)
{
    LINK_EACH(&proxy->parked, it)
    {
        struct exchange *exchange = container_of(it, struct exchange, parked);
        if (exchange->service == service)
            exchange_retry(exchange);
    }
}

static void on_wake(struct ev_loop *loop, ev_prepare *watcher, int events)
{
    (void)loop;
    (void)events;
    struct proxy *proxy = watcher->data;
    for (uint32_t i = 0; i < proxy->plan->service_count; i++) {
        if (!proxy->services[i].wake)
            continue;
        proxy->services[i].wake = false;
        retry_parked(proxy, i);
    }
}

void proxy_wake(struct proxy *proxy, uint32_t service)
{
    proxy->services[service].wake = true;
    ev_feed_event(proxy->loop, &proxy->waker, EV_CUSTOM);
}

/* Blocks of memory for exchanges that stay when few are under way. */
#define PROXY_SPARE_BLOCKS 4

static void on_lull(struct deadline *deadline)
{
    slab_trim(&container_of(deadline, struct proxy, lull)->exchange_slab);
}

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
    proxy->clients_max = find_clients_max();
    ev_prepare_init(&proxy->waker, on_wake);
    proxy->waker.data = proxy;
    proxy->counters = calloc(plan->service_count + 1ul, sizeof *proxy->counters);
    proxy->services = calloc(plan->service_count + 1ul, sizeof *proxy->services);
    if (!proxy->counters || !proxy->services ||
        !upstream_pool_init(&proxy->pool, loop, &proxy->sweeper, &proxy->upstream_slab,
                            plan->service_count + 1)) {
        free(proxy->counters);
        free(proxy->services);
        free(proxy);
        return NULL;
    }
    slab_init(&proxy->client_slab, sizeof(struct client), 1, false);
    slab_init(&proxy->upstream_slab, sizeof(struct upstream), 1, false);
    slab_init(&proxy->exchange_slab, sizeof(struct exchange), PROXY_SPARE_BLOCKS, true);
    deadline_init(&proxy->lull, on_lull);
    sweeper_start(&proxy->sweeper, loop);
    return proxy;
}

void proxy_destroy(struct proxy *proxy)
{
    if (!proxy)
        return;
    proxy_stop(proxy);
    sweeper_stop(&proxy->sweeper);
    deadline_stop(&proxy->lull, proxy->loop);
    ev_clear_pending(proxy->loop, &proxy->waker);
    upstream_pool_finish(&proxy->pool);
    slab_finish(&proxy->upstream_slab);
    slab_finish(&proxy->client_slab);
    slab_finish(&proxy->exchange_slab);
    free(proxy->counters);
    free(proxy->services);
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
    struct listener next = {0};
    int error = listener_open(&next, proxy->loop, port, on_client, proxy);
    if (error)
        return error;
    listener_take(&proxy->listener, &next);
    proxy->closing = false;
    return 0;
}

uint16_t proxy_port(const struct proxy *proxy)
{
    return proxy->listener.open ? proxy->listener.port : 0;
}

void proxy_wind_up(struct proxy *proxy)
{
    listener_close(&proxy->listener);
    proxy->closing = true;
    LINK_EACH(&proxy->clients, it)
    {
        client_wind_up(container_of(it, struct client, link));
    }
}

bool proxy_is_quiet(const struct proxy *proxy)
{
    return link_alone(&proxy->clients);
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
    struct proxy_service *known = &proxy->services[service];
    if (verdict != PROXY_READY) {
        upstream_pool_drop(&proxy->pool, service);
        known->ready = known->reached = false;
    } else if (!known->ready) {
        known->ready = true;
        known->ready_since = ev_now(proxy->loop);
    }
    if (verdict != PROXY_WAIT)
        retry_parked(proxy, service);
}

const struct proxy_counters *proxy_counters(const struct proxy *proxy, uint32_t service)
{
    return &proxy->counters[service];
}

void proxy_set_fault(struct proxy *proxy, uint32_t service, const struct fault *fault)
{
    proxy->services[service].fault = *fault;
}

const struct fault *proxy_fault(const struct proxy *proxy, uint32_t service)
{
    return &proxy->services[service].fault;
}
