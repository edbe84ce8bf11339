#include "slab.h"

#include "suite.h"

#include <stdalign.h>

#define OBJECT 1000
#define COUNT  500

START_TEST(objects_do_not_meet)
{
    struct slab slab;
    char *objects[COUNT];
    slab_init(&slab, OBJECT, 1, false);
    for (int i = 0; i < COUNT; i++) {
        objects[i] = slab_take(&slab);
        ck_assert_ptr_nonnull(objects[i]);
        ck_assert_uint_eq((uintptr_t)objects[i] % alignof(max_align_t), 0);
        memset(objects[i], i, OBJECT);
    }
    for (int i = 0; i < COUNT; i++) {
        for (int at = 0; at < OBJECT; at++)
            ck_assert_int_eq(objects[i][at], (char)i);
        slab_give(&slab, objects[i]);
    }
    slab_finish(&slab);
}
END_TEST

/* Every third one goes and comes, each time into the place of another. */
START_TEST(what_was_given_back_is_taken_again)
{
    struct slab slab;
    char *objects[COUNT];
    slab_init(&slab, OBJECT, 1, false);
    for (int i = 0; i < COUNT; i++)
        objects[i] = slab_take(&slab);
    for (int round = 0; round < 3; round++) {
        for (int i = round; i < COUNT; i += 3)
            slab_give(&slab, objects[i]);
        for (int i = round; i < COUNT; i += 3) {
            objects[i] = slab_take(&slab);
            memset(objects[i], i, OBJECT);
        }
    }
    for (int i = 0; i < COUNT; i++) {
        ck_assert_int_eq(objects[i][0], (char)i);
        ck_assert_int_eq(objects[i][OBJECT - 1], (char)i);
        slab_give(&slab, objects[i]);
    }
    slab_finish(&slab);
}
END_TEST

START_TEST(empty_blocks_go_but_for_the_spare_ones)
{
    struct slab slab;
    void *objects[COUNT];
    slab_init(&slab, OBJECT, 2, false);
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < COUNT; i++)
            objects[i] = slab_take(&slab);
        for (int i = 0; i < COUNT; i++)
            slab_give(&slab, objects[i]);
        ck_assert_uint_le(slab.empty, 2);
    }
    slab_finish(&slab);
    slab_finish(&slab);
    ck_assert_uint_eq(slab.empty, 0);
}
END_TEST

START_TEST(a_lazy_one_keeps_them_until_it_is_trimmed)
{
    struct slab slab;
    void *objects[COUNT];
    slab_init(&slab, OBJECT, 1, true);
    for (int i = 0; i < COUNT; i++)
        objects[i] = slab_take(&slab);
    for (int i = 1; i < COUNT; i++)
        slab_give(&slab, objects[i]);
    uint32_t kept = slab.empty;
    ck_assert_uint_le(kept, SLAB_BUSY);
    slab_trim(&slab);
    ck_assert_uint_eq(slab.empty, kept); /* one is still in use */
    slab_give(&slab, objects[0]);
    ck_assert_uint_ge(slab.empty, kept);
    slab_trim(&slab);
    ck_assert_uint_le(slab.empty, 1);
    slab_finish(&slab);
}
END_TEST

int main(void)
{
    struct suite s = suite_begin("slab");
    SUITE_CASE(s, objects_do_not_meet);
    SUITE_CASE(s, what_was_given_back_is_taken_again);
    SUITE_CASE(s, empty_blocks_go_but_for_the_spare_ones);
    SUITE_CASE(s, a_lazy_one_keeps_them_until_it_is_trimmed);
    return suite_run(s);
}
