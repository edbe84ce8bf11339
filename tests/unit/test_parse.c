#include "parse.h"
#include "suite.h"

struct parsed {
    struct arena arena;
    struct sources sources;
    struct diag_list diags;
    struct ast_body *body;
};

static struct parsed *parse_bytes(const char *text, size_t length)
{
    struct parsed *p = calloc(1, sizeof *p);
    sources_init(&p->sources, &p->arena);
    diag_list_init(&p->diags, &p->arena, &p->sources);
    uint32_t id = source_add(&p->sources, "f.hcl", (struct str){text, length});
    p->body = parse_source(&p->sources, id, &p->diags);
    diag_sort(&p->diags);
    return p;
}

static struct parsed *parse(const char *text)
{
    return parse_bytes(text, strlen(text));
}

static void release(struct parsed *p)
{
    arena_finish(&p->arena);
    free(p);
}

/* The value of the file's only attribute. */
static struct ast_expr *value_of(struct parsed *p)
{
    ck_assert_msg(p->diags.errors == 0, "%s",
                  p->diags.errors ? p->diags.diags.items[0]->message : "");
    ck_assert_ptr_nonnull(p->body->attributes);
    return p->body->attributes->expr;
}

/* The tree as text with every operation in brackets. */
static const char *show(struct arena *arena, const struct ast_expr *e)
{
    if (!e)
        return "nothing";
    switch (e->kind) {
    case AST_NUMBER: return arena_printf(arena, "%.*s", STR_ARG(e->number));
    case AST_STRING: return arena_printf(arena, "'%.*s'", STR_ARG(e->string));
    case AST_BOOL: return e->boolean ? "true" : "false";
    case AST_NULL: return "null";
    case AST_VARIABLE: return e->name.len ? arena_printf(arena, "%.*s", STR_ARG(e->name)) : "@";
    case AST_WRAP: return arena_printf(arena, "wrap(%s)", show(arena, e->operand));
    case AST_PAREN: return arena_printf(arena, "(%s)", show(arena, e->operand));
    case AST_ATTR:
        return arena_printf(arena, "%s.%.*s", show(arena, e->access.operand),
                            STR_ARG(e->access.name));
    case AST_INDEX:
        return arena_printf(arena, "%s[%s]", show(arena, e->access.operand),
                            show(arena, e->access.key));
    case AST_SPLAT:
        return arena_printf(arena, "{%s %s %s}", show(arena, e->splat.operand),
                            e->splat.full ? "[*]" : ".*", show(arena, e->splat.each));
    case AST_UNARY:
        return arena_printf(arena, "{%s %s}", ast_operator_text(e->unary.op),
                            show(arena, e->unary.operand));
    case AST_BINARY:
        return arena_printf(arena, "{%s %s %s}", show(arena, e->binary.left),
                            ast_operator_text(e->binary.op), show(arena, e->binary.right));
    case AST_CONDITIONAL:
        return arena_printf(arena, "{%s ? %s : %s}", show(arena, e->conditional.condition),
                            show(arena, e->conditional.yes), show(arena, e->conditional.no));
    case AST_CALL:
        return arena_printf(arena, "%.*s/%u%s", STR_ARG(e->call.name), e->call.args.count,
                            e->call.expand ? "..." : "");
    case AST_TUPLE: return arena_printf(arena, "tuple/%u", e->list.count);
    case AST_OBJECT: return arena_printf(arena, "object/%u", e->object.count);
    case AST_TEMPLATE: return arena_printf(arena, "template/%u", e->template.count);
    case AST_FOR:
        return arena_printf(arena, "for<%.*s,%.*s>%s", STR_ARG(e->loop.key), STR_ARG(e->loop.value),
                            e->loop.group ? "..." : "");
    default: return "error";
    }
}

static void expect_tree(const char *expr, const char *tree)
{
    struct arena arena = {0};
    struct parsed *p = parse(arena_printf(&arena, "a = %s\n", expr));
    const char *got = show(&arena, value_of(p));
    ck_assert_msg(strcmp(got, tree) == 0, "%s gave %s, not %s", expr, got, tree);
    struct span span = p->body->attributes->expr->span;
    ck_assert_uint_eq(span.offset, 4);
    ck_assert_uint_eq(span.length, strlen(expr));
    release(p);
    arena_finish(&arena);
}

static void expect_string(const char *expr, const char *text)
{
    struct arena arena = {0};
    struct parsed *p = parse(arena_printf(&arena, "a = %s\n", expr));
    struct ast_expr *e = value_of(p);
    ck_assert_int_eq(e->kind, AST_STRING);
    ck_assert_msg(str_is(e->string, text), "%s gave %.*s", expr, STR_ARG(e->string));
    release(p);
    arena_finish(&arena);
}

