#include "log_file.h"

#include "clock.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* So much is collected before a write is tried within a turn of the loop. */
#define WRITE_BYTES (64u << 10)
/* Between two tries, and between two looks whether the file is still there. */
#define LOOK_MS 1000

/* What the file's last line waits for: a stream, or one of these. */
enum { LINE_ENDED = -1, STREAM_ENDED = LOG_STREAM_COUNT };

static void set_error(struct log_file *file, int error)
{
    file->error = error;
    if (!file->told)
        file->on_news(file->ctx);
}

/* ---- Opening ---- */

static void close_fd(struct log_file *file)
{
    if (file->is_open)
        close(file->fd);
    file->is_open = false;
}

static int make_folders(const char *path)
{
    char folder[PATH_MAX];
    if (snprintf(folder, sizeof folder, "%s", path) >= (int)sizeof folder)
        return -ENAMETOOLONG;
    for (char *slash = folder; (slash = strchr(slash + 1, '/'));) {
        *slash = '\0';
        if (mkdir(folder, 0777) < 0 && errno != EEXIST && errno != EROFS && errno != EACCES)
            return -errno;
        *slash = '/';
    }
    return 0;
}

static int open_path(const char *path)
{
    /* O_NONBLOCK: a FIFO would hold up everything. */
    const int flags =
        O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
    int fd = open(path, flags, 0600);
    if (fd < 0 && errno == ENOENT) {
        int error = make_folders(path);
        if (error)
            return error;
        fd = open(path, flags, 0600);
    }
    return fd < 0 ? -errno : fd;
}

static int open_file(struct log_file *file)
{
    struct stat info;
    int fd = open_path(file->setup.path);
    if (fd < 0)
        return fd;
    int error = fstat(fd, &info) < 0 ? -errno : 0;
    if (!error && (!S_ISREG(info.st_mode) || info.st_uid != geteuid()))
        error = -EPERM;
    if (error) {
        close(fd);
        return error;
    }
    file->fd = fd;
    file->is_open = true;
    file->torn = false;
    file->device = info.st_dev;
    file->inode = info.st_ino;
    file->size = (uint64_t)info.st_size;
    return 0;
}

/* Somebody has moved or removed it: what is written would not be found. */
static void look(struct log_file *file)
{
    struct stat info;
    if (lstat(file->setup.path, &info) == 0 && info.st_dev == file->device &&
        info.st_ino == file->inode)
        file->size = (uint64_t)info.st_size; /* it may have been cut */
    else
        close_fd(file);
}

static bool make_ready(struct log_file *file)
{
    int64_t now = clock_ms();
    bool is_due = !file->looked_ms || now - file->looked_ms >= LOOK_MS;
    if (file->error && !is_due)
        return false;
    if (is_due) {
        file->looked_ms = now;
        if (file->is_open)
            look(file);
    }
    int error = file->is_open ? 0 : open_file(file);
    if (error)
        set_error(file, error);
    return !error;
}

/* ---- Rotation ---- */

static void aside(const struct log_file *file, uint32_t number, char out_path[PATH_MAX])
{
    snprintf(out_path, PATH_MAX, "%s.%" PRIu32, file->setup.path, number);
}

/* Those that an earlier setting kept; others of such a name may be anybody's. */
static void remove_beyond(struct log_file *file)
{
    char path[PATH_MAX];
    for (; file->kept > file->setup.keep; file->kept--) {
        aside(file, file->kept, path);
        unlink(path);
    }
}

/* path.1 becomes path.2, and so on up to the first gap. */
static int shift(const struct log_file *file)
{
    char from[PATH_MAX], to[PATH_MAX];
    uint32_t gap = 1;
    for (; gap < file->setup.keep; gap++) {
        aside(file, gap, from);
        if (access(from, F_OK) < 0)
            break;
    }
    for (uint32_t number = gap; number-- > 1;) {
        aside(file, number, from);
        aside(file, number + 1, to);
        if (rename(from, to) < 0)
            return -errno;
    }
    aside(file, 1, to);
    return rename(file->setup.path, to) < 0 ? -errno : 0;
}

/* If it cannot be put aside it grows on. */
static void rotate(struct log_file *file)
{
    int error = file->setup.keep ? shift(file) : unlink(file->setup.path) < 0 ? -errno : 0;
    remove_beyond(file);
    file->stuck = error;
    if (error) {
        file->stuck_ms = clock_ms();
        if (!file->stuck_told)
            file->on_news(file->ctx);
        return;
    }
    close_fd(file);
    error = open_file(file);
    if (error)
        set_error(file, error);
}

static bool may_rotate(const struct log_file *file)
{
    return !file->stuck || clock_ms() - file->stuck_ms >= LOOK_MS;
}

/* ---- Writing ---- */

