#include "eval.h"
#include "suite.h"

/* Trees are built by hand: what the parser makes of a text is the parser's test. */
struct world {
    struct arena arena;
    struct sources sources;
    struct diag_list diags;
    struct eval eval;
};

static void world_init(struct world *w)
{
    *w = (struct world){0};
    sources_init(&w->sources, &w->arena);
    diag_list_init(&w->diags, &w->arena, &w->sources);
    source_add(&w->sources, "test.hcl", STR("0123456789"));
    w->eval = (struct eval){&w->arena, &w->diags};
}

static struct ast_expr expr(enum ast_expr_kind kind)
{
    return (struct ast_expr){.kind = kind, .span = {0, 1, 2}};
}

static struct ast_expr string(const char *text)
{
    struct ast_expr e = expr(AST_STRING);
    e.string.text = str_from(text);
    return e;
}

static struct ast_expr variable(const char *name)
{
    struct ast_expr e = expr(AST_VARIABLE);
    e.name = str_from(name);
    return e;
}

static const struct {
    const char *text;
    bool is_number, is_integer;
    int64_t integer;
} numbers[] = {
    {"0", true, true, 0},
    {"8080", true, true, 8080},
    {"007", true, true, 7},
    {"-5", true, true, -5},
    {"8080.0", true, true, 8080},
    {"80.8e2", true, true, 8080},
    {"1e3", true, true, 1000},
    {"1000e-3", true, true, 1},
    {"9223372036854775807", true, true, INT64_MAX},
    {"-9223372036854775808", true, true, INT64_MIN},
    {"9223372036854775808", true, false, 0},
    {"1.5", true, false, 0},
    {"1e99999999999999999999", true, false, 0},
    {"0e99999999999999999999", true, true, 0},
    {"1e-99999999999999999999", true, false, 0},
    {"", false, false, 0},
    {"-", false, false, 0},
    {"1.", false, false, 0},
    {".5", false, false, 0},
    {"1e", false, false, 0},
    {"1 ", false, false, 0},
    {"0x10", false, false, 0},
    {"--1", false, false, 0},
};

START_TEST(a_number_is_read)
{
    struct value_number number = {0};
    bool is_number = value_parse_number(str_from(numbers[_i].text), &number);
    ck_assert_msg(is_number == numbers[_i].is_number, "%s", numbers[_i].text);
    ck_assert_msg(number.is_integer == numbers[_i].is_integer, "%s", numbers[_i].text);
    ck_assert_int_eq(number.is_integer ? number.integer : 0, numbers[_i].integer);
}
END_TEST

START_TEST(values_convert_as_in_hcl)
{
    struct arena arena = {0};
    struct str text;
    bool truth;
    struct value_number number;
    struct value boolean = {.kind = VALUE_BOOL, .boolean = true};
    struct value numeric = {.kind = VALUE_STRING, .string = STR("8080")};
    struct value list = {.kind = VALUE_TUPLE};
    struct value half = {.kind = VALUE_NUMBER};
    value_parse_number(STR("8080.0"), &half.number);
    ck_assert(value_to_string(&boolean, &arena, &text) && str_is(text, "true"));
    ck_assert(value_to_string(&half, &arena, &text) && str_is(text, "8080"));
    ck_assert(value_to_number(&numeric, &number) && number.integer == 8080);
    ck_assert(!value_to_bool(&numeric, &truth));
    ck_assert(!value_to_string(&list, &arena, &text));
    ck_assert(!value_to_number(&boolean, &number));
    arena_finish(&arena);
}
END_TEST

START_TEST(literals_are_themselves)
{
    struct world w;
    world_init(&w);
    struct ast_expr number = expr(AST_NUMBER), null = expr(AST_NULL), text = string("a");
    number.number = STR("42");
    struct ast_expr paren = expr(AST_PAREN);
    paren.operand = &number;
    ck_assert_int_eq(eval_expr(&w.eval, &paren).number.integer, 42);
    ck_assert_int_eq(eval_expr(&w.eval, &null).kind, VALUE_NULL);
    ck_assert(str_is(eval_expr(&w.eval, &text).string, "a"));
    ck_assert_uint_eq(eval_expr(&w.eval, &text).span.offset, 1);
    ck_assert_uint_eq(w.diags.errors, 0);
    arena_finish(&w.arena);
}
END_TEST

