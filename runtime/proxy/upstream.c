#include "upstream.h"

#include "loopback.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

static void on_idle_event(struct stream *stream)
{
    /* Its end, or bytes that nobody asked for: either way it cannot be used again. */
    upstream_close(stream->ctx);
}

static void on_idle_due(struct deadline *deadline)
{
    upstream_close(container_of(deadline, struct upstream, idle));
}

bool upstream_pool_init(struct upstream_pool *pool, struct ev_loop *loop, struct sweeper *sweeper,
                        struct slab *slab, uint32_t service_count)
{
    *pool = (struct upstream_pool){.loop = loop, .sweeper = sweeper, .slab = slab};
    pool->idle = calloc(service_count + 1, sizeof *pool->idle);
    pool->idle_count = calloc(service_count + 1, sizeof *pool->idle_count);
    pool->rounds = calloc(service_count + 1, sizeof *pool->rounds);
    if (!pool->idle || !pool->idle_count || !pool->rounds) {
        upstream_pool_finish(pool);
        return false;
    }
    pool->service_count = service_count;
    for (uint32_t i = 0; i < service_count; i++)
        link_init(&pool->idle[i]);
    return true;
}

void upstream_pool_finish(struct upstream_pool *pool)
{
    for (uint32_t i = 0; i < pool->service_count; i++)
        upstream_pool_drop(pool, i);
    free(pool->idle);
    free(pool->idle_count);
    free(pool->rounds);
    *pool = (struct upstream_pool){0};
}

void upstream_pool_drop(struct upstream_pool *pool, uint32_t service)
{
    pool->rounds[service]++;
    while (!link_alone(&pool->idle[service]))
        upstream_close(container_of(pool->idle[service].next, struct upstream, link));
}

static void leave_pool(struct upstream *upstream)
{
    if (link_alone(&upstream->link))
        return;
    link_remove(&upstream->link);
    upstream->pool->idle_count[upstream->service]--;
    deadline_clear(&upstream->idle);
}

/* Has the loop waited, and so asked the kernel about it, since it came back? */
static bool was_watched(const struct upstream *upstream)
{
    return upstream->turn != ev_iteration(upstream->pool->loop);
}

static bool looks_alive(const struct upstream *upstream)
{
    char byte;
    if (was_watched(upstream))
        return !ev_is_pending(&upstream->stream.reader);
    ssize_t count = recv(upstream->stream.reader.fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return count < 0 && errno == EAGAIN;
}

/* The newest, so that the others can grow old and go; one that was watched if there is one. */
static struct upstream *choose(struct link *idle)
{
    struct upstream *newest = container_of(idle->prev, struct upstream, link);
    return was_watched(newest) ? newest : container_of(idle->next, struct upstream, link);
}

struct upstream *upstream_take(struct upstream_pool *pool, uint32_t service, uint16_t port)
{
    while (!link_alone(&pool->idle[service])) {
        struct upstream *upstream = choose(&pool->idle[service]);
        leave_pool(upstream);
        if (upstream->port == port && looks_alive(upstream)) {
            upstream->reused = true;
            return upstream;
        }
        upstream_close(upstream);
    }
    return NULL;
}

static int begin_connect(struct upstream *upstream)
{
    int fd = -1;
    int error = loopback_connect(upstream->family != 0, upstream->port, &fd);
    if (error)
        return error;
    loopback_hurry(fd);
    stream_open(&upstream->stream, upstream->pool->loop, fd);
    return 0;
}

static int dial_from(struct upstream *upstream, uint8_t family)
{
    int error = -ECONNREFUSED;
    for (upstream->family = family; upstream->family < UPSTREAM_FAMILIES; upstream->family++) {
        error = begin_connect(upstream);
        if (error == 0 || error == -EMFILE || error == -ENFILE || error == -ENOMEM)
            return error;
    }
    return error;
}

static struct upstream *create(struct upstream_pool *pool, uint32_t service, uint16_t port)
{
    struct upstream *upstream = slab_take(pool->slab);
    if (!upstream)
        return NULL;
    *upstream = (struct upstream){
        .pool = pool,
        .service = service,
        .round = service == UPSTREAM_NO_SERVICE ? 0 : pool->rounds[service],
        .port = port,
    };
    link_init(&upstream->link);
    deadline_init(&upstream->idle, on_idle_due);
    return upstream;
}

struct upstream *upstream_wrap(struct upstream_pool *pool, int fd)
{
    struct upstream *upstream = create(pool, UPSTREAM_NO_SERVICE, 0);
    if (upstream)
        stream_open(&upstream->stream, pool->loop, fd);
    else
        close(fd);
    return upstream;
}

int upstream_dial(struct upstream_pool *pool, uint32_t service, uint16_t port,
                  struct upstream **out_upstream)
{
    struct upstream *upstream = create(pool, service, port);
    if (!upstream)
        return -ENOMEM;
    int error = dial_from(upstream, 0);
    if (error < 0) {
        slab_give(pool->slab, upstream);
        return error;
    }
    *out_upstream = upstream;
    return 0;
}

int upstream_dial_next(struct upstream *upstream)
{
    struct stream *stream = &upstream->stream, before = *stream;
    stream_close(stream);
    int error = dial_from(upstream, (uint8_t)(upstream->family + 1));
    if (error == 0)
        stream_attach(stream, before.ctx, before.on_readable, before.on_writable);
    return error;
}

void upstream_release(struct upstream *upstream)
{
    struct upstream_pool *pool = upstream->pool;
    if (upstream->service == UPSTREAM_NO_SERVICE ||
        pool->idle_count[upstream->service] >= UPSTREAM_IDLE_SHARE ||
        upstream->round != pool->rounds[upstream->service]) {
        upstream_close(upstream);
        return;
    }
    link_append(&pool->idle[upstream->service], &upstream->link);
    pool->idle_count[upstream->service]++;
    upstream->turn = ev_iteration(pool->loop);
    stream_attach(&upstream->stream, upstream, on_idle_event, on_idle_event);
    stream_want(&upstream->stream, true);
    deadline_set(&upstream->idle, pool->loop, UPSTREAM_IDLE);
}

static void release_memory(struct swept *swept)
{
    struct upstream *upstream = container_of(swept, struct upstream, swept);
    slab_give(upstream->pool->slab, upstream);
}

void upstream_close(struct upstream *upstream)
{
    leave_pool(upstream);
    stream_close(&upstream->stream);
    deadline_stop(&upstream->idle, upstream->pool->loop);
    sweep_later(upstream->pool->sweeper, &upstream->swept, release_memory);
}
