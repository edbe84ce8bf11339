/* Watching files: one inotify instance for all the plan's watches; reports waves of changes.
 *
 * A folder is watched with all that is in it, a file through its folder (so that an editor's
 * rename over it is seen), a missing path through the nearest folder above it until it appears.
 * Ignored folders are pruned before they are added; `.git` and `node_modules` are always ignored
 * below a watched path, editors' swap, lock and backup files unless a pattern takes them back
 * ("!"), the service's own log never. Symbolic links inside a tree are not followed. When the
 * kernel's queue overflowed, everything is read anew and every started watch is reported.
 *
 * Changes that overlap in time are one wave: it begins when every watch that they concern has been
 * quiet for its debounce, at the latest when one of them has waited WATCH_BURST_MAX times that.
 * Watches that restart nothing are reported alone, each when it is quiet. watch_breaker.h says when
 * a service is taken for the author of the changes.
 */
#ifndef RUNTIME_WATCH_H
#define RUNTIME_WATCH_H

#include "a3s/plan.h"
#include "fine_timer.h"

struct watch_tree; /* the inotify instance and what is known of the folders */
struct watch_set;  /* one plan watch: patterns, its burst, its breaker */

struct watch_change {
    uint32_t watch;   /* index into plan->watches */
    const char *path; /* the first that changed (watch_burst.h), as the user would write it */
    uint32_t others;  /* other paths that did */
    bool more;        /* and more than that, uncounted */
};

/* They may start and stop watches. */
struct watcher_ops {
    /* One wave, by rising watch, so that services come in start order. */
    void (*changed)(void *ctx, const struct watch_change *changes, uint32_t count);
    /* The service of the watch restarts itself: its changes are passed over for now. */
    void (*loops)(void *ctx, const struct watch_change *change);
    /* A sentence for the log, each kind once. */
    void (*problem)(void *ctx, const char *text);
};

struct watcher {
    struct ev_loop *loop;
    const struct plan *plan;
    struct watch_tree *tree; /* NULL until the first start */
    struct watch_set *sets;  /* one a plan watch */
    struct watch_change *wave;
    struct fine_timer due; /* when a burst may be over */
    char *root;
    bool refused; /* inotify was, and problem was told */
    const struct watcher_ops *ops;
    void *ctx;
};

/* root: the plan's root, to which its paths are relative; copied. */
void watcher_init(struct watcher *watcher, struct ev_loop *loop, const struct plan *plan,
                  const char *root, const struct watcher_ops *ops, void *ctx);
void watcher_finish(struct watcher *watcher);
/* For a new plan: watch of watcher, which is started, takes over what the other one knows and has
 * not yet reported of its watch. */
void watcher_adopt(struct watcher *watcher, uint32_t watch, struct watcher *other,
                   uint32_t other_watch);

/* Starting one that is started, or stopping one that is stopped, does nothing. A change that was
 * not yet reported when the watch is stopped is forgotten. */
void watcher_start(struct watcher *watcher, uint32_t watch);
void watcher_stop(struct watcher *watcher, uint32_t watch);
/* The service of the watch has been executed, or it was tried. */
void watcher_executed(struct watcher *watcher, uint32_t watch);

#endif
