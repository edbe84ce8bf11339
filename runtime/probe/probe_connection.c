#include "probe_connection.h"

#include "loopback.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

static void connect_next(struct probe_connection *c);

static void on_writable(struct ev_loop *loop, ev_io *watcher, int events)
{
    (void)loop;
    (void)events;
    struct probe_connection *c = watcher->data;
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &size);
    if (!error && loopback_meets_itself(c->fd))
        error = ECONNREFUSED;
    ev_io_stop(c->base->setup.loop, &c->io);
    if (error)
        probe_connection_close(c);
    if (loopback_refused(error) && !c->second) {
        c->second = true;
        connect_next(c);
    } else {
        c->on_done(c, error);
    }
}

static void connect_next(struct probe_connection *c)
{
    int error = loopback_connect(c->second, c->base->port, &c->fd);
    if (loopback_refused(-error) && !c->second) {
        c->second = true;
        error = loopback_connect(true, c->base->port, &c->fd);
    }
    if (error) {
        c->on_done(c, -error);
        return;
    }
    c->open = true;
    ev_io_init(&c->io, on_writable, c->fd, EV_WRITE);
    c->io.data = c;
    ev_io_start(c->base->setup.loop, &c->io);
}

void probe_connection_open(struct probe_connection *c, struct probe_try *base,
                           void (*on_done)(struct probe_connection *connection, int error))
{
    *c = (struct probe_connection){.base = base, .on_done = on_done};
    connect_next(c);
}

void probe_connection_close(struct probe_connection *c)
{
    if (!c->open)
        return;
    ev_io_stop(c->base->setup.loop, &c->io);
    close(c->fd);
    c->open = false;
}

void probe_connection_failed(struct probe_connection *c, int error)
{
    bool refused = loopback_refused(error);
    struct probe_outcome outcome = {
        .refused = refused, .text = refused ? "the connection is refused" : strerror(error)};
    c->base->on_outcome(c->base->ctx, &outcome);
}
