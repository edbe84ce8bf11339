/* The least that a chain of services can take: each is spawned when the one before it has said
 * through a pipe that it listens. No log pipes, no guard, no probe.
 *
 *     chain_limit PROGRAM DELAY_MS TIMES PORT...
 *
 * Stops them all at the end. */
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

int main(int argc, char **argv)
{
    int ready[2];
    char fd[16], byte;
    if (argc < 5 || pipe2(ready, O_CLOEXEC) || fcntl(ready[1], F_SETFD, 0))
        return 2;
    snprintf(fd, sizeof fd, "%d", ready[1]);
    setenv("CHAIN_FD", fd, 1);
    pid_t *pids = calloc((size_t)argc, sizeof *pids);
    int started = 0;
    for (int i = 4; pids && i < argc; i++) {
        char *args[] = {argv[1], argv[i], argv[2], argv[3], NULL};
        if (posix_spawn(&pids[started], argv[1], NULL, NULL, args, environ))
            break;
        started++;
        if (read(ready[0], &byte, 1) != 1)
            break;
    }
    for (int i = 0; i < started; i++)
        kill(pids[i], SIGTERM);
    while (wait(NULL) > 0)
        ;
    free(pids);
    return started == argc - 4 ? 0 : 1;
}
