#include "slab.h"

#include <assert.h>
#include <stdalign.h>
#include <stdlib.h>
#include <sys/mman.h>

#if defined(__SANITIZE_ADDRESS__)
#define ALONE true
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ALONE true
#endif
#endif
#ifndef ALONE
#define ALONE false
#endif

struct slot {
    struct block *block;
    struct slot *next; /* of the block's free ones; the object begins here while it is taken */
};

#define HEADER alignof(max_align_t) /* bytes before an object */
static_assert(HEADER >= offsetof(struct slot, next), "a slot has room for its block");

struct block {
    struct link link;  /* in slab->open, or alone: full */
    struct slot *free; /* given back */
    uint32_t used;     /* objects that are taken */
    uint32_t fresh;    /* slots that have never been taken begin here; bytes */
};

#define FIRST ((sizeof(struct block) + HEADER - 1) / HEADER * HEADER)

void slab_init(struct slab *slab, size_t object_size, uint32_t spare, bool lazy)
{
    assert(object_size <= SLAB_BLOCK / 8 && spare > 0);
    link_init(&slab->open);
    slab->size = (uint32_t)((object_size + HEADER - 1) / HEADER * HEADER + HEADER);
    slab->used = slab->empty = 0;
    slab->spare = spare;
    slab->lazy = lazy;
}

static void remove_block(struct block *block)
{
    link_remove(&block->link);
    munmap(block, SLAB_BLOCK);
}

void slab_finish(struct slab *slab)
{
    if (!slab->size)
        return;
    while (!link_alone(&slab->open)) {
        struct block *block = container_of(slab->open.next, struct block, link);
        assert(block->used == 0);
        remove_block(block);
    }
    *slab = (struct slab){0};
}

static struct block *add_block(struct slab *slab)
{
    struct block *block =
        mmap(NULL, SLAB_BLOCK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (block == MAP_FAILED)
        return NULL;
    link_init(&block->link);
    block->fresh = FIRST;
    link_append(&slab->open, &block->link);
    slab->empty++;
    return block;
}

static bool is_full(const struct slab *slab, const struct block *block)
{
    return !block->free && block->fresh + slab->size > SLAB_BLOCK;
}

static struct slot *take_slot(const struct slab *slab, struct block *block)
{
    struct slot *slot = block->free;
    if (slot) {
        block->free = slot->next;
        return slot;
    }
    slot = (struct slot *)((char *)block + block->fresh);
    block->fresh += slab->size;
    slot->block = block;
    return slot;
}

void *slab_take(struct slab *slab)
{
    if (ALONE)
        return malloc(slab->size);
    struct block *block = link_alone(&slab->open)
                              ? add_block(slab)
                              : container_of(slab->open.next, struct block, link);
    if (!block)
        return NULL;
    slab->empty -= block->used == 0;
    slab->used++;
    block->used++;
    struct slot *slot = take_slot(slab, block);
    if (is_full(slab, block))
        link_remove(&block->link);
    return (char *)slot + HEADER;
}

static uint32_t kept(const struct slab *slab, bool busy)
{
    return slab->spare * (busy ? SLAB_BUSY : 1);
}

/* What is empty in excess, the one that was filled last first. */
static void trim(struct slab *slab, uint32_t limit)
{
    for (struct link *it = slab->open.prev, *prev; it != &slab->open; it = prev) {
        struct block *block = container_of(it, struct block, link);
        prev = it->prev;
        if (block->used || slab->empty <= limit)
            continue;
        remove_block(block);
        slab->empty--;
    }
}

void slab_give(struct slab *slab, void *object)
{
    if (ALONE) {
        free(object);
        return;
    }
    struct slot *slot = (struct slot *)((char *)object - HEADER);
    struct block *block = slot->block;
    if (link_alone(&block->link))
        link_append(&slab->open, &block->link);
    slot->next = block->free;
    block->free = slot;
    block->used--;
    slab->used--;
    slab->empty += block->used == 0;
    uint32_t limit = kept(slab, slab->used || slab->lazy);
    if (slab->empty > limit)
        trim(slab, limit);
}

void slab_trim(struct slab *slab)
{
    trim(slab, kept(slab, slab->used));
}
