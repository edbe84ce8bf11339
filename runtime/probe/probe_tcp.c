/* tcp: a connection is accepted. */
#include "mem.h"
#include "probe_connection.h"

struct tcp_try {
    struct probe_try base;
    struct probe_connection connection;
};

static struct tcp_try *tcp_of(const struct probe_try *base)
{
    return (struct tcp_try *)base;
}

static struct probe_try *create(void)
{
    return mem_alloc(sizeof(struct tcp_try));
}

static void destroy(struct probe_try *base)
{
    free(tcp_of(base));
}

static void on_connected(struct probe_connection *connection, int error)
{
    struct probe_try *base = connection->base;
    if (error) {
        probe_connection_failed(connection, error);
        return;
    }
    char text[32];
    snprintf(text, sizeof text, "port %u accepts", base->port);
    probe_connection_close(connection);
    base->on_outcome(base->ctx, &(struct probe_outcome){
                                    .well = true, .second = connection->second, .text = text});
}

static void begin(struct probe_try *base)
{
    probe_connection_open(&tcp_of(base)->connection, base, on_connected);
}

static void cancel(struct probe_try *base)
{
    probe_connection_close(&tcp_of(base)->connection);
}

static void subject(const struct probe_try *base, struct strbuf *out)
{
    strbuf_addf(out, "port %u", base->port);
}

const struct probe_kind probe_tcp = {.late = "no answer",
                                     .create = create,
                                     .destroy = destroy,
                                     .begin = begin,
                                     .cancel = cancel,
                                     .subject = subject};
