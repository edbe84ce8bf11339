#include "arguments.h"
#include "compile.h"
#include "dollar.h"
#include "draft.h"
#include "import.h"
#include "import_codes.h"
#include "model.h"
#include "node.h"
#include "suite.h"

static struct arena arena;

/* Quoted text is compiled to the same text. */
static const char *const texts[] = {
    "",
    "plain",
    "a \"quote\" and a \\ backslash",
    "${x}",
    "$${x}",
    "$$${x}",
    "$$",
    "$",
    "%{x}",
    "%%{x}",
    "%$${",
    "a\nb\tc\rd",
    "one\ntwo\n",
    "one\n  two ${x} %{y}\n",
    "EOT\nEOT\n",
    "  first is indented\nsecond\n",
    "a\n\nb\n",
    "tail $\n$\n",
    "\x01\x7f",
    "grün \xf0\x9f\x91\xbb",
};

START_TEST(what_is_quoted_means_the_same)
{
    struct compilation c;
    struct str text = str_from(texts[_i]);
    struct dollar_text literal = dollar_literal(&arena, text);
    struct str value = dollar_hcl(&arena, &literal);
    const char *source =
        arena_printf(&arena, "service \"a\" {\n  cmd = [\"x\"]\n  env = {\n    V = %.*s\n  }\n}\n",
                     STR_ARG(value));
    compilation_init(&c);
    ck_assert_msg(compile_text(&c, "t.hcl", str_from(source), NULL), "%s", source);
    const struct model_setting *setting = c.model->services.items[0]->env.items;
    ck_assert_uint_eq(setting->value.count, 0);
    ck_assert_msg(str_equal(setting->value.text, text), "%s", source);
    compilation_finish(&c);
    arena_finish(&arena);
}
END_TEST

static const struct {
    const char *text, *hcl;
} dollars[] = {
    {"${A}", "env(\"A\", \"\")"},
    {"$A", "env(\"A\", \"\")"},
    {"${A:-b c}", "env(\"A\", \"b c\")"},
    {"${A-b}", "env(\"A\", \"b\")"},
    {"${A:-}", "env(\"A\", \"\")"},
    {"${A:?must be set}", "env(\"A\")"},
    {"${A?}", "env(\"A\")"},
    {"x${A}y", "\"x${env(\"A\", \"\")}y\""},
    {"$$A", "\"$A\""},
    {"$${A}", "\"$${A}\""},
    {"$$${A}", "\"\\u0024${env(\"A\", \"\")}\""},
    {"${A", "\"$${A\""},
    {"${}", "\"$${}\""},
    {"${1}", "\"$${1}\""},
    {"$1 $", "\"$1 $\""},
    {"${A:-${B:-c}}", "env(\"A\", \"\")"},
    {"${A:-}${B}", "\"${env(\"A\", \"\")}${env(\"B\", \"\")}\""},
    {"${${A}", "\"$${${env(\"A\", \"\")}\""},
    {"a $ b$$c $1${B}$", "\"a $ b$c $1${env(\"B\", \"\")}$\""},
};

START_TEST(a_variable_of_compose_is_env)
{
    struct dollar_text text = dollar_parse(&arena, str_from(dollars[_i].text));
    struct str hcl = dollar_hcl(&arena, &text);
    ck_assert_str_eq(hcl.ptr, dollars[_i].hcl);
    arena_finish(&arena);
}
END_TEST

START_TEST(what_env_cannot_say_is_told)
{
    ck_assert(dollar_parse(&arena, STR("${A:+b}")).lossy);
    ck_assert(dollar_parse(&arena, STR("${A:-x${B}}")).lossy);
    ck_assert(!dollar_parse(&arena, STR("${A:-x}")).lossy);
    arena_finish(&arena);
}
END_TEST

/* In linear memory, and without looking for the end of each from its beginning. */
START_TEST(many_dollars_are_cheap)
{
    static const char *const parts[] = {"$ ", "${", "$${", "${A:-", "${a}${{"};
    struct strbuf text = {0};
    while (text.len < 1u << 20)
        strbuf_adds(&text, parts[_i]);
    struct dollar_text parsed = dollar_parse(&arena, strbuf_str(&text));
    ck_assert_uint_gt(parsed.pieces.count, 0);
    ck_assert_uint_lt(arena.total, 64u << 20);
    strbuf_finish(&text);
    arena_finish(&arena);
}
END_TEST

