/* What the children of a run of bench/spawn write their beginning to: a file that all map. */
#ifndef BENCH_SPAWN_BOARD_H
#define BENCH_SPAWN_BOARD_H

#include <fcntl.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

struct board {
    _Atomic long count; /* children that have begun */
    _Atomic long last;  /* ns, CLOCK_MONOTONIC, of the last one */
};

static inline struct board *board_open(const char *path, int flags)
{
    int fd = open(path, O_RDWR | O_CLOEXEC | flags, 0600);
    if (fd < 0 || ftruncate(fd, sizeof(struct board)) < 0)
        return NULL;
    void *board = mmap(NULL, sizeof(struct board), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    return board == MAP_FAILED ? NULL : board;
}

static inline long board_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000L + now.tv_nsec;
}

#endif
