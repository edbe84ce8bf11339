#include "access.h"
#include "suite.h"

#include <jansson.h>

/* The record of a request, as JSON. */
static json_t *told(const struct proxy_access *access)
{
    char record[ACCESS_RECORD_MAX];
    struct strbuf text = {0};
    size_t size = access_pack(access, record);
    ck_assert_uint_le(size, sizeof record);
    strbuf_addc(&text, '{');
    access_add_json(&text, (struct str){record, size});
    strbuf_addc(&text, '}');
    json_t *json = json_loadb(text.ptr, text.len, 0, NULL);
    ck_assert_msg(json != NULL, "%s", text.ptr);
    strbuf_finish(&text);
    return json;
}

static const char *text_of(json_t *json, const char *key)
{
    return json_string_value(json_object_get(json, key));
}

START_TEST(everything_is_told)
{
    struct proxy_access access = {.method = STR("PATCH"),
                                  .target = STR("/a/b?token=secret"),
                                  .id = STR("req-1"),
                                  .status = 207,
                                  .bytes = 5000000000,
                                  .seconds = 1.2345678,
                                  .parked = 0.5};
    json_t *json = told(&access);
    ck_assert_str_eq(text_of(json, "method"), "PATCH");
    ck_assert_str_eq(text_of(json, "path"), "/a/b");
    ck_assert_str_eq(text_of(json, "id"), "req-1");
    ck_assert_int_eq(json_integer_value(json_object_get(json, "status")), 207);
    ck_assert_int_eq(json_integer_value(json_object_get(json, "bytes")), 5000000000);
    ck_assert_double_eq_tol(json_number_value(json_object_get(json, "ms")), 1234.568, 1e-6);
    ck_assert_double_eq_tol(json_number_value(json_object_get(json, "parked_ms")), 500., 1e-6);
    json_decref(json);
    char record[ACCESS_RECORD_MAX];
    struct str words = access_words((struct str){record, access_pack(&access, record)});
    ck_assert(str_is(words, "PATCH /a/b"));
}
END_TEST

START_TEST(hostile_bytes_mean_nothing)
{
    struct proxy_access access = {.method = STR("G\"E\x1b"),
                                  .target = STR("/\x1b[31m\"\\<b>\x00\n\xe2\x80\xae\x7f%20\t`"),
                                  .id = STR("\xff")};
    json_t *json = told(&access);
    ck_assert_str_eq(text_of(json, "method"), "G%22E%1B");
    ck_assert_str_eq(text_of(json, "path"), "/%1B[31m%22%5C%3Cb%3E%00%0A%E2%80%AE%7F%20%09%60");
    ck_assert_str_eq(text_of(json, "id"), "%FF");
    json_decref(json);
}
END_TEST

START_TEST(what_is_long_is_cut)
{
    char bytes[9000];
    memset(bytes, _i ? 0xff : 'a', sizeof bytes);
    struct str text = {bytes, sizeof bytes};
    struct proxy_access access = {
        .method = text, .target = text, .id = text, .seconds = 1e9, .parked = -1.};
    json_t *json = told(&access);
    size_t length = strlen(text_of(json, "path"));
    ck_assert_uint_le(length, ACCESS_PATH_MAX);
    ck_assert_uint_ge(length, ACCESS_PATH_MAX - 8);
    ck_assert_str_eq(text_of(json, "path") + length - 3, "...");
    ck_assert_double_eq(json_number_value(json_object_get(json, "parked_ms")), 0.);
    json_decref(json);
}
END_TEST

START_TEST(an_empty_one_is_told)
{
    json_t *json = told(&(struct proxy_access){.status = 0});
    ck_assert_str_eq(text_of(json, "path"), "");
    json_decref(json);
}
END_TEST

int main(void)
{
    struct suite s = suite_begin("access");
    SUITE_CASE(s, everything_is_told);
    SUITE_CASE(s, hostile_bytes_mean_nothing);
    SUITE_LOOP(s, what_is_long_is_cut, 0, 2);
    SUITE_CASE(s, an_empty_one_is_told);
    return suite_run(s);
}
