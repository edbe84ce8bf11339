#include "source.h"
#include "suite.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

struct fixture {
    struct arena arena;
    struct sources sources;
};

static void begin(struct fixture *f, const char *text)
{
    *f = (struct fixture){0};
    sources_init(&f->sources, &f->arena);
    source_add(&f->sources, "A3sfile.hcl", str_from(text));
}

static void at(struct fixture *f, uint32_t offset, uint32_t line, uint32_t column)
{
    struct position p = source_locate(&f->sources, (struct span){0, offset, 1});
    ck_assert_msg(p.line == line && p.column == column, "offset %u: %u:%u, not %u:%u", offset,
                  p.line, p.column, line, column);
}

START_TEST(lines_and_columns_count_from_one)
{
    struct fixture f;
    begin(&f, "ab\n\ncd\r\nef");
    at(&f, 0, 1, 1);
    at(&f, 1, 1, 2);
    at(&f, 2, 1, 3);
    at(&f, 3, 2, 1);
    at(&f, 4, 3, 1);
    at(&f, 8, 4, 1);
    at(&f, 10, 4, 3);
    at(&f, 99, 4, 3);
    arena_finish(&f.arena);
}
END_TEST

START_TEST(a_byte_order_mark_has_no_column)
{
    struct fixture f;
    begin(&f, "\xef\xbb\xbf"
              "ab\nc");
    at(&f, 3, 1, 1);
    at(&f, 4, 1, 2);
    at(&f, 6, 2, 1);
    ck_assert(str_is(source_line(&f.sources, 0, 1), "ab"));
    arena_finish(&f.arena);
}
END_TEST

START_TEST(columns_are_grapheme_clusters)
{
    struct fixture f;
    /* A family of four joined by ZWJ, then e with a combining acute: two columns. */
    begin(&f, "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7\xe2\x80"
              "\x8d\xf0\x9f\x91\xa6"
              "e\xcc\x81"
              "x");
    at(&f, 25, 1, 2);
    at(&f, 28, 1, 3);
    struct position p = source_locate(&f.sources, (struct span){0, 25, 1});
    ck_assert_uint_eq(p.utf16_column, 12);
    arena_finish(&f.arena);
}
END_TEST

START_TEST(columns_begin_afresh_in_each_token)
{
    struct fixture f;
    begin(&f, "a\xcc\x81z"); /* the combining mark begins a token */
    at(&f, 3, 1, 2);
    arena_finish(&f.arena);
    begin(&f, "a\xcc\x81z");
    source_mark_boundary(&f.sources, 0, 1);
    at(&f, 3, 1, 3);
    arena_finish(&f.arena);
}
END_TEST

/* Whatever was asked before, in any order: a line of all sorts of text. */
START_TEST(columns_do_not_depend_on_what_was_asked_before)
{
    static const char text[] = "ab \xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa9 x\"e\xcc\x81\" "
                               "\xf0\x9f\x87\xa9\xf0\x9f\x87\xaa"
                               "\xf0\x9f\x87\xa9 \xff\r\ncd\r e\xcc\x81 \t\xcc\x81 f";
    struct fixture f;
    begin(&f, text);
    for (uint32_t first = 0; first < sizeof text; first++) {
        for (uint32_t then = 0; then < sizeof text; then++) {
            struct fixture fresh;
            begin(&fresh, text);
            struct position want = source_locate(&fresh.sources, (struct span){0, then, 1});
            source_locate(&f.sources, (struct span){0, first, 1});
            struct position got = source_locate(&f.sources, (struct span){0, then, 1});
            ck_assert_msg(memcmp(&want, &got, sizeof got) == 0, "offset %u after %u: %u:%u", then,
                          first, got.line, got.column);
            arena_finish(&fresh.arena);
        }
    }
    arena_finish(&f.arena);
}
END_TEST

/* Counted from its beginning each time it would take a million times a million steps. */
START_TEST(a_long_line_is_counted_once)
{
    enum { LENGTH = 4000000 };
    struct fixture f;
    char *text = malloc(LENGTH + 1);
    ck_assert_ptr_nonnull(text);
    memset(text, 'x', LENGTH);
    text[LENGTH] = '\0';
    begin(&f, text);
    for (uint32_t offset = 0; offset < LENGTH; offset += 4)
        at(&f, offset, 1, offset + 1);
    free(text);
    arena_finish(&f.arena);
}
END_TEST

START_TEST(broken_bytes_are_a_column_each)
{
    struct fixture f;
    begin(&f, "\xff\xfe!");
    at(&f, 2, 1, 3);
    arena_finish(&f.arena);
}
END_TEST

START_TEST(text_of_spans_and_lines_is_bounded)
{
    struct fixture f;
    begin(&f, "one\ntwo\n");
    ck_assert(str_is(source_text(&f.sources, (struct span){0, 4, 3}), "two"));
    ck_assert(str_is(source_text(&f.sources, (struct span){0, 4, 300}), "two\n"));
    ck_assert(str_is(source_text(&f.sources, (struct span){0, 400, 3}), ""));
    ck_assert(str_is(source_line(&f.sources, 0, 2), "two"));
    ck_assert(str_is(source_line(&f.sources, 0, 3), ""));
    ck_assert(str_is(source_line(&f.sources, 0, 4), ""));
    ck_assert(str_is(source_line(&f.sources, 0, 0), ""));
    struct span joined = span_join((struct span){0, 4, 3}, (struct span){0, 0, 2});
    ck_assert_uint_eq(joined.offset, 0);
    ck_assert_uint_eq(joined.length, 7);
    arena_finish(&f.arena);
}
END_TEST

START_TEST(files_that_can_not_be_read_are_an_errno)
{
    struct fixture f;
    uint32_t id = 7;
    char path[512];
    begin(&f, "");
    ck_assert_int_eq(source_load(&f.sources, suite_tmpdir(), &id), -EISDIR);
    snprintf(path, sizeof path, "%s/none", suite_tmpdir());
    ck_assert_int_eq(source_load(&f.sources, path, &id), -ENOENT);
    snprintf(path, sizeof path, "%s/large", suite_tmpdir());
    FILE *file = fopen(path, "w");
    ck_assert_int_eq(ftruncate(fileno(file), (off_t)SOURCE_SIZE_MAX + 1), 0);
    fclose(file);
    ck_assert_int_eq(source_load(&f.sources, path, &id), -EFBIG);
    ck_assert_uint_eq(id, 7);
    arena_finish(&f.arena);
}
END_TEST

int main(void)
{
    struct suite s = suite_begin("source");
    SUITE_CASE(s, lines_and_columns_count_from_one);
    SUITE_CASE(s, a_byte_order_mark_has_no_column);
    SUITE_CASE(s, columns_are_grapheme_clusters);
    SUITE_CASE(s, columns_begin_afresh_in_each_token);
    SUITE_CASE(s, columns_do_not_depend_on_what_was_asked_before);
    SUITE_CASE(s, a_long_line_is_counted_once);
    SUITE_CASE(s, broken_bytes_are_a_column_each);
    SUITE_CASE(s, text_of_spans_and_lines_is_bounded);
    SUITE_CASE(s, files_that_can_not_be_read_are_an_errno);
    return suite_run(s);
}
