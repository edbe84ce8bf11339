#include "functions.h"
#include "suite.h"

START_TEST(every_row_is_whole)
{
    for (size_t i = 0; i < FUNCTION_COUNT; i++) {
        const struct function *function = &functions[i];
        struct strbuf usage = {0};
        ck_assert_ptr_eq(function_find(function->name), function);
        ck_assert_uint_gt(function->param_count, 0);
        ck_assert_uint_gt(strlen(function->doc), 10);
        ck_assert_ptr_nonnull(function->run);
        function_usage(function, &usage);
        ck_assert_int_eq(strncmp(strbuf_text(&usage), function->name.ptr, function->name.len), 0);
        strbuf_finish(&usage);
    }
    ck_assert_ptr_null(function_find(STR("nope")));
}
END_TEST

START_TEST(usage_shows_the_parameters)
{
    struct strbuf usage = {0};
    function_usage(function_find(STR("substr")), &usage);
    ck_assert_str_eq(strbuf_text(&usage), "substr(str, offset, length)");
    strbuf_clear(&usage);
    function_usage(function_find(STR("max")), &usage);
    ck_assert_str_eq(strbuf_text(&usage), "max(numbers...)");
    strbuf_finish(&usage);
}
END_TEST

int main(void)
{
    struct suite s = suite_begin("functions");
    SUITE_CASE(s, every_row_is_whole);
    SUITE_CASE(s, usage_shows_the_parameters);
    return suite_run(s);
}
