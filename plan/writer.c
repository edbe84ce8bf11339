#include "writer.h"

#include "io.h"
#include "layout.h"
#include "map.h"

#include <xxhash.h>

/* Where the strings are in the blob, by hash: open addressing, a power of two of slots, at most
 * half of them used. A slot's offset is one too high, so that 0 means empty. */
struct intern_slot {
    uint32_t offset_1, length;
};

struct section_buffer {
    unsigned char *items; /* records of plan_record_size bytes */
    uint32_t count, capacity;
};

/* What makes two lookups the same. Strings are interned, so their offsets tell them apart. */
struct lookup_key {
    uint32_t name, fallback, flags;
};

struct plan_writer {
    struct arena *arena;
    struct section_buffer sections[PLAN_SECTION_COUNT];
    struct map lookups; /* struct lookup_key -> index into LOOKUPS, which finish sorts */
    struct intern_slot *slots;
    uint32_t slot_count, string_count;
    bool too_large; /* something did not fit: finish will say so */
};

struct plan_writer *plan_writer_new(struct arena *arena)
{
    struct plan_writer *writer = arena_new(arena, struct plan_writer, 1);
    writer->arena = arena;
    writer->slot_count = 64;
    writer->slots = arena_new(arena, struct intern_slot, writer->slot_count);
    map_init(&writer->lookups, arena, 0);
    return writer;
}

static void section_reserve(struct plan_writer *writer, enum plan_section_kind kind,
                            size_t capacity)
{
    struct section_buffer *section = &writer->sections[kind];
    size_t record_size = plan_record_size(kind);
    unsigned char *items = arena_alloc_array(writer->arena, capacity, record_size, PLAN_ALIGN);
    if (section->count)
        memcpy(items, section->items, section->count * record_size);
    section->items = items;
    section->capacity = (uint32_t)capacity;
}

/* Room for count more records, zeroed; NULL if the section would be larger than a plan. */
static unsigned char *section_extend(struct plan_writer *writer, enum plan_section_kind kind,
                                     size_t count)
{
    struct section_buffer *section = &writer->sections[kind];
    size_t record_size = plan_record_size(kind);
    if (count > PLAN_SIZE_MAX / record_size - section->count) {
        writer->too_large = true;
        return NULL;
    }
    size_t needed = section->count + count;
    if (needed > section->capacity) {
        size_t capacity = section->capacity ? section->capacity : 64 / record_size + 8;
        while (capacity < needed)
            capacity *= 2;
        section_reserve(writer, kind, capacity);
    }
    unsigned char *added = section->items + section->count * record_size;
    section->count = (uint32_t)needed;
    return added;
}

/* The slot that holds the text, or the empty one where it belongs. */
static struct intern_slot *intern_find(struct plan_writer *writer, struct str text)
{
    const unsigned char *blob = writer->sections[PLAN_SECTION_STRINGS].items;
    uint32_t mask = writer->slot_count - 1;
    uint32_t at = (uint32_t)XXH3_64bits(text.ptr, text.len) & mask;
    for (;; at = (at + 1) & mask) {
        struct intern_slot *slot = &writer->slots[at];
        if (!slot->offset_1)
            return slot;
        if (slot->length == text.len && !memcmp(blob + slot->offset_1 - 1, text.ptr, text.len))
            return slot;
    }
}

static void intern_grow(struct plan_writer *writer, uint32_t slot_count)
{
    struct intern_slot *old = writer->slots;
    uint32_t old_count = writer->slot_count;
    const char *blob = (const char *)writer->sections[PLAN_SECTION_STRINGS].items;

    writer->slot_count = slot_count;
    writer->slots = arena_new(writer->arena, struct intern_slot, writer->slot_count);
    for (uint32_t i = 0; i < old_count; i++)
        if (old[i].offset_1) {
            struct str text = {blob + old[i].offset_1 - 1, old[i].length};
            *intern_find(writer, text) = old[i];
        }
}

/* Bytes of a string with its NUL; no more than a guess. */
#define STRING_SIZE 16u

void plan_writer_expect(struct plan_writer *writer, enum plan_section_kind section, size_t count)
{
    size_t most = PLAN_SIZE_MAX / plan_record_size(section);
    if (count > most)
        count = most;
    if (count > writer->sections[section].capacity)
        section_reserve(writer, section, count);
    if (section != PLAN_SECTION_STRINGS)
        return;
    uint32_t slot_count = writer->slot_count;
    while (slot_count / 2 < count / STRING_SIZE)
        slot_count *= 2;
    if (slot_count > writer->slot_count)
        intern_grow(writer, slot_count);
}

