#include "port_wait.h"

#include "loopback.h"

#define PERIOD 0.05 /* s between two looks */

static void on_poll(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)events;
    struct port_wait *wait = timer->data;
    bool free = loopback_is_free(wait->port);
    wait->left -= PERIOD;
    if (!free && wait->left > 0)
        return;
    ev_timer_stop(loop, timer);
    wait->on_over(wait->ctx, free);
}

static void begin(struct port_wait *wait)
{
    ev_timer_init(&wait->poll, on_poll, PERIOD, PERIOD);
    wait->poll.data = wait;
    ev_timer_start(wait->loop, &wait->poll);
}

bool port_wait_start(struct port_wait *wait, struct ev_loop *loop, uint16_t port,
                     void (*on_over)(void *ctx, bool free), void *ctx)
{
    port_wait_stop(wait);
    if (loopback_is_free(port))
        return false;
    *wait = (struct port_wait){
        .loop = loop, .left = PORT_WAIT_MAX, .port = port, .on_over = on_over, .ctx = ctx};
    begin(wait);
    return true;
}

void port_wait_move(struct port_wait *wait, struct port_wait *from, void *ctx)
{
    bool waits = port_wait_stop(from);
    *wait = *from;
    wait->ctx = ctx;
    if (waits)
        begin(wait);
}

bool port_wait_stop(struct port_wait *wait)
{
    if (!wait->loop || !ev_is_active(&wait->poll))
        return false;
    ev_timer_stop(wait->loop, &wait->poll);
    return true;
}
