#include "exchange_parts.h"

#include "client.h"
#include "forward.h"
#include "page.h"

#include <assert.h>

/* Seconds, for a program that was told that a service is not there. */
#define RETRY_AFTER 1

struct proxy *exchange_proxy(const struct exchange *exchange)
{
    return exchange->proxy;
}

static ev_tstamp now(const struct exchange *exchange)
{
    return ev_now(exchange_proxy(exchange)->loop);
}

bool exchange_request_ended(const struct exchange *exchange)
{
    return exchange->request.state == HTTP_AT_END || exchange->request.state == HTTP_ENDED;
}

bool exchange_is_gone(const struct exchange *exchange)
{
    return exchange->service >= exchange_proxy(exchange)->plan->service_count;
}

bool exchange_is_ready(const struct exchange *exchange)
{
    uint16_t port;
    struct proxy *proxy = exchange_proxy(exchange);
    return !exchange_is_gone(exchange) &&
           proxy->ops.service_state(proxy->ctx, exchange->service, &port) == PROXY_READY;
}

struct proxy_counters *exchange_counters(const struct exchange *exchange)
{
    return &exchange_proxy(exchange)->counters[exchange->service];
}

void exchange_occupy(struct exchange *exchange, bool busy)
{
    if (exchange->busy == busy || exchange->service == PLAN_NONE)
        return;
    exchange->busy = busy;
    exchange_counters(exchange)->busy += busy ? 1u : -1u;
}

/* The moment by which the next piece of progress is due, by what is being waited for. */
void exchange_touch(struct exchange *exchange)
{
    struct ev_loop *loop = exchange_proxy(exchange)->loop;
    bool owes = !exchange_request_ended(exchange) || buffer_size(&exchange->up) ||
                buffer_size(&exchange->down);
    bool half = exchange->client_eof || exchange->response_ended;
    switch (exchange->state) {
    case EXCHANGE_OPEN:
        if (owes || !exchange->endless)
            deadline_set(&exchange->deadline, loop, owes ? PROXY_IDLE_TIMEOUT : EXCHANGE_SILENCE);
        else
            deadline_clear(&exchange->deadline);
        break;
    case EXCHANGE_TUNNEL:
        if (half)
            deadline_set(&exchange->deadline, loop, PROXY_IDLE_TIMEOUT);
        else
            deadline_clear(&exchange->deadline);
        break;
    case EXCHANGE_ANSWERING: deadline_set(&exchange->deadline, loop, PROXY_IDLE_TIMEOUT); break;
    default: break; /* the others have deadlines that progress does not move */
    }
}

static void on_idle(struct exchange *exchange)
{
    exchange->last = true;
    if (exchange->head_sent)
        exchange_end(exchange, exchange->until_close ? EXCHANGE_RESET : EXCHANGE_CLOSE);
    else
        exchange_break(exchange, exchange_request_ended(exchange) ? 504 : 408,
                       "nothing came for too long");
}

static void on_due(struct deadline *deadline)
{
    struct exchange *exchange = container_of(deadline, struct exchange, deadline);
    switch (exchange->state) {
    case EXCHANGE_HEAD:
        exchange->last = true;
        exchange_answer(exchange, 408, "The request took too long", STR(""));
        break;
    case EXCHANGE_DELAYED: exchange_delay_over(exchange); break;
    case EXCHANGE_PARKED: exchange_hold_over(exchange); break;
    case EXCHANGE_DIALING: exchange_dial_due(exchange); break;
    case EXCHANGE_OPEN: on_idle(exchange); break;
    case EXCHANGE_TUNNEL:
    case EXCHANGE_ANSWERING: exchange_end(exchange, EXCHANGE_CLOSE); break;
    case EXCHANGE_ENDED: break;
    }
}

struct exchange *exchange_create(struct client *client)
{
    struct exchange *exchange = slab_take(&client->proxy->exchange_slab);
    if (!exchange)
        return NULL;
    /* The two heads and the bytes are left as they are: a tenth of the memory is written. */
    memset(exchange, 0, offsetof(struct exchange, request));
    memset(&exchange->host, 0,
           offsetof(struct exchange, request_bytes) - offsetof(struct exchange, host));
    exchange->proxy = client->proxy;
    exchange->client = client;
    exchange->service = PLAN_NONE;
    http_init(&exchange->request, HEAD_REQUEST);
    http_init(&exchange->response, HEAD_RESPONSE);
    http_lend(&exchange->request, exchange->request_bytes, sizeof exchange->request_bytes);
    http_lend(&exchange->response, exchange->response_bytes, sizeof exchange->response_bytes);
    buffer_init(&exchange->up, exchange->up_bytes, sizeof exchange->up_bytes);
    buffer_init(&exchange->down, exchange->down_bytes, sizeof exchange->down_bytes);
    link_init(&exchange->parked);
    deadline_init(&exchange->deadline, on_due);
    deadline_set(&exchange->deadline, client->proxy->loop, PROXY_HEAD_TIMEOUT);
    exchange->began = now(exchange);
    return exchange;
}

