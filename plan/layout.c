#include "layout.h"

#include "array.h"

#include <xxhash.h>

static const uint32_t record_sizes[] = {
#define X(kind, type, name) [PLAN_SECTION_##kind] = sizeof(type),
    PLAN_SECTIONS(X)
#undef X
};
_Static_assert(ARRAY_LEN(record_sizes) == PLAN_SECTION_COUNT, "one a section");

uint32_t plan_record_size(enum plan_section_kind kind)
{
    return record_sizes[kind];
}

uint64_t plan_align(uint64_t offset)
{
    return (offset + PLAN_ALIGN - 1) & ~(uint64_t)(PLAN_ALIGN - 1);
}

uint64_t plan_checksum(const void *bytes, size_t size)
{
    size_t skipped = offsetof(struct plan_header, checksum) + sizeof(uint64_t);
    return XXH3_64bits((const unsigned char *)bytes + skipped, size - skipped);
}

void plan_layout_read(struct plan_layout *layout, const void *bytes, size_t size)
{
    layout->bytes = bytes;
    layout->size = size;
    const struct plan_section *directory =
        (const void *)(layout->bytes + sizeof(struct plan_header));
    for (uint32_t i = 0; i < PLAN_SECTION_COUNT; i++) {
        layout->sections[i] = layout->bytes + directory[i].offset;
        layout->counts[i] = (uint32_t)directory[i].count;
    }
}

void plan_layout_view(const struct plan_layout *layout, struct plan *plan)
{
    const struct plan_header *header = (const void *)layout->bytes;
    *plan = (struct plan){
        .bytes = layout->bytes,
        .size = layout->size,
        .settings = layout->sections[PLAN_SECTION_SETTINGS],
        .services = layout->sections[PLAN_SECTION_SERVICES],
        .deps = layout->sections[PLAN_SECTION_DEPS],
        .rdeps = layout->sections[PLAN_SECTION_RDEPS],
        .commands = layout->sections[PLAN_SECTION_COMMANDS],
        .argv = layout->sections[PLAN_SECTION_ARGV],
        .env = layout->sections[PLAN_SECTION_ENV],
        .env_files = layout->sections[PLAN_SECTION_ENV_FILES],
        .labels = layout->sections[PLAN_SECTION_LABELS],
        .pieces = layout->sections[PLAN_SECTION_PIECES],
        .lookups = layout->sections[PLAN_SECTION_LOOKUPS],
        .probes = layout->sections[PLAN_SECTION_PROBES],
        .watches = layout->sections[PLAN_SECTION_WATCHES],
        .patterns = layout->sections[PLAN_SECTION_PATTERNS],
        .logs = layout->sections[PLAN_SECTION_LOGS],
        .routes = layout->sections[PLAN_SECTION_ROUTES],
        .ports = layout->sections[PLAN_SECTION_PORTS],
        .sources = layout->sections[PLAN_SECTION_SOURCES],
        .spans = layout->sections[PLAN_SECTION_SPANS],
        .strings = layout->sections[PLAN_SECTION_STRINGS],
        .service_count = layout->counts[PLAN_SECTION_SERVICES],
        .command_count = layout->counts[PLAN_SECTION_COMMANDS],
        .lookup_count = layout->counts[PLAN_SECTION_LOOKUPS],
        .probe_count = layout->counts[PLAN_SECTION_PROBES],
        .watch_count = layout->counts[PLAN_SECTION_WATCHES],
        .log_count = layout->counts[PLAN_SECTION_LOGS],
        .route_count = layout->counts[PLAN_SECTION_ROUTES],
        .port_count = layout->counts[PLAN_SECTION_PORTS],
        .source_count = layout->counts[PLAN_SECTION_SOURCES],
        .hash = header->checksum,
    };
}
