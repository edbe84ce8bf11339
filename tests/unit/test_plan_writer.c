#include "layout.h"
#include "plan_builder.h"
#include "suite.h"

#include <sys/stat.h>

static struct arena arena;

START_TEST(the_same_calls_give_the_same_bytes)
{
    size_t size = 0, again_size = 0;
    const void *bytes = plan_builder_make(&arena, &size);
    struct arena other = {0};
    arena_alloc(&other, 12345, 1); /* so that its memory lies elsewhere */
    const void *again = plan_builder_make(&other, &again_size);
    ck_assert_uint_eq(size, again_size);
    ck_assert_mem_eq(bytes, again, size);
    arena_finish(&other);
    arena_finish(&arena);
}
END_TEST

START_TEST(equal_strings_share_one_place)
{
    struct plan_writer *writer = plan_writer_new(&arena);
    for (int round = 0; round < 2; round++)
        for (uint32_t i = 0; i < 1000; i++) {
            const char *text = arena_printf(&arena, "%03u", i);
            struct plan_string string = plan_writer_string(writer, str_from(text));
            ck_assert_uint_eq(string.offset, i * 4);
            ck_assert_uint_eq(string.length, 3);
        }
    ck_assert_uint_eq(plan_writer_count(writer, PLAN_SECTION_STRINGS), 4000);
    struct plan_string empty = plan_writer_string(writer, (struct str){NULL, 0});
    ck_assert_uint_eq(empty.offset, 4000);
    ck_assert_uint_eq(plan_writer_string(writer, STR("")).offset, 4000);
    ck_assert_uint_eq(plan_writer_string(writer, STR("00")).offset, 4001);
    arena_finish(&arena);
}
END_TEST

static void expect_too_large(struct plan_writer *writer)
{
    const void *bytes = NULL;
    size_t size = 0;
    uint64_t where = 0;
    ck_assert_int_eq(plan_writer_finish(writer, &bytes, &size, &where), PLAN_E_TOO_LARGE);
    ck_assert_ptr_null(bytes);
    arena_finish(&arena);
}

static struct plan_part literal(const char *text)
{
    return (struct plan_part){.kind = PLAN_PIECE_LITERAL, .text = str_from(text)};
}

static struct plan_part looked_up(const char *name, uint32_t line)
{
    return (struct plan_part){
        .kind = PLAN_PIECE_ENV, .text = str_from(name), .line = line, .column = 1};
}

static struct plan_part or_else(struct plan_part part, const char *fallback)
{
    part.fallback = str_from(fallback);
    part.has_fallback = true;
    return part;
}

static const struct plan_piece *piece_at(struct plan_writer *writer, uint32_t index)
{
    return plan_writer_record(writer, PLAN_SECTION_PIECES, index);
}

START_TEST(parts_become_pieces)
{
    struct plan_writer *writer = plan_writer_new(&arena);
    const struct plan_part parts[] = {
        literal(""),       literal("a"), literal(""),  literal("b"),
        looked_up("X", 1), literal(""),  literal("c"), {.kind = PLAN_PIECE_PORT, .service = 7},
        literal("")};
    plan_writer_text(writer, STR("first"));
    struct plan_text text = plan_writer_parts(writer, parts, sizeof parts / sizeof *parts);
    ck_assert_uint_eq(text.pieces.first, 1);
    ck_assert_uint_eq(text.pieces.count, 4);
    struct plan_string ab = plan_writer_string(writer, STR("ab"));
    ck_assert_uint_eq(piece_at(writer, 1)->text.offset, ab.offset);
    ck_assert_uint_eq(piece_at(writer, 1)->ref, PLAN_NONE);
    ck_assert_uint_eq(piece_at(writer, 2)->kind, PLAN_PIECE_ENV);
    ck_assert_uint_eq(piece_at(writer, 2)->text.length, 0);
    ck_assert_uint_eq(piece_at(writer, 3)->text.length, 1);
    ck_assert_uint_eq(piece_at(writer, 4)->ref, 7);

    ck_assert_uint_eq(plan_writer_parts(writer, parts, 1).pieces.count, 0);
    ck_assert_uint_eq(plan_writer_parts(writer, NULL, 0).pieces.count, 0);
    text = plan_writer_parts(writer, parts, 4);
    ck_assert_uint_eq(text.pieces.count, 1);
    ck_assert_uint_eq(piece_at(writer, text.pieces.first)->text.offset, ab.offset);
    arena_finish(&arena);
}
END_TEST

