#include "sockets.h"

#include "io.h"
#include "vec.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <unistd.h>

#define PROC_NET_MAX (16u << 20) /* bytes of a table that are looked at */
#define STATE_LISTEN 0x0au       /* TCP_LISTEN in the tables */

struct found {
    VEC(struct listening_socket) sockets;
};

/* One line of a table: sl local:port remote:port state ... inode. */
static bool parse_line(const char *line, struct listening_socket *out_socket)
{
    unsigned port, state;
    uint64_t inode;
    int fields =
        sscanf(line, " %*u: %*[0-9A-Fa-f]:%x %*[0-9A-Fa-f]:%*x %x %*s %*s %*s %*u %*u %" SCNu64,
               &port, &state, &inode);
    if (fields != 3 || state != STATE_LISTEN)
        return false;
    *out_socket = (struct listening_socket){.inode = inode, .port = (uint16_t)port};
    return true;
}

static int read_table(struct arena *arena, const char *table, uint16_t port, struct found *found)
{
    char *text;
    size_t size;
    int error = io_read_file(table, PROC_NET_MAX, &text, &size);
    if (error < 0)
        return error;
    for (char *line = text; line; line = strchr(line, '\n')) {
        struct listening_socket socket;
        if (*line == '\n')
            line++;
        if (parse_line(line, &socket) && (port == 0 || socket.port == port))
            *vec_push(arena, &found->sockets) = socket;
    }
    free(text);
    return 0;
}

int sockets_listening(struct arena *arena, uint16_t port, struct listening_sockets *out_sockets)
{
    struct found found = {0};
    int error = read_table(arena, "/proc/net/tcp", port, &found);
    /* A kernel without IPv6 has no second table. */
    int second = error ? error : read_table(arena, "/proc/net/tcp6", port, &found);
    if (second && second != -ENOENT)
        return second;
    *out_sockets = (struct listening_sockets){found.sockets.items, found.sockets.count};
    return 0;
}

static const struct listening_socket *find_inode(const struct listening_sockets *sockets,
                                                 uint64_t inode)
{
    for (uint32_t i = 0; i < sockets->count; i++) {
        if (sockets->items[i].inode == inode)
            return &sockets->items[i];
    }
    return NULL;
}

/* What a descriptor is, "socket:[INODE]" if it is a socket. */
static bool read_inode(int dir, const char *name, uint64_t *out_inode)
{
    char target[64];
    ssize_t length = readlinkat(dir, name, target, sizeof target - 1);
    if (length < 0)
        return false;
    target[length] = '\0';
    return sscanf(target, "socket:[%" SCNu64 "]", out_inode) == 1;
}

const struct listening_socket *sockets_held(pid_t pid, const struct listening_sockets *sockets)
{
    char path[64];
    const struct listening_socket *found = NULL;
    snprintf(path, sizeof path, "/proc/%ld/fd", (long)pid);
    DIR *dir = sockets->count > 0 ? opendir(path) : NULL;
    if (!dir)
        return NULL;
    struct dirent *entry;
    while (!found && (entry = readdir(dir))) {
        uint64_t inode;
        if (read_inode(dirfd(dir), entry->d_name, &inode))
            found = find_inode(sockets, inode);
    }
    closedir(dir);
    return found;
}
