/* The kernel's list of TCP sockets that listen, without those of connections: a fraction of a
 * millisecond, where /proc/net/tcp takes ten on a machine with many connections. Linux:
 * sock_diag(7). */
#ifndef RUNTIME_SOCK_DIAG_H
#define RUNTIME_SOCK_DIAG_H

#include <stdint.h>

/* A socket: port in host order, address in network order, count 1 for IPv4 and 4 for IPv6. */
typedef void sock_diag_fn(void *ctx, uint16_t port, const uint32_t *address, int count,
                          uint64_t inode);

/* Those of the family (AF_INET, AF_INET6) that listen on the port, or on any if it is 0. 0 or a
 * negative errno: a kernel without it, a sandbox that forbids it. Some may have been given then. */
int sock_diag_listening(int family, uint16_t port, sock_diag_fn *each, void *ctx);

#endif
