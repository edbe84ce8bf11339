/* One life of one service, in the care of a guard: a process between a3s and the service that ends
 * only when nobody of the service is left (guard_child.h).
 *
 * A guard runs pre_start, the service and post_stop, in this order, and tells what becomes of them.
 * It is born for one life and never used again: so nothing of one life can reach into the next, its
 * end needs no protocol, and a birth costs less than the service's own exec. If a3s dies, however
 * it dies, every guard notices and stops its service. A zeroed guard has none.
 *
 * Reports come from the loop, in order: GUARD_STARTED or GUARD_FAILED and then GUARD_ENDED for each
 * command, GUARD_GONE at last. GUARD_LOST instead means that the guard was killed: what it left is
 * now a3s's own child (orphans.h). The guard is closed when on_report is called with either.
 */
#ifndef RUNTIME_GUARD_H
#define RUNTIME_GUARD_H

#include "guard_wire.h"
#include "nursery.h"

#include <ev.h>

struct guard_spec {
    const char *const *argv[GUARD_COMMAND_COUNT]; /* NULL: there is no such command */
    const char *const *env;                       /* of all of them */
    const char *dir;                              /* absolute */
    int out_fd, err_fd; /* stay the caller's, who closes them afterwards */
    bool tty;           /* as in struct proc_spec */
    int stop_signal;
    uint32_t stop_timeout_ms; /* for what outlives the service's own end, and for post_stop */
};

struct guard {
    struct ev_loop *loop;
    ev_io readable;
    int channel;   /* valid while open */
    bool open;     /* a life is under way */
    pid_t pid;     /* 0 until it has spoken */
    size_t filled; /* bytes of the report that is coming in */
    struct guard_report incoming;
    void (*on_report)(void *ctx, const struct guard_report *report);
    void *ctx;
};

/* What on_report gets stays valid during the call only; it may start the guard anew after GONE. */
void guard_init(struct guard *guard, struct ev_loop *loop,
                void (*on_report)(void *ctx, const struct guard_report *report), void *ctx);
/* Makes a life that is under way another guard's: from has none afterwards. */
void guard_move(struct guard *guard, struct guard *from, void *ctx);
/* Lets go of a life that is under way: the guard stops it by itself. */
void guard_close(struct guard *guard);

/* 0 or a negative errno; what comes of it is reported. Never waits for the service. */
int guard_start(struct guard *guard, struct nursery *nursery, const struct guard_spec *spec);
/* Without a life, or when the guard does not read, nothing happens. */
void guard_order(struct guard *guard, enum guard_order_kind kind, int signal);

#endif
