#include "map.h"

#include "mem.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#define CAPACITY_MIN 16u

struct map_slot {
    const char *ptr; /* the key; NULL: the slot is free */
    size_t len;
    uint32_t hash; /* the low half: saves most comparisons, and growing hashes nothing anew */
    uint32_t number;
};

static struct map_slot *slot_of(const struct map *map, struct str key, uint32_t hash)
{
    uint32_t mask = map->capacity - 1;
    for (uint32_t at = hash & mask;; at = (at + 1) & mask) {
        struct map_slot *slot = &map->slots[at];
        if (slot->ptr == NULL)
            return slot;
        if (slot->hash == hash && slot->len == key.len &&
            (key.len == 0 || memcmp(slot->ptr, key.ptr, key.len) == 0))
            return slot;
    }
}

static void resize(struct map *map, uint32_t capacity)
{
    struct map old = *map;
    map->slots = arena_new(map->arena, struct map_slot, capacity);
    map->capacity = capacity;
    for (uint32_t i = 0; i < old.capacity; i++) {
        struct map_slot *slot = &old.slots[i];
        if (slot->ptr != NULL)
            *slot_of(map, (struct str){slot->ptr, slot->len}, slot->hash) = *slot;
    }
}

void map_init(struct map *map, struct arena *arena, uint32_t expected)
{
    *map = (struct map){.arena = arena};
    uint32_t capacity = CAPACITY_MIN;
    while (capacity / 2 < expected && capacity < 1u << 31)
        capacity *= 2;
    resize(map, capacity);
}

uint32_t *map_put(struct map *map, struct str key, bool *out_new)
{
    if (map->count >= map->capacity / 2) {
        if (map->capacity >= 1u << 31)
            mem_die();
        resize(map, map->capacity == 0 ? CAPACITY_MIN : map->capacity * 2);
    }
    uint32_t hash = (uint32_t)XXH3_64bits(key.ptr, key.len);
    struct map_slot *slot = slot_of(map, key, hash);
    bool is_new = slot->ptr == NULL;
    if (is_new) {
        *slot = (struct map_slot){key.len == 0 ? "" : key.ptr, key.len, hash, 0};
        map->count++;
    }
    if (out_new != NULL)
        *out_new = is_new;
    return &slot->number;
}

const uint32_t *map_find(const struct map *map, struct str key)
{
    if (map->count == 0)
        return NULL;
    struct map_slot *slot = slot_of(map, key, (uint32_t)XXH3_64bits(key.ptr, key.len));
    return slot->ptr == NULL ? NULL : &slot->number;
}
