/* The least that putting a prefix before the lines of several programs takes.
 *
 *   logs_limit [-t] COMMAND..     each COMMAND is for sh; -t: the time, too
 *
 * One loop: poll, read 64 KiB, find the line breaks, copy prefix and line, write. No rings, nobody
 * else who listens, no pipes for stderr, no care for what does not end.
 */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define BUFFER (64 << 10)
#define MAX    16

struct child {
    int fd;
    char name[24];
    char line[BUFFER]; /* the unfinished one */
    size_t length;
};

static char out[8 * BUFFER];
static int timed;

static void start(struct child *child, int index, const char *command)
{
    int ends[2];
    if (pipe(ends) < 0)
        exit(1);
    if (fork() == 0) {
        dup2(ends[1], STDOUT_FILENO);
        close(ends[0]);
        close(ends[1]);
        execl("/bin/sh", "sh", "-c", command, NULL);
        _exit(127);
    }
    close(ends[1]);
    child->fd = ends[0];
    snprintf(child->name, sizeof child->name, "s%d │ ", index);
}

static size_t prefix(const struct child *child, char *text, size_t size)
{
    struct timespec now;
    char clock[16];
    if (!timed)
        return (size_t)snprintf(text, size, "%s", child->name);
    clock_gettime(CLOCK_REALTIME, &now);
    struct tm local;
    strftime(clock, sizeof clock, "%H:%M:%S", localtime_r(&now.tv_sec, &local));
    return (size_t)snprintf(text, size, "%s.%03ld %s", clock, now.tv_nsec / 1000000, child->name);
}

static void take(struct child *child, const char *bytes, size_t size)
{
    char before[64], *at = out;
    size_t length = prefix(child, before, sizeof before);
    const char *end = bytes + size, *newline;
    while (bytes < end && (newline = memchr(bytes, '\n', (size_t)(end - bytes)))) {
        at = mempcpy(at, before, length);
        at = mempcpy(at, child->line, child->length);
        child->length = 0;
        at = mempcpy(at, bytes, (size_t)(newline + 1 - bytes));
        bytes = newline + 1;
    }
    memcpy(child->line + child->length, bytes, (size_t)(end - bytes));
    child->length += (size_t)(end - bytes);
    if (write(STDOUT_FILENO, out, (size_t)(at - out)) != at - out)
        exit(1);
}

int main(int argc, char **argv)
{
    static struct child children[MAX];
    static char buffer[BUFFER];
    struct pollfd fds[MAX];
    timed = argc > 1 && strcmp(argv[1], "-t") == 0;
    int count = argc - 1 - timed, open = count;
    for (int i = 0; i < count && i < MAX; i++) {
        start(&children[i], i, argv[1 + timed + i]);
        fds[i] = (struct pollfd){.fd = children[i].fd, .events = POLLIN};
    }
    while (open && poll(fds, (nfds_t)count, -1) > 0) {
        for (int i = 0; i < count; i++) {
            if (!fds[i].revents)
                continue;
            ssize_t size = read(fds[i].fd, buffer, sizeof buffer);
            if (size > 0)
                take(&children[i], buffer, (size_t)size);
            else
                fds[i].fd = -1, open--;
        }
    }
    return 0;
}