static void release_memory(struct swept *swept)
{
    struct exchange *exchange = container_of(swept, struct exchange, swept);
    struct proxy *proxy = exchange_proxy(exchange);
    slab_give(&proxy->exchange_slab, exchange);
    if (proxy->exchange_slab.used == 0)
        deadline_set(&proxy->lull, proxy->loop, PROXY_LULL);
}

static void let_go(struct exchange *exchange)
{
    exchange_unpark(exchange);
    exchange_scouted(exchange, false);
    exchange_drop_upstream(exchange);
    exchange_report(exchange);
    exchange_enter(exchange, EXCHANGE_ENDED);
    deadline_stop(&exchange->deadline, exchange_proxy(exchange)->loop);
    buffer_finish(&exchange->up);
    buffer_finish(&exchange->down);
    http_finish(&exchange->request);
    http_finish(&exchange->response);
    sweep_later(&exchange_proxy(exchange)->sweeper, &exchange->swept, release_memory);
}

void exchange_end(struct exchange *exchange, enum exchange_end end)
{
    if (exchange->state == EXCHANGE_ENDED)
        return;
    let_go(exchange);
    client_exchange_ended(exchange->client, end);
}

void exchange_abort(struct exchange *exchange)
{
    if (exchange->state != EXCHANGE_ENDED)
        let_go(exchange);
}

bool exchange_keeps_client(const struct exchange *exchange)
{
    return !exchange->last && exchange_request_ended(exchange) &&
           http_keeps_alive(&exchange->request);
}

static bool may_be_repeated(const struct exchange *exchange)
{
    struct str method = exchange->request.head.method;
    return str_is(method, "GET") || str_is(method, "HEAD");
}

/* What the page is about; the rest of it follows from the request. */
static void answer(struct exchange *exchange, struct page page)
{
    const struct plan *plan = exchange_proxy(exchange)->plan;
    bool whole = exchange->request.state != HTTP_IN_HEAD && exchange->request.state != HTTP_FAILED;
    exchange_unpark(exchange);
    exchange_scouted(exchange, false);
    exchange_drop_upstream(exchange);
    exchange_drop_request(exchange);
    page.service = exchange_is_gone(exchange) ? NULL : plan_service_name(plan, exchange->service);
    page.id = exchange->id;
    page.fault = exchange->fault && exchange->fault == page.status ? "error" : NULL;
    page.retry_after = page.status == 503 ? RETRY_AFTER : 0;
    page.again = whole && may_be_repeated(exchange);
    page.json = whole && page_wants_json(&exchange->request.head);
    page.without_body = whole && str_is(exchange->request.head.method, "HEAD");
    page.close = !whole || !exchange_keeps_client(exchange) || exchange->request.head.minor == 0;
    exchange->last = page.close;
    exchange->status = page.status;
    exchange->answer_bytes = page_write(&page, &exchange->down);
    exchange_enter(exchange, EXCHANGE_ANSWERING);
    exchange_touch(exchange);
    exchange_flush_down(exchange);
}

void exchange_answer(struct exchange *exchange, uint16_t status, const char *title, struct str text)
{
    answer(exchange, (struct page){.status = status, .title = title, .text = text});
}

void exchange_explain(struct exchange *exchange, const struct trouble *trouble)
{
    struct strbuf title = {0};
    trouble_title(trouble, &title);
    answer(exchange, (struct page){.status = 503,
                                   .title = strbuf_text(&title),
                                   .text = strbuf_str(&trouble->reason),
                                   .trouble = trouble});
    strbuf_finish(&title);
}

static void misdirect(struct exchange *exchange)
{
    const struct proxy *proxy = exchange_proxy(exchange);
    const struct host *asked = &exchange->host;
    struct served served = {.plan = proxy->plan,
                            .asked = asked,
                            .port = proxy->listener.port,
                            .page = exchange_has_site(exchange)};
    answer(exchange,
           (struct page){.status = 421,
                         .title = served_title(asked),
                         .text = STR("No service of this A3sfile has the name that was asked for."),
                         .served = served_may_be_told(asked) ? &served : NULL});
}

/* The request cannot be read in one way only: nothing more of this connection can be trusted. */
static void refuse(struct exchange *exchange, enum http_error error)
{
    exchange->last = true;
    exchange_break(exchange, http_error_status(error), http_error_text(error));
}

