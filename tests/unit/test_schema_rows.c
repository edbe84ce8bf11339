/* Every row of the schema, wrong in every way that a user could be. */
#include "compile.h"
#include "schema.h"
#include "suite.h"

#define WRONG_TYPE   "E0216"
#define OUT_OF_RANGE "E0217"
#define NOT_CONSTANT "E0232"
#define MISSING      "E0215"

static const struct schema_attr *row(int id)
{
    return &schema_attrs[id];
}

static bool is(const struct schema_attr *attr, const char *block, const char *name)
{
    return str_is(schema_blocks[attr->block].name, block) &&
           (name == NULL || str_is(attr->name, name));
}

/* What the block needs besides, so that the attribute is all that can be wrong. */
static const char *company(const struct schema_attr *attr)
{
    if (is(attr, "watch", NULL) && !str_is(attr->name, "paths"))
        return "paths = [\"src\"]\n";
    if (is(attr, "log", NULL) && !str_is(attr->name, "file"))
        return "file = \"x.log\"\n";
    if (is(attr, "health", "cmd"))
        return "type = \"exec\"\n";
    if (is(attr, "health", "pattern"))
        return "type = \"log\"\n";
    if (is(attr, "health", NULL) && !str_is(attr->name, "type"))
        return "type = \"http\"\n";
    if (is(attr, "variable", NULL) && !str_is(attr->name, "default"))
        return "default = 1\n";
    return "";
}

/* A file in which the attribute has the value; lines goes in its place. */
static void write_file(const struct schema_attr *attr, const char *lines, struct strbuf *out)
{
    const struct schema_block *block = &schema_blocks[attr->block];
    bool of_service = attr->block == SCHEMA_BLOCK_service;
    bool in_service = block->parent == SCHEMA_BLOCK_service;
    if (!of_service && !in_service)
        strbuf_addf(out, "%s%s {\n%s%s}\n", block->name.ptr, block->labels ? " \"v\"" : "",
                    company(attr), lines);
    strbuf_adds(out, "service \"s\" {\n");
    if (!is(attr, "service", "cmd"))
        strbuf_adds(out, "cmd = \"./s\"\n");
    if (!is(attr, "service", "port"))
        strbuf_adds(out, "port = 8080\n");
    if (of_service)
        strbuf_adds(out, lines);
    if (in_service)
        strbuf_addf(out, "%s {\n%s%s}\n", block->name.ptr, company(attr), lines);
    strbuf_adds(out, "}\n");
}

/* The codes of the file's diagnostics, a blank before each. */
static void compile_lines(const struct schema_attr *attr, const char *lines, struct strbuf *codes)
{
    struct compilation c;
    struct strbuf text = {0};
    write_file(attr, lines, &text);
    compilation_init(&c);
    bool compiled = compile_text(&c, "A3sfile.hcl", strbuf_str(&text), NULL);
    ck_assert_msg(compiled == (c.diags.errors == 0), "%s", strbuf_text(&text));
    strbuf_clear(codes);
    VEC_EACH (&c.diags.diags, it)
        strbuf_addf(codes, " %s", (*it)->code->name);
    compilation_finish(&c);
    strbuf_finish(&text);
}

/* code: the only diagnostic; NULL: there is none. */
static void expect(const struct schema_attr *attr, const char *value, const char *code)
{
    struct strbuf codes = {0}, lines = {0};
    strbuf_addf(&lines, "%s = %s\n", attr->name.ptr, value);
    compile_lines(attr, strbuf_text(&lines), &codes);
    const char *got = codes.len > 0 ? strbuf_text(&codes) + 1 : "nothing";
    ck_assert_msg(strcmp(got, code ? code : "nothing") == 0, "%s %s = %s: %s, not %s",
                  schema_blocks[attr->block].name.ptr, attr->name.ptr, value, got,
                  code ? code : "nothing");
    strbuf_finish(&lines);
    strbuf_finish(&codes);
}