struct plan_string plan_writer_string(struct plan_writer *writer, struct str text)
{
    if (!text.len)
        text.ptr = "";
    struct intern_slot *slot = intern_find(writer, text);
    if (!slot->offset_1) {
        uint32_t offset = writer->sections[PLAN_SECTION_STRINGS].count;
        unsigned char *added = section_extend(writer, PLAN_SECTION_STRINGS, text.len + 1);
        if (!added)
            return (struct plan_string){0};
        memcpy(added, text.ptr, text.len);
        *slot = (struct intern_slot){offset + 1, (uint32_t)text.len};
        if (++writer->string_count > writer->slot_count / 2)
            intern_grow(writer, writer->slot_count * 2);
        return (struct plan_string){offset, (uint32_t)text.len};
    }
    return (struct plan_string){slot->offset_1 - 1, slot->length};
}

static void add_piece(struct plan_writer *writer, enum plan_piece_kind kind, uint32_t ref,
                      struct str text)
{
    struct plan_piece piece = {.kind = kind, .ref = ref, .text = plan_writer_string(writer, text)};
    plan_writer_add(writer, PLAN_SECTION_PIECES, &piece);
}

struct plan_text plan_writer_text(struct plan_writer *writer, struct str text)
{
    struct plan_text result = {.pieces.first = plan_writer_count(writer, PLAN_SECTION_PIECES)};
    if (text.len) {
        add_piece(writer, PLAN_PIECE_LITERAL, PLAN_NONE, text);
        result.pieces.count = 1;
    }
    return result;
}

static bool stands_before(const struct plan_part *part, const struct plan_lookup *lookup)
{
    if (part->source != lookup->source)
        return part->source < lookup->source;
    if (part->line != lookup->line)
        return part->line < lookup->line;
    return part->column < lookup->column;
}

/* The index for now of the part's lookup, which is there once, with the first of its places. */
static uint32_t intern_lookup(struct plan_writer *writer, const struct plan_part *part)
{
    struct plan_lookup lookup = {.flags = part->has_fallback ? PLAN_LOOKUP_FALLBACK : 0,
                                 .source = part->source,
                                 .line = part->line,
                                 .column = part->column};
    lookup.name = plan_writer_string(writer, part->text);
    lookup.fallback = plan_writer_string(writer, part->has_fallback ? part->fallback : STR(""));
    struct lookup_key *key = arena_new(writer->arena, struct lookup_key, 1);
    *key = (struct lookup_key){lookup.name.offset, lookup.fallback.offset, lookup.flags};
    bool is_new = false;
    uint32_t *index =
        map_put(&writer->lookups, (struct str){(const char *)key, sizeof *key}, &is_new);
    if (is_new) {
        *index = plan_writer_add(writer, PLAN_SECTION_LOOKUPS, &lookup);
    } else if (!writer->too_large) {
        struct plan_lookup *known = plan_writer_record(writer, PLAN_SECTION_LOOKUPS, *index);
        if (stands_before(part, known))
            *known = lookup;
    }
    return *index;
}

static void flush_literal(struct plan_writer *writer, struct strbuf *literal)
{
    if (literal->len)
        add_piece(writer, PLAN_PIECE_LITERAL, PLAN_NONE, strbuf_str(literal));
    strbuf_clear(literal);
}

struct plan_text plan_writer_parts(struct plan_writer *writer, const struct plan_part *parts,
                                   uint32_t count)
{
    uint32_t first = plan_writer_count(writer, PLAN_SECTION_PIECES);
    struct strbuf literal = {0};
    for (uint32_t i = 0; i < count; i++) {
        const struct plan_part *part = &parts[i];
        if (part->kind == PLAN_PIECE_LITERAL) {
            strbuf_add_str(&literal, part->text);
            continue;
        }
        flush_literal(writer, &literal);
        uint32_t ref = part->kind == PLAN_PIECE_ENV ? intern_lookup(writer, part) : part->service;
        add_piece(writer, part->kind, ref, STR(""));
    }
    flush_literal(writer, &literal);
    strbuf_finish(&literal);
    return (struct plan_text){{first, plan_writer_count(writer, PLAN_SECTION_PIECES) - first}};
}

uint32_t plan_writer_add(struct plan_writer *writer, enum plan_section_kind section,
                         const void *record)
{
    uint32_t index = writer->sections[section].count;
    unsigned char *added = section_extend(writer, section, 1);
    if (!added)
        return 0;
    memcpy(added, record, plan_record_size(section));
    return index;
}

uint32_t plan_writer_count(const struct plan_writer *writer, enum plan_section_kind section)
{
    return writer->sections[section].count;
}

void *plan_writer_record(struct plan_writer *writer, enum plan_section_kind section, uint32_t index)
{
    return writer->sections[section].items + (size_t)index * plan_record_size(section);
}

