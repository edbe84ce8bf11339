#include "orphans.h"

#include "procfs.h"

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

struct search {
    bool (*is_known)(void *ctx, pid_t pid);
    void *ctx;
    bool found;
};

void orphans_adopt(void)
{
    prctl(PR_SET_CHILD_SUBREAPER, 1L, 0L, 0L, 0L);
}

/* A child pins its group; one of another session than ours has nobody of ours in it. */
static void kill_unknown(void *ctx, pid_t pid)
{
    struct search *search = ctx;
    if (search->is_known && search->is_known(search->ctx, pid))
        return;
    pid_t group = getpgid(pid);
    search->found = true;
    kill(group > 1 && getsid(pid) != getsid(0) ? -group : pid, SIGKILL);
}

bool orphans_kill_unknown(bool (*is_known)(void *ctx, pid_t pid), void *ctx)
{
    struct search search = {.is_known = is_known, .ctx = ctx};
    procfs_children(getpid(), kill_unknown, &search);
    return search.found;
}

void orphans_kill(void)
{
    while (orphans_kill_unknown(NULL, NULL)) {
        /* Each child that is waited for may give us its own children: look again. */
        while (waitpid(-1, NULL, 0) < 0 && errno == EINTR)
            ;
    }
}
