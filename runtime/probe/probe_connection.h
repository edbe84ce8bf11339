/* A connection to the service, as the http and the tcp probe make it: 127.0.0.1 first, then ::1. A
 * zeroed connection is closed. */
#ifndef RUNTIME_PROBE_CONNECTION_H
#define RUNTIME_PROBE_CONNECTION_H

#include "probe_kind.h"

struct probe_connection {
    struct probe_try *base; /* its setup and port */
    ev_io io;
    int fd; /* valid while open */
    bool open;
    bool second; /* it is, or was, with ::1 */
    /* error is 0, or positive: loopback_refused if neither address is listened on. */
    void (*on_done)(struct probe_connection *connection, int error);
};

/* Connects; on_done is called once, perhaps from within, unless it is closed before. */
void probe_connection_open(struct probe_connection *connection, struct probe_try *base,
                           void (*on_done)(struct probe_connection *connection, int error));
void probe_connection_close(struct probe_connection *connection);

/* The outcome of a failed connection, told as the last act. */
void probe_connection_failed(struct probe_connection *connection, int error);

#endif
