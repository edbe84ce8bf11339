/* The frame of a plan: header, directory, and sections that fill the file to its end. */
#include "verify.h"

static enum plan_error header_identity(struct verifier *v, const struct plan_header *header)
{
    if (memcmp(header->magic, PLAN_MAGIC, sizeof header->magic) != 0)
        return verify_fail(v, PLAN_E_MAGIC, header->magic);
    if (header->endian != PLAN_ENDIAN)
        return verify_fail(v, PLAN_E_ENDIAN, &header->endian);
    if (header->version != PLAN_VERSION)
        return verify_fail(v, PLAN_E_VERSION, &header->version);
    return PLAN_OK;
}

static enum plan_error header_integrity(struct verifier *v, const struct plan_header *header,
                                        size_t size)
{
    if (header->size != size || size % PLAN_ALIGN != 0)
        return verify_fail(v, PLAN_E_SIZE, &header->size);
    if (header->checksum != plan_checksum(header, size))
        return verify_fail(v, PLAN_E_CHECKSUM, &header->checksum);
    if (header->reserved != 0)
        return verify_fail(v, PLAN_E_RESERVED, &header->reserved);
    if (header->section_count != PLAN_SECTION_COUNT)
        return verify_fail(v, PLAN_E_SECTION_COUNT, &header->section_count);
    if (size < PLAN_FRAME_SIZE)
        return verify_fail(v, PLAN_E_SECTION_BOUNDS, &header->section_count);
    return PLAN_OK;
}

static bool count_is_allowed(uint32_t kind, uint64_t count)
{
    switch (kind) {
    case PLAN_SECTION_SETTINGS: return count == 1;
    case PLAN_SECTION_SERVICES: return count <= PLAN_SERVICES_MAX;
    case PLAN_SECTION_DEPS:
    case PLAN_SECTION_RDEPS: return count <= PLAN_EDGES_MAX;
    default: return true; /* the file's size bounds it */
    }
}

/* One entry of the directory; moves *offset to where the next section begins. */
static enum plan_error section_entry(struct verifier *v, const struct plan_section *section,
                                     uint32_t kind, uint64_t *offset)
{
    uint64_t size = v->layout.size;
    if (section->kind != kind)
        return verify_fail(v, PLAN_E_SECTION_KIND, &section->kind);
    if (section->record_size != plan_record_size(kind))
        return verify_fail(v, PLAN_E_SECTION_RECORD, &section->record_size);
    if (section->offset > size || section->count > (size - section->offset) / section->record_size)
        return verify_fail(v, PLAN_E_SECTION_BOUNDS, section);
    if (section->offset != *offset)
        return verify_fail(v, PLAN_E_SECTION_LAYOUT, &section->offset);
    if (!count_is_allowed(kind, section->count))
        return verify_fail(v, PLAN_E_LIMIT, &section->count);

    uint64_t end = section->offset + section->count * section->record_size;
    *offset = plan_align(end); /* within the file, whose size is a multiple of PLAN_ALIGN */
    for (const unsigned char *at = v->layout.bytes + end; at < v->layout.bytes + *offset; at++)
        if (*at != 0)
            return verify_fail(v, PLAN_E_PADDING, at);
    return PLAN_OK;
}

enum plan_error verify_frame(struct verifier *v, const void *bytes, size_t size)
{
    const struct plan_header *header = bytes;
    uint64_t offset = PLAN_FRAME_SIZE;

    v->layout.bytes = bytes;
    v->layout.size = size;
    if (size < sizeof *header)
        return verify_fail(v, PLAN_E_TOO_SMALL, bytes);
    if (size > PLAN_SIZE_MAX)
        return verify_fail(v, PLAN_E_TOO_LARGE, bytes);
    VERIFY(header_identity(v, header));
    VERIFY(header_integrity(v, header, size));
    const struct plan_section *directory = (const void *)(header + 1);
    for (uint32_t kind = 0; kind < PLAN_SECTION_COUNT; kind++)
        VERIFY(section_entry(v, &directory[kind], kind, &offset));
    if (offset != size)
        return verify_fail(v, PLAN_E_SECTION_LAYOUT, v->layout.bytes + offset);

    plan_layout_read(&v->layout, bytes, size);
    plan_layout_view(&v->layout, &v->plan);
    return PLAN_OK;
}
