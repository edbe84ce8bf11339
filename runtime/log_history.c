#include "log_history.h"

/* A ring in the merge: where it is, and the line that it would give next. */
struct entry {
    uint64_t key; /* the smallest goes first: seq on the way forward, its complement backward */
    uint32_t ring;
    struct log_cursor at;
};

struct merge {
    const struct log_ring *const *rings;
    struct entry *heap; /* a binary heap by key */
    uint32_t count;
    struct log_cursor *starts; /* one a ring: its first line that is shown */
};

static void swap(struct entry *a, struct entry *b)
{
    struct entry kept = *a;
    *a = *b;
    *b = kept;
}

static void sift_down(struct merge *merge, uint32_t at)
{
    for (;;) {
        uint32_t least = at;
        for (uint32_t child = 2 * at + 1; child <= 2 * at + 2 && child < merge->count; child++)
            if (merge->heap[child].key < merge->heap[least].key)
                least = child;
        if (least == at)
            return;
        swap(&merge->heap[at], &merge->heap[least]);
        at = least;
    }
}

static void heapify(struct merge *merge)
{
    for (uint32_t i = merge->count / 2; i-- > 0;)
        sift_down(merge, i);
}

/* The top has got a new key, or, without one, leaves. */
static void replace_top(struct merge *merge, bool has_key)
{
    if (!has_key)
        merge->heap[0] = merge->heap[--merge->count];
    sift_down(merge, 0);
}

static uint64_t entry_seq(const struct merge *merge, const struct entry *entry)
{
    return log_cursor_line(merge->rings[entry->ring], &entry->at).seq;
}

static bool step_back(const struct merge *merge, struct entry *entry)
{
    if (!log_cursor_back(merge->rings[entry->ring], &entry->at))
        return false;
    entry->key = ~entry_seq(merge, entry);
    return true;
}

static bool step_forward(const struct merge *merge, struct entry *entry)
{
    if (!log_cursor_next(merge->rings[entry->ring], &entry->at))
        return false;
    entry->key = entry_seq(merge, entry);
    return true;
}

/* Back from the ends until max lines are passed: gives each ring its start. */
static void find_starts(struct merge *merge, uint32_t count, uint32_t max)
{
    merge->count = 0;
    for (uint32_t i = 0; i < count; i++) {
        struct entry entry = {.ring = i, .at = log_ring_end(merge->rings[i])};
        merge->starts[i] = entry.at;
        if (step_back(merge, &entry))
            merge->heap[merge->count++] = entry;
    }
    heapify(merge);
    for (uint32_t taken = 0; taken < max && merge->count; taken++) {
        struct entry *top = &merge->heap[0];
        merge->starts[top->ring] = top->at;
        replace_top(merge, step_back(merge, top));
    }
}

/* Back from the end of each ring as long as the lines are not older than from. */
static void find_starts_from(struct merge *merge, uint32_t count, uint64_t from)
{
    for (uint32_t i = 0; i < count; i++) {
        struct log_cursor at = log_ring_end(merge->rings[i]);
        merge->starts[i] = at;
        while (log_cursor_back(merge->rings[i], &at) &&
               log_cursor_line(merge->rings[i], &at).seq >= from)
            merge->starts[i] = at;
    }
}

static void give_lines(struct merge *merge, uint32_t count,
                       bool (*on_line)(void *ctx, const struct log_line *line), void *ctx)
{
    merge->count = 0;
    for (uint32_t i = 0; i < count; i++) {
        struct entry entry = {.ring = i, .at = merge->starts[i]};
        if (entry.at.left == 0)
            continue;
        entry.key = entry_seq(merge, &entry);
        merge->heap[merge->count++] = entry;
    }
    heapify(merge);
    while (merge->count) {
        struct entry *top = &merge->heap[0];
        struct log_line line = log_cursor_line(merge->rings[top->ring], &top->at);
        if (!on_line(ctx, &line))
            return;
        replace_top(merge, step_forward(merge, top));
    }
}

/* Whoever wants every line. */
struct taker {
    void (*on_line)(void *ctx, const struct log_line *line);
    void *ctx;
};

static bool take_any(void *ctx, const struct log_line *line)
{
    const struct taker *taker = ctx;
    taker->on_line(taker->ctx, line);
    return true;
}

static struct merge merge_new(const struct log_ring *const *rings, uint32_t count)
{
    return (struct merge){.rings = rings,
                          .heap = calloc(count, sizeof(struct entry)),
                          .starts = calloc(count, sizeof(struct log_cursor))};
}

static void merge_finish(struct merge *merge)
{
    free(merge->heap);
    free(merge->starts);
}

void log_history(const struct log_ring *const *rings, uint32_t count, uint32_t max,
                 void (*on_line)(void *ctx, const struct log_line *line), void *ctx)
{
    struct merge merge = merge_new(rings, count);
    if (merge.heap && merge.starts) {
        find_starts(&merge, count, max);
        give_lines(&merge, count, take_any, &(struct taker){on_line, ctx});
    }
    merge_finish(&merge);
}

void log_history_from(const struct log_ring *const *rings, uint32_t count, uint64_t from,
                      bool (*on_line)(void *ctx, const struct log_line *line), void *ctx)
{
    struct merge merge = merge_new(rings, count);
    if (merge.heap && merge.starts) {
        find_starts_from(&merge, count, from);
        give_lines(&merge, count, on_line, ctx);
    }
    merge_finish(&merge);
}
