#include "port_owner.h"

#include "port_holder.h"
#include "procfs.h"

/* Ports that are named at most. */
#define PORTS_MAX 4

static const char *const forwarders[] = {
#define X(name, whose) name,
    PORT_FORWARDERS(X)
#undef X
};

/* ---- The service's processes ---- */

struct walk {
    const struct listening_sockets *sockets;
    /* Given each socket that a process of the service has open; true ends the walk. */
    bool (*each)(void *ctx, const struct listening_socket *socket);
    void *ctx;
    int depth;
    bool ended;
};

static bool on_held(void *ctx, const struct listening_socket *socket)
{
    struct walk *walk = ctx;
    walk->ended = walk->each(walk->ctx, socket);
    return walk->ended;
}

static void visit(void *ctx, pid_t pid)
{
    struct walk *walk = ctx;
    if (walk->ended || walk->depth == PROCFS_DEPTH_MAX)
        return;
    sockets_each_held(pid, walk->sockets, on_held, walk);
    walk->depth++;
    procfs_children(pid, visit, walk);
    walk->depth--;
}

static void each_of_service(pid_t root, const struct listening_sockets *sockets,
                            bool (*each)(void *ctx, const struct listening_socket *socket),
                            void *ctx)
{
    struct walk walk = {.sockets = sockets, .each = each, .ctx = ctx};
    visit(&walk, root);
}

/* A process that was born during the walk is found by its parents. */
static bool descends(pid_t pid, pid_t root)
{
    struct procfs_stat stat;
    for (int depth = 0; depth < PROCFS_DEPTH_MAX && pid > 1 && pid != root; depth++)
        pid = procfs_stat(pid, &stat) == 0 ? stat.parent : 0;
    return pid == root;
}

/* ---- Whose the port is ---- */

static bool is_past(const struct port_past *past, const struct listening_sockets *sockets)
{
    for (uint32_t i = 0; i < sockets->count; i++) {
        for (uint32_t k = 0; k < past->count; k++) {
            if (past->inodes[k] == sockets->items[i].inode)
                return true;
        }
    }
    return false;
}

static bool is_forwarder(pid_t pid)
{
    struct procfs_stat stat;
    if (procfs_stat(pid, &stat) < 0)
        return false;
    for (size_t i = 0; i < sizeof forwarders / sizeof *forwarders; i++) {
        if (strcmp(stat.name, forwarders[i]) == 0)
            return true;
    }
    return false;
}

static bool take_any(void *ctx, const struct listening_socket *socket)
{
    (void)socket;
    *(bool *)ctx = true;
    return true;
}

static enum port_owner judge(pid_t root, const struct listening_sockets *sockets,
                             const struct port_past *past, struct strbuf *out)
{
    bool own = false;
    each_of_service(root, sockets, take_any, &own);
    if (own)
        return PORT_OWN;
    pid_t holder = port_holder_find(sockets);
    if (holder && descends(holder, root))
        return PORT_OWN;
    bool old = is_past(past, sockets);
    port_holder_add(holder, out);
    if (!old && !holder) {
        strbuf_adds(out, ", which cannot be looked into");
        return PORT_UNKNOWN;
    }
    if (!old && is_forwarder(holder)) {
        strbuf_adds(out, ", which listens for others");
        return PORT_UNKNOWN;
    }
    return PORT_STRANGER;
}

enum port_owner port_owner(pid_t root, uint16_t port, bool second, const struct port_past *past,
                           struct strbuf *out)
{
    struct arena arena = {0};
    struct listening_sockets sockets = {0};
    enum port_owner owner = PORT_UNKNOWN;
    int error = sockets_listening(&arena, port, &sockets);
    sockets_narrow(&sockets, second);
    if (error)
        strbuf_addf(out, "the table of sockets cannot be read: %s", strerror(-error));
    else if (!sockets.count)
        strbuf_adds(out, "no socket listens there");
    else
        owner = judge(root, &sockets, past, out);
    arena_finish(&arena);
    return owner;
}

void port_past_look(struct port_past *past, uint16_t port)
{
    struct arena arena = {0};
    struct listening_sockets sockets = {0};
    const uint32_t room = sizeof past->inodes / sizeof *past->inodes;
    past->count = 0;
    if (sockets_listening(&arena, port, &sockets) == 0) {
        for (uint32_t i = 0; i < sockets.count && i < room; i++)
            past->inodes[past->count++] = sockets.items[i].inode;
    }
    arena_finish(&arena);
}

/* ---- Where else it listens ---- */

struct ports {
    uint16_t items[PORTS_MAX];
    uint32_t count;
};

static bool take_port(void *ctx, const struct listening_socket *socket)
{
    struct ports *ports = ctx;
    for (uint32_t i = 0; i < ports->count; i++) {
        if (ports->items[i] == socket->port)
            return false;
    }
    ports->items[ports->count++] = socket->port;
    return ports->count == PORTS_MAX;
}

bool port_elsewhere(pid_t root, uint16_t port, struct strbuf *out)
{
    struct arena arena = {0};
    struct listening_sockets sockets = {0};
    struct ports ports = {0};
    if (sockets_listening(&arena, 0, &sockets) == 0)
        each_of_service(root, &sockets, take_port, &ports);
    arena_finish(&arena);
    for (uint32_t i = 0; i < ports.count; i++) {
        if (ports.items[i] == port)
            return false;
    }
    for (uint32_t i = 0; i < ports.count; i++)
        strbuf_addf(out, "%s%u", !i ? "" : i + 1 < ports.count ? ", " : " and ", ports.items[i]);
    return ports.count > 0;
}
