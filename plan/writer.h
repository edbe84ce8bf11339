/* Builds a plan: records are appended section by section, strings are interned, the result is
 * verified before anybody sees it and published atomically.
 *
 * All memory is the arena's. Records are given as they are to stand in the file; the writer adds
 * header, directory, padding and checksum. The order of calls decides the bytes: the same calls
 * give the same plan.
 */
#ifndef PLAN_WRITER_H
#define PLAN_WRITER_H

#include "a3s/plan.h"
#include "arena.h"
#include "str.h"

struct plan_writer;

struct plan_writer *plan_writer_new(struct arena *arena);
/* A hint: so many records (STRINGS: bytes) will be in the section all in all. With it a large plan
 * is neither moved nor hashed anew while it grows. */
void plan_writer_expect(struct plan_writer *writer, enum plan_section_kind section, size_t count);

/* The string's place in the blob; equal strings share one. */
struct plan_string plan_writer_string(struct plan_writer *writer, struct str text);
/* Appends the pieces of a literal text (none if it is empty). */
struct plan_text plan_writer_text(struct plan_writer *writer, struct str text);

/* What a text with values that are known only when the plan is loaded is made of. */
struct plan_part {
    enum plan_piece_kind kind;
    struct str text;               /* LITERAL: itself; ENV: the variable's name */
    struct str fallback;           /* ENV, with has_fallback: instead of a variable that is unset */
    bool has_fallback;             /* ENV */
    uint32_t service;              /* PORT: index into SERVICES; it may be added later */
    uint32_t source, line, column; /* ENV: where it is asked for, as in struct plan_span */
};

/* Appends the pieces of the parts, joined in their order: empty literals are left out, neighbouring
 * ones merged, and what is only literal is as from plan_writer_text. The writer fills LOOKUPS. */
struct plan_text plan_writer_parts(struct plan_writer *writer, const struct plan_part *parts,
                                   uint32_t count);

/* Appends a record of the section's type (not STRINGS, PIECES, LOOKUPS); gives its index. */
uint32_t plan_writer_add(struct plan_writer *writer, enum plan_section_kind section,
                         const void *record);
/* How many records the section has so far: the start of the next range. */
uint32_t plan_writer_count(const struct plan_writer *writer, enum plan_section_kind section);
/* For the records that name what comes later. Valid until the next add to that section. */
void *plan_writer_record(struct plan_writer *writer, enum plan_section_kind section,
                         uint32_t index);

/* Lays the plan out, verifies it and gives its bytes (in the arena, aligned to 8). An error means
 * that the caller broke a rule of plan.h. Called once, last. */
enum plan_error plan_writer_finish(struct plan_writer *writer, const void **out_bytes,
                                   size_t *out_size, uint64_t *out_where);
/* Publishes finished bytes at path: beside it, synced, renamed, mode 0600. Negative errno. */
int plan_writer_publish(const void *bytes, size_t size, const char *path);

#endif
