#include "suite.h"
#include "top_usage.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHILD_MEMORY (16u << 20)

/* A child with a child of its own that holds memory and has used some processor time; *out_ready
 * has been told by it. */
static pid_t start_tree(void)
{
    int ready[2];
    char word;
    ck_assert_int_eq(pipe(ready), 0);
    pid_t child = fork();
    if (child == 0) {
        if (fork() == 0) {
            char *memory = malloc(CHILD_MEMORY);
            struct timespec used = {0};
            memset(memory, 1, CHILD_MEMORY);
            while (used.tv_sec == 0 && used.tv_nsec < 50000000)
                clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
            if (write(ready[1], &memory[1], 1) != 1)
                _exit(1);
        }
        pause();
        _exit(0);
    }
    ck_assert_int_eq(read(ready[0], &word, 1), 1);
    close(ready[0]);
    close(ready[1]);
    return child;
}

START_TEST(whole_tree_counts)
{
    struct top_usage usage;
    struct top_load load;
    setpgid(0, 0);
    top_usage_init(&usage);
    top_usage_sample(&usage, 100, getpid(), &(pid_t){0}, 1, &load);
    ck_assert(load.cpu < 0 && load.memory < 0);
    pid_t child = start_tree();
    top_usage_sample(&usage, 101, getpid(), &child, 1, &load);
    ck_assert_int_ge(load.memory, CHILD_MEMORY);
    ck_assert_double_ge(load.cpu, 4); /* 50 ms of a second, in ticks of 10 ms */
    ck_assert_uint_ge(usage.before_count, 2);
    /* What was used before the last sample does not count again. */
    top_usage_sample(&usage, 102, getpid(), &child, 1, &load);
    ck_assert_double_le(load.cpu, 4);
    top_usage_finish(&usage);
    signal(SIGTERM, SIG_IGN);
    kill(0, SIGTERM);
    waitpid(child, NULL, 0);
}
END_TEST

START_TEST(nobody_is_not_known)
{
    struct top_usage usage;
    struct top_load load = {1, 1};
    pid_t child = fork();
    if (child == 0)
        _exit(0);
    waitpid(child, NULL, 0);
    top_usage_init(&usage);
    top_usage_sample(&usage, 1, getpid(), &child, 1, &load);
    ck_assert(load.cpu < 0 && load.memory < 0);
    top_usage_finish(&usage);
    top_usage_finish(&usage);
}
END_TEST

int main(void)
{
    struct suite s = suite_begin("top_usage");
    SUITE_CASE(s, whole_tree_counts);
    SUITE_CASE(s, nobody_is_not_known);
    return suite_run(s);
}
