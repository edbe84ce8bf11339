#include "port_holder.h"

#include "io.h"

#include <dirent.h>

#define COMMAND_MAX 100u /* bytes of a command line that are shown */

/* The command line with spaces between its arguments, without control bytes. */
static void add_command(pid_t pid, struct strbuf *out)
{
    char path[64], *text;
    size_t size;
    snprintf(path, sizeof path, "/proc/%ld/cmdline", (long)pid);
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

pid_t port_holder_find(const struct listening_sockets *sockets)
{
    DIR *dir = opendir("/proc");
    pid_t found = 0;
    if (!dir)
        return 0;
    struct dirent *entry;
    while (!found && (entry = readdir(dir))) {
        pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10); /* 0: not a process */
        if (pid && sockets_held(pid, sockets))
            found = pid;
    }
    closedir(dir);
    return found;
}

void port_holder_add(pid_t pid, struct strbuf *out)
{
    if (!pid) {
        strbuf_adds(out,
                    "a process that cannot be seen from here (another user's, or in a container)");
        return;
    }
    strbuf_addf(out, "pid %ld", (long)pid);
    add_command(pid, out);
}

bool port_holder(uint16_t port, struct strbuf *out)
{
    struct arena arena = {0};
    struct listening_sockets sockets = {0};
    bool known = sockets_listening(&arena, port, &sockets) == 0 && sockets.count > 0;
    if (known)
        port_holder_add(port_holder_find(&sockets), out);
    arena_finish(&arena);
    return known;
}
