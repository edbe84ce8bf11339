#include "guard.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

/* A launch up to this size lies in the socket before the guard is born; a longer one needs a reader
 * while it is written. */
#define LAUNCH_AHEAD (64u << 10)
/* s that the guard may take for reading a long one. */
#define PATIENCE 5

/* ---- Reports ---- */

void guard_close(struct guard *guard)
{
    if (!guard->open)
        return;
    ev_io_stop(guard->loop, &guard->readable);
    close(guard->channel);
    guard->open = false;
    guard->filled = 0;
}

/* A guard that never spoke has never lived: the system could not make it. */
static void tell_end(struct guard *guard)
{
    bool lived = guard->pid != 0;
    guard_close(guard);
    if (!lived)
        guard->on_report(guard->ctx, &(struct guard_report){.kind = GUARD_FAILED,
                                                            .command = GUARD_MAIN,
                                                            .detail = PROC_STAGE_FORK,
                                                            .value = EAGAIN});
    guard->on_report(guard->ctx, &(struct guard_report){.kind = lived ? GUARD_LOST : GUARD_GONE});
}

/* Whether the guard may have more to say. */
static bool take(struct guard *guard)
{
    struct guard_report report = guard->incoming;
    guard->filled = 0;
    if (report.kind == GUARD_BORN) {
        guard->pid = report.pid;
        return true;
    }
    if (report.kind == GUARD_GONE)
        guard_close(guard);
    guard->on_report(guard->ctx, &report);
    return guard->open && report.kind != GUARD_GONE;
}

static void on_readable(struct ev_loop *loop, ev_io *watcher, int events)
{
    (void)loop;
    (void)events;
    struct guard *guard = watcher->data;
    for (;;) {
        ssize_t n = recv(guard->channel, (char *)&guard->incoming + guard->filled,
                         sizeof guard->incoming - guard->filled, MSG_DONTWAIT);
        if (n < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        if (n <= 0) {
            tell_end(guard);
            return;
        }
        guard->filled += (size_t)n;
        if (guard->filled == sizeof guard->incoming && !take(guard))
            return;
    }
}

void guard_init(struct guard *guard, struct ev_loop *loop,
                void (*on_report)(void *ctx, const struct guard_report *report), void *ctx)
{
    *guard = (struct guard){.loop = loop, .on_report = on_report, .ctx = ctx};
    ev_init(&guard->readable, on_readable);
    guard->readable.data = guard;
}

void guard_move(struct guard *guard, struct guard *from, void *ctx)
{
    if (from->open)
        ev_io_stop(from->loop, &from->readable);
    *guard = *from;
    guard->ctx = ctx;
    guard->readable.data = guard;
    if (guard->open)
        ev_io_start(guard->loop, &guard->readable);
    from->open = false;
}

/* ---- Orders ---- */

void guard_order(struct guard *guard, enum guard_order_kind kind, int signal)
{
    struct guard_order order = {.kind = kind, .signal = signal};
    if (guard->open)
        send(guard->channel, &order, sizeof order, MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* ---- The launch ---- */

static uint32_t add_list(struct strbuf *out, const char *const *list)
{
    uint32_t count = 0;
    for (; list && list[count]; count++)
        strbuf_add(out, list[count], strlen(list[count]) + 1);
    return count;
}

static void build_launch(struct strbuf *out, const struct guard_spec *spec)
{
    struct guard_launch head = {.stop_timeout_ms = spec->stop_timeout_ms,
                                .stop_signal = spec->stop_signal,
                                .tty = spec->tty};
    strbuf_add(out, &head, sizeof head);
    strbuf_add(out, spec->dir, strlen(spec->dir) + 1);
    for (int i = 0; i < GUARD_COMMAND_COUNT; i++)
        head.argc[i] = add_list(out, spec->argv[i]);
    head.envc = add_list(out, spec->env);
    head.size = (uint32_t)(out->len - sizeof head);
    memcpy(out->ptr, &head, sizeof head);
}

static int send_launch(int channel, const struct strbuf *launch)
{
    struct timeval patience = {.tv_sec = PATIENCE};
    if (launch->len > LAUNCH_AHEAD)
        setsockopt(channel, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    for (size_t sent = 0; sent < launch->len;) {
        ssize_t n = send(channel, launch->ptr + sent, launch->len - sent, MSG_NOSIGNAL);
        if (n < 0 && errno != EINTR)
            return -errno;
        sent += n > 0 ? (size_t)n : 0;
    }
    return 0;
}

static int bear(struct nursery *nursery, const struct guard_spec *spec, int fds[2],
                const struct strbuf *launch)
{
    struct birth birth = {.channel = fds[1], .out = spec->out_fd, .err = spec->err_fd};
    bool ahead = launch->len <= LAUNCH_AHEAD;
    int error = ahead ? send_launch(fds[0], launch) : 0;
    if (!error)
        error = nursery_bear(nursery, &birth);
    close(fds[1]);
    if (!error && !ahead)
        error = send_launch(fds[0], launch);
    return error;
}

int guard_start(struct guard *guard, struct nursery *nursery, const struct guard_spec *spec)
{
    int fds[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0)
        return -errno;
    struct strbuf launch = {0};
    build_launch(&launch, spec);
    int error = bear(nursery, spec, fds, &launch);
    strbuf_finish(&launch);
    if (error) {
        close(fds[0]);
        return error;
    }
    guard->channel = fds[0];
    guard->open = true;
    guard->pid = 0;
    guard->filled = 0;
    ev_io_set(&guard->readable, fds[0], EV_READ);
    ev_io_start(guard->loop, &guard->readable);
    return 0;
}
