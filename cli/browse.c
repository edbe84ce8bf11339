#include "browse.h"

#include "io.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

/* A plain name or path; lists and command lines are xdg-open's business. */
static const char *program(void)
{
    const char *browser = getenv("BROWSER");
    return browser && *browser && !strpbrk(browser, ": \t%") ? browser : "xdg-open";
}

static _Noreturn void become(const char *url, int told)
{
    const char *arguments[] = {program(), url, NULL};
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    for (int fd = 0; fd < 3; fd++)
        dup2(null, fd);
    setsid();
    pid_t child = fork(); /* nobody has to wait for the second one */
    if (child == 0) {
        signal(SIGPIPE, SIG_DFL);
        execvp(arguments[0], (char *const *)arguments);
        int error = -errno;
        io_write_all(told, &error, sizeof error);
    }
    _exit(0);
}

int browse(const char *url)
{
    int told[2], error = io_pipe(told, false);
    if (error)
        return error;
    pid_t child = fork();
    if (child == 0)
        become(url, told[1]);
    io_close(&told[1]);
    int problem = child < 0 ? -errno : 0;
    while (child > 0 && waitpid(child, NULL, 0) < 0 && errno == EINTR)
        ;
    /* The end of the pipe comes when the browser runs. */
    ssize_t n = child > 0 ? read(told[0], &error, sizeof error) : 0;
    if (n == (ssize_t)sizeof error)
        problem = error;
    io_close(&told[0]);
    return problem;
}
