#include "dispatch_proxy.h"

#include "answers.h"
#include "daemon_state.h"
#include "port_holder.h"

#include <errno.h>

static int listen_first(struct daemon *d, uint16_t port)
{
    struct proxy *proxy = proxy_create(d->loop, d->plan, &answers_for_proxy, d);
    int error = proxy ? proxy_start(proxy, port) : -ENOMEM;
    if (error)
        proxy_destroy(proxy);
    else
        d->proxy = proxy;
    return error;
}

static void explain(struct strbuf *out, uint16_t port, int error)
{
    struct strbuf holder = {0};
    bool known = error == -EADDRINUSE && port_holder(port, &holder);
    strbuf_addf(out, "the proxy cannot listen on port %u: %s%s%s\n", port, strerror(-error),
                known ? ": it is held by " : "", strbuf_text(&holder));
    strbuf_finish(&holder);
}

int dispatch_proxy_listen(struct daemon *d, uint16_t port, struct strbuf *out_trouble)
{
    int error = 0;
    if (port == daemon_proxy_port(d))
        return 0;
    if (!port)
        proxy_wind_up(d->proxy); /* who asked for this through it gets an answer, too */
    else
        error = d->proxy ? proxy_move(d->proxy, port) : listen_first(d, port);
    if (error)
        explain(out_trouble, port, error);
    return error;
}
