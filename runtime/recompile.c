#include "recompile.h"

#include "io.h"
#include "process.h"

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#define READ_BYTES (64u << 10)
#define PART_MAX   (2u * PLAN_SIZE_MAX)

/* What comes first through the pipe; the parts follow. */
struct head {
    uint32_t valid;
    uint32_t sizes[UPDATE_PART_COUNT];
};

/* ---- The child ---- */

/* Behind the standard streams there is nothing but the pipe: who holds a channel of a guard's would
 * keep it from noticing that the daemon has died. */
static void be_alone(int pipe, pid_t parent)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) /* it died before the line above */
        _exit(1);
    if (dup2(pipe, STDERR_FILENO + 1) < 0)
        _exit(1);
    process_close_from(STDERR_FILENO + 2);
}

static void make(const struct update_source *source, const struct plan *current,
                 const json_t *variables)
{
    struct update update = {0};
    source->make(source->ctx, current, variables, &update);
    struct head head = {.valid = update.valid};
    for (int i = 0; i < UPDATE_PART_COUNT; i++)
        head.sizes[i] = (uint32_t)update.parts[i].len;
    int error = io_write_all(STDERR_FILENO + 1, &head, sizeof head);
    for (int i = 0; i < UPDATE_PART_COUNT && !error; i++)
        error = io_write_all(STDERR_FILENO + 1, update.parts[i].ptr, update.parts[i].len);
    _exit(error ? 1 : 0);
}

/* ---- The daemon ---- */

static bool split(const struct strbuf *bytes, struct update *out_update)
{
    struct head head;
    if (bytes->len < sizeof head)
        return false;
    memcpy(&head, bytes->ptr, sizeof head);
    size_t at = sizeof head;
    for (int i = 0; i < UPDATE_PART_COUNT; i++) {
        if (head.sizes[i] > PART_MAX || head.sizes[i] > bytes->len - at)
            return false;
        strbuf_add(&out_update->parts[i], bytes->ptr + at, head.sizes[i]);
        at += head.sizes[i];
    }
    out_update->valid = head.valid;
    return at == bytes->len;
}

void recompile_stop(struct recompile *recompile)
{
    if (!recompile->pid)
        return;
    if (!recompile->reaped)
        kill(recompile->pid, SIGKILL);
    ev_io_stop(recompile->loop, &recompile->readable);
    ev_timer_stop(recompile->loop, &recompile->deadline);
    close(recompile->readable.fd);
    strbuf_finish(&recompile->bytes);
    recompile->pid = 0;
}

bool recompile_exited(struct recompile *recompile, pid_t pid)
{
    if (!recompile->pid || recompile->pid != pid)
        return false;
    recompile->reaped = true;
    return true;
}

static void conclude(struct recompile *recompile, const char *trouble)
{
    struct update update = {0};
    if (!trouble && !split(&recompile->bytes, &update))
        trouble = "the compiler ended before it had said anything; this is a fault in a3s";
    if (trouble) {
        update_finish(&update);
        update = (struct update){0};
        strbuf_addf(&update.parts[UPDATE_TEXT], "%s\n", trouble);
    }
    recompile_stop(recompile);
    recompile->on_made(recompile->ctx, &update);
    update_finish(&update);
}

static void on_readable(struct ev_loop *loop, ev_io *watcher, int events)
{
    (void)loop;
    (void)events;
    struct recompile *recompile = watcher->data;
    char bytes[READ_BYTES];
    ssize_t n = read(watcher->fd, bytes, sizeof bytes);
    if (n > 0)
        strbuf_add(&recompile->bytes, bytes, (size_t)n);
    else if (n == 0 || (errno != EAGAIN && errno != EINTR))
        conclude(recompile, NULL);
}

static void on_deadline(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)loop;
    (void)events;
    conclude(timer->data, "compiling took more than 10 s, and was given up");
}
_Static_assert((int)RECOMPILE_SECONDS == 10, "as the sentence says");

void recompile_init(struct recompile *recompile, struct ev_loop *loop,
                    void (*on_made)(void *ctx, const struct update *update), void *ctx)
{
    *recompile = (struct recompile){.loop = loop, .on_made = on_made, .ctx = ctx};
    ev_init(&recompile->readable, on_readable);
    ev_init(&recompile->deadline, on_deadline);
    recompile->readable.data = recompile->deadline.data = recompile;
}

/* No signal may run a handler of the daemon's in the child: they share the loop's own pipe. */
static pid_t fork_silent(void)
{
    sigset_t all, before;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, &before);
    fflush(NULL);
    pid_t pid = fork();
    if (pid != 0)
        sigprocmask(SIG_SETMASK, &before, NULL);
    return pid;
}

int recompile_start(struct recompile *recompile, const struct update_source *source,
                    const struct plan *current, const json_t *variables)
{
    int fds[2];
    int error = io_pipe(fds, true);
    if (error)
        return error;
    pid_t parent = getpid(), pid = fork_silent();
    error = -errno;
    if (pid == 0) {
        be_alone(fds[1], parent);
        make(source, current, variables);
    }
    close(fds[1]);
    if (pid < 0) {
        close(fds[0]);
        return error;
    }
    recompile->pid = pid;
    recompile->reaped = false;
    ev_io_set(&recompile->readable, fds[0], EV_READ);
    ev_io_start(recompile->loop, &recompile->readable);
    ev_now_update(recompile->loop);
    ev_timer_set(&recompile->deadline, RECOMPILE_SECONDS, 0.);
    ev_timer_start(recompile->loop, &recompile->deadline);
    return 0;
}
