/* Going over to another plan while services run: `a3s reload`, a saved source, SIGHUP.
 *
 * The plan is made anew in a child (recompile.h). If that fails it is said, and nothing changes.
 * Else, in three stages:
 *
 *  1. Under the old plan, what is gone or needs a restart is told to end, dependents that change
 *     too first; nobody else. Requests to it wait in the proxy.
 *  2. When all of that has ended, the plans are exchanged between two turns of the loop
 *     (reload_swap.c). Services are known by their names: whoever stays keeps its process, state,
 *     log and chosen port; routes and settings count at once.
 *  3. What is wanted and not there starts, in the order of its dependencies.
 *
 * A request while a plan is being made, or before its exchange, replaces it: the last one counts.
 */
#ifndef RUNTIME_RELOAD_H
#define RUNTIME_RELOAD_H

#include "control.h"
#include "generation.h"
#include "recompile.h"
#include "saves.h"

struct daemon;
struct reload_waiter; /* a client who waits for the answer */

struct reload {
    struct recompile making;
    struct saves saves;
    struct reload_waiter *waiters;
    json_t *variables;       /* what was said of variables, the latest first; or NULL */
    struct generation *next; /* waits for what has to end; or NULL */
    struct generation *now;  /* what runs; NULL: what the daemon began with */
    bool again;              /* asked for once more while a plan was being made */
    bool asked;              /* somebody did, not only a saved file */
    bool *left;              /* one a service: it was wanted until it was told to leave */
    struct strbuf refusal;   /* what was last wrong */
    int64_t refused_at;
    struct strbuf cause; /* for people: "A3sfile.hcl changed" */
};

void reload_init(struct daemon *daemon);
void reload_finish(struct daemon *daemon);

/* Somebody asks: variables (or NULL) count from now on, before those said earlier; stream (or NULL)
 * gets the answer. 0, or -EBUSY or -ENOTSUP with the reason in out_error. */
int reload_request(struct daemon *daemon, const json_t *variables, struct control_stream *stream,
                   struct strbuf *out_error);
/* Between two turns of the loop: exchanges the plans if the time has come. */
void reload_continue(struct daemon *daemon);
/* Everything is being stopped: there will be no other plan. */
void reload_abandon(struct daemon *daemon);
/* Whether the daemon must not end now, although nothing runs. */
bool reload_is_under_way(const struct daemon *daemon);

/* SIGHUP; data is the daemon. */
void reload_on_signal(struct ev_loop *loop, ev_signal *watcher, int events);

/* The exchange itself; in reload_swap.c, for reload.c alone. */
void reload_swap(struct daemon *daemon, struct generation *next);

#endif