static void on_request_head(struct exchange *exchange)
{
    const struct head *head = &exchange->request.head;
    const struct plan *plan = exchange_proxy(exchange)->plan;
    deadline_clear(&exchange->deadline);
    exchange_choose_id(exchange);
    if (forward_hops(head) >= PROXY_HOPS_MAX) {
        exchange_answer(exchange, 508, "The request goes round in circles",
                        STR("It has passed through this proxy too often: a service sends its "
                            "requests back to its own name."));
        return;
    }
    if (!host_of_request(&exchange->host, head)) {
        exchange->last = true;
        exchange_answer(exchange, 400, "The request has no valid Host", STR(""));
        return;
    }
    if (exchange_is_for_site(exchange)) {
        exchange_visit_site(exchange);
        return;
    }
    uint32_t service = host_route(plan, &exchange->host);
    if (service == PLAN_NONE) {
        misdirect(exchange);
        return;
    }
    exchange->service = service;
    exchange_counters(exchange)->requests++;
    exchange_counters(exchange)->active++;
    exchange->upgrade = forward_wants_upgrade(&exchange->request);
    exchange_write_head(exchange);
    if (!exchange_is_stricken(exchange))
        exchange_go(exchange);
}

uint32_t exchange_room(const struct exchange *exchange)
{
    uint32_t room = buffer_room(&exchange->up);
    switch (exchange->state) {
    case EXCHANGE_HEAD: return PROXY_READ_SIZE;
    case EXCHANGE_TUNNEL: return room;
    case EXCHANGE_DELAYED:
    case EXCHANGE_PARKED:
    case EXCHANGE_DIALING:
    case EXCHANGE_OPEN:
        if (exchange_request_ended(exchange) || !exchange_may_hold_more(exchange))
            return 0;
        if (exchange->dropping)
            return PROXY_READ_SIZE;
        return room > BODY_OVERHEAD ? room - BODY_OVERHEAD : 0;
    case EXCHANGE_ANSWERING:
    case EXCHANGE_ENDED: break;
    }
    return 0;
}

/* Gives false when nothing more is to be read now. */
static bool on_request_event(struct exchange *exchange, enum http_event event)
{
    switch (event) {
    case HTTP_MORE: return false;
    case HTTP_HEAD_READ: on_request_head(exchange); return true;
    case HTTP_DATA:
        if (!exchange->dropping)
            body_add(&exchange->up_body, exchange->request.data);
        return true;
    case HTTP_END:
        if (!exchange->dropping)
            body_end(&exchange->up_body);
        return false;
    case HTTP_FAIL: refuse(exchange, exchange->request.error); return false;
    }
    return false;
}

static size_t feed_tunnel(struct exchange *exchange, const char *bytes, size_t length)
{
    uint32_t room = exchange_room(exchange);
    size_t taken = length < room ? length : room;
    buffer_lend(&exchange->up, (struct str){bytes, taken});
    exchange_flush_up(exchange);
    buffer_settle(&exchange->up);
    return taken;
}

static bool takes_request(const struct exchange *exchange)
{
    return exchange->state != EXCHANGE_ANSWERING && exchange->state != EXCHANGE_ENDED &&
           exchange->request.state != HTTP_ENDED;
}

size_t exchange_feed(struct exchange *exchange, const char *bytes, size_t length)
{
    size_t total = 0, used;
    bool more = true;
    if (exchange->state == EXCHANGE_TUNNEL)
        return feed_tunnel(exchange, bytes, length);
    while (more && takes_request(exchange)) {
        size_t offered = length - total;
        if (exchange->request.state == HTTP_IN_BODY && offered > exchange_room(exchange))
            offered = exchange_room(exchange);
        enum http_event event = http_feed(&exchange->request, bytes + total, offered, &used);
        total += used;
        more = on_request_event(exchange, event);
    }
    if (total && exchange->state != EXCHANGE_ANSWERING && exchange->state != EXCHANGE_ENDED) {
        exchange_flush_up(exchange);
        exchange_touch(exchange);
    }
    buffer_settle(&exchange->up);
    exchange_count_held(exchange);
    return total;
}

void exchange_client_eof(struct exchange *exchange)
{
    exchange->client_eof = true;
    if (exchange->state == EXCHANGE_TUNNEL) {
        exchange_flush_up(exchange);
        exchange_flush_down(exchange);
    } else if (exchange->state == EXCHANGE_DELAYED || exchange->state == EXCHANGE_PARKED ||
               (exchange->state == EXCHANGE_DIALING && !exchange->upstream)) {
        /* Whoever waits and hangs up has given up: its place is free. */
        exchange_end(exchange, EXCHANGE_CLOSE);
    } else if (exchange->state == EXCHANGE_OPEN && exchange->endless) {
        /* As whoever follows a stream: when nothing is sent, nothing else would tell. */
        exchange_end(exchange, EXCHANGE_CLOSE);
    } else if (exchange->state != EXCHANGE_ANSWERING && http_eof(&exchange->request) == HTTP_FAIL) {
        refuse(exchange, HTTP_E_TRUNCATED);
    }
}

void exchange_client_writable(struct exchange *exchange)
{
    exchange_flush_down(exchange);
}
