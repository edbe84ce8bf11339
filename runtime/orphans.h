/* Processes that left their group (a double fork, setsid): they come back to a3s when their parents
 * end, and are ended with it. Linux: PR_SET_CHILD_SUBREAPER, /proc. */
#ifndef RUNTIME_ORPHANS_H
#define RUNTIME_ORPHANS_H

/* From now on every descendant whose parent ends becomes a child of this process. */
void orphans_adopt(void);
/* Kills every child that is left, and what comes back when it dies, until there is none. */
void orphans_kill(void);

#endif
