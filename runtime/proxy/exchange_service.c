/* The side of an exchange that faces the service: connecting, writing the request, reading the
 * answer, and the tunnel after an upgrade. */
#include "exchange_parts.h"

#include "client.h"
#include "forward.h"
#include "loopback.h"

#include <errno.h>

static ev_tstamp now(const struct exchange *exchange)
{
    return ev_now(exchange_proxy(exchange)->loop);
}

void exchange_drop_upstream(struct exchange *exchange)
{
    if (exchange->upstream)
        upstream_close(exchange->upstream);
    exchange->upstream = NULL;
    exchange_occupy(exchange, false);
}

void exchange_drop_request(struct exchange *exchange)
{
    exchange->dropping = true;
    exchange->up_body.open = false;
    buffer_clear(&exchange->up);
}

void exchange_break(struct exchange *exchange, uint16_t status, const char *text)
{
    if (!exchange->head_sent) {
        exchange_answer(exchange, status,
                        status == 502 || status == 504 ? "The service gave no proper answer"
                                                       : "The request was refused",
                        str_from(text));
        return;
    }
    exchange->cut = exchange->last = true;
    exchange_drop_upstream(exchange);
    exchange_flush_down(exchange);
}

static void on_service_readable(struct stream *stream);
static void on_service_writable(struct stream *stream);

static void connect_to(struct exchange *exchange, struct upstream *upstream)
{
    exchange->upstream = upstream;
    exchange->answered = false;
    exchange_occupy(exchange, true);
    stream_attach(&upstream->stream, exchange, on_service_readable, on_service_writable);
    http_reset(&exchange->response);
    exchange->response.no_body = str_is(exchange->request.head.method, "HEAD");
    if (upstream->reused) {
        exchange_enter(exchange, EXCHANGE_OPEN);
        exchange_touch(exchange);
    }
}

void exchange_dial(struct exchange *exchange, uint16_t port)
{
    struct upstream_pool *pool = &exchange_proxy(exchange)->pool;
    struct upstream *upstream = NULL;
    exchange_fit_head(exchange, port);
    exchange_enter(exchange, EXCHANGE_DIALING);
    if (exchange_can_be_repeated(exchange) && !exchange->fresh)
        upstream = upstream_take(pool, exchange->service, port);
    int error = upstream ? 0 : upstream_dial(pool, exchange->service, port, &upstream);
    if (error < 0) {
        exchange_dial_failed(exchange, error);
        return;
    }
    connect_to(exchange, upstream);
    if (exchange->state == EXCHANGE_DIALING)
        deadline_set(&exchange->deadline, exchange_proxy(exchange)->loop,
                     exchange->dial_until - now(exchange));
}

static void on_connected(struct exchange *exchange)
{
    exchange_enter(exchange, EXCHANGE_OPEN);
    exchange_scouted(exchange, true);
    stream_want(&exchange->upstream->stream, true);
    exchange_touch(exchange);
}

void exchange_attach(struct exchange *exchange, struct upstream *upstream)
{
    connect_to(exchange, upstream);
    on_connected(exchange);
}

static void on_write_failed(struct exchange *exchange, int error)
{
    switch (exchange->state) {
    case EXCHANGE_DIALING: exchange_dial_failed(exchange, error); break;
    case EXCHANGE_TUNNEL:
        if (exchange->response_ended)
            exchange_end(exchange, EXCHANGE_CLOSE);
        else /* its last words may not have been read yet; behind them is its end */
            buffer_clear(&exchange->up);
        break;
    default:
        /* It may have answered before it closed: that answer is read to its end. */
        exchange_drop_request(exchange);
    }
}

void exchange_flush_up(struct exchange *exchange)
{
    uint32_t written;
    if (!exchange->upstream)
        return; /* parked, waiting to dial again, or over */
    if (exchange->up.failed) {
        exchange_break(exchange, 503, "there is no memory left for the request");
        return;
    }
    struct stream *stream = &exchange->upstream->stream;
    /* While nobody listens the kernel may pick the very port that is dialled, and connect it. */
    if (exchange->state == EXCHANGE_DIALING && loopback_meets_itself(stream->reader.fd)) {
        exchange_dial_failed(exchange, -ECONNREFUSED);
        return;
    }
    body_flush(&exchange->up_body);
    int result = stream_flush(stream, &exchange->up, &written);
    if (exchange->state == EXCHANGE_DIALING && (written || result == 0))
        on_connected(exchange);
    if (result < 0)
        on_write_failed(exchange, result);
    else if (result == 0 && exchange->state == EXCHANGE_TUNNEL && exchange->client_eof)
        stream_shut(stream);
}

