/* The user's browser, started without waiting for it: it may be a script that takes its time. */
#ifndef CLI_TOP_OPEN_H
#define CLI_TOP_OPEN_H

#include <ev.h>
#include <stdbool.h>
#include <sys/types.h>

/* A zeroed struct with loop and callback set is one that has not begun. */
struct top_open {
    struct ev_loop *loop;
    void (*on_end)(void *ctx, bool opened); /* once a start that gave true */
    void *ctx;
    ev_io io;
    int fd;
    pid_t child; /* 0: none is under way */
};

/* False: one is under way, or there is nothing to open with. */
bool top_open_start(struct top_open *open, const char *address);
/* What is being opened goes on; on_end is not called. */
void top_open_stop(struct top_open *open);

#endif
