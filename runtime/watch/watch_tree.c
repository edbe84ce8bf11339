#include "watch_tree.h"

#include "mem.h"
#include "watch_need.h"
#include "watch_path.h"
#include "watch_target.h"

#include <errno.h>
#include <stdalign.h>
#include <sys/inotify.h>
#include <unistd.h>

#define EVENT_BYTES (32u << 10)
#define GONE_MASK   (IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED | IN_UNMOUNT)

/* Does what could not be done while the nodes of a wd were walked over. */
static void settle(struct watch_tree *tree)
{
    if (!tree->unsettled)
        return;
    tree->unsettled = false;
    for (struct watch_target *target = tree->targets; target; target = target->next) {
        bool was_missing = target->missing;
        if (!target->stale)
            continue;
        watch_target_resolve(tree, target);
        if (was_missing && !target->missing)
            watch_target_report(tree, target, target->path, WATCH_WRITTEN);
    }
}

static void make_stale(struct watch_tree *tree, struct watch_target *target)
{
    target->stale = true;
    tree->unsettled = true;
    if (!target->missing)
        watch_target_report(tree, target, target->path, WATCH_WRITTEN);
}

/* ---- Events ---- */

static void on_gone(struct watch_tree *tree, struct watch_node *node, uint32_t mask)
{
    if (node->root) {
        make_stale(tree, node->target);
    } else if (mask & (IN_DELETE_SELF | IN_IGNORED)) {
        watch_target_remove_node(tree, node);
    }
}

/* Whether there was anything. */
static bool remove_within(struct watch_tree *tree, struct watch_target *target, const char *folder)
{
    bool any = false;
    for (struct watch_node *node = target->nodes, *next; node; node = next) {
        next = node->next;
        if (node->root || !watch_path_within(node->path, folder))
            continue;
        watch_target_remove_node(tree, node);
        any = true;
    }
    return any;
}

static void on_folder_event(struct watch_tree *tree, struct watch_target *target, const char *path,
                            uint32_t mask)
{
    if (mask & (IN_CREATE | IN_MOVED_TO)) {
        watch_target_add_tree(tree, target, path, false, true);
    } else if (mask & IN_MOVED_FROM) {
        /* It took its files along, unless it was gone again before it was seen. A deleted folder
         * was empty, and says so itself. */
        if (remove_within(tree, target, path) || tree->full)
            watch_target_report(tree, target, path, WATCH_MOVED_AWAY);
    }
}

static enum watch_event event_of(uint32_t mask)
{
    if (mask & IN_CREATE)
        return WATCH_MADE;
    if (mask & IN_MOVED_FROM)
        return WATCH_MOVED_AWAY;
    return mask & IN_DELETE ? WATCH_DELETED : WATCH_WRITTEN;
}

static void on_tree_event(struct watch_tree *tree, struct watch_node *node, const char *name,
                          uint32_t mask)
{
    struct watch_target *target = node->target;
    bool folder = mask & IN_ISDIR;
    char *path = watch_path_join(node->path, name);
    if (!tree->ops->ignored(tree->ctx, target->watch, path, folder)) {
        if (folder)
            on_folder_event(tree, target, path, mask);
        else
            watch_target_report(tree, target, path, event_of(mask));
    }
    free(path);
}

static void on_name_event(struct watch_tree *tree, struct watch_node *node, uint32_t mask)
{
    bool appeared = mask & (IN_CREATE | IN_MOVED_TO);
    if (node->mode == WATCH_WAIT ? appeared : appeared && (mask & IN_ISDIR))
        make_stale(tree, node->target);
    else if (node->mode == WATCH_FILE)
        watch_target_report(tree, node->target, node->target->path, WATCH_WRITTEN);
}

static void on_node_event(struct watch_tree *tree, struct watch_node *node,
                          const struct inotify_event *event)
{
    if (node->target->stale)
        return;
    if (event->mask & GONE_MASK)
        on_gone(tree, node, event->mask);
    else if (event->len == 0)
        return; /* about the folder itself */
    else if (node->mode == WATCH_TREE)
        on_tree_event(tree, node, event->name, event->mask);
    else if (strcmp(event->name, node->name) == 0)
        on_name_event(tree, node, event->mask);
}

static void on_overflow(struct watch_tree *tree)
{
    for (struct watch_target *target = tree->targets; target; target = target->next) {
        target->missing = false; /* it may have appeared in what was lost */
        make_stale(tree, target);
    }
}

static void on_event(struct watch_tree *tree, const struct inotify_event *event)
{
    if (event->mask & IN_Q_OVERFLOW)
        on_overflow(tree);
    for (struct watch_node *node = watch_nodes_first(&tree->nodes, event->wd), *next; node;
         node = next) {
        next = watch_nodes_next(node);
        on_node_event(tree, node, event);
    }
    settle(tree);
}

static void on_readable(struct ev_loop *loop, ev_io *watcher, int events)
{
    (void)loop;
    (void)events;
    struct watch_tree *tree = watcher->data;
    alignas(struct inotify_event) char bytes[EVENT_BYTES];
    ssize_t size = read(tree->fd, bytes, sizeof bytes);
    for (ssize_t at = 0; at < size;) {
        const struct inotify_event *event = (const struct inotify_event *)(bytes + at);
        at += (ssize_t)(sizeof *event + event->len);
        on_event(tree, event);
    }
}

static void on_complaint(struct fine_timer *timer)
{
    struct watch_tree *tree = timer->data;
    struct strbuf text = {0};
    watch_need_explain(tree, &text);
    tree->ops->problem(tree->ctx, strbuf_text(&text));
    strbuf_finish(&text);
}

/* ---- Life ---- */

int watch_tree_create(struct ev_loop *loop, const char *root, const struct watch_tree_ops *ops,
                      void *ctx, struct watch_tree **out_tree)
{
    int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (fd < 0)
        return -errno;
    struct watch_tree *tree = mem_alloc(sizeof *tree);
    tree->loop = loop;
    tree->fd = fd;
    tree->root = watch_path_copy(root);
    tree->ops = ops;
    tree->ctx = ctx;
    ev_io_init(&tree->readable, on_readable, fd, EV_READ);
    tree->readable.data = tree;
    ev_io_start(loop, &tree->readable);
    fine_timer_init(&tree->complaint, loop, on_complaint, tree);
    *out_tree = tree;
    return 0;
}

static void destroy_target(struct watch_tree *tree, struct watch_target *target)
{
    watch_target_remove_nodes(tree, target);
    free(target->path);
    free(target);
}

void watch_tree_destroy(struct watch_tree *tree)
{
    if (!tree)
        return;
    ev_io_stop(tree->loop, &tree->readable);
    fine_timer_stop(&tree->complaint);
    while (tree->targets) {
        struct watch_target *target = tree->targets;
        tree->targets = target->next;
        destroy_target(tree, target);
    }
    watch_nodes_finish(&tree->nodes);
    close(tree->fd);
    free(tree->root);
    free(tree);
}

void watch_tree_add(struct watch_tree *tree, uint32_t watch, const char *path)
{
    struct watch_target *target = mem_alloc(sizeof *target);
    target->watch = watch;
    target->path = watch_path_clean(path);
    target->next = tree->targets;
    tree->targets = target;
    watch_target_resolve(tree, target);
}

void watch_tree_remove(struct watch_tree *tree, uint32_t watch)
{
    struct watch_target **link = &tree->targets;
    tree->full = false;
    while (*link) {
        struct watch_target *target = *link;
        if (target->watch != watch) {
            link = &target->next;
            continue;
        }
        *link = target->next;
        destroy_target(tree, target);
    }
}
