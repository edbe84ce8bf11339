/* Bytes to a descriptor that is shared with others, without ever blocking.
 *
 * The descriptor's open file description may be the user's shell's, too, so O_NONBLOCK is never set
 * on it: terminals and pipes are opened anew through /proc/self/fd, sockets get MSG_DONTWAIT, files
 * do not block, and what is none of these is written in pieces after poll(2) said there is room.
 * The owner ignores SIGPIPE. A zeroed output can be finished.
 */
#ifndef RUNTIME_LOG_OUTPUT_H
#define RUNTIME_LOG_OUTPUT_H

#include "str.h"

#include <ev.h>
#include <stdint.h>

/* How a descriptor is written to. */
enum log_output_kind { LOG_OUTPUT_NONBLOCK, LOG_OUTPUT_SOCKET, LOG_OUTPUT_FILE, LOG_OUTPUT_POLL };

struct log_output {
    struct ev_loop *loop; /* NULL: zeroed */
    ev_io writable;       /* active while the descriptor takes nothing */
    int fd; /* ours with LOG_OUTPUT_NONBLOCK, else the caller's; -1: nobody reads it any more */
    enum log_output_kind kind;
    struct strbuf backlog; /* the owner adds to it; bytes from sent on are still to be written */
    size_t sent;
    uint64_t lost;              /* lines; the owner's to add to, to tell and to set to zero */
    void (*on_room)(void *ctx); /* the descriptor takes bytes again */
    void *ctx;
};

/* fd stays the caller's and stays open until finish. */
void log_output_init(struct log_output *output, struct ev_loop *loop, int fd,
                     void (*on_room)(void *ctx), void *ctx);
void log_output_finish(struct log_output *output);

/* Writes until all is written or the descriptor takes no more. A full disk loses what waits; its
 * lines are added to lost. */
void log_output_flush(struct log_output *output);
size_t log_output_pending(const struct log_output *output); /* bytes */
bool log_output_is_blocked(const struct log_output *output);
/* Waits up to ms milliseconds until more can be written. False: no use in waiting on. */
bool log_output_wait(struct log_output *output, int ms);

#endif
