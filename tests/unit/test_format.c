#include "format.h"
#include "suite.h"

struct pair {
    const char *before, *after;
};

/* The formatted text is added to out; false: not valid. */
static bool format(struct str text, struct strbuf *out, uint32_t *out_errors)
{
    struct arena arena = {0};
    struct sources sources;
    struct diag_list diags;
    sources_init(&sources, &arena);
    diag_list_init(&diags, &arena, &sources);
    uint32_t id = source_add(&sources, "f.hcl", text);
    bool valid = format_source(&sources, id, &diags, out);
    *out_errors = diags.errors;
    arena_finish(&arena);
    return valid;
}

static void assert_formats(const char *before, const char *after)
{
    struct strbuf out = {0};
    uint32_t errors;
    ck_assert_msg(format(str_from(before), &out, &errors), "not valid:\n%s", before);
    ck_assert_uint_eq(errors, 0);
    ck_assert_str_eq(strbuf_text(&out), after);
    strbuf_finish(&out);
}

/* What has been formatted stays as it is. */
static void assert_pairs(const struct pair *pairs, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        assert_formats(pairs[i].before, pairs[i].after);
        assert_formats(pairs[i].after, pairs[i].after);
    }
}
#define ASSERT_PAIRS(pairs) assert_pairs((pairs), sizeof(pairs) / sizeof(pairs)[0])

START_TEST(nothing_stays_nothing)
{
    static const struct pair pairs[] = {{"", ""}, {"\n", "\n"}, {"# c", "# c"}, {"# c\n", "# c\n"}};
    ASSERT_PAIRS(pairs);
}
END_TEST

START_TEST(blanks_between_tokens)
{
    static const struct pair pairs[] = {
        {"a=1\n", "a = 1\n"},
        {"a = 1", "a = 1"},
        {"  a =\t1  \n", "a = 1\n"},
        {"a = [ 1,2 , 3 ]\n", "a = [1, 2, 3]\n"},
        {"a = {b=1}\n", "a = { b = 1 }\n"},
        {"a = { }\n", "a = {}\n"},
        {"a = f( 1 ,2 )\n", "a = f(1, 2)\n"},
        {"a = - 1\n", "a = -1\n"},
        {"a = ! b\n", "a = !b\n"},
        {"a = b . c [ 0 ]\n", "a = b.c[0]\n"},
        {"a = b?c:d\n", "a = b ? c : d\n"},
        {"a = 1+2*3\n", "a = 1 + 2 * 3\n"},
        {"a = \"x${ b }y\"\n", "a = \"x${b}y\"\n"},
        {"a = \"${ {b=1} }%{ if c }${d}%{ endif }\"\n",
         "a = \"${ { b = 1 } }%{if c}${d}%{endif}\"\n"},
    };
    ASSERT_PAIRS(pairs);
}
END_TEST

START_TEST(a_block_moves_its_body_in)
{
    static const struct pair pairs[] = {
        {"service   \"a\"{\ncmd=\"x\"\n}\n", "service \"a\" {\n  cmd = \"x\"\n}\n"},
        {"s {\nh {\nt=1\n}\n}\n", "s {\n  h {\n    t = 1\n  }\n}\n"},
        {"s {\n      h { t=1 }\n}\n", "s {\n  h { t = 1 }\n}\n"},
        {"a = [\n1,\n2\n]\n", "a = [\n  1,\n  2\n]\n"},
        {"a = {\nb=1\n}\n", "a = {\n  b = 1\n}\n"},
    };
    ASSERT_PAIRS(pairs);
}
END_TEST

START_TEST(neighbours_are_aligned)
{
    static const struct pair pairs[] = {
        {"a = 1\nlong = 2\n", "a    = 1\nlong = 2\n"},
        {"a   = 1\n", "a = 1\n"},
        {"a = 1\n\nlong = 2\n", "a = 1\n\nlong = 2\n"},
        {"a = 1 # x\nlong = 22 # y\n", "a    = 1  # x\nlong = 22 # y\n"},
        {"a = 1\n# between\nlong = 2\n", "a = 1\n# between\nlong = 2\n"},
        {"a = [\n1\n]\nlong = 2\n", "a = [\n  1\n]\nlong = 2\n"},
        {"a = 1\nb {\n}\nlong = 2\n", "a = 1\nb {\n}\nlong = 2\n"},
    };
    ASSERT_PAIRS(pairs);
}
END_TEST

