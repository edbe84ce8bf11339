#include "map.h"
#include "suite.h"

START_TEST(a_zeroed_map_is_searched)
{
    struct map map = {0};
    ck_assert_ptr_null(map_find(&map, STR("a")));
    ck_assert_ptr_null(map_find(&map, STR("")));
}
END_TEST

START_TEST(a_key_is_put_once)
{
    struct arena arena = {0};
    struct map map;
    map_init(&map, &arena, 0);
    bool is_new;
    *map_put(&map, STR("a"), &is_new) = 7;
    ck_assert(is_new);
    ck_assert_uint_eq(*map_put(&map, STR("a"), &is_new), 7);
    ck_assert(!is_new);
    ck_assert_uint_eq(*map_put(&map, STR(""), &is_new), 0);
    ck_assert(is_new);
    ck_assert_uint_eq(map.count, 2);
    ck_assert_uint_eq(*map_find(&map, STR("a")), 7);
    ck_assert_ptr_null(map_find(&map, STR("b")));
    ck_assert_ptr_null(map_find(&map, STR("aa")));
    arena_finish(&arena);
}
END_TEST

START_TEST(many_keys_survive_growth)
{
    struct arena arena = {0};
    struct map map;
    map_init(&map, &arena, 1);
    for (uint32_t i = 0; i < 20000; i++) {
        bool is_new;
        *map_put(&map, str_from(arena_printf(&arena, "key-%u", i)), &is_new) = i;
        ck_assert(is_new);
    }
    for (uint32_t i = 0; i < 20000; i++) {
        char key[32];
        snprintf(key, sizeof key, "key-%u", i);
        const uint32_t *number = map_find(&map, str_from(key));
        ck_assert_ptr_nonnull(number);
        ck_assert_uint_eq(*number, i);
    }
    ck_assert_ptr_null(map_find(&map, STR("key-20000")));
    arena_finish(&arena);
}
END_TEST

START_TEST(keys_may_hold_nul_bytes)
{
    struct arena arena = {0};
    struct map map;
    map_init(&map, &arena, 0);
    *map_put(&map, (struct str){"a\0b", 3}, NULL) = 1;
    *map_put(&map, (struct str){"a\0c", 3}, NULL) = 2;
    ck_assert_uint_eq(*map_find(&map, (struct str){"a\0b", 3}), 1);
    ck_assert_uint_eq(*map_find(&map, (struct str){"a\0c", 3}), 2);
    ck_assert_ptr_null(map_find(&map, STR("a")));
    arena_finish(&arena);
}
END_TEST

int main(void)
{
    struct suite s = suite_begin("map");
    SUITE_CASE(s, a_zeroed_map_is_searched);
    SUITE_CASE(s, a_key_is_put_once);
    SUITE_CASE(s, many_keys_survive_growth);
    SUITE_CASE(s, keys_may_hold_nul_bytes);
    return suite_run(s);
}
