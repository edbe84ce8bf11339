/* A growing typed array on an arena.
 *
 *     VEC(struct item) items = {0};
 *     *vec_push(&arena, &items) = item;
 *     VEC_EACH(&items, it) use(it);
 *
 * Growth copies, so pointers to elements do not survive a push. Elements are zeroed.
 */
#ifndef BASE_VEC_H
#define BASE_VEC_H

#include "arena.h"

#include <stdint.h>

#define VEC(type)                 \
    struct {                      \
        type *items;              \
        uint32_t count, capacity; \
    }

/* Gives a pointer to a new zeroed last element. */
#define vec_push(arena, vec)                                                                     \
    ((vec)->items =                                                                              \
         vec_grow((arena), (vec)->items, (vec)->count, &(vec)->capacity, sizeof(*(vec)->items)), \
     &(vec)->items[(vec)->count++])

#define VEC_EACH(vec, it)                                                                        \
    for (__typeof__((vec)->items + 0) it = (vec)->items; it && it < (vec)->items + (vec)->count; \
         it++)

/* Gives room for count + 1 elements of size bytes. */
void *vec_grow(struct arena *arena, void *items, uint32_t count, uint32_t *capacity, size_t size);

#endif
