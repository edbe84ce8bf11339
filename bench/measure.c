/* measure COMMAND [ARGUMENT..]: runs it twice with its output thrown away and prints the second
 * run's wall clock and CPU in microseconds, the largest resident set in KiB and the exit code.
 *
 * The first run warms the memory as it warms the caches: a virtual machine's host may take free
 * memory back within seconds, and whoever touches it next pays for that, several times what the
 * program itself takes. A small parent, because a child's largest resident set includes its
 * parent's from before the exec. */
#include <fcntl.h>
#include <spawn.h>
#include <stdbool.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

static long long now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000LL + now.tv_nsec / 1000;
}

static long long us(struct timeval time)
{
    return time.tv_sec * 1000000LL + time.tv_usec;
}

/* False if it could not be run. */
static bool run(char **argv, const posix_spawn_file_actions_t *quiet, long long *out_us,
                int *out_status, struct rusage *out_usage)
{
    pid_t child;
    long long begin = now_us();
    bool ran = posix_spawnp(&child, argv[0], quiet, NULL, argv, environ) == 0 &&
               wait4(child, out_status, 0, out_usage) == child;
    *out_us = now_us() - begin;
    return ran;
}

int main(int argc, char **argv)
{
    posix_spawn_file_actions_t quiet;
    struct rusage usage;
    long long wall;
    int status;
    posix_spawn_file_actions_init(&quiet);
    posix_spawn_file_actions_addopen(&quiet, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_adddup2(&quiet, 1, 2);
    bool ran = argc > 1 && run(argv + 1, &quiet, &wall, &status, &usage) &&
               run(argv + 1, &quiet, &wall, &status, &usage);
    posix_spawn_file_actions_destroy(&quiet);
    if (!ran)
        return 2;
    printf("%lld %lld %ld %d\n", wall, us(usage.ru_utime) + us(usage.ru_stime), usage.ru_maxrss,
           WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
    return 0;
}
