#include "a3s/plan.h"
#include "compile.h"
#include "diag_render.h"
#include "io.h"
#include "model.h"
#include "suite.h"

#include <sys/stat.h>
#include <unistd.h>

#define ONE_SERVICE "service \"a\" {\n  cmd = \"./a\"\n}\n"

static const char *put(struct arena *arena, const char *folder, const char *name, struct str text)
{
    const char *path = arena_printf(arena, "%s/%s", folder, name);
    ck_assert_int_eq(io_write_atomic(path, text.ptr, text.len, 0600), 0);
    return path;
}

static const char *only_code(const struct compilation *c)
{
    ck_assert_uint_eq(c->diags.diags.count, 1);
    return c->diags.diags.items[0]->code->name;
}

/* The one diagnostic of a text that has one mistake. */
static void expect_code(struct str text, const char *code)
{
    struct arena arena = {0};
    struct compilation c;
    compilation_init(&c);
    ck_assert(!compile_file(&c, put(&arena, suite_tmpdir(), "A3sfile.hcl", text), NULL));
    ck_assert_str_eq(only_code(&c), code);
    ck_assert_ptr_null(c.bytes);
    compilation_finish(&c);
    arena_finish(&arena);
}

START_TEST(a_file_that_cannot_be_read_is_a_diagnostic)
{
    struct arena arena = {0};
    const char *folder = suite_tmpdir();
    const char *paths[] = {arena_printf(&arena, "%s/none.hcl", folder), folder,
                           arena_printf(&arena, "%s/", folder),
                           put(&arena, folder, "unreadable", STR(ONE_SERVICE))};
    ck_assert_int_eq(chmod(paths[3], 0), 0);
    size_t count = geteuid() == 0 ? 3 : 4; /* root reads everything */
    for (size_t i = 0; i < count; i++) {
        struct compilation c;
        compilation_init(&c);
        ck_assert(!compile_file(&c, paths[i], NULL));
        ck_assert_str_eq(only_code(&c), "E0201");
        ck_assert(!c.diags.diags.items[0]->has_span);
        compilation_finish(&c);
    }
    arena_finish(&arena);
}
END_TEST

START_TEST(a_file_that_is_too_large_is_a_diagnostic)
{
    struct arena arena = {0};
    const char *path = put(&arena, suite_tmpdir(), "A3sfile.hcl", STR("("));
    ck_assert_int_eq(truncate(path, (64 << 20)), 0);
    struct compilation c;
    compilation_init(&c);
    ck_assert(!compile_file(&c, path, NULL));
    ck_assert_str_eq(only_code(&c), "E0201");
    compilation_finish(&c);
    arena_finish(&arena);
}
END_TEST

START_TEST(an_empty_file_says_what_to_write)
{
    expect_code(STR(""), "E0202");
    expect_code(STR("dev {\n}\n"), "E0202");
}
END_TEST

START_TEST(a_string_that_is_too_long_is_a_diagnostic)
{
    struct strbuf text = {0};
    strbuf_adds(&text, "service \"a\" {\n  cmd = \"./a ");
    strbuf_addn(&text, 'x', MODEL_TEXT_MAX);
    strbuf_adds(&text, "\"\n}\n");
    expect_code(strbuf_str(&text), "E0228");
    strbuf_finish(&text);
}
END_TEST

START_TEST(too_many_variables_are_a_diagnostic)
{
    struct strbuf text = {0};
    strbuf_adds(&text, "dev {\n  env = {\n");
    for (int i = 0; i < 2000; i++)
        strbuf_addf(&text, "    V%d = \"1\"\n", i);
    strbuf_adds(&text, "  }\n}\n");
    for (int i = 0; i < 2000; i++)
        strbuf_addf(&text, "service \"s%d\" {\n  cmd = \"./s\"\n}\n", i);
    expect_code(strbuf_str(&text), "E0228");
    strbuf_finish(&text);
}
END_TEST

