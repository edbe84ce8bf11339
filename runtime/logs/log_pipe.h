/* Where a service's output comes in: the read end of a pipe, or of a pseudo terminal, in the loop.
 *
 * Lines end at "\n", a "\r" before it is dropped; a line without end is given after 100 ms. What a
 * service writes at once comes in one batch, or in batches with nothing between them, up to what a
 * pipe holds (64 KiB). Never blocks.
 */
#ifndef RUNTIME_LOG_PIPE_H
#define RUNTIME_LOG_PIPE_H

#include "log_split.h"

#include <ev.h>
#include <stdbool.h>
#include <sys/ioctl.h>

#define LOG_READ_BYTES (64u << 10) /* of the buffer that all pipes share */

struct log_pipe {
    struct ev_loop *loop;
    char *buffer; /* LOG_READ_BYTES, the owner's */
    ev_io readable;
    ev_timer partial; /* gives an unfinished line */
    struct log_split split;
    ev_tstamp last; /* when bytes came last */
    int fd;         /* -1: closed */
    bool terminal;
    uint8_t stream; /* enum log_stream */
    log_split_fn *on_batch;
    void *ctx;
};

void log_pipe_init(struct log_pipe *pipe, struct ev_loop *loop, char *buffer,
                   enum log_stream stream, log_split_fn *on_batch, void *ctx);
/* Takes fd, which does not block. */
void log_pipe_start(struct log_pipe *pipe, int fd, bool terminal);
/* While it is held nothing is read but by log_pipe_drain. */
void log_pipe_hold(struct log_pipe *pipe, bool held);
/* Takes in what is there now, at most budget bytes. */
void log_pipe_drain(struct log_pipe *pipe, size_t budget);
/* Ends an unfinished line; what has not been read is lost. */
void log_pipe_close(struct log_pipe *pipe);
/* The size of its terminal, if it is one: its processes get SIGWINCH. */
void log_pipe_resize(struct log_pipe *pipe, const struct winsize *size);

/* A pseudo terminal of that size: the end for log_pipe_start, and the two that are stdout and
 * stderr, blocking and close-on-exec. 0 or a negative errno. */
int log_pipe_open_terminal(const struct winsize *size, int *out_master,
                           int out_fds[LOG_STREAM_COUNT]);

#endif
