/* Notices that one of a plan's sources has been saved: the A3sfile, and what it reads with file().
 *
 * However an editor saves (in place, by a rename over the file, by moving the old one away first),
 * it is told once, when nothing has happened for SAVES_QUIET seconds. A zeroed object watches
 * nothing.
 */
#ifndef RUNTIME_SAVES_H
#define RUNTIME_SAVES_H

#include "a3s/plan.h"

#include <ev.h>

#define SAVES_QUIET 0.1

struct saves_ops {
    /* path: the first that changed, as the plan names it. May start the watching anew. */
    void (*saved)(void *ctx, const char *path);
    void (*problem)(void *ctx, const char *text);
};

struct watch_tree;

struct saves {
    struct ev_loop *loop;
    struct watch_tree *tree;
    ev_timer quiet;
    char *path; /* of the first change that has not been told; or NULL */
    const struct saves_ops *ops;
    void *ctx;
};

/* Instead of what was watched before. root: what the plan's paths start from. 0, or a negative
 * errno if nothing can be watched. */
int saves_start(struct saves *saves, struct ev_loop *loop, const struct plan *plan,
                const char *root, const struct saves_ops *ops, void *ctx);
void saves_stop(struct saves *saves);

#endif