START_TEST(unary_operators_convert)
{
    struct world w;
    world_init(&w);
    struct ast_expr five = string("5"), yes = expr(AST_BOOL), list = expr(AST_TUPLE);
    yes.boolean = true;
    struct ast_expr negate = expr(AST_UNARY), not = expr(AST_UNARY), twice = expr(AST_UNARY);
    negate.unary.op = twice.unary.op = AST_OP_NEGATE;
    negate.unary.operand = &five;
    twice.unary.operand = &negate;
    not .unary.op = AST_OP_NOT;
    not .unary.operand = &yes;
    ck_assert_int_eq(eval_expr(&w.eval, &negate).number.integer, -5);
    ck_assert_int_eq(eval_expr(&w.eval, &twice).number.integer, 5);
    ck_assert(!eval_expr(&w.eval, &not ).boolean);
    ck_assert_uint_eq(w.diags.errors, 0);
    not .unary.operand = &list;
    ck_assert_int_eq(eval_expr(&w.eval, &not ).kind, VALUE_UNKNOWN);
    ck_assert_uint_eq(w.diags.errors, 1);
    ck_assert_str_eq(w.diags.diags.items[0]->code->name, "E0233");
    arena_finish(&w.arena);
}
END_TEST

START_TEST(a_template_joins_its_parts)
{
    struct world w;
    world_init(&w);
    struct ast_expr seven = expr(AST_NUMBER);
    seven.number = STR("7");
    struct ast_part tail = {.kind = AST_PART_LITERAL, .literal = STR("b")};
    struct ast_part middle = {.kind = AST_PART_EXPR, .expr = &seven, .next = &tail};
    struct ast_part head = {.kind = AST_PART_LITERAL, .literal = STR("a"), .next = &middle};
    struct ast_expr template = expr(AST_TEMPLATE);
    template.template = (struct ast_parts){.first = &head, .last = &tail, .count = 3};
    ck_assert(str_is(eval_expr(&w.eval, &template).string, "a7b"));
    seven.kind = AST_NULL;
    ck_assert_int_eq(eval_expr(&w.eval, &template).kind, VALUE_UNKNOWN);
    ck_assert_uint_eq(w.diags.errors, 1);
    arena_finish(&w.arena);
}
END_TEST

START_TEST(a_bare_key_is_a_literal)
{
    struct world w;
    world_init(&w);
    struct ast_expr bare = variable("K"), value = string("v"), inner = variable("K");
    struct ast_expr paren = expr(AST_PAREN);
    paren.operand = &inner;
    struct ast_object_item item = {.key = &bare, .value = &value};
    struct ast_expr object = expr(AST_OBJECT);
    object.object.first = object.object.last = &item;
    object.object.count = 1;
    struct value got = eval_expr(&w.eval, &object);
    ck_assert_int_eq(got.kind, VALUE_OBJECT);
    ck_assert(str_is(got.object.items[0].name, "K"));
    item.key = &paren;
    ck_assert_int_eq(eval_expr(&w.eval, &object).kind, VALUE_UNKNOWN);
    ck_assert_uint_eq(w.diags.errors, 1);
    ck_assert_str_eq(w.diags.diags.items[0]->message, "Unknown variable");
    arena_finish(&w.arena);
}
END_TEST

START_TEST(each_unknown_is_one_diagnostic)
{
    struct world w;
    world_init(&w);
    struct ast_expr root = variable("service"), first = expr(AST_ATTR), second = expr(AST_ATTR);
    first.access.operand = &root;
    first.access.name = STR("web");
    second.access.operand = &first;
    second.access.name = STR("port");
    struct ast_expr call = expr(AST_CALL), error = expr(AST_ERROR), binary = expr(AST_BINARY);
    call.call.name = STR("upper");
    binary.binary.left = &second;
    binary.binary.right = &call;
    struct ast_expr *all[] = {&second, &call, &error, &binary};
    struct ast_expr list = expr(AST_TUPLE);
    for (size_t i = 0; i + 1 < sizeof all / sizeof all[0]; i++)
        all[i]->next = all[i + 1];
    list.list = (struct ast_list){.first = all[0], .last = all[3], .count = 4};
    struct value got = eval_expr(&w.eval, &list);
    ck_assert_uint_eq(got.tuple.count, 4);
    for (uint32_t i = 0; i < 4; i++)
        ck_assert_int_eq(got.tuple.items[i].kind, VALUE_UNKNOWN);
    ck_assert_uint_eq(w.diags.errors, 3);
    ck_assert_str_eq(w.diags.diags.items[0]->code->name, "E0230");
    ck_assert_str_eq(w.diags.diags.items[1]->code->name, "E0231");
    ck_assert_str_eq(w.diags.diags.items[2]->code->name, "E0232");
    arena_finish(&w.arena);
}
END_TEST

int main(void)
{
    struct suite s = suite_begin("eval");
    SUITE_LOOP(s, a_number_is_read, 0, sizeof numbers / sizeof numbers[0]);
    SUITE_CASE(s, values_convert_as_in_hcl);
    SUITE_CASE(s, literals_are_themselves);
    SUITE_CASE(s, unary_operators_convert);
    SUITE_CASE(s, a_template_joins_its_parts);
    SUITE_CASE(s, a_bare_key_is_a_literal);
    SUITE_CASE(s, each_unknown_is_one_diagnostic);
    return suite_run(s);
}