START_TEST(a_list_grows_in_linear_memory)
{
    struct draft draft;
    draft_init(&draft, &arena, NULL);
    struct draft_service *service = draft_service(&draft, STR("a"), 0);
    struct str *list = &service->values[SCHEMA_service_labels].text;
    for (int i = 0; i < 50000; i++)
        draft_add_text(&draft, service, SCHEMA_service_labels, STR("a\"b"));
    ck_assert_uint_eq(list->len, 50000 * strlen("\"a\\\"b\", "));
    ck_assert_uint_lt(arena.total, 8u << 20);
    draft_set(service, SCHEMA_service_labels, STR("[\"x\"]"));
    draft_add_text(&draft, service, SCHEMA_service_labels, STR("y"));
    draft_add_text(&draft, service, SCHEMA_service_labels, STR("z"));
    ck_assert_msg(str_is(*list, "[\"x\", \"y\", \"z\"]"), "%.*s", STR_ARG(*list));
    arena_finish(&arena);
}
END_TEST

static const struct {
    const char *line, *hcl; /* NULL: a quote has no end */
} commands[] = {
    {"npm run dev", "\"npm run dev\""},
    {"a  'b c' \"d\"", "\"a 'b c' d\""},
    {"a b\\ c", "\"a 'b c'\""},
    {"a ''", "\"a ''\""},
    {"a && b", "\"a '&&' b\""},
    {"a ${B:-c d} e", "[\"a\", env(\"B\", \"c d\"), \"e\"]"},
    {"sh -c 'a | b'", "\"a | b\""},
    {"/bin/sh -c \"a && b\"", "\"a && b\""},
    {"sh -c 'shopt; [[ x ]]'", "[\"bash\", \"-c\", \"shopt; [[ x ]]\"]"},
    {"bash -c 'a | b'", "\"bash -c 'a | b'\""},
    {"cd x", "[\"cd\", \"x\"]"},
    {"A=1 x", "\"'A=1' x\""},
    {"it's", NULL},
};

START_TEST(a_command_of_compose_is_split_without_a_shell)
{
    struct arguments arguments = {0};
    bool whole = arguments_split(&arena, str_from(commands[_i].line), &arguments);
    ck_assert_int_eq(whole, commands[_i].hcl != NULL);
    if (whole)
        ck_assert_str_eq(arguments_hcl(&arena, &arguments).ptr, commands[_i].hcl);
    arena_finish(&arena);
}
END_TEST

/* The first diagnostic of a file, as line:column and code. */
static const struct {
    const char *name, *text, *place;
} mistakes[] = {
    {"compose.yaml", "", "1:1 E0306"},
    {"compose.yaml", "\xef\xbb\xbfservices:\n  a: 1\n", "2:6 E0303"},
    {"compose.yaml", "services:\r\n  a: {}\r\n  a: {}\r\n", "3:3 E0305"},
    {"compose.yaml", "s: ü\nservices: \"x\n", "3:1 E0302"},
    {"compose.yaml", "services: [*b]\n", "1:12 E0302"},
    {"compose.yaml", "\tservices:\n", "1:1 E0302"},
    {"compose.yaml", "# ü ü\n{ü: 1, ü: 2, services: {}}\n", "2:8 E0305"},
    {"compose.yaml", "? [a]\n: b\n", "1:3 E0303"},
    {"compose.yaml", "- a\n", "1:1 E0303"},
    {"process-compose.yaml", "processes:\n  a:\n    environment: {A: b}\n", "3:18 E0303"},
    {"process-compose.yaml", "processes:\n  a:\n    environment: [x]\n", "3:19 E0303"},
    {"package.json", "{\"scripts\": {\"dev\": \"x\"},}", "1:26 E0302"},
    {"package.json", "{\"name\": \"x\"}", "1:1 E0303"},
    {"package.json", "{\"a\": \"\\ud83d\"}", "1:14 E0302"},
    {"package.json", "{\"\\ud83d\\ude00\": \"\\\\\\uD83D\\uDE00\\\"\", \"scripts\": {\"dev\": []}}",
     "1:57 E0303"},
    {"package.json", "{\"scripts\": {\"dev\": \"x\", \"dev\": \"y\"}}", "1:26 E0305"},
    {"Procfile", "a: b\n\n  ünd: c\n", "3:3 E0307"},
};

