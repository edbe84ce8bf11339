#include "watch_nodes.h"

#include "mem.h"

#define FIRST_BUCKETS 64u

static struct watch_node **find_bucket(const struct watch_nodes *nodes, int wd)
{
    /* The kernel counts up, so the low bits spread well. */
    return &nodes->buckets[(uint32_t)wd & (nodes->bucket_count - 1)];
}

/* Keeps the order within a wd, as a walk over it may be under way. */
static void move_chain(struct watch_nodes *nodes, struct watch_node *node)
{
    while (node) {
        struct watch_node *next = node->chain;
        struct watch_node **end = find_bucket(nodes, node->wd);
        while (*end)
            end = &(*end)->chain;
        node->chain = NULL;
        *end = node;
        node = next;
    }
}

static void grow(struct watch_nodes *nodes)
{
    struct watch_node **old = nodes->buckets;
    uint32_t old_count = nodes->bucket_count;
    nodes->bucket_count = old_count ? old_count * 2 : FIRST_BUCKETS;
    nodes->buckets = mem_alloc_array(nodes->bucket_count, sizeof(struct watch_node *));
    for (uint32_t i = 0; i < old_count; i++)
        move_chain(nodes, old[i]);
    free(old);
}

void watch_nodes_finish(struct watch_nodes *nodes)
{
    free(nodes->buckets);
    *nodes = (struct watch_nodes){0};
}

struct watch_node *watch_nodes_add(struct watch_nodes *nodes, struct watch_target *target,
                                   struct watch_node **list, int wd, char *path, char *name)
{
    if (nodes->count >= nodes->bucket_count)
        grow(nodes);
    struct watch_node *node = mem_alloc(sizeof *node);
    struct watch_node **bucket = find_bucket(nodes, wd);
    node->wd = wd;
    node->target = target;
    node->path = path;
    node->name = name;
    node->chain = *bucket;
    *bucket = node;
    node->next = *list;
    node->link = list;
    if (node->next)
        node->next->link = &node->next;
    *list = node;
    nodes->count++;
    return node;
}

bool watch_nodes_remove(struct watch_nodes *nodes, struct watch_node *node)
{
    int wd = node->wd;
    struct watch_node **at = find_bucket(nodes, wd);
    while (*at != node)
        at = &(*at)->chain;
    *at = node->chain;
    *node->link = node->next;
    if (node->next)
        node->next->link = node->link;
    free(node->path);
    free(node->name);
    free(node);
    nodes->count--;
    return !watch_nodes_first(nodes, wd);
}

static struct watch_node *skip_others(struct watch_node *node, int wd)
{
    while (node && node->wd != wd)
        node = node->chain;
    return node;
}

struct watch_node *watch_nodes_first(const struct watch_nodes *nodes, int wd)
{
    return nodes->bucket_count ? skip_others(*find_bucket(nodes, wd), wd) : NULL;
}

struct watch_node *watch_nodes_next(const struct watch_node *node)
{
    return skip_others(node->chain, node->wd);
}
