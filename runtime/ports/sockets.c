#include "sockets.h"

#include "io.h"
#include "sock_diag.h"
#include "vec.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#define PROC_NET_MAX (16u << 20) /* bytes of a table that are looked at */
#define STATE_LISTEN 0x0au       /* TCP_LISTEN in the tables */

/* Hex digits of an address in the table of IPv4, and of each word of one in that of IPv6. */
#define V4_DIGITS 8
#define V6_WORDS  4

struct found {
    VEC(struct listening_socket) sockets;
};

/* The exact address is nearer than any address, IPv4's own any nearer than IPv6's. */
static void set_nearness(struct listening_socket *socket, const uint32_t *words, int count)
{
    const uint32_t *v4 = &words[count - 1];
    bool any = *v4 == INADDR_ANY, mapped = count == V6_WORDS && words[2] == htonl(0xffff);
    bool high_zero = count == V6_WORDS && !words[0] && !words[1] && !words[2];
    if (count == 1 || mapped) {
        socket->nearness[0] = *v4 == htonl(INADDR_LOOPBACK) ? 3 : any ? 2 : 0;
    } else if (high_zero && any) {
        socket->nearness[0] = socket->nearness[1] = 1;
    } else if (high_zero && *v4 == htonl(1)) {
        socket->nearness[1] = 2;
    }
}

static void read_address(struct listening_socket *socket, const char *digits)
{
    uint32_t words[V6_WORDS];
    int count = 0;
    while (count < V6_WORDS && sscanf(digits, "%8" SCNx32, &words[count]) == 1) {
        count++;
        digits += strnlen(digits, V4_DIGITS);
    }
    if (count == 1 || count == V6_WORDS)
        set_nearness(socket, words, count);
}

/* One line of a table: sl local:port remote:port state ... inode. */
static bool parse_line(const char *line, struct listening_socket *out_socket)
{
    char address[V4_DIGITS * V6_WORDS + 1];
    unsigned port, state;
    uint64_t inode;
    int fields =
        sscanf(line, " %*u: %32[0-9A-Fa-f]:%x %*[0-9A-Fa-f]:%*x %x %*s %*s %*s %*u %*u %" SCNu64,
               address, &port, &state, &inode);
    if (fields != 4 || state != STATE_LISTEN)
        return false;
    *out_socket = (struct listening_socket){.inode = inode, .port = (uint16_t)port};
    read_address(out_socket, address);
    return true;
}

struct search {
    struct arena *arena;
    struct found found;
    uint16_t port; /* 0: any */
};

/* Line by line, as sscanf measures all that it is given. */
static void read_lines(struct search *search, char *text)
{
    struct listening_socket socket;
    for (char *line = text, *next; line; line = next) {
        next = strchr(line, '\n');
        if (next)
            *next++ = '\0';
        if (parse_line(line, &socket) && (!search->port || socket.port == search->port))
            *vec_push(search->arena, &search->found.sockets) = socket;
    }
}

static int read_table(struct search *search, const char *table)
{
    char *text;
    size_t size;
    int error = io_read_file(table, PROC_NET_MAX, &text, &size);
    if (error < 0)
        return error;
    read_lines(search, text);
    free(text);
    return 0;
}

static void on_diag(void *ctx, uint16_t port, const uint32_t *address, int count, uint64_t inode)
{
    struct search *search = ctx;
    struct listening_socket socket = {.inode = inode, .port = port};
    set_nearness(&socket, address, count);
    *vec_push(search->arena, &search->found.sockets) = socket;
}

/* A kernel without IPv6 knows nothing of the second family, and has no second table. */
static bool ask_kernel(struct search *search)
{
    int error = sock_diag_listening(AF_INET, search->port, on_diag, search);
    int second = error ? error : sock_diag_listening(AF_INET6, search->port, on_diag, search);
    return !second || (!error && second == -ENOENT);
}

static int read_tables(struct search *search)
{
    search->found = (struct found){0};
    int error = read_table(search, "/proc/net/tcp");
    int second = error ? error : read_table(search, "/proc/net/tcp6");
    return second == -ENOENT && !error ? 0 : second;
}

int sockets_listening(struct arena *arena, uint16_t port, struct listening_sockets *out_sockets)
{
    struct search search = {.arena = arena, .port = port};
    int error = ask_kernel(&search) ? 0 : read_tables(&search);
    if (!error)
        *out_sockets =
            (struct listening_sockets){search.found.sockets.items, search.found.sockets.count};
    return error;
}

void sockets_narrow(struct listening_sockets *sockets, bool second)
{
    uint32_t kept = 0;
    uint8_t nearest = 1;
    for (uint32_t i = 0; i < sockets->count; i++) {
        if (sockets->items[i].nearness[second] > nearest)
            nearest = sockets->items[i].nearness[second];
    }
    for (uint32_t i = 0; i < sockets->count; i++) {
        if (sockets->items[i].nearness[second] == nearest)
            sockets->items[kept++] = sockets->items[i];
    }
    sockets->count = kept;
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

void sockets_each_held(pid_t pid, const struct listening_sockets *sockets,
                       bool (*each)(void *ctx, const struct listening_socket *socket), void *ctx)
{
    char path[64];
    bool ended = false;
    snprintf(path, sizeof path, "/proc/%ld/fd", (long)pid);
    DIR *dir = sockets->count > 0 ? opendir(path) : NULL;
    if (!dir)
        return;
    struct dirent *entry;
    while (!ended && (entry = readdir(dir))) {
        uint64_t inode;
        const struct listening_socket *socket = NULL;
        if (read_inode(dirfd(dir), entry->d_name, &inode))
            socket = find_inode(sockets, inode);
        ended = socket && each(ctx, socket);
    }
    closedir(dir);
}

static bool take_first(void *ctx, const struct listening_socket *socket)
{
    *(const struct listening_socket **)ctx = socket;
    return true;
}

const struct listening_socket *sockets_held(pid_t pid, const struct listening_sockets *sockets)
{
    const struct listening_socket *found = NULL;
    sockets_each_held(pid, sockets, take_first, &found);
    return found;
}
