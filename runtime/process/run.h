/* One service as it lives now: started in the care of a guard, signalled, probed, and waited for
 * until nothing of it is left.
 *
 * A run is reused for each start of the service. A start is answered later, from the loop: with
 * on_started or with on_failed; and whatever happened, nothing of it is left when on_failed or
 * on_gone is called. If the guard itself is killed, on_lost is called: the caller ends what has
 * come to it and says run_end_lost. A zeroed run has no process.
 */
#ifndef RUNTIME_RUN_H
#define RUNTIME_RUN_H

#include "flaps.h"
#include "guard.h"
#include "health.h"
#include "launch.h"
#include "logs.h"

struct run_ops {
    /* Its program is executed; run->pid and the start time of the process. */
    void (*on_started)(void *ctx, uint32_t service, uint64_t start_time);
    /* It never ran, as this command of it could not be executed. */
    void (*on_failed)(void *ctx, uint32_t service, enum guard_command command,
                      const struct proc_failure *failure);
    /* Nothing is left; run_add_end has the words. */
    void (*on_gone)(void *ctx, uint32_t service, bool success);
    /* Its guard has been killed. */
    void (*on_lost)(void *ctx, uint32_t service);
    /* What post_stop did wrong, a sentence; the service is gone as ever. */
    void (*on_trouble)(void *ctx, uint32_t service, const char *text);
    void (*on_health)(void *ctx, uint32_t service, enum health_edge edge, const char *reason);
    /* As in struct probe_ops. */
    bool (*may_be_ready)(void *ctx, uint32_t service, bool second, struct strbuf *out_why);
    void (*on_refused)(void *ctx, uint32_t service);
    void (*on_probe_lost)(void *ctx, uint32_t service);
};

/* What all runs share; outlives them. */
struct run_shared {
    struct ev_loop *loop;
    struct logs *logs;
    struct nursery *nursery;
    const struct launch_world *world;
    const struct run_ops *ops;
    void *ctx;
};

enum run_phase { RUN_NONE, RUN_PRE_START, RUN_MAIN, RUN_POST_STOP };

struct run {
    const struct run_shared *shared; /* NULL: zeroed */
    uint32_t service;
    struct guard guard;
    enum run_phase phase;
    int64_t phase_since; /* by clock_ms */
    pid_t pid;           /* of the service's own process; 0: none (yet, any more) */
    uint64_t start_time; /* its, as in /proc */
    uint32_t failures;   /* of the probe, at run_rest */
    int told;            /* the last signal that was to end it, or 0 */
    bool has_exited;     /* exit is of its last process */
    struct proc_exit exit;
    uint32_t ended;  /* the last life that is over, as in logs_runs; 0: none */
    bool ran;        /* of this start: its program was executed */
    bool unprepared; /* pre_start went wrong, as pre_exit says */
    struct proc_exit pre_exit;
    bool failed; /* a command could not be executed: failure */
    enum guard_command failed_command;
    struct proc_failure failure;
    bool lost;          /* its guard was killed */
    bool guard_ended;   /* and has been reaped */
    struct probe probe; /* if the plan has one */
    struct flaps flaps; /* over all its lives; the caller's */
};

void run_init(struct run *run, const struct run_shared *shared, uint32_t service);
/* Stops probing and lets go of a process that is left: its guard ends it. */
void run_finish(struct run *run);

/* Before the services get other indices: it is not probed any more. */
void run_rest(struct run *run);
/* Then: the life that from has, if any, goes on as the service's of the present plan. from is to be
 * finished. */
void run_move(struct run *run, struct run *from, uint32_t service);

/* launches: one a guard_command; NULL for those that the service has not. 0, or a negative errno;
 * then there is no answer. */
int run_start(struct run *run, const struct launch *launches[GUARD_COMMAND_COUNT]);
/* Probing begins and ends with the supervisor's states. Without a probe in the plan these do
 * nothing. */
void run_probe(struct run *run);
void run_probe_stop(struct run *run);
/* Of a service that is ready, after run_move; well or not. */
void run_probe_resume(struct run *run, bool unhealthy);
/* The port that its probe asks, host order; 0 if it asks none. */
uint16_t run_probe_port(const struct run *run);

/* Each of these is for the service's process and all that descends from it; without a process
 * nothing happens. */
void run_stop(struct run *run);
/* Until nobody is left; post_stop is still run unless at_once. */
void run_kill(struct run *run, bool at_once);
void run_signal(struct run *run, int signal);

/* Whether the process is a guard of this run's: the service's, or its probe's. */
bool run_knows(const struct run *run, pid_t pid);
/* From the reaping function: true if the process was the service's guard. */
bool run_guard_exited(struct run *run, pid_t pid);
/* After on_lost: the guard has been reaped. */
bool run_guard_is_gone(const struct run *run);
/* Then, when nobody of the service is left either: tells on_gone. */
void run_end_lost(struct run *run);

/* Adds how the last life ended: "exited with 3", "pre_start exited with 1". */
void run_add_end(const struct run *run, struct strbuf *out);

#endif