START_TEST(a_mistake_has_its_place)
{
    struct sources sources;
    struct diag_list diags;
    struct import_result result;
    struct import_options options = {.from = mistakes[_i].name};
    sources_init(&sources, &arena);
    diag_list_init(&diags, &arena, &sources);
    ck_assert(!import_text(&options, str_from(mistakes[_i].text), &diags, &result));
    diag_sort(&diags);
    ck_assert_uint_gt(diags.diags.count, 0);
    const struct diag *first = diags.diags.items[0];
    ck_assert(first->has_span);
    struct position at = source_locate(&sources, first->span);
    ck_assert_str_eq(arena_printf(&arena, "%u:%u %s", at.line, at.column, first->code->name),
                     mistakes[_i].place);
    arena_finish(&arena);
}
END_TEST

static struct node *read_yaml(const char *text, struct diag_list *diags, struct sources *sources)
{
    sources_init(sources, &arena);
    diag_list_init(diags, &arena, sources);
    return node_read_yaml(diags, source_add(sources, "t.yaml", str_from(text)));
}

START_TEST(merge_keys_are_resolved)
{
    struct sources sources;
    struct diag_list diags;
    struct node *root = read_yaml("a: &a {x: 1, y: 2}\nb: &b {y: 3, z: 4}\n"
                                  "c:\n  <<: [*a, *b]\n  x: own\nd:\n  \"<<\": plain\n",
                                  &diags, &sources);
    const struct node *merged = node_find(root, "c");
    ck_assert_str_eq(node_find(merged, "x")->text.ptr, "own");
    ck_assert_str_eq(node_find(merged, "y")->text.ptr, "2");
    ck_assert_str_eq(node_find(merged, "z")->text.ptr, "4");
    ck_assert_uint_eq(merged->items.count, 3);
    ck_assert_str_eq(node_find(node_find(root, "d"), "<<")->text.ptr, "plain");
    arena_finish(&arena);
}
END_TEST

START_TEST(json_has_surrogates)
{
    struct sources sources;
    struct diag_list diags;
    sources_init(&sources, &arena);
    diag_list_init(&diags, &arena, &sources);
    struct str text = STR("{\"\\uD83D\\ude00\": \"\\ud83d\\ude00 \\\\ud83d\\\" x\\udbff\\udfff\", "
                          "\"b\" : \"\\u00e4\\ud83d\\ude00\\/\"}");
    struct node *root = node_read_json(&diags, source_add(&sources, "t.json", text));
    ck_assert_ptr_nonnull(root);
    ck_assert_str_eq(node_find(root, "\xf0\x9f\x98\x80")->text.ptr,
                     "\xf0\x9f\x98\x80 \\ud83d\" x\xf4\x8f\xbf\xbf");
    ck_assert_str_eq(node_find(root, "b")->text.ptr, "\xc3\xa4\xf0\x9f\x98\x80/");
    ck_assert_uint_eq(root->items.items[1].key->span.offset,
                      (size_t)((const char *)memmem(text.ptr, text.len, "\"b\"", 3) - text.ptr));
    arena_finish(&arena);
}
END_TEST

START_TEST(nothing_is_told_from_an_empty_text)
{
    struct sources sources;
    struct diag_list diags;
    struct node *root =
        read_yaml("a: ~\nb:\nc: null\nd: ''\ne: 'null'\nf: yes\ng: 'yes'\n", &diags, &sources);
    ck_assert_ptr_null(node_find(root, "a"));
    ck_assert_ptr_null(node_find(root, "b"));
    ck_assert_ptr_null(node_find(root, "c"));
    ck_assert_uint_eq(node_find(root, "d")->text.len, 0);
    ck_assert_str_eq(node_find(root, "e")->text.ptr, "null");
    ck_assert(node_is_true(node_find(root, "f")));
    ck_assert(!node_is_true(node_find(root, "g")));
    arena_finish(&arena);
}
END_TEST

