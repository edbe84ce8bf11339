#include "watch_target.h"

#include "str.h"
#include "watch_path.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/inotify.h>
#include <sys/stat.h>

/* How often a path that changes under our feet is looked at anew. */
#define RESOLVE_TRIES 16

#define CHANGE_MASK \
    (IN_CREATE | IN_MODIFY | IN_CLOSE_WRITE | IN_ATTRIB | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE)
#define WATCH_MASK (CHANGE_MASK | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR | IN_EXCL_UNLINK)

static char *full_path(const struct watch_tree *tree, const char *path)
{
    return *path == '/' ? watch_path_copy(path) : watch_path_join(tree->root, path);
}

static bool stat_path(const struct watch_tree *tree, const char *path, struct stat *out)
{
    char *full = full_path(tree, path);
    bool found = stat(full, out) == 0;
    free(full);
    return found;
}

void watch_target_report(struct watch_tree *tree, const struct watch_target *target,
                         const char *path, enum watch_event event)
{
    tree->ops->changed(tree->ctx, target->watch, *path ? path : ".", event);
}

/* ---- Problems ---- */

static void report_refusal(struct watch_tree *tree, const char *path, int error)
{
    bool limit = error == ENOSPC || error == ENOMEM;
    bool *told = limit ? &tree->told_full : &tree->told_refused;
    tree->full |= limit;
    if (*told || error == ENOENT || error == ENOTDIR)
        return;
    *told = true;
    if (limit) {
        fine_timer_start(&tree->complaint, 0.0);
        return;
    }
    struct strbuf text = {0};
    strbuf_addf(&text, "cannot watch \"%s\": %s", *path ? path : ".", strerror(error));
    tree->ops->problem(tree->ctx, strbuf_text(&text));
    strbuf_finish(&text);
}

/* ---- Nodes ---- */

static struct watch_node *find_node(const struct watch_tree *tree,
                                    const struct watch_target *target, int wd)
{
    struct watch_node *node = watch_nodes_first(&tree->nodes, wd);
    while (node && node->target != target)
        node = watch_nodes_next(node);
    return node;
}

/* The folder has been moved while it was watched. */
static void rename_node(struct watch_node *node, const char *path)
{
    free(node->path);
    node->path = watch_path_copy(path);
}

/* Watches the folder on the target's behalf. *out_node is NULL if nothing is new about it. Takes
 * name, which may be NULL. */
static int add_node(struct watch_tree *tree, struct watch_target *target, const char *path,
                    char *name, bool root, struct watch_node **out_node)
{
    char *full = full_path(tree, path);
    int wd = inotify_add_watch(tree->fd, full, WATCH_MASK | (root ? 0 : IN_DONT_FOLLOW));
    int error = errno;
    free(full);
    if (wd < 0) {
        report_refusal(tree, path, error);
        free(name);
        return -error;
    }
    struct watch_node *node = find_node(tree, target, wd);
    *out_node = NULL;
    if (node) {
        free(name);
        if (strcmp(node->path, path) == 0)
            return 0;
        rename_node(node, path);
    } else {
        node =
            watch_nodes_add(&tree->nodes, target, &target->nodes, wd, watch_path_copy(path), name);
        node->root = root;
    }
    *out_node = node;
    return 0;
}

void watch_target_remove_node(struct watch_tree *tree, struct watch_node *node)
{
    int wd = node->wd;
    if (watch_nodes_remove(&tree->nodes, node))
        inotify_rm_watch(tree->fd, wd); /* fails when the folder is gone: all the same */
}

void watch_target_remove_nodes(struct watch_tree *tree, struct watch_target *target)
{
    while (target->nodes)
        watch_target_remove_node(tree, target->nodes);
}

/* ---- Reading folders ---- */

