#include "io.h"

#include "mem.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

void io_close(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

int io_set_nonblock(int fd, bool on)
{
    int flags = fcntl(fd, F_GETFL);
    if (flags < 0)
        return -errno;
    int wanted = on ? flags | O_NONBLOCK : flags & ~O_NONBLOCK;
    if (wanted != flags && fcntl(fd, F_SETFL, wanted) < 0)
        return -errno;
    return 0;
}

int io_pipe(int out_fds[2], bool nonblock_read)
{
    int fds[2];
    if (pipe2(fds, O_CLOEXEC) < 0)
        return -errno;
    if (nonblock_read) {
        int error = io_set_nonblock(fds[0], true);
        if (error) {
            io_close(&fds[0]);
            io_close(&fds[1]);
            return error;
        }
    }
    out_fds[0] = fds[0];
    out_fds[1] = fds[1];
    return 0;
}

int io_write_all(int fd, const void *bytes, size_t size)
{
    const char *at = bytes;
    while (size) {
        ssize_t n = write(fd, at, size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        at += n;
        size -= (size_t)n;
    }
    return 0;
}

/* A larger buffer for a file that is being read: in the arena, or on the heap without one. */
static char *grow(struct arena *arena, char *bytes, size_t size, size_t capacity)
{
    if (!arena)
        return mem_grow(bytes, capacity, 1);
    char *grown = arena_alloc(arena, capacity, 1);
    if (size)
        memcpy(grown, bytes, size);
    return grown;
}

/* Without an arena the caller frees *out_bytes, on failure too. */
static int read_whole(struct arena *arena, int fd, size_t limit, char **out_bytes, size_t *out_size)
{
    struct stat info;
    if (fstat(fd, &info) < 0)
        return -errno;
    if (S_ISDIR(info.st_mode))
        return -EISDIR;
    if (S_ISREG(info.st_mode) && (uint64_t)info.st_size > limit)
        return -EFBIG;

    /* One byte more than expected, so that the end is seen without growing. */
    size_t capacity = S_ISREG(info.st_mode) ? (size_t)info.st_size + 2 : 64u << 10, size = 0;
    char *bytes = *out_bytes = grow(arena, NULL, 0, capacity);
    for (;;) {
        if (size + 1 >= capacity)
            bytes = *out_bytes = grow(arena, bytes, size, capacity *= 2);
        ssize_t n = read(fd, bytes + size, capacity - size - 1);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        if (n == 0)
            break;
        if ((size += (size_t)n) > limit)
            return -EFBIG;
    }
    bytes[size] = '\0';
    *out_size = size;
    return 0;
}

static int open_to_read(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    return fd < 0 ? -errno : fd;
}

int io_read_fd(int fd, size_t limit, char **out_bytes, size_t *out_size)
{
    char *bytes = NULL;
    int error = read_whole(NULL, fd, limit, &bytes, out_size);
    if (error)
        free(bytes);
    else
        *out_bytes = bytes;
    return error;
}

int io_read_file(const char *path, size_t limit, char **out_bytes, size_t *out_size)
{
    int fd = open_to_read(path);
    if (fd < 0)
        return fd;
    int error = io_read_fd(fd, limit, out_bytes, out_size);
    io_close(&fd);
    return error;
}

int io_load_fd(struct arena *arena, int fd, size_t limit, struct str *out_text)
{
    char *bytes;
    size_t size;
    int error = read_whole(arena, fd, limit, &bytes, &size);
    if (!error)
        *out_text = (struct str){bytes, size};
    return error;
}

int io_load_file(struct arena *arena, const char *path, size_t limit, struct str *out_text)
{
    int fd = open_to_read(path);
    if (fd < 0)
        return fd;
    int error = io_load_fd(arena, fd, limit, out_text);
    io_close(&fd);
    return error;
}

static int write_and_sync(int fd, const void *bytes, size_t size, mode_t mode)
{
    int error = io_write_all(fd, bytes, size);
    if (!error && fchmod(fd, mode) < 0)
        error = -errno;
    if (!error && fsync(fd) < 0)
        error = -errno;
    return error;
}

static void sync_folder_of(const char *path)
{
    char folder[PATH_MAX];
    const char *slash = strrchr(path, '/');
    size_t length = slash ? (size_t)(slash - path) + 1 : 1;
    if (length >= sizeof folder)
        return;
    memcpy(folder, slash ? path : ".", length);
    folder[length] = '\0';
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0)
        fsync(fd); /* some file systems cannot; the rename is done all the same */
    io_close(&fd);
}

/* Not every file system can rename so; those that cannot have links. */
static int rename_to_new(const char *from, const char *path)
{
    if (renameat2(AT_FDCWD, from, AT_FDCWD, path, RENAME_NOREPLACE) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return -errno;
    if (link(from, path) < 0)
        return -errno;
    unlink(from);
    return 0;
}

static int rename_over(const char *from, const char *path)
{
    return rename(from, path) < 0 ? -errno : 0;
}

static int write_and_move(const char *path, const void *bytes, size_t size, mode_t mode,
                          int (*move)(const char *from, const char *path))
{
    char beside[PATH_MAX];
    int length = snprintf(beside, sizeof beside, "%s.XXXXXX", path);
    if (length < 0 || (size_t)length >= sizeof beside)
        return -ENAMETOOLONG;
    int fd = mkostemp(beside, O_CLOEXEC);
    if (fd < 0)
        return -errno;
    int error = write_and_sync(fd, bytes, size, mode);
    if (close(fd) < 0 && !error)
        error = -errno;
    if (!error)
        error = move(beside, path);
    if (error)
        unlink(beside);
    else
        sync_folder_of(path);
    return error;
}

int io_write_atomic(const char *path, const void *bytes, size_t size, mode_t mode)
{
    return write_and_move(path, bytes, size, mode, rename_over);
}

int io_create_atomic(const char *path, const void *bytes, size_t size, mode_t mode)
{
    return write_and_move(path, bytes, size, mode, rename_to_new);
}