START_TEST(a_wrong_type_is_refused)
{
    static const char *const wrong[SCHEMA_TYPE_COUNT] = {
        [SCHEMA_TYPE_PATHS] = "7",           [SCHEMA_TYPE_STRINGS] = "\"x\"",
        [SCHEMA_TYPE_FILES] = "{ a = 1 }",   [SCHEMA_TYPE_ENV] = "\"x\"",
        [SCHEMA_TYPE_COMMAND] = "{ a = 1 }",
    };
    const struct schema_attr *attr = row(_i);
    if (attr->type == SCHEMA_TYPE_ANY)
        return;
    expect(attr, wrong[attr->type] ? wrong[attr->type] : "[1]", WRONG_TYPE);
}
END_TEST

START_TEST(a_wrong_element_is_refused)
{
    const struct schema_attr *attr = row(_i);
    switch (attr->type) {
    case SCHEMA_TYPE_PATHS:
    case SCHEMA_TYPE_STRINGS:
    case SCHEMA_TYPE_FILES:
    case SCHEMA_TYPE_COMMAND: expect(attr, "[\"x\", [1]]", WRONG_TYPE); break;
    case SCHEMA_TYPE_ENV: expect(attr, "{ A = \"x\", B = [1] }", WRONG_TYPE); break;
    default: break;
    }
}
END_TEST

START_TEST(null_is_as_nothing)
{
    const struct schema_attr *attr = row(_i);
    bool needed = attr->required || is(attr, "health", "cmd") || is(attr, "health", "pattern");
    bool input = is(attr, "variable", "default");
    expect(attr, "null", needed ? MISSING : input ? "E0260" : NULL);
}
END_TEST

START_TEST(bounds_are_kept)
{
    const struct schema_attr *attr = row(_i);
    char value[64];
    if (attr->type == SCHEMA_TYPE_NUMBER) {
        snprintf(value, sizeof value, "%lld", (long long)attr->min - 1);
        expect(attr, value, OUT_OF_RANGE);
        snprintf(value, sizeof value, "%lld", (long long)attr->max + 1);
        expect(attr, value, OUT_OF_RANGE);
        snprintf(value, sizeof value, "\"%u\"", attr->max);
        expect(attr, value, NULL);
        expect(attr, "1.5", WRONG_TYPE);
    } else if (attr->type == SCHEMA_TYPE_DURATION) {
        expect(attr, "\"0s\"", OUT_OF_RANGE);
        expect(attr, "\"25h\"", OUT_OF_RANGE);
        expect(attr, "5", "E0219");
        expect(attr, "\"5\"", "E0219");
    } else if (attr->type == SCHEMA_TYPE_SIZE) {
        snprintf(value, sizeof value, "\"%uB\"", attr->min - 1);
        expect(attr, value, OUT_OF_RANGE);
        expect(attr, "\"999GiB\"", OUT_OF_RANGE);
        expect(attr, "5000", "E0265");
        expect(attr, "\"5000\"", "E0265");
    } else if (attr->type == SCHEMA_TYPE_WORD) {
        expect(attr, "\"nope\"", "E0218");
    }
}
END_TEST

START_TEST(an_empty_string_is_refused)
{
    static const char *const codes[SCHEMA_TYPE_COUNT] = {
        [SCHEMA_TYPE_BOOL] = WRONG_TYPE,    [SCHEMA_TYPE_NUMBER] = WRONG_TYPE,
        [SCHEMA_TYPE_DURATION] = "E0219",   [SCHEMA_TYPE_WORD] = "E0218",
        [SCHEMA_TYPE_PATH] = "E0238",       [SCHEMA_TYPE_PATHS] = WRONG_TYPE,
        [SCHEMA_TYPE_STRINGS] = WRONG_TYPE, [SCHEMA_TYPE_ENV] = WRONG_TYPE,
        [SCHEMA_TYPE_COMMAND] = "E0229",    [SCHEMA_TYPE_SUBDOMAIN] = "E0211",
        [SCHEMA_TYPE_DOMAIN] = "E0211",     [SCHEMA_TYPE_URLPATH] = "E0235",
        [SCHEMA_TYPE_STATUS] = "E0234",     [SCHEMA_TYPE_FILES] = "E0238",
        [SCHEMA_TYPE_SIZE] = "E0265",       [SCHEMA_TYPE_PATTERN] = "E0238",
    };
    expect(row(_i), "\"\"", codes[row(_i)->type]);
}
END_TEST

