/* spawn_measure N BOARD COMMAND [ARGUMENT..]: starts the command with its output thrown away,
 * prints its process number and the microseconds until the last of its N children had begun; waits
 * for a line on stdin; ends it with SIGTERM and prints the microseconds that this took, and those
 * of CPU of the program and all that it has waited for. */
#include "spawn_board.h"

#include <signal.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>

extern char **environ;

/* s that a program may take. */
#define PATIENCE 60

static pid_t start(char **command)
{
    posix_spawn_file_actions_t quiet;
    pid_t child = -1;
    posix_spawn_file_actions_init(&quiet);
    posix_spawn_file_actions_addopen(&quiet, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&quiet, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_adddup2(&quiet, 1, 2);
    if (posix_spawnp(&child, command[0], &quiet, NULL, command, environ) != 0)
        child = -1;
    posix_spawn_file_actions_destroy(&quiet);
    return child;
}

int main(int argc, char **argv)
{
    const struct timespec pause = {.tv_nsec = 500000};
    struct rusage usage;
    struct board *board = argc > 3 ? board_open(argv[2], O_CREAT | O_TRUNC) : NULL;
    if (!board)
        return 2;
    long wanted = strtol(argv[1], NULL, 10), begin = board_now();
    pid_t child = start(argv + 3);
    while (atomic_load(&board->count) < wanted) {
        if (child < 0 || board_now() - begin > PATIENCE * 1000000000L ||
            waitpid(child, NULL, WNOHANG) != 0)
            return 1;
        nanosleep(&pause, NULL);
    }
    printf("%d %ld\n", (int)child, (atomic_load(&board->last) - begin) / 1000);
    fflush(stdout);
    getchar();
    begin = board_now();
    kill(child, SIGTERM);
    wait4(child, NULL, 0, &usage);
    printf("%ld %ld\n", (board_now() - begin) / 1000,
           (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000 + usage.ru_utime.tv_usec +
               usage.ru_stime.tv_usec);
    return 0;
}
