#include "checker.h"
#include "codes.h"
#include "schema_doc.h"
#include "schema_json.h"
#include "schema_text.h"
#include "suggest.h"
#include "suite.h"

#include <jansson.h>

START_TEST(every_attribute_is_found_in_its_block_alone)
{
    for (uint32_t id = 0; id < SCHEMA_ATTR_COUNT; id++) {
        const struct schema_attr *attr = &schema_attrs[id];
        ck_assert_ptr_eq(schema_find_attr(attr->block, attr->name), attr);
        const struct schema_block *block = &schema_blocks[attr->block];
        ck_assert_uint_ge(id, block->first);
        ck_assert_uint_lt(id - block->first, block->count);
        ck_assert_uint_lt(attr->offset, block->size);
    }
    ck_assert_ptr_null(schema_find_attr(SCHEMA_BLOCK_service, STR("interval")));
    ck_assert_ptr_null(schema_find_attr(SCHEMA_BLOCK_root, STR("cmd")));
}
END_TEST

START_TEST(every_block_is_found_in_its_parent)
{
    for (uint32_t id = SCHEMA_BLOCK_root + 1; id < SCHEMA_BLOCK_COUNT; id++) {
        const struct schema_block *block = &schema_blocks[id];
        ck_assert_ptr_eq(schema_find_block(block->parent, block->name), block);
        ck_assert_uint_lt(block->parent, id);
        ck_assert(!block->defaults || !block->many);
    }
    ck_assert_ptr_null(schema_find_block(SCHEMA_BLOCK_root, STR("health")));
    ck_assert_ptr_null(schema_find_block(SCHEMA_BLOCK_root, STR("")));
}
END_TEST

START_TEST(rows_are_complete)
{
    for (uint32_t id = 0; id < SCHEMA_ATTR_COUNT; id++) {
        const struct schema_attr *attr = &schema_attrs[id];
        ck_assert_msg(strlen(attr->doc) > 10, "%s", attr->name.ptr);
        ck_assert_msg(!(attr->required && attr->fallback != NULL), "%s", attr->name.ptr);
        ck_assert_msg((attr->type == SCHEMA_TYPE_WORD) == (attr->words != NULL), "%s",
                      attr->name.ptr);
        ck_assert_msg(schema_shapes[attr->type].kinds != 0, "%s", attr->name.ptr);
        bool bounded = attr->type == SCHEMA_TYPE_NUMBER || attr->type == SCHEMA_TYPE_DURATION;
        ck_assert_msg(!bounded || attr->min < attr->max, "%s", attr->name.ptr);
    }
}
END_TEST

/* An empty tree: what the model holds then comes from the table alone. */
START_TEST(defaults_are_valid)
{
    struct arena arena = {0};
    struct sources sources;
    struct diag_list diags;
    struct ast_body body = {0};
    sources_init(&sources, &arena);
    diag_list_init(&diags, &arena, &sources);
    struct model *model = check(&body, &diags, &(struct check_options){.partial = true});
    ck_assert_uint_eq(diags.errors + diags.warnings, 0);
    ck_assert_uint_eq(model->services.count, 0);
    ck_assert_uint_eq(model->dev->proxy_port, 7080);
    ck_assert_uint_eq(model->dev->log_level, 2);
    ck_assert(str_is(model->dev->domain, "localhost"));
    ck_assert_uint_eq(model->dev->hold, 30000);
    ck_assert_uint_eq(model->dev->env.count, 0);
    arena_finish(&arena);
}
END_TEST

START_TEST(codes_rise_and_explain_themselves)
{
    for (uint32_t i = 0; i < COMPILE_CODE_COUNT; i++) {
        const struct diag_code *code = &compile_codes[i];
        ck_assert_uint_eq(strlen(code->name), 5);
        ck_assert_msg(strlen(code->explain) > 80, "%s", code->name);
        ck_assert_msg(i == 0 || strcmp(compile_codes[i - 1].name, code->name) < 0, "%s",
                      code->name);
    }
}
END_TEST

static struct str suggested(const char *wanted, const char *first, const char *second)
{
    struct suggestion s = suggest_begin(str_from(wanted));
    suggest_offer(&s, str_from(first), 0);
    suggest_offer(&s, str_from(second), 1);
    return s.best;
}

START_TEST(the_closest_name_is_suggested)
{
    ck_assert(str_is(suggested("evnt", "power", "event"), "event"));
    ck_assert(str_is(suggested("bb", "b", "bbb"), "b"));
    ck_assert(str_is(suggested("intervall", "interval", "timeout"), "interval"));
    ck_assert_ptr_null(suggested("a", "b", "c").ptr);
    ck_assert_ptr_null(suggested("command", "port", "dir").ptr);
    ck_assert(str_is(suggested("command", "cmd", "dir"), "cmd"));
    ck_assert(str_is(suggested("environment", "dir", "env"), "env"));
    ck_assert(str_is(suggested("portal", "port", "porta"), "porta"));
    ck_assert_ptr_null(suggested("", "ab", "a").ptr);
    ck_assert(str_is(suggested("depends", "dir", "depends_on"), "depends_on"));
    ck_assert(str_is(suggested("hea", "dev", "health"), "health"));
}
END_TEST

static void assert_mentions(const struct strbuf *text, const char *wanted)
{
    ck_assert_msg(strstr(strbuf_text(text), wanted) != NULL, "\"%s\" is not in:\n%s", wanted,
                  strbuf_text(text));
}

