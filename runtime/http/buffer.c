#include "buffer.h"

#define CAPACITY_MIN 1024u
/* Far above what the limits of heads allow. */
#define CAPACITY_MAX (1u << 20)

void buffer_init(struct buffer *buffer, char *first, uint32_t size)
{
    *buffer = (struct buffer){.bytes = first, .first = first, .capacity = size};
}

static void free_bytes(struct buffer *buffer)
{
    if (buffer->bytes != buffer->first)
        free(buffer->bytes);
}

void buffer_finish(struct buffer *buffer)
{
    free_bytes(buffer);
    *buffer = (struct buffer){0};
}

void buffer_clear(struct buffer *buffer)
{
    buffer->start = buffer->end = 0;
    buffer->lent = (struct str){0};
}

static char *reserve(struct buffer *buffer, uint32_t size)
{
    uint32_t waiting = buffer->end - buffer->start;
    if (size <= buffer->capacity - buffer->end && buffer->bytes)
        return buffer->bytes + buffer->end;
    if (buffer->start && size <= buffer->capacity - waiting) {
        memmove(buffer->bytes, buffer->bytes + buffer->start, waiting);
    } else {
        uint32_t capacity = buffer->capacity ? buffer->capacity : CAPACITY_MIN;
        while (capacity < CAPACITY_MAX && capacity - waiting < size)
            capacity *= 2;
        char *grown = capacity - waiting < size ? NULL : malloc(capacity);
        if (!grown) {
            buffer->failed = true;
            return NULL;
        }
        if (waiting)
            memcpy(grown, buffer->bytes + buffer->start, waiting);
        free_bytes(buffer);
        buffer->bytes = grown;
        buffer->capacity = capacity;
    }
    buffer->start = 0;
    buffer->end = waiting;
    return buffer->bytes + waiting;
}

static void append(struct buffer *buffer, const void *bytes, size_t size)
{
    char *to = size > CAPACITY_MAX ? NULL : reserve(buffer, (uint32_t)size);
    if (!to) {
        buffer->failed = true;
        return;
    }
    memcpy(to, bytes, size);
    buffer->end += (uint32_t)size;
}

void buffer_settle(struct buffer *buffer)
{
    struct str lent = buffer->lent;
    buffer->lent = (struct str){0};
    if (lent.len)
        append(buffer, lent.ptr, lent.len);
}

char *buffer_reserve(struct buffer *buffer, uint32_t size)
{
    buffer_settle(buffer);
    return reserve(buffer, size);
}

void buffer_add(struct buffer *buffer, const void *bytes, size_t size)
{
    buffer_settle(buffer);
    if (size)
        append(buffer, bytes, size);
}

void buffer_lend(struct buffer *buffer, struct str bytes)
{
    buffer_settle(buffer);
    if (!buffer->failed)
        buffer->lent = bytes;
}

void buffer_adds(struct buffer *buffer, struct str text)
{
    buffer_add(buffer, text.ptr, text.len);
}

void buffer_addn(struct buffer *buffer, uint64_t number)
{
    char digits[20];
    size_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number);
    buffer_add(buffer, digits + at, sizeof digits - at);
}

void buffer_consume(struct buffer *buffer, uint32_t size)
{
    uint32_t own = buffer->end - buffer->start;
    if (size > own) {
        buffer->lent.ptr += size - own;
        buffer->lent.len -= size - own;
        size = own;
    }
    buffer->start += size;
    if (buffer->start == buffer->end)
        buffer->start = buffer->end = 0;
}
