#include "wire.h"

#include <check.h>
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

struct waiter {
    ev_io io, partner_io;
    ev_timer patience;
    bool ready, partner_ready;
};

static void on_ready(struct ev_loop *loop, ev_io *io, int events)
{
    (void)events;
    *(bool *)io->data = true;
    ev_break(loop, EVBREAK_ONE);
}

static void on_patience_end(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)timer;
    (void)events;
    ev_break(loop, EVBREAK_ONE);
}

static void wait_for(struct waiter *waiter, struct ev_loop *loop, int fd, int events, int partner,
                     double seconds)
{
    *waiter = (struct waiter){0};
    ev_io_init(&waiter->io, on_ready, fd, events);
    ev_io_init(&waiter->partner_io, on_ready, partner, EV_READ);
    ev_timer_init(&waiter->patience, on_patience_end, seconds, 0.);
    waiter->io.data = &waiter->ready;
    waiter->partner_io.data = &waiter->partner_ready;
    ev_now_update(loop);
    ev_io_start(loop, &waiter->io);
    if (partner >= 0)
        ev_io_start(loop, &waiter->partner_io);
    ev_timer_start(loop, &waiter->patience);
    ev_run(loop, 0);
    ev_io_stop(loop, &waiter->io);
    ev_io_stop(loop, &waiter->partner_io);
    ev_timer_stop(loop, &waiter->patience);
}

bool wire_wait(struct ev_loop *loop, int fd, int events, double seconds)
{
    struct waiter waiter;
    wait_for(&waiter, loop, fd, events, -1, seconds);
    return waiter.ready;
}

void wire_until(struct ev_loop *loop, const bool *flag)
{
    ev_tstamp end = ev_time() + WIRE_PATIENCE;
    while (!*flag) {
        ck_assert_msg(ev_time() < end, "waited too long");
        ev_run(loop, EVRUN_ONCE);
    }
}

static void wait_as_peer(struct peer *peer, int events)
{
    struct waiter waiter;
    struct peer *partner = peer->partner;
    bool open = partner && partner->fd >= 0 && !partner->eof;
    wait_for(&waiter, peer->loop, peer->fd, events, open ? partner->fd : -1, WIRE_PATIENCE);
    ck_assert_msg(waiter.ready || waiter.partner_ready, "nothing came; so far: %s",
                  strbuf_text(&peer->in));
    if (waiter.partner_ready)
        peer_drain(partner);
}

static socklen_t loopback(int family, uint16_t port, struct sockaddr_storage *out)
{
    struct sockaddr_in *v4 = (struct sockaddr_in *)out;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)out;
    memset(out, 0, sizeof *out);
    if (family == AF_INET) {
        *v4 = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(port)};
        v4->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        return sizeof *v4;
    }
    *v6 = (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_port = htons(port)};
    v6->sin6_addr = in6addr_loopback;
    return sizeof *v6;
}

int wire_listen_at(int family, uint16_t port)
{
    struct sockaddr_storage address;
    socklen_t size = loopback(family, port, &address);
    int one = 1, fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    ck_assert_int_ge(fd, 0);
    if (family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof one);
    if (port)
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, size), 0);
    ck_assert_int_eq(listen(fd, 128), 0);
    return fd;
}

int wire_listen(int family, uint16_t *out_port)
{
    struct sockaddr_storage address;
    socklen_t size = sizeof address;
    int fd = wire_listen_at(family, 0);
    ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&address, &size), 0);
    *out_port = ntohs(((struct sockaddr_in *)&address)->sin_port);
    return fd;
}

uint16_t wire_free_port(void)
{
    uint16_t port;
    close(wire_listen(AF_INET, &port));
    return port;
}

struct peer peer_connect(struct ev_loop *loop, int family, uint16_t port)
{
    struct sockaddr_storage address;
    socklen_t size = loopback(family, port, &address);
    struct peer peer = {.loop = loop};
    peer.fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    ck_assert_int_ge(peer.fd, 0);
    int result = connect(peer.fd, (struct sockaddr *)&address, size);
    ck_assert_msg(result == 0 || errno == EINPROGRESS, "connect: %s", strerror(errno));
    return peer;
}

struct peer peer_accept(struct ev_loop *loop, int listening)
{
    struct peer peer = {.loop = loop};
    ck_assert_msg(wire_wait(loop, listening, EV_READ, WIRE_PATIENCE), "nobody connected");
    peer.fd = accept4(listening, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    ck_assert_int_ge(peer.fd, 0);
    return peer;
}

void peer_send(struct peer *peer, const char *bytes, size_t length)
{
    while (length) {
        ssize_t count = send(peer->fd, bytes, length, MSG_NOSIGNAL);
        if (count < 0) {
            ck_assert_msg(errno == EAGAIN, "send: %s", strerror(errno));
            wait_as_peer(peer, EV_WRITE);
            continue;
        }
        bytes += count;
        length -= (size_t)count;
    }
}

void peer_says(struct peer *peer, const char *text)
{
    peer_send(peer, text, strlen(text));
}

void peer_drain(struct peer *peer)
{
    char bytes[16384];
    for (;;) {
        ssize_t count = recv(peer->fd, bytes, sizeof bytes, 0);
        if (count > 0) {
            strbuf_add(&peer->in, bytes, (size_t)count);
            continue;
        }
        peer->eof |= count == 0 || errno != EAGAIN;
        peer->reset |= count < 0 && errno == ECONNRESET;
        return;
    }
}

void peer_hears(struct peer *peer, const char *text)
{
    peer_drain(peer);
    while (!memmem(strbuf_text(&peer->in), peer->in.len, text, strlen(text))) {
        ck_assert_msg(!peer->eof, "ended before \"%s\": %s", text, strbuf_text(&peer->in));
        wait_as_peer(peer, EV_READ);
        peer_drain(peer);
    }
}

void peer_hears_bytes(struct peer *peer, size_t count)
{
    peer_drain(peer);
    while (peer->in.len < count) {
        ck_assert_msg(!peer->eof, "ended after %zu of %zu bytes", peer->in.len, count);
        wait_as_peer(peer, EV_READ);
        peer_drain(peer);
    }
}

void peer_hears_end(struct peer *peer)
{
    peer_drain(peer);
    while (!peer->eof) {
        wait_as_peer(peer, EV_READ);
        peer_drain(peer);
    }
}

void peer_forget(struct peer *peer)
{
    strbuf_clear(&peer->in);
}

void peer_shut(struct peer *peer)
{
    shutdown(peer->fd, SHUT_WR);
}

void peer_close(struct peer *peer)
{
    if (peer->fd >= 0)
        close(peer->fd);
    peer->fd = -1;
    strbuf_finish(&peer->in);
}
