#include "suite.h"
#include "words.h"

#define WORDS(...)        \
    {                     \
        __VA_ARGS__, NULL \
    }

static const struct {
    const char *line;
    enum words_result result;
    const char *words[7];
} cases[] = {
    {"npm start", WORDS_PLAIN, WORDS("npm", "start")},
    {"  npm\t start  \n", WORDS_PLAIN, WORDS("npm", "start")},
    {"cargo run -p a3s -- -c", WORDS_PLAIN, WORDS("cargo", "run", "-p", "a3s", "--", "-c")},
    {"a 'b c' d", WORDS_PLAIN, WORDS("a", "b c", "d")},
    {"a b' c'd", WORDS_PLAIN, WORDS("a", "b cd")},
    {"a \"b  c\"", WORDS_PLAIN, WORDS("a", "b  c")},
    {"a '' \"\"", WORDS_PLAIN, WORDS("a", "", "")},
    {"a b\\ c", WORDS_PLAIN, WORDS("a", "b c")},
    {"a \\$HOME \\| \\\\", WORDS_PLAIN, WORDS("a", "$HOME", "|", "\\")},
    {"a \"\\$x \\\" \\\\ \\n\"", WORDS_PLAIN, WORDS("a", "$x \" \\ \\n")},
    {"a \"b\\\nc\"", WORDS_PLAIN, WORDS("a", "bc")},
    {"a '|&;<>()$`*?[]#~!{}'", WORDS_PLAIN, WORDS("a", "|&;<>()$`*?[]#~!{}")},
    {"a --key=value", WORDS_PLAIN, WORDS("a", "--key=value")},
    {"'FOO=1'", WORDS_PLAIN, WORDS("FOO=1")},
    {"FOO=1 a", WORDS_SHELL, {0}},
    {"a \"$HOME\"", WORDS_SHELL, {0}},
    {"a \"`b`\"", WORDS_SHELL, {0}},
    {"a\nb", WORDS_SHELL, {0}},
    {"a \\\nb", WORDS_SHELL, {0}},
    {"a\\", WORDS_SHELL, {0}},
    {"cd x", WORDS_SHELL, {0}},
    {"'cd' x", WORDS_SHELL, {0}},
    {"exec a", WORDS_SHELL, {0}},
    {"if", WORDS_SHELL, {0}},
    {"a cd", WORDS_PLAIN, WORDS("a", "cd")},
    {"a # don't", WORDS_SHELL, {0}},
    {"", WORDS_EMPTY, {0}},
    {" \t\r\n", WORDS_EMPTY, {0}},
    {"a 'b", WORDS_UNTERMINATED, {0}},
    {"a '", WORDS_UNTERMINATED, {0}},
    {"a \"b", WORDS_UNTERMINATED, {0}},
    {"a | b 'c", WORDS_UNTERMINATED, {0}},
    {"a \"b\\\"", WORDS_UNTERMINATED, {0}},
};

START_TEST(a_line_is_split)
{
    struct arena arena = {0};
    struct words words = {0};
    enum words_result result = words_split(&arena, str_from(cases[_i].line), &words);
    ck_assert_msg(result == cases[_i].result, "%s: %d", cases[_i].line, result);
    uint32_t count = 0;
    for (; cases[_i].words[count] != NULL; count++) {
        ck_assert_uint_lt(count, words.count);
        ck_assert_str_eq(words.items[count].ptr, cases[_i].words[count]);
    }
    ck_assert_uint_eq(words.count, count);
    arena_finish(&arena);
}
END_TEST

START_TEST(each_shell_character_needs_the_shell)
{
    static const char shell[] = "|&;<>()$`*?[]#~!{}";
    struct arena arena = {0};
    for (size_t i = 0; i + 1 < sizeof shell; i++) {
        struct words words = {0};
        char line[] = "a b?c d";
        line[3] = shell[i];
        ck_assert_int_eq(words_split(&arena, str_from(line), &words), WORDS_SHELL);
        ck_assert_uint_eq(words.count, 0);
    }
    arena_finish(&arena);
}
END_TEST

START_TEST(joined_words_split_into_themselves)
{
    static const struct str items[] = {STR("a"),     STR(""),           STR("b c"), STR("it's"),
                                       STR("\"q\""), STR("$HOME * \\"), STR("x=y"), STR("\n")};
    enum { COUNT = sizeof items / sizeof items[0] };
    struct arena arena = {0};
    struct words words = {0};
    struct str line = words_join(&arena, items, COUNT);
    ck_assert_int_eq(words_split(&arena, line, &words), WORDS_PLAIN);
    ck_assert_uint_eq(words.count, COUNT);
    for (uint32_t i = 0; i < COUNT; i++)
        ck_assert(str_equal(words.items[i], items[i]));
    arena_finish(&arena);
}
END_TEST

int main(void)
{
    struct suite s = suite_begin("words");
    SUITE_LOOP(s, a_line_is_split, 0, sizeof cases / sizeof cases[0]);
    SUITE_CASE(s, each_shell_character_needs_the_shell);
    SUITE_CASE(s, joined_words_split_into_themselves);
    return suite_run(s);
}
