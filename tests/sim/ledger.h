/* What must be true of each service, from what was told and asked alone.
 *
 * A second account beside the supervisor's: it is kept in the words of the contract, with sets
 * instead of counters, and never looks into the supervisor. ledger_told takes an event before the
 * actions that it caused; ledger_spawned, ledger_termed, ledger_drained and ledger_killed take
 * those in their order; ledger_conclude then says in which state each service must be.
 */
#ifndef SIM_LEDGER_H
#define SIM_LEDGER_H

#include "scenario.h"
#include "supervisor.h"

enum ledger_process {
    PROCESS_NONE,
    PROCESS_ASKED, /* SPAWN has no answer yet */
    PROCESS_LIVE
};

enum ledger_health { HEALTH_NEW, HEALTH_WELL, HEALTH_SICK };

/* Why a wanted service without a process is not to be started; nothing else may hold it back but
 * its dependencies. */
enum ledger_rest {
    REST_NONE,
    REST_BACKOFF,
    REST_FAILED,
    REST_DONE,
    REST_ENDED /* well, by itself */
};

struct ledger_entry {
    bool wanted, alone;
    bool termed;   /* told to end, or to be told when its requests are finished */
    bool draining; /* ... these */
    bool given_up; /* ... since it was not ready, or well: its end counts as a crash */
    enum ledger_process process;
    enum ledger_health health;
    enum ledger_rest rest;
    uint32_t crashes, stalls, spawns; /* crashes: in a row */
    uint32_t bad_ends;                /* in all */
    int64_t spawned_at, well_since;
    int64_t deadline;         /* SUPERVISOR_NEVER: nothing is to happen by itself */
    enum service_state state; /* from ledger_conclude */
};

/* Sets are masks of services. */
struct ledger {
    const struct scenario *scenario;
    struct ledger_entry entries[SCENARIO_SERVICES_MAX];
    uint64_t below[SCENARIO_SERVICES_MAX];  /* itself and all it needs, directly or not */
    uint64_t above[SCENARIO_SERVICES_MAX];  /* itself and all that needs it */
    uint64_t direct[SCENARIO_SERVICES_MAX]; /* those that need it directly */
    uint64_t ready, hopeless;               /* from ledger_conclude */
    uint64_t live;                          /* has a process, or SPAWN was asked for */
    uint64_t swapping; /* LEAVE or RENEW was said: not to start before ledger_adopt */
    uint64_t due;      /* TICK: those with a process whose deadline has passed */
};

void ledger_init(struct ledger *ledger, const struct scenario *scenario);
void ledger_told(struct ledger *ledger, const struct supervisor_event *event, int64_t now);
void ledger_spawned(struct ledger *ledger, uint32_t service);
/* drains: it is told when its requests are finished. */
void ledger_termed(struct ledger *ledger, const struct supervisor_event *event, uint32_t service,
                   bool drains, int64_t now);
/* Its requests are finished, or had their time. */
void ledger_drained(struct ledger *ledger, uint32_t service, int64_t now);
void ledger_killed(struct ledger *ledger, uint32_t service, int64_t now);
void ledger_conclude(struct ledger *ledger);
/* The next plan, which is the same, except that this service is to start. */
void ledger_adopt(struct ledger *ledger, uint32_t service);

/* Whether nothing but its own rest holds it back. */
bool ledger_may_start(const struct ledger *ledger, uint32_t service);
/* The dependents that must be gone before it goes down: all that live, but for those that are
 * wanted alone. If the next plan changes it, only those that it changes, too. */
uint64_t ledger_must_go_first(const struct ledger *ledger, uint32_t service);
/* All that live, but for those that are wanted alone. */
uint64_t ledger_holders(const struct ledger *ledger, uint32_t service);
/* Whether it must not go on as it is: unhealthy, and to be restarted then. */
bool ledger_is_intolerable(const struct ledger *ledger, uint32_t service);

#endif
