#include "offspring.h"

#include "procfs.h"

#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Groups remembered in a walk, so that each gets its signal once. */
#define GROUPS 64

struct walk {
    int signal;
    pid_t self, own_group;
    pid_t parent; /* of those who are being listed */
    int depth;
    unsigned group_count; /* may exceed GROUPS: the oldest are forgotten */
    pid_t groups[GROUPS];
};

static bool is_told(const struct walk *walk, pid_t group)
{
    unsigned count = walk->group_count < GROUPS ? walk->group_count : GROUPS;
    for (unsigned i = 0; i < count; i++) {
        if (walk->groups[i] == group)
            return true;
    }
    return false;
}

static bool asks_for_an_end(int signal)
{
    return signal != SIGSTOP && signal != SIGCONT && signal != SIGKILL;
}

/* A child of ours: not reaped, so its number and its group's are its own, and everybody in its
 * group comes from us, as nobody can join a group of another session. */
static void tell_child(struct walk *walk, pid_t pid, pid_t group)
{
    pid_t target = group > 1 && group != walk->own_group ? -group : pid;
    kill(target, walk->signal);
    if (asks_for_an_end(walk->signal))
        kill(target, SIGCONT);
    if (target < 0)
        walk->groups[walk->group_count++ % GROUPS] = group;
}

/* Somebody else reaps it, so its number may pass to a stranger at any time; but not while it is
 * held open and still its parent's child. */
static void tell_distant(const struct walk *walk, pid_t pid)
{
    struct procfs_stat stat;
    int fd = (int)syscall(SYS_pidfd_open, pid, 0);
    if (fd < 0)
        return;
    if (procfs_stat(pid, &stat) == 0 && stat.parent == walk->parent) {
        syscall(SYS_pidfd_send_signal, fd, walk->signal, NULL, 0);
        if (asks_for_an_end(walk->signal))
            syscall(SYS_pidfd_send_signal, fd, SIGCONT, NULL, 0);
    }
    close(fd);
}

/* Parents before their children: who is stopped or killed has no more of them. */
static void visit(void *ctx, pid_t pid)
{
    struct walk *walk = ctx;
    pid_t group = getpgid(pid);
    if (group < 0 || !is_told(walk, group)) {
        if (walk->parent == walk->self)
            tell_child(walk, pid, group);
        else
            tell_distant(walk, pid);
    }
    if (walk->depth == PROCFS_DEPTH_MAX)
        return;
    pid_t parent = walk->parent;
    walk->parent = pid;
    walk->depth++;
    procfs_children(pid, visit, walk);
    walk->depth--;
    walk->parent = parent;
}

void offspring_signal(int signal)
{
    struct walk walk = {.signal = signal, .self = getpid(), .own_group = getpgrp()};
    walk.parent = walk.self;
    procfs_children(walk.self, visit, &walk);
}