/* "LINE:COLUMN SUMMARY" of each diagnostic, joined by " | ". */
static void expect_errors(const char *text, const char *wanted)
{
    struct arena arena = {0};
    struct parsed *p = parse(text);
    const char *got = "";
    VEC_EACH (&p->diags.diags, it) {
        struct position at = source_locate(&p->sources, (*it)->span);
        got = arena_printf(&arena, "%s%s%u:%u %s", got, *got ? " | " : "", at.line, at.column,
                           (*it)->message);
    }
    ck_assert_msg(strcmp(got, wanted) == 0, "%s\n  gave   %s\n  wanted %s", text, got, wanted);
    release(p);
    arena_finish(&arena);
}

START_TEST(bodies)
{
    struct parsed *p = parse("a = 1\nb \"c\" d {\n  e = 2\n  f {}\n}\ng { h = 3 }");
    struct ast_block *b = p->body->blocks;
    ck_assert_uint_eq(p->diags.errors, 0);
    ck_assert_uint_eq(p->body->attribute_count, 1);
    ck_assert_uint_eq(p->body->block_count, 2);
    ck_assert(str_is(b->type, "b"));
    ck_assert_uint_eq(b->label_count, 2);
    ck_assert(str_is(b->labels->text, "c") && str_is(b->labels->next->text, "d"));
    ck_assert_uint_eq(b->body.attribute_count, 1);
    ck_assert_uint_eq(b->body.block_count, 1);
    ck_assert_uint_eq(b->open.offset, 14);
    ck_assert_uint_eq(b->header.length, 7);
    ck_assert(str_is(b->next->type, "g"));
    ck_assert(str_is(b->next->body.attributes->name, "h"));
    release(p);
}
END_TEST

START_TEST(precedence)
{
    expect_tree("1 + 2 * 3 - 4", "{{1 + {2 * 3}} - 4}");
    expect_tree("a || b && c == d < e + f * g", "{a || {b && {c == {d < {e + {f * g}}}}}}");
    expect_tree("!a && -b.c[0]", "{{! a} && {- b.c[0]}}");
    expect_tree("!!a", "{! {! a}}");
    expect_tree("a ? b : c ? d : e", "{a ? b : {c ? d : e}}");
    expect_tree("a ? b ? c : d : e", "{a ? {b ? c : d} : e}");
    expect_tree("a == b ? 1 : 2", "{{a == b} ? 1 : 2}");
    expect_tree("(1 + 2) * 3", "{({1 + 2}) * 3}");
}
END_TEST

START_TEST(traversals)
{
    expect_tree("a.b[0].c", "a.b[0].c");
    expect_tree("a.0.b", "a[0].b");
    expect_tree("a.*.b.c[0]", "{a .* @.b.c}[0]");
    expect_tree("a[*].b[0]", "{a [*] @.b[0]}");
    expect_tree("a[*].b[*].c", "{a [*] {@.b [*] @.c}}");
    expect_tree("a[*].b.*.c[0]", "{a [*] {@.b .* @.c}[0]}");
    expect_tree("a[*]", "{a [*] nothing}");
    expect_tree("\"x\".y", "'x'.y");
    expect_tree("a[for]", "a[for]");
}
END_TEST

START_TEST(no_word_is_reserved)
{
    expect_tree("for", "for");
    expect_tree("in + if.else", "{in + if.else}");
    expect_tree("true(1)", "true/1");
    expect_tree("[for if in in : if]", "for<,if>");
    expect_tree("{true = 1, for = 2}", "object/2");
    struct parsed *p = parse("true = 1\nfor \"x\" if {\n}\n");
    ck_assert_uint_eq(p->diags.errors, 0);
    release(p);
}
END_TEST

START_TEST(collections_and_calls)
{
    expect_tree("[]", "tuple/0");
    expect_tree("[1, 2,]", "tuple/2");
    expect_tree("{}", "object/0");
    expect_tree("{\n a = 1\n b = 2,\n\n c : 3 }", "object/3");
    expect_tree("f()", "f/0");
    expect_tree("f(1,\n2,)", "f/2");
    expect_tree("f(x...)", "f/1...");
    expect_tree("a::b::f(1)", "a::b::f/1");
    expect_tree("[for k, v in x : v if v]", "for<k,v>");
    expect_tree("{for v in x : v => v...}", "for<,v>...");
}
END_TEST

START_TEST(strings)
{
    expect_string("\"\"", "");
    expect_string("\"a\\n\\t\\\"\\\\\\u00e9\"", "a\n\t\"\\\xc3\xa9");
    expect_string("\"$${x} %%{y} $ %\"", "${x} %{y} $ %");
    expect_string("\"$$${x}\"", "$${x}");
    expect_string("\"e\xcc\x81\"", "\xc3\xa9");
    expect_string("<<A\n x\n$${y}\\n\nA", " x\n${y}\\n\n");
    expect_string("<<-A\n    a\n      b\n\n  \n    c\n  A", "a\n  b\n\n  \nc\n");
    expect_string("<<-A\n\ta\n\t\tb\n A", "a\n\tb\n");
}
END_TEST

