/* Before codes.h, which leaves its CODE defined. */
#include "import_codes.h"
#include "syntax_codes.h"

#include "completion.h"

#include "array.h"
#include "codes.h"
#include "forms.h"
#include "load.h"
#include "map.h"
#include "parse.h"
#include "schema_doc.h"

#include <sys/stat.h>

/* What is known of the line when the last word is reached. */
struct line {
    const struct command_table *table;
    struct arena *arena;
    const char *const *words;
    size_t count; /* without the last one */
    struct str last;
    struct str before; /* "--format=", which stands in the last word before what is completed */
    const struct command *command;
    const char *family;                   /* "plan", as long as "plan show" lacks its second word */
    const struct command_option *pending; /* its value comes next */
    const char *file;
    const char *operand; /* the last one */
    size_t operands;
    bool ended; /* "--" has been there */
    struct strbuf *out;
};

static void offer(const struct line *line, struct str text, const char *about)
{
    if (!str_has_prefix(text, line->last))
        return;
    strbuf_addf(line->out, "%.*s%.*s%s%s\n", STR_ARG(line->before), STR_ARG(text),
                about ? "\t" : "", about ? about : "");
}

/* Nouns: what the help calls an operand or an option's value, and what there is of it. */

static void offer_files(const struct line *line)
{
    strbuf_adds(line->out, COMPLETION_FILES "\n");
}

static bool stands_already(const struct line *line, struct str name)
{
    for (size_t i = 0; i < line->count; i++)
        if (str_is(name, line->words[i]))
            return true;
    return false;
}

/* Reading standard input or a pipe would hang the shell that asks. */
static bool is_file(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISREG(info.st_mode);
}

/* Only names that are right: a label may hold what a shell would take for more than a word. */
static void offer_services(const struct line *line)
{
    struct command_call call = {.file = line->file};
    struct sources sources;
    struct diag_list diags;
    uint32_t source;
    char path[PATH_MAX];
    sources_init(&sources, line->arena);
    diag_list_init(&diags, line->arena, &sources);
    if (!load_find(&call, path) || !is_file(path) || source_load(&sources, path, &source) < 0)
        return;
    struct str type = schema_blocks[SCHEMA_BLOCK_service].name;
    const struct ast_body *body = parse_source(&sources, source, &diags);
    for (const struct ast_block *it = body->blocks; it; it = it->next)
        if (str_equal(it->type, type) && it->labels && form_is_name(it->labels->text) &&
            !stands_already(line, it->labels->text))
            offer(line, it->labels->text, NULL);
}

static void offer_codes(const struct line *line)
{
    for (size_t i = 0; i < SYNTAX_CODE_COUNT; i++)
        offer(line, str_from(syntax_codes[i].name), syntax_codes[i].summary);
    for (size_t i = 0; i < COMPILE_CODE_COUNT; i++)
        offer(line, str_from(compile_codes[i].name), compile_codes[i].summary);
    for (size_t i = 0; i < IMPORT_CODE_COUNT; i++)
        offer(line, str_from(import_codes[i].name), import_codes[i].summary);
}

/* "a3s schema" knows what it is asked for by its end, too: of "service.health" by "health". Who has
 * typed nothing yet gets whole paths. */
static void offer_path(const struct line *line, struct map *offered, const struct strbuf *path,
                       const char *about)
{
    struct str end = strbuf_str(path);
    const char *dot;
    offer(line, end, about);
    while (line->last.len && (dot = memchr(end.ptr, '.', end.len))) {
        bool is_new;
        end = (struct str){dot + 1, end.len - (size_t)(dot + 1 - end.ptr)};
        map_put(offered, (struct str){arena_strndup(line->arena, end.ptr, end.len), end.len},
                &is_new);
        if (is_new)
            offer(line, end, about);
    }
}

static void offer_schema(const struct line *line)
{
    struct map offered;
    map_init(&offered, line->arena, 0);
    for (uint32_t id = SCHEMA_BLOCK_root + 1; id < SCHEMA_BLOCK_COUNT; id++) {
        const struct schema_block *block = &schema_blocks[id];
        struct strbuf path = {0};
        schema_path(id, &path);
        offer_path(line, &offered, &path, block->doc);
        size_t length = path.len;
        for (uint32_t i = 0; i < block->count; i++) {
            const struct schema_attr *attr = &schema_attrs[block->first + i];
            path.len = length;
            strbuf_addf(&path, ".%s", attr->name.ptr);
            offer_path(line, &offered, &path, attr->doc);
        }
        strbuf_finish(&path);
    }
}

static void offer_shells(const struct line *line)
{
    for (size_t i = 0; i < COMPLETION_SHELL_COUNT; i++)
        offer(line, str_from(completion_shells[i]), NULL);
}

static struct str first_word(const char *name)
{
    return (struct str){name, strcspn(name, " ")};
}

/* Whether an earlier command begins with the same word. */
static bool family_is_known(const struct line *line, size_t command)
{
    struct str first = first_word(line->table->commands[command]->name);
    for (size_t i = 0; i < command; i++)
        if (str_equal(first_word(line->table->commands[i]->name), first))
            return true;
    return false;
}

