#include "log_history.h"

/* A ring in the merge: where it is, and the line that it would give next. */
struct entry {
    uint64_t key; /* the smallest goes first: seq on the way forward, its complement backward */
    uint32_t ring;
    struct log_cursor at;
};

struct merge {
    const struct log_history *history;
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

static struct log_line entry_line(const struct merge *merge, const struct entry *entry)
{
    return log_cursor_line(merge->history->rings[entry->ring], &entry->at);
}

static bool counts(const struct log_history *history, const struct log_line *line)
{
    return !history->filter || history->filter(history->filter_ctx, line);
}

/* To the next line that counts, that way. */
static bool step(const struct merge *merge, struct entry *entry,
                 bool (*move)(const struct log_ring *, struct log_cursor *))
{
    const struct log_history *history = merge->history;
    while (move(history->rings[entry->ring], &entry->at)) {
        struct log_line line = entry_line(merge, entry);
        entry->key = move == log_cursor_back ? ~line.seq : line.seq;
        if (counts(history, &line))
            return true;
    }
    return false;
}

/* Back from the ends until max lines are passed, or older ones come: gives each ring its start. */
static void find_starts(struct merge *merge)
{
    merge->count = 0;
    for (uint32_t i = 0; i < merge->history->count; i++) {
        struct entry entry = {.ring = i, .at = log_ring_end(merge->history->rings[i])};
        merge->starts[i] = entry.at;
        if (step(merge, &entry, log_cursor_back))
            merge->heap[merge->count++] = entry;
    }
    heapify(merge);
    for (uint32_t taken = 0; taken < merge->history->max && merge->count; taken++) {
        struct entry *top = &merge->heap[0];
        if (~top->key < merge->history->from)
            return;
        merge->starts[top->ring] = top->at;
        replace_top(merge, step(merge, top, log_cursor_back));
    }
}

/* All from `from` on: where the rings begin does not depend on one another. */
static void seek_starts(struct merge *merge)
{
    const struct log_history *history = merge->history;
    for (uint32_t i = 0; i < history->count; i++) {
        struct entry entry = {.ring = i, .at = log_ring_seek(history->rings[i], history->from)};
        if (entry.at.left) {
            struct log_line line = entry_line(merge, &entry);
            if (!counts(history, &line))
                step(merge, &entry, log_cursor_next);
        }
        merge->starts[i] = entry.at;
    }
}

static void give_lines(struct merge *merge)
{
    const struct log_history *history = merge->history;
    merge->count = 0;
    for (uint32_t i = 0; i < history->count; i++) {
        struct entry entry = {.ring = i, .at = merge->starts[i]};
        if (entry.at.left == 0)
            continue;
        entry.key = entry_line(merge, &entry).seq;
        merge->heap[merge->count++] = entry;
    }
    heapify(merge);
    while (merge->count) {
        struct entry *top = &merge->heap[0];
        struct log_line line = entry_line(merge, top);
        if (!history->on_line(history->ctx, &line))
            return;
        replace_top(merge, step(merge, top, log_cursor_next));
    }
}

void log_history(const struct log_history *history)
{
    struct merge merge = {.history = history,
                          .heap = calloc(history->count, sizeof *merge.heap),
                          .starts = calloc(history->count, sizeof *merge.starts)};
    if (merge.heap && merge.starts) {
        if (history->max == UINT32_MAX)
            seek_starts(&merge);
        else
            find_starts(&merge);
        give_lines(&merge);
    }
    free(merge.heap);
    free(merge.starts);
}
