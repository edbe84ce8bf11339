#include "dotenv.h"
#include "suite.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

static struct arena arena;
static struct dotenv_error error;

/* What stands in the text, entry by entry with a | behind each. */
static const struct {
    const char *text, *entries;
} good[] = {
    {"", ""},
    {"\n\n", ""},
    {"# only a comment", ""},
    {"   \t # with blanks before it\n", ""},
    {"A=1", "A=1|"},
    {"A=1\nB=2\n", "A=1|B=2|"},
    {"A=", "A=|"},
    {"A=\n", "A=|"},
    {"A= \t\n", "A=|"},
    {"_a9=x", "_a9=x|"},
    {"  A \t= \t1 2 \t\n", "A=1 2|"},
    {"export A=1\nexport\tB=2", "A=1|B=2|"},
    {"export=1\nexport =2", "export=1|export=2|"},
    {"exported=1", "exported=1|"},
    {"A=1 # one\nB=2\t# two", "A=1|B=2|"},
    {"A= # nothing", "A=|"},
    {"A=#1\nB=a#b", "A=#1|B=a#b|"},
    {"A=it's {\"a\": 1}", "A=it's {\"a\": 1}|"},
    {"A=$HOME ${HOME} `x` $(y)", "A=$HOME ${HOME} `x` $(y)|"},
    {"A=a\\nb\\", "A=a\\nb\\|"},
    {"A=b=c", "A=b=c|"},
    {"A=''\nB=\"\"", "A=|B=|"},
    {"A=' a # b \\n $x \" '", "A= a # b \\n $x \" |"},
    {"A=\" a # b $x ' \"", "A= a # b $x ' |"},
    {"A=\"\\n\\r\\t\\\"\\\\\\$\"", "A=\n\r\t\"\\$|"},
    {"A=\"one\n two\n\"\nB=2", "A=one\n two\n|B=2|"},
    {"A='one\ntwo'", "A=one\ntwo|"},
    {"A=\"x\" # comment\nB='y'\t", "A=x|B=y|"},
    {"A=\"x\"# at once", "A=x|"},
    {"A=1\nA=2", "A=1|A=2|"},
    {"A=1\r\nB=\"2\r\n3\"\r\n\r\n# c\r\n", "A=1|B=2\n3|"},
    {"\xef\xbb\xbf"
     "A=1",
     "A=1|"},
    {"A=gr\xc3\xbc\xc3\x9f\xff", "A=gr\xc3\xbc\xc3\x9f\xff|"},
};
#define GOOD_COUNT (int)(sizeof good / sizeof *good)

START_TEST(a_text_is_read)
{
    struct strbuf entries = {0};
    const char *const *entry = dotenv_parse(&arena, str_from(good[_i].text), &error);
    ck_assert_msg(entry != NULL, "%s: line %u: %s", good[_i].text, error.line, error.text);
    for (; *entry; entry++)
        strbuf_addf(&entries, "%s|", *entry);
    ck_assert_str_eq(strbuf_text(&entries), good[_i].entries);
    strbuf_finish(&entries);
    arena_finish(&arena);
}
END_TEST

/* A part of the error's text tells which it is. */
static const struct {
    const char *text;
    uint32_t line;
    const char *part;
} bad[] = {
    {"A=1\nhunter2", 2, "followed by ="},
    {"1A=hunter2", 1, "begins with the name"},
    {"=hunter2", 1, "begins with the name"},
    {"A.B=hunter2", 1, "followed by ="},
    {"A-B=hunter2", 1, "followed by ="},
    {"A hunter2", 1, "followed by ="},
    {"export A", 1, "followed by ="},
    {"export", 1, "followed by ="},
    {"export export A=1", 1, "followed by ="},
    {"export 1=1", 1, "begins with the name"},
    {"\xc3\xa4=1", 1, "begins with the name"},
    {"A='hunter2\n\n", 1, "closing single quote"},
    {"\nA=\"hunter2\nB=2\n", 2, "closing double quote"},
    {"A=\"hunter2\\\"", 1, "closing double quote"},
    {"A=\"hunter2\\", 1, "backslash"},
    {"A=\"\nhunter2\\x\"", 2, "backslash"},
    {"A=\"hunter2\\\n\"", 1, "backslash"},
    {"A=\"hunter2\"x", 1, "behind the closing quote"},
    {"A='it'\\''s'", 1, "behind the closing quote"},
    {"A=hunter2\rB=2", 1, "carriage return"},
    {"A=hunter2\r", 1, "carriage return"},
    {"\xef\xbb\xbf\xef\xbb\xbf", 1, "begins with the name"},
};
#define BAD_COUNT (int)(sizeof bad / sizeof *bad)