START_TEST(what_is_known_later_stands_only_where_it_is_used_at_start)
{
    const struct schema_attr *attr = row(_i);
    bool allowed = attr->type == SCHEMA_TYPE_PATH || attr->type == SCHEMA_TYPE_COMMAND;
    expect(attr, "env(\"X\")",
           allowed                             ? NULL
           : attr->type == SCHEMA_TYPE_URLPATH ? "E0235"
                                               : NOT_CONSTANT);
    expect(attr, "nope", "E0230");
    if (attr->type == SCHEMA_TYPE_URLPATH)
        expect(attr, "\"/${env(\"X\")}\"", NULL);
    if (attr->type == SCHEMA_TYPE_ENV)
        expect(attr, "{ A = \"a ${env(\"X\", \"y\")}\", B = service.s.url }", NULL);
    if (attr->type == SCHEMA_TYPE_COMMAND)
        expect(attr, "[\"./x\", env(\"X\")]", NULL);
    if (attr->type == SCHEMA_TYPE_PATHS || attr->type == SCHEMA_TYPE_STRINGS ||
        attr->type == SCHEMA_TYPE_FILES || attr->type == SCHEMA_TYPE_ANY)
        expect(attr, "[\"x\", env(\"X\")]", NOT_CONSTANT);
}
END_TEST

START_TEST(an_unknown_name_is_refused)
{
    struct strbuf codes = {0}, lines = {0};
    const struct schema_attr *attr = row(_i);
    strbuf_addf(&lines, "%s_ = true\n", attr->name.ptr);
    compile_lines(attr, strbuf_text(&lines), &codes);
    ck_assert_msg(strcmp(strbuf_text(&codes), " E0214") == 0, "%s: %s", strbuf_text(&lines),
                  strbuf_text(&codes));
    strbuf_clear(&lines);
    strbuf_addf(&lines, "%s {\n}\n", attr->name.ptr);
    compile_lines(attr, strbuf_text(&lines), &codes);
    ck_assert_msg(strncmp(strbuf_text(&codes), " E0213", 6) == 0 ||
                      strstr(strbuf_text(&codes), " E0213") != NULL,
                  "%s: %s", strbuf_text(&lines), strbuf_text(&codes));
    strbuf_finish(&lines);
    strbuf_finish(&codes);
}
END_TEST

START_TEST(the_default_may_be_written)
{
    if (row(_i)->fallback != NULL)
        expect(row(_i), row(_i)->fallback, NULL);
}
END_TEST

int main(void)
{
    struct suite s = suite_begin("schema_rows");
    SUITE_LOOP(s, a_wrong_type_is_refused, 0, SCHEMA_ATTR_COUNT);
    SUITE_LOOP(s, a_wrong_element_is_refused, 0, SCHEMA_ATTR_COUNT);
    SUITE_LOOP(s, null_is_as_nothing, 0, SCHEMA_ATTR_COUNT);
    SUITE_LOOP(s, bounds_are_kept, 0, SCHEMA_ATTR_COUNT);
    SUITE_LOOP(s, an_empty_string_is_refused, 0, SCHEMA_ATTR_COUNT);
    SUITE_LOOP(s, what_is_known_later_stands_only_where_it_is_used_at_start, 0, SCHEMA_ATTR_COUNT);
    SUITE_LOOP(s, an_unknown_name_is_refused, 0, SCHEMA_ATTR_COUNT);
    SUITE_LOOP(s, the_default_may_be_written, 0, SCHEMA_ATTR_COUNT);
    return suite_run(s);
}
