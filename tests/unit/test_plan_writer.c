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

static void expect_too_large(struct plan_writer *writer)
{
    const void *bytes = NULL;
    size_t size = 0;
    uint64_t where = 0;
    ck_assert_int_eq(plan_writer_finish(writer, &bytes, &size, &where), PLAN_E_TOO_LARGE);
    ck_assert_ptr_null(bytes);
    arena_finish(&arena);
}

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
    SUITE_CASE(s, records_can_be_changed_until_the_end);
    SUITE_CASE(s, a_plan_without_services_is_one);
    SUITE_CASE(s, a_broken_rule_is_found_at_once);
    SUITE_CASE(s, one_section_may_not_outgrow_a_plan);
    SUITE_CASE(s, all_sections_together_may_not_outgrow_a_plan);
    SUITE_CASE(s, published_for_its_owner_alone);
    return suite_run(s);
}
