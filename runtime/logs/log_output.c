#include "log_output.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* What has been written is given up once it is so much, so that memory stays near what waits. */
#define COMPACT_BYTES (512u << 10)

size_t log_output_pending(const struct log_output *output)
{
    return output->backlog.len - output->sent;
}

bool log_output_is_blocked(const struct log_output *output)
{
    return ev_is_active(&output->writable);
}

static ssize_t write_some(const struct log_output *output, const char *bytes, size_t size)
{
    struct pollfd room = {.fd = output->fd, .events = POLLOUT};
    switch (output->kind) {
    case LOG_OUTPUT_SOCKET: return send(output->fd, bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL);
    case LOG_OUTPUT_POLL:
        if (poll(&room, 1, 0) <= 0) {
            errno = EAGAIN;
            return -1;
        }
        return write(output->fd, bytes, size < PIPE_BUF ? size : PIPE_BUF);
    default: return write(output->fd, bytes, size);
    }
}

static void clear(struct log_output *output)
{
    strbuf_clear(&output->backlog);
    output->sent = 0;
}

static void drop(struct log_output *output)
{
    ev_io_stop(output->loop, &output->writable);
    if (output->kind == LOG_OUTPUT_NONBLOCK && output->fd >= 0)
        close(output->fd);
    output->fd = -1;
    strbuf_finish(&output->backlog);
    output->sent = 0;
}

static void lose_backlog(struct log_output *output)
{
    for (size_t i = output->sent; i < output->backlog.len; i++)
        output->lost += output->backlog.ptr[i] == '\n';
    clear(output);
}

static void on_error(struct log_output *output, int error)
{
    if (error == EAGAIN)
        ev_io_start(output->loop, &output->writable);
    else if (error == ENOSPC || error == EDQUOT || error == EFBIG)
        lose_backlog(output); /* the next lines may fit again */
    else
        drop(output); /* EPIPE, EIO: nobody reads it any more */
}

static void compact(struct log_output *output)
{
    if (output->sent < COMPACT_BYTES)
        return;
    size_t pending = log_output_pending(output);
    memmove(output->backlog.ptr, output->backlog.ptr + output->sent, pending);
    output->backlog.len = pending;
    output->sent = 0;
}

void log_output_flush(struct log_output *output)
{
    while (output->fd >= 0 && log_output_pending(output)) {
        ssize_t size =
            write_some(output, output->backlog.ptr + output->sent, log_output_pending(output));
        if (size < 0 && errno == EINTR)
            continue;
        if (size < 0) {
            on_error(output, errno);
            compact(output);
            return;
        }
        output->sent += (size_t)size;
    }
    clear(output);
}

bool log_output_wait(struct log_output *output, int ms)
{
    struct pollfd room = {.fd = output->fd, .events = POLLOUT};
    ev_io_stop(output->loop, &output->writable);
    return output->fd >= 0 && ms > 0 && (poll(&room, 1, ms) >= 0 || errno == EINTR);
}

static void on_writable(struct ev_loop *loop, ev_io *watcher, int events)
{
    (void)events;
    struct log_output *output = watcher->data;
    ev_io_stop(loop, watcher);
    output->on_room(output->ctx);
}

/* Terminals and pipes get an open file description of our own; see the header. */
static void choose_kind(struct log_output *output, int fd)
{
    struct stat info;
    char path[32];
    output->fd = fd;
    output->kind = LOG_OUTPUT_POLL;
    if (fstat(fd, &info) < 0) {
        output->fd = -1;
    } else if (S_ISREG(info.st_mode) || S_ISBLK(info.st_mode)) {
        output->kind = LOG_OUTPUT_FILE;
    } else if (S_ISSOCK(info.st_mode)) {
        output->kind = LOG_OUTPUT_SOCKET;
    } else {
        snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
        int own = open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
        if (own >= 0) {
            output->fd = own;
            output->kind = LOG_OUTPUT_NONBLOCK;
        }
    }
}

void log_output_init(struct log_output *output, struct ev_loop *loop, int fd,
                     void (*on_room)(void *ctx), void *ctx)
{
    *output = (struct log_output){.loop = loop, .on_room = on_room, .ctx = ctx};
    choose_kind(output, fd);
    ev_io_init(&output->writable, on_writable, output->fd, EV_WRITE);
    output->writable.data = output;
}

void log_output_finish(struct log_output *output)
{
    if (output->loop)
        drop(output);
    output->loop = NULL;
}
