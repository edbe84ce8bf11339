#include "procfs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define STAT_SIZE 1024
#define LIST_SIZE 1024

/* Reads the beginning of a small file. The number of bytes, or a negative errno. */
static int read_start(const char *path, char *out, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    ssize_t n;
    do
        n = read(fd, out, size - 1);
    while (n < 0 && errno == EINTR);
    int error = errno;
    close(fd);
    if (n < 0)
        return -error;
    out[n] = '\0';
    return (int)n;
}

/* From field 3 on, behind the name, which may hold spaces and brackets itself. */
static bool parse_stat(const char *text, struct procfs_stat *out)
{
    const char *at = strrchr(text, ')');
    if (!at || at[1] != ' ' || !at[2])
        return false;
    const char *name = strchr(text, '(');
    struct procfs_stat stat = {.state = at[2]};
    if (name && name < at)
        snprintf(stat.name, sizeof stat.name, "%.*s", (int)(at - name - 1), name + 1);
    at += 3;
    for (int field = 4; field <= 24; field++) {
        char *end;
        unsigned long long value = strtoull(at, &end, 10);
        if (end == at)
            return false;
        switch (field) {
        case 4: stat.parent = (pid_t)value; break;
        case 5: stat.group = (pid_t)value; break;
        case 6: stat.session = (pid_t)value; break;
        case 14: stat.ticks = value; break;
        case 15: stat.ticks += value; break;
        case 22: stat.start_time = value; break;
        case 24: stat.pages = value; break;
        default: break;
        }
        at = end;
    }
    *out = stat;
    return true;
}

int procfs_stat(pid_t pid, struct procfs_stat *out_stat)
{
    char path[64], text[STAT_SIZE];
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    int n = read_start(path, text, sizeof text);
    if (n < 0)
        return n;
    return parse_stat(text, out_stat) ? 0 : -EINVAL;
}

/* Numbers with blanks behind them, however the reads cut them. False if there is no list. */
static bool read_list(pid_t process, pid_t thread, void (*each)(void *ctx, pid_t child), void *ctx)
{
    char path[80], text[LIST_SIZE];
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)process, (int)thread);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    pid_t number = 0;
    ssize_t n;
    while ((n = read(fd, text, sizeof text)) > 0 || (n < 0 && errno == EINTR)) {
        for (ssize_t i = 0; i < n; i++) {
            if (text[i] >= '0' && text[i] <= '9') {
                number = number * 10 + (text[i] - '0');
            } else if (number) {
                each(ctx, number);
                number = 0;
            }
        }
    }
    close(fd);
    return true;
}

static bool each_number_in(const char *path, void (*each)(void *ctx, pid_t number), void *ctx)
{
    DIR *dir = opendir(path);
    if (!dir)
        return false;
    for (struct dirent *entry; (entry = readdir(dir));) {
        int number = (int)strtol(entry->d_name, NULL, 10);
        if (number > 0)
            each(ctx, number);
    }
    closedir(dir);
    return true;
}

struct listing {
    pid_t parent;
    void (*each)(void *ctx, pid_t child);
    void *ctx;
};

static void list_of_thread(void *ctx, pid_t thread)
{
    struct listing *listing = ctx;
    read_list(listing->parent, thread, listing->each, listing->ctx);
}

/* A child belongs to the thread that forked it. Most processes have one thread; the folder's link
 * count says so without reading it. */
void procfs_children(pid_t parent, void (*each)(void *ctx, pid_t child), void *ctx)
{
    struct listing listing = {parent, each, ctx};
    struct stat info;
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/task", (int)parent);
    if (parent != getpid() && stat(path, &info) == 0 && info.st_nlink > 3)
        each_number_in(path, list_of_thread, &listing);
    else if (!read_list(parent, parent, each, ctx) && kill(parent, 0) == 0)
        procfs_scan_children(parent, each, ctx);
}

static void look_at_parent(void *ctx, pid_t pid)
{
    struct listing *listing = ctx;
    struct procfs_stat stat;
    if (procfs_stat(pid, &stat) == 0 && stat.parent == listing->parent)
        listing->each(listing->ctx, pid);
}

bool procfs_each(void (*each)(void *ctx, pid_t pid), void *ctx)
{
    return each_number_in("/proc", each, ctx);
}

bool procfs_scan_children(pid_t parent, void (*each)(void *ctx, pid_t child), void *ctx)
{
    struct listing listing = {parent, each, ctx};
    return procfs_each(look_at_parent, &listing);
}

void procfs_boot_id(char out_id[40])
{
    char text[64] = "";
    read_start("/proc/sys/kernel/random/boot_id", text, sizeof text);
    snprintf(out_id, 40, "%.*s", (int)strcspn(text, "\n"), text);
}
