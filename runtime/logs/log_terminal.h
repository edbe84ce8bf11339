/* Lines to people, on the daemon's stdout: "12:03:04.123 gateway │ text", on a terminal in colour
 * and without what a terminal would obey (log_escape.h); elsewhere the bytes pass as they are. Or
 * to programs, as JSON lines (log_json.h).
 *
 * Holds at most about LOG_BACKLOG_MAX bytes: what exceeds it is counted, and the count is one line
 * in its place. A terminal that is read slowly holds nobody up. Who has filled the backlog once is
 * loud until it is empty, and has a small part of it meanwhile: so the others' lines are neither
 * lost nor wait behind much.
 */
#ifndef RUNTIME_LOG_TERMINAL_H
#define RUNTIME_LOG_TERMINAL_H

#include "log_output.h"
#include "log_sink.h"

#define LOG_BACKLOG_MAX (1u << 20) /* bytes */

enum log_loudness { LOG_QUIET, LOG_LOUD, LOG_LOUD_HELD /* loses lines until there is room */ };

struct log_terminal {
    struct log_sink sink; /* attach this one */
    struct log_output output;
    const char *const *names; /* one a service, the owner's */
    uint32_t name_count;
    uint32_t width; /* bytes of the longest name, "a3s" included */
    bool tty, color;
    enum log_loudness *loudness; /* one a service, then one for a3s itself */
    bool only_errors; /* what services print to stderr, and a3s's own words; the owner's to set */
    bool json;        /* the owner's to set */
    int64_t second;   /* of the clock text */
    char clock[16];   /* "12:03:04" */
    struct strbuf prefix;
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
/* Columns that stand before the text of a line. */
uint32_t log_terminal_margin(const struct log_terminal *terminal);

#endif
