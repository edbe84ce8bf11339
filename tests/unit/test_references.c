/* Locals, variables, services and the environment, from the text of a file to the text of its plan.
 */
#include "compile.h"
#include "dump.h"
#include "io.h"
#include "model.h"
#include "suite.h"

#include <stdlib.h>
#include <unistd.h>

#define SERVICES                                                     \
    "service \"a\" {\n  cmd = \"./a\"\n  env = { X = local.x }\n}\n" \
    "service \"fixed\" {\n  cmd = \"./f\"\n  port = 5000 + 1\n}\n"   \
    "service \"free\" {\n  cmd = \"./g\"\n  port = 0\n}\n"
#define VARIABLES                                                                              \
    "variable \"text\" {\n  default = \"t\"\n}\nvariable \"count\" {\n  default = 2\n}\n"      \
    "variable \"flag\" {\n  default = false\n}\nvariable \"list\" {\n  default = [\"a\"]\n}\n" \
    "variable \"map\" {\n  default = { k = \"v\" }\n}\nvariable \"must\" {\n}\n"               \
    "variable \"secret\" {\n  sensitive = true\n}\n"                                           \
    "variable \"spare\" {\n  sensitive = true\n  default = \"none\"\n}\n"

static const struct variable_setting must = {"must", "m"};

/* The plan as text, or the codes of what is wrong, a blank before each. */
static void show_plan(const char *text, const struct compile_options *options, struct strbuf *out)
{
    struct compilation c;
    struct plan plan = {0};
    struct compile_options here = options != NULL ? *options : (struct compile_options){0};
    here.root = suite_tmpdir();
    compilation_init(&c);
    strbuf_clear(out);
    if (compile_text(&c, "A3sfile.hcl", str_from(text), &here)) {
        plan_view(&plan, c.bytes, c.size);
        plan_dump_text(&plan, out);
    }
    VEC_EACH (&c.diags.diags, it)
        strbuf_addf(out, " %s", (*it)->code->name);
    compilation_finish(&c);
}

/* What the plan says of env X of service "a", whose value is the expression. */
static void compute(const char *expression, const struct variable_setting *settings, uint32_t count,
                    struct strbuf *out)
{
    struct strbuf text = {0}, plan = {0};
    struct compile_options options = {.settings = {settings, count, false}};
    strbuf_addf(&text,
                VARIABLES "locals {\n  x = %s\n  y = \"<${local.z}>\"\n  z = \"z\"\n}\n" SERVICES,
                expression);
    show_plan(strbuf_text(&text), &options, &plan);
    const char *found = strstr(strbuf_text(&plan), "  env \"X\" = ");
    strbuf_clear(out);
    if (found) {
        found += strlen("  env \"X\" = ");
        strbuf_add(out, found, strcspn(found, "\n"));
    } else {
        strbuf_adds(out, strbuf_text(&plan));
    }
    strbuf_finish(&text);
    strbuf_finish(&plan);
}