/* Whole lines that still fit into the file, as bytes; 0: none. */
static size_t fitting(const struct log_file *file, struct str bytes)
{
    uint64_t max = file->setup.max_size;
    size_t room = max > file->size ? (size_t)(max - file->size) : 0;
    if (bytes.len <= room)
        return bytes.len;
    const char *newline = memrchr(bytes.ptr, '\n', room);
    return newline ? (size_t)(newline + 1 - bytes.ptr) : 0;
}

static size_t first_line(struct str bytes)
{
    const char *newline = memchr(bytes.ptr, '\n', bytes.len);
    return newline ? (size_t)(newline + 1 - bytes.ptr) : bytes.len;
}

static int write_bytes(struct log_file *file, struct str *bytes, size_t size)
{
    while (size) {
        ssize_t written = write(file->fd, bytes->ptr, size);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return -errno;
        file->torn = bytes->ptr[written - 1] != '\n';
        file->size += (uint64_t)written;
        size -= (size_t)written;
        *bytes = (struct str){bytes->ptr + written, bytes->len - (size_t)written};
    }
    return 0;
}

/* After a failure, when its rest is lost. */
static int end_torn_line(struct log_file *file)
{
    struct str end = STR("\n");
    return file->error && file->torn ? write_bytes(file, &end, end.len) : 0;
}

static uint64_t count_lines(struct str bytes)
{
    uint64_t count = 0;
    for (size_t i = 0; i < bytes.len; i++)
        count += bytes.ptr[i] == '\n';
    return count;
}

static void recovered(struct log_file *file)
{
    file->error = 0;
    if (file->told)
        file->on_news(file->ctx);
}

/* What could not be written is in bytes. */
static void write_pending(struct log_file *file, struct str *bytes)
{
    while (bytes->len && file->is_open) {
        size_t size = fitting(file, *bytes);
        if (!size && file->size && may_rotate(file)) {
            rotate(file);
            continue;
        }
        int error = end_torn_line(file);
        if (!error)
            error = write_bytes(file, bytes, size ? size : first_line(*bytes));
        if (error) {
            set_error(file, error);
            return;
        }
        if (file->error)
            recovered(file);
    }
}

static void flush(struct log_file *file)
{
    struct str bytes = strbuf_str(&file->pending);
    if (bytes.len && make_ready(file))
        write_pending(file, &bytes);
    file->lost += count_lines(bytes);
    strbuf_clear(&file->pending);
}

/* ---- The sink ---- */

static void on_batch(struct log_sink *sink, const struct log_batch *batch)
{
    struct log_file *file = (struct log_file *)sink;
    bool goes_on = batch->continued && file->unfinished == batch->stream;
    if (file->unfinished != LINE_ENDED && !goes_on)
        strbuf_addc(&file->pending, '\n');
    strbuf_add_str(&file->pending, batch->bytes);
    file->unfinished = str_has_suffix(batch->bytes, STR("\n")) ? LINE_ENDED
                       : batch->open                           ? batch->stream
                                                               : STREAM_ENDED;
    if (file->pending.len >= WRITE_BYTES)
        flush(file);
}

static void on_flush(struct log_sink *sink)
{
    flush((struct log_file *)sink);
}
_Static_assert(offsetof(struct log_file, sink) == 0, "a sink is its file");

/* ---- Life ---- */

void log_file_init(struct log_file *file, const struct log_file_setup *setup,
                   void (*on_news)(void *ctx), void *ctx)
{
    *file = (struct log_file){.sink = {.write = on_batch, .flush = on_flush, .single = true},
                              .unfinished = LINE_ENDED,
                              .on_news = on_news,
                              .ctx = ctx};
    log_file_set(file, setup);
}

void log_file_set(struct log_file *file, const struct log_file_setup *setup)
{
    file->setup = *setup;
    file->kept = setup->keep > file->kept ? setup->keep : file->kept;
    file->sink.service = setup->service;
}

void log_file_close(struct log_file *file)
{
    if (file->pending.len)
        flush(file);
    close_fd(file);
    strbuf_finish(&file->pending);
}

static const char *error_text(int error)
{
    return error == -EPERM   ? "it is no regular file of your own"
           : error == -ELOOP ? "it is a symbolic link"
                             : strerror(-error);
}

static bool stuck_news(struct log_file *file, struct strbuf *out)
{
    if (!file->stuck || file->stuck_told)
        return false;
    file->stuck_told = true;
    strbuf_addf(out, "cannot put its log %s aside: %s; it grows on", file->setup.shown,
                strerror(-file->stuck));
    return true;
}

bool log_file_news(struct log_file *file, struct strbuf *out)
{
    bool bad = file->error != 0;
    if (bad == file->told)
        return stuck_news(file, out);
    file->told = bad;
    if (bad) {
        strbuf_addf(out, "cannot write its log to %s: %s; its lines are lost there until it can",
                    file->setup.shown, error_text(file->error));
        return true;
    }
    strbuf_addf(out, "its log is written to %s again; %" PRIu64 " line%s missing",
                file->setup.shown, file->lost, file->lost == 1 ? " is" : "s are");
    file->lost = 0;
    return false;
}
