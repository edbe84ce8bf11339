#include "ports.h"

#include "io.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

/* Tries before giving up: each hits a fixed port of the plan only by chance. */
#define TRIES_MAX 100

static int any_free_port(uint16_t *out_port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    int error = 0;
    if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0 ||
        getsockname(fd, (struct sockaddr *)&address, &length) < 0)
        error = -errno;
    io_close(&fd);
    if (!error)
        *out_port = ntohs(address.sin_port);
    return error;
}

static bool is_taken(const struct plan *plan, const uint16_t *ports, uint16_t port)
{
    if (port == plan->settings->proxy_port)
        return true;
    for (uint32_t i = 0; i < plan->service_count; i++) {
        if (ports[i] == port)
            return true;
    }
    return false;
}

static int choose(const struct plan *plan, uint16_t *ports, uint32_t service)
{
    for (int i = 0; i < TRIES_MAX; i++) {
        uint16_t port = 0;
        int error = any_free_port(&port);
        if (error)
            return error;
        if (!is_taken(plan, ports, port)) {
            ports[service] = port;
            return 0;
        }
    }
    return -EADDRINUSE;
}

int ports_resolve(const struct plan *plan, uint16_t *ports)
{
    for (uint32_t i = 0; i < plan->service_count; i++) {
        if (plan->services[i].port_source != PLAN_PORT_CHOSEN)
            ports[i] = plan->services[i].port;
    }
    for (uint32_t i = 0; i < plan->service_count; i++) {
        if (plan->services[i].port_source != PLAN_PORT_CHOSEN || ports[i])
            continue;
        int error = choose(plan, ports, i);
        if (error)
            return error;
    }
    return 0;
}