/* The first words of all commands, each once; or the second ones behind a first. */
static void offer_commands(const struct line *line, const char *family)
{
    for (size_t i = 0; i < line->table->count; i++) {
        const struct command *command = line->table->commands[i];
        struct str first = first_word(command->name);
        const char *second = command->name[first.len] ? command->name + first.len + 1 : NULL;
        if (!family && !family_is_known(line, i))
            offer(line, first, second ? NULL : command->summary);
        else if (family && second && str_is(first, family))
            offer(line, str_from(second), command->summary);
    }
}

static void offer_helped(const struct line *line)
{
    offer_commands(line, line->operand);
}

static const struct {
    const char *noun;
    void (*offer)(const struct line *line);
} nouns[] = {
    {"SERVICE", offer_services}, {"FILE", offer_files},   {"PLAN", offer_files},
    {"PATH", offer_files},       {"DIR", offer_files},    {"CODE", offer_codes},
    {"COMMAND", offer_helped},   {"SHELL", offer_shells}, {"BLOCK", offer_schema},
};

/* The first noun that is in the text. */
static void offer_noun(const struct line *line, const char *text)
{
    for (size_t i = 0; i < ARRAY_LEN(nouns); i++) {
        if (strstr(text, nouns[i].noun)) {
            nouns[i].offer(line);
            return;
        }
    }
}

static void offer_value(const struct line *line, const struct command_option *option)
{
    if (option->kind != OPTION_CHOICE) {
        offer_noun(line, option->value);
        return;
    }
    for (size_t i = 0; option->choices[i]; i++)
        offer(line, str_from(option->choices[i]), NULL);
}

static void offer_options(const struct line *line)
{
    const struct command_option *tables[COMMAND_TABLES];
    struct strbuf name = {0};
    command_option_tables(line->command, tables);
    for (size_t i = 0; tables[i]; i++) {
        for (const struct command_option *row = tables[i]; row && row->name; row++) {
            strbuf_clear(&name);
            strbuf_addf(&name, "--%s", row->name);
            offer(line, strbuf_str(&name), row->summary);
        }
    }
    strbuf_finish(&name);
    if (!line->command)
        offer(line, STR("--version"), "show the version");
}

/* The words before the last one */

static const struct command_option *find_long(const struct line *line, struct str word)
{
    struct str name = {word.ptr + 2, word.len - 2};
    return command_option_find(line->command, 0, name);
}

/* "-dn": the last letter may want a value, which an earlier one would have found in the word. */
static const struct command_option *find_letters(const struct line *line, const char *letters)
{
    for (; *letters; letters++) {
        const struct command_option *option =
            command_option_find(line->command, *letters, (struct str){0});
        if (!option || option->kind != OPTION_FLAG)
            return letters[1] ? NULL : option;
    }
    return NULL;
}

static void read_option(struct line *line, const char *word)
{
    const struct command_option *option = NULL;
    if (strcmp(word, "--") == 0)
        line->ended = true;
    else if (strncmp(word, "--file=", 7) == 0)
        line->file = word + 7;
    else
        option = word[1] == '-' ? find_long(line, str_from(word)) : find_letters(line, word + 1);
    if (option && option->kind != OPTION_FLAG)
        line->pending = option;
}

static void read_name(struct line *line, const char *word)
{
    struct strbuf name = {0};
    if (line->family)
        strbuf_addf(&name, "%s ", line->family);
    strbuf_adds(&name, word);
    line->command = command_find(line->table, strbuf_text(&name));
    strbuf_finish(&name);
    line->family = line->command ? NULL : word;
}

/* Bash takes "--format=json" for three words. */
static void read_word(struct line *line, const char *word)
{
    if (line->pending && strcmp(word, "=") == 0)
        return;
    if (line->pending) {
        if (strcmp(line->pending->name, "file") == 0)
            line->file = word;
        line->pending = NULL;
    } else if (!line->ended && word[0] == '-' && word[1]) {
        read_option(line, word);
    } else if (!line->command) {
        read_name(line, word);
    } else {
        line->operand = word;
        line->operands++;
    }
}

/* The last word */

static void complete_option(struct line *line)
{
    const char *equals = memchr(line->last.ptr, '=', line->last.len);
    if (!equals) {
        offer_options(line);
        return;
    }
    size_t length = (size_t)(equals - line->last.ptr);
    const struct command_option *option = find_long(line, (struct str){line->last.ptr, length});
    line->before = (struct str){line->last.ptr, length + 1};
    line->last = (struct str){equals + 1, line->last.len - length - 1};
    if (option && option->kind != OPTION_FLAG)
        offer_value(line, option);
}

static void complete(struct line *line)
{
    if (line->pending) {
        if (str_is(line->last, "="))
            line->last.len = 0;
        offer_value(line, line->pending);
    } else if (!line->ended && str_has_prefix(line->last, STR("--"))) {
        complete_option(line);
    } else if (!line->ended && str_is(line->last, "-")) {
        offer_options(line);
    } else if (!line->command) {
        offer_commands(line, line->family);
    } else if (line->operands < line->command->operands_max) {
        offer_noun(line, line->command->operands);
    }
}

void completion_next(const struct command_table *table, struct arena *arena,
                     const char *const *words, size_t count, struct strbuf *out)
{
    struct line line = {.table = table, .arena = arena, .words = words, .out = out};
    if (count == 0)
        return;
    line.count = count - 1;
    line.last = str_from(words[line.count]);
    for (size_t i = 0; i < line.count; i++)
        read_word(&line, words[i]);
    complete(&line);
}
