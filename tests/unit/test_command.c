#include "commands.h"
#include "suite.h"

#include <stddef.h>

static struct arena arena;
static struct strbuf error;
static struct command_call call;
static bool version;

enum { RED, GREEN };
struct paint_options {
    bool loud, quick;
    const char *title;
    long layers;
    int color;
};
static const char *const colors[] = {"red", "green", NULL};
static const struct command_option paint_options[] = {
    {'l', "loud", OPTION_FLAG, offsetof(struct paint_options, loud), NULL, "say so", NULL, 0},
    {'q', "quick", OPTION_FLAG, offsetof(struct paint_options, quick), NULL, "be quick", NULL, 0},
    {'t', "title", OPTION_TEXT, offsetof(struct paint_options, title), "TEXT", "above", NULL, 0},
    {'f', "layers", OPTION_NUMBER, offsetof(struct paint_options, layers), "N", "how many", NULL,
     7},
    {0, "color", OPTION_CHOICE, offsetof(struct paint_options, color), "NAME", "which", colors, 0},
    {0},
};
static const struct command paint = {.name = "paint",
                                     .alias = "draw",
                                     .elsewhere = (const char *const[]){"sketch", "colour", NULL},
                                     .summary = "Paint",
                                     .operands = "[WALL]...",
                                     .options = paint_options,
                                     .compiles = true,
                                     .operands_max = COMMAND_OPERANDS_ANY};
static const struct command wash = {.name = "brush wash",
                                    .summary = "Wash",
                                    .operands = "BRUSH",
                                    .operands_min = 1,
                                    .operands_max = 1};
static const struct command dry = {.name = "brush dry", .summary = "Dry", .operands = ""};
static const struct command *const commands[] = {&paint, &wash, &dry};
static const struct command_table table = {commands, 3};

#define PARSE(...) parse((const char *const[]){__VA_ARGS__, NULL})

static int parse(const char *const *argv)
{
    int argc = 0;
    while (argv[argc])
        argc++;
    strbuf_clear(&error);
    return command_parse(&table, &arena, argc, argv, &call, &version, &error);
}

static const struct paint_options *chosen(void)
{
    return command_options(&call, struct paint_options);
}

static void end(void)
{
    arena_finish(&arena);
    strbuf_finish(&error);
}

static void assert_mentions(const struct strbuf *text, const char *before, const char *word)
{
    char wanted[128];
    int n = snprintf(wanted, sizeof wanted, "%s%s", before, word);
    ck_assert_int_lt(n, (int)sizeof wanted);
    ck_assert_msg(strstr(text->ptr, wanted), "\"%s\" is not in:\n%s", wanted, text->ptr);
}

START_TEST(nothing_is_no_command)
{
    ck_assert_int_eq(parse((const char *const[]){NULL}), 0);
    ck_assert_ptr_null(call.command);
    ck_assert_int_eq(PARSE("--version"), 0);
    ck_assert(version);
    ck_assert_int_eq(PARSE("--help"), 0);
    ck_assert(call.help && !call.command);
    end();
}
END_TEST

START_TEST(defaults)
{
    ck_assert_int_eq(PARSE("paint"), 0);
    ck_assert_ptr_eq(call.command, &paint);
    ck_assert(!chosen()->loud && !chosen()->quick && !chosen()->title);
    ck_assert_int_eq(chosen()->layers, 7);
    ck_assert_int_eq(chosen()->color, RED);
    ck_assert_uint_eq(call.operand_count, 0);
    ck_assert_ptr_null(call.operands[0]);
    end();
}
END_TEST

START_TEST(long_and_short_forms)
{
    ck_assert_int_eq(PARSE("draw", "--loud", "--title=a=b", "--layers", "3", "--color=green"), 0);
    ck_assert(chosen()->loud);
    ck_assert_str_eq(chosen()->title, "a=b");
    ck_assert_int_eq(chosen()->layers, 3);
    ck_assert_int_eq(chosen()->color, GREEN);
    ck_assert_int_eq(PARSE("paint", "-lqtname", "-f", "0"), 0);
    ck_assert(chosen()->loud && chosen()->quick);
    ck_assert_str_eq(chosen()->title, "name");
    ck_assert_int_eq(chosen()->layers, 0);
    ck_assert_int_eq(PARSE("paint", "--title="), 0);
    ck_assert_str_eq(chosen()->title, "");
    end();
}
END_TEST