static void on_service_writable(struct stream *stream)
{
    struct exchange *exchange = stream->ctx;
    int error = exchange->state == EXCHANGE_DIALING ? stream_error(stream) : 0;
    if (error < 0)
        exchange_dial_failed(exchange, error);
    else
        exchange_flush_up(exchange);
    exchange_touch(exchange);
    if (exchange->state == EXCHANGE_OPEN || exchange->state == EXCHANGE_TUNNEL)
        client_resume(exchange->client);
}

/* The bytes of the answer. */

static bool is_event_stream(const struct head *head)
{
    static const struct str streams[] = {{"text/event-stream", 17}, {"application/x-ndjson", 20}};
    const struct head_field *field = head_find(head, FIELD_CONTENT_TYPE);
    struct str type = field ? head_value(head, field) : STR("");
    for (size_t i = 0; i < sizeof streams / sizeof *streams; i++) {
        if (type.len >= streams[i].len &&
            str_equal_nocase((struct str){type.ptr, streams[i].len}, streams[i]))
            return true;
    }
    return false;
}

static void forward_final_head(struct exchange *exchange)
{
    const struct http *response = &exchange->response;
    uint8_t minor = exchange->request.head.minor;
    struct forward_response forward = {.response = response,
                                       .id = exchange->id,
                                       .delayed = exchange->delayed,
                                       .framing = forward_framing(response, minor)};
    exchange->until_close = forward.framing == FORWARD_UNTIL_CLOSE;
    if (exchange->until_close || !http_keeps_alive(&exchange->request))
        exchange->last = true;
    forward.connection = exchange->last ? FORWARD_CLOSE
                         : minor == 0   ? FORWARD_KEEP_ALIVE
                                        : FORWARD_SILENT;
    forward_response_head(&forward, &exchange->down);
    body_init(&exchange->down_body, &exchange->down, forward.framing == FORWARD_CHUNKED);
    exchange->endless = is_event_stream(&response->head);
    if (exchange->endless)
        exchange_occupy(exchange, false);
    exchange->status = response->head.status;
    exchange->head_sent = true;
}

static bool is_our_upgrade(const struct exchange *exchange)
{
    const struct head *head = &exchange->response.head;
    return exchange->upgrade && head_lists(head, FIELD_UPGRADE, STR("websocket")) &&
           exchange->request.state == HTTP_ENDED;
}

static void begin_tunnel(struct exchange *exchange)
{
    struct forward_response forward = {
        .response = &exchange->response, .id = exchange->id, .connection = FORWARD_UPGRADE};
    forward_response_head(&forward, &exchange->down);
    body_init(&exchange->down_body, &exchange->down, false);
    exchange->status = 101;
    exchange->head_sent = exchange->last = true;
    exchange_enter(exchange, EXCHANGE_TUNNEL);
    exchange_occupy(exchange, false);
    deadline_clear(&exchange->deadline);
}

static void on_response_head(struct exchange *exchange)
{
    uint16_t status = exchange->response.head.status;
    struct forward_response interim = {.response = &exchange->response};
    if (status == 101 && is_our_upgrade(exchange))
        begin_tunnel(exchange);
    else if (status == 101)
        exchange_break(exchange, 502, "it switched to a protocol that was not asked for");
    else if (status >= 200)
        forward_final_head(exchange);
    else if (exchange->request.head.minor == 1)
        forward_response_head(&interim, &exchange->down);
}

static void next_response(struct exchange *exchange)
{
    http_reset(&exchange->response);
    exchange->response.no_body = str_is(exchange->request.head.method, "HEAD");
}

/* The connection is given back only when both sides know that the exchange is over. */
static void on_response_end(struct exchange *exchange, bool surplus)
{
    bool whole =
        exchange_request_ended(exchange) && !exchange->dropping && buffer_size(&exchange->up) == 0;
    if (http_has_body(&exchange->response))
        body_end(&exchange->down_body);
    exchange->response_ended = true;
    exchange->last |= !exchange_request_ended(exchange);
    exchange_drop_request(exchange);
    if (whole && !surplus && http_keeps_alive(&exchange->response)) {
        upstream_release(exchange->upstream);
        exchange->upstream = NULL;
        exchange_occupy(exchange, false);
    } else {
        exchange_drop_upstream(exchange);
    }
}

/* Gives false when nothing more is to be read now. */
static bool on_response_event(struct exchange *exchange, enum http_event event, bool surplus)
{
    switch (event) {
    case HTTP_MORE: return false;
    case HTTP_HEAD_READ: on_response_head(exchange); return exchange->state == EXCHANGE_OPEN;
    case HTTP_DATA: body_add(&exchange->down_body, exchange->response.data); return true;
    case HTTP_END:
        if (exchange->response.head.status < 200) {
            next_response(exchange);
            return true;
        }
        on_response_end(exchange, surplus);
        return false;
    case HTTP_FAIL:
        exchange_break(exchange, 502, http_error_text(exchange->response.error));
        return false;
    }
    return false;
}

