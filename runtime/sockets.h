/* Who listens where, as /proc tells it. Linux: proc(5), /proc/net/tcp, /proc/net/tcp6,
 * /proc/PID/fd.
 *
 * A snapshot: what it says was so a moment ago. Processes of other users cannot be looked into, and
 * count as holding nothing.
 */
#ifndef RUNTIME_SOCKETS_H
#define RUNTIME_SOCKETS_H

#include "arena.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* A TCP socket that listens, of either family. */
struct listening_socket {
    uint64_t inode; /* what /proc/PID/fd calls it by */
    uint16_t port;  /* host order */
};

struct listening_sockets {
    struct listening_socket *items;
    uint32_t count;
};

/* Those that listen on the port, or on any if it is 0. 0, or a negative errno. */
int sockets_listening(struct arena *arena, uint16_t port, struct listening_sockets *out_sockets);

/* The first of the sockets that the process has open, or NULL. */
const struct listening_socket *sockets_held(pid_t pid, const struct listening_sockets *sockets);

#endif
