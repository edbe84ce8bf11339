/* Counts the numbered lines of logs_write in what a program made of them.
 *
 *   logs_check IDS LINES FILE..     prints "lost N torn N disordered N"
 *
 * A line counts if it is whole, from its "@" to its line break, whatever stands before it.
 */
#include "logs_line.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>

#define IDS 10

static uint64_t seen[IDS], next[IDS], torn, disordered;

static void count_line(const char *line, size_t length)
{
    char expected[LINE_BYTES];
    const char *at = memrchr(line, '@', length);
    if (!at)
        return; /* not of logs_write */
    size_t left = length - (size_t)(at - line);
    unsigned id = left > 1 ? (unsigned)(at[1] - '0') : IDS;
    if (left != LINE_BYTES || id >= IDS) {
        torn++;
        return;
    }
    uint64_t number = strtoull(at + LINE_FIRST, NULL, 10);
    line_write(expected, at[1], number);
    if (memcmp(expected, at, LINE_BYTES) != 0) {
        torn++;
        return;
    }
    seen[id]++;
    disordered += number != next[id];
    next[id] = number + 1;
}

static int count_file(const char *path)
{
    struct stat info;
    int fd = open(path, O_RDONLY);
    if (fd < 0 || fstat(fd, &info) < 0)
        return 1;
    if (info.st_size == 0)
        return 0;
    char *bytes = mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (bytes == MAP_FAILED)
        return 1;
    const char *at = bytes, *end = bytes + info.st_size;
    while (at < end) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        const char *after = newline ? newline + 1 : end;
        count_line(at, (size_t)(after - at));
        at = after;
    }
    return munmap(bytes, (size_t)info.st_size);
}

int main(int argc, char **argv)
{
    long ids = argc > 3 ? strtol(argv[1], NULL, 10) : 0;
    long long lines = argc > 3 ? strtol(argv[2], NULL, 10) : 0, lost = 0;
    if (ids < 1 || ids > IDS)
        return 2;
    for (int i = 3; i < argc; i++) {
        if (count_file(argv[i]))
            return 1;
    }
    for (long id = 0; id < ids; id++)
        lost += lines - (long long)seen[id];
    printf("lost %lld torn %llu disordered %llu\n", lost, (unsigned long long)torn,
           (unsigned long long)disordered);
    return 0;
}
