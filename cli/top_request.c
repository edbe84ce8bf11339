#include "top_request.h"

#include "api.h"
#include "io.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

void top_request_stop(struct top_request *request)
{
    if (!request->active)
        return;
    request->active = false;
    ev_io_stop(request->loop, &request->io);
    ev_timer_stop(request->loop, &request->limit);
    io_close(&request->fd);
    http_finish(&request->http);
    strbuf_finish(&request->unsent);
    strbuf_finish(&request->body);
}

/* The request may be started anew from within on_end. */
static void end(struct top_request *request, int status, int error)
{
    json_t *body = request->active && request->body.len
                       ? json_loadb(request->body.ptr, request->body.len, 0, NULL)
                       : NULL;
    top_request_stop(request);
    request->on_end(request->ctx, status, error, body);
}

static bool streams(const struct top_request *request)
{
    return request->on_line && request->http.head.status == 200;
}

static void hand_over_lines(struct top_request *request)
{
    size_t at = 0;
    struct str line;
    while (api_next_line(&request->body, &at, &line))
        request->on_line(request->ctx, line);
    api_drop(&request->body, at);
}

/* False: the request has ended. */
static bool take(struct top_request *request, const char *bytes, size_t size)
{
    for (;;) {
        size_t used;
        enum http_event event = http_feed(&request->http, bytes, size, &used);
        bytes += used;
        size -= used;
        if (event == HTTP_HEAD_READ && streams(request))
            ev_timer_stop(request->loop, &request->limit);
        if (event == HTTP_DATA)
            strbuf_add_str(&request->body, request->http.data);
        if (event == HTTP_DATA && streams(request))
            hand_over_lines(request);
        if (event == HTTP_END)
            end(request, request->http.head.status, 0);
        else if (event == HTTP_FAIL ||
                 request->body.len > (streams(request) ? TOP_LINE_MAX : TOP_ANSWER_MAX))
            end(request, 0, -EPROTO);
        if (!request->active || event == HTTP_END || event == HTTP_FAIL)
            return false;
        if (event == HTTP_MORE)
            return true;
    }
}

static void receive(struct top_request *request)
{
    char bytes[16384];
    for (size_t total = 0; total < TOP_TURN_BYTES;) {
        ssize_t n = recv(request->fd, bytes, sizeof bytes, MSG_DONTWAIT);
        if (n > 0) {
            total += (size_t)n;
            if (!take(request, bytes, (size_t)n))
                return;
        } else if (n == 0) {
            bool whole = http_eof(&request->http) == HTTP_END;
            end(request, whole ? request->http.head.status : 0, whole ? 0 : -ECONNRESET);
            return;
        } else if (errno != EINTR) {
            if (errno != EAGAIN)
                end(request, 0, -errno);
            return;
        }
    }
}

static void watch(struct top_request *request, int events)
{
    ev_io_stop(request->loop, &request->io);
    ev_io_set(&request->io, request->fd, events);
    ev_io_start(request->loop, &request->io);
}

static void send_rest(struct top_request *request)
{
    struct strbuf *unsent = &request->unsent;
    ssize_t n = send(request->fd, unsent->ptr + request->sent, unsent->len - request->sent,
                     MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n > 0)
        request->sent += (size_t)n;
    else if (errno != EINTR && errno != EAGAIN)
        end(request, 0, -errno);
    if (request->active && request->sent == unsent->len)
        watch(request, EV_READ);
}

static void on_io(struct ev_loop *loop, ev_io *watcher, int events)
{
    (void)loop;
    if (events & EV_WRITE)
        send_rest(watcher->data);
    else
        receive(watcher->data);
}

static void on_limit(struct ev_loop *loop, ev_timer *watcher, int events)
{
    (void)loop;
    (void)events;
    end(watcher->data, 0, -ETIMEDOUT);
}

void top_request_start(struct top_request *request, const char *method, const char *target,
                       const char *body)
{
    int fd;
    top_request_stop(request);
    int error = rundir_socket_connect(request->rundir, &fd);
    if (error) {
        end(request, 0, error);
        return;
    }
    request->active = true;
    request->fd = fd;
    request->sent = 0;
    http_init(&request->http, HEAD_RESPONSE);
    api_request(&request->unsent, method, target, body);
    ev_io_init(&request->io, on_io, fd, EV_WRITE);
    ev_timer_init(&request->limit, on_limit, TOP_PATIENCE, 0.);
    request->io.data = request->limit.data = request;
    ev_io_start(request->loop, &request->io);
    ev_timer_start(request->loop, &request->limit);
}
