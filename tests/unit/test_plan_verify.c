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

/* Services: 0 db, 1 migrate, 2 api, 3 web, 4 docs. */
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
    BAD(SERVICES, 0, service, command.pieces.count, 0, RANGE),
    BAD(SERVICES, 0, service, argv.first, 1, RANGE),
    BAD(SERVICES, 0, service, argv.count, 0, RANGE),
    BAD(SERVICES, 0, service, argv.count, UINT32_MAX, RANGE),
    BAD(SERVICES, 0, service, env.first, 1, RANGE),
    BAD(SERVICES, 0, service, env.count, UINT32_MAX, RANGE),
    BAD(SERVICES, 4, service, deps.first, 0, RANGE),
    BAD(SERVICES, 4, service, rdeps.first, 0, RANGE),
    BAD(SERVICES, 0, service, rdeps.count, UINT32_MAX, RANGE),
    BAD(SERVICES, 0, service, rdeps.count, 1, RANGE),
    BAD(SERVICES, 0, service, deps.count, 1, ORDER),
    BAD(SERVICES, 0, service, spans.first, 1, RANGE),
    BAD(SERVICES, 0, service, spans.count, 0, RANGE),
    BAD(SERVICES, 4, service, spans.count, 2, RANGE),
    BAD(SERVICES, 0, service, probe, 1, INDEX),
    BAD(SERVICES, 1, service, probe, 0, INDEX),
    BAD(SERVICES, 1, service, probe, 1, INDEX),
    BAD(SERVICES, 4, service, probe, 3, INDEX),
    BAD(SERVICES, 3, service, probe, PLAN_NONE, RANGE),
    BAD(SERVICES, 2, service, watch, 1, INDEX),
    BAD(SERVICES, 4, service, watch, 2, INDEX),
    BAD(SERVICES, 3, service, watch, PLAN_NONE, RANGE),
    BAD(SERVICES, 0, service, declared, 5, INDEX),
    BAD(SERVICES, 0, service, declared, PLAN_NONE, INDEX),
    BAD(SERVICES, 0, service, declared, 1, DUPLICATE),
    BAD(SERVICES, 0, service, flags, PLAN_SERVICE_FLAGS + 1, ENUM),
    BAD(SERVICES, 0, service, flags, PLAN_SERVICE_SHELL, VALUE),
    BAD(SERVICES, 2, service, flags, PLAN_SERVICE_SHELL, VALUE),
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

    /* DEPS: migrate 0; api 0 1; web 2. RDEPS: db 1 2; migrate 2; api 3. */
    BAD_EDGE(DEPS, 0, 1, ORDER),
    BAD_EDGE(DEPS, 0, 5, INDEX),
    BAD_EDGE(DEPS, 0, PLAN_NONE, INDEX),
    BAD_EDGE(DEPS, 1, 1, ORDER),
    BAD_EDGE(DEPS, 2, 0, ORDER),
    BAD_EDGE(DEPS, 3, 0, MIRROR),
    BAD_EDGE(DEPS, 3, 1, MIRROR),
    BAD_EDGE(RDEPS, 0, 2, MIRROR),
    BAD_EDGE(RDEPS, 1, PLAN_NONE, MIRROR),
    BAD_EDGE(RDEPS, 3, 4, MIRROR),

    BAD(ARGV, 0, text, pieces.first, 0, RANGE),
    BAD(ARGV, 0, text, pieces.count, 0, RANGE),
    BAD(ENV, 0, env, name.offset, UINT32_MAX, STRING),
    BAD(ENV, 0, env, value.pieces.count, 0, RANGE),
    BAD(ENV, 2, env, value.pieces.first, 0, RANGE),
    BAD(PIECES, 0, piece, kind, PLAN_PIECE_KIND_COUNT, ENUM),
    BAD(PIECES, 0, piece, ref, 0, INDEX),
    BAD(PIECES, 0, piece, text.length, 0, VALUE),
    BAD(PIECES, 0, piece, text.length, 2, STRING),
    BAD(PIECES, 0, piece, text.length, PLAN_TEXT_MAX + 1, STRING),
    BAD(PIECES, 0, piece, text.offset, UINT32_MAX, STRING),

    /* Probes: 0 db tcp, 1 api http, 2 web http. */
    BAD(PROBES, 0, probe, service, 1, INDEX),
    BAD(PROBES, 0, probe, service, PLAN_NONE, INDEX),
    BAD(PROBES, 0, probe, interval_ms, 0, VALUE),
    BAD(PROBES, 0, probe, interval_ms, DAY + 1, VALUE),
    BAD(PROBES, 0, probe, timeout_ms, 0, VALUE),
    BAD(PROBES, 0, probe, start_timeout_ms, DAY + 1, VALUE),
    BAD(PROBES, 0, probe, retries, 0, VALUE),
    BAD(PROBES, 0, probe, status_min, 200, VALUE),
    BAD(PROBES, 0, probe, status_max, 200, VALUE),
    BAD(PROBES, 0, probe, type, PLAN_PROBE_HTTP, VALUE),
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
    BAD(ROUTES, 0, route, service, 5, INDEX),
    BAD(ROUTES, 0, route, service, 4, INDEX),
    BAD(ROUTES, 0, route, reserved, 1, RESERVED),

    BAD(PORTS, 0, port, port, 0, INDEX),
    BAD(PORTS, 0, port, port, 65536 + 3000, INDEX),
    BAD(PORTS, 0, port, port, 3001, INDEX),
    BAD(PORTS, 0, port, service, 5, INDEX),
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

START_TEST(a_spoiled_field_is_refused)
{
    const struct spoiled *row = &spoiled[_i];
    size_t size = 0;
    unsigned char *bytes = plan_builder_make(&arena, &size);
    unsigned char *record = plan_bytes_record(bytes, row->section, row->index);
    memcpy(record + row->offset, &row->value, row->width); /* little-endian, as the file */
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
    const struct plan_section *probes = plan_bytes_section(bytes, PLAN_SECTION_PROBES);
    uint64_t end = probes->offset + probes->count * probes->record_size;
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
    last_service(writer)->argv.count += count;
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
    last_service(writer)->argv.count = count;
    last_service(writer)->flags = PLAN_SERVICE_SHELL;
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
        PLAN_SECTION_DEPS,    PLAN_SECTION_RDEPS,    PLAN_SECTION_ARGV,
        PLAN_SECTION_ENV,     PLAN_SECTION_PIECES,   PLAN_SECTION_PROBES,
        PLAN_SECTION_WATCHES, PLAN_SECTION_PATTERNS, PLAN_SECTION_SPANS,
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
    SUITE_CASE(s, strings_are_utf8_without_nul);
    SUITE_CASE(s, the_blob_ends_in_a_nul);
    SUITE_CASE(s, a_string_begins_where_one_begins);
    SUITE_CASE(s, a_plan_without_strings_has_no_domain);
    SUITE_CASE(s, texts_shared_too_often_are_refused);
    SUITE_CASE(s, patterns_are_not_empty);
    SUITE_CASE(s, probes_have_a_path_and_a_port);
    SUITE_CASE(s, a_shell_has_its_form);
    SUITE_CASE(s, edges_are_as_many_as_their_mirror);
    SUITE_CASE(s, leftovers_are_refused);
    SUITE_CASE(s, edges_have_a_limit);
    SUITE_CASE(s, services_have_a_limit);
#ifndef HAS_ASAN
    SUITE_CASE(s, without_memory_there_is_no_verdict);
#endif
    return suite_run(s);
}
