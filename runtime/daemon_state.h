/* The daemon's inside, shared by the files that it is made of:
 *
 *     daemon.c             its life
 *     dispatch.c           events in, actions out; of it dispatch_files.c (changed files),
 *                          dispatch_ports.c (services' ports), dispatch_proxy.c (where the proxy
 *                          listens), dispatch_progress.c (how the start comes along)
 *     stopping.c           how everything ends
 *     reload.c             another plan: generation.c (what it is), reload_swap.c (the exchange)
 *     answers.c            what the proxy and the control API ask; answers_read.c what can be read
 */
#ifndef RUNTIME_DAEMON_STATE_H
#define RUNTIME_DAEMON_STATE_H

#include "control.h"
#include "daemon.h"
#include "dispatch_ports.h"
#include "events.h"
#include "leftovers.h"
#include "log.h"
#include "log_files.h"
#include "log_terminal.h"
#include "logs.h"
#include "narrate.h"
#include "nursery.h"
#include "progress.h"
#include "proxy.h"
#include "reload.h"
#include "run.h"
#include "site.h"
#include "supervisor.h"
#include "timeline.h"
#include "watch.h"

enum daemon_signal {
    DAEMON_INT,
    DAEMON_TERM,
    DAEMON_HUP,
    DAEMON_TSTP,
    DAEMON_CHLD,
    DAEMON_WINCH,
    DAEMON_SIGNAL_COUNT
};

struct daemon {
    const struct daemon_options *options;
    const struct plan *plan;
    struct ev_loop *loop;
    struct supervisor supervisor;
    struct run *runs; /* one a service */
    struct run_shared run_shared;
    uint16_t *ports;                    /* one a service */
    struct service_port *service_ports; /* one a service */
    struct launch_world world;
    struct strbuf *reasons; /* one a service */
    const char **names;     /* one a service */
    struct narrator narrator;
    struct proc_inherited inherited;
    struct nursery nursery;
    struct leftovers leftovers;
    struct logs logs;
    struct logs access; /* one line a request that went through the proxy */
    struct log log;
    struct log_terminal terminal;
    struct log_files log_files;
    bool *own_words; /* the terminal's choice in the background: one a service, then a3s */
    struct watcher *watcher;
    struct proxy *proxy; /* NULL: there was none so far */
    struct control control;
    struct site site;
    struct timeline timeline;
    struct progress progress;
    struct events events;
    int64_t began; /* by daemon_now */
    struct reload reload;
    ev_signal signals[DAEMON_SIGNAL_COUNT];
    ev_timer deadline;
    ev_timer hunt;           /* active while a killed guard's processes are being ended */
    ev_timer patience;       /* active while something is being stopped: says what is waited for */
    ev_timer progress_timer; /* active while something takes long to become ready */
    ev_timer last_words;     /* active while the end waits for them */
    ev_prepare settled;      /* looks whether there is anything left to do */
    bool acting;             /* actions are being carried out */
    bool stopping;           /* everything is to go down */
    bool ending;             /* nothing is left to do, but for the last words of connections */
    bool announced;          /* that everything is ready */
    bool announced_once;
    bool failure_told; /* since something was under way */
    int signal;        /* the one that ended it, or 0 */
    bool killing;      /* a second one came: no more patience */
    bool abandoned;    /* a third one came: the guards end it alone */
};

/* 0: no proxy listens. */
static inline uint16_t daemon_proxy_port(const struct daemon *daemon)
{
    return daemon->proxy ? proxy_port(daemon->proxy) : 0;
}
/* Milliseconds of CLOCK_MONOTONIC: the supervisor's clock. The loop's own is the wall clock. */
int64_t daemon_now(void);
/* a3s's own words about a service: a line that is shown as "name: text" and is part of the history
 * of the service, in which it has the stream "a3s". */
void daemon_tell(struct daemon *daemon, uint32_t service, enum log_level level, const char *format,
                 ...) __attribute__((format(printf, 4, 5)));
/* What the daemon's own output shows: all in the foreground, in the background a3s's own words. The
 * services may have changed. */
void daemon_choose_lines(struct daemon *daemon);
/* The terminals of services get the room that the lines have on the daemon's own. */
void daemon_fit_window(struct daemon *daemon);
/* What why.h speaks from, without the trouble of any service. */
struct why_source daemon_why(const struct daemon *daemon);
/* The last trouble of a service, for people; "" if there is none. */
void daemon_set_reason(struct daemon *daemon, uint32_t service, const char *text);

#endif
