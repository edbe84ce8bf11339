/* String keys to numbers, on an arena.
 *
 * Open addressing over XXH3; the number is usually the index of a record that is kept elsewhere.
 * The map points at the bytes of its keys and does not copy them. It has no order: whoever needs
 * one keeps it in an array. A struct map that is zero but for its arena is an empty map;
 * map_init moreover makes room.
 */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include "arena.h"
#include "str.h"

#include <stdbool.h>
#include <stdint.h>

struct map_slot;

struct map {
    struct arena *arena;
    struct map_slot *slots;
    uint32_t capacity; /* a power of two, or 0 */
    uint32_t count;
};

/* expected: how many keys there will be, or 0; more may follow. */
void map_init(struct map *map, struct arena *arena, uint32_t expected);
/* The place of the key's number, 0 for a key that was not there (*out_new tells; may be NULL).
 * Valid until the next map_put. */
uint32_t *map_put(struct map *map, struct str key, bool *out_new);
/* NULL if the key is not there. */
const uint32_t *map_find(const struct map *map, struct str key);

#endif
