#include "proxy_refused.h"

#include "loopback.h"
#include "port_holder.h"
#include "rundir.h"

#include <errno.h>
#include <string.h>

#define TRIES 32u

/* 0: nobody is seen to listen there. */
static pid_t find_holder(uint16_t port, bool *out_known)
{
    struct arena arena = {0};
    struct listening_sockets sockets = {0};
    *out_known = sockets_listening(&arena, port, &sockets) == 0 && sockets.count > 0;
    pid_t pid = *out_known ? port_holder_find(&sockets) : 0;
    arena_finish(&arena);
    return pid;
}

/* The next one that is free; 0 if none is. */
static uint16_t another_port(uint16_t port)
{
    for (uint16_t next = port; next < UINT16_MAX && next - port < (int)TRIES;) {
        if (loopback_is_free(++next))
            return next;
    }
    return 0;
}

static void add_other(uint16_t port, struct strbuf *help)
{
    uint16_t other = another_port(port);
    strbuf_adds(help, "set another port in this A3sfile: proxy_port in its dev block");
    if (other)
        strbuf_addf(help, ", %u for one", other);
}

void proxy_refused_explain(uint16_t port, int error, struct strbuf *why, struct strbuf *help)
{
    struct rundir_info info;
    bool known = false;
    pid_t pid = error == -EADDRINUSE ? find_holder(port, &known) : 0;
    strbuf_addf(why, "the proxy cannot listen on port %u: ", port);
    add_other(port, help);
    if (pid && rundir_find_running(pid, &info)) {
        strbuf_addf(why, "the a3s of %s has it (pid %ld)", info.project, (long)pid);
        strbuf_addf(help, "; or stop the other a3s: a3s down -f %s", info.project);
    } else if (known) {
        strbuf_adds(why, "it is held by ");
        port_holder_add(pid, why);
        strbuf_adds(help, "; or end what has this one");
    } else {
        strbuf_adds(why, strerror(-error));
    }
}
