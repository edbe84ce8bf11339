#include "loopback.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

static socklen_t make_address(union address *out, bool second, uint16_t port)
{
    *out = (union address){0};
    if (second) {
        out->v6.sin6_family = AF_INET6;
        out->v6.sin6_port = htons(port);
        out->v6.sin6_addr = in6addr_loopback;
        return sizeof out->v6;
    }
    out->v4.sin_family = AF_INET;
    out->v4.sin_port = htons(port);
    out->v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return sizeof out->v4;
}

int loopback_connect(bool second, uint16_t port, int *out_fd)
{
    union address address;
    socklen_t size = make_address(&address, second, port);
    int fd = socket(address.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    if (connect(fd, &address.any, size) < 0 && errno != EINPROGRESS) {
        int error = errno;
        close(fd);
        return -error;
    }
    *out_fd = fd;
    return 0;
}

void loopback_hurry(int fd)
{
    static const char congestion[] = "reno"; /* always there, and allowed to everybody */
    int one = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, congestion, sizeof congestion - 1);
}

bool loopback_refused(int error)
{
    return error == ECONNREFUSED || error == EADDRNOTAVAIL || error == EAFNOSUPPORT ||
           error == ENETUNREACH || error == EHOSTUNREACH;
}

bool loopback_meets_itself(int fd)
{
    union address here = {0}, there = {0};
    socklen_t here_size = sizeof here, there_size = sizeof there;
    if (getsockname(fd, &here.any, &here_size) < 0 || getpeername(fd, &there.any, &there_size) < 0)
        return false;
    if (here_size != there_size || memcmp(&here, &there, here_size) != 0)
        return false;
    struct linger none = {.l_onoff = 1};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &none, sizeof none);
    return true;
}

/* As servers bind: what is left of earlier connections is in nobody's way. */
static bool is_free_at(bool second, uint16_t port)
{
    union address address;
    socklen_t size = make_address(&address, second, port);
    int yes = 1;
    int fd = socket(address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return true;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (second)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof yes);
    bool taken = bind(fd, &address.any, size) < 0 && errno == EADDRINUSE;
    close(fd);
    return !taken;
}

bool loopback_is_free(uint16_t port)
{
    return is_free_at(false, port) && is_free_at(true, port);
}
