#include "arena.h"

#include "mem.h"

#include <assert.h>
#include <sys/mman.h>

#if defined(__SANITIZE_ADDRESS__)
#define ARENA_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_ASAN 1
#endif
#endif

#ifdef ARENA_ASAN
#include <sanitizer/asan_interface.h>
#define POISON(ptr, size)   ASAN_POISON_MEMORY_REGION((ptr), (size))
#define UNPOISON(ptr, size) ASAN_UNPOISON_MEMORY_REGION((ptr), (size))
/* Between two objects, so that a step over the end of one is caught. */
#define GAP 16
#else
#define POISON(ptr, size)   ((void)(ptr), (void)(size))
#define UNPOISON(ptr, size) ((void)(ptr), (void)(size))
#define GAP                 0
#endif

#define CHUNK_MIN (16u << 10)
/* A chunk that is not small is made of huge pages if the system has them: each fault costs about as
 * much as filling the page with a tree does. */
#define CHUNK_HUGE  ((size_t)2 << 20)
#define CHUNK_SMALL ((size_t)256 << 10)

struct arena_chunk {
    struct arena_chunk *previous;
    size_t size, used; /* of bytes */
    _Alignas(16) unsigned char bytes[];
};

void arena_init(struct arena *arena)
{
    *arena = (struct arena){0};
}

/* Zeroed pages that begin at a multiple of CHUNK_HUGE, as does their size. */
static void *map_huge(size_t size)
{
    if (size > SIZE_MAX - CHUNK_HUGE)
        mem_die();
    char *pages =
        mmap(NULL, size + CHUNK_HUGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED)
        mem_die();
    size_t before = -(uintptr_t)pages % CHUNK_HUGE;
    if (before > 0)
        munmap(pages, before);
    munmap(pages + before + size, CHUNK_HUGE - before);
    madvise(pages + before, size, MADV_HUGEPAGE);
    return pages + before;
}

static struct arena_chunk *chunk_new(size_t size)
{
    size_t whole = sizeof(struct arena_chunk) + size;
    if (size > CHUNK_SMALL)
        whole = (whole + CHUNK_HUGE - 1) & ~(CHUNK_HUGE - 1);
    struct arena_chunk *chunk = size > CHUNK_SMALL ? map_huge(whole) : mem_alloc(whole);
    chunk->size = whole - sizeof *chunk;
    return chunk;
}

static void chunk_free(struct arena_chunk *chunk)
{
    size_t whole = sizeof *chunk + chunk->size;
    if (chunk->size > CHUNK_SMALL)
        munmap(chunk, whole);
    else
        free(chunk);
}

static void drop_newest(struct arena *arena)
{
    struct arena_chunk *chunk = arena->chunk;
    arena->chunk = chunk->previous;
    arena->total -= sizeof *chunk + chunk->size;
    UNPOISON(chunk->bytes, chunk->size);
    chunk_free(chunk);
}

void arena_finish(struct arena *arena)
{
    while (arena->chunk)
        drop_newest(arena);
}

static void add_chunk(struct arena *arena, size_t need)
{
    size_t size = arena->chunk ? arena->chunk->size * 4 : CHUNK_MIN;
    if (size < need)
        size = need;
    if (size > CHUNK_SMALL) /* chunk_new rounds it up to one huge page or more */
        size = need > CHUNK_SMALL ? need : CHUNK_SMALL + 1;
    struct arena_chunk *chunk = chunk_new(size);
    chunk->previous = arena->chunk;
    POISON(chunk->bytes, chunk->size);
    arena->chunk = chunk;
    arena->total += sizeof *chunk + chunk->size;
}

void *arena_alloc(struct arena *arena, size_t size, size_t align)
{
    assert(align > 0 && align <= 16 && (align & (align - 1)) == 0);
    if (size > SIZE_MAX / 2)
        mem_die();
    struct arena_chunk *chunk = arena->chunk;
    size_t start = chunk ? (chunk->used + align - 1) & ~(align - 1) : 0;
    if (!chunk || start > chunk->size || chunk->size - start < size + GAP) {
        add_chunk(arena, size + GAP);
        chunk = arena->chunk;
        start = 0;
    }
    chunk->used = start + size + GAP;
    UNPOISON(chunk->bytes + start, size);
    return chunk->bytes + start;
}

void *arena_alloc_array(struct arena *arena, size_t count, size_t size, size_t align)
{
    size_t product;
    if (__builtin_mul_overflow(count, size, &product))
        mem_die();
    return arena_alloc(arena, product, align);
}

char *arena_strndup(struct arena *arena, const char *bytes, size_t length)
{
    char *copy = arena_alloc(arena, length + 1, 1);
    if (length)
        memcpy(copy, bytes, length);
    return copy;
}

char *arena_vprintf(struct arena *arena, const char *format, va_list args)
{
    char shorter[256]; /* formatting twice is twice the work */
    va_list again;
    va_copy(again, args);
    int printed = vsnprintf(shorter, sizeof shorter, format, args);
    size_t length = printed > 0 ? (size_t)printed : 0;
    char *text = arena_alloc(arena, length + 1, 1);
    if (length < sizeof shorter)
        memcpy(text, shorter, length);
    else
        vsnprintf(text, length + 1, format, again);
    va_end(again);
    return text;
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = arena_vprintf(arena, format, args);
    va_end(args);
    return text;
}

struct arena_mark arena_mark(const struct arena *arena)
{
    return (struct arena_mark){arena->chunk, arena->chunk ? arena->chunk->used : 0};
}

void arena_rewind(struct arena *arena, struct arena_mark mark)
{
    while (arena->chunk != mark.chunk)
        drop_newest(arena);
    if (!arena->chunk)
        return;
    struct arena_chunk *chunk = arena->chunk;
    UNPOISON(chunk->bytes + mark.used, chunk->size - mark.used);
    memset(chunk->bytes + mark.used, 0, chunk->used - mark.used);
    POISON(chunk->bytes + mark.used, chunk->size - mark.used);
    chunk->used = mark.used;
}