START_TEST(too_many_services_are_a_diagnostic)
{
    struct strbuf text = {0};
    for (uint32_t i = 0; i <= MODEL_SERVICES_MAX; i++)
        strbuf_addf(&text, "service \"s%u\" {\n  cmd = \"./s\"\n}\n", i);
    expect_code(strbuf_str(&text), "E0228");
    strbuf_finish(&text);
}
END_TEST

START_TEST(text_that_adds_up_to_too_much_is_a_diagnostic)
{
    struct strbuf text = {0};
    strbuf_adds(&text, "dev {\n  env = {\n    V = \"");
    strbuf_addn(&text, 'x', 60000);
    strbuf_adds(&text, "\"\n  }\n}\n");
    for (int i = 0; i < 2000; i++)
        strbuf_addf(&text, "service \"s%d\" {\n  cmd = \"./s\"\n}\n", i);
    expect_code(strbuf_str(&text), "E0228");
    strbuf_finish(&text);
}
END_TEST

static bool contains(const void *bytes, size_t size, const char *text)
{
    return memmem(bytes, size, text, strlen(text)) != NULL;
}

START_TEST(the_same_source_gives_the_same_bytes)
{
    static const char text[] = "dev {\n  env = { B = \"1\", A = \"2\" }\n}\n"
                               "service \"web\" {\n  cmd = \"./web\"\n  port = 3000\n"
                               "  depends_on = [\"db\"]\n  watch {\n    paths = [\"src\"]\n  }\n}\n"
                               "service \"db\" {\n  cmd = \"./db\"\n  port = 5432\n}\n";
    struct arena arena = {0};
    const char *root = suite_tmpdir();
    const char *folders[] = {arena_printf(&arena, "%s/first", root),
                             arena_printf(&arena, "%s/second", root)};
    struct compilation c[2];
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(mkdir(folders[i], 0700), 0);
        const char *path = put(&arena, folders[i], "A3sfile.hcl", STR(text));
        compilation_init(&c[i]);
        ck_assert(compile_file(&c[i], path, NULL));
        ck_assert(!contains(c[i].bytes, c[i].size, root));
        ck_assert(!contains(c[i].bytes, c[i].size, "first"));
    }
    ck_assert_uint_eq(c[0].size, c[1].size);
    ck_assert_mem_eq(c[0].bytes, c[1].bytes, c[0].size);
    for (int i = 0; i < 2; i++)
        compilation_finish(&c[i]);
    arena_finish(&arena);
}
END_TEST

START_TEST(the_plan_holds_what_was_written)
{
    static const char text[] =
        "dev {\n  env = { A = \"dev\", B = \"dev\" }\n}\n"
        "service \"web\" {\n  cmd = \"./web 'a b' | cat\"\n  dir = \"./x/../y\"\n"
        "  port = 3000\n  env = { B = \"own\", C = \"own\" }\n"
        "  depends_on = [\"db\"]\n}\n"
        "service \"db\" {\n  cmd = \"./db 'a b'\"\n  port = 0\n}\n";
    struct arena arena = {0};
    struct compilation c;
    struct plan plan = {0};
    struct strbuf values = {0};
    uint64_t where;
    compilation_init(&c);
    ck_assert(compile_file(&c, put(&arena, suite_tmpdir(), "A3sfile.hcl", STR(text)), NULL));
    ck_assert_int_eq(plan_open_bytes(&plan, c.bytes, c.size, &where), PLAN_OK);
    ck_assert_str_eq(plan_service_name(&plan, 0), "db");
    ck_assert_str_eq(plan_service_name(&plan, 1), "web");
    const struct plan_service *db = &plan.services[0], *web = &plan.services[1];
    ck_assert_uint_eq(db->declared, 1);
    ck_assert_uint_eq(plan.commands[db->command].argv.count, 2);
    ck_assert_uint_eq(db->port_source, PLAN_PORT_CHOSEN);
    ck_assert_uint_eq(db->rdeps.count, 1);
    ck_assert_uint_eq(plan.deps[web->deps.first], 0);
    ck_assert_uint_eq(plan.commands[web->command].flags, PLAN_COMMAND_SHELL);
    ck_assert_uint_eq(plan.commands[web->command].argv.count, 3);
    ck_assert_uint_eq(plan.port_count, 1);
    ck_assert_uint_eq(plan.route_count, 2);
    ck_assert_str_eq(plan_text_ptr(&plan, plan.routes[1].host), "web.localhost");
    for (uint32_t i = 0; i < web->env.count; i++) {
        const struct plan_env *env = &plan.env[web->env.first + i];
        const struct plan_piece *piece = &plan.pieces[env->value.pieces.first];
        strbuf_addf(&values, "%s=%s%s ", plan_text_ptr(&plan, env->name),
                    plan_text_ptr(&plan, piece->text),
                    env->flags & PLAN_ENV_SHARED ? "(shared)" : "");
    }
    ck_assert_str_eq(strbuf_text(&values), "A=dev(shared) B=own C=own ");
    const struct plan_span *span = plan_find_span(&plan, 1, PLAN_FIELD_PORT);
    ck_assert_uint_eq(span->line, 7);
    ck_assert_uint_eq(span->column, 3);
    ck_assert_str_eq(plan_text_ptr(&plan, plan.sources[0].path), "A3sfile.hcl");
    strbuf_finish(&values);
    plan_close(&plan);
    compilation_finish(&c);
    arena_finish(&arena);
}
END_TEST

