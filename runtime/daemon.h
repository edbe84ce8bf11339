/* The running system: owns the event loop, wires the runtime's modules to the supervisor, and is
 * the only file that knows them all.
 *
 *     world -> watchers -> supervisor_step -> actions -> processes, probes, routes, messages
 *
 * Nothing that it starts outlives it: it returns when the last process is gone and every
 * descriptor, watch and socket is released.
 */
#ifndef RUNTIME_DAEMON_H
#define RUNTIME_DAEMON_H

#include "a3s/plan.h"

struct rundir;
struct strbuf;
struct update_source;

struct daemon_options {
    const struct plan *plan;    /* verified; outlives the daemon */
    const char *const *lookups; /* the plan's, as lookups_resolve gives them */
    const char *root;           /* folder that the plan's paths are relative to, absolute */
    const char *project;        /* for people: the A3sfile or the plan */
    struct rundir *rundir;      /* opened and locked */
    const uint32_t *services;   /* index into the plan's services; NULL: all that are enabled */
    uint32_t service_count;
    const struct update_source *source; /* who makes the plan anew; NULL: nobody can */
    /* The plan as JSON, for those who ask; NULL: nobody can. */
    void (*show_plan)(const struct plan *plan, struct strbuf *out);
    bool with_deps;   /* named services bring their dependencies */
    bool foreground;  /* it ends when everything has ended; in the background it goes on */
    bool color;       /* of the log on stdout */
    bool only_errors; /* it has what services print to stderr, and a3s's own lines */
    bool json;        /* it has JSON lines, as in log_json.h */
    int ready_fd;     /* gets a byte when control socket and proxy listen, and is closed; or -1 */
};

/* Runs until everything is stopped: by a signal, by the control API. Gives the exit code of
 * docs/guide.md: 0; 1 if a one-shot goal was not reached; 5 if the proxy's port is taken; 128 + n
 * if signal n ended it. What is wrong before anything has started is said on stderr. */
int daemon_run(const struct daemon_options *options);

#endif
