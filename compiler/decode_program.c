#include "codes.h"
#include "decode_parts.h"
#include "words.h"

#define ARRAY_LEN(array) (sizeof(array) / sizeof(array)[0])

/* As in every HCL object, the last of two equal names holds. */
static void warn_repeated(const struct target *t, const struct value_member *member)
{
    if (member->shadowed.length == 0)
        return;
    struct diag *diag = diag_warning(t->decode->diags, CODE(REPEATED_VARIABLE), member->name_span,
                                     "variable \"%.*s\" is set twice", STR_ARG(member->name));
    diag_label(diag, "this one holds");
    diag_note(diag, member->shadowed, "this one has no effect");
}

static bool take_variable(const struct target *t, const struct value_member *member,
                          struct model_variable *out_variable)
{
    struct str name = member->name;
    if (name.len == 0 || memchr(name.ptr, '=', name.len) != NULL) {
        diag_error(t->decode->diags, CODE(BAD_VARIABLE), member->name_span, "%s",
                   name.len == 0 ? "the name of a variable must not be empty"
                                 : "the name of a variable must not contain '='");
        return false;
    }
    struct value name_value = {
        .kind = VALUE_STRING, .span = member->name_span, .string = member->name};
    struct target each = *t;
    each.part = "each value of ";
    *out_variable = (struct model_variable){.span = member->name_span};
    return decode_take_text(&each, &name_value, "a string", &out_variable->name) &&
           decode_take_text(&each, &member->value, "a string", &out_variable->value);
}

bool decode_env(const struct target *t, const struct value *value)
{
    if (!value_is_mapping(value))
        return decode_wrong_type(t, value, schema_expected(t->attr->type));
    struct model_env env = {
        .items = arena_new(t->decode->arena, struct model_variable, value->object.count)};
    for (uint32_t i = 0; i < value->object.count; i++)
        env.count += take_variable(t, &value->object.items[i], &env.items[env.count]);
    if (env.count < value->object.count)
        return false;
    for (uint32_t i = 0; i < value->object.count; i++)
        warn_repeated(t, &value->object.items[i]);
    *(struct model_env *)t->field = env;
    return true;
}

static bool bad_command(const struct target *t, const struct value *value, const char *what,
                        const char *help)
{
    struct diag *diag = diag_error(t->decode->diags, CODE(BAD_COMMAND), value->span, "\"%s\" %s",
                                   t->attr->name.ptr, what);
    diag_help(diag, "%s", help);
    return false;
}

static struct model_strings argv_of(const struct target *t, const struct value *value,
                                    const struct str *words, uint32_t count)
{
    struct model_strings argv = {.items = arena_new(t->decode->arena, struct model_string, count),
                                 .count = count};
    for (uint32_t i = 0; i < count; i++)
        argv.items[i] = (struct model_string){words[i], value->span};
    return argv;
}

static bool decode_command_line(const struct target *t, const struct value *value)
{
    struct model_command command = {0};
    if (!decode_take_text(t, value, schema_expected(t->attr->type), &command.text))
        return false;
    struct words words = {0};
    const struct str shell[] = {STR("/bin/sh"), STR("-c"), command.text};
    switch (words_split(t->decode->arena, command.text, &words)) {
    case WORDS_PLAIN: command.argv = argv_of(t, value, words.items, words.count); break;
    case WORDS_SHELL:
        command.argv = argv_of(t, value, shell, ARRAY_LEN(shell));
        command.shell = true;
        break;
    case WORDS_UNTERMINATED:
        return bad_command(t, value, "has a quote without an end",
                           "close the quote, or write \\\\ before it if it is a character");
    case WORDS_EMPTY: return bad_command(t, value, "is empty", schema_form(t->attr->type));
    }
    if (command.argv.items[0].text.len == 0)
        return bad_command(t, value, "names no program", schema_form(t->attr->type));
    *(struct model_command *)t->field = command;
    return true;
}

static bool decode_command_list(const struct target *t, const struct value *value)
{
    struct model_command command = {0};
    if (!decode_take_strings(t, value, true, &command.argv))
        return false;
    if (command.argv.count == 0 || command.argv.items[0].text.len == 0)
        return bad_command(t, value, "names no program", schema_form(t->attr->type));
    struct str *words = arena_new(t->decode->arena, struct str, command.argv.count);
    for (uint32_t i = 0; i < command.argv.count; i++)
        words[i] = command.argv.items[i].text;
    struct value joined = {.kind = VALUE_STRING,
                           .span = value->span,
                           .string = words_join(t->decode->arena, words, command.argv.count)};
    if (!decode_take_text(t, &joined, NULL, &command.text))
        return false;
    *(struct model_command *)t->field = command;
    return true;
}

bool decode_command(const struct target *t, const struct value *value)
{
    return value_is_sequence(value) ? decode_command_list(t, value) : decode_command_line(t, value);
}
