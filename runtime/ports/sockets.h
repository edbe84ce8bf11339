/* Who listens where, as the kernel tells it. Linux: sock_diag.h, or /proc/net/tcp and
 * /proc/net/tcp6 of proc(5) where it is not to be had; /proc/PID/fd.
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
    /* Whether a connection to 127.0.0.1 [0], to ::1 [1] can meet it: of several, the one with the
     * highest number is met. 0: it cannot. */
    uint8_t nearness[2];
};

struct listening_sockets {
    struct listening_socket *items;
    uint32_t count;
};

/* Those that listen on the port, or on any if it is 0. 0, or a negative errno. */
int sockets_listening(struct arena *arena, uint16_t port, struct listening_sockets *out_sockets);

/* Leaves those that a connection to 127.0.0.1, or with second to ::1, meets. */
void sockets_narrow(struct listening_sockets *sockets, bool second);

/* The first of the sockets that the process has open, or NULL. */
const struct listening_socket *sockets_held(pid_t pid, const struct listening_sockets *sockets);
/* Gives each those of the sockets that the process has open, until it gives true. */
void sockets_each_held(pid_t pid, const struct listening_sockets *sockets,
                       bool (*each)(void *ctx, const struct listening_socket *socket), void *ctx);

#endif
