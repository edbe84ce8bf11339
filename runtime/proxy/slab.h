/* Memory for many objects of one size, apart from everything else.
 *
 * Connections live long, what they carry lives short: side by side on the heap, the former would
 * keep the pages of the latter from ever being given back. Here objects share blocks of
 * SLAB_BLOCK bytes; a block goes back to the system with the last object in it, but for a few, so
 * that coming and going costs nothing: more of them while anything is in use, and in a lazy slab
 * until its owner trims it. Under ASan every object is an allocation of its own, so that a use
 * after its end is found.
 *
 * A zeroed slab has to be initialised; a finished one may be finished again.
 */
#ifndef RUNTIME_SLAB_H
#define RUNTIME_SLAB_H

#include "link.h"

#include <stdint.h>

#define SLAB_BLOCK (64u << 10) /* bytes */
#define SLAB_BUSY  8u          /* times as many empty blocks stay while an object is taken */

struct slab {
    struct link open; /* of struct block.link: those with room */
    uint32_t size;    /* of a slot, bytes */
    uint32_t used;    /* objects that are taken */
    uint32_t empty;   /* blocks without an object in them */
    uint32_t spare;   /* how many of these stay in any case */
    bool lazy;
};

/* Objects of at most SLAB_BLOCK / 8 bytes, aligned for any type; spare: empty blocks that are
 * kept, at least 1. lazy: that nothing is in use for a moment frees no memory, as when all requests
 * of a turn have been answered and the next ones are under way. */
void slab_init(struct slab *slab, size_t object_size, uint32_t spare, bool lazy);
/* Every object must have been given back. */
void slab_finish(struct slab *slab);
/* Not zeroed. NULL without memory. */
void *slab_take(struct slab *slab);
void slab_give(struct slab *slab, void *object);
/* Gives back what a lazy one has kept beyond the spare blocks, if nothing is in use. */
void slab_trim(struct slab *slab);

#endif
