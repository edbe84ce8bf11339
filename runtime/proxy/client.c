#include "client.h"

#include <errno.h>
#include <unistd.h>

static void release_memory(struct swept *swept)
{
    struct client *client = container_of(swept, struct client, swept);
    slab_give(&client->proxy->client_slab, client);
}

static void count_held(struct client *client)
{
    client->proxy->held_bytes += client->input.capacity;
    client->proxy->held_bytes -= client->held_bytes;
    client->held_bytes = client->input.capacity;
}

void client_close(struct client *client)
{
    struct proxy *proxy = client->proxy;
    if (client->closed)
        return;
    client->closed = true;
    if (client->exchange)
        exchange_abort(client->exchange);
    client->exchange = NULL;
    stream_close(&client->stream);
    buffer_finish(&client->input);
    count_held(client);
    deadline_stop(&client->deadline, proxy->loop);
    link_remove(&client->link);
    proxy->client_count--;
    listener_hold(&proxy->listener, false);
    sweep_later(&proxy->sweeper, &client->swept, release_memory);
}

/* What is read before a request's end is known may be the next one, and would be held. */
static uint32_t head_room(const struct client *client)
{
    bool full = client->proxy->held_bytes >= PROXY_HELD_BYTES;
    return full ? CLIENT_READ_LITTLE : PROXY_READ_SIZE;
}

/* The next requests; also to see that the client leaves, for which a little is enough. */
static uint32_t next_room(const struct client *client)
{
    const struct exchange *exchange = client->exchange;
    bool ended = exchange_request_ended(exchange) || exchange->state == EXCHANGE_ANSWERING;
    if (!ended || exchange->state == EXCHANGE_TUNNEL)
        return 0;
    if (client->proxy->held_bytes < PROXY_HELD_BYTES)
        return buffer_room(&client->input);
    return buffer_size(&client->input) ? 0 : CLIENT_READ_LITTLE;
}

/* Bytes are read only when there is a place for them. */
static uint32_t read_room(const struct client *client)
{
    const struct exchange *exchange = client->exchange;
    if (client->lingering)
        return PROXY_READ_SIZE;
    if (!exchange || exchange->state == EXCHANGE_HEAD)
        return head_room(client);
    if (exchange_room(exchange))
        return buffer_size(&client->input) ? 0 : exchange_room(exchange);
    return next_room(client);
}

static void watch(struct client *client)
{
    if (client->closed)
        return;
    count_held(client);
    stream_want(&client->stream, !client->eof && read_room(client) > 0);
}

/* Half a connection: the answer can still be read, and closing would take it away unread. */
static void linger(struct client *client)
{
    buffer_finish(&client->input);
    stream_shut(&client->stream);
    client->lingering = true;
    if (client->eof)
        client_close(client);
    else
        deadline_set(&client->deadline, client->proxy->loop, CLIENT_LINGER);
}

/* Whoever has sent nothing more, as promised, loses nothing when it is closed at once. */
static void close_last(struct client *client)
{
    char byte;
    if (buffer_size(&client->input) == 0 && stream_read(&client->stream, &byte, 1) == -EAGAIN)
        client_close(client);
    else
        linger(client);
}

/* Gives bytes to exchanges, one after the other; how many they took. */
static size_t feed(struct client *client, const char *bytes, size_t length)
{
    size_t total = 0;
    while (total < length && !client->closed && !client->lingering) {
        if (!client->exchange)
            client->exchange = exchange_create(client);
        if (!client->exchange) {
            client_close(client);
            break;
        }
        deadline_clear(&client->deadline);
        size_t used = exchange_feed(client->exchange, bytes + total, length - total);
        total += used;
        if (used == 0 && client->exchange)
            break;
    }
    return total;
}

static void on_end_of_input(struct client *client)
{
    if (client->exchange)
        exchange_client_eof(client->exchange);
    else if (!client->lingering)
        client_close(client);
}

static void pump(struct client *client)
{
    struct buffer *input = &client->input;
    if (buffer_size(input) == 0)
        return;
    size_t used = feed(client, input->bytes + input->start, buffer_size(input));
    if (client->closed || client->lingering)
        return;
    buffer_consume(input, (uint32_t)used);
    if (buffer_size(input) == 0) {
        buffer_finish(input);
        if (client->eof)
            on_end_of_input(client);
    }
}

static void take(struct client *client, const char *bytes, size_t length)
{
    size_t used = feed(client, bytes, length);
    if (client->closed || client->lingering)
        return;
    buffer_add(&client->input, bytes + used, length - used);
    if (client->input.failed)
        client_close(client);
}

static void on_readable(struct stream *stream)
{
    struct client *client = stream->ctx;
    pump(client);
    if (client->closed || client->eof || read_room(client) == 0) {
        watch(client);
        return;
    }
    uint32_t room = read_room(client);
    ssize_t count = stream_read(stream, client->proxy->scratch, room);
    if (count > 0 && client->lingering) {
        return;
    } else if (count > 0 && buffer_size(&client->input)) {
        buffer_add(&client->input, client->proxy->scratch, (size_t)count);
    } else if (count > 0) {
        take(client, client->proxy->scratch, (size_t)count);
    } else if (count == 0 && !client->lingering) {
        client->eof = true;
        if (buffer_size(&client->input) == 0 || client->exchange)
            on_end_of_input(client);
    } else if (count != -EAGAIN) {
        client_close(client);
    }
    watch(client);
}

static void on_writable(struct stream *stream)
{
    struct client *client = stream->ctx;
    if (client->exchange)
        exchange_client_writable(client->exchange);
    watch(client);
}

static void on_due(struct deadline *deadline)
{
    client_close(container_of(deadline, struct client, deadline));
}

void client_accept(struct proxy *proxy, int fd, enum listener_family family)
{
    struct client *client = slab_take(&proxy->client_slab);
    if (!client) {
        close(fd);
        return;
    }
    *client = (struct client){.proxy = proxy, .family = family};
    stream_open(&client->stream, proxy->loop, fd);
    stream_attach(&client->stream, client, on_readable, on_writable);
    deadline_init(&client->deadline, on_due);
    deadline_set(&client->deadline, proxy->loop, PROXY_KEEP_ALIVE);
    link_append(&proxy->clients, &client->link);
    proxy->client_count++;
    if (proxy->client_count >= proxy->clients_max)
        listener_hold(&proxy->listener, true);
    watch(client);
}

void client_wind_up(struct client *client)
{
    if (client->exchange)
        exchange_wind_up(client->exchange);
    else if (!client->lingering)
        close_last(client);
}

void client_resume(struct client *client)
{
    pump(client);
    watch(client);
}

void client_exchange_ended(struct client *client, enum exchange_end end)
{
    client->exchange = NULL;
    switch (end) {
    case EXCHANGE_KEEP:
        if (buffer_size(&client->input))
            ev_feed_event(client->proxy->loop, &client->stream.reader, EV_READ);
        else if (client->eof)
            client_close(client);
        else
            deadline_set(&client->deadline, client->proxy->loop, PROXY_KEEP_ALIVE);
        break;
    case EXCHANGE_LAST: close_last(client); break;
    case EXCHANGE_LINGER:
        if (client->proxy->closing)
            close_last(client); /* whoever sends nothing is not waited for */
        else
            linger(client);
        break;
    case EXCHANGE_RESET:
        stream_reset(&client->stream);
        client_close(client);
        break;
    case EXCHANGE_CLOSE: client_close(client); break;
    }
    watch(client);
}
