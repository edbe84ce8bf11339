#include "command.h"

#include <errno.h>
#include <limits.h>
#include <stdint.h>

/* Offsets are those of struct command_call. */
const struct command_option command_globals[] = {
    {'f', "file", OPTION_TEXT, offsetof(struct command_call, file), "PATH",
     "the A3sfile; else the nearest A3sfile.hcl upward", NULL, 0},
    {'h', "help", OPTION_FLAG, offsetof(struct command_call, help), NULL, "show this help", NULL,
     0},
    {0},
};

/* What commands that compile take besides. */
static const struct command_option compile_options[] = {
    {0, "var", OPTION_PAIRS, offsetof(struct command_call, vars), "NAME=VALUE",
     "set a variable of the A3sfile; may be repeated", NULL, 0},
    {0},
};

void command_option_tables(const struct command *command,
                           const struct command_option *out_tables[COMMAND_TABLES])
{
    size_t count = 0;
    if (command && command->options)
        out_tables[count++] = command->options;
    if (command && command->compiles)
        out_tables[count++] = compile_options;
    out_tables[count++] = command_globals;
    out_tables[count] = NULL;
}

/* Where parsing stands. */
struct parser {
    const struct command_table *table;
    struct command_call *call;
    struct strbuf *error;
    int argc;
    const char *const *argv;
    int at; /* the next argument */
    const char **operands;
};

