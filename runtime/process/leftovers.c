#include "leftovers.h"

#include "clock.h"
#include "io.h"
#include "mem.h"
#include "procfs.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NOTE_SIZE    64 /* bytes of a line */
#define NOTES_MAX    (8u << 20)
#define ENVIRON_MAX  (8u << 20)
#define MARKER       "A3S_RUN_ID="
#define GUARD_NAME   "a3s-guard"
#define PATIENCE_MS  2000 /* after SIGTERM */
#define KILL_MS      1000 /* after SIGKILL: only what hangs in the kernel takes longer */
#define ROUNDS       5    /* who forks while it is looked for is found in the next one */
#define ANCESTRY_MAX 64

/* ---- Notes ---- */

static void write_line(int fd, uint32_t line, const char *text)
{
    char padded[NOTE_SIZE + 1];
    snprintf(padded, sizeof padded, "%-*s\n", NOTE_SIZE - 1, text);
    ssize_t n = pwrite(fd, padded, NOTE_SIZE, (off_t)line * NOTE_SIZE);
    (void)n; /* without notes the marker still works */
}

int leftovers_open(struct leftovers *leftovers, const struct rundir *dir)
{
    struct procfs_stat self = {0};
    char boot_id[40];
    *leftovers = (struct leftovers){0};
    procfs_stat(getpid(), &self);
    snprintf(leftovers->run_id, sizeof leftovers->run_id, MARKER "%s-%d-%llu", rundir_name(dir),
             (int)getpid(), (unsigned long long)self.start_time);
    int fd = rundir_open_notes(dir, O_RDWR | O_CREAT | O_TRUNC);
    if (fd < 0)
        return fd;
    procfs_boot_id(boot_id);
    leftovers->fd = fd;
    leftovers->opened = true;
    write_line(fd, 0, boot_id);
    return 0;
}

void leftovers_close(struct leftovers *leftovers, const struct rundir *dir, bool done)
{
    if (!leftovers->opened)
        return;
    io_close(&leftovers->fd);
    if (done)
        rundir_remove_notes(dir);
    leftovers->opened = false;
}

void leftovers_begin_anew(struct leftovers *leftovers)
{
    if (leftovers->opened && ftruncate(leftovers->fd, NOTE_SIZE) < 0)
        return; /* the marker still works */
}

void leftovers_note(struct leftovers *leftovers, uint32_t service, pid_t pid, uint64_t start_time)
{
    char text[NOTE_SIZE];
    if (!leftovers->opened)
        return;
    snprintf(text, sizeof text, "%d %llu", (int)pid, (unsigned long long)start_time);
    write_line(leftovers->fd, service + 1, text);
}

/* ---- The search ---- */

struct left {
    int pidfd;
    pid_t pid;
    char name[64]; /* of its service, else of its program */
};

struct search {
    char marker[80]; /* of every run of this directory */
    char boot_id[40];
    pid_t spared[ANCESTRY_MAX]; /* this process and those it comes from */
    int spared_count;
    struct left *found;
    size_t count, capacity;
};

static int open_process(pid_t pid)
{
    return (int)syscall(SYS_pidfd_open, pid, 0);
}

static bool is_taken(const struct search *search, pid_t pid)
{
    for (int i = 0; i < search->spared_count; i++) {
        if (search->spared[i] == pid)
            return true;
    }
    for (size_t i = 0; i < search->count; i++) {
        if (search->found[i].pid == pid)
            return true;
    }
    return false;
}

static void add(struct search *search, int pidfd, pid_t pid, const char *name)
{
    if (search->count == search->capacity) {
        search->capacity = search->capacity ? search->capacity * 2 : 16;
        search->found = mem_grow(search->found, search->capacity, sizeof *search->found);
    }
    struct left *left = &search->found[search->count++];
    *left = (struct left){.pidfd = pidfd, .pid = pid};
    snprintf(left->name, sizeof left->name, "%s", name);
}

/* The value of an entry that begins so, or NULL. */
static const char *find_entry(const char *variables, size_t size, const char *start)
{
    size_t length = strlen(start);
    for (const char *at = variables, *end = variables + size; at < end;
         at += strnlen(at, (size_t)(end - at)) + 1) {
        if ((size_t)(end - at) >= length && memcmp(at, start, length) == 0)
            return at + length;
    }
    return NULL;
}

/* Whether the process carries the marker; then out_name is its service's. */
static bool has_marker(const struct search *search, pid_t pid, char out_name[64])
{
    char path[64], *variables;
    size_t size;
    snprintf(path, sizeof path, "/proc/%d/environ", (int)pid);
    if (io_read_file(path, ENVIRON_MAX, &variables, &size))
        return false;
    bool marked = find_entry(variables, size, search->marker);
    const char *service = find_entry(variables, size, "A3S_SERVICE=");
    snprintf(out_name, 64, "%s", service ? service : "");
    free(variables);
    return marked;
}

