/* What a3s and a guard say to each other over their socket pair, both on one machine and out of one
 * program: a launch (once, from a3s), then orders (from a3s) and reports (from the guard).
 */
#ifndef RUNTIME_GUARD_WIRE_H
#define RUNTIME_GUARD_WIRE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* What a guard runs, one after the other. */
enum guard_command { GUARD_PRE_START, GUARD_MAIN, GUARD_POST_STOP, GUARD_COMMAND_COUNT };

/* Followed by size bytes: NUL-ended texts, the folder first, then the arguments of each command,
 * then the environment. */
struct guard_launch {
    uint32_t size;
    uint32_t argc[GUARD_COMMAND_COUNT]; /* 0: there is no such command */
    uint32_t envc;
    uint32_t stop_timeout_ms;
    int32_t stop_signal;
    uint32_t tty; /* 0 or 1 */
};

enum guard_order_kind {
    GUARD_ORDER_STOP,   /* it is to end: the signal to everybody */
    GUARD_ORDER_SIGNAL, /* the signal to everybody (STOP, CONT) */
    GUARD_ORDER_KILL,   /* everybody, until nobody is left; post_stop is still run */
    GUARD_ORDER_ABORT,  /* the same, post_stop included */
};

struct guard_order {
    uint32_t kind; /* enum guard_order_kind */
    int32_t signal;
};

enum guard_report_kind {
    GUARD_BORN,    /* pid is the guard's own */
    GUARD_STARTED, /* command, pid, start_time */
    GUARD_FAILED,  /* command could not be executed: value is an errno, detail an enum proc_stage */
    GUARD_ENDED,   /* command's leader: value is an exit code, or with detail a signal */
    GUARD_LATE,    /* post_stop took too long and is being killed */
    GUARD_GONE,    /* nobody is left; the last report */
    GUARD_LOST,    /* never sent: the guard itself has ended before its time */
};

struct guard_report {
    uint32_t kind;    /* enum guard_report_kind */
    uint32_t command; /* enum guard_command */
    int32_t detail, value;
    uint64_t start_time;
    pid_t pid;
    uint32_t reserved;
};

#endif