START_TEST(operands_mix_with_options)
{
    ck_assert_int_eq(PARSE("paint", "north", "-l", "-", "--", "-q", "--", "south"), 0);
    ck_assert(chosen()->loud && !chosen()->quick);
    ck_assert_uint_eq(call.operand_count, 5);
    ck_assert_str_eq(call.operands[0], "north");
    ck_assert_str_eq(call.operands[1], "-");
    ck_assert_str_eq(call.operands[2], "-q");
    ck_assert_str_eq(call.operands[3], "--");
    ck_assert_str_eq(call.operands[4], "south");
    end();
}
END_TEST

START_TEST(file_is_global_unless_hidden)
{
    ck_assert_int_eq(PARSE("-f", "a.hcl", "paint", "-f", "2"), 0);
    ck_assert_str_eq(call.file, "a.hcl");
    ck_assert_int_eq(chosen()->layers, 2);
    ck_assert_int_eq(PARSE("paint", "--file=b.hcl"), 0);
    ck_assert_str_eq(call.file, "b.hcl");
    ck_assert_int_eq(PARSE("brush", "dry", "-fc.hcl"), 0);
    ck_assert_str_eq(call.file, "c.hcl");
    end();
}
END_TEST

START_TEST(pairs_add_up)
{
    ck_assert_int_eq(PARSE("paint", "--var", "a=1", "wall", "--var=b=x=y", "--var", "a="), 0);
    ck_assert_uint_eq(call.vars.count, 3);
    ck_assert_str_eq(call.vars.items[0].name, "a");
    ck_assert_str_eq(call.vars.items[0].value, "1");
    ck_assert_str_eq(call.vars.items[1].value, "x=y");
    ck_assert_str_eq(call.vars.items[2].value, "");
    ck_assert_uint_eq(call.operand_count, 1);
    ck_assert_int_eq(PARSE("paint", "--var", "a"), CLI_USAGE);
    ck_assert_str_eq(error.ptr, "--var takes NAME=VALUE, not \"a\"");
    ck_assert_int_eq(PARSE("paint", "--var", "=a"), CLI_USAGE);
    ck_assert_int_eq(PARSE("paint", "--var"), CLI_USAGE);
    ck_assert_int_eq(PARSE("brush", "dry", "--var", "a=1"), CLI_USAGE);
    end();
}
END_TEST

START_TEST(two_words)
{
    ck_assert_int_eq(PARSE("brush", "wash", "big"), 0);
    ck_assert_ptr_eq(call.command, &wash);
    ck_assert_uint_eq(call.operand_count, 1);
    ck_assert_int_eq(PARSE("brush"), CLI_USAGE);
    ck_assert_str_eq(error.ptr, "expected \"a3s brush wash\" or \"a3s brush dry\"");
    ck_assert_int_eq(PARSE("brush", "break"), CLI_USAGE);
    ck_assert_str_eq(error.ptr,
                     "expected \"a3s brush wash\" or \"a3s brush dry\", not \"brush break\"");
    ck_assert_int_eq(PARSE("brush", "wash"), CLI_USAGE);
    ck_assert_str_eq(error.ptr, "\"a3s brush wash\" needs BRUSH");
    ck_assert_int_eq(PARSE("brush", "dry", "x"), CLI_USAGE);
    ck_assert_int_eq(PARSE("brush", "wash", "--help"), 0);
    ck_assert(call.help);
    end();
}
END_TEST

START_TEST(a_family_is_explained_by_help)
{
    const char *const argv[] = {"plan", "--help"};
    ck_assert_int_eq(command_parse(&all_commands, &arena, 2, argv, &call, &version, &error), 0);
    ck_assert_str_eq(call.command->name, "help");
    ck_assert_uint_eq(call.operand_count, 1);
    ck_assert_str_eq(call.operands[0], "plan");
    ck_assert_int_eq(PARSE("brush", "--help"), CLI_USAGE); /* a table without it */
    end();
}
END_TEST

START_TEST(options_stand_before_a_command)
{
    struct strbuf text = {0};
    command_help(command_find(&all_commands, "exec"), &text);
    assert_mentions(&text, "usage: ", "a3s exec SERVICE [options] -- COMMAND [ARGUMENT...]\n");
    strbuf_clear(&text);
    command_help(&dry, &text);
    assert_mentions(&text, "usage: ", "a3s brush dry [options]\n");
    strbuf_finish(&text);
}
END_TEST

