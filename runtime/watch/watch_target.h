/* The targets of a watch tree: what is watched for each, and how that is found. Internal to
 * watch_tree.c; see watch_tree.h. */
#ifndef RUNTIME_WATCH_TARGET_H
#define RUNTIME_WATCH_TARGET_H

#include "fine_timer.h"
#include "watch_nodes.h"
#include "watch_tree.h"

#include <dirent.h>

/* One path of one watch. */
struct watch_target {
    uint32_t watch;
    char *path;
    bool missing; /* watched by WATCH_WAIT */
    bool stale;   /* to be resolved anew when the event has been handled */
    struct watch_node *nodes;
    struct watch_target *next;
};

struct watch_tree {
    struct ev_loop *loop;
    ev_io readable;
    int fd;
    char *root;
    const struct watch_tree_ops *ops;
    void *ctx;
    struct watch_target *targets;
    struct watch_nodes nodes;
    bool unsettled;               /* a target is stale */
    bool full;                    /* no folder more is tried */
    bool told_full, told_refused; /* problems that were reported */
    struct fine_timer complaint;  /* that of full, when all targets are known */
};

/* Looks at the target's path anew and watches what is there now. */
void watch_target_resolve(struct watch_tree *tree, struct watch_target *target);
/* Adds the folder and all that is in it; each is watched before it is read, so that nothing made
 * meanwhile is missed. fresh: the folder is new, what it holds is a change. A negative errno
 * when the folder itself could not be watched. */
int watch_target_add_tree(struct watch_tree *tree, struct watch_target *target, const char *path,
                          bool root, bool fresh);
void watch_target_remove_node(struct watch_tree *tree, struct watch_node *node);
void watch_target_remove_nodes(struct watch_tree *tree, struct watch_target *target);
/* NULL when it cannot be read. */
DIR *watch_target_open_folder(const struct watch_tree *tree, const char *path);
/* "." and ".." are none. */
bool watch_target_is_folder(const struct dirent *entry, int dir_fd);
void watch_target_report(struct watch_tree *tree, const struct watch_target *target,
                         const char *path, enum watch_event event);

#endif
