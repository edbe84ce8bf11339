/* Watching files: one inotify instance for all the plan's watches; reports which watch has changed
 * and the first path of it, once per burst.
 *
 * A folder is watched with all that is in it, a file through its folder (so that an editor's
 * rename over it is seen), a missing path through the nearest folder above it until it appears.
 * Ignored folders are pruned before they are added; `.git` and `node_modules` are always ignored
 * below a watched path, editors' swap, lock and backup files unless a pattern takes them back
 * ("!"). Symbolic links inside a tree are not followed. A burst is reported when it has been quiet
 * for the plan's debounce, at the latest after WATCH_BURST_MAX times that. When the kernel's queue
 * overflowed, everything is read anew and every started watch is reported.
 */
#ifndef RUNTIME_WATCH_H
#define RUNTIME_WATCH_H

#include "a3s/plan.h"

#include <ev.h>

#define WATCH_BURST_MAX 10

struct watch_tree; /* the inotify instance and what is known of the folders */
struct watch_set;  /* one plan watch: patterns, debounce, first changed path */

struct watcher {
    struct ev_loop *loop;
    const struct plan *plan;
    struct watch_tree *tree; /* NULL until the first start */
    struct watch_set *sets;  /* one a plan watch */
    char *root;
    bool refused; /* inotify was, and on_problem was told */
    void (*on_change)(void *ctx, uint32_t watch, const char *path);
    void (*on_problem)(void *ctx, const char *text);
    void *ctx;
};

/* root: the plan's root, to which its paths are relative; copied. on_change gets an index into
 * plan->watches and a path as the user would write it; it may start and stop watches. on_problem
 * gets a sentence for the log (each kind once), also from within watcher_start. */
void watcher_init(struct watcher *watcher, struct ev_loop *loop, const struct plan *plan,
                  const char *root, void (*on_change)(void *ctx, uint32_t watch, const char *path),
                  void (*on_problem)(void *ctx, const char *text), void *ctx);
void watcher_finish(struct watcher *watcher);

/* Starting one that is started, or stopping one that is stopped, does nothing. A change that was
 * not yet reported when the watch is stopped is forgotten. */
void watcher_start(struct watcher *watcher, uint32_t watch);
void watcher_stop(struct watcher *watcher, uint32_t watch);

#endif
