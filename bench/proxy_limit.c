/* The least that a proxy on libev can do: bytes from one socket to the other, nothing read in them.
 *
 *     proxy_limit PORT UPSTREAM_PORT
 * A connection upstream for each of a client; where one side is full, the other one waits. */
#include <arpa/inet.h>
#include <errno.h>
#include <ev.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct side {
    ev_io reader, writer;
    struct side *other;
    char *rest; /* read here, not yet written there */
    size_t at, left;
};

static char scratch[64 << 10];
static struct sockaddr_in upstream = {.sin_family = AF_INET};

static void end(struct ev_loop *loop, struct side *side)
{
    for (struct side *each = side, *next = side->other; each; each = next, next = NULL) {
        ev_io_stop(loop, &each->reader);
        ev_io_stop(loop, &each->writer);
        close(each->reader.fd);
        free(each->rest);
        free(each);
    }
}

static void on_bytes(struct ev_loop *loop, ev_io *watcher, int events)
{
    struct side *side = watcher->data;
    ssize_t count = recv(watcher->fd, scratch, sizeof scratch, 0), sent = 0;
    (void)events;
    if (count < 0 && errno == EAGAIN)
        return;
    if (count > 0)
        sent = send(side->other->reader.fd, scratch, (size_t)count, MSG_NOSIGNAL);
    if (count <= 0 || (sent < 0 && errno != EAGAIN)) {
        end(loop, side);
        return;
    }
    if (sent == count)
        return;
    sent = sent < 0 ? 0 : sent;
    side->left = (size_t)(count - sent), side->at = 0;
    side->rest = malloc(side->left);
    memcpy(side->rest, scratch + sent, side->left);
    ev_io_stop(loop, &side->reader);
    ev_io_start(loop, &side->other->writer);
}

static void on_room(struct ev_loop *loop, ev_io *watcher, int events)
{
    struct side *side = ((struct side *)watcher->data)->other;
    ssize_t sent = send(watcher->fd, side->rest + side->at, side->left, MSG_NOSIGNAL);
    (void)events;
    if (sent < 0 && errno != EAGAIN) {
        end(loop, side);
    } else if (sent > 0 && (side->at += (size_t)sent, side->left -= (size_t)sent) == 0) {
        free(side->rest);
        side->rest = NULL;
        ev_io_stop(loop, watcher);
        ev_io_start(loop, &side->reader);
    }
}

static void on_client(struct ev_loop *loop, ev_io *watcher, int events)
{
    int fds[2] = {accept4(watcher->fd, NULL, NULL, SOCK_NONBLOCK), -1}, on = 1;
    (void)events;
    if (fds[0] < 0)
        return;
    struct side *sides[2] = {calloc(1, sizeof *sides[0]), calloc(1, sizeof *sides[0])};
    fds[1] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    connect(fds[1], (struct sockaddr *)&upstream, sizeof upstream);
    for (int i = 0; i < 2; i++) {
        setsockopt(fds[i], IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        struct side *side = sides[i];
        side->other = sides[!i];
        ev_io_init(&side->reader, on_bytes, fds[i], EV_READ);
        ev_io_init(&side->writer, on_room, fds[i], EV_WRITE);
        side->reader.data = side->writer.data = side;
        ev_io_start(loop, &side->reader);
    }
}

int main(int argc, char **argv)
{
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), on = 1;
    struct ev_loop *loop = ev_default_loop(EVBACKEND_EPOLL | EVFLAG_NOENV);
    ev_io door;
    if (argc != 3)
        return 2;
    here.sin_port = htons((uint16_t)strtoul(argv[1], NULL, 10));
    upstream.sin_port = htons((uint16_t)strtoul(argv[2], NULL, 10));
    upstream.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, (struct sockaddr *)&here, sizeof here) || listen(fd, 4096))
        return 2;
    ev_io_init(&door, on_client, fd, EV_READ);
    ev_io_start(loop, &door);
    ev_run(loop, 0);
    return 0;
}
