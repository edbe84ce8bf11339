/* Which targets want to hear of which inotify watch descriptor: a multimap. */
#ifndef RUNTIME_WATCH_NODES_H
#define RUNTIME_WATCH_NODES_H

#include <stdbool.h>
#include <stdint.h>

struct watch_target;

enum watch_mode {
    WATCH_TREE, /* everything in the folder */
    WATCH_FILE, /* only what has this name */
    WATCH_WAIT  /* until something of this name appears */
};

/* One folder on behalf of one target. */
struct watch_node {
    int wd;
    enum watch_mode mode;
    bool root;   /* without it the target is lost */
    bool queued; /* among the folders still to be read */
    struct watch_target *target;
    char *path;                      /* of the folder; on the heap */
    char *name;                      /* WATCH_FILE, WATCH_WAIT: in it; on the heap */
    struct watch_node *chain;        /* of its bucket */
    struct watch_node *next, **link; /* of its target's nodes */
    struct watch_node *pending;      /* of the folders still to be read */
};

struct watch_nodes {
    struct watch_node **buckets; /* by wd, a power of two of them */
    uint32_t bucket_count, count;
};

void watch_nodes_finish(struct watch_nodes *nodes); /* they are all removed */
/* Takes the strings. New nodes come before old ones in a walk, so adding during one is safe. */
struct watch_node *watch_nodes_add(struct watch_nodes *nodes, struct watch_target *target,
                                   struct watch_node **list, int wd, char *path, char *name);
/* Frees it; true if it was the last of its wd. */
bool watch_nodes_remove(struct watch_nodes *nodes, struct watch_node *node);
/* The first node of wd, and the next one behind a node. NULL at the end. */
struct watch_node *watch_nodes_first(const struct watch_nodes *nodes, int wd);
struct watch_node *watch_nodes_next(const struct watch_node *node);

#endif
