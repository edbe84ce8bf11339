/* Listening sockets of one port on 127.0.0.1 and ::1, and the accepting of clients.
 *
 * Both or none: a port that is somebody else's on one family only would answer half of the names.
 * When the process has no descriptors left, accepting pauses for a moment instead of spinning.
 */
#ifndef RUNTIME_LISTENER_H
#define RUNTIME_LISTENER_H

#include "str.h"

#include <ev.h>
#include <stdint.h>

#define LISTENER_BACKLOG 511
#define LISTENER_PAUSE   0.1 /* seconds, after EMFILE and its kin */
#define LISTENER_BATCH   16  /* connections taken in one turn of the loop */

enum listener_family { LISTENER_V4, LISTENER_V6, LISTENER_FAMILY_COUNT };

struct listener {
    struct ev_loop *loop;
    ev_io sockets[LISTENER_FAMILY_COUNT]; /* fd -1: this family is not there */
    ev_timer pause;
    uint16_t port;
    bool open, held;
    /* Takes the descriptor: non-blocking, close-on-exec, without Nagle's delay. */
    void (*on_client)(void *ctx, int fd, enum listener_family family);
    void *ctx;
};

/* port 0 takes a free one, the same for both families. 0 or a negative errno. */
int listener_open(struct listener *listener, struct ev_loop *loop, uint16_t port,
                  void (*on_client)(void *ctx, int fd, enum listener_family family), void *ctx);
void listener_close(struct listener *listener);
/* The port of the one, which is closed, becomes that of the other, which is none any more. */
void listener_take(struct listener *listener, struct listener *other);
/* While held, nobody is accepted; the kernel's queue keeps them. */
void listener_hold(struct listener *listener, bool held);

#endif
