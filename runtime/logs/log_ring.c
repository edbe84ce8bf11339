#include "log_ring.h"

#define FIRST_CAPACITY 4096u
#define RECORD_ALIGN   8u

/* Lies in the ring, the lines behind it as they came: with their breaks. */
struct record {
    uint64_t seq; /* of its first line */
    int64_t time_ms;
    uint32_t about, length;
    uint32_t previous; /* offset of the record before; means nothing in the oldest */
    uint16_t count;    /* lines */
    uint8_t stream;
    bool open : 1, continued : 1;
};
_Static_assert(sizeof(struct record) == 32, "records stay aligned");
_Static_assert(LOG_BATCH_MAX <= UINT16_MAX, "count");

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
    ring->count -= record_at(ring, ring->head)->count;
    if (next < ring->head)
        ring->wrap = 0;
    ring->head = next;
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

static void push_record(struct log_ring *ring, const struct log_batch *batch)
{
    size_t size = record_size(batch->bytes.len);
    if (size > ring->budget || !make_room(ring, size))
        return;
    struct record *record = record_at(ring, ring->tail);
    *record = (struct record){.seq = batch->seq,
                              .time_ms = batch->time_ms,
                              .about = batch->about,
                              .length = (uint32_t)batch->bytes.len,
                              .previous = (uint32_t)ring->newest,
                              .count = (uint16_t)batch->count,
                              .stream = batch->stream,
                              .open = batch->open,
                              .continued = batch->continued};
    if (batch->bytes.len)
        memcpy(record + 1, batch->bytes.ptr, batch->bytes.len);
    ring->service = batch->service;
    ring->newest = ring->tail;
    ring->tail += size;
    ring->count += batch->count;
}

static void push_lines(struct log_ring *ring, const struct log_batch *batch)
{
    for (uint32_t i = 0; i < batch->count; i++) {
        bool last = i == batch->count - 1;
        struct log_batch one = *batch;
        one.seq += i;
        one.count = 1;
        one.open = batch->open && last;
        one.continued = batch->continued && i == 0;
        one.bytes = one.lines[i];
        push_record(ring, &one);
    }
}

void log_ring_push(struct log_ring *ring, const struct log_batch *batch)
{
    if (batch->count == 1 || record_size(batch->bytes.len) <= ring->budget / 2)
        push_record(ring, batch);
    else
        push_lines(ring, batch);
}

static uint32_t renumbered(const uint32_t *to, uint32_t service)
{
    return service == LOGS_SELF ? LOGS_SELF : to[service];
}

void log_ring_renumber(struct log_ring *ring, const uint32_t *to)
{
    uint32_t left = ring->count;
    if (left)
        ring->service = renumbered(to, ring->service);
    for (size_t at = ring->newest; left; at = record_at(ring, at)->previous) {
        struct record *record = record_at(ring, at);
        record->about = renumbered(to, record->about);
        left -= record->count;
    }
}

/* ---- Cursors ---- */

static const char *record_text(const struct record *record)
{
    return (const char *)(record + 1);
}

struct log_cursor log_ring_end(const struct log_ring *ring)
{
    (void)ring;
    return (struct log_cursor){0};
}

/* To the line that ends at `end` in the record. */
static void set_line_before(const struct record *record, struct log_cursor *cursor, uint32_t end)
{
    const char *text = record_text(record);
    const char *newline = end ? memrchr(text, '\n', end - 1) : NULL;
    cursor->begin = newline ? (uint32_t)(newline + 1 - text) : 0;
    cursor->length = end - cursor->begin;
}

bool log_cursor_back(const struct log_ring *ring, struct log_cursor *cursor)
{
    const struct record *record;
    if (cursor->left == ring->count)
        return false;
    if (cursor->left && cursor->index) {
        cursor->index--;
        set_line_before(record_at(ring, cursor->offset), cursor, cursor->begin);
    } else {
        cursor->offset = cursor->left ? record_at(ring, cursor->offset)->previous : ring->newest;
        record = record_at(ring, cursor->offset);
        cursor->index = record->count - 1u;
        set_line_before(record, cursor, record->length);
    }
    cursor->left++;
    return true;
}

/* To the line that begins at `begin` in the record. */
static void set_line_at(const struct record *record, struct log_cursor *cursor, uint32_t begin)
{
    const char *text = record_text(record) + begin;
    const char *newline = memchr(text, '\n', record->length - begin);
    cursor->begin = begin;
    cursor->length = newline ? (uint32_t)(newline + 1 - text) : record->length - begin;
}

bool log_cursor_next(const struct log_ring *ring, struct log_cursor *cursor)
{
    if (cursor->left == 0 || --cursor->left == 0)
        return false;
    const struct record *record = record_at(ring, cursor->offset);
    if (++cursor->index < record->count) {
        set_line_at(record, cursor, cursor->begin + cursor->length);
        return true;
    }
    cursor->offset = record_end(ring, cursor->offset);
    cursor->index = 0;
    set_line_at(record_at(ring, cursor->offset), cursor, 0);
    return true;
}

struct log_cursor log_ring_seek(const struct log_ring *ring, uint64_t seq)
{
    struct log_cursor cursor = log_ring_end(ring);
    const struct record *record = NULL;
    for (size_t at = ring->newest; cursor.left < ring->count; at = record->previous) {
        const struct record *before = record_at(ring, at);
        if (before->seq + before->count <= seq)
            break;
        record = before;
        cursor.offset = at;
        cursor.left += record->count;
    }
    if (!record)
        return cursor;
    set_line_at(record, &cursor, 0);
    while (record->seq + cursor.index < seq)
        log_cursor_next(ring, &cursor);
    return cursor;
}

/* Without the break that the line may have in the ring. */
static uint32_t text_length(const char *text, uint32_t length)
{
    if (!length || text[length - 1] != '\n')
        return length;
    return length > 1 && text[length - 2] == '\r' ? length - 2 : length - 1;
}

struct log_line log_cursor_line(const struct log_ring *ring, const struct log_cursor *cursor)
{
    const struct record *record = record_at(ring, cursor->offset);
    const char *text = record_text(record) + cursor->begin;
    return (struct log_line){.seq = record->seq + cursor->index,
                             .time_ms = record->time_ms,
                             .service = ring->service,
                             .about = record->about,
                             .length = text_length(text, cursor->length),
                             .stream = record->stream,
                             .open = record->open && cursor->index == record->count - 1u,
                             .continued = record->continued && cursor->index == 0,
                             .text = text};
}
