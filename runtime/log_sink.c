#include "log_sink.h"

#include "log_escape.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define SELF_NAME "a3s"
/* So much is collected before a write is tried within a turn of the loop. */
#define WRITE_BYTES (64u << 10)
/* Once lines are lost, more are, until the backlog is down to this: few gaps rather than many. */
#define RESUME_BYTES (LOG_BACKLOG_MAX / 2)

/* SGR colours that can be read on dark and on light ground; red is for stderr. */
static const unsigned char palette[] = {36, 33, 32, 35, 34, 96, 93, 92, 95, 94};

/* ---- A line as text ---- */

static void add_clock(struct log_terminal *terminal, int64_t time_ms)
{
    int64_t second = time_ms / 1000;
    if (second != terminal->second || !terminal->clock[0]) {
        time_t time = (time_t)second;
        struct tm local = {0};
        localtime_r(&time, &local);
        strftime(terminal->clock, sizeof terminal->clock, "%H:%M:%S", &local);
        terminal->second = second;
    }
    int ms = (int)(time_ms % 1000);
    char digits[4] = {'.', (char)('0' + ms / 100), (char)('0' + ms / 10 % 10),
                      (char)('0' + ms % 10)};
    strbuf_adds(&terminal->backlog, terminal->clock);
    strbuf_add(&terminal->backlog, digits, sizeof digits);
}

static const char *line_name(const struct log_terminal *terminal, uint32_t service)
{
    return service < terminal->name_count ? terminal->names[service] : SELF_NAME;
}

static void add_name(struct log_terminal *terminal, uint32_t service)
{
    struct strbuf *out = &terminal->backlog;
    const char *name = line_name(terminal, service);
    size_t length = strlen(name);
    if (terminal->color && service < terminal->name_count)
        strbuf_addf(out, "\x1b[%um", palette[service % sizeof palette]);
    else if (terminal->color)
        strbuf_adds(out, "\x1b[1m");
    strbuf_add(out, name, length);
    if (terminal->color)
        strbuf_adds(out, "\x1b[0m");
    strbuf_addn(out, ' ', terminal->width > length ? terminal->width - length : 0);
}

static void add_bar(struct log_terminal *terminal, const struct log_line *line)
{
    static const char *const bars[LOG_STREAM_COUNT][2] = {{"│", "┆"}, {"┃", "┇"}};
    const char *bar = bars[line->stream == LOG_STDERR][line->continued];
    bool red = terminal->color && line->stream == LOG_STDERR;
    strbuf_adds(&terminal->backlog, red ? " \x1b[31m" : " ");
    strbuf_adds(&terminal->backlog, bar);
    strbuf_adds(&terminal->backlog, red ? "\x1b[0m " : " ");
}

static void add_line(struct log_terminal *terminal, const struct log_line *line)
{
    struct strbuf *out = &terminal->backlog;
    struct str text = {line->text, line->length};
    if (terminal->color)
        strbuf_adds(out, "\x1b[2m");
    add_clock(terminal, line->time_ms);
    strbuf_adds(out, terminal->color ? "\x1b[0m " : " ");
    add_name(terminal, line->service);
    add_bar(terminal, line);
    if (!terminal->tty)
        strbuf_add_str(out, text);
    else if (log_escape(out, text))
        strbuf_adds(out,
                    "\x1b[0m"); /* a colour that the line leaves on must not run into the next */
    strbuf_addc(out, '\n');
}

static void add_lost(struct log_terminal *terminal)
{
    char text[64];
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    int length = snprintf(text, sizeof text, "%llu line%s not shown",
                          (unsigned long long)terminal->lost, terminal->lost == 1 ? "" : "s");
    struct log_line line = {.time_ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000,
                            .service = LOGS_SELF,
                            .stream = LOG_STDOUT,
                            .length = (uint32_t)length,
                            .text = text};
    terminal->lost = 0;
    add_line(terminal, &line);
}

/* ---- Writing without blocking ---- */

static size_t pending_bytes(const struct log_terminal *terminal)
{
    return terminal->backlog.len - terminal->sent;
}

static ssize_t write_some(const struct log_terminal *terminal, const char *bytes, size_t size)
{
    struct pollfd room = {.fd = terminal->fd, .events = POLLOUT};
    switch (terminal->output) {
    case LOG_OUTPUT_SOCKET: return send(terminal->fd, bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL);
    case LOG_OUTPUT_POLL:
        if (poll(&room, 1, 0) <= 0) {
            errno = EAGAIN;
            return -1;
        }
        return write(terminal->fd, bytes, size < PIPE_BUF ? size : PIPE_BUF);
    default: return write(terminal->fd, bytes, size);
    }
}

static void clear_backlog(struct log_terminal *terminal)
{
    strbuf_clear(&terminal->backlog);
    terminal->sent = 0;
}

static void drop_sink(struct log_terminal *terminal)
{
    ev_io_stop(terminal->loop, &terminal->writable);
    if (terminal->output == LOG_OUTPUT_NONBLOCK)
        close(terminal->fd);
    terminal->fd = -1;
    strbuf_finish(&terminal->backlog);
    terminal->sent = 0;
}

/* The disk is full, say: what waits is lost, the next lines may fit again. */
static void lose_backlog(struct log_terminal *terminal)
{
    for (size_t i = terminal->sent; i < terminal->backlog.len; i++)
        terminal->lost += terminal->backlog.ptr[i] == '\n';
    clear_backlog(terminal);
}

