#include "layout.h"
#include "plan_builder.h"
#include "suite.h"

#include <sys/resource.h>

static struct arena arena;

/* A field of a good plan that is given a bad value; the checksum is repaired. */
struct spoiled {
    const char *what;
    enum plan_section_kind section;
    uint32_t index;
    size_t offset, width;
    uint64_t value;
    enum plan_error error;
};

#define BAD(section, index, type, member, value, error)                                      \
    {                                                                                        \
#section "[" #index "]." #member " = " #value, PLAN_SECTION_##section, index,        \
            offsetof(struct plan_##type, member), sizeof(((struct plan_##type *)0)->member), \
            value, PLAN_E_##error                                                            \
    }
/* An element of a section of bare indices. */
#define BAD_EDGE(section, index, value, error)                                         \
    {                                                                                  \
#section "[" #index "] = " #value, PLAN_SECTION_##section, index, 0, 4, value, \
            PLAN_E_##error                                                             \
    }

#define DAY PLAN_DURATION_MAX

/* Services: 0 db, 1 migrate, 2 api, 3 web, 4 docs, 5 worker, 6 tail. */
static const struct spoiled spoiled[] = {
    BAD(SETTINGS, 0, settings, domain.offset, 1u << 30, STRING),
    BAD(SETTINGS, 0, settings, domain.length, 0, STRING),
    BAD(SETTINGS, 0, settings, domain.length, 8, STRING),
    BAD(SETTINGS, 0, settings, domain.length, UINT32_MAX, STRING),
    BAD(SETTINGS, 0, settings, log_level, PLAN_LOG_LEVELS, ENUM),
    BAD(SETTINGS, 0, settings, hold_ms, 0, VALUE),
    BAD(SETTINGS, 0, settings, hold_ms, DAY + 1, VALUE),
    BAD(SETTINGS, 0, settings, reserved[0], 1, RESERVED),
    BAD(SETTINGS, 0, settings, reserved[1], 1, RESERVED),
    BAD(SETTINGS, 0, settings, reserved[2], 1, RESERVED),
    BAD(SETTINGS, 0, settings, proxy_port, 3000, DUPLICATE),

    BAD(SOURCES, 1, source, path.offset, UINT32_MAX, STRING),

    BAD(SERVICES, 0, service, name.offset, UINT32_MAX, STRING),
    BAD(SERVICES, 0, service, name.length, 1, STRING),
    BAD(SERVICES, 0, service, dir.pieces.first, 1, RANGE),
    BAD(SERVICES, 0, service, dir.pieces.count, 0, RANGE),
    BAD(SERVICES, 0, service, dir.pieces.count, 2, VALUE),
    BAD(SERVICES, 0, service, dir.pieces.count, UINT32_MAX, RANGE),
    BAD(SERVICES, 1, service, dir.pieces.first, 0, RANGE),
    BAD(SERVICES, 0, service, command, 1, INDEX),
    BAD(SERVICES, 0, service, command, PLAN_NONE, INDEX),
    BAD(SERVICES, 6, service, command, 8, INDEX),
    BAD(SERVICES, 6, service, command, 10, INDEX),
    BAD(SERVICES, 5, service, pre_start, 5, INDEX),
    BAD(SERVICES, 5, service, pre_start, PLAN_NONE, INDEX),
    BAD(SERVICES, 5, service, post_stop, 6, INDEX),
    BAD(SERVICES, 5, service, post_stop, PLAN_NONE, INDEX),
    BAD(SERVICES, 0, service, env.first, 1, RANGE),
    BAD(SERVICES, 0, service, env.count, UINT32_MAX, RANGE),
    BAD(SERVICES, 5, service, env_files.first, 1, RANGE),
    BAD(SERVICES, 5, service, env_files.count, 3, RANGE),
    BAD(SERVICES, 5, service, env_files.count, 1, RANGE),
    BAD(SERVICES, 5, service, labels.first, 1, RANGE),
    BAD(SERVICES, 5, service, labels.count, 3, RANGE),
    BAD(SERVICES, 4, service, deps.first, 0, RANGE),
    BAD(SERVICES, 4, service, rdeps.first, 0, RANGE),
    BAD(SERVICES, 0, service, rdeps.count, UINT32_MAX, RANGE),
    BAD(SERVICES, 0, service, rdeps.count, 1, RANGE),
    BAD(SERVICES, 0, service, deps.count, 1, ORDER),
    BAD(SERVICES, 0, service, spans.first, 1, RANGE),
    BAD(SERVICES, 0, service, spans.count, 0, RANGE),
    BAD(SERVICES, 6, service, spans.count, 2, RANGE),
    BAD(SERVICES, 0, service, probe, 1, INDEX),
    BAD(SERVICES, 1, service, probe, 0, INDEX),
    BAD(SERVICES, 1, service, probe, 1, INDEX),
    BAD(SERVICES, 4, service, probe, 3, INDEX),
    BAD(SERVICES, 6, service, probe, PLAN_NONE, RANGE),
    BAD(SERVICES, 2, service, watch, 1, INDEX),
    BAD(SERVICES, 4, service, watch, 2, INDEX),
    BAD(SERVICES, 3, service, watch, PLAN_NONE, RANGE),
    BAD(SERVICES, 6, service, log, 1, INDEX),
    BAD(SERVICES, 5, service, log, 1, INDEX),
    BAD(SERVICES, 0, service, declared, 7, INDEX),
    BAD(SERVICES, 0, service, declared, PLAN_NONE, INDEX),
    BAD(SERVICES, 0, service, declared, 1, DUPLICATE),
    BAD(SERVICES, 0, service, flags, PLAN_SERVICE_FLAGS + 1, ENUM),
    BAD(SERVICES, 0, service, backoff_ms, 0, VALUE),
    BAD(SERVICES, 0, service, backoff_ms, DAY + 1, VALUE),
    BAD(SERVICES, 0, service, backoff_ms, 30001, VALUE),
    BAD(SERVICES, 0, service, max_backoff_ms, 0, VALUE),
    BAD(SERVICES, 0, service, max_backoff_ms, DAY + 1, VALUE),
    BAD(SERVICES, 0, service, reset_after_ms, 0, VALUE),
    BAD(SERVICES, 0, service, reset_after_ms, DAY + 1, VALUE),
    BAD(SERVICES, 0, service, stop_timeout_ms, 0, VALUE),
    BAD(SERVICES, 0, service, stop_timeout_ms, DAY + 1, VALUE),
    BAD(SERVICES, 0, service, port, 0, VALUE),
    BAD(SERVICES, 0, service, port, 5433, INDEX),
    BAD(SERVICES, 1, service, port, 1, VALUE),
    BAD(SERVICES, 2, service, port, 1, VALUE),
    BAD(SERVICES, 0, service, port_source, PLAN_PORT_SOURCE_COUNT, ENUM),
    BAD(SERVICES, 0, service, port_source, PLAN_PORT_CHOSEN, VALUE),
    BAD(SERVICES, 2, service, port_source, PLAN_PORT_NONE, VALUE),
    BAD(SERVICES, 2, service, port_source, PLAN_PORT_FIXED, VALUE),
    BAD(SERVICES, 0, service, kind, PLAN_KIND_COUNT, ENUM),
    BAD(SERVICES, 0, service, restart, PLAN_RESTART_COUNT, ENUM),
    BAD(SERVICES, 0, service, stop_signal, PLAN_SIGNAL_COUNT, ENUM),
    BAD(SERVICES, 0, service, start, PLAN_START_COUNT, ENUM),
    BAD(SERVICES, 0, service, reserved, 1, RESERVED),
    BAD(SERVICES, 0, service, replicas, 0, VALUE),
    BAD(SERVICES, 0, service, replicas, 2, VALUE),

    /* DEPS: migrate 0; api 0 1; web 2; worker 0. RDEPS: db 1 2 5; migrate 2; api 3. */
    BAD_EDGE(DEPS, 0, 1, ORDER),
    BAD_EDGE(DEPS, 0, 7, INDEX),
    BAD_EDGE(DEPS, 0, PLAN_NONE, INDEX),
    BAD_EDGE(DEPS, 1, 1, ORDER),
    BAD_EDGE(DEPS, 2, 0, ORDER),
    BAD_EDGE(DEPS, 3, 0, MIRROR),
    BAD_EDGE(DEPS, 3, 1, MIRROR),
    BAD_EDGE(RDEPS, 0, 2, MIRROR),
    BAD_EDGE(RDEPS, 1, PLAN_NONE, MIRROR),
    BAD_EDGE(RDEPS, 3, 4, MIRROR),

    /* Commands: 0 db, 1 migrate, 2 api, 3 web, 4 docs, 5..8 worker, 9 tail. */
    BAD(COMMANDS, 0, command, line.pieces.count, 0, RANGE),
    BAD(COMMANDS, 0, command, argv.first, 1, RANGE),
    BAD(COMMANDS, 0, command, argv.count, 0, RANGE),
    BAD(COMMANDS, 0, command, argv.count, UINT32_MAX, RANGE),
    BAD(COMMANDS, 0, command, flags, PLAN_COMMAND_SHELL, VALUE),
    BAD(COMMANDS, 2, command, flags, PLAN_COMMAND_SHELL, VALUE),
    BAD(COMMANDS, 0, command, flags, PLAN_COMMAND_SHELL << 1, ENUM),
    BAD(COMMANDS, 0, command, reserved, 1, RESERVED),
    BAD(COMMANDS, 5, command, line.pieces.count, 0, RANGE),
    BAD(COMMANDS, 8, command, argv.count, 2, RANGE),

    BAD(ARGV, 0, text, pieces.first, 0, RANGE),
    BAD(ARGV, 0, text, pieces.count, 0, RANGE),
    BAD(ENV, 0, env, name.offset, UINT32_MAX, STRING),
    BAD(ENV, 0, env, value.pieces.count, 0, RANGE),
    BAD(ENV, 2, env, value.pieces.first, 0, RANGE),
    BAD(ENV, 0, env, flags, PLAN_ENV_SHARED << 1, ENUM),
    BAD(ENV, 0, env, reserved, 1, RESERVED),
    BAD(ENV_FILES, 0, env_file, path.offset, UINT32_MAX, STRING),
    BAD(ENV_FILES, 0, env_file, flags, PLAN_ENV_SHARED << 1, ENUM),
    BAD(ENV_FILES, 1, env_file, source, 2, INDEX),
    BAD(ENV_FILES, 1, env_file, line, 0, VALUE),
    BAD(ENV_FILES, 1, env_file, column, 0, VALUE),
    BAD(LABELS, 0, string, offset, UINT32_MAX, STRING),
    BAD(PIECES, 0, piece, kind, PLAN_PIECE_KIND_COUNT, ENUM),
    BAD(PIECES, 0, piece, ref, 0, INDEX),
    BAD(PIECES, 0, piece, text.length, 0, STRING),
    BAD(PIECES, 0, piece, text.length, 2, STRING),
    BAD(PIECES, 0, piece, text.length, PLAN_TEXT_MAX + 1, STRING),
    BAD(PIECES, 0, piece, text.offset, UINT32_MAX, STRING),

    /* Lookups: 0 API_TOKEN, 1 A_KEY with fallback, 2 DB_PASSWORD, 3 FLAVOR and 4 MODE with. */
    BAD(LOOKUPS, 0, lookup, name.offset, UINT32_MAX, STRING),
    BAD(LOOKUPS, 0, lookup, fallback.offset, UINT32_MAX, STRING),
    BAD(LOOKUPS, 0, lookup, flags, PLAN_LOOKUP_FALLBACK << 1, ENUM),
    BAD(LOOKUPS, 4, lookup, flags, 0, VALUE),
    BAD(LOOKUPS, 0, lookup, source, 2, INDEX),
    BAD(LOOKUPS, 0, lookup, line, 0, VALUE),
    BAD(LOOKUPS, 0, lookup, column, 0, VALUE),

    /* Probes: 0 db tcp, 1 api http, 2 web http, 3 worker exec, 4 tail log. */
    BAD(PROBES, 0, probe, service, 1, INDEX),
    BAD(PROBES, 0, probe, service, PLAN_NONE, INDEX),
    BAD(PROBES, 0, probe, interval_ms, 0, VALUE),
    BAD(PROBES, 0, probe, interval_ms, DAY + 1, VALUE),
    BAD(PROBES, 0, probe, timeout_ms, 0, VALUE),
    BAD(PROBES, 0, probe, start_timeout_ms, DAY + 1, VALUE),
    BAD(PROBES, 0, probe, retries, 0, VALUE),
    BAD(PROBES, 0, probe, status_min, 200, VALUE),
    BAD(PROBES, 0, probe, status_max, 200, VALUE),
    BAD(PROBES, 0, probe, type, PLAN_PROBE_HTTP, RANGE),
    BAD(PROBES, 0, probe, type, PLAN_PROBE_TYPE_COUNT, ENUM),
    BAD(PROBES, 0, probe, reserved, 1, RESERVED),
    BAD(PROBES, 0, probe, path.pieces.first, 0, RANGE),
    BAD(PROBES, 0, probe, path.pieces.count, 1, RANGE),
    BAD(PROBES, 1, probe, type, PLAN_PROBE_TCP, RANGE),
    BAD(PROBES, 1, probe, path.pieces.count, 0, RANGE),
    BAD(PROBES, 1, probe, path.pieces.count, 2, VALUE),
    BAD(PROBES, 1, probe, status_min, 99, VALUE),
    BAD(PROBES, 1, probe, status_min, 400, VALUE),
    BAD(PROBES, 1, probe, status_max, 1000, VALUE),
    BAD(PROBES, 0, probe, pattern.offset, UINT32_MAX, STRING),
    BAD(PROBES, 0, probe, command, 0, INDEX),
    BAD(PROBES, 1, probe, command, 0, INDEX),
    BAD(PROBES, 3, probe, command, 7, INDEX),
    BAD(PROBES, 3, probe, command, PLAN_NONE, INDEX),
    BAD(PROBES, 3, probe, port, 80, VALUE),
    BAD(PROBES, 3, probe, status_min, 200, VALUE),
    BAD(PROBES, 3, probe, status_max, 200, VALUE),
    BAD(PROBES, 3, probe, type, PLAN_PROBE_TCP, RANGE),
    BAD(PROBES, 4, probe, type, PLAN_PROBE_EXEC, INDEX),
    BAD(PROBES, 4, probe, command, 8, INDEX),
    BAD(PROBES, 4, probe, port, 80, VALUE),
    BAD(PROBES, 4, probe, path.pieces.count, 1, RANGE),
    BAD(PROBES, 4, probe, pattern.length, 0, STRING),

    /* Watches: 0 api, 1 web. */
    BAD(WATCHES, 0, watch, service, 3, INDEX),
    BAD(WATCHES, 0, watch, debounce_ms, 0, VALUE),
    BAD(WATCHES, 0, watch, debounce_ms, DAY + 1, VALUE),
    BAD(WATCHES, 0, watch, restart, 2, ENUM),
    BAD(WATCHES, 0, watch, reserved, 1, RESERVED),
    BAD(WATCHES, 0, watch, paths.first, 1, RANGE),
    BAD(WATCHES, 0, watch, paths.count, 0, RANGE),
    BAD(WATCHES, 0, watch, paths.count, 5, RANGE),
    BAD(WATCHES, 0, watch, ignores.first, 0, RANGE),
    BAD(WATCHES, 1, watch, ignores.count, 1, RANGE),
    BAD(WATCHES, 1, watch, ignores.first, 0, RANGE),
    BAD(PATTERNS, 0, string, offset, UINT32_MAX, STRING),
    BAD(PATTERNS, 2, string, length, 1, STRING),

    BAD(ROUTES, 0, route, host.offset, UINT32_MAX, STRING),
    BAD(LOGS, 0, log, file.pieces.first, 0, RANGE),
    BAD(LOGS, 0, log, file.pieces.count, 0, RANGE),
    BAD(LOGS, 0, log, file.pieces.count, 2, RANGE),
    BAD(LOGS, 0, log, max_size, PLAN_LOG_SIZE_MIN - 1, VALUE),
    BAD(LOGS, 0, log, keep, PLAN_LOG_KEEP_MAX + 1, VALUE),
    BAD(LOGS, 0, log, service, 0, INDEX),

    BAD(ROUTES, 0, route, service, 7, INDEX),
    BAD(ROUTES, 0, route, service, 4, INDEX),
    BAD(ROUTES, 0, route, reserved, 1, RESERVED),

    BAD(PORTS, 0, port, port, 0, INDEX),
    BAD(PORTS, 0, port, port, 65536 + 3000, INDEX),
    BAD(PORTS, 0, port, port, 3001, INDEX),
    BAD(PORTS, 0, port, service, 7, INDEX),
    BAD(PORTS, 0, port, service, 0, INDEX),

    BAD(SPANS, 0, span, field, PLAN_FIELD_CMD, ORDER),
    BAD(SPANS, 4, span, field, PLAN_FIELD_COUNT, ENUM),
    BAD(SPANS, 4, span, field, PLAN_FIELD_CMD, ORDER),
    BAD(SPANS, 4, span, field, PLAN_FIELD_NAME, ORDER),
    BAD(SPANS, 0, span, source, 2, INDEX),
    BAD(SPANS, 0, span, line, 0, VALUE),
    BAD(SPANS, 0, span, column, 0, VALUE),
};
#define SPOILED_COUNT (sizeof spoiled / sizeof *spoiled)

static enum plan_error verdict(const void *bytes, size_t size, uint64_t *out_where)
{
    *out_where = UINT64_MAX;
    enum plan_error error = plan_verify(bytes, size, out_where);
    if (error)
        ck_assert_uint_le(*out_where, size);
    else
        ck_assert_uint_eq(*out_where, UINT64_MAX);
    return error;
}

static void expect(const void *bytes, size_t size, enum plan_error error, const char *what)
{
    uint64_t where;
    enum plan_error got = verdict(bytes, size, &where);
    ck_assert_msg(got == error, "%s: got \"%s\" at %llu", what, plan_error_text(got),
                  (unsigned long long)where);
}

static void expect_sealed(void *bytes, size_t size, enum plan_error error, const char *what)
{
    plan_bytes_seal(bytes, size);
    expect(bytes, size, error, what);
}

/* In the byte order of the machine, as the plan. */
static void put_field(unsigned char *field, uint64_t value, size_t width)
{
    const unsigned char *bytes = (const unsigned char *)&value;
    if (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)
        bytes += sizeof value - width;
    memcpy(field, bytes, width);
}

START_TEST(a_spoiled_field_is_refused)
{
    const struct spoiled *row = &spoiled[_i];
    size_t size = 0;
    unsigned char *bytes = plan_builder_make(&arena, &size);
    unsigned char *record = plan_bytes_record(bytes, row->section, row->index);
    put_field(record + row->offset, row->value, row->width);
    expect_sealed(bytes, size, row->error, row->what);
    arena_finish(&arena);
}
END_TEST

START_TEST(a_good_plan_is_good)
{
    size_t size = 0;
    const void *bytes = plan_builder_make(&arena, &size);
    expect(bytes, size, PLAN_OK, "as built");
    arena_finish(&arena);
}
END_TEST

START_TEST(every_flipped_bit_is_refused)
{
    size_t size = 0;
    uint64_t where;
    unsigned char *bytes = plan_builder_make(&arena, &size);
    for (size_t bit = 0; bit < size * 8; bit++) {
        bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
        ck_assert_msg(verdict(bytes, size, &where) != PLAN_OK, "bit %zu", bit);
        bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
    }
    expect(bytes, size, PLAN_OK, "restored");
    arena_finish(&arena);
}
END_TEST

START_TEST(every_truncation_is_refused)
{
    size_t size = 0;
    const unsigned char *bytes = plan_builder_make(&arena, &size);
    uint64_t where;
    for (size_t length = 0; length < size; length++) {
        /* On the heap, where a read beyond the end is seen. */
        unsigned char *cut = malloc(length + 1);
        memcpy(cut, bytes, length);
        cut = realloc(cut, length ? length : 1);
        ck_assert_msg(verdict(cut, length, &where) != PLAN_OK, "length %zu", length);
        if (length >= sizeof(struct plan_header)) {
            plan_bytes_seal(cut, length);
            ck_assert_msg(verdict(cut, length, &where) != PLAN_OK, "sealed length %zu", length);
        }
        free(cut);
    }
    arena_finish(&arena);
}
END_TEST

START_TEST(every_flipped_bit_behind_a_good_checksum_is_survived)
{
    size_t size = 0;
    uint64_t where;
    unsigned char *bytes = plan_builder_make(&arena, &size);
    for (size_t bit = 0; bit < size * 8; bit++) {
        bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
        plan_bytes_seal(bytes, size);
        verdict(bytes, size, &where);
        bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
    }
    arena_finish(&arena);
}
END_TEST

START_TEST(the_header_is_judged)
{
    size_t size = 0;
    unsigned char *bytes = plan_builder_make(&arena, &size);
    struct plan_header *header = (void *)bytes, good = *header;

    header->magic[3] = '3';
    expect(bytes, size, PLAN_E_MAGIC, "magic");
    *header = good;
    header->endian = __builtin_bswap32(PLAN_ENDIAN);
    expect(bytes, size, PLAN_E_ENDIAN, "endian");
    *header = good;
    header->version++;
    expect(bytes, size, PLAN_E_VERSION, "version");
    *header = good;
    header->size += 8;
    expect(bytes, size, PLAN_E_SIZE, "size");
    *header = good;
    header->checksum++;
    expect(bytes, size, PLAN_E_CHECKSUM, "checksum");
    *header = good;
    header->reserved = 1;
    expect_sealed(bytes, size, PLAN_E_RESERVED, "reserved");
    *header = good;
    header->section_count--;
    expect_sealed(bytes, size, PLAN_E_SECTION_COUNT, "section_count");
    *header = good;
    expect_sealed(bytes, size - 1, PLAN_E_SIZE, "an odd size");
    *header = good;
    expect_sealed(bytes, PLAN_FRAME_SIZE - 8, PLAN_E_SECTION_BOUNDS, "half a directory");
    expect(NULL, 0, PLAN_E_TOO_SMALL, "nothing");
    expect(bytes, sizeof *header - 1, PLAN_E_TOO_SMALL, "half a header");
    arena_finish(&arena);
}
END_TEST

START_TEST(no_plan_is_larger_than_the_limit)
{
    size_t size = (size_t)PLAN_SIZE_MAX + 8;
    unsigned char *bytes = arena_alloc(&arena, size, PLAN_ALIGN);
    expect(bytes, size, PLAN_E_TOO_LARGE, "64 MiB and 8");
    arena_finish(&arena);
}
END_TEST

static void expect_section(enum plan_section_kind kind, struct plan_section change,
                           enum plan_error error, const char *what)
{
    size_t size = 0;
    unsigned char *bytes = plan_builder_make(&arena, &size);
    struct plan_section *section = plan_bytes_section(bytes, kind);
    section->kind += change.kind;
    section->record_size += change.record_size;
    section->offset += change.offset;
    section->count += change.count;
    expect_sealed(bytes, size, error, what);
}

START_TEST(the_directory_is_judged)
{
    const enum plan_section_kind deps = PLAN_SECTION_DEPS, strings = PLAN_SECTION_STRINGS;
    expect_section(deps, (struct plan_section){.kind = 1}, PLAN_E_SECTION_KIND, "kind");
    expect_section(deps, (struct plan_section){.record_size = 4}, PLAN_E_SECTION_RECORD, "record");
    expect_section(deps, (struct plan_section){.offset = 8}, PLAN_E_SECTION_LAYOUT, "gap");
    expect_section(deps, (struct plan_section){.offset = (uint64_t)-8}, PLAN_E_SECTION_LAYOUT,
                   "overlap");
    expect_section(deps, (struct plan_section){.offset = 4}, PLAN_E_SECTION_LAYOUT, "alignment");
    expect_section(deps, (struct plan_section){.offset = 1u << 20}, PLAN_E_SECTION_BOUNDS,
                   "offset beyond the file");
    expect_section(strings, (struct plan_section){.count = 8}, PLAN_E_SECTION_BOUNDS,
                   "count beyond the file");
    expect_section(deps, (struct plan_section){.count = UINT64_MAX / 4}, PLAN_E_SECTION_BOUNDS,
                   "count that wraps");
    expect_section(PLAN_SECTION_SETTINGS, (struct plan_section){.count = (uint64_t)-1},
                   PLAN_E_LIMIT, "no settings");
    expect_section(PLAN_SECTION_SETTINGS, (struct plan_section){.count = 1}, PLAN_E_LIMIT,
                   "two settings");
    arena_finish(&arena);
}
END_TEST

START_TEST(padding_is_zero_and_the_end_is_the_end)
{
    size_t size = 0;
    unsigned char *bytes = plan_builder_make(&arena, &size);
    const struct plan_section *rdeps = plan_bytes_section(bytes, PLAN_SECTION_RDEPS);
    uint64_t end = rdeps->offset + rdeps->count * rdeps->record_size;
    ck_assert_uint_eq(end % PLAN_ALIGN, 4);
    bytes[end + 3] = 1;
    expect_sealed(bytes, size, PLAN_E_PADDING, "padding");
    bytes[end + 3] = 0;

    unsigned char *longer = arena_alloc(&arena, size + 8, PLAN_ALIGN);
    memcpy(longer, bytes, size);
    expect_sealed(longer, size + 8, PLAN_E_SECTION_LAYOUT, "bytes behind the last section");
    arena_finish(&arena);
}
END_TEST

/* ---- plans that are built badly ---------------------------------------------------------- */

static struct plan_writer *framed(void)
{
    struct plan_writer *writer = plan_writer_new(&arena);
    plan_builder_frame(writer);
    return writer;
}

static void add_service(struct plan_writer *writer, const char *name)
{
    uint32_t declared = plan_writer_count(writer, PLAN_SECTION_SERVICES);
    struct plan_service service = plan_builder_service(writer, name, declared);
    plan_writer_add(writer, PLAN_SECTION_SERVICES, &service);
}

static struct plan_service *last_service(struct plan_writer *writer)
{
    return plan_writer_record(writer, PLAN_SECTION_SERVICES,
                              plan_writer_count(writer, PLAN_SECTION_SERVICES) - 1);
}

static struct plan_command *last_command(struct plan_writer *writer)
{
    return plan_writer_record(writer, PLAN_SECTION_COMMANDS, last_service(writer)->command);
}

static void expect_finish(struct plan_writer *writer, enum plan_error error, const char *what)
{
    const void *bytes;
    size_t size;
    uint64_t where = 0;
    enum plan_error got = plan_writer_finish(writer, &bytes, &size, &where);
    ck_assert_msg(got == error, "%s: got \"%s\" at %llu", what, plan_error_text(got),
                  (unsigned long long)where);
    arena_finish(&arena);
}

static char *repeated(char c, size_t count)
{
    char *text = arena_alloc(&arena, count + 1, 1);
    memset(text, c, count);
    return text;
}

START_TEST(names_have_their_alphabet)
{
    const char *const good[] = {"a", "Z", "0", "_", "a.b-c_D9", "a-", "a."};
    const char *const bad[] = {"", "-a", ".a", "a b", "a/b", "a\xc3\xa4", "a:", "\x7f"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct plan_writer *writer = framed();
        add_service(writer, good[i]);
        expect_finish(writer, PLAN_OK, good[i]);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct plan_writer *writer = framed();
        add_service(writer, bad[i]);
        expect_finish(writer, PLAN_E_NAME, bad[i]);
    }
    struct plan_writer *writer = framed();
    add_service(writer, repeated('a', PLAN_NAME_MAX));
    expect_finish(writer, PLAN_OK, "the longest name");
    writer = framed();
    add_service(writer, repeated('a', PLAN_NAME_MAX + 1));
    expect_finish(writer, PLAN_E_LIMIT, "a longer name");
}
END_TEST

START_TEST(names_are_unique)
{
    struct plan_writer *writer = framed();
    const char *const names[] = {"c", "a", "b", "d", "a"};
    for (size_t i = 0; i < 5; i++)
        add_service(writer, names[i]);
    expect_finish(writer, PLAN_E_DUPLICATE, "a twice");
}
END_TEST

static void expect_domain(const char *domain, enum plan_error error)
{
    struct plan_writer *writer = framed();
    struct plan_settings *settings = plan_writer_record(writer, PLAN_SECTION_SETTINGS, 0);
    settings->domain = plan_writer_string(writer, str_from(domain));
    expect_finish(writer, error, domain);
}

START_TEST(hosts_are_labels)
{
    const char *const good[] = {"localhost", "a", "a-b", "0.a.9z", "xn--bcher-kva"};
    const char *const bad[] = {"",       "Local",  "a_b", "a..b", ".a",        "a.",
                               "-a.com", "a-.com", "a b", "a:1",  "b\xc3\xbc", "a`"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        expect_domain(good[i], PLAN_OK);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        expect_domain(bad[i], PLAN_E_NAME);
    expect_domain(repeated('a', 63), PLAN_OK);
    expect_domain(repeated('a', 64), PLAN_E_NAME);
    expect_domain(repeated('a', PLAN_NAME_MAX + 1), PLAN_E_LIMIT);
}
END_TEST

static void expect_routes(const char *first, const char *second, enum plan_error error)
{
    const char *const hosts[] = {first, second};
    struct plan_writer *writer = framed();
    add_service(writer, "web");
    last_service(writer)->port_source = PLAN_PORT_CHOSEN;
    for (int i = 0; i < 2; i++) {
        struct plan_route route = {.host = plan_writer_string(writer, str_from(hosts[i]))};
        plan_writer_add(writer, PLAN_SECTION_ROUTES, &route);
    }
    expect_finish(writer, error, second);
}

START_TEST(routes_are_sorted_under_the_domain)
{
    expect_routes("a.localhost", "b.localhost", PLAN_OK);
    expect_routes("a-b.localhost", "a.localhost", PLAN_OK); /* '-' sorts before '.' */
    expect_routes("b.localhost", "a.localhost", PLAN_E_ORDER);
    expect_routes("a.localhost", "a.localhost", PLAN_E_DUPLICATE);
    expect_routes("a.localhost", "localhost", PLAN_E_NAME);
    expect_routes("a.localhost", "b.localhosts", PLAN_E_NAME);
    expect_routes("a.localhost", "xlocalhost", PLAN_E_NAME);
    expect_routes("a.localhost", "xylocalhost", PLAN_E_NAME);
    expect_routes("a.localhost", "B.localhost", PLAN_E_NAME);
}
END_TEST

/* Services with these ports, and entries in PORTS for services in the order 0 1 2. */
static void expect_ports(const uint16_t ports[3], uint32_t entries, enum plan_error error)
{
    struct plan_writer *writer = framed();
    const char *const names[] = {"a", "b", "c"};
    for (uint32_t i = 0; i < 3; i++) {
        add_service(writer, names[i]);
        last_service(writer)->port = ports[i];
        last_service(writer)->port_source = PLAN_PORT_FIXED;
        struct plan_port port = {ports[i], i};
        if (i < entries)
            plan_writer_add(writer, PLAN_SECTION_PORTS, &port);
    }
    expect_finish(writer, error, "ports");
}

START_TEST(ports_are_sorted_and_complete)
{
    expect_ports((const uint16_t[]){1, 2, 65535}, 3, PLAN_OK);
    expect_ports((const uint16_t[]){1, 3, 2}, 3, PLAN_E_ORDER);
    expect_ports((const uint16_t[]){1, 2, 2}, 3, PLAN_E_DUPLICATE);
    expect_ports((const uint16_t[]){1, 2, 7080}, 3, PLAN_E_DUPLICATE);
    expect_ports((const uint16_t[]){1, 2, 3}, 2, PLAN_E_INDEX);
}
END_TEST

static void expect_source(const char *path, enum plan_error error)
{
    struct plan_writer *writer = framed();
    struct plan_source *source = plan_writer_record(writer, PLAN_SECTION_SOURCES, 0);
    source->path = plan_writer_string(writer, str_from(path));
    expect_finish(writer, error, path);
}

START_TEST(sources_are_relative)
{
    expect_source("../A3sfile.hcl", PLAN_OK);
    expect_source("/srv/A3sfile.hcl", PLAN_E_VALUE);
    expect_source("", PLAN_E_VALUE);
    expect_source(repeated('a', PLAN_TEXT_MAX), PLAN_OK);
    expect_source(repeated('a', PLAN_TEXT_MAX + 1), PLAN_E_LIMIT);
}
END_TEST

static void expect_env_files(uint32_t first, uint32_t second, enum plan_error error)
{
    struct plan_writer *writer = framed();
    add_service(writer, "a");
    struct plan_env_file file = {
        .path = plan_writer_string(writer, STR(".env")), .flags = first, .line = 1, .column = 1};
    plan_writer_add(writer, PLAN_SECTION_ENV_FILES, &file);
    file.flags = second;
    plan_writer_add(writer, PLAN_SECTION_ENV_FILES, &file);
    last_service(writer)->env_files.count = 2;
    expect_finish(writer, error, "env_files");
}

START_TEST(shared_env_files_come_first)
{
    expect_env_files(0, 0, PLAN_OK);
    expect_env_files(PLAN_ENV_SHARED, 0, PLAN_OK);
    expect_env_files(PLAN_ENV_SHARED, PLAN_ENV_SHARED, PLAN_OK);
    expect_env_files(0, PLAN_ENV_SHARED, PLAN_E_ORDER);
}
END_TEST

START_TEST(env_files_have_a_path)
{
    struct plan_writer *writer = framed();
    add_service(writer, "a");
    struct plan_env_file file = {.path = plan_writer_string(writer, STR(""))};
    plan_writer_add(writer, PLAN_SECTION_ENV_FILES, &file);
    last_service(writer)->env_files.count = 1;
    expect_finish(writer, PLAN_E_VALUE, "no path");
}
END_TEST

static void expect_labels(const char *first, const char *second, enum plan_error error)
{
    struct plan_writer *writer = framed();
    add_service(writer, "a");
    struct plan_string label = plan_writer_string(writer, str_from(first));
    plan_writer_add(writer, PLAN_SECTION_LABELS, &label);
    label = plan_writer_string(writer, str_from(second));
    plan_writer_add(writer, PLAN_SECTION_LABELS, &label);
    last_service(writer)->labels.count = 2;
    expect_finish(writer, error, second);
}

START_TEST(labels_are_sorted)
{
    expect_labels("a", "b", PLAN_OK);
    expect_labels("b", "a", PLAN_E_ORDER);
    expect_labels("a", "a", PLAN_E_ORDER);
    expect_labels("a", "", PLAN_E_VALUE);
    expect_labels("a", repeated('b', PLAN_NAME_MAX + 1), PLAN_E_LIMIT);
}
END_TEST

/* ---- texts whose pieces are known later -------------------------------------------------- */

/* A text of the parts as the only argument but one of a service. */
static struct plan_writer *with_parts(const struct plan_part *parts, uint32_t count)
{
    struct plan_writer *writer = framed();
    add_service(writer, "a");
    struct plan_text arg = plan_writer_parts(writer, parts, count);
    plan_writer_add(writer, PLAN_SECTION_ARGV, &arg);
    last_command(writer)->argv.count = 2;
    return writer;
}

static struct plan_piece *last_piece(struct plan_writer *writer)
{
    return plan_writer_record(writer, PLAN_SECTION_PIECES,
                              plan_writer_count(writer, PLAN_SECTION_PIECES) - 1);
}

static const struct plan_part looked_up = {
    .kind = PLAN_PIECE_ENV, .text = {"NAME", 4}, .line = 1, .column = 1};
static const struct plan_part port_of_a = {.kind = PLAN_PIECE_PORT};

START_TEST(references_point_at_something)
{
    struct plan_writer *writer = with_parts(&looked_up, 1);
    expect_finish(writer, PLAN_OK, "a lookup");
    writer = with_parts(&port_of_a, 1);
    expect_finish(writer, PLAN_E_INDEX, "the port of a service without one");
    writer = with_parts(&port_of_a, 1);
    last_service(writer)->port_source = PLAN_PORT_CHOSEN;
    expect_finish(writer, PLAN_OK, "a port");
    writer = with_parts(&port_of_a, 1);
    last_piece(writer)->ref = 1;
    expect_finish(writer, PLAN_E_INDEX, "the port of nobody");
    writer = with_parts(&port_of_a, 1);
    last_service(writer)->port_source = PLAN_PORT_CHOSEN;
    last_piece(writer)->text = plan_writer_string(writer, STR("text"));
    expect_finish(writer, PLAN_E_VALUE, "a port with a text");
    writer = with_parts(&port_of_a, 1);
    last_service(writer)->port_source = PLAN_PORT_CHOSEN;
    last_piece(writer)->text.offset = UINT32_MAX;
    expect_finish(writer, PLAN_E_STRING, "a port with no string");
    writer = with_parts(&port_of_a, 1);
    *last_piece(writer) = (struct plan_piece){.kind = PLAN_PIECE_ENV};
    expect_finish(writer, PLAN_E_INDEX, "a lookup that is not there");
}
END_TEST

START_TEST(literals_are_filled_and_apart)
{
    const struct plan_part parts[] = {{.kind = PLAN_PIECE_LITERAL, .text = STR("x")},
                                      {.kind = PLAN_PIECE_PORT}};
    struct plan_writer *writer = with_parts(parts, 2);
    *last_piece(writer) =
        (struct plan_piece){.ref = PLAN_NONE, .text = plan_writer_string(writer, STR("y"))};
    expect_finish(writer, PLAN_E_VALUE, "two literals");
    writer = with_parts(parts, 1);
    last_piece(writer)->text = plan_writer_string(writer, STR(""));
    expect_finish(writer, PLAN_E_VALUE, "an empty literal");
}
END_TEST

START_TEST(texts_have_limits)
{
    struct plan_part parts[PLAN_PIECES_MAX + 1];
    for (uint32_t i = 0; i <= PLAN_PIECES_MAX; i++)
        parts[i] = looked_up;
    expect_finish(with_parts(parts, PLAN_PIECES_MAX), PLAN_OK, "the most pieces");
    expect_finish(with_parts(parts, PLAN_PIECES_MAX + 1), PLAN_E_LIMIT, "one more piece");

    struct plan_part literals[] = {{.kind = PLAN_PIECE_LITERAL, .text.len = PLAN_TEXT_MAX - 1},
                                   looked_up,
                                   {.kind = PLAN_PIECE_LITERAL, .text = STR("x")}};
    literals[0].text.ptr = repeated('x', PLAN_TEXT_MAX);
    expect_finish(with_parts(literals, 3), PLAN_OK, "the longest text");
    literals[0].text.ptr = repeated('x', PLAN_TEXT_MAX);
    literals[2].text = STR("xy");
    expect_finish(with_parts(literals, 3), PLAN_E_LIMIT, "one more byte");
}
END_TEST

/* A plan that looks both up; the writer sorts, but does not see that they were made the same. */
static void expect_lookups(struct plan_part first, struct plan_part second, enum plan_error error,
                           const char *what)
{
    const struct plan_part *given[] = {&first, &second};
    struct plan_part parts[] = {looked_up, looked_up};
    parts[1].text = STR("OTHER");
    struct plan_writer *writer = with_parts(parts, 2);
    for (uint32_t i = 0; i < 2; i++) {
        struct plan_lookup *lookup = plan_writer_record(writer, PLAN_SECTION_LOOKUPS, i);
        lookup->name = plan_writer_string(writer, given[i]->text);
        lookup->fallback = plan_writer_string(writer, given[i]->fallback);
        lookup->flags = given[i]->has_fallback ? PLAN_LOOKUP_FALLBACK : 0;
    }
    expect_finish(writer, error, what);
}

START_TEST(lookups_have_a_name_and_are_different)
{
    const struct plan_part a = {.text = STR("A")}, b = {.text = STR("B")};
    const struct plan_part a_or_x = {.text = STR("A"), .fallback = STR("x"), .has_fallback = true};
    const struct plan_part a_or_nothing = {.text = STR("A"), .has_fallback = true};
    expect_lookups(a, b, PLAN_OK, "two names");
    expect_lookups(a, a_or_nothing, PLAN_OK, "without fallback, then with an empty one");
    expect_lookups(a_or_nothing, a_or_x, PLAN_OK, "two fallbacks");
    expect_lookups(a, a, PLAN_E_ORDER, "the same twice");
    expect_lookups(a_or_x, a_or_x, PLAN_E_ORDER, "the same twice, with fallback");
    expect_lookups(a, (struct plan_part){.text = STR("")}, PLAN_E_NAME, "no name");
    expect_lookups(a, (struct plan_part){.text = STR("B=")}, PLAN_E_NAME, "'='");
}
END_TEST

START_TEST(lookups_are_sorted_and_used)
{
    size_t size = 0;
    unsigned char *bytes = plan_builder_make(&arena, &size);
    struct plan_lookup *lookups = plan_bytes_record(bytes, PLAN_SECTION_LOOKUPS, 0);
    struct plan_lookup first = lookups[0];
    lookups[0] = lookups[1];
    lookups[1] = first;
    expect_sealed(bytes, size, PLAN_E_ORDER, "two that are swapped");

    const struct plan_part parts[] = {looked_up, port_of_a};
    struct plan_writer *writer = with_parts(parts, 2);
    struct plan_piece *piece = last_piece(writer) - 1;
    *piece = *last_piece(writer);
    last_service(writer)->port_source = PLAN_PORT_CHOSEN;
    expect_finish(writer, PLAN_E_UNUSED, "one that nothing refers to");
}
END_TEST

START_TEST(a_probe_path_begins_with_a_slash_itself)
{
    const struct plan_part parts[] = {{.kind = PLAN_PIECE_LITERAL, .text = STR("/")},
                                      {.kind = PLAN_PIECE_PORT}};
    for (uint32_t skipped = 0; skipped < 2; skipped++) {
        struct plan_writer *writer = framed();
        add_service(writer, "a");
        struct plan_probe probe = {.interval_ms = 1,
                                   .pattern = plan_writer_string(writer, STR("")),
                                   .command = PLAN_NONE,
                                   .timeout_ms = 1,
                                   .start_timeout_ms = 1,
                                   .retries = 1,
                                   .status_min = 100,
                                   .status_max = 999};
        probe.path = plan_writer_parts(writer, parts + skipped, 2 - skipped);
        last_service(writer)->probe = plan_writer_add(writer, PLAN_SECTION_PROBES, &probe);
        last_service(writer)->port_source = PLAN_PORT_CHOSEN;
        expect_finish(writer, skipped ? PLAN_E_VALUE : PLAN_OK, "the path of a probe");
    }
}
END_TEST

START_TEST(only_a_log_probe_has_a_pattern)
{
    size_t size = 0;
    for (uint32_t i = 0; i < 5; i++) {
        unsigned char *bytes = plan_builder_make(&arena, &size);
        const struct plan_lookup *lookup = plan_bytes_record(bytes, PLAN_SECTION_LOOKUPS, 0);
        struct plan_probe *probe = plan_bytes_record(bytes, PLAN_SECTION_PROBES, i);
        bool log = probe->type == PLAN_PROBE_LOG;
        probe->pattern = log ? lookup->fallback : lookup->name;
        expect_sealed(bytes, size, PLAN_E_VALUE, "pattern");
    }
    arena_finish(&arena);
}
END_TEST

static void expect_env(const char *first, const char *second, enum plan_error error)
{
    const char *const names[] = {first, second};
    struct plan_writer *writer = framed();
    add_service(writer, "a");
    for (int i = 0; i < 2; i++) {
        struct plan_env env = {.name = plan_writer_string(writer, str_from(names[i]))};
        env.value = plan_writer_text(writer, STR("x"));
        plan_writer_add(writer, PLAN_SECTION_ENV, &env);
    }
    last_service(writer)->env.count = 2;
    expect_finish(writer, error, second);
}

START_TEST(environments_are_sorted)
{
    expect_env("A", "B", PLAN_OK);
    expect_env("Z", "a", PLAN_OK);
    expect_env("A", "AA", PLAN_OK);
    expect_env("B", "A", PLAN_E_ORDER);
    expect_env("A", "A", PLAN_E_ORDER);
    expect_env("A", "B=", PLAN_E_NAME);
    expect_env("", "B", PLAN_E_NAME);
}
END_TEST

/* A service whose command is cut into the two texts. */
static void expect_string(struct str text, enum plan_error error)
{
    struct plan_writer *writer = framed();
    add_service(writer, "a");
    struct plan_piece *dir = plan_writer_record(writer, PLAN_SECTION_PIECES, 0);
    dir->text = plan_writer_string(writer, text);
    expect_finish(writer, error, "string");
}

START_TEST(strings_are_utf8_without_nul)
{
    expect_string(STR("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80"), PLAN_OK);
    expect_string(STR("a\0b"), PLAN_E_STRING);
    expect_string(STR("\xff"), PLAN_E_STRING);
    expect_string(STR("\xc3"), PLAN_E_STRING);         /* cut off */
    expect_string(STR("\xc0\xaf"), PLAN_E_STRING);     /* overlong */
    expect_string(STR("\xed\xa0\x80"), PLAN_E_STRING); /* half of a surrogate pair */
    expect_string(STR("\xf4\x90\x80\x80"), PLAN_E_STRING);
    expect_string((struct str){repeated('x', PLAN_TEXT_MAX), PLAN_TEXT_MAX}, PLAN_OK);
    expect_string((struct str){repeated('x', PLAN_TEXT_MAX + 1), PLAN_TEXT_MAX + 1}, PLAN_E_LIMIT);
}
END_TEST

START_TEST(the_blob_ends_in_a_nul)
{
    size_t size = 0;
    unsigned char *bytes = plan_builder_make(&arena, &size);
    const struct plan_section *strings = plan_bytes_section(bytes, PLAN_SECTION_STRINGS);
    bytes[strings->offset + strings->count - 1] = 'x';
    expect_sealed(bytes, size, PLAN_E_STRING, "no NUL at the end");
    arena_finish(&arena);
}
END_TEST

START_TEST(a_string_begins_where_one_begins)
{
    size_t size = 0;
    unsigned char *bytes = plan_builder_make(&arena, &size);
    struct plan_settings *settings = plan_bytes_record(bytes, PLAN_SECTION_SETTINGS, 0);
    settings->domain.offset += 5;
    settings->domain.length -= 5;
    expect_sealed(bytes, size, PLAN_E_STRING, "\"host\" inside \"localhost\"");
    arena_finish(&arena);
}
END_TEST

START_TEST(a_plan_without_strings_has_no_domain)
{
    struct plan_writer *writer = plan_writer_new(&arena);
    struct plan_settings settings = {.hold_ms = 1};
    plan_writer_add(writer, PLAN_SECTION_SETTINGS, &settings);
    expect_finish(writer, PLAN_E_STRING, "an empty blob");
}
END_TEST

START_TEST(texts_shared_too_often_are_refused)
{
    struct plan_writer *writer = framed();
    add_service(writer, "a");
    uint32_t count = PLAN_TEXTS_MAX / PLAN_TEXT_MAX;
    for (uint32_t i = 0; i < count; i++) {
        struct str text = {repeated('x', PLAN_TEXT_MAX), PLAN_TEXT_MAX};
        struct plan_text arg = plan_writer_text(writer, text);
        plan_writer_add(writer, PLAN_SECTION_ARGV, &arg);
    }
    last_command(writer)->argv.count += count;
    expect_finish(writer, PLAN_E_LIMIT, "64 KiB, 1024 times");
}
END_TEST

static void expect_pattern(const char *pattern, enum plan_error error)
{
    struct plan_writer *writer = framed();
    add_service(writer, "a");
    last_service(writer)->watch = 0;
    struct plan_string record = plan_writer_string(writer, str_from(pattern));
    struct plan_watch watch = {.paths = {0, 1}, .ignores = {1, 0}, .debounce_ms = DAY};
    plan_writer_add(writer, PLAN_SECTION_PATTERNS, &record);
    plan_writer_add(writer, PLAN_SECTION_WATCHES, &watch);
    expect_finish(writer, error, pattern);
}

START_TEST(patterns_are_not_empty)
{
    expect_pattern("src", PLAN_OK);
    expect_pattern("", PLAN_E_VALUE);
    expect_pattern(repeated('a', PLAN_TEXT_MAX + 1), PLAN_E_LIMIT);
}
END_TEST

static void expect_probe(const char *path, uint16_t port, enum plan_error error)
{
    struct plan_writer *writer = framed();
    add_service(writer, "a");
    struct plan_probe probe = {.path = plan_writer_text(writer, str_from(path)),
                               .pattern = plan_writer_string(writer, STR("")),
                               .command = PLAN_NONE,
                               .interval_ms = 1,
                               .timeout_ms = 1,
                               .start_timeout_ms = 1,
                               .retries = 1,
                               .port = port,
                               .status_min = 100,
                               .status_max = 999};
    last_service(writer)->probe = plan_writer_add(writer, PLAN_SECTION_PROBES, &probe);
    expect_finish(writer, error, path);
}

START_TEST(probes_have_a_path_and_a_port)
{
    expect_probe("/", 80, PLAN_OK);
    expect_probe("health", 80, PLAN_E_VALUE);
    expect_probe("", 80, PLAN_E_RANGE);
    expect_probe("/", 0, PLAN_E_VALUE);
}
END_TEST

static void expect_shell(const char *first, const char *second, uint32_t count,
                         enum plan_error error)
{
    const char *const argv[] = {first, second, "true", "more"};
    struct plan_writer *writer = framed();
    add_service(writer, "a");
    struct plan_piece *cmd = plan_writer_record(writer, PLAN_SECTION_PIECES, 2);
    cmd->text = plan_writer_string(writer, str_from(first));
    for (uint32_t i = 1; i < count; i++) {
        struct plan_text arg = plan_writer_text(writer, str_from(argv[i]));
        plan_writer_add(writer, PLAN_SECTION_ARGV, &arg);
    }
    last_command(writer)->argv.count = count;
    last_command(writer)->flags = PLAN_COMMAND_SHELL;
    expect_finish(writer, error, "shell");
}

START_TEST(a_shell_has_its_form)
{
    expect_shell("/bin/sh", "-c", 3, PLAN_OK);
    expect_shell("/bin/sh", "-c", 2, PLAN_E_VALUE);
    expect_shell("/bin/sh", "-c", 4, PLAN_E_VALUE);
    expect_shell("/bin/bash", "-c", 3, PLAN_E_VALUE);
    expect_shell("/bin/sh", "-e", 3, PLAN_E_VALUE);
    expect_shell("/bin/sh", "", 3, PLAN_E_VALUE);
}
END_TEST

START_TEST(a_shell_is_not_looked_up)
{
    size_t size = 0;
    unsigned char *bytes = plan_builder_make(&arena, &size);
    const struct plan_command *shell = plan_bytes_record(bytes, PLAN_SECTION_COMMANDS, 7);
    const struct plan_text *program =
        plan_bytes_record(bytes, PLAN_SECTION_ARGV, shell->argv.first);
    struct plan_piece *piece = plan_bytes_record(bytes, PLAN_SECTION_PIECES, program->pieces.first);
    const struct plan_lookup *lookup = plan_bytes_record(bytes, PLAN_SECTION_LOOKUPS, 0);
    *piece = (struct plan_piece){PLAN_PIECE_ENV, 0, lookup->fallback};
    expect_sealed(bytes, size, PLAN_E_VALUE, "env() as a shell");
    arena_finish(&arena);
}
END_TEST

START_TEST(edges_are_as_many_as_their_mirror)
{
    struct plan_writer *writer = framed();
    add_service(writer, "a");
    add_service(writer, "b");
    uint32_t zero = 0;
    plan_writer_add(writer, PLAN_SECTION_DEPS, &zero);
    last_service(writer)->deps.count = 1;
    expect_finish(writer, PLAN_E_MIRROR, "no dependent");
}
END_TEST

START_TEST(leftovers_are_refused)
{
    static const enum plan_section_kind kinds[] = {
        PLAN_SECTION_DEPS,   PLAN_SECTION_RDEPS,     PLAN_SECTION_COMMANDS, PLAN_SECTION_ARGV,
        PLAN_SECTION_ENV,    PLAN_SECTION_ENV_FILES, PLAN_SECTION_LABELS,   PLAN_SECTION_PIECES,
        PLAN_SECTION_PROBES, PLAN_SECTION_WATCHES,   PLAN_SECTION_PATTERNS, PLAN_SECTION_LOGS,
        PLAN_SECTION_SPANS,
    };
    const unsigned char zeroes[sizeof(struct plan_service)] = {0};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct plan_writer *writer = framed();
        plan_writer_add(writer, kinds[i], zeroes);
        expect_finish(writer, PLAN_E_RANGE, plan_section_name(kinds[i]));
    }
}
END_TEST

START_TEST(edges_have_a_limit)
{
    static const enum plan_section_kind kinds[] = {PLAN_SECTION_DEPS, PLAN_SECTION_RDEPS};
    for (int i = 0; i < 2; i++) {
        struct plan_writer *writer = framed();
        for (uint32_t edge = 0; edge <= PLAN_EDGES_MAX; edge++)
            plan_writer_add(writer, kinds[i], &edge);
        expect_finish(writer, PLAN_E_LIMIT, plan_section_name(kinds[i]));
    }
}
END_TEST

static struct plan_writer *many_services(uint32_t count)
{
    struct plan_writer *writer = framed();
    char name[16];
    for (uint32_t i = 0; i < count; i++) {
        snprintf(name, sizeof name, "s%u", i);
        add_service(writer, name);
    }
    return writer;
}

START_TEST(services_have_a_limit)
{
    expect_finish(many_services(PLAN_SERVICES_MAX), PLAN_OK, "the most");
    expect_finish(many_services(PLAN_SERVICES_MAX + 1), PLAN_E_LIMIT, "one more");
}
END_TEST

#if defined(__SANITIZE_ADDRESS__)
#define HAS_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAS_ASAN 1
#endif
#endif

#ifndef HAS_ASAN /* which ends the process when there is no memory */
START_TEST(without_memory_there_is_no_verdict)
{
    const void *bytes = NULL;
    size_t size = 0;
    uint64_t where;
    struct plan_writer *writer = many_services(PLAN_SERVICES_MAX);
    ck_assert_int_eq(plan_writer_finish(writer, &bytes, &size, &where), PLAN_OK);
    struct rlimit old, none;
    ck_assert_int_eq(getrlimit(RLIMIT_AS, &old), 0);
    none = old;
    none.rlim_cur = 4096;
    ck_assert_int_eq(setrlimit(RLIMIT_AS, &none), 0);
    enum plan_error error = plan_verify(bytes, size, &where);
    setrlimit(RLIMIT_AS, &old);
    ck_assert_int_eq(error, PLAN_E_SYSTEM);
    arena_finish(&arena);
}
END_TEST
#endif

int main(void)
{
    struct suite s = suite_begin("plan_verify");
    SUITE_CASE(s, a_good_plan_is_good);
    SUITE_CASE(s, every_flipped_bit_is_refused);
    SUITE_CASE(s, every_truncation_is_refused);
    SUITE_CASE(s, every_flipped_bit_behind_a_good_checksum_is_survived);
    SUITE_CASE(s, the_header_is_judged);
    SUITE_CASE(s, no_plan_is_larger_than_the_limit);
    SUITE_CASE(s, the_directory_is_judged);
    SUITE_CASE(s, padding_is_zero_and_the_end_is_the_end);
    SUITE_LOOP(s, a_spoiled_field_is_refused, 0, SPOILED_COUNT);
    SUITE_CASE(s, names_have_their_alphabet);
    SUITE_CASE(s, names_are_unique);
    SUITE_CASE(s, hosts_are_labels);
    SUITE_CASE(s, routes_are_sorted_under_the_domain);
    SUITE_CASE(s, ports_are_sorted_and_complete);
    SUITE_CASE(s, sources_are_relative);
    SUITE_CASE(s, environments_are_sorted);
    SUITE_CASE(s, shared_env_files_come_first);
    SUITE_CASE(s, env_files_have_a_path);
    SUITE_CASE(s, labels_are_sorted);
    SUITE_CASE(s, references_point_at_something);
    SUITE_CASE(s, literals_are_filled_and_apart);
    SUITE_CASE(s, texts_have_limits);
    SUITE_CASE(s, lookups_have_a_name_and_are_different);
    SUITE_CASE(s, lookups_are_sorted_and_used);
    SUITE_CASE(s, a_probe_path_begins_with_a_slash_itself);
    SUITE_CASE(s, only_a_log_probe_has_a_pattern);
    SUITE_CASE(s, strings_are_utf8_without_nul);
    SUITE_CASE(s, the_blob_ends_in_a_nul);
    SUITE_CASE(s, a_string_begins_where_one_begins);
    SUITE_CASE(s, a_plan_without_strings_has_no_domain);
    SUITE_CASE(s, texts_shared_too_often_are_refused);
    SUITE_CASE(s, patterns_are_not_empty);
    SUITE_CASE(s, probes_have_a_path_and_a_port);
    SUITE_CASE(s, a_shell_has_its_form);
    SUITE_CASE(s, a_shell_is_not_looked_up);
    SUITE_CASE(s, edges_are_as_many_as_their_mirror);
    SUITE_CASE(s, leftovers_are_refused);
    SUITE_CASE(s, edges_have_a_limit);
    SUITE_CASE(s, services_have_a_limit);
#ifndef HAS_ASAN
    SUITE_CASE(s, without_memory_there_is_no_verdict);
#endif
    return suite_run(s);
}