static const struct {
    const char *expression, *want;
} cases[] = {
    {"local.y", "\"<z>\""},
    {"local[\"y\"]", "\"<z>\""},
    {"[for local in [1, 2] : local][1]", "\"2\""},
    {"[for v in [local.z] : upper(v)][0]", "\"Z\""},
    {"try(local.none, \"else\")", "\"else\""},
    {"var.text", "\"t\""},
    {"var.must", "\"m\""},
    {"var.count + 1", "\"3\""},
    {"var.flag ? \"on\" : \"off\"", "\"off\""},
    {"join(\"\", concat(var.list, [\"b\"]))", "\"ab\""},
    {"var.map.k", "\"v\""},
    {"service.fixed.port", "\"5001\""},
    {"service.fixed.port + 1", "\"5002\""},
    {"service.fixed.host", "\"127.0.0.1\""},
    {"service.fixed.url", "\"http://127.0.0.1:5001\""},
    {"service[\"fixed\"].url", "\"http://127.0.0.1:5001\""},
    {"service[\"fixed\"][\"port\"]", "\"5001\""},
    {"service.free.host", "\"127.0.0.1\""},
    {"service.free.port", "\"${service.free.port}\""},
    {"service.free.url", "\"http://127.0.0.1:${service.free.port}\""},
    {"\"${service.free.url}/x\"", "\"http://127.0.0.1:${service.free.port}/x\""},
    {"env(\"A\")", "\"${env(\"A\")}\""},
    {"env(\"A\", \"\")", "\"${env(\"A\", \"\")}\""},
    {"\"${env(\"A\")}\"", "\"${env(\"A\")}\""},
    {"\"a${env(\"A\")}b${env(\"B\")}${env(\"C\")}\"",
     "\"a${env(\"A\")}b${env(\"B\")}${env(\"C\")}\""},
    {"true ? env(\"A\") : \"x\"", "\"${env(\"A\")}\""},
    {"false ? env(\"A\") : \"x\"", "\"x\""},
    {"{ a = env(\"A\"), b = 1 }.b", "\"1\""},
    {"{ a = env(\"A\"), b = 1 }[\"a\"]", "\"${env(\"A\")}\""},
    {"[env(\"A\"), \"b\"][0]", "\"${env(\"A\")}\""},
    {"[for v in [env(\"A\")] : \"<${v}>\"][0]", "\"<${env(\"A\")}>\""},
    {"{ for k, v in { a = env(\"A\") } : k => v if k == \"a\" }.a", "\"${env(\"A\")}\""},
    {"tolist([{ a = env(\"A\") }][*].a)[0]", " E0232"},
    {"[{ a = env(\"A\") }][*].a[0]", " E0232"},
    {"element([{ a = env(\"A\") }][*].a, 0)", "\"${env(\"A\")}\""},
    {"merge({ a = env(\"A\") }, { b = 1 }).a", "\"${env(\"A\")}\""},
    {"length([env(\"A\")])", "\"1\""},
    {"concat([\"a\"], [env(\"A\")])[1]", "\"${env(\"A\")}\""},
    {"lookup({ a = env(\"A\") }, \"a\", \"x\")", "\"${env(\"A\")}\""},
    {"element(reverse([env(\"A\"), \"b\"]), 1)", "\"${env(\"A\")}\""},
    {"zipmap([\"a\"], [env(\"A\")]).a", "\"${env(\"A\")}\""},
    {"try(env(\"A\"), 1)", "\"${env(\"A\")}\""},
    {"try({ a = env(\"A\") }, 1).a", "\"${env(\"A\")}\""},
    {"can(env(\"A\"))", "\"true\""},
    {"can(upper(env(\"A\")))", "\"false\""},
    {"var.secret", "\"${env(\"A3S_VAR_secret\")}\""},
    {"var.spare", "\"${env(\"A3S_VAR_spare\", \"none\")}\""},
    /* What must look at it may not. */
    {"upper(env(\"A\"))", " E0232"},
    {"join(\",\", [env(\"A\")])", " E0232"},
    {"jsonencode({ a = env(\"A\") })", " E0232"},
    {"coalesce(env(\"A\"), \"b\")", " E0232"},
    {"contains([env(\"A\")], \"b\")", " E0232"},
    {"max([env(\"A\")]...)", " E0232"},
    {"max(env(\"A\")...)", " E0232"},
    {"env(env(\"A\"))", " E0232"},
    {"env(\"A\") + 1", " E0232"},
    {"-env(\"A\")", " E0232"},
    {"env(\"A\") == \"a\"", " E0232"},
    {"[env(\"A\")] == [\"a\"]", " E0232"},
    {"env(\"A\") ? 1 : 2", " E0232"},
    {"env(\"A\").x", " E0232"},
    {"env(\"A\")[0]", " E0232"},
    {"[1][env(\"A\")]", " E0232"},
    {"env(\"A\")[*]", " E0232"},
    {"[for v in env(\"A\") : v]", " E0232"},
    {"[for v in [1] : v if env(\"A\")]", " E0232"},
    {"[for v in [env(\"A\")] : v if v == \"a\"]", " E0232"},
    {"{ for v in [1, 2] : env(\"A\") => v }", " E0232"},
    {"{ (env(\"A\")) = 1 }", " E0232"},
    {"\"%{ if env(\"A\") }x%{ endif }\"", " E0232"},
    {"\"%{ for v in env(\"A\") }x%{ endfor }\"", " E0232"},
    {"local[env(\"A\")]", " E0232"},
    {"service[env(\"A\")].url", " E0232"},
    /* Wrong names and arguments. */
    {"local.none", " E0230"},
    {"local", " E0230"},
    {"var", " E0230"},
    {"service", " E0230"},
    {"var.none", " E0230"},
    {"var.text.x", " E0244"},
    {"service.none.url", " E0262"},
    {"service.a.url", " E0263"},
    {"service.a.host", " E0263"},
    {"service.fixed", " E0244"},
    {"service.fixed.name", " E0244"},
    {"service[1].url", " E0262"},
    {"local[[1]]", " E0245"},
    {"local.x", " E0257"},
    {"env()", " E0251"},
    {"env(\"A\", \"b\", \"c\")", " E0251"},
    {"env(\"\")", " E0252"},
    {"env(\"A=B\")", " E0252"},
    {"env(\"A\\u0000\")", " E0252"},
    {"env(null)", " E0252"},
    {"env(\"A\", null)", " E0252"},
    {"env(\"A\", \"a\\u0000\")", " E0252"},
    {"file(\"none\")", " E0254"},
    {"file(\"a\\u0000b\")", " E0252"},
};
#define CASE_COUNT (int)(sizeof cases / sizeof *cases)

