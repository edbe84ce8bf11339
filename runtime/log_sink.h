/* Where log lines go: one small interface, and its first implementation, the daemon's stdout.
 *
 * A sink is embedded in its owner (the terminal below, a control client that follows), attached to
 * the logs with logs_attach and gets every line from then on until logs_detach, whatever happens to
 * the processes behind the services.
 */
#ifndef RUNTIME_LOG_SINK_H
#define RUNTIME_LOG_SINK_H

#include "log_ring.h"
#include "str.h"

#include <ev.h>

struct log_sink {
    /* A line. May detach this or any sink; must not print into the logs. */
    void (*write)(struct log_sink *sink, const struct log_line *line);
    /* No more lines in this turn of the loop; NULL if it does not matter. Called only after a
     * write; may detach. */
    void (*flush)(struct log_sink *sink);
    /* The services have got other indices (logs_renumber): wanted is to be set anew. NULL: the
     * owner sets it. */
    void (*renumbered)(struct log_sink *sink);
    /* Which services it wants: one entry a service, then one for a3s itself. NULL: all. The
     * owner's, unchanged while attached. */
    const bool *wanted;
    struct log_sink *next; /* of the logs it is attached to */
    bool attached, dirty;  /* dirty: written to since the last flush */
};

/* Lines to people: "12:03:04.123 gateway │ text", on a terminal in colour and with everything that
 * is neither UTF-8 nor a colour sequence escaped; elsewhere the bytes pass as they are.
 *
 * Never blocks and holds at most LOG_BACKLOG_MAX bytes: what exceeds it is counted, and the count
 * is one line in its place. The descriptor's open file description may be shared with the user's
 * shell, so O_NONBLOCK is never set on it: terminals and pipes are opened anew through
 * /proc/self/fd, sockets get MSG_DONTWAIT, files do not block, and what is none of these is
 * written in pieces after poll(2) said there is room. The owner ignores SIGPIPE.
 */
#define LOG_BACKLOG_MAX (1u << 20)

/* How a descriptor is written to without ever blocking. */
enum log_output { LOG_OUTPUT_NONBLOCK, LOG_OUTPUT_SOCKET, LOG_OUTPUT_FILE, LOG_OUTPUT_POLL };

struct log_terminal {
    struct log_sink sink; /* attach this one */
    struct ev_loop *loop;
    ev_io writable;           /* active while the descriptor takes nothing */
    const char *const *names; /* one a service, the owner's */
    uint32_t name_count;
    uint32_t width; /* bytes of the longest name, "a3s" included */
    int fd;         /* ours with LOG_OUTPUT_NONBLOCK, else the caller's; -1: dropped */
    enum log_output output;
    bool tty, color;
    struct strbuf backlog; /* bytes from sent on are still to be written */
    size_t sent;
    uint64_t lost;  /* lines since the last one that was taken */
    int64_t second; /* of the clock text */
    char clock[16]; /* "12:03:04" */
};

/* fd stays the caller's and stays open until finish. color: names in colour. */
void log_terminal_init(struct log_terminal *terminal, struct ev_loop *loop, int fd,
                       const char *const *names, uint32_t count, bool color);
/* The services are called so from now on; names stay the owner's. */
void log_terminal_rename(struct log_terminal *terminal, const char *const *names, uint32_t count);
/* Writes what can be written without blocking, drops the rest. */
void log_terminal_finish(struct log_terminal *terminal);
/* Waits up to ms milliseconds for the backlog to be written: before the program ends. */
void log_terminal_drain(struct log_terminal *terminal, int ms);

#endif