START_TEST(the_text_has_every_row)
{
    struct strbuf text = {0};
    ck_assert(schema_text(STR(""), &text));
    for (uint32_t id = 0; id < SCHEMA_ATTR_COUNT; id++) {
        struct strbuf phrase = {0};
        schema_phrase(&schema_attrs[id], &phrase);
        assert_mentions(&text, schema_attrs[id].name.ptr);
        assert_mentions(&text, strbuf_text(&phrase));
        strbuf_finish(&phrase);
    }
    for (uint32_t id = SCHEMA_BLOCK_root + 1; id < SCHEMA_BLOCK_COUNT; id++)
        assert_mentions(&text, schema_blocks[id].name.ptr);
    for (const char *line = text.ptr; *line != '\0'; line += strcspn(line, "\n") + 1)
        ck_assert_msg(strcspn(line, "\n") <= 100, "too long: %s", line);
    strbuf_finish(&text);
}
END_TEST

START_TEST(a_path_names_a_block_or_an_attribute)
{
    static const struct {
        const char *path, *shown, *hidden;
    } cases[] = {
        {"service.health.interval", "interval = \"2s\"", "timeout"},
        {"health.interval", "# How long to wait between two probes. Write a number", "timeout"},
        {"interval", "  health {\n", "stop"},
        {"health", "# How to tell that the service is ready and healthy.\n", "# A program to run"},
        {"service", "# How to tell that the service is ready and healthy.\n", "dev {"},
        {"timeout", "  stop {\n", "signal"},
        {"stop.timeout", "timeout = \"5s\"", "health"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct strbuf text = {0};
        ck_assert(schema_text(str_from(cases[i].path), &text));
        assert_mentions(&text, cases[i].shown);
        ck_assert_msg(strstr(text.ptr, cases[i].hidden) == NULL, "%s:\n%s", cases[i].path,
                      text.ptr);
        strbuf_finish(&text);
    }
    static const char *const nothing[] = {"ealth", "health.", ".health", "dev.health",
                                          "interval.x"};
    for (size_t i = 0; i < sizeof nothing / sizeof nothing[0]; i++) {
        struct strbuf text = {0};
        ck_assert_msg(!schema_text(str_from(nothing[i]), &text), "%s", nothing[i]);
        ck_assert_uint_eq(text.len, 0);
    }
}
END_TEST

START_TEST(phrases)
{
    static const struct {
        enum schema_attr_id id;
        const char *phrase;
    } cases[] = {
        {SCHEMA_service_port, "a whole number, 0 to 65535"},
        {SCHEMA_service_kind, "\"service\" or \"task\""},
        {SCHEMA_restart_policy, "\"never\", \"on-failure\" or \"always\""},
        {SCHEMA_stop_timeout, "a duration"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct strbuf text = {0};
        schema_phrase(&schema_attrs[cases[i].id], &text);
        ck_assert_str_eq(strbuf_text(&text), cases[i].phrase);
        strbuf_finish(&text);
    }
    struct schema_attr narrow = schema_attrs[SCHEMA_stop_timeout];
    struct strbuf text = {0};
    narrow.min = 1500;
    narrow.max = 7200000;
    schema_phrase(&narrow, &text);
    ck_assert_str_eq(strbuf_text(&text), "a duration, 1500ms to 2h");
    strbuf_finish(&text);
}
END_TEST

static const json_t *definition(const json_t *root, enum schema_block_id id)
{
    struct strbuf path = {0};
    schema_path(id, &path);
    const json_t *definitions = json_object_get(root, "definitions");
    const json_t *found = path.len > 0 ? json_object_get(definitions, path.ptr) : root;
    ck_assert_msg(found != NULL, "%s", strbuf_text(&path));
    strbuf_finish(&path);
    return found;
}

/* A default that is no JSON would be lost without a word. */
START_TEST(the_json_schema_has_every_row)
{
    struct strbuf text = {0};
    schema_json(&text);
    json_t *root = json_loads(strbuf_text(&text), 0, NULL);
    ck_assert_ptr_nonnull(root);
    for (uint32_t id = 0; id < SCHEMA_ATTR_COUNT; id++) {
        const struct schema_attr *attr = &schema_attrs[id];
        const json_t *block = definition(root, attr->block);
        const json_t *row = json_object_get(json_object_get(block, "properties"), attr->name.ptr);
        ck_assert_msg(row != NULL, "%s", attr->name.ptr);
        ck_assert_str_eq(json_string_value(json_object_get(row, "description")), attr->doc);
        ck_assert_msg((json_object_get(row, "default") != NULL) == (attr->fallback != NULL), "%s",
                      attr->name.ptr);
        ck_assert_msg((json_object_get(row, "anyOf") != NULL) == (attr->words != NULL), "%s",
                      attr->name.ptr);
    }
    for (uint32_t id = SCHEMA_BLOCK_root + 1; id < SCHEMA_BLOCK_COUNT; id++) {
        const json_t *parent = definition(root, schema_blocks[id].parent);
        ck_assert_ptr_nonnull(
            json_object_get(json_object_get(parent, "properties"), schema_blocks[id].name.ptr));
    }
    json_decref(root);
    strbuf_finish(&text);
}
END_TEST

int main(void)
{
    struct suite s = suite_begin("schema");
    SUITE_CASE(s, every_attribute_is_found_in_its_block_alone);
    SUITE_CASE(s, every_block_is_found_in_its_parent);
    SUITE_CASE(s, rows_are_complete);
    SUITE_CASE(s, defaults_are_valid);
    SUITE_CASE(s, codes_rise_and_explain_themselves);
    SUITE_CASE(s, the_closest_name_is_suggested);
    SUITE_CASE(s, the_text_has_every_row);
    SUITE_CASE(s, a_path_names_a_block_or_an_attribute);
    SUITE_CASE(s, phrases);
    SUITE_CASE(s, the_json_schema_has_every_row);
    return suite_run(s);
}
