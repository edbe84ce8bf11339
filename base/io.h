/* Files and descriptors, with the few habits that everything here shares: close-on-exec always,
 * short reads and EINTR handled, negative errno on failure. */
#ifndef BASE_IO_H
#define BASE_IO_H

#include "arena.h"
#include "str.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Reads a regular file (or a pipe) whole; the bytes are on the heap with a NUL behind them, the
 * caller frees. More than limit bytes: -EFBIG, before they are read. A directory: -EISDIR. */
int io_read_file(const char *path, size_t limit, char **out_bytes, size_t *out_size);
int io_read_fd(int fd, size_t limit, char **out_bytes, size_t *out_size);
/* The same, into the arena; what was read of a file that is then refused stays there too. */
int io_load_file(struct arena *arena, const char *path, size_t limit, struct str *out_text);
int io_load_fd(struct arena *arena, int fd, size_t limit, struct str *out_text);

/* All bytes or a negative errno. */
int io_write_all(int fd, const void *bytes, size_t size);

/* Replaces path by the bytes: written beside it, synced, renamed, the folder synced. On failure the
 * old file is untouched and nothing is left beside it. */
int io_write_atomic(const char *path, const void *bytes, size_t size, mode_t mode);
/* As io_write_atomic, for a file that is not there yet: -EEXIST if it is, whoever made it. */
int io_create_atomic(const char *path, const void *bytes, size_t size, mode_t mode);

/* Both ends close-on-exec; nonblock sets O_NONBLOCK on the read end only. */
int io_pipe(int out_fds[2], bool nonblock_read);
int io_set_nonblock(int fd, bool on);
/* Closes *fd if it is not negative and sets it to -1. */
void io_close(int *fd);

#endif
