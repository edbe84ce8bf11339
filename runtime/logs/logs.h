/* The aggregator: what services print -> lines -> each service's ring, and the sinks.
 *
 * Owns the pipes' read ends, the rings and a buffer. A run of a service has two pipes (log_pipe.h);
 * they belong to the run from logs_open to logs_close, not to the process: the daemon closes them
 * when the service is stopped, whoever else may still hold the other ends. Lines reach rings and
 * sinks at once and in one order (seq). Never blocks.
 */
#ifndef RUNTIME_LOGS_H
#define RUNTIME_LOGS_H

#include "log_ring.h"
#include "log_runs.h"
#include "log_sink.h"

#include <ev.h>
#include <sys/ioctl.h>

#define LOGS_RING_BYTES (1u << 20) /* the default budget of a service's ring */

struct log_source; /* a service's pipes and ring */
struct log_walk;   /* a walk over the sinks that is under way */

struct logs {
    struct ev_loop *loop;
    struct log_source **sources; /* one a service, then one for a3s itself */
    uint32_t count;              /* services */
    uint32_t generation;         /* rises with each logs_renumber */
    size_t ring_bytes;
    const char *const *names; /* one a service; for those who ask by name; the owner's, or NULL */
    struct log_sink *sinks;
    struct log_walk *walks;
    ev_prepare flush;      /* active while a sink is dirty */
    struct winsize window; /* of the terminals that services get; 80 columns at first */
    char *buffer;          /* what one read fills */
    uint64_t last_seq;
};

/* ring_bytes: the budget of each ring; 0 gives LOGS_RING_BYTES. */
void logs_init(struct logs *logs, struct ev_loop *loop, uint32_t count, size_t ring_bytes);
/* Closes everything; the owners of sinks detach them before or never touch them again. */
void logs_finish(struct logs *logs);

/* Another plan: its service i is what was from[i], with pipes and history, or is new (UINT32_MAX).
 * What is in no from is closed and forgotten. names is of the new services. */
void logs_renumber(struct logs *logs, const uint32_t *from, uint32_t count,
                   const char *const *names);

/* New pipes for a run of the service, instead of any it has. out_fds[LOG_STDOUT] and [LOG_STDERR]
 * are the write ends, blocking and close-on-exec: the caller gives them to the child and closes
 * them after the spawn. 0 or a negative errno. */
int logs_open(struct logs *logs, uint32_t service, int out_fds[LOG_STREAM_COUNT]);
/* The same with a terminal instead of the pipes: both are its one end, and all that comes out of
 * the other counts as stdout. */
int logs_open_terminal(struct logs *logs, uint32_t service, int out_fds[LOG_STREAM_COUNT]);
/* While they are held, a service's pipes are read by logs_drain and logs_close only. */
void logs_hold(struct logs *logs, uint32_t service, bool held);
/* The size of the terminals, of those that are open and of those to come. */
void logs_resize(struct logs *logs, const struct winsize *window);
/* Takes in what is in the pipes now (bounded), so that a process's last words come before what is
 * said about its end. */
void logs_drain(struct logs *logs, uint32_t service);
/* Drains, ends an unfinished line, and closes. */
void logs_close(struct logs *logs, uint32_t service);

/* Calls on_line with each line that the service prints, from now on, as long as it is the last one
 * that was given; NULL ends it. on_line must not print into the logs. */
void logs_tap(struct logs *logs, uint32_t service,
              void (*on_line)(void *ctx, const struct log_line *line), void *ctx);

/* Words in the name of a service or of LOGS_SELF; each line of text is a line. */
void logs_print(struct logs *logs, uint32_t service, enum log_stream stream, const char *text);
/* a3s's own words about a service or LOGS_SELF. They are kept in a3s's ring, so no flood of the
 * service's washes them away, and belong to the service's history, too. */
void logs_tell(struct logs *logs, uint32_t about, enum log_stream stream, const char *text);

/* A line that no process printed, as it is; without line breaks. */
void logs_add(struct logs *logs, uint32_t service, enum log_stream stream, struct str text);

void logs_attach(struct logs *logs, struct log_sink *sink);
void logs_detach(struct logs *logs, struct log_sink *sink);
/* Hands the sink the flush that is due now rather than before the loop waits. */
void logs_flush(struct logs *logs);

/* The newest lines of the wanted services (as in struct log_sink), at most max in all, in order.
 * A follower calls this and attaches its sink in the same turn: then nothing is missing between. */
void logs_history(const struct logs *logs, const bool *wanted, uint32_t max,
                  void (*on_line)(void *ctx, const struct log_line *line), void *ctx);
/* Those with this seq or a later one, until on_line gives false. */
void logs_history_from(const struct logs *logs, const bool *wanted, uint64_t from,
                       bool (*on_line)(void *ctx, const struct log_line *line), void *ctx);
/* How many lines of these services are kept that have this seq or a later one; a3s's own words are
 * not counted. */
uint64_t logs_count_from(const struct logs *logs, const bool *wanted, uint64_t from);
/* The runs of the service: each logs_open begins one. Valid until the next call that changes logs.
 */
const struct log_runs *logs_runs(const struct logs *logs, uint32_t service);
/* What is kept of what the service printed; likewise. */
const struct log_ring *logs_ring(const struct logs *logs, uint32_t service);

#endif
