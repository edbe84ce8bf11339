#include "log_ring.h"

#define FIRST_CAPACITY 4096u
#define RECORD_ALIGN   8u

/* Lies in the ring, the text behind it. */
struct record {
    uint64_t seq;
    int64_t time_ms;
    uint32_t service, length;
    uint32_t previous; /* offset of the record before; means nothing in the oldest */
    uint8_t stream, open, continued, reserved;
};
_Static_assert(sizeof(struct record) % RECORD_ALIGN == 0, "records stay aligned");

static struct record *record_at(const struct log_ring *ring, size_t offset)
{
    return (struct record *)(ring->bytes + offset);
}

static size_t record_size(size_t length)
{
    return (sizeof(struct record) + length + RECORD_ALIGN - 1) & ~(size_t)(RECORD_ALIGN - 1);
}

/* The offset behind a record, where the next one lies. */
static size_t record_end(const struct log_ring *ring, size_t offset)
{
    size_t end = offset + record_size(record_at(ring, offset)->length);
    return ring->wrap && end == ring->wrap ? 0 : end;
}

void log_ring_init(struct log_ring *ring, size_t budget)
{
    /* Offsets are kept in 32 bits. */
    *ring = (struct log_ring){.budget = budget < UINT32_MAX ? budget : UINT32_MAX};
}

void log_ring_finish(struct log_ring *ring)
{
    free(ring->bytes);
    *ring = (struct log_ring){0};
}

static void forget_oldest(struct log_ring *ring)
{
    size_t next = record_end(ring, ring->head);
    if (next < ring->head)
        ring->wrap = 0;
    ring->head = next;
    ring->count--;
}

/* Room for `end` bytes. The bytes stay where they are, so only a ring that is not wrapped grows. */
static bool grow(struct log_ring *ring, size_t end)
{
    if (end > ring->budget)
        return false;
    size_t capacity = ring->capacity ? ring->capacity * 2 : FIRST_CAPACITY;
    if (capacity < end)
        capacity = end;
    if (capacity > ring->budget)
        capacity = ring->budget;
    unsigned char *bytes = realloc(ring->bytes, capacity);
    if (!bytes)
        return false;
    ring->bytes = bytes;
    ring->capacity = capacity;
    return true;
}

/* Room for size bytes at tail; forgets lines for it. */
static bool make_room(struct log_ring *ring, size_t size)
{
    for (;;) {
        if (ring->count == 0)
            ring->head = ring->tail = ring->wrap = 0;
        if (ring->wrap) {
            if (ring->head - ring->tail >= size)
                return true;
            forget_oldest(ring);
        } else if (ring->capacity - ring->tail >= size) {
            return true;
        } else if (!grow(ring, ring->tail + size)) {
            if (ring->count == 0)
                return false;
            ring->wrap = ring->tail;
            ring->tail = 0;
        }
    }
}

void log_ring_push(struct log_ring *ring, const struct log_line *line)
{
    size_t size = record_size(line->length);
    if (size > ring->budget || !make_room(ring, size))
        return;
    struct record *record = record_at(ring, ring->tail);
    *record = (struct record){.seq = line->seq,
                              .time_ms = line->time_ms,
                              .service = line->service,
                              .length = line->length,
                              .previous = (uint32_t)ring->newest,
                              .stream = line->stream,
                              .open = line->open,
                              .continued = line->continued};
    if (line->length)
        memcpy(record + 1, line->text, line->length);
    ring->newest = ring->tail;
    ring->tail += size;
    ring->count++;
}

void log_ring_renumber(struct log_ring *ring, uint32_t service)
{
    for (struct log_cursor at = log_ring_end(ring); log_cursor_back(ring, &at);)
        record_at(ring, at.offset)->service = service;
}

struct log_cursor log_ring_end(const struct log_ring *ring)
{
    (void)ring;
    return (struct log_cursor){0};
}

bool log_cursor_back(const struct log_ring *ring, struct log_cursor *cursor)
{
    if (cursor->left == ring->count)
        return false;
    cursor->offset = cursor->left ? record_at(ring, cursor->offset)->previous : ring->newest;
    cursor->left++;
    return true;
}

bool log_cursor_next(const struct log_ring *ring, struct log_cursor *cursor)
{
    if (cursor->left == 0 || --cursor->left == 0)
        return false;
    cursor->offset = record_end(ring, cursor->offset);
    return true;
}

struct log_line log_cursor_line(const struct log_ring *ring, const struct log_cursor *cursor)
{
    const struct record *record = record_at(ring, cursor->offset);
    return (struct log_line){.seq = record->seq,
                             .time_ms = record->time_ms,
                             .service = record->service,
                             .length = record->length,
                             .stream = record->stream,
                             .open = record->open,
                             .continued = record->continued,
                             .text = (const char *)(record + 1)};
}