START_TEST(an_expression_gives)
{
    struct strbuf got = {0};
    compute(cases[_i].expression, &must, 1, &got);
    ck_assert_msg(strcmp(strbuf_text(&got), cases[_i].want) == 0, "%s: %s, not %s",
                  cases[_i].expression, strbuf_text(&got), cases[_i].want);
    strbuf_finish(&got);
}
END_TEST

static const struct {
    const char *name, *value, *expression, *want;
} settings[] = {
    {"text", "x=y", "var.text", "\"x=y\""},
    {"text", "", "var.text", "\"\""},
    {"text", "${env(\"A\")}", "var.text", "\"$${env(\\\"A\\\")}\""},
    {"count", "7", "var.count * 2", "\"14\""},
    {"count", "1e2", "var.count", "\"100\""},
    {"count", "x", "1", " E0216"},
    {"count", "", "1", " E0216"},
    {"flag", "true", "!var.flag", "\"false\""},
    {"flag", "yes", "1", " E0216"},
    {"list", "[\"x\", \"y\"]", "join(\"\", var.list)", "\"xy\""},
    {"list", "{}", "1", " E0216"},
    {"list", "x", "1", " E0230"},
    {"list", "[local.x]", "1", " E0230"},
    {"list", "[env(\"A\")]", "1", " E0254"},
    {"list", "[]\nother = 1", "1", " E0216"},
    {"map", "{ k = 1 }", "var.map.k", "\"1\""},
    {"map", "[]", "1", " E0216"},
    {"text", "\xff", "1", " E0216"},
    {"none", "1", "1", " E0259"},
    {"secret", "shh", "var.secret", "\"${env(\"A3S_VAR_secret\")}\""},
};
#define SETTING_COUNT (int)(sizeof settings / sizeof *settings)

START_TEST(a_setting_gives)
{
    struct strbuf got = {0};
    struct variable_setting given[] = {must, {settings[_i].name, settings[_i].value}};
    compute(settings[_i].expression, given, 2, &got);
    ck_assert_msg(strcmp(strbuf_text(&got), settings[_i].want) == 0, "%s=%s: %s, not %s",
                  settings[_i].name, settings[_i].value, strbuf_text(&got), settings[_i].want);
    strbuf_finish(&got);
}
END_TEST

START_TEST(the_last_setting_holds)
{
    struct strbuf got = {0};
    struct variable_setting given[] = {must, {"text", "first"}, {"text", "last"}};
    compute("var.text", given, 3, &got);
    ck_assert_str_eq(strbuf_text(&got), "\"last\"");
    strbuf_finish(&got);
}
END_TEST

START_TEST(the_environment_is_weaker_than_a_setting)
{
    struct strbuf got = {0};
    struct variable_setting given[] = {must, {"text", "setting"}};
    ck_assert_int_eq(setenv("A3S_VAR_text", "environment", 1), 0);
    compute("var.text", &must, 1, &got);
    ck_assert_str_eq(strbuf_text(&got), "\"environment\"");
    compute("var.text", given, 2, &got);
    ck_assert_str_eq(strbuf_text(&got), "\"setting\"");
    compute("var.must", NULL, 0, &got);
    ck_assert_str_eq(strbuf_text(&got), " E0260");
    ck_assert_int_eq(setenv("A3S_VAR_must", "there", 1), 0);
    compute("var.must", NULL, 0, &got);
    ck_assert_str_eq(strbuf_text(&got), "\"there\"");
    ck_assert_int_eq(unsetenv("A3S_VAR_text"), 0);
    ck_assert_int_eq(unsetenv("A3S_VAR_must"), 0);
    strbuf_finish(&got);
}
END_TEST

