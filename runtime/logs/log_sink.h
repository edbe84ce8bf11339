/* Where log lines go: one small interface. The daemon's stdout (log_terminal.h), a service's file
 * (log_file.h) and a client that follows (follow.h) are sinks.
 *
 * To add one: embed a struct log_sink as the first member of its owner, set write and whatever else
 * it needs, choose its lines (wanted, or single), and attach it with logs_attach. It gets all of
 * these lines from then on until logs_detach, whatever happens to the processes behind the
 * services. What it must not do is block: what it cannot write at once it keeps, within a bound, or
 * loses and counts; log_output.h does that for a descriptor.
 */
#ifndef RUNTIME_LOG_SINK_H
#define RUNTIME_LOG_SINK_H

#include "log_line.h"

struct log_sink {
    /* Lines that came together and are to stay together. May detach this or any sink; must not
     * print into the logs. */
    void (*write)(struct log_sink *sink, const struct log_batch *batch);
    /* No more lines in this turn of the loop; NULL if it does not matter. Called only after a
     * write; may detach. */
    void (*flush)(struct log_sink *sink);
    /* The services have got other indices (logs_renumber): wanted is to be set anew. NULL: the
     * owner sets it. */
    void (*renumbered)(struct log_sink *sink);
    /* Which services it wants: one entry a service, then one for a3s itself. What a3s says about a
     * service goes to whoever wants the one or the other. NULL: all. The owner's, unchanged while
     * attached. */
    const bool *wanted;
    bool single;           /* instead: only what this service itself prints */
    uint32_t service;      /* with single */
    struct log_sink *next; /* of the logs it is attached to */
    bool attached, dirty;  /* dirty: written to since the last flush */
};

#endif
