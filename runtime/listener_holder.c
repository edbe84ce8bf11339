#include "io.h"
#include "listener.h"
#include "sockets.h"

#include <dirent.h>

#define COMMAND_MAX 200u /* bytes of a command line that are shown */

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

static bool add_process(const struct listening_sockets *sockets, struct strbuf *out)
{
    DIR *dir = opendir("/proc");
    bool found = false;
    if (!dir)
        return false;
    struct dirent *entry;
    while (!found && (entry = readdir(dir))) {
        unsigned long pid = strtoul(entry->d_name, NULL, 10); /* 0: not a process */
        found = pid && sockets_held((pid_t)pid, sockets);
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
    struct arena arena = {0};
    struct listening_sockets sockets = {0};
    bool known = sockets_listening(&arena, port, &sockets) == 0 && sockets.count > 0;
    if (known && !add_process(&sockets, out))
        strbuf_adds(out, "a process of another user");
    arena_finish(&arena);
    return known;
}
