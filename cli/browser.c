#include "browser.h"

#include "io.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define DESKTOP "xdg-open"
/* ms after which a command that has not ended is taken for the browser itself. */
#define PATIENCE_MS 1500

static bool is_set(const char *name)
{
    const char *value = getenv(name);
    return value && *value;
}

bool browser_is_known(void)
{
    return is_set("BROWSER") || is_set("DISPLAY") || is_set("WAYLAND_DISPLAY");
}

static const char *fill_in(struct arena *arena, const char *word, const char *address,
                           bool *inout_filled)
{
    const char *mark = strstr(word, "%s");
    if (!mark)
        return word;
    *inout_filled = true;
    return arena_printf(arena, "%.*s%s%s", (int)(mark - word), word, address, mark + 2);
}

const char *const *browser_words(struct arena *arena, const char *command, size_t length,
                                 const char *address)
{
    char *text = arena_printf(arena, "%.*s", (int)length, command);
    const char **words = arena_new(arena, const char *, length / 2 + 3);
    size_t count = 0;
    bool filled = false;
    for (char *save, *word = strtok_r(text, " ", &save); word; word = strtok_r(NULL, " ", &save))
        words[count++] = fill_in(arena, word, address, &filled);
    if (count && !filled)
        words[count++] = address;
    words[count] = NULL;
    return words;
}

static _Noreturn void become(const char *const *words, int failed)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    for (int fd = STDIN_FILENO; null >= 0 && fd <= STDERR_FILENO; fd++)
        dup2(null, fd);
    setsid(); /* Ctrl-C in this terminal is not meant for it */
    execvp(words[0], (char *const *)(uintptr_t)words);
    io_write_all(failed, "x", 1);
    _exit(127);
}

/* Nothing is read from the pipe when the program has been executed: that has closed it. */
static bool has_failed(int fd)
{
    char byte;
    ssize_t n;
    do
        n = read(fd, &byte, 1);
    while (n < 0 && errno == EINTR);
    return n != 0;
}

/* Ends badly soon: then nothing has been opened. */
static bool ends_badly(pid_t child)
{
    int status;
    for (int waited = 0; waited < PATIENCE_MS; waited += 20) {
        pid_t ended = waitpid(child, &status, WNOHANG);
        if (ended == child)
            return !WIFEXITED(status) || WEXITSTATUS(status) != 0;
        poll(NULL, 0, 20);
    }
    return false;
}

static bool start(const char *const *words)
{
    int failed[2];
    if (!words[0] || io_pipe(failed, false) != 0)
        return false;
    pid_t child = fork();
    if (child == 0)
        become(words, failed[1]);
    io_close(&failed[1]);
    bool good = child > 0 && !has_failed(failed[0]) && !ends_badly(child);
    io_close(&failed[0]);
    return good;
}

bool browser_open(struct arena *arena, const char *address)
{
    const char *list = is_set("BROWSER") ? getenv("BROWSER") : DESKTOP;
    for (;;) {
        size_t length = strcspn(list, ":");
        if (start(browser_words(arena, list, length, address)))
            return true;
        if (!list[length])
            return false;
        list += length + 1;
    }
}