static void look_at(void *ctx, pid_t pid)
{
    struct search *search = ctx;
    struct stat info;
    struct procfs_stat stat;
    char path[64], name[64];
    snprintf(path, sizeof path, "/proc/%d", (int)pid);
    if (lstat(path, &info) < 0 || info.st_uid != geteuid() || is_taken(search, pid))
        return;
    int pidfd = open_process(pid); /* held before it is looked at */
    if (pidfd < 0)
        return;
    bool living = procfs_stat(pid, &stat) == 0 && stat.state != 'Z';
    if (living && has_marker(search, pid, name))
        add(search, pidfd, pid, name[0] ? name : stat.name);
    else
        close(pidfd);
}

/* A noted process may have overwritten its environment with a title: its number, start time and
 * boot say who it is. */
static void look_at_note(struct search *search, pid_t pid, uint64_t start_time)
{
    struct procfs_stat stat;
    if (pid <= 1 || is_taken(search, pid))
        return;
    int pidfd = open_process(pid);
    if (pidfd < 0)
        return;
    if (procfs_stat(pid, &stat) == 0 && stat.start_time == start_time && stat.state != 'Z')
        add(search, pidfd, pid, stat.name);
    else
        close(pidfd);
}

static void look_at_notes(struct search *search, const char *notes, size_t size)
{
    if (size < NOTE_SIZE || strncmp(notes, search->boot_id, strlen(search->boot_id)) != 0)
        return;
    for (size_t at = NOTE_SIZE; at + NOTE_SIZE <= size; at += NOTE_SIZE) {
        char line[NOTE_SIZE + 1] = "", *end;
        memcpy(line, notes + at, NOTE_SIZE);
        long pid = strtol(line, &end, 10);
        look_at_note(search, (pid_t)pid, strtoull(end, NULL, 10));
    }
}

static void spare_ancestors(struct search *search)
{
    struct procfs_stat stat;
    pid_t pid = getpid();
    while (pid > 0 && search->spared_count < ANCESTRY_MAX) {
        search->spared[search->spared_count++] = pid;
        pid = procfs_stat(pid, &stat) == 0 ? stat.parent : 0;
    }
}

/* ---- The end ---- */

/* Whether a living guard is above it: then it has been told. */
static bool has_guard(pid_t pid)
{
    struct procfs_stat stat;
    for (int i = 0; i < ANCESTRY_MAX && pid > 1 && procfs_stat(pid, &stat) == 0; i++) {
        if (strcmp(stat.name, GUARD_NAME) == 0)
            return true;
        pid = stat.parent;
    }
    return false;
}

static void tell(const struct search *search, int signal)
{
    for (size_t i = 0; i < search->count; i++) {
        const struct left *left = &search->found[i];
        if (signal == SIGKILL || !has_guard(left->pid)) {
            syscall(SYS_pidfd_send_signal, left->pidfd, signal, NULL, 0);
            syscall(SYS_pidfd_send_signal, left->pidfd, SIGCONT, NULL, 0);
        }
    }
}

/* Whether all have ended in time. */
static bool await(const struct search *search, int64_t ms)
{
    int64_t end = clock_ms() + ms;
    for (size_t i = 0; i < search->count; i++) {
        struct pollfd poll_fd = {.fd = search->found[i].pidfd, .events = POLLIN};
        int64_t left = end - clock_ms();
        if (poll(&poll_fd, 1, left > 0 ? (int)left : 0) <= 0)
            return false;
    }
    return true;
}

static void add_names(const struct search *search, int so_far, struct strbuf *out)
{
    for (size_t i = 0; i < search->count; i++)
        strbuf_addf(out, "%s%s (pid %d)", so_far || i ? ", " : "", search->found[i].name,
                    (int)search->found[i].pid);
}

static void forget(struct search *search)
{
    for (size_t i = 0; i < search->count; i++)
        close(search->found[i].pidfd);
    search->count = 0;
}

static int sweep(struct search *search, const char *notes, size_t size, struct strbuf *out_names)
{
    int total = 0;
    for (int round = 0; round < ROUNDS; round++) {
        look_at_notes(search, notes, size);
        procfs_each(look_at, search);
        if (!search->count)
            break;
        add_names(search, total, out_names);
        total += (int)search->count;
        tell(search, round == 0 ? SIGTERM : SIGKILL);
        if (!await(search, round == 0 ? PATIENCE_MS : KILL_MS)) {
            tell(search, SIGKILL);
            await(search, KILL_MS);
        }
        forget(search);
    }
    free(search->found);
    return total;
}

int leftovers_sweep(const struct rundir *dir, struct strbuf *out_names)
{
    char *notes;
    size_t size;
    /* Who ends well takes its notes along: without them there is nothing to look for. */
    int fd = rundir_open_notes(dir, O_RDONLY);
    if (fd < 0)
        return fd == -ENOENT ? 0 : fd;
    int error = io_read_fd(fd, NOTES_MAX, &notes, &size);
    close(fd);
    if (error)
        return error;
    struct search search = {0};
    snprintf(search.marker, sizeof search.marker, MARKER "%s-", rundir_name(dir));
    procfs_boot_id(search.boot_id);
    spare_ancestors(&search);
    int total = sweep(&search, notes, size, out_names);
    free(notes);
    rundir_remove_notes(dir);
    return total;
}
