/* A small valid plan that uses everything the format has, and the means to spoil it.
 *
 * Its services, in start order: db (tcp probe, secret), migrate (task, shell), api (chosen port,
 * http probe, watch), web (fixed port, watch that only reports), docs (disabled, usual values),
 * worker (values known later, hooks, exec probe, env_files, labels, tty, log), tail (log probe).
 */
#ifndef TESTS_PLAN_BUILDER_H
#define TESTS_PLAN_BUILDER_H

#include "arena.h"
#include "writer.h"

/* Adds all of its records. */
void plan_builder_fill(struct plan_writer *writer);
/* The finished bytes in the arena; ends the process if the plan is not valid. */
unsigned char *plan_builder_make(struct arena *arena, size_t *out_size);

/* A usual record without texts, which have an order of their own; the span of its name is there. */
struct plan_service plan_builder_record(struct plan_writer *writer, const char *name,
                                        uint32_t declared);
/* A usual record to start from: "cmd" run in ".", no port, probe, watch or edges. Adds its texts
 * and the span of its name; it is for the caller to add it to SERVICES. declared must be set. */
struct plan_service plan_builder_service(struct plan_writer *writer, const char *name,
                                         uint32_t declared);
/* Settings and one source, so that only services are missing. */
void plan_builder_frame(struct plan_writer *writer);

/* The record in the bytes of a plan whose directory is good. */
void *plan_bytes_record(void *bytes, enum plan_section_kind kind, uint32_t index);
struct plan_section *plan_bytes_section(void *bytes, enum plan_section_kind kind);
/* Makes the header's size and checksum agree with the bytes; size is at least the header's. */
void plan_bytes_seal(void *bytes, size_t size);

#endif
