/* Ends the circle of a service that writes into its own watch set: a change restarts it, and the
 * restart changes a file.
 *
 * Who wrote a file cannot be known, when can: a change is quick if it comes within WATCH_QUICK
 * seconds of a restart that another one caused, or of the service's start after that.
 * After WATCH_QUICK_MAX restarts by quick changes in a row the breaker opens: changes restart
 * nothing until there have been none for WATCH_QUICK seconds. Then it is half closed: a quick
 * change opens it again at once. It is closed when a restart has been followed by no quick change.
 * If a change that was not quick (somebody saved a file) came while it was open, the service is
 * restarted once for it.
 *
 * Times are seconds of any clock that never goes back. A zeroed breaker is closed.
 */
#ifndef RUNTIME_WATCH_BREAKER_H
#define RUNTIME_WATCH_BREAKER_H

#include <stdbool.h>
#include <stdint.h>

#define WATCH_QUICK     3.0
#define WATCH_QUICK_MAX 8

struct watch_breaker {
    double restarted, started; /* by a change; the service, since then; 0: never */
    bool by_change;            /* its present life began with a change */
    bool clean;                /* and no quick change has come in it */
    bool open;
    double last;    /* open: the last change */
    uint32_t quick; /* restarts in a row */
};

enum watch_verdict {
    WATCH_RESTART,
    WATCH_HELD,  /* the breaker is open, or what came while it was is of no account */
    WATCH_OPENED /* and it was this change that opened it */
};

/* The service has been executed, or it was tried. */
void watch_breaker_started(struct watch_breaker *breaker, double now);
/* A change has come at now; closes the breaker if it had been quiet. */
void watch_breaker_change(struct watch_breaker *breaker, double now);
/* A burst is over: what it leads to. */
enum watch_verdict watch_breaker_judge(struct watch_breaker *breaker, double first, double last,
                                       double now);

#endif
