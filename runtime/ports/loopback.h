/* Connections to this machine: 127.0.0.1 first, ::1 second. */
#ifndef RUNTIME_LOOPBACK_H
#define RUNTIME_LOOPBACK_H

#include <stdbool.h>
#include <stdint.h>

/* A non-blocking, close-on-exec TCP socket on its way to the port (host order); second: of ::1. It
 * is connected, or not, when it is writable (SO_ERROR). 0 or a negative errno. */
int loopback_connect(bool second, uint16_t port, int *out_fd);
/* For a TCP socket whose bytes somebody waits for: no small ones are held back (Nagle), and of the
 * kernel's ways to share a network, which loopback has no use for, the one that costs least. What a
 * listening socket is told, those that it accepts inherit. */
void loopback_hurry(int fd);
/* The errno (positive) means that nobody listens there, or that there is no such address here. */
bool loopback_refused(int error);
/* Without a listener, a connection to a port from the range of outgoing ones can meet itself. Then
 * the socket is set to go with a reset when it is closed, so that the port is free at once. */
bool loopback_meets_itself(int fd);
/* Whether a server could listen on the port at 127.0.0.1 and, if there is such an address, ::1. An
 * answer other than "it is in use" (no right to a low port) is the server's own business: true. */
bool loopback_is_free(uint16_t port);

#endif
