#include "listener.h"

#include "loopback.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

/* A free port of one family can be taken on the other: that many are tried. */
#define FREE_PORT_TRIES 32

static bool is_short_of_resources(int error)
{
    return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

static void watch_sockets(struct listener *listener)
{
    bool accepting = listener->open && !listener->held && !ev_is_active(&listener->pause);
    for (int i = 0; i < LISTENER_FAMILY_COUNT; i++) {
        ev_io *socket = &listener->sockets[i];
        if (socket->fd < 0)
            continue;
        if (accepting)
            ev_io_start(listener->loop, socket);
        else
            ev_io_stop(listener->loop, socket);
    }
}

static void on_pause_end(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)loop;
    (void)events;
    watch_sockets(timer->data);
}

static void pause_accepting(struct listener *listener)
{
    ev_timer_set(&listener->pause, LISTENER_PAUSE, 0.);
    ev_timer_start(listener->loop, &listener->pause);
    watch_sockets(listener);
}

static void on_connection(struct ev_loop *loop, ev_io *watcher, int events)
{
    (void)loop;
    (void)events;
    struct listener *listener = watcher->data;
    enum listener_family family = (enum listener_family)(watcher - listener->sockets);
    for (int i = 0; i < LISTENER_BATCH && ev_is_active(watcher); i++) {
        int fd = accept4(watcher->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0) {
            listener->on_client(listener->ctx, fd, family);
            continue;
        }
        if (is_short_of_resources(errno))
            pause_accepting(listener);
        /* Else nobody is there, or whoever was there has left: the next event will tell. */
        return;
    }
}

static int bind_loopback(int fd, enum listener_family family, uint16_t port)
{
    struct sockaddr_in v4 = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct sockaddr_in6 v6 = {
        .sin6_family = AF_INET6, .sin6_port = htons(port), .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    int one = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    loopback_hurry(fd); /* accepted sockets inherit it */
    if (family == LISTENER_V6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof one);
    if (family == LISTENER_V4 ? bind(fd, (struct sockaddr *)&v4, sizeof v4) < 0
                              : bind(fd, (struct sockaddr *)&v6, sizeof v6) < 0)
        return -errno;
    return listen(fd, LISTENER_BACKLOG) < 0 ? -errno : 0;
}

static int open_socket(enum listener_family family, uint16_t port, int *out_fd)
{
    int fd = socket(family == LISTENER_V4 ? AF_INET : AF_INET6,
                    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
    if (fd < 0)
        return -errno;
    int error = bind_loopback(fd, family, port);
    if (error < 0) {
        close(fd);
        return error;
    }
    *out_fd = fd;
    return 0;
}

static uint16_t bound_port(int fd)
{
    struct sockaddr_in address = {0};
    socklen_t size = sizeof address;
    getsockname(fd, (struct sockaddr *)&address, &size);
    return ntohs(address.sin_port);
}

static int open_both(uint16_t port, int out_fds[LISTENER_FAMILY_COUNT])
{
    int v4 = -1, v6 = -1, error = open_socket(LISTENER_V4, port, &v4);
    if (error < 0)
        return error;
    error = open_socket(LISTENER_V6, bound_port(v4), &v6);
    if (error < 0 && error != -EADDRNOTAVAIL && error != -EAFNOSUPPORT) {
        close(v4);
        return error;
    }
    out_fds[LISTENER_V4] = v4;
    out_fds[LISTENER_V6] = v6;
    return 0;
}

int listener_open(struct listener *listener, struct ev_loop *loop, uint16_t port,
                  void (*on_client)(void *ctx, int fd, enum listener_family family), void *ctx)
{
    int fds[LISTENER_FAMILY_COUNT], error = open_both(port, fds);
    for (int i = 0; port == 0 && error == -EADDRINUSE && i < FREE_PORT_TRIES; i++)
        error = open_both(port, fds);
    if (error < 0)
        return error;
    *listener = (struct listener){.loop = loop, .open = true, .on_client = on_client, .ctx = ctx};
    listener->port = bound_port(fds[LISTENER_V4]);
    ev_timer_init(&listener->pause, on_pause_end, 0., 0.);
    listener->pause.data = listener;
    for (int i = 0; i < LISTENER_FAMILY_COUNT; i++) {
        ev_io_init(&listener->sockets[i], on_connection, fds[i], EV_READ);
        listener->sockets[i].data = listener;
    }
    watch_sockets(listener);
    return 0;
}

void listener_close(struct listener *listener)
{
    if (!listener->open)
        return;
    listener->open = false;
    ev_timer_stop(listener->loop, &listener->pause);
    watch_sockets(listener);
    for (int i = 0; i < LISTENER_FAMILY_COUNT; i++) {
        if (listener->sockets[i].fd >= 0)
            close(listener->sockets[i].fd);
        listener->sockets[i].fd = -1;
    }
}

void listener_take(struct listener *listener, struct listener *other)
{
    bool held = listener->held;
    listener_close(listener);
    other->open = false;
    watch_sockets(other);
    *listener = *other;
    listener->open = true;
    listener->held = held;
    listener->pause.data = listener;
    for (int i = 0; i < LISTENER_FAMILY_COUNT; i++) {
        listener->sockets[i].data = listener;
        other->sockets[i].fd = -1;
    }
    watch_sockets(listener);
}

void listener_hold(struct listener *listener, bool held)
{
    if (listener->held == held)
        return;
    listener->held = held;
    if (listener->open)
        watch_sockets(listener);
}
