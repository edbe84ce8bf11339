/* A request to a3s itself: answered at once, or passed on to the control API, which is then the
 * other end of the exchange as a service is of others. So its streams have the same bounds. */
#include "exchange_parts.h"

#include "client.h"
#include "clock.h"

#include <errno.h>

static struct site *find_site(const struct proxy *proxy)
{
    return proxy->ops.site ? proxy->ops.site(proxy->ctx) : NULL;
}

bool exchange_has_site(const struct exchange *exchange)
{
    return find_site(exchange_proxy(exchange)) != NULL;
}

bool exchange_is_for_site(const struct exchange *exchange)
{
    const struct proxy *proxy = exchange_proxy(exchange);
    return find_site(proxy) && site_is_host(proxy->plan, &exchange->host);
}

static void answer(struct exchange *exchange, const struct site_visit *visit)
{
    const struct head *head = &exchange->request.head;
    exchange_drop_request(exchange);
    exchange->last = !exchange_keeps_client(exchange) || head->minor == 0;
    exchange->status = visit->status;
    exchange->answer_bytes =
        site_answer(find_site(exchange_proxy(exchange)), visit, str_is(head->method, "HEAD"),
                    exchange->last, &exchange->down);
    exchange_enter(exchange, EXCHANGE_ANSWERING);
    exchange_touch(exchange);
    exchange_flush_down(exchange);
}

static void pass_on(struct exchange *exchange)
{
    struct proxy *proxy = exchange_proxy(exchange);
    int fd = proxy->ops.connect_control(proxy->ctx);
    struct upstream *upstream = fd < 0 ? NULL : upstream_wrap(&proxy->pool, fd);
    if (!upstream) {
        answer(exchange, &(struct site_visit){.status = 503,
                                              .error = fd == -EBUSY ? "too many connections"
                                                                    : "no connection can be made"});
        return;
    }
    exchange->fresh = true; /* nothing is asked twice */
    exchange_write_head(exchange);
    exchange_attach(exchange, upstream);
}

void exchange_visit_site(struct exchange *exchange)
{
    /* The loop's clock can be set back; a ticket must not come to life again. */
    struct site_visit visit = site_judge(find_site(exchange_proxy(exchange)),
                                         &exchange->request.head, &exchange->host, clock_ms());
    exchange->own = true;
    if (visit.verdict == SITE_CONTROL)
        pass_on(exchange);
    else
        answer(exchange, &visit);
}
