#include "sweep.h"

#include <stddef.h>

static void sweep(struct sweeper *sweeper)
{
    while (sweeper->list) {
        struct swept *swept = sweeper->list;
        sweeper->list = swept->next;
        swept->release(swept);
    }
}

static void on_prepare(struct ev_loop *loop, ev_prepare *prepare, int events)
{
    (void)loop;
    (void)events;
    sweep(prepare->data);
}

void sweeper_start(struct sweeper *sweeper, struct ev_loop *loop)
{
    sweeper->loop = loop;
    sweeper->list = NULL;
    ev_prepare_init(&sweeper->prepare, on_prepare);
    sweeper->prepare.data = sweeper;
    ev_prepare_start(loop, &sweeper->prepare);
    ev_unref(loop); /* sweeping is no reason to go on */
}

void sweeper_stop(struct sweeper *sweeper)
{
    if (!sweeper->loop)
        return;
    sweep(sweeper);
    ev_ref(sweeper->loop);
    ev_prepare_stop(sweeper->loop, &sweeper->prepare);
    sweeper->loop = NULL;
}

void sweep_later(struct sweeper *sweeper, struct swept *swept, void (*release)(struct swept *))
{
    swept->release = release;
    swept->next = sweeper->list;
    sweeper->list = swept;
}
