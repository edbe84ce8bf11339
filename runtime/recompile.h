/* Makes a plan anew in a child of the daemon, and hands over what comes of it.
 *
 * In a child, although it takes milliseconds: the daemon lives for days with the processes of
 * others in its care, and whatever a compiler does (memory that it leaves behind, a file() that is
 * a fifo and never ends, a fault) ends with the child. It gets RECOMPILE_SECONDS and a pipe; the
 * daemon verifies the plan as it would one from a stranger. A zeroed recompile makes nothing.
 */
#ifndef RUNTIME_RECOMPILE_H
#define RUNTIME_RECOMPILE_H

#include "update.h"

#include <ev.h>
#include <sys/types.h>

#define RECOMPILE_SECONDS 10.

struct recompile {
    struct ev_loop *loop;
    ev_io readable;
    ev_timer deadline;
    pid_t pid;   /* 0: nothing is being made */
    bool reaped; /* and its number may be another's */
    struct strbuf bytes;
    /* Once for each start that was not stopped, from the loop. May start again. */
    void (*on_made)(void *ctx, const struct update *update);
    void *ctx;
};

void recompile_init(struct recompile *recompile, struct ev_loop *loop,
                    void (*on_made)(void *ctx, const struct update *update), void *ctx);
/* 0 or a negative errno. */
int recompile_start(struct recompile *recompile, const struct update_source *source,
                    const struct plan *current, const json_t *variables);
/* From the reaping function: true if the process was the child. */
bool recompile_exited(struct recompile *recompile, pid_t pid);
/* Ends what is being made; nothing is told. */
void recompile_stop(struct recompile *recompile);

#endif
