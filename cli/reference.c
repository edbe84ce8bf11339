/* Before codes.h, which leaves its CODE defined. */
#include "import_codes.h"
#include "syntax_codes.h"

#include "reference.h"

#include "codes.h"
#include "functions.h"
#include "launch.h"
#include "schema_doc.h"

/* Text in a cell of a table. */
static void add_cell(const char *text, struct strbuf *out)
{
    strbuf_adds(out, " ");
    for (; *text != '\0'; text++) {
        if (strchr("|<*", *text) != NULL)
            strbuf_addc(out, '\\');
        strbuf_addc(out, *text);
    }
    strbuf_adds(out, " |");
}

static void add_code_cell(const char *text, struct strbuf *out)
{
    strbuf_adds(out, " `");
    for (; *text != '\0'; text++) {
        strbuf_adds(out, *text == '|' ? "\\" : "");
        strbuf_addc(out, *text);
    }
    strbuf_adds(out, "` |");
}

static void add_titles(const char *titles, uint32_t columns, struct strbuf *out)
{
    strbuf_addf(out, "%s\n|", titles);
    for (uint32_t i = 0; i < columns; i++)
        strbuf_adds(out, "---|");
    strbuf_adds(out, "\n");
}

/* The A3sfile */

static void add_attr(const struct schema_attr *attr, struct strbuf *out)
{
    struct strbuf phrase = {0};
    schema_phrase(attr, &phrase);
    strbuf_adds(out, "|");
    add_code_cell(attr->name.ptr, out);
    add_cell(strbuf_text(&phrase), out);
    if (attr->required)
        add_cell("required", out);
    else if (attr->fallback != NULL)
        add_code_cell(attr->fallback, out);
    else
        strbuf_adds(out, " |");
    add_cell(attr->doc, out);
    strbuf_adds(out, "\n");
    strbuf_finish(&phrase);
}

static void add_block(enum schema_block_id id, struct strbuf *out)
{
    const struct schema_block *block = &schema_blocks[id];
    struct strbuf path = {0};
    schema_path(id, &path);
    strbuf_addf(out, "\n### %s\n\n%s", strbuf_text(&path), block->doc);
    strbuf_finish(&path);
    if (block->parent != SCHEMA_BLOCK_root)
        strbuf_addf(out, " It stands in a `%s` block.", schema_blocks[block->parent].name.ptr);
    strbuf_adds(out, block->many ? "\n" : " At most one.\n");
    if (schema_blocks[id].open)
        strbuf_adds(out, "Its attributes may have any name.\n");
    if (block->count == 0)
        return;
    strbuf_adds(out, "\n");
    add_titles("| attribute | value | default | meaning |", 4, out);
    for (uint32_t i = 0; i < block->count; i++)
        add_attr(&schema_attrs[block->first + i], out);
}

static void add_schema(struct strbuf *out)
{
    strbuf_adds(out, "\n## The A3sfile\n\nBlocks and attributes, as `a3s schema` shows them too. A "
                     "duration is at most 24h. An attribute that is `null` is one that is not "
                     "written, except where that is given a meaning.\n");
    for (uint32_t id = SCHEMA_BLOCK_root + 1; id < SCHEMA_BLOCK_COUNT; id++)
        add_block(id, out);
}

/* Commands */

static void add_commands(const struct command_table *table, struct strbuf *out)
{
    strbuf_adds(out, "\n## Commands\n\nEach as its `--help` explains it.\n");
    for (size_t i = 0; i < table->count; i++) {
        strbuf_addf(out, "\n### a3s %s\n\n```\n", table->commands[i]->name);
        command_help(table->commands[i], out);
        strbuf_adds(out, "```\n");
    }
}

static void add_exit_codes(struct strbuf *out)
{
    strbuf_adds(out, "\n## Exit codes\n\n");
    add_titles("| code | meaning |", 2, out);
#define X(name, code, meaning)        \
    strbuf_addf(out, "| %d |", code); \
    add_cell(meaning, out);           \
    strbuf_adds(out, "\n");
    EXIT_CODES(X)
#undef X
    strbuf_adds(out, "| 128 + n | ended by signal n |\n");
}

/* What stands in the environment of a service */

static void add_environment(struct strbuf *out)
{
    strbuf_adds(out, "\n## Environment of a service\n\nAdded to what a3s itself was given; a "
                     "service's own `env` and `dev.env` are stronger. NAME is the name of a "
                     "dependency in upper case, with `_` for whatever is neither letter nor "
                     "digit.\n\n");
    add_titles("| variable | value | if |", 3, out);
#define X(name, value, condition) \
    strbuf_adds(out, "|");        \
    add_code_cell(name, out);     \
    add_cell(value, out);         \
    add_cell(condition, out);     \
    strbuf_adds(out, "\n");
    LAUNCH_VARIABLES(X)
#undef X
}

/* Functions and codes */

static void add_functions(struct strbuf *out)
{
    struct strbuf usage = {0};
    strbuf_adds(out, "\n## Functions\n\nOf expressions; a parameter with `...` may be given any "
                     "number of times.\n\n");
    add_titles("| function | gives | which is |", 3, out);
    for (size_t i = 0; i < FUNCTION_COUNT; i++) {
        strbuf_clear(&usage);
        function_usage(&functions[i], &usage);
        strbuf_adds(out, "|");
        add_code_cell(strbuf_text(&usage), out);
        add_cell(functions[i].result, out);
        add_cell(functions[i].doc, out);
        strbuf_adds(out, "\n");
    }
    strbuf_finish(&usage);
}

static void add_codes(const char *title, const struct diag_code *codes, size_t count,
                      struct strbuf *out)
{
    strbuf_addf(out, "\n### %s\n\n", title);
    add_titles("| code | what is wrong |", 2, out);
    for (size_t i = 0; i < count; i++) {
        strbuf_addf(out, "| %s |", codes[i].name);
        add_cell(codes[i].summary, out);
        strbuf_adds(out, "\n");
    }
}

static void add_diagnostics(struct strbuf *out)
{
    strbuf_adds(out,
                "\n## Diagnostics\n\n`a3s explain CODE` says more about each. E is an error, W "
                "a warning.\n");
    add_codes("Syntax", syntax_codes, SYNTAX_CODE_COUNT, out);
    add_codes("Meaning", compile_codes, COMPILE_CODE_COUNT, out);
    add_codes("Files to import", import_codes, IMPORT_CODE_COUNT, out);
}

void reference_markdown(const struct command_table *table, struct strbuf *out)
{
    strbuf_adds(out, "# Reference\n\n"
                     "Everything by name. [The guide](guide.md) says how to begin, [the "
                     "language](language.md) how values are written. This page is made by "
                     "`scripts/reference` out of a3s's own tables, the same that check an A3sfile "
                     "and read the command line; `a3s help --markdown` prints it.\n\n"
                     "[The A3sfile](#the-a3sfile) · [Commands](#commands) · "
                     "[Exit codes](#exit-codes) · "
                     "[Environment of a service](#environment-of-a-service) · "
                     "[Functions](#functions) · [Diagnostics](#diagnostics)\n");
    add_schema(out);
    add_commands(table, out);
    add_exit_codes(out);
    add_environment(out);
    add_functions(out);
    add_diagnostics(out);
}
