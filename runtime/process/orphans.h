/* What comes back to a3s when a guard has been killed: the service's processes, whose parent is
 * gone. Linux: PR_SET_CHILD_SUBREAPER. */
#ifndef RUNTIME_ORPHANS_H
#define RUNTIME_ORPHANS_H

#include <stdbool.h>
#include <sys/types.h>

/* From now on every descendant whose parent ends becomes a child of this process. */
void orphans_adopt(void);
/* Kills, with its group, each child that is not known. True if there was one: when it is reaped,
 * what comes back from it is next. */
bool orphans_kill_unknown(bool (*is_known)(void *ctx, pid_t pid), void *ctx);
/* Kills every child that is left, and what comes back when it dies, until there is none. */
void orphans_kill(void);

#endif