static bool is_dots(const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

bool watch_target_is_folder(const struct dirent *entry, int dir_fd)
{
    struct stat info;
    if (is_dots(entry->d_name))
        return false;
    if (entry->d_type != DT_UNKNOWN)
        return entry->d_type == DT_DIR;
    return fstatat(dir_fd, entry->d_name, &info, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(info.st_mode);
}

DIR *watch_target_open_folder(const struct watch_tree *tree, const char *path)
{
    char *full = full_path(tree, path);
    DIR *dir = opendir(full);
    free(full);
    return dir;
}

static void queue_node(struct watch_node **pending, struct watch_node *node)
{
    if (node->queued)
        return;
    node->queued = true;
    node->pending = *pending;
    *pending = node;
}

static void read_entry(struct watch_tree *tree, struct watch_node *node, const char *name,
                       bool folder, bool fresh, struct watch_node **pending)
{
    struct watch_target *target = node->target;
    char *path = watch_path_join(node->path, name);
    struct watch_node *child = NULL;
    if (!tree->ops->ignored(tree->ctx, target->watch, path, folder)) {
        if (!folder && fresh)
            watch_target_report(tree, target, path, WATCH_MADE);
        if (folder && !tree->full)
            add_node(tree, target, path, NULL, false, &child);
    }
    if (child)
        queue_node(pending, child);
    free(path);
}

static void read_folder(struct watch_tree *tree, struct watch_node *node, bool fresh,
                        struct watch_node **pending)
{
    DIR *dir = watch_target_open_folder(tree, node->path);
    if (!dir)
        return;
    for (struct dirent *entry; (entry = readdir(dir));) {
        if (is_dots(entry->d_name))
            continue;
        read_entry(tree, node, entry->d_name, watch_target_is_folder(entry, dirfd(dir)), fresh,
                   pending);
    }
    closedir(dir);
}

int watch_target_add_tree(struct watch_tree *tree, struct watch_target *target, const char *path,
                          bool root, bool fresh)
{
    struct watch_node *pending = NULL, *first = NULL;
    int error = add_node(tree, target, path, NULL, root, &first);
    if (first)
        queue_node(&pending, first);
    while (pending) {
        struct watch_node *node = pending;
        pending = node->pending;
        node->queued = false;
        read_folder(tree, node, fresh, &pending);
    }
    return error;
}

/* ---- Targets ---- */

static int add_single(struct watch_tree *tree, struct watch_target *target, const char *folder,
                      char *name, enum watch_mode mode)
{
    struct watch_node *node = NULL;
    int error = add_node(tree, target, folder, name, true, &node);
    if (node)
        node->mode = mode;
    return error;
}

static int resolve_file(struct watch_tree *tree, struct watch_target *target)
{
    char *folder, *name;
    if (!watch_path_split(target->path, &folder, &name))
        return 0;
    int error = add_single(tree, target, folder, name, WATCH_FILE);
    free(folder);
    return error;
}

/* Waits in the nearest folder that exists for the next step of the path. */
static int resolve_missing(struct watch_tree *tree, struct watch_target *target)
{
    struct stat info;
    char *path = watch_path_copy(target->path), *folder = NULL, *name = NULL;
    int error = 0;
    while (watch_path_split(path, &folder, &name)) {
        if (stat_path(tree, folder, &info) && S_ISDIR(info.st_mode))
            break;
        free(path);
        free(name);
        path = folder;
        folder = NULL;
        name = NULL;
    }
    if (name) {
        error = add_single(tree, target, folder, name, WATCH_WAIT);
        /* It may have come before we listened. */
        if (!error && stat_path(tree, path, &info) &&
            (S_ISDIR(info.st_mode) || strcmp(path, target->path) == 0))
            error = -EAGAIN;
    }
    free(path);
    free(folder);
    return error;
}

static int resolve_once(struct watch_tree *tree, struct watch_target *target)
{
    struct stat info;
    watch_target_remove_nodes(tree, target);
    target->missing = !stat_path(tree, target->path, &info);
    if (target->missing)
        return resolve_missing(tree, target);
    if (S_ISDIR(info.st_mode))
        return watch_target_add_tree(tree, target, target->path, true, false);
    return resolve_file(tree, target);
}

void watch_target_resolve(struct watch_tree *tree, struct watch_target *target)
{
    target->stale = false;
    for (int tries = 0; tries < RESOLVE_TRIES; tries++) {
        int error = resolve_once(tree, target);
        if (error != -EAGAIN && error != -ENOENT && error != -ENOTDIR)
            return;
    }
}