START_TEST(lookups_are_interned_and_sorted)
{
    struct plan_writer *writer = plan_writer_new(&arena);
    const struct plan_part parts[] = {looked_up("B", 30),
                                      looked_up("A", 20),
                                      or_else(looked_up("A", 9), "y"),
                                      or_else(looked_up("A", 8), ""),
                                      or_else(looked_up("A", 7), "x"),
                                      looked_up("B", 10),
                                      looked_up("AB", 5),
                                      looked_up("B", 11)};
    static const uint32_t places[] = {5, 0, 3, 1, 2, 5, 4, 5}; /* of the parts' lookups */
    static const uint32_t lines[] = {20, 8, 7, 9, 5, 10};
    const uint32_t count = sizeof parts / sizeof *parts;
    plan_builder_frame(writer);
    struct plan_service service = plan_builder_service(writer, "a", 0);
    struct plan_env env = {.name = plan_writer_string(writer, STR("ALL"))};
    env.value = plan_writer_parts(writer, parts, count);
    plan_writer_add(writer, PLAN_SECTION_ENV, &env);
    service.env.count = 1;
    plan_writer_add(writer, PLAN_SECTION_SERVICES, &service);

    const void *bytes = NULL;
    size_t size = 0;
    uint64_t where = 0;
    ck_assert_int_eq(plan_writer_finish(writer, &bytes, &size, &where), PLAN_OK);
    struct plan plan;
    plan_view(&plan, bytes, size);
    ck_assert_uint_eq(plan.lookup_count, 6);
    for (uint32_t i = 0; i < count; i++)
        ck_assert_uint_eq(plan.pieces[plan.env[0].value.pieces.first + i].ref, places[i]);
    for (uint32_t i = 0; i < plan.lookup_count; i++)
        ck_assert_uint_eq(plan.lookups[i].line, lines[i]);
    ck_assert_str_eq(plan_text_ptr(&plan, plan.lookups[3].fallback), "y");
    arena_finish(&arena);
}
END_TEST

START_TEST(the_first_place_is_kept)
{
    static const uint32_t places[][3] = {{1, 2, 2}, {0, 9, 9}, {0, 8, 9}, {0, 8, 7}, {2, 1, 1}};
    struct plan_writer *writer = plan_writer_new(&arena);
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        struct plan_part part = looked_up("A", places[i][1]);
        part.source = places[i][0];
        part.column = places[i][2];
        plan_writer_parts(writer, &part, 1);
    }
    const struct plan_lookup *lookup = plan_writer_record(writer, PLAN_SECTION_LOOKUPS, 0);
    ck_assert_uint_eq(plan_writer_count(writer, PLAN_SECTION_LOOKUPS), 1);
    ck_assert_uint_eq(lookup->source, 0);
    ck_assert_uint_eq(lookup->line, 8);
    ck_assert_uint_eq(lookup->column, 7);
    arena_finish(&arena);
}
END_TEST

/* Whatever is expected: the bytes are the same. */
START_TEST(expectations_change_nothing)
{
    static const size_t counts[] = {0, 1, 1000, SIZE_MAX};
    size_t size = 0;
    const void *bytes = plan_builder_make(&arena, &size);
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        struct arena other = {0};
        struct plan_writer *writer = plan_writer_new(&other);
        for (int late = 0; late < 2; late++) {
            for (int kind = 0; kind < PLAN_SECTION_COUNT; kind++)
                if (counts[i] < SIZE_MAX || kind == PLAN_SECTION_DEPS)
                    plan_writer_expect(writer, kind, counts[i] * (size_t)(late + 1));
            if (!late)
                plan_builder_fill(writer);
        }
        const void *again = NULL;
        size_t again_size = 0;
        uint64_t where = 0;
        ck_assert_int_eq(plan_writer_finish(writer, &again, &again_size, &where), PLAN_OK);
        ck_assert_uint_eq(again_size, size);
        ck_assert_mem_eq(again, bytes, size);
        arena_finish(&other);
    }
    arena_finish(&arena);
}
END_TEST

START_TEST(too_many_lookups_are_too_large)
{
    struct plan_writer *writer = plan_writer_new(&arena);
    for (uint32_t i = 0; i <= PLAN_SIZE_MAX / sizeof(struct plan_lookup); i++) {
        struct plan_lookup lookup = {0};
        plan_writer_add(writer, PLAN_SECTION_LOOKUPS, &lookup);
    }
    const struct plan_part part = looked_up("A", 1);
    plan_writer_parts(writer, &part, 1);
    expect_too_large(writer);
}
END_TEST

START_TEST(records_can_be_changed_until_the_end)
{
    struct plan_writer *writer = plan_writer_new(&arena);
    for (uint32_t i = 0; i < 500; i++)
        ck_assert_uint_eq(plan_writer_add(writer, PLAN_SECTION_DEPS, &i), i);
    *(uint32_t *)plan_writer_record(writer, PLAN_SECTION_DEPS, 7) = 1000;
    for (uint32_t i = 0; i < 500; i++)
        ck_assert_uint_eq(*(uint32_t *)plan_writer_record(writer, PLAN_SECTION_DEPS, i),
                          i == 7 ? 1000 : i);
    ck_assert_uint_eq(plan_writer_count(writer, PLAN_SECTION_DEPS), 500);
    arena_finish(&arena);
}
END_TEST