START_TEST(comments_stay)
{
    static const struct pair pairs[] = {
        {"#a\n//b\n/* c */\nd=1\n", "#a\n//b\n/* c */\nd = 1\n"},
        {"a = 1 //  x \n", "a = 1 //  x \n"},
        {"s {\n# in\n}\n", "s {\n  # in\n}\n"},
        {"a = [\n1, # one\n22, # two\n]\n", "a = [\n  1,  # one\n  22, # two\n]\n"},
        {"a = /* in */ 1\n", "a = /* in */ 1\n"},
        {"/* several\n   lines */\na=1\n", "/* several\n   lines */\na = 1\n"},
    };
    ASSERT_PAIRS(pairs);
}
END_TEST

START_TEST(heredocs_stay)
{
    static const struct pair pairs[] = {
        {"s {\na=<<E\n   x   y\n\tz\nE\n}\n", "s {\n  a = <<E\n   x   y\n\tz\nE\n}\n"},
        {"a=<<-E\n     x\n   E\n", "a = <<-E\n     x\n   E\n"},
        {"a=<<E\nb=1\n}\nE\nc=1\n", "a = <<E\nb=1\n}\nE\nc = 1\n"},
    };
    ASSERT_PAIRS(pairs);
}
END_TEST

START_TEST(line_breaks_and_marks)
{
    static const struct pair pairs[] = {
        {"a=1\r\nlong=2\r\n", "a    = 1\r\nlong = 2\r\n"},
        {"s {\r\na=1 # c\r\n}\r\n", "s {\r\n  a = 1 # c\r\n}\r\n"},
        {"a=<<E\r\n x\r\nE\r\n", "a = <<E\r\n x\r\nE\r\n"},
        {"\xef\xbb\xbf"
         "a=1\n",
         "a = 1\n"},
        {"a = 1\n\n\n\nb = 2\n", "a = 1\n\n\n\nb = 2\n"},
        {"\n\na = 1\n  ", "\n\na = 1\n"},
        {"gr\xc3\xbc\xc3\x9f = 1\nab = 2 # c\n", "gr\xc3\xbc\xc3\x9f = 1\nab   = 2 # c\n"},
    };
    ASSERT_PAIRS(pairs);
}
END_TEST

START_TEST(what_is_not_valid_gives_nothing)
{
    static const char *const texts[] = {"a =\n",        "a {\n",    "= 1\n",   "a = \"x\n",
                                        "a = <<E\nx\n", "a = 1;\n", "a = [1\n"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct strbuf out = {0};
        uint32_t errors;
        strbuf_adds(&out, "before");
        ck_assert_msg(!format(str_from(texts[i]), &out, &errors), "%s", texts[i]);
        ck_assert_uint_gt(errors, 0);
        ck_assert_str_eq(strbuf_text(&out), "before");
        strbuf_finish(&out);
    }
}
END_TEST

START_TEST(the_text_is_added)
{
    struct strbuf out = {0};
    uint32_t errors;
    strbuf_adds(&out, "before ");
    ck_assert(format(STR("a=1\n"), &out, &errors));
    ck_assert_str_eq(strbuf_text(&out), "before a = 1\n");
    strbuf_finish(&out);
}
END_TEST

int main(void)
{
    struct suite s = suite_begin("format");
    SUITE_CASE(s, nothing_stays_nothing);
    SUITE_CASE(s, blanks_between_tokens);
    SUITE_CASE(s, a_block_moves_its_body_in);
    SUITE_CASE(s, neighbours_are_aligned);
    SUITE_CASE(s, comments_stay);
    SUITE_CASE(s, heredocs_stay);
    SUITE_CASE(s, line_breaks_and_marks);
    SUITE_CASE(s, what_is_not_valid_gives_nothing);
    SUITE_CASE(s, the_text_is_added);
    return suite_run(s);
}
