/* The run directory of a project: who runs it, and where it is reached.
 *
 * $XDG_RUNTIME_DIR/a3s/<hash>/, or below /run/user/UID, or below /tmp/a3s-UID; the hash is XXH3-128
 * of the canonical path of the A3sfile (or of the plan) in hex. Every folder of ours is created
 * with mode 0700, opened without following a symlink, and refused (-EPERM) unless it is a folder,
 * ours, and closed to group and others. Everything in it is reached through its descriptor.
 *
 * A flock on "lock" is the only truth of "running". It is held by the open file description: a
 * process that is forked without exec (a guard) must close its copy, or the lock outlives the
 * daemon. "sock" is the control socket, "info.json" says who holds the lock, "token" is what the
 * page at a3s.localhost needs (site.h), "daemon.log" is what a daemon in the background prints,
 * "processes" notes what runs (leftovers.h).
 * A zeroed struct rundir is a closed one.
 */
#ifndef RUNTIME_RUNDIR_H
#define RUNTIME_RUNDIR_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct rundir {
    char project[PATH_MAX]; /* canonical path of the A3sfile or plan */
    char path[PATH_MAX];    /* of the folder, for people and for curl */
    int dir_fd;             /* valid if opened */
    int lock_fd;            /* valid if locked */
    bool opened, locked;
    pid_t owner; /* who bound the socket and so removes it; 0: not this object */
};

/* What the holder of the lock says of itself. */
struct rundir_info {
    pid_t pid;
    uint64_t start_time; /* of the process, clock ticks after boot (proc_pid_stat(5), field 22) */
    char boot_id[40];
    char plan_hash[20]; /* 16 hex digits */
    char version[24];
    char project[PATH_MAX];
};

/* With create false a folder that is not there is -ENOENT: nobody has ever run the project. On
 * failure nothing is open, and path says which folder it was about. */
int rundir_open(struct rundir *dir, const char *project_path, bool create);
/* Removes socket and info if this process bound the socket, then lets the lock go. */
void rundir_close(struct rundir *dir);
/* Closes the descriptors and removes nothing: for a process that only shares them after fork. */
void rundir_abandon(struct rundir *dir);

/* -EWOULDBLOCK: somebody runs the project. */
int rundir_lock(struct rundir *dir);
/* Whether somebody holds the lock; asks without keeping it. */
bool rundir_is_running(const struct rundir *dir);

/* Writes info.json for this process. Needs the lock. */
int rundir_publish(struct rundir *dir, uint64_t plan_hash);
/* -ENOENT: nobody has said anything; -EINVAL: not what rundir_publish writes. */
int rundir_read_info(const struct rundir *dir, struct rundir_info *out_info);

/* Of all projects of this user, that which the process runs. False: it runs none. */
bool rundir_find_running(pid_t pid, struct rundir_info *out_info);

/* The token of the page, mode 0600; needs the lock. */
int rundir_write_token(struct rundir *dir, const char *token);
/* Into size bytes, NUL-terminated. -ENOENT: nobody runs the project; -EINVAL: it is no such file.
 */
int rundir_read_token(const struct rundir *dir, char *out_token, size_t size);

/* A listening socket (close-on-exec, non-blocking) at "sock", mode 0600. Needs the lock; a stale
 * socket is removed first. */
int rundir_socket_bind(struct rundir *dir, int *out_fd);
/* A connected, blocking socket; -ECONNREFUSED or -ENOENT: nobody listens; -EAGAIN: somebody does,
 * but has not taken any connection for RUNDIR_CONNECT_SECONDS. */
#define RUNDIR_CONNECT_SECONDS 4
int rundir_socket_connect(const struct rundir *dir, int *out_fd);

/* Opens daemon.log for appending, emptied first if truncate. */
int rundir_open_log(const struct rundir *dir, bool truncate, int *out_fd);

/* The folder's own name: the same for every run of the project, and for no other project. */
const char *rundir_name(const struct rundir *dir);
/* "processes", the notes of what runs (leftovers.h): a descriptor or a negative errno. */
int rundir_open_notes(const struct rundir *dir, int flags);
void rundir_remove_notes(const struct rundir *dir);

#endif
