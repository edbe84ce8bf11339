#include "watch_need.h"

#include "mem.h"
#include "watch_path.h"

#include <dirent.h>

/* Below a target; deeper ones are counted with the one that they are in. */
#define LEVELS 6

struct need {
    struct watch_tree *tree;
    const struct watch_target *target;
    uint32_t folders;
    struct {
        char *path; /* the biggest folder of this level; on the heap */
        uint32_t folders;
    } levels[LEVELS];
};

/* The folders in a folder, by name. */
struct names {
    char **items;
    uint32_t count, capacity;
};

static void add_name(struct names *names, char *path)
{
    if (names->count == names->capacity) {
        names->capacity = names->capacity ? names->capacity * 2 : 16;
        names->items = mem_grow(names->items, names->capacity, sizeof *names->items);
    }
    names->items[names->count++] = path;
}

/* All at once, so that no descriptor is held while the folders in it are counted. */
static void read_names(const struct need *need, const char *path, struct names *out)
{
    DIR *dir = watch_target_open_folder(need->tree, path);
    if (!dir)
        return;
    for (struct dirent *entry; (entry = readdir(dir));) {
        if (!watch_target_is_folder(entry, dirfd(dir)))
            continue;
        char *child = watch_path_join(path, entry->d_name);
        if (need->tree->ops->ignored(need->tree->ctx, need->target->watch, child, true))
            free(child);
        else
            add_name(out, child);
    }
    closedir(dir);
}

static void consider(struct need *need, const char *path, uint32_t level, uint32_t folders)
{
    if (level >= LEVELS || folders <= need->levels[level].folders)
        return;
    free(need->levels[level].path);
    need->levels[level].path = watch_path_copy(path);
    need->levels[level].folders = folders;
}

static void count_folder(struct need *need, const char *path, uint32_t level)
{
    struct names names = {0};
    uint32_t before = need->folders++;
    read_names(need, path, &names);
    for (uint32_t i = 0; i < names.count; i++) {
        if (need->folders < WATCH_NEED_MAX)
            count_folder(need, names.items[i], level + 1);
        free(names.items[i]);
    }
    free(names.items);
    consider(need, path, level, need->folders - before);
}

/* What lies within another target is counted there; of the same path, the first target counts it.
 */
static bool is_counted(const struct watch_tree *tree, const struct watch_target *target)
{
    bool is_first = true;
    for (const struct watch_target *other = tree->targets; other; other = other->next) {
        bool same = strcmp(other->path, target->path) == 0;
        if (other == target)
            is_first = false;
        else if (same ? is_first : watch_path_within(target->path, other->path))
            return true;
    }
    return false;
}

/* The smallest tree that still has half of it. */
static void add_biggest(const struct need *need, struct strbuf *out)
{
    int level = LEVELS - 1;
    while (level > 0 && need->levels[level].folders < need->folders / 2)
        level--;
    const char *path = need->levels[level].path;
    strbuf_addf(out, "the biggest tree is \"%s\" with %u of them", path && *path ? path : ".",
                need->levels[level].folders);
}

struct limit {
    const char *name;
    unsigned long value;
};

static unsigned long read_limit(const char *path)
{
    char text[32] = "";
    FILE *file = fopen(path, "re");
    if (!file)
        return 0;
    size_t size = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[size] = '\0';
    return strtoul(text, NULL, 10);
}

/* The lower one of the two is what was met. */
static struct limit find_limit(void)
{
    struct limit all = {"fs.inotify.max_user_watches",
                        read_limit("/proc/sys/fs/inotify/max_user_watches")};
    struct limit space = {"user.max_inotify_watches",
                          read_limit("/proc/sys/user/max_inotify_watches")};
    return space.value && space.value < all.value ? space : all;
}

/* A power of two that leaves room for other programs. */
static unsigned long advise(const struct limit *limit, uint32_t need)
{
    unsigned long value = 8192;
    while (value < need * 2ul || value <= limit->value)
        value *= 2;
    return value;
}

void watch_need_explain(struct watch_tree *tree, struct strbuf *out)
{
    struct need need = {.tree = tree};
    struct limit limit = find_limit();
    for (struct watch_target *target = tree->targets; target; target = target->next) {
        need.target = target;
        if (!is_counted(tree, target))
            count_folder(&need, target->path, 0);
    }
    strbuf_addf(out,
                "cannot watch all files: %s%u folders are to be watched, and %s allows %lu for "
                "all programs of this user; ",
                need.folders < WATCH_NEED_MAX ? "" : "more than ", need.folders, limit.name,
                limit.value);
    add_biggest(&need, out);
    strbuf_addf(out,
                ". Changes beyond the limit are not seen: add what need not be watched to "
                "\"ignore\", or raise the limit: sudo sysctl %s=%lu",
                limit.name, advise(&limit, need.folders));
    for (int i = 0; i < LEVELS; i++)
        free(need.levels[i].path);
}
