#include "control.h"

#include "control_queue.h"
#include "control_request.h"
#include "io.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

/* Seconds that accepting rests when no descriptor is left. */
#define ACCEPT_PAUSE 0.1

struct control_client {
    struct control_stream stream;
    struct control *control;
    struct control_client *next; /* in control->clients */
    int fd;
    ev_io reader, writer;
    ev_timer deadline;
    struct control_request request;
    struct control_queue queue;
    bool remote;    /* not one of the user's own programs */
    bool waiting;   /* the response comes later */
    bool answered;  /* the response has begun */
    bool streaming; /* it has no length: the operation writes it */
    bool ended;     /* nothing will be added */
    bool given_up;
    bool lingering; /* all is sent; what the client still says is read and dropped */
    bool half;      /* the client will say no more */
};
_Static_assert(offsetof(struct control_client, stream) == 0, "the stream is the client");

static void client_close(struct control_client *client)
{
    struct control *control = client->control;
    struct control_client **at = &control->clients;
    while (*at != client)
        at = &(*at)->next;
    *at = client->next;
    control->client_count--;
    control->remote_count -= client->remote;
    ev_io_stop(control->loop, &client->reader);
    ev_io_stop(control->loop, &client->writer);
    ev_timer_stop(control->loop, &client->deadline);
    if (client->stream.on_close)
        client->stream.on_close(client->stream.user);
    close(client->fd);
    control_request_finish(&client->request);
    control_queue_finish(&client->queue);
    free(client);
}

static void client_queue(struct control_client *client, const void *bytes, size_t size)
{
    if (client->given_up)
        return;
    if (control_queue_add(&client->queue, bytes, size)) {
        ev_io_start(client->control->loop, &client->writer);
        return;
    }
    /* The caller is in the middle of something: closing is left to the writer's callback. */
    client->given_up = true;
    ev_feed_event(client->control->loop, &client->writer, EV_WRITE);
}

static void answer_head(struct control_client *client, const struct control_answer *answer,
                        size_t length)
{
    struct strbuf head = {0};
    strbuf_addf(&head,
                "HTTP/1.1 %d %s\r\nConnection: close\r\nCache-Control: no-store\r\n"
                "X-Content-Type-Options: nosniff\r\n",
                answer->status, control_status_text(answer->status));
    if (answer->allow)
        strbuf_addf(&head, "Allow: %s\r\n", answer->allow);
    if (!client->streaming)
        strbuf_addf(&head, "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n", length);
    else
        strbuf_addf(&head, "Content-Type: application/x-ndjson\r\n%s\r\n",
                    client->request.chunked ? "Transfer-Encoding: chunked\r\n" : "");
    client->answered = true;
    client_queue(client, head.ptr, head.len);
    strbuf_finish(&head);
}

static void stream_begin(struct control_client *client)
{
    if (client->answered)
        return;
    client->streaming = true;
    ev_timer_stop(client->control->loop, &client->deadline);
    answer_head(client, &(struct control_answer){.status = 200}, 0);
}

static bool stream_write(struct control_stream *stream, const void *bytes, size_t size)
{
    struct control_client *client = (struct control_client *)(void *)stream;
    char mark[24];
    if (client->ended) /* by control_wind_up */
        return false;
    stream_begin(client);
    if (size && client->request.chunked)
        client_queue(client, mark, (size_t)snprintf(mark, sizeof mark, "%zx\r\n", size));
    client_queue(client, bytes, size);
    if (size && client->request.chunked)
        client_queue(client, "\r\n", 2);
    return !client->given_up;
}

static size_t stream_room(const struct control_stream *stream)
{
    const struct control_client *client = (const struct control_client *)(const void *)stream;
    /* What a chunk and the response's head take besides. */
    size_t used = client->queue.size + 1024;
    return client->given_up || used > CONTROL_QUEUE_MAX ? 0 : CONTROL_QUEUE_MAX - used;
}

static void stream_end(struct control_stream *stream)
{
    struct control_client *client = (struct control_client *)(void *)stream;
    if (client->ended)
        return;
    stream_begin(client);
    if (client->request.chunked)
        client_queue(client, "0\r\n\r\n", 5);
    client->ended = true;
    ev_timer_again(client->control->loop, &client->deadline);
    ev_io_start(client->control->loop, &client->writer);
}

