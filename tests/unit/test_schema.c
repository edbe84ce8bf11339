#include "checker.h"
#include "codes.h"
#include "suggest.h"
#include "suite.h"

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
    return suite_run(s);
}
