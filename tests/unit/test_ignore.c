#include "ignore.h"
#include "suite.h"

struct expectation {
    const char *pattern;
    const char *path;
    bool is_folder;
    bool ignored;
};

static const struct expectation expectations[] = {
    /* Names at any depth. */
    {"a.log", "a.log", false, true},
    {"a.log", "x/y/a.log", false, true},
    {"a.log", "x/a.logs", false, false},
    {"*.log", "x/y/b.log", false, true},
    {"*.log", ".log", false, true},
    {"*", "anything", true, true},
    {"a*b*c", "aXXbYYc", false, true},
    {"a*b*c", "aXXbYY", false, false},
    {"a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaa", false, false},
    {"?.c", "x.c", false, true},
    {"?.c", "xy.c", false, false},
    {"a?b", "a/b", false, false},
    {"**", "x/y", false, true},
    /* Folders only. */
    {"dist/", "dist", true, true},
    {"dist/", "dist", false, false},
    {"dist/", "web/dist", true, true},
    /* A slash inside or in front anchors. */
    {"/dist", "dist", false, true},
    {"/dist", "web/dist", false, false},
    {"/dist/", "dist", true, true},
    {"/dist/", "dist", false, false},
    {"web/dist", "web/dist", true, true},
    {"web/dist", "x/web/dist", true, false},
    {"web/dist/", "web/dist", false, false},
    {"web/*.css", "web/a.css", false, true},
    {"web/*.css", "web/b/a.css", false, false},
    {"*/a", "b/a", false, true},
    {"*/a", "c/b/a", false, false},
    /* Two stars. */
    {"**/foo", "foo", false, true},
    {"**/foo", "a/b/foo", false, true},
    {"**/foo/bar", "a/foo/bar", false, true},
    {"**/foo/bar", "a/foo/x/bar", false, false},
    {"abc/**", "abc/x", false, true},
    {"abc/**", "abc/x/y", false, true},
    {"abc/**", "abc", true, false},
    {"a/**/b", "a/b", false, true},
    {"a/**/b", "a/x/b", false, true},
    {"a/**/b", "a/x/y/b", false, true},
    {"a/**/b", "a/x/y/c", false, false},
    {"a/**/b/**/c", "a/b/x/b/y/c", false, true},
    {"a/**/b/**/c", "a/b/x/b/y/d", false, false},
    {"**/x/**", "p/x/q", false, true},
    {"a**b", "aXb", false, true},
    {"a/x**/b", "a/xyz/b", false, true},
    {"a/x**/b", "a/xy/z/b", false, false},
    /* Brackets. */
    {"[abc].c", "b.c", false, true},
    {"[abc].c", "d.c", false, false},
    {"[a-c]x", "bx", false, true},
    {"[!a-c]x", "bx", false, false},
    {"[!a-c]x", "zx", false, true},
    {"[^a-c]x", "zx", false, true},
    {"[]]x", "]x", false, true},
    {"[!]]x", "]x", false, false},
    {"[a-]x", "-x", false, true},
    {"[[:digit:]]x", "7x", false, true},
    {"[[:digit:]]x", "ax", false, false},
    {"[[:nosuch:]]x", "ax", false, false},
    {"[\\]]x", "]x", false, true},
    {"[abc", "[abc", false, true},
    {"[abc", "a", false, false},
    /* Escapes, and what is special only in a file. */
    {"\\*x", "*x", false, true},
    {"\\*x", "ax", false, false},
    {"\\!x", "!x", false, true},
    {"#x", "#x", false, true},
    {"x ", "x ", false, true},
    {"x ", "x", false, false},
    {"x\\", "x\\", false, true},
    /* Nothing to match. */
    {"", "x", false, false},
    {"/", "x", true, false},
    {"!", "x", false, false},
    {"!x", "x", false, false},
};

START_TEST(one_pattern)
{
    const struct expectation *e = &expectations[_i];
    struct ignore ignore = {0};
    ignore_add(&ignore, e->pattern);
    ck_assert_msg(ignore_match(&ignore, e->path, e->is_folder) == e->ignored,
                  "pattern \"%s\", path \"%s\"%s: expected %s", e->pattern, e->path,
                  e->is_folder ? " (a folder)" : "", e->ignored ? "ignored" : "seen");
    ignore_finish(&ignore);
}
END_TEST

START_TEST(last_match_wins)
{
    struct ignore ignore;
    ignore_init(&ignore);
    ck_assert(!ignore_match(&ignore, "a.log", false));
    ignore_add(&ignore, "*.log");
    ignore_add(&ignore, "!keep.log");
    ignore_add(&ignore, "/tmp/keep.log");
    ck_assert(ignore_match(&ignore, "a.log", false));
    ck_assert(!ignore_match(&ignore, "keep.log", false));
    ck_assert(!ignore_match(&ignore, "x/keep.log", false));
    ck_assert(ignore_match(&ignore, "tmp/keep.log", false));
    ignore_finish(&ignore);
    ignore_finish(&ignore);
}
END_TEST

START_TEST(hostile_patterns_take_no_time)
{
    struct ignore ignore = {0};
    char pattern[2048] = "", path[2048] = "";
    for (int i = 0; i < 300; i++) {
        memcpy(pattern + strlen(pattern), "**/a/", 6);
        memcpy(path + strlen(path), "a/a/", 5);
    }
    memcpy(pattern + strlen(pattern), "b", 2);
    memcpy(path + strlen(path), "c", 2);
    ignore_add(&ignore, pattern);
    ck_assert(!ignore_match(&ignore, path, false));
    ignore_finish(&ignore);
}
END_TEST

START_TEST(some_names_are_never_of_interest)
{
    ck_assert(ignore_always(".git"));
    ck_assert(ignore_always("node_modules"));
    ck_assert(!ignore_always(".gitignore"));
}
END_TEST

int main(void)
{
    struct suite s = suite_begin("ignore");
    SUITE_LOOP(s, one_pattern, 0, sizeof expectations / sizeof *expectations);
    SUITE_CASE(s, last_match_wins);
    SUITE_CASE(s, some_names_are_never_of_interest);
    SUITE_CASE(s, hostile_patterns_take_no_time);
    return suite_run(s);
}