static void answer_json(struct control_client *client, const struct control_answer *answer)
{
    static const char failed[] = "{\"error\": \"the answer could not be written as JSON\"}\n";
    char *text = answer->body ? json_dumps(answer->body, 0) : NULL;
    struct strbuf body = {0};
    if (text)
        strbuf_addf(&body, "%s\n", text);
    else
        strbuf_adds(&body, failed);
    answer_head(client, answer, body.len);
    client_queue(client, body.ptr, body.len);
    client->ended = true;
    strbuf_finish(&body);
    free(text);
}

static void stream_answer(struct control_stream *stream, int status, json_t *body)
{
    struct control_client *client = (struct control_client *)(void *)stream;
    ev_timer_again(client->control->loop, &client->deadline);
    answer_json(client, &(struct control_answer){.status = status, .body = body});
    json_decref(body);
}

static const struct control_stream_ops stream_ops = {
    .write = stream_write, .room = stream_room, .end = stream_end, .answer = stream_answer};

/* Asks the operation; everything but a stream is answered here, or later. */
static void client_serve(struct control_client *client)
{
    struct control *control = client->control;
    struct control_answer answer = {0};
    struct control_call call = control_request_call(&client->request);
    call.local = !client->remote;
    ev_timer_again(control->loop, &client->deadline);
    control_dispatch(&call, control->ops, control->ctx, &client->stream, &answer);
    if (answer.status)
        answer_json(client, &answer);
    else if (!answer.later)
        stream_begin(client);
    else if ((client->waiting = !client->answered))
        ev_timer_stop(control->loop, &client->deadline);
    json_decref(answer.body);
    if (answer.shutdown)
        control->ops->shutdown(control->ctx);
}

/* Sends what the socket takes. False: the client has gone. */
static bool client_flush(struct control_client *client)
{
    struct control_queue *queue = &client->queue;
    while (queue->size) {
        ssize_t n =
            send(client->fd, queue->bytes + queue->start, queue->size, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno == EAGAIN;
        control_queue_drop(queue, (size_t)n);
        if (!client->streaming || client->ended)
            ev_timer_again(client->control->loop, &client->deadline);
    }
    return true;
}

/* A socket closed with unread input would tell the client of a reset instead of the answer. */
static void client_linger(struct control_client *client)
{
    client->lingering = true;
    ev_io_stop(client->control->loop, &client->writer);
    shutdown(client->fd, SHUT_WR);
    ev_timer_again(client->control->loop, &client->deadline);
}

static void on_writable(struct ev_loop *loop, ev_io *watcher, int events)
{
    (void)events;
    struct control_client *client = watcher->data;
    bool waited = client->queue.size > 0;
    if (client->given_up || !client_flush(client)) {
        client_close(client);
        return;
    }
    if (client->queue.size)
        return;
    ev_io_stop(loop, watcher);
    if (client->ended && (client->request.complete || client->half))
        client_close(client);
    else if (client->ended)
        client_linger(client);
    else if (waited && client->stream.on_room)
        client->stream.on_room(client->stream.user);
}

static void client_take(struct control_client *client, const char *bytes, size_t size)
{
    struct control_answer answer = {0};
    if (client->answered)
        return;
    control_request_feed(&client->request, bytes, size, &answer);
    if (answer.status) {
        answer_json(client, &answer);
        json_decref(answer.body);
    } else if (client->request.complete) {
        client_serve(client);
    }
}

static void on_readable(struct ev_loop *loop, ev_io *watcher, int events)
{
    (void)events;
    struct control_client *client = watcher->data;
    char bytes[16384];
    ssize_t n = recv(client->fd, bytes, sizeof bytes, MSG_DONTWAIT);
    if (n < 0 && (errno == EINTR || errno == EAGAIN))
        return;
    if (n > 0) {
        client_take(client, bytes, (size_t)n);
        return;
    }
    /* A client may close its sending side once it has asked; one that follows a stream has gone,
     * since nothing else would tell. */
    bool asked = client->answered || client->waiting;
    client->half = n == 0 && asked && !client->streaming && !client->lingering;
    if (client->half)
        ev_io_stop(loop, watcher);
    else
        client_close(client);
}

static void on_deadline(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)loop;
    (void)events;
    client_close(timer->data);
}

