#include "plan_mutate.h"

#include "layout.h"
#include "plan_builder.h"

#define CHANGES_MAX 4

/* A plan taken apart: each section in bytes of its own. */
struct section {
    unsigned char *bytes;
    uint32_t count, record_size, capacity; /* records */
};

struct mutation {
    struct arena arena;
    struct section sections[PLAN_SECTION_COUNT];
    uint64_t random;
};

uint64_t plan_mutate_random(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static uint32_t below(struct mutation *m, uint32_t limit)
{
    return (uint32_t)(plan_mutate_random(&m->random) % limit);
}

/* ---- Taking apart, putting together ---- */

static bool frame_is_good(const unsigned char *bytes, size_t size)
{
    if (size < PLAN_FRAME_SIZE)
        return false;
    const struct plan_section *directory = (const void *)(bytes + sizeof(struct plan_header));
    for (uint32_t kind = 0; kind < PLAN_SECTION_COUNT; kind++) {
        uint32_t record_size = plan_record_size(kind);
        if (directory[kind].offset > size ||
            directory[kind].count > (size - directory[kind].offset) / record_size)
            return false;
    }
    return true;
}

static void take_apart(struct mutation *m, const uint8_t *given, size_t size)
{
    unsigned char *bytes = arena_alloc(&m->arena, size, PLAN_ALIGN);
    if (size)
        memcpy(bytes, given, size);
    if (!frame_is_good(bytes, size))
        bytes = plan_builder_make(&m->arena, &size);
    for (uint32_t kind = 0; kind < PLAN_SECTION_COUNT; kind++) {
        const struct plan_section *entry = plan_bytes_section(bytes, kind);
        struct section *section = &m->sections[kind];
        *section = (struct section){.count = (uint32_t)entry->count,
                                    .record_size = plan_record_size(kind)};
        section->capacity = section->count + CHANGES_MAX * 16;
        section->bytes = arena_alloc_array(&m->arena, section->capacity, section->record_size, 8);
        if (section->count)
            memcpy(section->bytes, bytes + entry->offset, section->count * section->record_size);
    }
}

/* 0 if it does not fit. */
static size_t put_together(struct mutation *m, uint8_t *out, size_t max_size)
{
    uint64_t offset = PLAN_FRAME_SIZE;
    struct plan_section directory[PLAN_SECTION_COUNT];
    for (uint32_t kind = 0; kind < PLAN_SECTION_COUNT; kind++) {
        const struct section *section = &m->sections[kind];
        directory[kind] = (struct plan_section){kind, section->record_size, offset, section->count};
        offset = plan_align(offset + (uint64_t)section->count * section->record_size);
    }
    if (offset > max_size)
        return 0;
    unsigned char *bytes = arena_alloc(&m->arena, offset, PLAN_ALIGN);
    struct plan_header header = {
        .version = PLAN_VERSION, .endian = PLAN_ENDIAN, .section_count = PLAN_SECTION_COUNT};
    memcpy(header.magic, PLAN_MAGIC, sizeof header.magic);
    memcpy(bytes, &header, sizeof header);
    memcpy(bytes + sizeof header, directory, sizeof directory);
    for (uint32_t kind = 0; kind < PLAN_SECTION_COUNT; kind++)
        if (m->sections[kind].count)
            memcpy(bytes + directory[kind].offset, m->sections[kind].bytes,
                   (size_t)m->sections[kind].count * m->sections[kind].record_size);
    plan_bytes_seal(bytes, offset);
    memcpy(out, bytes, offset);
    return offset;
}

/* ---- Mending: every range begins where the last one ended, every owned record is the next ---- */

struct mender {
    struct mutation *m;
    uint32_t next[PLAN_SECTION_COUNT];
};

static void *record(struct mutation *m, enum plan_section_kind kind, uint32_t index)
{
    return m->sections[kind].bytes + (size_t)index * m->sections[kind].record_size;
}

static void mend_range(struct mender *mender, struct plan_range *range, enum plan_section_kind kind)
{
    uint32_t left = mender->m->sections[kind].count - mender->next[kind];
    range->first = mender->next[kind];
    if (range->count > left)
        range->count = left;
    mender->next[kind] += range->count;
}

/* The next record, or NULL: none is left, or the service has none. */
static void *mend_owned(struct mender *mender, uint32_t *index, enum plan_section_kind kind)
{
    if (*index == PLAN_NONE || mender->next[kind] >= mender->m->sections[kind].count)
        return NULL;
    *index = mender->next[kind]++;
    return record(mender->m, kind, *index);
}

static void mend_texts(struct mender *mender, struct plan_range *range, enum plan_section_kind kind,
                       size_t offset)
{
    mend_range(mender, range, kind);
    for (uint32_t i = 0; i < range->count; i++) {
        unsigned char *text = record(mender->m, kind, range->first + i);
        mend_range(mender, &((struct plan_text *)(void *)(text + offset))->pieces,
                   PLAN_SECTION_PIECES);
    }
}

static void mend_command(struct mender *mender, uint32_t *index)
{
    struct plan_command *command = mend_owned(mender, index, PLAN_SECTION_COMMANDS);
    if (!command)
        return;
    mend_range(mender, &command->line.pieces, PLAN_SECTION_PIECES);
    mend_texts(mender, &command->argv, PLAN_SECTION_ARGV, 0);
}

static void mend_service(struct mender *mender, struct plan_service *service, uint32_t index)
{
    struct plan_probe *probe = mend_owned(mender, &service->probe, PLAN_SECTION_PROBES);
    struct plan_watch *watch = mend_owned(mender, &service->watch, PLAN_SECTION_WATCHES);
    struct plan_log *log = mend_owned(mender, &service->log, PLAN_SECTION_LOGS);
    mend_range(mender, &service->dir.pieces, PLAN_SECTION_PIECES);
    mend_command(mender, &service->command);
    mend_command(mender, &service->pre_start);
    mend_command(mender, &service->post_stop);
    if (probe)
        mend_command(mender, &probe->command);
    mend_texts(mender, &service->env, PLAN_SECTION_ENV, offsetof(struct plan_env, value));
    mend_range(mender, &service->env_files, PLAN_SECTION_ENV_FILES);
    mend_range(mender, &service->labels, PLAN_SECTION_LABELS);
    mend_range(mender, &service->rdeps, PLAN_SECTION_RDEPS);
    mend_range(mender, &service->deps, PLAN_SECTION_DEPS);
    mend_range(mender, &service->spans, PLAN_SECTION_SPANS);
    if (probe) {
        mend_range(mender, &probe->path.pieces, PLAN_SECTION_PIECES);
        probe->service = index;
    }
    if (watch) {
        mend_range(mender, &watch->paths, PLAN_SECTION_PATTERNS);
        mend_range(mender, &watch->ignores, PLAN_SECTION_PATTERNS);
        watch->service = index;
    }
    if (log) {
        mend_range(mender, &log->file.pieces, PLAN_SECTION_PIECES);
        log->service = index;
    }
}

static void mend(struct mutation *m)
{
    struct mender mender = {.m = m};
    for (uint32_t i = 0; i < m->sections[PLAN_SECTION_SERVICES].count; i++)
        mend_service(&mender, record(m, PLAN_SECTION_SERVICES, i), i);
}

/* ---- Changes ---- */

/* A word: a value that is apt to hurt, its neighbour, or the same field of another record. */
static void change_field(struct mutation *m, struct section *section)
{
    static const uint32_t values[] = {0,      1,          2,          3,          5,         0xff,
                                      0xffff, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff};
    uint32_t width = section->record_size < 4 ? section->record_size : 4, value = 0;
    uint32_t column = below(m, section->record_size / width) * width;
    unsigned char *field =
        section->bytes + (size_t)below(m, section->count) * section->record_size + column;
    memcpy(&value, field, width);
    switch (below(m, 5)) {
    case 0: value = values[below(m, sizeof values / sizeof *values)]; break;
    case 1: value += 1; break;
    case 2: value -= 1; break;
    case 3: value ^= 1u << below(m, 8 * width); break;
    default:
        memcpy(&value,
               section->bytes + (size_t)below(m, section->count) * section->record_size + column,
               width);
        break;
    }
    memcpy(field, &value, width);
}

/* A record over, or before, another. */
static void copy_record(struct mutation *m, struct section *section, bool insert)
{
    size_t size = section->record_size;
    uint32_t from = below(m, section->count), to = below(m, section->count);
    unsigned char copy[sizeof(struct plan_service)];
    memcpy(copy, section->bytes + from * size, size);
    if (insert && section->count < section->capacity) {
        memmove(section->bytes + (to + 1) * size, section->bytes + to * size,
                (section->count - to) * size);
        section->count++;
    }
    memcpy(section->bytes + to * size, copy, size);
}

static void remove_record(struct mutation *m, struct section *section)
{
    size_t size = section->record_size;
    uint32_t at = below(m, section->count);
    section->count--;
    memmove(section->bytes + at * size, section->bytes + (at + 1) * size,
            (section->count - at) * size);
}

static void change(struct mutation *m)
{
    struct section *section = &m->sections[below(m, PLAN_SECTION_COUNT)];
    if (!section->count)
        return;
    switch (below(m, 8)) {
    case 0: copy_record(m, section, true); break;
    case 1: copy_record(m, section, false); break;
    case 2: remove_record(m, section); break;
    default: change_field(m, section); break;
    }
}

size_t plan_mutate(uint8_t *bytes, size_t size, size_t max_size, uint64_t seed)
{
    struct mutation m = {.random = seed};
    take_apart(&m, bytes, size);
    for (uint32_t count = 1 + below(&m, CHANGES_MAX); count > 0; count--)
        change(&m);
    if (below(&m, 4))
        mend(&m);
    size_t mutated = put_together(&m, bytes, max_size);
    arena_finish(&m.arena);
    return mutated ? mutated : size;
}
