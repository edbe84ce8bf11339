/* Where the sections of a plan lie: what the writer, the verifier and the reader share.
 *
 * The file is the header, the directory with one entry a section in PLAN_SECTIONS order, then the
 * sections in that order. Each begins on a multiple of 8, behind the last with nothing but zero
 * bytes between them; the file's size is a multiple of 8 too.
 */
#ifndef PLAN_LAYOUT_H
#define PLAN_LAYOUT_H

#include "a3s/plan.h"

#define PLAN_ALIGN 8u
/* Header and directory. */
#define PLAN_FRAME_SIZE \
    (sizeof(struct plan_header) + PLAN_SECTION_COUNT * sizeof(struct plan_section))

struct plan_layout {
    const unsigned char *bytes;
    size_t size;
    const void *sections[PLAN_SECTION_COUNT]; /* first record of each */
    uint32_t counts[PLAN_SECTION_COUNT];      /* records */
};

/* Bytes of one record of the section. */
uint32_t plan_record_size(enum plan_section_kind kind);
/* The next multiple of PLAN_ALIGN. */
uint64_t plan_align(uint64_t offset);
/* XXH3-64 of what lies behind the header's checksum field; size is at least the header's. */
uint64_t plan_checksum(const void *bytes, size_t size);
/* Takes the directory as it is: the frame has been verified. */
void plan_layout_read(struct plan_layout *layout, const void *bytes, size_t size);
/* The layout of a verified plan as the pointers of struct plan. */
void plan_layout_view(const struct plan_layout *layout, struct plan *plan);

#endif
