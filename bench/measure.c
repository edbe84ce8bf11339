/* measure COMMAND [ARGUMENT..]: runs it with its output thrown away and prints wall clock and CPU
 * in microseconds, the largest resident set in KiB and the exit code. A small parent, because a
 * child's largest resident set includes its parent's from before the exec. */
#include <fcntl.h>
#include <spawn.h>
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

int main(int argc, char **argv)
{
    posix_spawn_file_actions_t quiet;
    struct rusage usage;
    pid_t child;
    int status;
    if (argc < 2)
        return 2;
    posix_spawn_file_actions_init(&quiet);
    posix_spawn_file_actions_addopen(&quiet, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_adddup2(&quiet, 1, 2);
    long long begin = now_us();
    if (posix_spawnp(&child, argv[1], &quiet, NULL, argv + 1, environ) != 0 ||
        wait4(child, &status, 0, &usage) < 0)
        return 2;
    long long end = now_us();
    posix_spawn_file_actions_destroy(&quiet);
    printf("%lld %lld %ld %d\n", end - begin, us(usage.ru_utime) + us(usage.ru_stime),
           usage.ru_maxrss, WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
    return 0;
}