START_TEST(a_plan_without_services_is_one)
{
    struct plan_writer *writer = plan_writer_new(&arena);
    const void *bytes = NULL;
    size_t size = 0;
    uint64_t where = 0;
    plan_builder_frame(writer);
    ck_assert_int_eq(plan_writer_finish(writer, &bytes, &size, &where), PLAN_OK);
    ck_assert_uint_eq((uintptr_t)bytes % PLAN_ALIGN, 0);
    ck_assert_uint_eq(size % PLAN_ALIGN, 0);
    arena_finish(&arena);
}
END_TEST

START_TEST(a_broken_rule_is_found_at_once)
{
    struct plan_writer *writer = plan_writer_new(&arena);
    const void *bytes = NULL;
    size_t size = 77;
    uint64_t where = 0;
    plan_builder_fill(writer);
    ((struct plan_service *)plan_writer_record(writer, PLAN_SECTION_SERVICES, 1))->replicas = 0;
    ck_assert_int_eq(plan_writer_finish(writer, &bytes, &size, &where), PLAN_E_VALUE);
    ck_assert_ptr_null(bytes);
    ck_assert_uint_eq(size, 77);
    ck_assert_uint_ne(where, 0);
    arena_finish(&arena);
}
END_TEST

START_TEST(one_section_may_not_outgrow_a_plan)
{
    struct plan_writer *writer = plan_writer_new(&arena);
    size_t half = PLAN_SIZE_MAX / 2;
    char *text = arena_alloc(&arena, half, 1);
    for (char first = 'a'; first < 'd'; first++) {
        memset(text, first, half);
        plan_writer_string(writer, (struct str){text, half});
    }
    ck_assert_uint_eq(plan_writer_count(writer, PLAN_SECTION_STRINGS), half + 1);
    struct plan_service service = {0};
    for (uint32_t i = 0; i <= PLAN_SIZE_MAX / sizeof service; i++)
        plan_writer_add(writer, PLAN_SECTION_SERVICES, &service);
    ck_assert_uint_eq(plan_writer_count(writer, PLAN_SECTION_SERVICES),
                      PLAN_SIZE_MAX / sizeof service);
    expect_too_large(writer);
}
END_TEST

START_TEST(all_sections_together_may_not_outgrow_a_plan)
{
    struct plan_writer *writer = plan_writer_new(&arena);
    size_t two_thirds = PLAN_SIZE_MAX / 3 * 2;
    struct plan_span span = {0};
    plan_writer_string(writer, (struct str){arena_alloc(&arena, two_thirds, 1), two_thirds});
    for (uint32_t i = 0; i < PLAN_SIZE_MAX / 2 / sizeof span; i++)
        plan_writer_add(writer, PLAN_SECTION_SPANS, &span);
    expect_too_large(writer);
}
END_TEST

START_TEST(published_for_its_owner_alone)
{
    size_t size = 0;
    const void *bytes = plan_builder_make(&arena, &size);
    const char *path = arena_printf(&arena, "%s/a.plan", suite_tmpdir());
    struct stat info;
    ck_assert_int_eq(plan_writer_publish(bytes, size, path), 0);
    ck_assert_int_eq(stat(path, &info), 0);
    ck_assert_uint_eq(info.st_mode & 07777, 0600);
    ck_assert_uint_eq((size_t)info.st_size, size);
    ck_assert_int_lt(plan_writer_publish(bytes, size, "/nonexistent/a.plan"), 0);
    arena_finish(&arena);
}
END_TEST

int main(void)
{
    struct suite s = suite_begin("plan_writer");
    SUITE_CASE(s, the_same_calls_give_the_same_bytes);
    SUITE_CASE(s, equal_strings_share_one_place);
    SUITE_CASE(s, parts_become_pieces);
    SUITE_CASE(s, lookups_are_interned_and_sorted);
    SUITE_CASE(s, the_first_place_is_kept);
    SUITE_CASE(s, expectations_change_nothing);
    SUITE_CASE(s, too_many_lookups_are_too_large);
    SUITE_CASE(s, records_can_be_changed_until_the_end);
    SUITE_CASE(s, a_plan_without_services_is_one);
    SUITE_CASE(s, a_broken_rule_is_found_at_once);
    SUITE_CASE(s, one_section_may_not_outgrow_a_plan);
    SUITE_CASE(s, all_sections_together_may_not_outgrow_a_plan);
    SUITE_CASE(s, published_for_its_owner_alone);
    return suite_run(s);
}