static bool peer_is_ours(int fd)
{
    struct ucred peer;
    socklen_t size = sizeof peer;
    return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.uid == geteuid();
}

static void client_create(struct control *control, int fd, bool remote)
{
    struct control_client *client = calloc(1, sizeof *client);
    if (!client) {
        close(fd);
        return;
    }
    client->stream.ops = &stream_ops;
    client->control = control;
    client->fd = fd;
    client->remote = remote;
    control->remote_count += remote;
    client->next = control->clients;
    control->clients = client;
    control->client_count++;
    control_request_init(&client->request);
    ev_io_init(&client->reader, on_readable, fd, EV_READ);
    ev_io_init(&client->writer, on_writable, fd, EV_WRITE);
    ev_timer_init(&client->deadline, on_deadline, 0, CONTROL_DEADLINE);
    client->reader.data = client->writer.data = client->deadline.data = client;
    ev_io_start(control->loop, &client->reader);
    ev_timer_again(control->loop, &client->deadline);
}

/* Best effort: whoever cannot take one line now is not told. */
static void refuse(int fd)
{
    static const char text[] = "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\n"
                               "Content-Type: application/json\r\nContent-Length: 32\r\n\r\n"
                               "{\"error\": \"too many connections\"}";
    _Static_assert(sizeof "{\"error\": \"too many connections\"}" == 34, "Content-Length");
    send(fd, text, sizeof text - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
    close(fd);
}

static void on_accept(struct ev_loop *loop, ev_io *watcher, int events)
{
    (void)events;
    struct control *control = watcher->data;
    for (;;) {
        int fd = accept4(control->listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd < 0 && (errno == EINTR || errno == ECONNABORTED))
            continue;
        if (fd < 0 && errno != EAGAIN) {
            ev_io_stop(loop, watcher);
            ev_timer_again(loop, &control->pause);
        }
        if (fd < 0)
            return;
        if (!peer_is_ours(fd))
            close(fd);
        else if (control->client_count >= CONTROL_CLIENTS_MAX)
            refuse(fd);
        else
            client_create(control, fd, false);
    }
}

int control_connect(struct control *control, int *out_fd)
{
    int ends[2];
    if (control->client_count >= CONTROL_CLIENTS_MAX || control->remote_count >= CONTROL_REMOTE_MAX)
        return -EBUSY;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) < 0)
        return -errno;
    client_create(control, ends[1], true);
    *out_fd = ends[0];
    return 0;
}

static void on_pause_over(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)events;
    struct control *control = timer->data;
    ev_timer_stop(loop, timer);
    ev_io_start(loop, &control->accept);
}

int control_init(struct control *control, struct ev_loop *loop, int listen_fd,
                 const struct control_ops *ops, void *ctx)
{
    int error = io_set_nonblock(listen_fd, true);
    if (error) {
        close(listen_fd);
        return error;
    }
    *control = (struct control){.loop = loop, .listen_fd = listen_fd, .ops = ops, .ctx = ctx};
    ev_io_init(&control->accept, on_accept, listen_fd, EV_READ);
    ev_timer_init(&control->pause, on_pause_over, 0, ACCEPT_PAUSE);
    control->accept.data = control->pause.data = control;
    ev_io_start(loop, &control->accept);
    return 0;
}

void control_wind_up(struct control *control)
{
    for (struct control_client *client = control->clients, *next; client; client = next) {
        next = client->next;
        if (client->streaming && !client->ended)
            stream_end(&client->stream);
        else if (!client->answered && !client->waiting)
            client_close(client);
    }
}

bool control_is_quiet(const struct control *control)
{
    return !control->clients;
}

void control_finish(struct control *control)
{
    if (!control->loop)
        return;
    ev_io_stop(control->loop, &control->accept);
    ev_timer_stop(control->loop, &control->pause);
    while (control->clients) {
        struct control_client *client = control->clients;
        if (client->streaming && !client->ended)
            stream_end(&client->stream);
        client_flush(client);
        client_close(client);
    }
    close(control->listen_fd);
    *control = (struct control){0};
}
