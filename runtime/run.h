/* One service's process as it is now: started, signalled, probed, waited for until nothing of its
 * group is left.
 *
 * A run is reused for each start of the service. Its process's end is told in two steps: the leader
 * has exited (run_leader_exited, from the reaping function), and then, once nobody of the group is
 * left, on_gone. What outlives its leader is sent the stop signal, and killed when the plan's stop
 * timeout is over. A zeroed run has no process.
 */
#ifndef RUNTIME_RUN_H
#define RUNTIME_RUN_H

#include "health.h"
#include "launch.h"
#include "logs.h"
#include "process.h"

struct run_ops {
    /* Nothing of the process is left; how its leader ended. */
    void (*on_gone)(void *ctx, uint32_t service, struct proc_exit how);
    void (*on_health)(void *ctx, uint32_t service, enum health_edge edge, const char *reason);
};

struct run {
    struct ev_loop *loop;
    struct logs *logs;
    const struct plan *plan;
    const struct run_ops *ops;
    void *ctx;
    uint32_t service;
    pid_t pid;        /* 0: no process */
    bool leader_gone; /* the rest of its group is waited for */
    bool has_exited;  /* exit is of its last process */
    struct proc_exit exit;
    ev_timer linger;        /* looks whether the group is empty */
    ev_tstamp linger_until; /* then it is killed */
    struct probe probe;     /* if the plan has one */
};

void run_init(struct run *run, struct ev_loop *loop, struct logs *logs, const struct plan *plan,
              uint32_t service, const struct run_ops *ops, void *ctx);
/* Stops probing; a process is the caller's to have ended before. */
void run_finish(struct run *run);

/* Starts the process; as process_spawn. */
int run_start(struct run *run, const struct launch *launch, const struct proc_inherited *inherited,
              struct proc_failure *out_failure);
/* Probing begins and ends with the supervisor's states; without a probe in the plan, nothing. */
void run_probe(struct run *run, const struct launch_world *world);
void run_probe_stop(struct run *run);

/* To everybody of the group; nothing without a process. */
void run_signal(struct run *run, int signal);

/* From the reaping function, while the leader is a zombie: true if the process was this run's. */
bool run_leader_exited(struct run *run, pid_t pid, struct proc_exit how);
/* After reaping: tells on_gone if nobody is left. */
void run_check(struct run *run);

#endif