START_TEST(mistakes_are_named)
{
    static const struct {
        const char *const argv[4];
        const char *message;
    } cases[] = {
        {{"pant"}, "unknown command \"pant\"; did you mean \"paint\"?"},
        {{"sketch"}, "unknown command \"sketch\"; did you mean \"paint\"?"},
        {{"colour"}, "unknown command \"colour\"; did you mean \"paint\"?"},
        {{"colou"}, "unknown command \"colou\"; \"a3s help\" lists them"},
        {{"sing"}, "unknown command \"sing\"; \"a3s help\" lists them"},
        {{"paint", "--tilte=x"}, "unknown option --tilte; did you mean --title?"},
        {{"paint", "--unlike"}, "unknown option --unlike"},
        {{"paint", "-lx"}, "unknown option -x"},
        {{"paint", "--loud=1"}, "--loud takes no value"},
        {{"paint", "--title"}, "--title needs a value: TEXT"},
        {{"paint", "-t"}, "--title needs a value: TEXT"},
        {{"paint", "--layers=-1"}, "--layers takes a whole number, not \"-1\""},
        {{"paint", "--layers", "3x"}, "--layers takes a whole number, not \"3x\""},
        {{"paint", "--layers="}, "--layers takes a whole number, not \"\""},
        {{"paint", "--layers=99999999999"}, "--layers takes a whole number, not \"99999999999\""},
        {{"paint", "--color=blue"}, "--color cannot be \"blue\"; it is one of: red green"},
        {{"paint", "--version"}, "unknown option --version"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ck_assert_int_eq(parse(cases[i].argv), CLI_USAGE);
        ck_assert_str_eq(error.ptr, cases[i].message);
    }
    end();
}
END_TEST

/* Of the real commands: the help names everything, and no line is too long for a terminal. */
START_TEST(help_is_whole)
{
    const struct command *command = all_commands.commands[_i];
    struct strbuf text = {0};
    command_help(command, &text);
    assert_mentions(&text, "usage: a3s ", command->name);
    assert_mentions(&text, "", command->summary);
    for (const struct command_option *row = command->options; row && row->name; row++) {
        assert_mentions(&text, "--", row->name);
        assert_mentions(&text, "", row->summary);
        ck_assert(row->kind == OPTION_FLAG ? !row->value : row->value && *row->value);
        ck_assert((row->kind == OPTION_CHOICE) == (row->choices != NULL));
        ck_assert_uint_lt(row->offset, COMMAND_OPTIONS_MAX);
    }
    assert_mentions(&text, "", "--file PATH");
    assert_mentions(&text, "", "--help");
    for (const char *line = text.ptr; *line; line += strcspn(line, "\n") + 1)
        ck_assert_msg(strcspn(line, "\n") <= 96, "too long: %s", line);
    strbuf_finish(&text);
}
END_TEST

START_TEST(overview_lists_every_command)
{
    struct strbuf text = {0};
    command_overview(&all_commands, &text);
    for (size_t i = 0; i < all_commands.count; i++) {
        assert_mentions(&text, "\n  ", all_commands.commands[i]->name);
        assert_mentions(&text, "", all_commands.commands[i]->summary);
    }
    strbuf_finish(&text);
}
END_TEST

START_TEST(names_are_unique)
{
    for (size_t i = 0; i < all_commands.count; i++) {
        const struct command *command = all_commands.commands[i];
        ck_assert_ptr_eq(command_find(&all_commands, command->name), command);
        if (command->alias)
            ck_assert_ptr_eq(command_find(&all_commands, command->alias), command);
        ck_assert_ptr_nonnull(command->run);
    }
    ck_assert_ptr_null(command_find(&all_commands, "no such"));
}
END_TEST

int main(void)
{
    struct suite s = suite_begin("command");
    SUITE_CASE(s, nothing_is_no_command);
    SUITE_CASE(s, defaults);
    SUITE_CASE(s, long_and_short_forms);
    SUITE_CASE(s, operands_mix_with_options);
    SUITE_CASE(s, file_is_global_unless_hidden);
    SUITE_CASE(s, pairs_add_up);
    SUITE_CASE(s, two_words);
    SUITE_CASE(s, a_family_is_explained_by_help);
    SUITE_CASE(s, options_stand_before_a_command);
    SUITE_CASE(s, mistakes_are_named);
    SUITE_LOOP(s, help_is_whole, 0, COMMAND_COUNT);
    SUITE_CASE(s, overview_lists_every_command);
    SUITE_CASE(s, names_are_unique);
    return suite_run(s);
}