START_TEST(templates)
{
    expect_tree("\"${x}\"", "wrap(x)");
    expect_tree("\" ${x}\"", "template/2");
    expect_tree("\"a${x}b${y}c\"", "template/5");
    expect_tree("\"%{ if a }b%{ else }c%{ endif }\"", "template/1");
    expect_tree("\"%{ for a, b in c }${a}%{ endfor }d\"", "template/2");
    struct parsed *p = parse("a = \"x \\n${~ y ~}  z\"\n");
    struct ast_part *part = value_of(p)->template.first;
    ck_assert(str_is(part->literal, "x"));
    ck_assert(str_is(part->next->next->literal, "z"));
    release(p);
}
END_TEST

START_TEST(directives_nest)
{
    struct parsed *p =
        parse("a = \"%{ if a }1%{ for b in c }2%{ endfor }3%{ else }4%{ endif }5\"\n");
    struct ast_parts parts = value_of(p)->template;
    ck_assert_uint_eq(parts.count, 2);
    ck_assert_int_eq(parts.first->kind, AST_PART_IF);
    ck_assert_uint_eq(parts.first->branch.then.count, 3);
    ck_assert_int_eq(parts.first->branch.then.first->next->kind, AST_PART_FOR);
    ck_assert_uint_eq(parts.first->branch.otherwise.count, 1);
    release(p);
}
END_TEST

START_TEST(each_mistake_once)
{
    expect_errors("a = \nb = 1 2\nc { d = 1, e = 2 }\nf {\n g = 'x'\n h 1\n}\n",
                  "1:5 Invalid expression | 2:7 Missing newline after argument | "
                  "3:10 Invalid single-argument block definition | 5:6 Invalid character | "
                  "6:2 Argument or block definition required");
    expect_errors("a = {\n b = 1 2\n c = [1 2]\n d 3\n}\ne = )\n",
                  "2:8 Missing attribute separator | 3:9 Missing item separator | "
                  "4:4 Missing key/value separator | 6:5 Invalid expression");
    expect_errors("a: 1\nb == 2\n\"c\" = 3\n\"d\": 4\n",
                  "1:1 Argument or block definition required | "
                  "2:1 Argument or block definition required | 3:1 Invalid argument name | "
                  "4:1 Invalid argument name");
    expect_errors("a = 1;\nb = 2;\n", "1:6 Invalid character");
    expect_errors("a \"b\"\n{\n c = 1\n}\n", "1:6 Invalid block definition");
}
END_TEST

START_TEST(mistakes_in_strings)
{
    expect_errors("a = `x`\nb = \xe2\x80\x9cx\xe2\x80\x9d\n",
                  "1:5 Invalid character | 2:5 Invalid character");
    expect_errors("a = 1\rb = 2\n", "1:6 Invalid character");
    expect_errors("a = \"\\ud800\"\nb = \"\\u12\"\nc = \"\\U00110000\"\nd = \"\\\xc3\xa9\"\n",
                  "1:6 Invalid escape sequence | 2:6 Invalid escape sequence | "
                  "3:6 Invalid escape sequence | 4:6 Invalid escape sequence");
    expect_errors("a = \"%{if x}%{else}%{else}%{endif}\"\n", "1:20 Unexpected else directive");
    expect_errors("a = \"%{if x}%{endfor}\"\n", "1:13 Unexpected endfor directive");
    expect_errors("a = \"%{for x in y}%{endif}\"\n", "1:19 Unexpected endif directive");
    expect_errors("a = \"%{for x in y}%{else}%{endfor}\"\n", "1:19 Unexpected else directive");
}
END_TEST

START_TEST(mistakes_in_loops_and_numbers)
{
    expect_errors("a = [for x in y : x => x]\n", "1:19 Invalid 'for' expression");
    expect_errors("a = [for x in y : x...]\n", "1:20 Invalid 'for' expression");
    expect_errors("a = {for x in y : x}\n", "1:19 Invalid 'for' expression");
    expect_errors("a = 1e5e6\nb = 1.2.3\n",
                  "1:5 Invalid number literal | 2:5 Invalid number literal");
    expect_errors("a = b.*.0.1\n", "1:7 Invalid legacy index syntax");
}
END_TEST

START_TEST(an_open_bracket_does_not_swallow_the_file)
{
    expect_errors(
        "a = (1 + 2\nb = [3\nc = 4\nd = ]\n",
        "2:1 Unbalanced parentheses | 3:1 Missing item separator | 4:5 Invalid expression");
    expect_errors("s {\n  a = \"x\n  b = 'y'\n}\nt {\n  c = )\n}\n",
                  "2:9 Invalid multi-line string | 3:7 Invalid character | 6:7 Invalid expression");
}
END_TEST

