#include "stream.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

static void on_read_event(struct ev_loop *loop, ev_io *watcher, int events)
{
    (void)loop;
    (void)events;
    struct stream *stream = watcher->data;
    stream->on_readable(stream);
}

static void on_write_event(struct ev_loop *loop, ev_io *watcher, int events)
{
    (void)events;
    struct stream *stream = watcher->data;
    ev_io_stop(loop, watcher);
    stream->on_writable(stream);
}

void stream_open(struct stream *stream, struct ev_loop *loop, int fd)
{
    stream->loop = loop;
    stream->shut = false;
    ev_io_init(&stream->reader, on_read_event, fd, EV_READ);
    ev_io_init(&stream->writer, on_write_event, fd, EV_WRITE);
    stream->reader.data = stream->writer.data = stream;
}

void stream_close(struct stream *stream)
{
    if (!stream_is_open(stream))
        return;
    ev_io_stop(stream->loop, &stream->reader);
    ev_io_stop(stream->loop, &stream->writer);
    close(stream->reader.fd);
    stream->reader.fd = -1;
}

void stream_reset(struct stream *stream)
{
    struct linger now = {.l_onoff = 1, .l_linger = 0};
    if (stream_is_open(stream))
        setsockopt(stream->reader.fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    stream_close(stream);
}

void stream_attach(struct stream *stream, void *ctx, void (*on_readable)(struct stream *),
                   void (*on_writable)(struct stream *))
{
    stream->ctx = ctx;
    stream->on_readable = on_readable;
    stream->on_writable = on_writable;
}

void stream_want(struct stream *stream, bool reading)
{
    if (reading == (bool)ev_is_active(&stream->reader) || !stream_is_open(stream))
        return;
    if (reading)
        ev_io_start(stream->loop, &stream->reader);
    else
        ev_io_stop(stream->loop, &stream->reader);
}

ssize_t stream_read(struct stream *stream, char *bytes, size_t size)
{
    ssize_t count;
    do
        count = recv(stream->reader.fd, bytes, size, 0);
    while (count < 0 && errno == EINTR);
    return count < 0 ? -errno : count;
}

/* What is in the buffer itself and what is lent to it, in one call. */
static ssize_t write_some(int fd, const struct buffer *buffer)
{
    struct str own = {buffer->bytes, buffer->end - buffer->start}, lent = buffer->lent;
    if (own.len)
        own.ptr += buffer->start;
    if (own.len == 0 || lent.len == 0)
        return send(fd, own.len ? own.ptr : lent.ptr, own.len + lent.len, MSG_NOSIGNAL);
    struct iovec parts[] = {{(char *)own.ptr, own.len}, {(char *)lent.ptr, lent.len}};
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
    return sendmsg(fd, &message, MSG_NOSIGNAL);
}

int stream_flush(struct stream *stream, struct buffer *buffer, uint32_t *out_written)
{
    uint32_t written = 0;
    int result = 0;
    while (buffer_size(buffer)) {
        ssize_t count = write_some(stream->reader.fd, buffer);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0) {
            result = errno == EAGAIN ? 1 : -errno;
            break;
        }
        buffer_consume(buffer, (uint32_t)count);
        written += (uint32_t)count;
    }
    if (result == 1)
        ev_io_start(stream->loop, &stream->writer);
    if (out_written)
        *out_written = written;
    return result;
}

void stream_shut(struct stream *stream)
{
    if (stream_is_open(stream) && !stream->shut)
        shutdown(stream->reader.fd, SHUT_WR);
    stream->shut = true;
}

int stream_error(const struct stream *stream)
{
    int error = 0;
    socklen_t size = sizeof error;
    if (getsockopt(stream->reader.fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0)
        return -errno;
    return -error;
}
