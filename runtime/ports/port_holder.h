/* Who holds a port, for people: "pid 4711 (node server.js)". Linux: /proc. */
#ifndef RUNTIME_PORT_HOLDER_H
#define RUNTIME_PORT_HOLDER_H

#include "sockets.h"
#include "str.h"

/* The first process that has one of the sockets open; 0 if none can be seen. Looks at every process
 * that there is: some milliseconds. */
pid_t port_holder_find(const struct listening_sockets *sockets);
/* Adds number and command line; for 0 that it cannot be seen. */
void port_holder_add(pid_t pid, struct strbuf *out);
/* Adds who listens on the port; false, with nothing added, if nobody does. */
bool port_holder(uint16_t port, struct strbuf *out);

#endif
