#include "eval.h"
#include "eval_file.h"
#include "functions_parts.h"
#include "io.h"
#include "parse.h"
#include "suite.h"

/* tests/hcl/eval_cases.txt says how it is to be read. */
#ifndef EVAL_CASES
#error "EVAL_CASES is the path of the cases"
#endif

struct bench {
    struct arena arena;
    struct sources sources;
    struct diag_list diags;
    struct eval eval;
    VEC(struct eval_binding) variables;
    struct eval_scope scope;
};

static void bench_init(struct bench *bench)
{
    *bench = (struct bench){0};
    sources_init(&bench->sources, &bench->arena);
    diag_list_init(&bench->diags, &bench->arena, &bench->sources);
}

/* The expression stands behind "x=", so its first line is two columns further right than shown. */
static struct value compute(struct bench *bench, struct str text)
{
    struct strbuf source = {0};
    strbuf_adds(&source, "x=");
    for (size_t i = 0; i < text.len; i++) {
        if (text.len - i >= 3 && memcmp(text.ptr + i, "\xe2\x90\xa4", 3) == 0) {
            strbuf_addc(&source, '\n');
            i += 2;
        } else {
            strbuf_addc(&source, text.ptr[i]);
        }
    }
    strbuf_addc(&source, '\n');
    uint32_t id = source_add(&bench->sources, "case", strbuf_str(&source));
    strbuf_finish(&source);
    struct ast_body *body = parse_source(&bench->sources, id, &bench->diags);
    if (bench->diags.errors > 0)
        return value_unknown(body->span);
    bench->scope =
        (struct eval_scope){.bindings = bench->variables.items, .count = bench->variables.count};
    bench->eval =
        (struct eval){.arena = &bench->arena, .diags = &bench->diags, .scope = &bench->scope};
    return eval_expr(&bench->eval, body->attributes->expr);
}

