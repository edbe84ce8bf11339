#include "dispatch_proxy.h"

#include "answers.h"
#include "daemon_state.h"
#include "proxy_refused.h"

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
    struct strbuf help = {0};
    proxy_refused_explain(port, error, out, &help);
    strbuf_addf(out, "\n     %s\n", strbuf_text(&help));
    strbuf_finish(&help);
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