static void on_write_error(struct log_terminal *terminal, int error)
{
    if (error == EAGAIN)
        ev_io_start(terminal->loop, &terminal->writable);
    else if (error == ENOSPC || error == EDQUOT || error == EFBIG)
        lose_backlog(terminal);
    else
        drop_sink(terminal); /* EPIPE, EIO: nobody reads it any more */
}

/* Writes until all is written or the descriptor takes no more. */
static void write_backlog(struct log_terminal *terminal)
{
    while (terminal->fd >= 0 && pending_bytes(terminal)) {
        ssize_t size =
            write_some(terminal, terminal->backlog.ptr + terminal->sent, pending_bytes(terminal));
        if (size < 0 && errno == EINTR)
            continue;
        if (size < 0) {
            on_write_error(terminal, errno);
            return;
        }
        terminal->sent += (size_t)size;
    }
    clear_backlog(terminal);
}

static bool is_blocked(const struct log_terminal *terminal)
{
    return ev_is_active(&terminal->writable);
}

static void flush(struct log_terminal *terminal)
{
    if (is_blocked(terminal) || terminal->fd < 0)
        return;
    write_backlog(terminal);
    if (terminal->lost && terminal->fd >= 0 && !is_blocked(terminal) && !pending_bytes(terminal)) {
        add_lost(terminal);
        write_backlog(terminal);
    }
}

static void on_writable(struct ev_loop *loop, ev_io *watcher, int events)
{
    (void)events;
    ev_io_stop(loop, watcher);
    flush(watcher->data);
}

/* ---- The sink ---- */

/* Moves what waits to the front, so that the memory stays near what is waiting. */
static void compact(struct log_terminal *terminal)
{
    if (terminal->sent < RESUME_BYTES)
        return;
    size_t pending = pending_bytes(terminal);
    memmove(terminal->backlog.ptr, terminal->backlog.ptr + terminal->sent, pending);
    terminal->backlog.len = pending;
    terminal->sent = 0;
}

static bool has_room(const struct log_terminal *terminal, const struct log_line *line)
{
    size_t pending = pending_bytes(terminal);
    if (terminal->lost)
        return pending <= RESUME_BYTES;
    return pending + line->length + 128 <= LOG_BACKLOG_MAX;
}

static void on_line(struct log_sink *sink, const struct log_line *line)
{
    struct log_terminal *terminal = (struct log_terminal *)sink;
    if (terminal->fd < 0)
        return;
    if (!has_room(terminal, line)) {
        terminal->lost++;
        return;
    }
    compact(terminal);
    if (terminal->lost)
        add_lost(terminal);
    add_line(terminal, line);
    if (pending_bytes(terminal) >= WRITE_BYTES)
        flush(terminal);
}

static void on_flush(struct log_sink *sink)
{
    flush((struct log_terminal *)sink);
}
_Static_assert(offsetof(struct log_terminal, sink) == 0, "a sink is its terminal");

/* Terminals and pipes get an open file description of our own; see the header. */
static void choose_output(struct log_terminal *terminal, int fd)
{
    struct stat info;
    char path[32];
    terminal->fd = fd;
    terminal->output = LOG_OUTPUT_POLL;
    if (fstat(fd, &info) < 0) {
        terminal->fd = -1;
    } else if (S_ISREG(info.st_mode) || S_ISBLK(info.st_mode)) {
        terminal->output = LOG_OUTPUT_FILE;
    } else if (S_ISSOCK(info.st_mode)) {
        terminal->output = LOG_OUTPUT_SOCKET;
    } else {
        snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
        int own = open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
        if (own >= 0) {
            terminal->fd = own;
            terminal->output = LOG_OUTPUT_NONBLOCK;
        }
    }
}

static uint32_t widest(const char *const *names, uint32_t count)
{
    size_t width = strlen(SELF_NAME);
    for (uint32_t i = 0; i < count; i++)
        if (strlen(names[i]) > width)
            width = strlen(names[i]);
    return (uint32_t)width;
}

void log_terminal_init(struct log_terminal *terminal, struct ev_loop *loop, int fd,
                       const char *const *names, uint32_t count, bool color)
{
    *terminal = (struct log_terminal){
        .sink = {.write = on_line, .flush = on_flush},
        .loop = loop,
        .names = names,
        .name_count = count,
        .width = widest(names, count),
        .tty = isatty(fd),
        .color = color,
    };
    choose_output(terminal, fd);
    ev_io_init(&terminal->writable, on_writable, terminal->fd, EV_WRITE);
    terminal->writable.data = terminal;
}

void log_terminal_rename(struct log_terminal *terminal, const char *const *names, uint32_t count)
{
    terminal->names = names;
    terminal->name_count = count;
    terminal->width = widest(names, count);
}

void log_terminal_finish(struct log_terminal *terminal)
{
    if (!terminal->loop)
        return;
    flush(terminal);
    if (terminal->fd >= 0)
        drop_sink(terminal);
    terminal->loop = NULL;
}

static int64_t monotonic_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void log_terminal_drain(struct log_terminal *terminal, int ms)
{
    int64_t end = monotonic_ms() + ms;
    for (;;) {
        if (!terminal->loop || terminal->fd < 0)
            return;
        ev_io_stop(terminal->loop, &terminal->writable);
        flush(terminal);
        int64_t left = end - monotonic_ms();
        if (!pending_bytes(terminal) || left <= 0)
            return;
        struct pollfd room = {.fd = terminal->fd, .events = POLLOUT};
        if (poll(&room, 1, (int)left) < 0 && errno != EINTR)
            return;
    }
}