static int compare_strings(const struct plan_writer *writer, struct plan_string a,
                           struct plan_string b)
{
    const char *blob = (const char *)writer->sections[PLAN_SECTION_STRINGS].items;
    return str_compare((struct str){blob + a.offset, a.length},
                       (struct str){blob + b.offset, b.length});
}

static int compare_lookups(const void *left, const void *right, void *context)
{
    const struct plan_writer *writer = context;
    const struct plan_lookup *lookups = (const void *)writer->sections[PLAN_SECTION_LOOKUPS].items;
    const struct plan_lookup *a = &lookups[*(const uint32_t *)left];
    const struct plan_lookup *b = &lookups[*(const uint32_t *)right];
    int order = compare_strings(writer, a->name, b->name);
    if (order)
        return order;
    if (a->flags != b->flags)
        return a->flags < b->flags ? -1 : 1;
    return compare_strings(writer, a->fallback, b->fallback);
}

static void remap_pieces(struct plan_writer *writer, const uint32_t *places)
{
    struct plan_piece *pieces = (void *)writer->sections[PLAN_SECTION_PIECES].items;
    uint32_t count = writer->sections[PLAN_SECTION_PIECES].count;
    for (struct plan_piece *piece = pieces; piece < pieces + count; piece++)
        if (piece->kind == PLAN_PIECE_ENV)
            piece->ref = places[piece->ref];
}

/* Lookups were numbered as they came up; the plan has them by name. */
static void sort_lookups(struct plan_writer *writer)
{
    struct section_buffer *section = &writer->sections[PLAN_SECTION_LOOKUPS];
    uint32_t count = section->count;
    if (!count)
        return;
    uint32_t *order = arena_new(writer->arena, uint32_t, count);
    uint32_t *places = arena_new(writer->arena, uint32_t, count);
    struct plan_lookup *sorted = arena_new(writer->arena, struct plan_lookup, count);
    for (uint32_t i = 0; i < count; i++)
        order[i] = i;
    qsort_r(order, count, sizeof *order, compare_lookups, writer);
    for (uint32_t i = 0; i < count; i++) {
        sorted[i] = ((const struct plan_lookup *)section->items)[order[i]];
        places[order[i]] = i;
    }
    section->items = (unsigned char *)sorted;
    remap_pieces(writer, places);
}

/* Fills the directory; gives the size of the whole file. */
static uint64_t lay_out(const struct plan_writer *writer, struct plan_section *directory)
{
    uint64_t offset = PLAN_FRAME_SIZE;
    for (uint32_t kind = 0; kind < PLAN_SECTION_COUNT; kind++) {
        uint32_t record_size = plan_record_size(kind);
        uint32_t count = writer->sections[kind].count;
        directory[kind] = (struct plan_section){kind, record_size, offset, count};
        offset = plan_align(offset + (uint64_t)count * record_size);
    }
    return offset;
}

static void write_sections(const struct plan_writer *writer, const struct plan_section *directory,
                           unsigned char *bytes)
{
    memcpy(bytes + sizeof(struct plan_header), directory, PLAN_SECTION_COUNT * sizeof *directory);
    for (uint32_t kind = 0; kind < PLAN_SECTION_COUNT; kind++)
        if (directory[kind].count)
            memcpy(bytes + directory[kind].offset, writer->sections[kind].items,
                   directory[kind].count * directory[kind].record_size);
}

enum plan_error plan_writer_finish(struct plan_writer *writer, const void **out_bytes,
                                   size_t *out_size, uint64_t *out_where)
{
    struct plan_section directory[PLAN_SECTION_COUNT];
    uint64_t size = lay_out(writer, directory);
    if (writer->too_large || size > PLAN_SIZE_MAX) {
        *out_where = PLAN_SIZE_MAX;
        return PLAN_E_TOO_LARGE;
    }
    sort_lookups(writer);
    unsigned char *bytes = arena_alloc(writer->arena, size, PLAN_ALIGN);
    write_sections(writer, directory, bytes);

    struct plan_header *header = (void *)bytes;
    memcpy(header->magic, PLAN_MAGIC, sizeof header->magic);
    header->version = PLAN_VERSION;
    header->endian = PLAN_ENDIAN;
    header->size = size;
    header->section_count = PLAN_SECTION_COUNT;
    header->checksum = plan_checksum(bytes, size);

    enum plan_error error = plan_verify(bytes, size, out_where);
    if (error)
        return error;
    *out_bytes = bytes;
    *out_size = size;
    return PLAN_OK;
}

int plan_writer_publish(const void *bytes, size_t size, const char *path)
{
    return io_write_atomic(path, bytes, size, 0600);
}
