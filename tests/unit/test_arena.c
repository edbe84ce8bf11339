#include "arena.h"
#include "suite.h"

START_TEST(empty_arena_is_released)
{
    struct arena arena = {0};
    arena_finish(&arena);
    arena_finish(&arena);
    ck_assert_uint_eq(arena.total, 0);
}
END_TEST

START_TEST(memory_is_zeroed_and_aligned)
{
    struct arena arena = {0};
    for (size_t size = 0; size < 300; size++) {
        unsigned char *bytes = arena_alloc(&arena, size, 16);
        ck_assert_uint_eq((uintptr_t)bytes % 16, 0);
        for (size_t i = 0; i < size; i++)
            ck_assert_uint_eq(bytes[i], 0);
        memset(bytes, 0xff, size);
    }
    arena_finish(&arena);
}
END_TEST

START_TEST(rewind_gives_back_and_zeroes_again)
{
    struct arena arena = {0};
    char *kept = arena_strndup(&arena, "kept", 4);
    struct arena_mark mark = arena_mark(&arena);
    for (int i = 0; i < 1000; i++)
        memset(arena_alloc(&arena, 1000, 8), 0xff, 1000);
    arena_rewind(&arena, mark);
    unsigned char *again = arena_alloc(&arena, 1000, 8);
    for (int i = 0; i < 1000; i++)
        ck_assert_uint_eq(again[i], 0);
    ck_assert_str_eq(kept, "kept");
    arena_finish(&arena);
}
END_TEST

START_TEST(large_objects_have_room)
{
    struct arena arena = {0};
    char *small = arena_strndup(&arena, "a", 1);
    char *large = arena_alloc(&arena, 10 << 20, 8);
    large[(10 << 20) - 1] = 1;
    ck_assert_str_eq(arena_printf(&arena, "%s-%d", small, 7), "a-7");
    arena_finish(&arena);
}
END_TEST

int main(void)
{
    struct suite s = suite_begin("arena");
    SUITE_CASE(s, empty_arena_is_released);
    SUITE_CASE(s, memory_is_zeroed_and_aligned);
    SUITE_CASE(s, rewind_gives_back_and_zeroes_again);
    SUITE_CASE(s, large_objects_have_room);
    return suite_run(s);
}
