/* The other ends of a program's sockets, in the same process and without waiting by time.
 *
 * Whoever waits for bytes runs the loop until they are there. A peer that waits also takes what
 * arrives at its partner, as two programs would. After WIRE_PATIENCE seconds a wait has failed.
 */
#ifndef TESTS_WIRE_H
#define TESTS_WIRE_H

#include "str.h"

#include <ev.h>
#include <stdint.h>

#define WIRE_PATIENCE 20.

struct peer {
    struct ev_loop *loop;
    int fd; /* -1: closed */
    struct strbuf in;
    bool eof, reset;
    struct peer *partner; /* or NULL */
};

/* A listening socket on a free loopback port. */
int wire_listen(int family, uint16_t *out_port);
/* On a port that was this process's just now. */
int wire_listen_at(int family, uint16_t port);
/* A port on which nobody listens. */
uint16_t wire_free_port(void);
/* Runs the loop until the descriptor is ready for the events; false after that many seconds. */
bool wire_wait(struct ev_loop *loop, int fd, int events, double seconds);
/* Runs the loop until the flag is set. */
void wire_until(struct ev_loop *loop, const bool *flag);

struct peer peer_connect(struct ev_loop *loop, int family, uint16_t port);
struct peer peer_accept(struct ev_loop *loop, int listening);
void peer_send(struct peer *peer, const char *bytes, size_t length);
void peer_says(struct peer *peer, const char *text);
/* Takes what is there, without waiting. */
void peer_drain(struct peer *peer);
/* Waits until the text has come. */
void peer_hears(struct peer *peer, const char *text);
/* Waits until so many bytes have come. */
void peer_hears_bytes(struct peer *peer, size_t count);
/* Waits for the end of the stream (or its reset). */
void peer_hears_end(struct peer *peer);
void peer_forget(struct peer *peer); /* what has come so far */
void peer_shut(struct peer *peer);
void peer_close(struct peer *peer);

#endif
