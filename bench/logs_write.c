/* A service that prints numbered lines as fast as they are taken.
 *
 *   logs_write FOLDER ID LINES LINES_A_WRITE
 *
 * Says FOLDER/ready.ID, waits until FOLDER/go can be opened (a FIFO), prints, writes the times of
 * its first and last write (ns, CLOCK_MONOTONIC) to FOLDER/done.ID, and waits for FOLDER/end. A
 * line is
 * "@ID:0000000017:xxx...x", LINE_BYTES with its line break; logs_check knows it, too.
 */
#include "logs_line.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define LINES_A_WRITE_MAX 640

static long long now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static void say(const char *folder, const char *what, const char *id, const char *text)
{
    char path[512], whole[520];
    snprintf(path, sizeof path, "%s/%s.%s", folder, what, id);
    snprintf(whole, sizeof whole, "%s~", path);
    int fd = open(whole, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0 || write(fd, text, strlen(text)) < 0 || close(fd) < 0 || rename(whole, path) < 0)
        exit(1);
}

static void wait_for(const char *folder, const char *what)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", folder, what);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0)
        close(fd);
}

static void print(const char *bytes, size_t size)
{
    while (size) {
        ssize_t written = write(STDOUT_FILENO, bytes, size);
        if (written <= 0)
            exit(2);
        bytes += written;
        size -= (size_t)written;
    }
}

int main(int argc, char **argv)
{
    static char lines[LINES_A_WRITE_MAX * LINE_BYTES];
    if (argc != 5)
        return 2;
    long count = strtol(argv[3], NULL, 10), at_once = strtol(argv[4], NULL, 10);
    char times[64];
    if (at_once < 1 || at_once > LINES_A_WRITE_MAX)
        return 2;
    for (long i = 0; i < at_once; i++)
        line_write(lines + i * LINE_BYTES, argv[2][0], (uint64_t)i);
    say(argv[1], "ready", argv[2], "");
    wait_for(argv[1], "go");
    long long began = now();
    for (long sent = 0; sent < count; sent += at_once) {
        print(lines, (size_t)at_once * LINE_BYTES);
        for (long i = 0; i < at_once; i++)
            line_advance(lines + i * LINE_BYTES, (uint64_t)at_once);
    }
    snprintf(times, sizeof times, "%lld %lld\n", began, now());
    say(argv[1], "done", argv[2], times);
    wait_for(argv[1], "end");
    return 0;
}
