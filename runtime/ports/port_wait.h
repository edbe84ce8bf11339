/* A service's port before the service is started: if somebody still has it, the start waits for it,
 * but not for ever. Costs two binds when the port is free, which is the rule. A zeroed wait is
 * over. */
#ifndef RUNTIME_PORT_WAIT_H
#define RUNTIME_PORT_WAIT_H

#include <ev.h>
#include <stdbool.h>
#include <stdint.h>

/* s: the most that a start waits. */
#define PORT_WAIT_MAX 3.0

struct port_wait {
    struct ev_loop *loop;
    ev_timer poll;
    double left; /* s */
    uint16_t port;
    void (*on_over)(void *ctx, bool free);
    void *ctx;
};

/* True, and on_over will be called once unless it is stopped, if the port is taken. False if it is
 * free: then there is nothing to wait for. */
bool port_wait_start(struct port_wait *wait, struct ev_loop *loop, uint16_t port,
                     void (*on_over)(void *ctx, bool free), void *ctx);
/* Goes on as another wait with another ctx; from is over. */
void port_wait_move(struct port_wait *wait, struct port_wait *from, void *ctx);
/* Whether there was something to stop. */
bool port_wait_stop(struct port_wait *wait);

#endif
