/* The service behind the proxies: one thread, one epoll, nothing that a request would cost.
 *
 *     proxy_upstream PORT
 *
 * GET /big is answered with 10 MiB, an Upgrade with 101 and everything after it sent back, any
 * other request with 1 KiB. A request arrives in one piece, or its connection is closed. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define SMALL  1024
#define BIG    (10 << 20)
#define EVENTS 256

struct connection {
    int fd;
    const char *rest; /* of the answer */
    size_t left;
    int echo, closing;
};

struct upstream {
    int epoll, listening;
    char *small, *big; /* answers, heads included */
    size_t small_size, big_size;
    char scratch[64 << 10];
};

static char *make_answer(size_t body, size_t *out_size)
{
    char head[128];
    int length = snprintf(head, sizeof head,
                          "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
                          "Content-Length: %zu\r\n\r\n",
                          body);
    *out_size = (size_t)length + body;
    char *answer = malloc(*out_size);
    if (!answer)
        exit(1);
    memcpy(answer, head, (size_t)length);
    memset(answer + length, 'x', body);
    return answer;
}

static void watch(const struct upstream *upstream, struct connection *connection, int how,
                  uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = connection};
    epoll_ctl(upstream->epoll, how, connection->fd, &event);
}

static void drop(struct connection *connection)
{
    close(connection->fd);
    free(connection);
}

/* False when the connection is gone. */
static int write_rest(const struct upstream *upstream, struct connection *connection, int waited)
{
    while (connection->left) {
        ssize_t count = send(connection->fd, connection->rest, connection->left, MSG_NOSIGNAL);
        if (count < 0 && errno == EAGAIN) {
            if (!waited)
                watch(upstream, connection, EPOLL_CTL_MOD, EPOLLOUT);
            return 1;
        }
        if (count < 0) {
            drop(connection);
            return 0;
        }
        connection->rest += count;
        connection->left -= (size_t)count;
    }
    if (connection->closing) {
        drop(connection);
        return 0;
    }
    if (waited)
        watch(upstream, connection, EPOLL_CTL_MOD, EPOLLIN);
    return 1;
}

/* The bytes are followed by a NUL. */
static int has(const char *request, const char *text)
{
    return strcasestr(request, text) != NULL;
}

static void answer(struct upstream *upstream, struct connection *connection, size_t length)
{
    static const char switching[] =
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"; /* to the key of proxy_client
                                                                       */
    char *request = upstream->scratch;
    request[length] = '\0';
    if (length < 4 || memcmp(request + length - 4, "\r\n\r\n", 4) != 0) {
        drop(connection);
        return;
    }
    connection->rest = upstream->small;
    connection->left = upstream->small_size;
    connection->closing = has(request, "\r\nConnection: close\r\n");
    if (has(request, "GET /big ")) {
        connection->rest = upstream->big;
        connection->left = upstream->big_size;
    } else if (has(request, "\r\nUpgrade: websocket\r\n")) {
        connection->echo = 1;
        connection->rest = switching;
        connection->left = sizeof switching - 1;
    }
    write_rest(upstream, connection, 0);
}

static void on_bytes(struct upstream *upstream, struct connection *connection)
{
    ssize_t count = recv(connection->fd, upstream->scratch, sizeof upstream->scratch - 1, 0);
    if (count <= 0)
        drop(connection);
    else if (!connection->echo)
        answer(upstream, connection, (size_t)count);
    else if (send(connection->fd, upstream->scratch, (size_t)count, MSG_NOSIGNAL) != count)
        drop(connection);
}

static void accept_all(struct upstream *upstream)
{
    int fd, on = 1;
    while ((fd = accept4(upstream->listening, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        struct connection *connection = calloc(1, sizeof *connection);
        if (!connection)
            exit(1);
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        connection->fd = fd;
        watch(upstream, connection, EPOLL_CTL_ADD, EPOLLIN);
    }
}

static int listen_on(uint16_t port)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), on = 1;
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    return bind(fd, (struct sockaddr *)&address, sizeof address) || listen(fd, 4096) ? -1 : fd;
}

int main(int argc, char **argv)
{
    struct upstream *upstream = calloc(1, sizeof *upstream);
    if (argc != 2 || !upstream ||
        (upstream->listening = listen_on((uint16_t)strtoul(argv[1], NULL, 10))) < 0)
        return 2;
    signal(SIGPIPE, SIG_IGN);
    upstream->small = make_answer(SMALL, &upstream->small_size);
    upstream->big = make_answer(BIG, &upstream->big_size);
    upstream->epoll = epoll_create1(EPOLL_CLOEXEC);
    struct connection door = {.fd = upstream->listening};
    watch(upstream, &door, EPOLL_CTL_ADD, EPOLLIN);
    for (;;) {
        struct epoll_event events[EVENTS];
        int count = epoll_wait(upstream->epoll, events, EVENTS, -1);
        for (int i = 0; i < count; i++) {
            struct connection *connection = events[i].data.ptr;
            if (connection == &door)
                accept_all(upstream);
            else if (events[i].events & EPOLLOUT)
                write_rest(upstream, connection, 1);
            else
                on_bytes(upstream, connection);
        }
    }
}
