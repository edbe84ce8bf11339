#include "io.h"
#include "listener.h"

#include <dirent.h>
#include <inttypes.h>
#include <unistd.h>

#define PROC_NET_MAX (16u << 20) /* bytes of /proc/net/tcp that are looked at */
#define COMMAND_MAX  200u        /* bytes of a command line that are shown */
#define STATE_LISTEN 0x0au       /* TCP_LISTEN in /proc/net/tcp */

/* One line of /proc/net/tcp: sl local:port remote:port state ... inode. */
static bool parse_line(const char *line, uint16_t port, uint64_t *out_inode)
{
    unsigned local, state;
    uint64_t inode;
    int fields =
        sscanf(line, " %*u: %*[0-9A-Fa-f]:%x %*[0-9A-Fa-f]:%*x %x %*s %*s %*s %*u %*u %" SCNu64,
               &local, &state, &inode);
    if (fields != 3 || local != port || state != STATE_LISTEN)
        return false;
    *out_inode = inode;
    return true;
}

static bool find_inode(const char *table, uint16_t port, uint64_t *out_inode)
{
    char *text;
    size_t size;
    bool found = false;
    if (io_read_file(table, PROC_NET_MAX, &text, &size) < 0)
        return false;
    for (char *line = text; line && !found; line = strchr(line, '\n')) {
        if (*line == '\n')
            line++;
        found = parse_line(line, port, out_inode);
    }
    free(text);
    return found;
}

static bool process_has_socket(unsigned long pid, uint64_t inode)
{
    char path[64], want[64], target[64];
    bool found = false;
    snprintf(want, sizeof want, "socket:[%" PRIu64 "]", inode);
    snprintf(path, sizeof path, "/proc/%lu/fd", pid);
    DIR *dir = opendir(path);
    if (!dir)
        return false;
    struct dirent *entry;
    while (!found && (entry = readdir(dir))) {
        ssize_t length = readlinkat(dirfd(dir), entry->d_name, target, sizeof target - 1);
        if (length < 0)
            continue;
        target[length] = '\0';
        found = strcmp(target, want) == 0;
    }
    closedir(dir);
    return found;
}

/* The command line with spaces between its arguments, without control bytes. */
static void add_command(unsigned long pid, struct strbuf *out)
{
    char path[64], *text;
    size_t size;
    snprintf(path, sizeof path, "/proc/%lu/cmdline", pid);
    if (io_read_file(path, 64u << 10, &text, &size) < 0)
        return;
    while (size && text[size - 1] == '\0')
        size--;
    if (size) {
        strbuf_adds(out, " (");
        for (size_t i = 0; i < size && i < COMMAND_MAX; i++)
            strbuf_addc(out, (unsigned char)text[i] < ' ' || text[i] == 0x7f ? ' ' : text[i]);
        strbuf_adds(out, size > COMMAND_MAX ? "...)" : ")");
    }
    free(text);
}

static bool add_process(uint64_t inode, struct strbuf *out)
{
    DIR *dir = opendir("/proc");
    bool found = false;
    if (!dir)
        return false;
    struct dirent *entry;
    while (!found && (entry = readdir(dir))) {
        unsigned long pid = strtoul(entry->d_name, NULL, 10); /* 0: not a process */
        found = pid && process_has_socket(pid, inode);
        if (found) {
            strbuf_addf(out, "pid %lu", pid);
            add_command(pid, out);
        }
    }
    closedir(dir);
    return found;
}

bool listener_holder(uint16_t port, struct strbuf *out)
{
    uint64_t inode;
    if (!find_inode("/proc/net/tcp", port, &inode) && !find_inode("/proc/net/tcp6", port, &inode))
        return false;
    if (!add_process(inode, out))
        strbuf_adds(out, "a process of another user");
    return true;
}
