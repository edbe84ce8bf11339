/* Whose socket it is that listens on a service's port. Linux: /proc, looked at as it is now.
 *
 * A socket is the service's own if one of its processes has it open. One that listened before the
 * service was started never is. Of the others, a stranger's is one that is seen in the hands of a
 * process outside the service; but not those of the programs that listen for others
 * (PORT_FORWARDERS): a container that the service starts is reached through them. What cannot be
 * seen (a process of another user, as docker-proxy is; no /proc; a rule of the packet filter
 * instead of a socket) is unknown, and to be taken for its own.
 */
#ifndef RUNTIME_PORT_OWNER_H
#define RUNTIME_PORT_OWNER_H

#include "str.h"

#include <stdint.h>
#include <sys/types.h>

/* X(name as in /proc/PID/stat, at most 15 bytes; whose it is) */
#define PORT_FORWARDERS(X)                             \
    X("docker-proxy", "Docker")                        \
    X("com.docker.back", "Docker Desktop")             \
    X("rootlesskit", "Docker without root")            \
    X("rootlessport", "Podman without root")           \
    X("slirp4netns", "Docker and Podman without root") \
    X("pasta", "Podman without root")                  \
    X("pasta.avx2", "the same")                        \
    X("gvproxy", "Podman machines")                    \
    X("limactl", "Lima") X("ssh", "Lima and Colima, through a tunnel")

/* Those that listened on the port when the service was started, some of them. */
struct port_past {
    uint64_t inodes[8];
    uint32_t count;
};

enum port_owner { PORT_OWN, PORT_STRANGER, PORT_UNKNOWN };

void port_past_look(struct port_past *past, uint16_t port);

/* root: all that descends from it is the service. For a connection to 127.0.0.1, with second to
 * ::1. STRANGER: adds who holds the port; UNKNOWN: adds why it is not known. */
enum port_owner port_owner(pid_t root, uint16_t port, bool second, const struct port_past *past,
                           struct strbuf *out);

/* Adds the ports that the service listens on, if the given one is none of them: "5173", "5173 and
 * 9229". Else false. */
bool port_elsewhere(pid_t root, uint16_t port, struct strbuf *out);

#endif