START_TEST(a_secret_is_not_in_the_plan)
{
    static const char text[] =
        "variable \"secret\" {\n  sensitive = true\n}\n"
        "service \"a\" {\n  cmd = [\"./a\", var.secret, env(\"TOKEN\")]\n}\n";
    struct variable_setting given = {"secret", "hunter2"};
    struct compile_options options = {.settings = {&given, 1, false}};
    struct compilation c;
    ck_assert_int_eq(setenv("A3S_VAR_secret", "hunter2", 1), 0);
    ck_assert_int_eq(setenv("TOKEN", "hunter2", 1), 0);
    compilation_init(&c);
    ck_assert(compile_text(&c, "A3sfile.hcl", STR(text), &options));
    ck_assert(compilation_is_secret(&c, "secret"));
    ck_assert(!compilation_is_secret(&c, "other"));
    ck_assert_ptr_null(memmem(c.bytes, c.size, "hunter2", 7));
    compilation_finish(&c);
}
END_TEST

START_TEST(a_secret_s_default_is_checked_as_any_text)
{
    static const char *const defaults[][2] = {
        {"\"a\\u0000b\"", " E0227"},
        {"[\"a\"]", " E0216"},
        {"true", "env \"X\" = \"${env(\"A3S_VAR_k\", \"true\")}\""}};
    struct strbuf text = {0}, got = {0};
    for (size_t i = 0; i < sizeof defaults / sizeof *defaults; i++) {
        strbuf_clear(&text);
        strbuf_addf(&text,
                    "variable \"k\" {\n  sensitive = true\n  default = %s\n}\n"
                    "service \"a\" {\n  cmd = \"./a\"\n  env = { X = var.k }\n}\n",
                    defaults[i][0]);
        show_plan(strbuf_text(&text), NULL, &got);
        ck_assert_msg(strstr(strbuf_text(&got), defaults[i][1]) != NULL, "%s: %s", defaults[i][0],
                      strbuf_text(&got));
    }
    strbuf_finish(&text);
    strbuf_finish(&got);
}
END_TEST

START_TEST(a_file_is_read_once_and_is_a_source)
{
    static const char text[] = "service \"a\" {\n  cmd = \"./a\"\n"
                               "  env = { A = file(\"./x/../note\"), B = file(\"note\") }\n}\n";
    struct strbuf got = {0};
    char path[4096];
    snprintf(path, sizeof path, "%s/note", suite_tmpdir());
    ck_assert_int_eq(io_write_atomic(path, "\xef\xbb\xbfhello\n", 9, 0600), 0);
    show_plan(text, NULL, &got);
    ck_assert_msg(
        strstr(strbuf_text(&got), "env \"A\" = \"hello\\n\"\n  env \"B\" = \"hello\\n\"\n"), "%s",
        strbuf_text(&got));
    const char *source = strstr(strbuf_text(&got), "source \"note\" 9 bytes");
    ck_assert_ptr_nonnull(source);
    ck_assert_ptr_null(strstr(source + 1, "source \"note\""));
    ck_assert_int_eq(io_write_atomic(path, "\xff\xfe", 2, 0600), 0);
    show_plan(text, NULL, &got);
    ck_assert_str_eq(strbuf_text(&got), " E0254 E0254");
    ck_assert_int_eq(truncate(path, FILES_SIZE_MAX + 1), 0);
    show_plan(text, NULL, &got);
    ck_assert_str_eq(strbuf_text(&got), " E0254 E0254");
    strbuf_finish(&got);
}
END_TEST

/* Each of them needs the next; their order in the file must not matter. */
START_TEST(locals_may_be_chained)
{
    struct strbuf text = {0}, got = {0};
    strbuf_adds(&text, "locals {\n");
    for (int i = 300; i > 0; i--)
        strbuf_addf(&text, "  l%d = local.l%d + 1\n", i, i - 1);
    strbuf_adds(&text, "  l0 = 0\n}\nservice \"a\" {\n  cmd = \"./a ${local.l300}\"\n}\n");
    show_plan(strbuf_text(&text), NULL, &got);
    ck_assert_msg(strstr(strbuf_text(&got), "argv \"./a\" \"300\"") != NULL, "%s",
                  strbuf_text(&got));
    strbuf_finish(&text);
    strbuf_finish(&got);
}
END_TEST

START_TEST(a_chain_without_end_is_refused)
{
    struct strbuf text = {0}, got = {0};
    strbuf_adds(&text, "locals {\n");
    for (int i = 0; i < 5000; i++)
        strbuf_addf(&text, "  l%d = local.l%d\n", i, i + 1);
    strbuf_adds(&text, "  l5000 = 0\n}\nservice \"a\" {\n  cmd = \"./a ${local.l0}\"\n}\n");
    show_plan(strbuf_text(&text), NULL, &got);
    ck_assert_msg(strncmp(strbuf_text(&got), " E0256", 6) == 0, "%s", strbuf_text(&got));
    strbuf_finish(&text);
    strbuf_finish(&got);
}
END_TEST