START_TEST(a_malformed_text_is_refused)
{
    const char *const *entries = dotenv_parse(&arena, str_from(bad[_i].text), &error);
    ck_assert_msg(entries == NULL, "%s", bad[_i].text);
    ck_assert_msg(strstr(error.text, bad[_i].part) != NULL, "%s", error.text);
    ck_assert_ptr_null(strstr(error.text, "hunter2"));
    ck_assert_uint_eq(error.line, bad[_i].line);
    ck_assert_int_eq(error.system, 0);
    arena_finish(&arena);
}
END_TEST

static void expect(struct str text, const char *part, uint32_t line)
{
    const char *const *entries = dotenv_parse(&arena, text, &error);
    if (!part) {
        ck_assert_ptr_nonnull(entries);
        return;
    }
    ck_assert_ptr_null(entries);
    ck_assert_msg(strstr(error.text, part) != NULL, "%s", error.text);
    ck_assert_uint_eq(error.line, line);
}

START_TEST(a_nul_byte_is_refused)
{
    expect(STR("A=1\nB=\0"), "NUL", 2);
    expect(STR("\0"), "NUL", 1);
    expect(STR("A=\"\n\0\""), "NUL", 2);
    arena_finish(&arena);
}
END_TEST

static struct str made(const char *before, size_t count, const char *behind)
{
    struct strbuf text = {0};
    strbuf_adds(&text, before);
    strbuf_addn(&text, 'x', count);
    strbuf_adds(&text, behind);
    struct str copy = {arena_strndup(&arena, strbuf_text(&text), text.len), text.len};
    strbuf_finish(&text);
    return copy;
}

START_TEST(everything_has_a_limit)
{
    expect(made("", DOTENV_NAME_MAX, "=1"), NULL, 0);
    expect(made("\n", DOTENV_NAME_MAX + 1, "=1"), "name", 2);
    expect(made("A=", DOTENV_VALUE_MAX, ""), NULL, 0);
    expect(made("A=", DOTENV_VALUE_MAX + 1, ""), "value", 1);
    expect(made("\nA=\"", DOTENV_VALUE_MAX, "\n\"\n"), "value", 2);
    expect(made("#", DOTENV_FILE_MAX - 1, ""), NULL, 0);
    expect(made("#", DOTENV_FILE_MAX, ""), "1 MiB", 0);
    arena_finish(&arena);
}
END_TEST

static const char *put(const char *name, const char *text)
{
    const char *path = arena_printf(&arena, "%s/%s", suite_tmpdir(), name);
    FILE *file = fopen(path, "we");
    fputs(text, file);
    fclose(file);
    return path;
}

static void expect_refused(const char *path, int system, const char *part)
{
    ck_assert_ptr_null(dotenv_read(&arena, path, &error));
    ck_assert_int_eq(error.system, system);
    ck_assert_msg(strstr(error.text, part) != NULL, "%s", error.text);
}

START_TEST(files_are_read)
{
    const char *path = put(".env", "A=1\n");
    const char *const *entries = dotenv_read(&arena, path, &error);
    ck_assert_ptr_nonnull(entries);
    ck_assert_str_eq(entries[0], "A=1");
    ck_assert_ptr_null(entries[1]);
    ck_assert_ptr_nonnull(dotenv_read(&arena, put("empty", ""), &error));

    expect_refused(put("bad", "A\n"), 0, "followed by =");
    ck_assert_uint_eq(error.line, 1);
    expect_refused(arena_printf(&arena, "%s/none", suite_tmpdir()), -ENOENT, "no such file");
    ck_assert_uint_eq(error.line, 0);
    expect_refused(suite_tmpdir(), -EISDIR, "directory");
    const char *fifo = arena_printf(&arena, "%s/fifo", suite_tmpdir());
    ck_assert_int_eq(mkfifo(fifo, 0600), 0);
    expect_refused(fifo, -EINVAL, "regular");
    ck_assert_int_eq(truncate(path, DOTENV_FILE_MAX + 1), 0);
    expect_refused(path, -EFBIG, "1 MiB");
    arena_finish(&arena);
}
END_TEST

int main(void)
{
    struct suite s = suite_begin("dotenv");
    SUITE_LOOP(s, a_text_is_read, 0, GOOD_COUNT);
    SUITE_LOOP(s, a_malformed_text_is_refused, 0, BAD_COUNT);
    SUITE_CASE(s, a_nul_byte_is_refused);
    SUITE_CASE(s, everything_has_a_limit);
    SUITE_CASE(s, files_are_read);
    return suite_run(s);
}