START_TEST(strict_makes_warnings_errors)
{
    static const char text[] =
        "service \"a\" {\n  cmd = \"./a\"\n  depends_on = [\"b\", \"b\"]\n}\n"
        "service \"b\" {\n  cmd = \"./b\"\n}\n";
    struct arena arena = {0};
    const char *path = put(&arena, suite_tmpdir(), "A3sfile.hcl", STR(text));
    for (int strict = 0; strict < 2; strict++) {
        struct compile_options options = {.strict = strict != 0};
        struct compilation c;
        compilation_init(&c);
        ck_assert(compile_file(&c, path, &options) == (strict == 0));
        ck_assert_str_eq(only_code(&c), "W0201");
        ck_assert_uint_eq(c.diags.errors, (uint32_t)strict);
        ck_assert_uint_eq(c.diags.warnings, (uint32_t)!strict);
        compilation_finish(&c);
    }
    arena_finish(&arena);
}
END_TEST

START_TEST(deep_nesting_does_not_recurse_without_end)
{
    struct strbuf text = {0};
    struct arena arena = {0};
    strbuf_adds(&text, "service \"a\" {\n  cmd = ");
    strbuf_addn(&text, '(', 1 << 20);
    struct compilation c;
    compilation_init(&c);
    const char *path = put(&arena, suite_tmpdir(), "A3sfile.hcl", strbuf_str(&text));
    ck_assert(!compile_file(&c, path, NULL));
    ck_assert_uint_ge(c.diags.errors, 1);
    compilation_finish(&c);
    strbuf_finish(&text);
    arena_finish(&arena);
}
END_TEST

START_TEST(a_zeroed_compilation_is_finished)
{
    struct compilation c = {0};
    compilation_finish(&c);
}
END_TEST

int main(void)
{
    struct suite s = suite_begin("compile");
    SUITE_CASE(s, a_file_that_cannot_be_read_is_a_diagnostic);
    SUITE_CASE(s, a_file_that_is_too_large_is_a_diagnostic);
    SUITE_CASE(s, an_empty_file_says_what_to_write);
    SUITE_CASE(s, a_string_that_is_too_long_is_a_diagnostic);
    SUITE_CASE(s, too_many_variables_are_a_diagnostic);
    SUITE_CASE(s, too_many_services_are_a_diagnostic);
    SUITE_CASE(s, text_that_adds_up_to_too_much_is_a_diagnostic);
    SUITE_CASE(s, the_same_source_gives_the_same_bytes);
    SUITE_CASE(s, the_plan_holds_what_was_written);
    SUITE_CASE(s, strict_makes_warnings_errors);
    SUITE_CASE(s, deep_nesting_does_not_recurse_without_end);
    SUITE_CASE(s, a_zeroed_compilation_is_finished);
    return suite_run(s);
}