static int compare_texts(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static void write_findings(struct bench *bench, struct strbuf *out)
{
    uint32_t count = bench->diags.diags.count;
    const char **lines = arena_new(&bench->arena, const char *, count);
    for (uint32_t i = 0; i < count; i++) {
        const struct diag *diag = bench->diags.diags.items[i];
        struct position at = source_locate(&bench->sources, diag->span);
        struct position end = source_locate_end(&bench->sources, diag->span);
        lines[i] = arena_printf(&bench->arena, "%u:%u-%u:%u: %s", at.line,
                                at.column - (at.line == 1 ? 2 : 0), end.line,
                                end.column - (end.line == 1 ? 2 : 0), diag->message);
    }
    qsort(lines, count, sizeof *lines, compare_texts);
    for (uint32_t i = 0; i < count; i++)
        if (i == 0 || strcmp(lines[i], lines[i - 1]) != 0)
            strbuf_addf(out, "%s%s", i == 0 ? "! " : " | ", lines[i]);
}

/* JSON escapes them for the sake of HTML; the cases are written without. */
static void write_value(struct bench *bench, const struct value *value, struct strbuf *out)
{
    struct strbuf json = {0};
    strbuf_adds(out, "= ");
    function_write_json(&bench->arena, value, &json);
    for (size_t i = 0; i < json.len; i++) {
        const char *rest = json.ptr + i;
        bool escaped = strncmp(rest, "\\u003c", 6) == 0 || strncmp(rest, "\\u003e", 6) == 0 ||
                       strncmp(rest, "\\u0026", 6) == 0;
        strbuf_addc(out, !escaped ? *rest : rest[4] == '2' ? '&' : rest[5] == 'c' ? '<' : '>');
        i += escaped ? 5 : 0;
    }
    strbuf_finish(&json);
}

/* "= JSON" or "! DIAGNOSTICS". */
static void run(struct bench *bench, struct str text, struct strbuf *out)
{
    struct value value = compute(bench, text);
    if (bench->diags.errors > 0)
        write_findings(bench, out);
    else
        write_value(bench, &value, out);
}

static struct str next_line(struct str *rest)
{
    const char *end = memchr(rest->ptr, '\n', rest->len);
    size_t length = end != NULL ? (size_t)(end - rest->ptr) : rest->len;
    struct str line = {rest->ptr, length};
    size_t step = end != NULL ? length + 1 : length;
    *rest = (struct str){rest->ptr + step, rest->len - step};
    return line;
}

static void define(struct bench *keep, struct str line)
{
    const char *equals = memchr(line.ptr, '=', line.len);
    ck_assert_ptr_nonnull(equals);
    struct str name = {line.ptr + 2, (size_t)(equals - line.ptr) - 2};
    struct value value =
        compute(keep, (struct str){equals + 1, line.len - (size_t)(equals + 1 - line.ptr)});
    ck_assert_uint_eq(keep->diags.errors, 0);
    *vec_push(&keep->arena, &keep->variables) = (struct eval_binding){name, value};
}

/* Whether the case gives what it is expected to. */
static bool check_case(const struct bench *keep, struct str line, struct str expected)
{
    struct bench bench;
    struct strbuf got = {0};
    bench_init(&bench);
    bench.variables.items = keep->variables.items;
    bench.variables.count = keep->variables.count;
    run(&bench, line, &got);
    bool right = str_equal(strbuf_str(&got), expected);
    if (!right)
        fprintf(stderr, "# %.*s\n#   expected %.*s\n#   got      %s\n", STR_ARG(line),
                STR_ARG(expected), strbuf_text(&got));
    strbuf_finish(&got);
    arena_finish(&bench.arena);
    return right;
}

START_TEST(every_case_of_the_file)
{
    struct bench keep;
    char *bytes = NULL;
    size_t size = 0;
    uint32_t cases = 0, wrong = 0;
    bench_init(&keep);
    ck_assert_int_eq(io_read_file(EVAL_CASES, 1 << 20, &bytes, &size), 0);
    struct str rest = {bytes, size};
    while (rest.len > 0) {
        struct str line = next_line(&rest);
        if (line.len == 0 || line.ptr[0] == '#')
            continue;
        if (str_has_prefix(line, STR("$ "))) {
            define(&keep, line);
            continue;
        }
        wrong += !check_case(&keep, line, next_line(&rest));
        cases++;
    }
    ck_assert_uint_gt(cases, 500);
    ck_assert_uint_eq(wrong, 0);
    arena_finish(&keep.arena);
    free(bytes);
}
END_TEST

static void check_one(const char *text, const char *expected)
{
    struct bench bench;
    struct strbuf got = {0};
    bench_init(&bench);
    run(&bench, str_from(text), &got);
    ck_assert_str_eq(strbuf_text(&got), expected);
    strbuf_finish(&got);
    arena_finish(&bench.arena);
}

START_TEST(what_hcl_makes_infinite_is_refused)
{
    check_one("1 / 0", "! 1:1-1:6: Operation failed");
    check_one("0 / 0", "! 1:1-1:6: Operation failed");
    check_one("1e99999", "! 1:1-1:8: Invalid number literal");
    check_one("pow(10, 400)", "! 1:1-1:5: Error in function call");
}
END_TEST

static const char text_bomb[] =
    "\"%{for a in range(999)}%{for b in range(999)}%{for c in range(999)}x"
    "%{endfor}%{endfor}%{endfor}\"";

START_TEST(work_is_bounded)
{
    static const char *const bombs[] = {
        "[for a in range(1000) : [for b in range(1000) : [for c in range(1000) : c]]]",
        text_bomb,
        "length([for a in range(1000) : [for b in range(1000) : [for c in range(1000) : c]]])",
        "try([for a in range(1000) : [for b in range(1000) : [for c in range(1000) : c]]], 1)",
        "[for i in range(1000) : [for j in range(1000) : indent(4000, \"a\\n\")]]",
        "[for i in range(1000) : [for j in range(1000) : distinct(range(500))]]",
    };
    for (size_t i = 0; i < sizeof bombs / sizeof *bombs; i++) {
        struct bench bench;
        struct strbuf got = {0};
        bench_init(&bench);
        run(&bench, str_from(bombs[i]), &got);
        ck_assert_msg(strstr(strbuf_text(&got), "Too much to compute") != NULL, "%s: %s", bombs[i],
                      strbuf_text(&got));
        ck_assert_uint_lt(bench.arena.total, 1u << 30);
        strbuf_finish(&got);
        arena_finish(&bench.arena);
    }
}
END_TEST

START_TEST(a_pattern_cannot_hang)
{
    check_one("regex(\"(a+)+$\", \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab\")",
              "! 1:1-1:7: Error in function call");
}
END_TEST

/* What is known only at start makes everything later that is made of it. */
START_TEST(later_stays_later)
{
    static const char *const later[] = {
        "later + 1",    "\"a${later}\"",        "later.a[0]",           "later ? 1 : 2",
        "upper(later)", "later == 1",           "[for x in later : x]", "later[*].a",
        "-later",       "join(\",\", [later])", "{(later) = 1}",        "try(later)",
        "!later"};
    for (size_t i = 0; i < sizeof later / sizeof *later; i++) {
        struct bench bench;
        bench_init(&bench);
        *vec_push(&bench.arena, &bench.variables) =
            (struct eval_binding){STR("later"), {.kind = VALUE_LATER}};
        struct value value = compute(&bench, str_from(later[i]));
        ck_assert_uint_eq(bench.diags.errors, 0);
        ck_assert_msg(value.kind == VALUE_LATER, "%s", later[i]);
        arena_finish(&bench.arena);
    }
}
END_TEST

START_TEST(a_replaced_key_is_remembered)
{
    struct bench bench;
    bench_init(&bench);
    struct value value = compute(&bench, STR("{b = 1, a = 2, b = 3}"));
    ck_assert_uint_eq(value.object.count, 2);
    ck_assert_uint_eq(value.object.items[0].shadowed.length, 0);
    ck_assert_uint_eq(value.object.items[1].shadowed.offset, 3);
    ck_assert_int_eq(value.object.items[1].value.number.integer, 3);
    arena_finish(&bench.arena);
}
END_TEST

static bool eval_whole(struct arena *arena, struct str text, struct strbuf *out)
{
    struct sources sources;
    struct diag_list diags;
    sources_init(&sources, arena);
    diag_list_init(&diags, arena, &sources);
    uint32_t source = source_add(&sources, "file", text);
    return eval_file(&diags, parse_source(&sources, source, &diags), out);
}

/* Blocks go into the object or list that an attribute of their name has; else they win. */
START_TEST(blocks_stand_beside_attributes)
{
    static const struct {
        const char *text, *json;
    } files[] = {
        {"b { a = 1 }\nb { a = 2 }\n", "{\"b\":[{\"a\":1},{\"a\":2}]}"},
        {"b \"x\" \"y\" { a = 1 }\nb \"x\" \"z\" {}\n",
         "{\"b\":{\"x\":{\"y\":[{\"a\":1}],\"z\":[{}]}}}"},
        {"b = { p = 1, q = 2, r = 3 }\nb \"s\" {}\n",
         "{\"b\":{\"p\":1,\"q\":2,\"r\":3,\"s\":[{}]}}"},
        {"b = [1, 2]\nb {}\nb \"x\" {}\n", "{\"b\":[1,2,{},{}]}"},
        {"b = 5\nb \"x\" {}\n", "{\"b\":[{}]}"},
        {"b \"x\" {}\nb {}\n", "{\"b\":[{}]}"},
        {"vars { a = 1 }\nvars { b = a + 1 }\nc = b\n", "{\"c\":2}"},
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct arena arena = {0};
        struct strbuf out = {0};
        ck_assert(eval_whole(&arena, str_from(files[i].text), &out));
        ck_assert_str_eq(strbuf_text(&out), files[i].json);
        strbuf_finish(&out);
        arena_finish(&arena);
    }
}
END_TEST

/* Numbers are shortened in the keys that a set sorts by, so all of these have the same one. */
START_TEST(a_set_of_near_numbers_is_quick)
{
    check_one("length(toset(flatten([for i in range(200) : [for j in range(200) : "
              "{ a = 1000000000000000 + i * 150 + j }]])))",
              "= 30050");
}
END_TEST

/* As many types as elements, which have a map in common; with a number among them, nothing. */
START_TEST(many_types_are_quickly_unified)
{
    check_one("length(tolist(flatten([for i in range(150) : [for j in range(150) : "
              "{ \"a${i}_${j}\" = 1 }]])))",
              "= 22500");
    check_one("tolist(concat([1], flatten([for i in range(30) : [for j in range(30) : "
              "{ \"a${i}_${j}\" = 1 }]])))",
              "! 1:8-1:15: Invalid function argument");
}
END_TEST

/* Memory, and with it time, grows with the size of the file, not with its square. */
START_TEST(many_blocks_cost_no_more_than_their_number)
{
    struct arena arena = {0};
    struct strbuf text = {0}, out = {0};
    for (int i = 0; i < 20000; i++)
        strbuf_adds(&text, "b {}\n");
    ck_assert(eval_whole(&arena, strbuf_str(&text), &out));
    ck_assert_uint_lt(arena.total, 64u << 20);
    strbuf_finish(&text);
    strbuf_finish(&out);
    arena_finish(&arena);
}
END_TEST

int main(void)
{
    struct suite s = suite_begin("eval");
    SUITE_CASE(s, every_case_of_the_file);
    SUITE_CASE(s, what_hcl_makes_infinite_is_refused);
    SUITE_CASE(s, work_is_bounded);
    SUITE_CASE(s, a_pattern_cannot_hang);
    SUITE_CASE(s, later_stays_later);
    SUITE_CASE(s, a_replaced_key_is_remembered);
    SUITE_CASE(s, blocks_stand_beside_attributes);
    SUITE_CASE(s, a_set_of_near_numbers_is_quick);
    SUITE_CASE(s, many_types_are_quickly_unified);
    SUITE_CASE(s, many_blocks_cost_no_more_than_their_number);
    return suite_run(s);
}
