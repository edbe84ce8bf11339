/* The inotify instance, and the folders that are watched on behalf of each target.
 *
 * A target is one path of one watch: a folder with all that is in it, a file (through its folder),
 * or a path that does not exist yet (through the nearest folder above it). Reports every change at
 * once, some of them twice; knows nothing of patterns and bursts. Failures are negative errno.
 */
#ifndef RUNTIME_WATCH_TREE_H
#define RUNTIME_WATCH_TREE_H

#include <ev.h>
#include <stdbool.h>
#include <stdint.h>

enum watch_event {
    WATCH_WRITTEN, /* or whatever is none of the others */
    WATCH_MADE,
    WATCH_MOVED_AWAY, /* and, if it was a folder, all that was in it */
    WATCH_DELETED
};

/* Called from within the functions below and from the loop; must not call back. Paths are relative
 * to the root, or absolute if the target is. */
struct watch_tree_ops {
    bool (*ignored)(void *ctx, uint32_t watch, const char *path, bool is_folder);
    void (*changed)(void *ctx, uint32_t watch, const char *path, enum watch_event event);
    void (*problem)(void *ctx, const char *text); /* each kind of problem once */
};

struct watch_tree;

int watch_tree_create(struct ev_loop *loop, const char *root, const struct watch_tree_ops *ops,
                      void *ctx, struct watch_tree **out_tree);
void watch_tree_destroy(struct watch_tree *tree);

/* Adds the target; what is there already is no change. */
void watch_tree_add(struct watch_tree *tree, uint32_t watch, const char *path);
/* Removes all targets of the watch. */
void watch_tree_remove(struct watch_tree *tree, uint32_t watch);

#endif
