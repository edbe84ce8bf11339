/* Preloaded: the n-th allocation of the program fails, n being $FAIL_MALLOC. The file
 * $FAIL_MALLOC_TOLD is made when it does. Programs that it executes are left alone. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

/* glibc's own, which ours stand in for. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);

static long left = -1; /* until the one that fails; below 0: none does */
static const char *told;

__attribute__((constructor)) static void prepare(void)
{
    const char *nth = getenv("FAIL_MALLOC");
    told = getenv("FAIL_MALLOC_TOLD");
    left = nth ? strtol(nth, NULL, 10) : -1;
    unsetenv("LD_PRELOAD");
}

static int fails(void)
{
    if (left <= 0 || --left > 0)
        return 0;
    int fd = told ? open(told, O_CREAT | O_WRONLY | O_CLOEXEC, 0600) : -1;
    if (fd >= 0)
        close(fd);
    errno = ENOMEM;
    return 1;
}

__attribute__((visibility("default"))) void *malloc(size_t size)
{
    return fails() ? NULL : __libc_malloc(size);
}

__attribute__((visibility("default"))) void *calloc(size_t count, size_t size)
{
    return fails() ? NULL : __libc_calloc(count, size);
}

__attribute__((visibility("default"))) void *realloc(void *old, size_t size)
{
    return fails() ? NULL : __libc_realloc(old, size);
}
