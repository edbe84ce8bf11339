/* Bump memory with one owner.
 *
 * Everything allocated from an arena lives until arena_finish, or until a rewind to a mark taken
 * before it. There is no free for a single object. Memory is zeroed. Allocation never fails: when
 * the system has no memory left the process ends with one line on stderr (base/mem.h).
 * A zeroed struct arena is an empty arena. Not thread-safe.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

struct arena_chunk;

struct arena {
    struct arena_chunk *chunk; /* the newest; older ones hang behind it */
    size_t total;              /* bytes taken from the system */
};

struct arena_mark {
    struct arena_chunk *chunk;
    size_t used;
};

void arena_init(struct arena *arena);
void arena_finish(struct arena *arena);

/* size may be 0: the result is a valid pointer. align is a power of two of at most 16. */
void *arena_alloc(struct arena *arena, size_t size, size_t align);
/* As arena_alloc for count * size bytes; the product is checked. */
void *arena_alloc_array(struct arena *arena, size_t count, size_t size, size_t align);
#define arena_new(arena, type, count) \
    ((type *)arena_alloc_array((arena), (count), sizeof(type), _Alignof(type)))

/* A copy of the bytes with a NUL behind them. */
char *arena_strndup(struct arena *arena, const char *bytes, size_t length);
char *arena_printf(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
char *arena_vprintf(struct arena *arena, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));

struct arena_mark arena_mark(const struct arena *arena);
/* Releases all that was allocated since the mark. */
void arena_rewind(struct arena *arena, struct arena_mark mark);

#endif
