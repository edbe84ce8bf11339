#include "array.h"
#include "codes.h"
#include "decode_parts.h"
#include "later.h"
#include "words.h"

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
                          struct model_setting *out_variable)
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
    *out_variable = (struct model_setting){.span = member->name_span};
    return decode_take_text(&each, &name_value, "a string", &out_variable->name) &&
           decode_take_later(&each, &member->value, "a string", &out_variable->value);
}

bool decode_env(const struct target *t, const struct value *value)
{
    if (!value_is_mapping(value))
        return decode_wrong_type(t, value, schema_expected(t->attr->type));
    struct model_env env = {
        .items = arena_new(t->decode->arena, struct model_setting, value->object.count)};
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

/* For splitting, a NUL stands for each value that is known only at start: no string has one. */
static void add_marked(struct strbuf *line, const struct model_text *text)
{
    if (text->count == 0)
        strbuf_add_str(line, text->text);
    for (uint32_t i = 0; i < text->count; i++) {
        if (text->pieces[i].kind == VALUE_PIECE_TEXT)
            strbuf_add_str(line, text->pieces[i].text);
        else
            strbuf_addc(line, '\0');
    }
}

static struct str copy_marked(const struct target *t, const struct model_text *text)
{
    struct strbuf line = {0};
    if (text->count == 0)
        return text->text;
    add_marked(&line, text);
    return strbuf_move(&line, t->decode->arena);
}

/* The values that the marks of a line stand for, in their order. */
struct marks {
    const struct value_piece **pieces;
    uint32_t at, count;
};

static void collect_marks(struct marks *marks, const struct model_text *text)
{
    for (uint32_t i = 0; i < text->count; i++)
        if (text->pieces[i].kind != VALUE_PIECE_TEXT)
            marks->pieces[marks->count++] = &text->pieces[i];
}

/* The marked text with the next values in the place of its marks. */
static struct model_text unmark(const struct target *t, struct str marked, struct span span,
                                struct marks *marks)
{
    struct arena *arena = t->decode->arena;
    struct model_text text = {.text = marked, .span = span};
    VEC(struct value_piece) pieces = {0};
    if (marks->at == marks->count || marked.len == 0 ||
        memchr(marked.ptr, '\0', marked.len) == NULL)
        return text;
    while (marked.len > 0) {
        const char *mark = memchr(marked.ptr, '\0', marked.len);
        size_t known = mark != NULL ? (size_t)(mark - marked.ptr) : marked.len;
        if (known > 0)
            *vec_push(arena, &pieces) = (struct value_piece){
                .kind = VALUE_PIECE_TEXT, .text = {marked.ptr, known}, .span = span};
        if (mark != NULL)
            *vec_push(arena, &pieces) = *marks->pieces[marks->at++];
        known += mark != NULL;
        marked = (struct str){marked.ptr + known, marked.len - known};
    }
    struct strbuf shown = {0};
    later_describe(pieces.items, pieces.count, &shown);
    text.text = strbuf_move(&shown, arena);
    text.pieces = pieces.items;
    text.count = pieces.count;
    return text;
}

static struct model_texts argv_of(const struct target *t, struct span span, const struct str *words,
                                  uint32_t count, struct marks *marks)
{
    struct model_texts argv = {.items = arena_new(t->decode->arena, struct model_text, count),
                               .count = count};
    for (uint32_t i = 0; i < count; i++)
        argv.items[i] = unmark(t, words[i], span, marks);
    return argv;
}

/* Put into the line, the value would be shell syntax too. */
static bool later_in_shell(const struct target *t, const struct value *value)
{
    struct diag *diag = diag_error(t->decode->diags, CODE(LATER_IN_SHELL), value->span,
                                   "\"%s\" needs a shell, and a value that is known only at start "
                                   "must not become a part of a shell's line",
                                   t->attr->name.ptr);
    diag_label(diag, "whatever is in the value would be run as shell syntax");
    diag_help(diag,
              "pass it in the environment: env = { VALUE = ... }, and write \\\"$VALUE\\\" in "
              "the command");
    return false;
}

static bool names_a_program(const struct model_texts *argv)
{
    return argv->count > 0 && (argv->items[0].count > 0 || argv->items[0].text.len > 0);
}

static bool decode_command_line(const struct target *t, const struct value *value)
{
    struct model_command command = {0};
    struct words words = {0};
    struct marks marks = {0};
    if (!decode_take_later(t, value, schema_expected(t->attr->type), &command.line))
        return false;
    struct str line = copy_marked(t, &command.line);
    const struct str shell[] = {STR("/bin/sh"), STR("-c"), line};
    marks.pieces = arena_new(t->decode->arena, const struct value_piece *, command.line.count);
    collect_marks(&marks, &command.line);
    switch (words_split(t->decode->arena, line, &words)) {
    case WORDS_PLAIN:
        command.argv = argv_of(t, value->span, words.items, words.count, &marks);
        break;
    case WORDS_SHELL:
        if (marks.count > 0)
            return later_in_shell(t, value);
        command.argv = argv_of(t, value->span, shell, ARRAY_LEN(shell), &marks);
        command.shell = true;
        break;
    case WORDS_UNTERMINATED:
        return bad_command(t, value, "has a quote without an end",
                           "close the quote, or write \\\\ before it if it is a character");
    case WORDS_EMPTY: return bad_command(t, value, "is empty", schema_form(t->attr->type));
    }
    if (!names_a_program(&command.argv))
        return bad_command(t, value, "names no program", schema_form(t->attr->type));
    *(struct model_command *)t->field = command;
    return true;
}

static bool take_arguments(const struct target *t, const struct value *value,
                           struct model_texts *out_argv)
{
    struct target element = *t;
    element.part = "each element of ";
    struct model_texts argv = {
        .items = arena_new(t->decode->arena, struct model_text, value->tuple.count)};
    for (uint32_t i = 0; i < value->tuple.count; i++)
        argv.count += decode_take_later(&element, &value->tuple.items[i], "a string",
                                        &argv.items[argv.count]);
    if (argv.count < value->tuple.count)
        return false;
    *out_argv = argv;
    return true;
}

/* The line that a person would write for these words. */
static struct model_text line_of(const struct target *t, const struct model_texts *argv,
                                 struct span span)
{
    struct arena *arena = t->decode->arena;
    struct str *words = arena_new(arena, struct str, argv->count);
    struct marks marks = {0};
    uint32_t pieces = 0;
    for (uint32_t i = 0; i < argv->count; i++)
        pieces += argv->items[i].count;
    marks.pieces = arena_new(arena, const struct value_piece *, pieces);
    for (uint32_t i = 0; i < argv->count; i++) {
        words[i] = copy_marked(t, &argv->items[i]);
        collect_marks(&marks, &argv->items[i]);
    }
    return unmark(t, words_join(arena, words, argv->count), span, &marks);
}

static bool decode_command_list(const struct target *t, const struct value *value)
{
    struct model_command command = {0};
    if (!take_arguments(t, value, &command.argv))
        return false;
    if (!names_a_program(&command.argv))
        return bad_command(t, value, "names no program", schema_form(t->attr->type));
    command.line = line_of(t, &command.argv, value->span);
    if (!decode_check_later(t, &command.line))
        return false;
    *(struct model_command *)t->field = command;
    return true;
}

bool decode_command(const struct target *t, const struct value *value)
{
    return value_is_sequence(value) ? decode_command_list(t, value) : decode_command_line(t, value);
}