START_TEST(what_was_understood_is_in_the_tree)
{
    struct parsed *p = parse("s \"a\" {\n  x = 1\n  y = )\n  z = 2\n");
    ck_assert_uint_eq(p->diags.errors, 2);
    ck_assert_uint_eq(p->body->block_count, 1);
    struct ast_body *body = &p->body->blocks->body;
    ck_assert_uint_eq(body->attribute_count, 3);
    ck_assert_int_eq(body->attributes->next->expr->kind, AST_ERROR);
    ck_assert_int_eq(body->attributes->next->next->expr->kind, AST_NUMBER);
    release(p);
}
END_TEST

START_TEST(an_unclosed_block_is_found_by_its_indentation)
{
    struct parsed *p = parse("s \"a\" {\n  h {\n    x = 1\n}\nt {\n}\n");
    ck_assert_uint_eq(p->diags.errors, 1);
    struct diag *diag = p->diags.diags.items[0];
    ck_assert_str_eq(diag->message, "Unclosed configuration block");
    ck_assert_uint_eq(diag->span.offset, 6);
    ck_assert_ptr_nonnull(diag->notes);
    ck_assert_uint_eq(diag->notes->span.offset, 12);
    release(p);
}
END_TEST

START_TEST(an_attribute_is_set_once)
{
    struct arena arena = {0};
    expect_errors("a = 1\nb = 2\na = 3\na = 4\n",
                  "3:1 Attribute redefined | 4:1 Attribute redefined");
    char *text = arena_strndup(&arena, "", 0);
    for (int i = 0; i < 40; i++)
        text = arena_printf(&arena, "%sa%d = 1\n", text, i);
    expect_errors(arena_printf(&arena, "%sa7 = 2\n", text), "41:1 Attribute redefined");
    arena_finish(&arena);
}
END_TEST

/* A text of count copies of a piece. */
static void expect_bounded(const char *piece, size_t count, const char *before)
{
    size_t size = strlen(piece), head = strlen(before);
    char *text = malloc(head + size * count + 1);
    memcpy(text, before, head);
    for (size_t i = 0; i < count; i++)
        memcpy(text + head + i * size, piece, size);
    struct parsed *p = parse_bytes(text, head + size * count);
    ck_assert_uint_ge(p->diags.errors, 1);
    ck_assert_uint_le(p->diags.errors, 2 * DIAG_KEPT + 10);
    release(p);
    free(text);
}

START_TEST(depth_is_bounded)
{
    expect_bounded("(", 1 << 20, "a = ");
    expect_bounded("[", 1 << 20, "a = ");
    expect_bounded("{a=", 1 << 18, "a = ");
    expect_bounded("\"${", 10000, "a = ");
    expect_bounded("!", 1 << 20, "a = ");
    expect_bounded("-", 1 << 20, "a = ");
    expect_bounded("x?", 1 << 18, "a = ");
    expect_bounded("1+", 1 << 18, "a = ");
    expect_bounded("x?y:", 1 << 18, "a = ");
    expect_bounded(".a", 1 << 18, "a = x");
    expect_bounded("[*]", 1 << 18, "a = x");
    expect_bounded("a {\n", 1 << 18, "");
    expect_bounded(" a", 1 << 16, "a");
    expect_bounded("%{if x}", 1 << 16, "a = \"");
    expect_bounded("'", 1 << 16, "");
    expect_bounded("\"", 1 << 16, "");
    expect_bounded("/*", 1 << 16, "");
    expect_bounded("\xff", 1 << 16, "");
    expect_bounded("}", 1 << 16, "");
    expect_bounded("a = )\n", 1 << 16, "");
    expect_bounded("<<A\n", 1 << 16, "a = ");
}
END_TEST

int main(void)
{
    struct suite s = suite_begin("parse");
    SUITE_CASE(s, bodies);
    SUITE_CASE(s, precedence);
    SUITE_CASE(s, traversals);
    SUITE_CASE(s, no_word_is_reserved);
    SUITE_CASE(s, collections_and_calls);
    SUITE_CASE(s, strings);
    SUITE_CASE(s, templates);
    SUITE_CASE(s, directives_nest);
    SUITE_CASE(s, each_mistake_once);
    SUITE_CASE(s, mistakes_in_strings);
    SUITE_CASE(s, mistakes_in_loops_and_numbers);
    SUITE_CASE(s, an_open_bracket_does_not_swallow_the_file);
    SUITE_CASE(s, what_was_understood_is_in_the_tree);
    SUITE_CASE(s, an_unclosed_block_is_found_by_its_indentation);
    SUITE_CASE(s, an_attribute_is_set_once);
    SUITE_CASE(s, depth_is_bounded);
    return suite_run(s);
}
