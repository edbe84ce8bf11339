#include "probe_world.h"

#include "wire.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

static void on_edge(void *ctx, enum health_edge edge, const char *reason)
{
    struct probe_world *w = ctx;
    size_t length = strlen(w->edges);
    w->edges[length] = "RUW"[edge];
    w->edges[length + 1] = '\0';
    snprintf(w->reason, sizeof w->reason, "%s", reason);
    if (w->stop_on_edge)
        probe_stop(&w->probe);
    if (w->finish_on_edge)
        probe_finish(&w->probe);
}

static bool may_be_ready(void *ctx, bool second, struct strbuf *out_why)
{
    struct probe_world *w = ctx;
    w->asked++;
    w->second = second;
    if (w->strange)
        strbuf_adds(out_why, w->strange);
    return !w->strange;
}

static void on_refused(void *ctx)
{
    ((struct probe_world *)ctx)->refused++;
}

static const struct probe_ops reports = {
    .on_edge = on_edge, .may_be_ready = may_be_ready, .on_refused = on_refused};

static void drop_held(struct probe_world *w)
{
    while (w->held_count)
        close(w->held[--w->held_count]);
}

static void on_drip(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)loop;
    (void)events;
    struct probe_world *w = timer->data;
    size_t length = strlen(w->drip);
    for (int i = 0; i < w->held_count; i++) {
        size_t at = w->dripped % length;
        size_t size = length - at < w->drip_bytes ? length - at : w->drip_bytes;
        ssize_t sent = send(w->held[i], w->drip + at, size, MSG_NOSIGNAL);
        if (sent > 0)
            w->dripped += (size_t)sent;
        else if (errno != EAGAIN)
            w->left = true;
    }
}

static void drop_with_reset(int fd)
{
    struct linger none = {.l_onoff = 1};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &none, sizeof none);
    close(fd);
}

static void on_accept(struct ev_loop *loop, ev_io *watcher, int events)
{
    (void)loop;
    (void)events;
    struct probe_world *w = watcher->data;
    int fd = accept4(w->listening, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0)
        return;
    w->accepted++;
    if (w->reset) {
        drop_with_reset(fd);
        return;
    }
    /* What does not fit is dropped: some answers are larger than any reader wants. */
    if (w->answer && w->answer[0])
        ck_assert_int_gt(send(fd, w->answer, strlen(w->answer), MSG_NOSIGNAL), 0);
    if (w->answer && !w->hold && !w->drip)
        shutdown(fd, SHUT_WR);
    if (w->held_count == 64)
        drop_held(w);
    w->held[w->held_count++] = fd;
}

void probe_world_serve(struct probe_world *w, const char *answer)
{
    w->answer = answer;
    if (w->drip && !ev_is_active(&w->dripping)) {
        ev_timer_init(&w->dripping, on_drip, 0.002, 0.002);
        w->dripping.data = w;
        ev_timer_start(w->loop, &w->dripping);
    }
    if (ev_is_active(&w->accept))
        return;
    ck_assert_int_eq(listen(w->listening, 64), 0);
    ev_io_init(&w->accept, on_accept, w->listening, EV_READ);
    w->accept.data = w;
    ev_io_start(w->loop, &w->accept);
}

void probe_world_stop_serving(struct probe_world *w)
{
    ev_io_stop(w->loop, &w->accept);
    ev_timer_stop(w->loop, &w->dripping);
    if (w->listening >= 0)
        close(w->listening);
    w->listening = -1;
    drop_held(w);
}

void probe_world_open_bare(struct probe_world *w, enum plan_probe_type type)
{
    *w = (struct probe_world){.loop = loop_create(), .listening = -1};
    w->config = (struct plan_probe){.type = (uint8_t)type,
                                    .interval_ms = 20,
                                    .timeout_ms = 2000,
                                    .retries = 3,
                                    .status_min = 200,
                                    .status_max = 399};
    w->setup = (struct probe_setup){.loop = w->loop, .config = &w->config};
}

void probe_world_begin(struct probe_world *w)
{
    probe_init(&w->probe, &w->setup, &reports, w);
}

void probe_world_open(struct probe_world *w, enum plan_probe_type type, int family)
{
    probe_world_open_bare(w, type);
    w->listening = wire_listen(family, &w->port);
    probe_world_begin(w);
}

void probe_world_close(struct probe_world *w)
{
    probe_finish(&w->probe);
    probe_finish(&w->probe);
    probe_world_stop_serving(w);
    ev_loop_destroy(w->loop);
}

void probe_world_start(struct probe_world *w, const char *path)
{
    probe_prepare(&w->probe, path, path, w->port);
    probe_start(&w->probe);
}

/* ---- Questions ---- */

bool probe_world_was_left(void *ctx)
{
    return ((struct probe_world *)ctx)->left;
}

bool probe_world_has_edge(void *ctx)
{
    return ((struct probe_world *)ctx)->edges[0] != '\0';
}

bool probe_world_has_two_edges(void *ctx)
{
    return probe_world_has_edge(ctx) && ((struct probe_world *)ctx)->edges[1] != '\0';
}

bool probe_world_has_three_edges(void *ctx)
{
    return probe_world_has_two_edges(ctx) && ((struct probe_world *)ctx)->edges[2] != '\0';
}

bool probe_world_has_failed(void *ctx)
{
    return probe_failures(&((struct probe_world *)ctx)->probe) >= 1;
}

bool probe_world_has_failed_often(void *ctx)
{
    return probe_failures(&((struct probe_world *)ctx)->probe) >= 8;
}

bool probe_world_was_asked_often(void *ctx)
{
    return ((struct probe_world *)ctx)->accepted >= 5;
}
