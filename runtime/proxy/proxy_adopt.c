/* The proxy's way from one plan to the next. */
#include "client.h"
#include "exchange_parts.h"
#include "proxy_parts.h"

#define GONE_TITLE "The service is gone"
#define GONE_TEXT  "The A3sfile has been changed while the request was under way."

/* Behind the last service: what is still being told of those that are gone. */
static uint32_t gone_service(const struct plan *plan)
{
    return plan->service_count;
}

/* PLAN_NONE: the service, or the route, is gone. */
static uint32_t next_service(const struct exchange *exchange, uint32_t old_count,
                             const struct plan *plan, const uint32_t *to)
{
    bool sent = exchange->upstream || exchange->doubt_until != 0.;
    if (exchange_waits(exchange) && !sent)
        return host_route(plan, &exchange->host);
    return exchange->service < old_count ? to[exchange->service] : PLAN_NONE;
}

void proxy_dismiss(struct proxy *proxy, const struct plan *plan, const uint32_t *to)
{
    for (struct link *it = proxy->clients.next, *next; it != &proxy->clients; it = next) {
        struct exchange *exchange = container_of(it, struct client, link)->exchange;
        next = it->next;
        if (exchange && exchange->service != PLAN_NONE && exchange_waits(exchange) &&
            next_service(exchange, proxy->plan->service_count, plan, to) == PLAN_NONE)
            exchange_answer(exchange, 503, GONE_TITLE, STR(GONE_TEXT));
    }
}

static void move_exchange(struct proxy *proxy, struct exchange *exchange, uint32_t old_count,
                          const uint32_t *to)
{
    uint32_t service = next_service(exchange, old_count, proxy->plan, to);
    if (service == PLAN_NONE)
        service = gone_service(proxy->plan);
    if (exchange->upstream) {
        exchange->upstream->service = service;
        exchange->upstream->round = UPSTREAM_NO_ROUND; /* they begin anew */
    }
    exchange->service = service;
    proxy->counters[service].active++;
    proxy->counters[service].busy += exchange->busy;
    proxy->services[service].scouted |= exchange->scout;
    proxy->counters[service].parked += exchange->state == EXCHANGE_PARKED;
}

/* Who was reached still is; scouts are counted anew. */
static void move_services(struct proxy *proxy, struct proxy_service *services, const uint32_t *to)
{
    for (uint32_t i = 0; i < proxy->plan->service_count; i++) {
        if (to[i] == PLAN_NONE)
            continue;
        services[to[i]] = proxy->services[i];
        services[to[i]].scouted = services[to[i]].wake = false;
    }
    free(proxy->services);
    proxy->services = services;
}

static void move_counters(struct proxy *proxy, struct proxy_counters *counters, const uint32_t *to)
{
    for (uint32_t i = 0; i < proxy->plan->service_count; i++) {
        if (to[i] == PLAN_NONE)
            continue;
        counters[to[i]] = proxy->counters[i];
        counters[to[i]].active = counters[to[i]].parked = counters[to[i]].busy = 0;
    }
    free(proxy->counters);
    proxy->counters = counters;
}

bool proxy_adopt(struct proxy *proxy, const struct plan *plan, const uint32_t *to)
{
    struct upstream_pool pool;
    uint32_t old_count = proxy->plan->service_count;
    struct proxy_counters *counters = calloc(plan->service_count + 1ul, sizeof *counters);
    struct proxy_service *services = calloc(plan->service_count + 1ul, sizeof *services);
    if (!counters || !services ||
        !upstream_pool_init(&pool, proxy->loop, &proxy->sweeper, &proxy->upstream_slab,
                            plan->service_count + 1)) {
        free(counters);
        free(services);
        return false;
    }
    proxy_dismiss(proxy, plan, to);
    upstream_pool_finish(&proxy->pool);
    proxy->pool = pool;
    for (uint32_t i = 0; i <= plan->service_count; i++)
        link_init(&proxy->pool.idle[i]);
    move_counters(proxy, counters, to);
    move_services(proxy, services, to);
    proxy->plan = plan;
    LINK_EACH(&proxy->clients, it)
    {
        struct exchange *exchange = container_of(it, struct client, link)->exchange;
        if (exchange && exchange->service != PLAN_NONE)
            move_exchange(proxy, exchange, old_count, to);
    }
    return true;
}