static void add_step(struct strbuf *text, int kind, int i)
{
    int before = i - 1;
    if (kind == 0)
        strbuf_addf(text, "  l%d = [local.l%d, local.l%d]\n", i, before, before);
    else if (kind == 1)
        strbuf_addf(text, "  l%d = \"${local.l%d}${local.l%d}\"\n", i, before, before);
    else if (kind == 2)
        strbuf_addf(text, "  l%d = { a = local.l%d, b = [for x in [1] : local.l%d] }\n", i, before,
                    before);
    else
        strbuf_addf(text, "  l%d = [local.l%d]\n", i, before);
}

/* Each in the one before: twice as large with each step, or one deeper. */
START_TEST(values_that_grow_are_bounded)
{
    static const struct {
        int steps;
        const char *first, *want;
    } kinds[] = {{64, "[1]", " E0255"},
                 {64, "\"0123456789abcdef\"", " E0255"},
                 {64, "1", " E0255"},
                 {1800, "[]", " E0256"}};
    struct strbuf text = {0}, got = {0};
    strbuf_addf(&text, "locals {\n  l0 = %s\n", kinds[_i].first);
    for (int i = 1; i < kinds[_i].steps; i++)
        add_step(&text, _i, i);
    strbuf_addf(&text, "}\nservice \"a\" {\n  cmd = \"./a\"\n  env = { X = local.l%d }\n}\n",
                kinds[_i].steps - 1);
    show_plan(strbuf_text(&text), NULL, &got);
    ck_assert_msg(strncmp(strbuf_text(&got), kinds[_i].want, 6) == 0, "%s", strbuf_text(&got));
    strbuf_finish(&text);
    strbuf_finish(&got);
}
END_TEST

static const struct {
    const char *line, *want; /* of the plan, or a code */
} commands[] = {
    {"./x ${env(\"A\")}", "  argv \"./x\" \"${env(\"A\")}\"\n"},
    {"./x${env(\"A\")} b", "  argv \"./x${env(\"A\")}\" \"b\"\n"},
    {"./x 'a b ${env(\"A\")}' c", "  argv \"./x\" \"a b ${env(\"A\")}\" \"c\"\n"},
    {"./x \\\"${env(\"A\")} ${env(\"B\")}\\\"", "  argv \"./x\" \"${env(\"A\")} ${env(\"B\")}\"\n"},
    {"./x \\\\${env(\"A\")}", "  argv \"./x\" \"${env(\"A\")}\"\n"},
    {"./x --a=${env(\"A\")}${env(\"B\")}", "  argv \"./x\" \"--a=${env(\"A\")}${env(\"B\")}\"\n"},
    {"${env(\"A\")}", "  argv \"${env(\"A\")}\"\n"},
    {"${env(\"A\")} && b", " E0264"},
    {"cd ${env(\"A\")}", " E0264"},
    {"A=${env(\"A\")} ./x", " E0264"},
    {"./x '${env(\"A\")}", " E0229"},
    {"./x \\\"$X ${env(\"A\")}\\\"", " E0264"},
};
#define COMMAND_COUNT (int)(sizeof commands / sizeof *commands)

START_TEST(a_value_never_splits_a_command)
{
    struct strbuf text = {0}, got = {0};
    strbuf_addf(&text, "service \"a\" {\n  cmd = \"%s\"\n}\n", commands[_i].line);
    show_plan(strbuf_text(&text), NULL, &got);
    ck_assert_msg(strstr(strbuf_text(&got), commands[_i].want) != NULL, "%s: %s", commands[_i].line,
                  strbuf_text(&got));
    strbuf_finish(&text);
    strbuf_finish(&got);
}
END_TEST

int main(void)
{
    struct suite s = suite_begin("references");
    SUITE_LOOP(s, an_expression_gives, 0, CASE_COUNT);
    SUITE_LOOP(s, a_setting_gives, 0, SETTING_COUNT);
    SUITE_LOOP(s, a_value_never_splits_a_command, 0, COMMAND_COUNT);
    SUITE_CASE(s, the_last_setting_holds);
    SUITE_CASE(s, the_environment_is_weaker_than_a_setting);
    SUITE_CASE(s, a_secret_is_not_in_the_plan);
    SUITE_CASE(s, a_secret_s_default_is_checked_as_any_text);
    SUITE_CASE(s, a_file_is_read_once_and_is_a_source);
    SUITE_CASE(s, locals_may_be_chained);
    SUITE_LOOP(s, values_that_grow_are_bounded, 0, 4);
    SUITE_CASE(s, a_chain_without_end_is_refused);
    return suite_run(s);
}
