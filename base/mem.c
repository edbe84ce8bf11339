#include "mem.h"

#include <stdint.h>
#include <unistd.h>

void mem_die(void)
{
    static const char text[] = "a3s: out of memory\n";
    ssize_t ignored = write(STDERR_FILENO, text, sizeof text - 1);
    (void)ignored;
    _exit(1);
}

static size_t checked_product(size_t count, size_t size)
{
    size_t product;
    if (__builtin_mul_overflow(count, size, &product))
        mem_die();
    return product;
}

void *mem_alloc(size_t size)
{
    void *bytes = calloc(1, size ? size : 1);
    if (!bytes)
        mem_die();
    return bytes;
}

void *mem_alloc_array(size_t count, size_t size)
{
    return mem_alloc(checked_product(count, size));
}

void *mem_grow(void *old, size_t count, size_t size)
{
    size_t product = checked_product(count, size);
    void *bytes = realloc(old, product ? product : 1);
    if (!bytes)
        mem_die();
    return bytes;
}