static void feed_response(struct exchange *exchange, const char *bytes, size_t length)
{
    size_t total = 0, used;
    bool more = true;
    while (more && exchange->state == EXCHANGE_OPEN) {
        enum http_event event =
            http_feed(&exchange->response, bytes + total, length - total, &used);
        total += used;
        more = on_response_event(exchange, event, total < length);
    }
    if (exchange->state == EXCHANGE_TUNNEL) {
        buffer_lend(&exchange->down, (struct str){bytes + total, length - total});
        exchange->down_body.total += length - total;
    }
}

static void on_service_end(struct exchange *exchange, bool reset)
{
    stream_want(&exchange->upstream->stream, false);
    if (exchange->state == EXCHANGE_TUNNEL) {
        /* After a reset, too, the client gets what has come, and then the end of the stream. */
        exchange->response_ended = true;
        return;
    }
    if (!exchange->answered) {
        exchange_lost(exchange);
        return;
    }
    switch (reset ? HTTP_FAIL : http_eof(&exchange->response)) {
    case HTTP_END: on_response_end(exchange, false); break;
    case HTTP_MORE:
        exchange_break(exchange, 502, "it closed the connection without an answer");
        break;
    default: exchange_break(exchange, 502, "its answer broke off"); break;
    }
}

static void on_service_readable(struct stream *stream)
{
    struct exchange *exchange = stream->ctx;
    struct proxy *proxy = exchange_proxy(exchange);
    enum exchange_state before = exchange->state;
    uint32_t room = buffer_room(&exchange->down);
    if (room <= BODY_OVERHEAD) {
        stream_want(stream, false);
        return;
    }
    ssize_t count = stream_read(stream, proxy->scratch, room - BODY_OVERHEAD);
    if (count == -EAGAIN)
        return;
    if (count > 0) {
        exchange->answered = true;
        feed_response(exchange, proxy->scratch, (size_t)count);
    } else {
        on_service_end(exchange, count < 0);
    }
    if (exchange->state != EXCHANGE_OPEN && exchange->state != EXCHANGE_TUNNEL)
        return;
    exchange_flush_down(exchange);
    buffer_settle(&exchange->down);
    if (before == EXCHANGE_OPEN && exchange->state == EXCHANGE_TUNNEL) {
        exchange_flush_up(exchange); /* if the client has said all, its end */
        client_resume(exchange->client);
    }
}

static enum exchange_end how_it_ended(const struct exchange *exchange)
{
    if (exchange_keeps_client(exchange))
        return EXCHANGE_KEEP;
    bool wanted = exchange_request_ended(exchange) && !http_keeps_alive(&exchange->request);
    return wanted ? EXCHANGE_LAST : EXCHANGE_LINGER;
}

/* Everything that was to be written has been written. */
static void on_drained(struct exchange *exchange)
{
    if (exchange->state == EXCHANGE_TUNNEL) {
        if (exchange->response_ended)
            stream_shut(&exchange->client->stream);
        if (exchange->response_ended && exchange->client_eof && buffer_size(&exchange->up) == 0)
            exchange_end(exchange, EXCHANGE_CLOSE);
    } else if (exchange->cut) {
        exchange_end(exchange, exchange->until_close ? EXCHANGE_RESET : EXCHANGE_LINGER);
    } else if (exchange->state == EXCHANGE_ANSWERING || exchange->response_ended) {
        exchange_end(exchange, how_it_ended(exchange));
    }
}

void exchange_flush_down(struct exchange *exchange)
{
    uint32_t written;
    if (exchange->state == EXCHANGE_ENDED)
        return;
    body_flush(&exchange->down_body);
    if (exchange->down.failed) {
        exchange_end(exchange, EXCHANGE_CLOSE);
        return;
    }
    int result = stream_flush(&exchange->client->stream, &exchange->down, &written);
    if (result < 0) {
        exchange_end(exchange, EXCHANGE_CLOSE);
        return;
    }
    exchange_touch(exchange);
    if (result == 0)
        on_drained(exchange);
    bool streams = exchange->state == EXCHANGE_OPEN || exchange->state == EXCHANGE_TUNNEL;
    /* While something waits, more would only wait behind it. */
    if (streams && exchange->upstream && !exchange->response_ended)
        stream_want(&exchange->upstream->stream, result == 0);
}
