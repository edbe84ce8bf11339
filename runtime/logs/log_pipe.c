#include "log_pipe.h"

#include "io.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* A service is read at most so much in a turn of the loop, so that a flood starves nobody. */
#define TURN_BYTES    (128u << 10)
#define PARTIAL_DELAY 0.1 /* s */

/* Reads until the pipe is empty or budget bytes are read; closes it at its end. */
static void take(struct log_pipe *pipe, size_t budget)
{
    while (pipe->fd >= 0 && budget) {
        size_t wanted = budget < LOG_READ_BYTES ? budget : LOG_READ_BYTES;
        ssize_t size = read(pipe->fd, pipe->buffer, wanted);
        if (size < 0 && errno == EINTR)
            continue;
        if (size < 0 && errno == EAGAIN)
            return;
        if (size <= 0) {
            log_pipe_close(pipe);
            return;
        }
        log_split_feed(&pipe->split, pipe->buffer, (size_t)size, pipe->on_batch, pipe->ctx);
        budget -= (size_t)size;
        /* A terminal gives at most 4 KiB at once, however much there is. */
        if ((size_t)size < wanted && !pipe->terminal)
            return;
    }
}

/* The timer is not moved with each read: when it fires too early it is set anew. */
static void expect_rest(struct log_pipe *pipe)
{
    pipe->last = ev_now(pipe->loop);
    if (pipe->fd < 0 || !log_split_pending(&pipe->split) || ev_is_active(&pipe->partial))
        return;
    ev_timer_set(&pipe->partial, PARTIAL_DELAY, 0.0);
    ev_timer_start(pipe->loop, &pipe->partial);
}

void log_pipe_drain(struct log_pipe *pipe, size_t budget)
{
    take(pipe, budget);
    expect_rest(pipe);
}

static void on_readable(struct ev_loop *loop, ev_io *watcher, int events)
{
    (void)loop;
    (void)events;
    log_pipe_drain(watcher->data, TURN_BYTES);
}

static void on_partial(struct ev_loop *loop, ev_timer *watcher, int events)
{
    (void)events;
    struct log_pipe *pipe = watcher->data;
    ev_tstamp left = pipe->last + PARTIAL_DELAY - ev_now(loop);
    if (!log_split_pending(&pipe->split))
        return;
    if (left > 0.001 && left <= PARTIAL_DELAY) {
        ev_timer_set(watcher, left, 0.0);
        ev_timer_start(loop, watcher);
        return;
    }
    log_split_show(&pipe->split, pipe->on_batch, pipe->ctx);
}

void log_pipe_init(struct log_pipe *pipe, struct ev_loop *loop, char *buffer,
                   enum log_stream stream, log_split_fn *on_batch, void *ctx)
{
    *pipe = (struct log_pipe){.loop = loop,
                              .buffer = buffer,
                              .fd = -1,
                              .stream = (uint8_t)stream,
                              .on_batch = on_batch,
                              .ctx = ctx};
    ev_init(&pipe->readable, on_readable);
    ev_init(&pipe->partial, on_partial);
    pipe->readable.data = pipe->partial.data = pipe;
}

void log_pipe_start(struct log_pipe *pipe, int fd, bool terminal)
{
    pipe->fd = fd;
    pipe->terminal = terminal;
    ev_io_set(&pipe->readable, fd, EV_READ);
    ev_io_start(pipe->loop, &pipe->readable);
}

void log_pipe_hold(struct log_pipe *pipe, bool held)
{
    if (pipe->fd < 0)
        return;
    if (held)
        ev_io_stop(pipe->loop, &pipe->readable);
    else
        ev_io_start(pipe->loop, &pipe->readable);
}

void log_pipe_close(struct log_pipe *pipe)
{
    if (pipe->fd < 0)
        return;
    ev_io_stop(pipe->loop, &pipe->readable);
    ev_timer_stop(pipe->loop, &pipe->partial);
    io_close(&pipe->fd);
    log_split_end(&pipe->split, pipe->on_batch, pipe->ctx);
    log_split_finish(&pipe->split);
}

void log_pipe_resize(struct log_pipe *pipe, const struct winsize *size)
{
    if (pipe->fd >= 0 && pipe->terminal)
        ioctl(pipe->fd, TIOCSWINSZ, size);
}

/* The master does not block, nothing becomes the controlling terminal of a3s. */
static int open_pair(const struct winsize *size, int *out_master, int *out_slave)
{
    char name[64];
    int slave = -1, master = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (master < 0)
        return -errno;
    if (grantpt(master) == 0 && unlockpt(master) == 0 && ptsname_r(master, name, sizeof name) == 0)
        slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (slave < 0) {
        int error = errno;
        close(master);
        return -error;
    }
    ioctl(slave, TIOCSWINSZ, size);
    *out_master = master;
    *out_slave = slave;
    return 0;
}

int log_pipe_open_terminal(const struct winsize *size, int *out_master,
                           int out_fds[LOG_STREAM_COUNT])
{
    int master, slave;
    int error = open_pair(size, &master, &slave);
    if (error)
        return error;
    int second = fcntl(slave, F_DUPFD_CLOEXEC, 0);
    if (second < 0) {
        error = -errno;
        io_close(&master);
        io_close(&slave);
        return error;
    }
    *out_master = master;
    out_fds[LOG_STDOUT] = slave;
    out_fds[LOG_STDERR] = second;
    return 0;
}