static int usage_error(struct parser *parser, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static int usage_error(struct parser *parser, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    strbuf_vaddf(parser->error, format, args);
    va_end(args);
    return CLI_USAGE;
}

/* Keeps the nearest of the names that are offered. */
struct nearest {
    struct str wanted;
    const char *name;
    size_t distance;
};

static void nearest_offer(struct nearest *nearest, const char *name)
{
    size_t limit = nearest->wanted.len < 4 ? 1 : 2;
    size_t distance = str_distance(nearest->wanted, str_from(name), limit);
    if (distance <= limit && (!nearest->name || distance < nearest->distance)) {
        nearest->name = name;
        nearest->distance = distance;
    }
}

static bool option_ends(const struct command_option *option)
{
    return !option || !option->name;
}

static void *option_target(struct parser *parser, const struct command_option *option)
{
    const struct command_option *own =
        parser->call->command ? parser->call->command->options : NULL;
    for (; !option_ends(own); own++)
        if (own == option)
            return parser->call->options + option->offset;
    return (char *)parser->call + option->offset;
}

const struct command_option *command_option_find(const struct command *command, char letter,
                                                 struct str name)
{
    const struct command_option *tables[COMMAND_TABLES];
    command_option_tables(command, tables);
    for (size_t i = 0; tables[i]; i++)
        for (const struct command_option *row = tables[i]; !option_ends(row); row++)
            if (letter ? row->letter == letter : str_is(name, row->name))
                return row;
    return NULL;
}

static const struct command_option *find_option(const struct parser *parser, char letter,
                                                struct str name)
{
    return command_option_find(parser->call->command, letter, name);
}

static int unknown_option(struct parser *parser, struct str name)
{
    struct nearest nearest = {.wanted = name};
    const struct command_option *tables[COMMAND_TABLES];
    command_option_tables(parser->call->command, tables);
    for (size_t i = 0; tables[i]; i++)
        for (const struct command_option *row = tables[i]; !option_ends(row); row++)
            nearest_offer(&nearest, row->name);
    usage_error(parser, "unknown option --%.*s", STR_ARG(name));
    if (nearest.name)
        strbuf_addf(parser->error, "; did you mean --%s?", nearest.name);
    return CLI_USAGE;
}

static int set_number(struct parser *parser, const struct command_option *option, const char *text)
{
    char *end;
    errno = 0;
    long number = strtol(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end || errno || number > INT_MAX)
        return usage_error(parser, "--%s takes a whole number, not \"%s\"", option->name, text);
    memcpy(option_target(parser, option), &number, sizeof number);
    return 0;
}

static int set_choice(struct parser *parser, const struct command_option *option, const char *text)
{
    for (int i = 0; option->choices[i]; i++) {
        if (strcmp(option->choices[i], text) == 0) {
            memcpy(option_target(parser, option), &i, sizeof i);
            return 0;
        }
    }
    usage_error(parser, "--%s cannot be \"%s\"; it is one of:", option->name, text);
    for (int i = 0; option->choices[i]; i++)
        strbuf_addf(parser->error, " %s", option->choices[i]);
    return CLI_USAGE;
}

static int add_pair(struct parser *parser, const struct command_option *option, const char *text)
{
    struct option_pairs *pairs = option_target(parser, option);
    const char *equals = strchr(text, '=');
    if (!equals || equals == text)
        return usage_error(parser, "--%s takes %s, not \"%s\"", option->name, option->value, text);
    if (!pairs->items) /* there are no more than arguments */
        pairs->items = arena_new(parser->call->arena, struct option_pair, (size_t)parser->argc);
    pairs->items[pairs->count++] = (struct option_pair){
        arena_strndup(parser->call->arena, text, (size_t)(equals - text)), equals + 1};
    return 0;
}

static int set_option(struct parser *parser, const struct command_option *option, const char *text)
{
    switch (option->kind) {
    case OPTION_FLAG: *(bool *)option_target(parser, option) = true; return 0;
    case OPTION_TEXT: memcpy(option_target(parser, option), &text, sizeof text); return 0;
    case OPTION_NUMBER: return set_number(parser, option, text);
    case OPTION_CHOICE: return set_choice(parser, option, text);
    case OPTION_PAIRS: return add_pair(parser, option, text);
    case OPTION_KIND_COUNT: break;
    }
    return CLI_USAGE;
}

/* The argument behind an option that takes a value. */
static int take_value(struct parser *parser, const struct command_option *option)
{
    if (parser->at >= parser->argc)
        return usage_error(parser, "--%s needs a value: %s", option->name, option->value);
    return set_option(parser, option, parser->argv[parser->at++]);
}

static int parse_long(struct parser *parser, const char *text)
{
    const char *equals = strchr(text, '=');
    struct str name = {text, equals ? (size_t)(equals - text) : strlen(text)};
    const struct command_option *option = find_option(parser, 0, name);
    if (!option)
        return unknown_option(parser, name);
    if (option->kind == OPTION_FLAG) {
        if (equals)
            return usage_error(parser, "--%s takes no value", option->name);
        return set_option(parser, option, NULL);
    }
    return equals ? set_option(parser, option, equals + 1) : take_value(parser, option);
}

/* "-dn5": flags, and at most one value, which may stand apart. */
static int parse_letters(struct parser *parser, const char *letters)
{
    for (const char *at = letters; *at; at++) {
        const struct command_option *option = find_option(parser, *at, (struct str){0});
        if (!option)
            return usage_error(parser, "unknown option -%c", *at);
        if (option->kind != OPTION_FLAG)
            return at[1] ? set_option(parser, option, at + 1) : take_value(parser, option);
        set_option(parser, option, NULL);
    }
    return 0;
}

/* A word and a second one that is not behind it in this name. */
static bool name_is(const char *name, const char *first, const char *second)
{
    size_t length = strlen(first);
    if (!name || strncmp(name, first, length) != 0)
        return false;
    return name[length] == '\0' ||
           (name[length] == ' ' && second && strcmp(name + length + 1, second) == 0);
}

const struct command *command_find(const struct command_table *table, const char *name)
{
    for (size_t i = 0; i < table->count; i++) {
        const struct command *command = table->commands[i];
        if (strcmp(command->name, name) == 0 || (command->alias && !strcmp(command->alias, name)))
            return command;
    }
    return NULL;
}

bool command_is_of_family(const struct command *command, const char *family)
{
    size_t length = strlen(family);
    return strncmp(command->name, family, length) == 0 && command->name[length] == ' ';
}

/* "plan --help" is "help plan". */
static int explain_family(struct parser *parser, const char *word)
{
    parser->call->command = command_find(parser->table, "help");
    parser->operands[parser->call->operand_count++] = word;
    parser->at++;
    return 0;
}

/* Whoever writes a word of another tool means what it does there, not what is spelt alike. */
static const char *command_elsewhere(const struct command_table *table, const char *word)
{
    for (size_t i = 0; i < table->count; i++) {
        for (const char *const *it = table->commands[i]->elsewhere; it && *it; it++) {
            if (strcmp(*it, word) == 0)
                return table->commands[i]->name;
        }
    }
    return NULL;
}

static int unknown_command(struct parser *parser, const char *word, const char *next)
{
    struct nearest nearest = {.wanted = str_from(word)};
    bool help = next && (strcmp(next, "--help") == 0 || strcmp(next, "-h") == 0);
    size_t family = 0;
    for (size_t i = 0; i < parser->table->count; i++) {
        const struct command *command = parser->table->commands[i];
        nearest_offer(&nearest, command->name);
        if (command->alias)
            nearest_offer(&nearest, command->alias);
        if (command_is_of_family(command, word))
            strbuf_addf(parser->error, "%s\"a3s %s\"", family++ ? " or " : "expected ",
                        command->name);
    }
    if (family && help && command_find(parser->table, "help")) {
        strbuf_clear(parser->error);
        return explain_family(parser, word);
    }
    if (family)
        return next ? usage_error(parser, ", not \"%s %s\"", word, next) : CLI_USAGE;
    usage_error(parser, "unknown command \"%s\"", word);
    const char *meant = command_elsewhere(parser->table, word);
    if (meant || nearest.name)
        strbuf_addf(parser->error, "; did you mean \"%s\"?", meant ? meant : nearest.name);
    else
        strbuf_adds(parser->error, "; \"a3s help\" lists them");
    return CLI_USAGE;
}

static void set_initial_values(struct parser *parser)
{
    for (const struct command_option *row = parser->call->command->options; !option_ends(row);
         row++)
        if (row->kind == OPTION_NUMBER)
            memcpy(option_target(parser, row), &row->initial, sizeof row->initial);
}

/* The argument at parser->at - 1, and the one behind it if the name has two words. */
static int choose_command(struct parser *parser, const char *word)
{
    const char *next = parser->at < parser->argc ? parser->argv[parser->at] : NULL;
    for (size_t i = 0; i < parser->table->count; i++) {
        const struct command *command = parser->table->commands[i];
        if (!name_is(command->name, word, next) && !name_is(command->alias, word, next))
            continue;
        parser->call->command = command;
        parser->at += strlen(word) < strlen(command->name) && strchr(command->name, ' ');
        set_initial_values(parser);
        return 0;
    }
    return unknown_command(parser, word, next);
}

static int check_operands(struct parser *parser)
{
    const struct command_call *call = parser->call;
    const struct command *command = call->command;
    if (call->help)
        return 0;
    if (call->operand_count < command->operands_min)
        return usage_error(parser, "\"a3s %s\" needs %s", command->name, command->operands);
    if (call->operand_count > command->operands_max)
        return usage_error(parser, "\"a3s %s\" does not know what to do with \"%s\"", command->name,
                           call->operands[command->operands_max]);
    return 0;
}

static int parse_argument(struct parser *parser, const char *argument, bool *options_ended,
                          bool *out_version)
{
    if (*options_ended || argument[0] != '-' || !argument[1]) {
        if (!parser->call->command)
            return choose_command(parser, argument);
        parser->operands[parser->call->operand_count++] = argument;
        return 0;
    }
    if (strcmp(argument, "--") == 0) {
        *options_ended = true;
        return 0;
    }
    if (!parser->call->command && strcmp(argument, "--version") == 0) {
        *out_version = true;
        return 0;
    }
    return argument[1] == '-' ? parse_long(parser, argument + 2)
                              : parse_letters(parser, argument + 1);
}

int command_parse(const struct command_table *table, struct arena *arena, int argc,
                  const char *const *argv, struct command_call *out_call, bool *out_version,
                  struct strbuf *out_error)
{
    const char **operands = arena_new(arena, const char *, (size_t)argc + 1);
    struct command_call call = {.table = table, .arena = arena, .operands = operands};
    struct parser parser = {table, &call, out_error, argc, argv, 0, operands};
    bool options_ended = false, version = false;
    int error = 0;
    while (!error && parser.at < argc)
        error = parse_argument(&parser, argv[parser.at++], &options_ended, &version);
    if (!error && call.command)
        error = check_operands(&parser);
    if (error)
        return error;
    *out_call = call;
    *out_version = version;
    return 0;
}