/* Files that are small and would be huge: each must be refused, and at once. */
START_TEST(what_would_swell_is_refused)
{
    struct strbuf text = {0};
    struct sources sources;
    struct diag_list diags;
    switch (_i) {
    case 0: /* a map merged again and again */
        strbuf_adds(&text, "a: &a {");
        for (int i = 0; i < 20000; i++)
            strbuf_addf(&text, "k%d: 1, ", i);
        strbuf_adds(&text, "}\nb:\n");
        for (int i = 0; i < 20000; i++)
            strbuf_addf(&text, " - {<<: [*a, *a]}\n");
        break;
    case 1: /* deeper than anything sensible */ strbuf_addn(&text, '[', 200000); break;
    case 2: /* a circle through a merge */
        strbuf_adds(&text, "a: &a {b: &b {<<: *a, c: *b}}\n");
        break;
    case 3: /* many values */
        strbuf_adds(&text, "a: [");
        for (int i = 0; i < 200000; i++)
            strbuf_adds(&text, "1, ");
        strbuf_adds(&text, "]\n");
        break;
    case 4: /* a long text, many times */
        strbuf_adds(&text, "a: &a '");
        strbuf_addn(&text, 'x', 20000);
        strbuf_adds(&text, "'\nb: [");
        for (int i = 0; i < 8000; i++)
            strbuf_adds(&text, "*a, ");
        strbuf_adds(&text, "]\n");
        break;
    case 5: /* a long name, many times */
        strbuf_adds(&text, "a: &a {? '");
        strbuf_addn(&text, 'x', 20000);
        strbuf_adds(&text, "' : 1}\nb: [");
        for (int i = 0; i < 8000; i++)
            strbuf_adds(&text, "*a, ");
        strbuf_adds(&text, "]\n");
        break;
    }
    ck_assert_ptr_null(read_yaml(strbuf_text(&text), &diags, &sources));
    ck_assert_uint_eq(diags.errors, 1);
    strbuf_finish(&text);
    arena_finish(&arena);
}
END_TEST

START_TEST(there_may_be_a_thousand_services)
{
    struct strbuf text = {0};
    struct import_options options = {.from = "Procfile"};
    for (int i = 0; i < 1000 + _i; i++)
        strbuf_addf(&text, "p%d: ./p\n", i);
    struct sources sources;
    struct diag_list diags;
    struct import_result result;
    sources_init(&sources, &arena);
    diag_list_init(&diags, &arena, &sources);
    ck_assert_int_eq(import_text(&options, strbuf_str(&text), &diags, &result), _i == 0);
    strbuf_finish(&text);
    arena_finish(&arena);
}
END_TEST

START_TEST(codes_rise)
{
    for (int i = 1; i < IMPORT_CODE_COUNT; i++)
        ck_assert_int_lt(strcmp(import_codes[i - 1].name, import_codes[i].name), 0);
}
END_TEST

#define COUNT(array) (int)(sizeof array / sizeof *array)

int main(void)
{
    struct suite s = suite_begin("import");
    SUITE_LOOP(s, what_is_quoted_means_the_same, 0, COUNT(texts));
    SUITE_LOOP(s, a_variable_of_compose_is_env, 0, COUNT(dollars));
    SUITE_CASE(s, what_env_cannot_say_is_told);
    SUITE_LOOP(s, many_dollars_are_cheap, 0, 5);
    SUITE_CASE(s, a_list_grows_in_linear_memory);
    SUITE_LOOP(s, a_command_of_compose_is_split_without_a_shell, 0, COUNT(commands));
    SUITE_LOOP(s, a_mistake_has_its_place, 0, COUNT(mistakes));
    SUITE_CASE(s, merge_keys_are_resolved);
    SUITE_CASE(s, json_has_surrogates);
    SUITE_CASE(s, nothing_is_told_from_an_empty_text);
    SUITE_LOOP(s, what_would_swell_is_refused, 0, 6);
    SUITE_LOOP(s, there_may_be_a_thousand_services, 0, 2);
    SUITE_CASE(s, codes_rise);
    return suite_run(s);
}
