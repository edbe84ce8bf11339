#include "a3s/plan.h"
#include "io.h"
#include "layout.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static int open_file(const char *path, enum plan_trust trust, int *out_fd)
{
    /* Nonblocking, or opening a fifo would wait for its writer. */
    int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK;
    int fd = open(path, trust == PLAN_TRUST_OWN ? flags | O_NOFOLLOW : flags);
    if (fd < 0)
        return -errno;
    *out_fd = fd;
    return 0;
}

static int judge_file(int fd, enum plan_trust trust, uint64_t *out_size)
{
    struct stat info;
    if (fstat(fd, &info) < 0)
        return -errno;
    if (S_ISDIR(info.st_mode))
        return -EISDIR;
    if (!S_ISREG(info.st_mode))
        return -EINVAL;
    if (trust == PLAN_TRUST_OWN && (info.st_uid != geteuid() || info.st_mode & (S_IWGRP | S_IWOTH)))
        return -EPERM;
    *out_size = (uint64_t)info.st_size;
    return 0;
}

static enum plan_error judge_size(uint64_t size)
{
    if (size < sizeof(struct plan_header))
        return PLAN_E_TOO_SMALL;
    return size > PLAN_SIZE_MAX ? PLAN_E_TOO_LARGE : PLAN_OK;
}

static int pages_map(size_t size, void **out_pages)
{
    /* Every page will be written to: one call is cheaper than a fault for each. */
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE;
    void *pages = mmap(NULL, size, PROT_READ | PROT_WRITE, flags, -1, 0);
    if (pages == MAP_FAILED)
        return -errno;
    *out_pages = pages;
    return 0;
}

/* A file that has become shorter meanwhile leaves zeroes, which the checksum does not forgive. */
static int pages_read(int fd, unsigned char *pages, size_t size)
{
    size_t filled = 0;
    while (filled < size) {
        ssize_t got = read(fd, pages + filled, size - filled);
        if (got == 0)
            break;
        if (got > 0)
            filled += (size_t)got;
        else if (errno != EINTR)
            return -errno;
    }
    return 0;
}

/* Verifies filled pages, protects them and makes them the plan's; on failure they are unmapped. */
static enum plan_error pages_adopt(struct plan *plan, void *pages, size_t size, int *out_errno,
                                   uint64_t *out_where)
{
    enum plan_error error = plan_verify(pages, size, out_where);
    if (error == PLAN_E_SYSTEM)
        *out_errno = -ENOMEM;
    if (!error && mprotect(pages, size, PROT_READ) < 0) {
        *out_errno = -errno;
        error = PLAN_E_SYSTEM;
    }
    if (error) {
        munmap(pages, size);
        return error;
    }
    plan_view(plan, pages, size);
    return PLAN_OK;
}

static enum plan_error open_fd(struct plan *plan, int fd, enum plan_trust trust, int *out_errno,
                               uint64_t *out_where)
{
    uint64_t size = 0;
    void *pages = NULL;
    *out_errno = judge_file(fd, trust, &size);
    if (*out_errno)
        return PLAN_E_SYSTEM;
    enum plan_error error = judge_size(size);
    if (error)
        return error;
    *out_errno = pages_map(size, &pages);
    if (*out_errno)
        return PLAN_E_SYSTEM;
    *out_errno = pages_read(fd, pages, size);
    if (*out_errno) {
        munmap(pages, size);
        return PLAN_E_SYSTEM;
    }
    return pages_adopt(plan, pages, size, out_errno, out_where);
}

enum plan_error plan_open(struct plan *plan, const char *path, enum plan_trust trust,
                          int *out_errno, uint64_t *out_where)
{
    int fd = -1;
    *out_where = 0;
    *out_errno = open_file(path, trust, &fd);
    if (*out_errno)
        return PLAN_E_SYSTEM;
    enum plan_error error = open_fd(plan, fd, trust, out_errno, out_where);
    io_close(&fd);
    return error;
}

enum plan_error plan_open_bytes(struct plan *plan, const void *bytes, size_t size,
                                uint64_t *out_where)
{
    void *pages = NULL;
    int refused = 0;
    *out_where = 0;
    enum plan_error error = judge_size(size);
    if (error)
        return error;
    if (pages_map(size, &pages) < 0)
        return PLAN_E_SYSTEM;
    memcpy(pages, bytes, size);
    return pages_adopt(plan, pages, size, &refused, out_where);
}

void plan_view(struct plan *plan, const void *bytes, size_t size)
{
    struct plan_layout layout;
    plan_layout_read(&layout, bytes, size);
    plan_layout_view(&layout, plan);
}

void plan_close(struct plan *plan)
{
    if (plan->bytes)
        munmap((void *)plan->bytes, plan->size);
    *plan = (struct plan){0};
}

uint32_t plan_find_service(const struct plan *plan, const char *name)
{
    for (uint32_t i = 0; i < plan->service_count; i++)
        if (!strcmp(plan_service_name(plan, i), name))
            return i;
    return PLAN_NONE;
}

const struct plan_span *plan_find_span(const struct plan *plan, uint32_t service,
                                       enum plan_field field)
{
    struct plan_range range = plan->services[service].spans;
    for (uint32_t i = range.first; i < range.first + range.count; i++)
        if (plan->spans[i].field == field)
            return &plan->spans[i];
    return &plan->spans[range.first]; /* NAME is the lowest field and always there */
}
