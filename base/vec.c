#include "vec.h"

#include "mem.h"

void *vec_grow(struct arena *arena, void *items, uint32_t count, uint32_t *capacity, size_t size)
{
    if (count < *capacity)
        return items;
    if (*capacity > UINT32_MAX / 2)
        mem_die();
    *capacity = *capacity ? *capacity * 2 : 8;
    void *grown = arena_alloc_array(arena, *capacity, size, 16);
    if (count)
        memcpy(grown, items, count * size);
    return grown;
}
