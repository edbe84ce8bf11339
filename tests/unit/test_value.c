#include "convert.h"
#include "suite.h"

static struct value text(const char *bytes)
{
    return (struct value){.kind = VALUE_STRING, .string = str_from(bytes)};
}

static struct value integer(int64_t number)
{
    return (struct value){.kind = VALUE_NUMBER, .number = number_from_int64(number)};
}

static struct value tuple(struct arena *arena, const struct value *items, uint32_t count)
{
    struct value value = {.kind = VALUE_TUPLE};
    value.tuple.items = arena_new(arena, struct value, count);
    memcpy(value.tuple.items, items, count * sizeof *items);
    value.tuple.count = count;
    return value;
}

START_TEST(members_are_sorted_and_the_last_holds)
{
    struct arena arena = {0};
    struct value object = {.kind = VALUE_OBJECT};
    object.object.items = arena_new(&arena, struct value_member, 3);
    object.object.count = 3;
    object.object.items[0] = (struct value_member){.name = STR("b"), .value = integer(1)};
    object.object.items[1] = (struct value_member){.name = STR("a"), .value = integer(2)};
    object.object.items[2] = (struct value_member){.name = STR("b"), .value = integer(3)};
    value_sort_members(&arena, &object);
    ck_assert_uint_eq(object.object.count, 2);
    ck_assert_str_eq(object.object.items[0].name.ptr, "a");
    ck_assert_int_eq(value_find(&object, STR("b"))->value.number.integer, 3);
    ck_assert_ptr_null(value_find(&object, STR("c")));
    arena_finish(&arena);
}
END_TEST

START_TEST(a_set_has_each_element_once)
{
    struct arena arena = {0};
    struct value items[] = {integer(10), integer(9), integer(10), integer(-1)};
    struct value set = tuple(&arena, items, 4);
    set.kind = VALUE_SET;
    set.tuple.element = &type_number;
    value_sort_set(&arena, &set);
    ck_assert_uint_eq(set.tuple.count, 3);
    ck_assert_int_eq(set.tuple.items[0].number.integer, -1);
    ck_assert_int_eq(set.tuple.items[2].number.integer, 10);
    arena_finish(&arena);
}
END_TEST

START_TEST(equality_does_not_convert)
{
    struct arena arena = {0};
    struct value one = integer(1), word = text("1"), null = {.kind = VALUE_NULL};
    struct value typed = {.kind = VALUE_NULL, .null_type = &type_string};
    struct value a = tuple(&arena, &one, 1), b = tuple(&arena, &word, 1);
    ck_assert(!value_equal(&one, &word));
    ck_assert(!value_equal(&a, &b));
    ck_assert(value_equal(&a, &a));
    ck_assert(value_equal(&null, &typed));
    ck_assert(!value_equal(&null, &one));
    arena_finish(&arena);
}
END_TEST

START_TEST(unification)
{
    struct arena arena = {0};
    const struct type *pairs[][2] = {
        {&type_number, &type_string}, {&type_bool, &type_string}, {&type_any, &type_number}};
    for (size_t i = 0; i < 3; i++)
        ck_assert_ptr_eq(convert_unify(&arena, pairs[i], 2), pairs[i][1]);
    const struct type *never[] = {&type_number, &type_bool};
    ck_assert_ptr_null(convert_unify(&arena, never, 2));
    ck_assert_ptr_null(convert_unify(&arena, never, 0));
    arena_finish(&arena);
}
END_TEST

START_TEST(knowledge_is_that_of_the_parts)
{
    struct arena arena = {0};
    struct value later = {.kind = VALUE_LATER}, unknown = {.kind = VALUE_UNKNOWN};
    struct value parts[] = {integer(1), later, unknown};
    struct value one = tuple(&arena, parts, 1), two = tuple(&arena, parts, 2),
                 three = tuple(&arena, parts, 3);
    ck_assert_int_eq(value_knowledge(&one), VALUE_TUPLE);
    ck_assert_int_eq(value_knowledge(&two), VALUE_LATER);
    ck_assert_int_eq(value_knowledge(&three), VALUE_UNKNOWN);
    arena_finish(&arena);
}
END_TEST

int main(void)
{
    struct suite s = suite_begin("value");
    SUITE_CASE(s, members_are_sorted_and_the_last_holds);
    SUITE_CASE(s, a_set_has_each_element_once);
    SUITE_CASE(s, equality_does_not_convert);
    SUITE_CASE(s, unification);
    SUITE_CASE(s, knowledge_is_that_of_the_parts);
    return suite_run(s);
}
