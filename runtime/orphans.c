#include "orphans.h"

#include "io.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

void orphans_adopt(void)
{
    prctl(PR_SET_CHILD_SUBREAPER, 1L, 0L, 0L, 0L);
}

/* Signals each child in the list that the kernel keeps for the main thread; false if there is none
 * (or the kernel keeps no list). */
static bool kill_children(void)
{
    char path[64], *list;
    size_t size;
    snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
    if (io_read_file(path, 1 << 20, &list, &size))
        return false;
    bool any = false;
    for (char *at = list, *end; (size_t)(at - list) < size; at = end) {
        long pid = strtol(at, &end, 10);
        if (end == at)
            break;
        kill((pid_t)pid, SIGKILL);
        any = true;
    }
    free(list);
    return any;
}

void orphans_kill(void)
{
    while (kill_children()) {
        /* Each child that is waited for may give us its own children: look again. */
        while (waitpid(-1, NULL, 0) < 0 && errno == EINTR)
            ;
    }
}
