/* A service's own port through its life: waited for before a start, whose it is when something
 * answers there, and what the service listens on instead. Part of the daemon (daemon_state.h). */
#ifndef RUNTIME_DISPATCH_PORTS_H
#define RUNTIME_DISPATCH_PORTS_H

#include "port_owner.h"
#include "port_wait.h"
#include "str.h"

struct daemon;

struct service_port {
    struct daemon *daemon;
    uint32_t service;
    struct port_wait wait;
    struct port_past past;              /* who listened there when it was started */
    bool told_stranger, told_elsewhere; /* in this life */
};

/* Whether the start has to wait; then dispatch_spawn is called when that is over. */
bool dispatch_port_taken(struct daemon *daemon, uint32_t service);
/* Whether there was a start that waited; it does not come any more. */
bool dispatch_port_forget(struct daemon *daemon, uint32_t service);

/* Adds to the reason why a service ended that its port was taken when it was started; false, with
 * nothing added, if that is not so. */
bool dispatch_port_explain(const struct daemon *daemon, uint32_t service, struct strbuf *out);

/* For struct run_ops. */
bool dispatch_may_be_ready(void *ctx, uint32_t service, bool second, struct strbuf *out_why);
void dispatch_refused(void *ctx, uint32_t service);

#endif
