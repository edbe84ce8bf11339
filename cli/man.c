#include "man.h"

#include "functions.h"
#include "launch.h"
#include "schema_doc.h"

/* Text: what roff would take for a macro or an escape is none, and a '-' can be copied. */
static void add_text(const char *text, struct strbuf *out)
{
    bool line_begins = out->len == 0 || out->ptr[out->len - 1] == '\n';
    for (; *text; text++) {
        if (line_begins && (*text == '.' || *text == '\''))
            strbuf_adds(out, "\\&");
        if (*text == '\\')
            strbuf_adds(out, "\\e");
        else if (*text == '-')
            strbuf_adds(out, "\\-");
        else
            strbuf_addc(out, *text);
        line_begins = *text == '\n';
    }
}

static void add_bold(const char *text, struct strbuf *out)
{
    strbuf_adds(out, "\\fB");
    add_text(text, out);
    strbuf_adds(out, "\\fR");
}

static void add_italic(const char *text, struct strbuf *out)
{
    strbuf_adds(out, "\\fI");
    add_text(text, out);
    strbuf_adds(out, "\\fR");
}

static void add_paragraph(const char *text, struct strbuf *out)
{
    strbuf_adds(out, ".PP\n");
    add_text(text, out);
    strbuf_adds(out, "\n");
}

/* "a3s-plan-show" */
static void add_page_name(const char *command, struct strbuf *out)
{
    strbuf_addf(out, "a3s%s", *command ? "\\-" : "");
    for (; *command; command++)
        if (*command == ' ' || *command == '-')
            strbuf_adds(out, "\\-");
        else
            strbuf_addc(out, *command);
}

static void add_title(const char *name, int section, const char *manual, struct strbuf *out)
{
    strbuf_addf(out, ".TH \"%s\" \"%d\" \"\" \"a3s %s\" \"%s\"\n", name, section, A3S_VERSION,
                manual);
}

static void add_summary(const char *summary, struct strbuf *out)
{
    strbuf_adds(out, " \\- ");
    add_text(summary, out);
    strbuf_adds(out, "\n");
}

/* Options */

static void add_option(const struct command_option *option, struct strbuf *out)
{
    const char letter[] = {'-', option->letter, '\0'};
    strbuf_adds(out, ".TP\n");
    if (option->letter) {
        add_bold(letter, out);
        strbuf_adds(out, ", ");
    }
    strbuf_adds(out, "\\fB\\-\\-");
    add_text(option->name, out);
    strbuf_adds(out, "\\fR");
    if (option->value) {
        strbuf_adds(out, " ");
        add_italic(option->value, out);
    }
    strbuf_adds(out, "\n");
    add_text(option->summary, out);
    strbuf_adds(out, "\n");
}

static void add_options(const struct command *command, struct strbuf *out)
{
    const struct command_option *tables[COMMAND_TABLES];
    strbuf_adds(out, ".SH OPTIONS\n");
    command_option_tables(command, tables);
    for (size_t i = 0; tables[i]; i++) {
        for (const struct command_option *row = tables[i]; row->name; row++) {
            struct command_option shown = command ? command_option_shown(command, row) : *row;
            add_option(&shown, out);
        }
    }
}

/* Pages of commands */

/* Lines that begin with a blank stand as they are, the others are filled. */
static void add_about(const char *about, struct strbuf *out)
{
    bool example = false;
    strbuf_adds(out, ".PP\n");
    while (*about) {
        size_t length = strcspn(about, "\n");
        bool indented = *about == ' ';
        if (indented != example && length > 0) {
            strbuf_adds(out, indented ? ".PP\n.nf\n" : ".fi\n.PP\n");
            example = indented;
        }
        struct strbuf line = {0};
        strbuf_add(&line, about, length);
        if (length == 0 && about[1] != ' ')
            strbuf_adds(out, example ? "" : ".PP\n");
        else if (length > 0)
            add_text(strbuf_text(&line), out);
        strbuf_adds(out, length ? "\n" : "");
        strbuf_finish(&line);
        about += length + (about[length] == '\n');
    }
    strbuf_adds(out, example ? ".fi\n" : "");
}

static void add_command_page(const struct command *command, struct strbuf *out)
{
    struct strbuf title = {0};
    add_page_name(command->name, &title);
    add_title(strbuf_text(&title), 1, "a3s manual", out);
    strbuf_addf(out, ".SH NAME\n%s", strbuf_text(&title));
    add_summary(command->summary, out);
    strbuf_adds(out, ".SH SYNOPSIS\n\\fBa3s ");
    add_text(command->name, out);
    strbuf_adds(out, "\\fR ");
    size_t before = command_operands_before_options(command);
    struct strbuf operands = {0};
    strbuf_add(&operands, command->operands, before);
    add_italic(strbuf_text(&operands), out);
    strbuf_adds(out, before ? " [options]" : "[options]");
    add_italic(command->operands + before, out);
    strbuf_adds(out, "\n");
    strbuf_finish(&operands);
    strbuf_adds(out, ".SH DESCRIPTION\n");
    add_text(command->summary, out);
    strbuf_adds(out, ".\n");
    if (command->alias) {
        strbuf_adds(out, "It is also called ");
        add_bold(command->alias, out);
        strbuf_adds(out, ".\n");
    }
    if (command->about)
        add_about(command->about, out);
    add_options(command, out);
    strbuf_adds(out, ".SH EXIT STATUS\nThat of \\fBa3s\\fR(1).\n"
                     ".SH SEE ALSO\n\\fBa3s\\fR(1), \\fBA3sfile\\fR(5)\n");
    strbuf_finish(&title);
}

static void add_exit_codes(struct strbuf *out)
{
    strbuf_adds(out, ".SH EXIT STATUS\n");
#define X(name, code, meaning)                   \
    strbuf_addf(out, ".TP\n\\fB%d\\fR\n", code); \
    add_text(meaning, out);                      \
    strbuf_adds(out, "\n");
    EXIT_CODES(X)
#undef X
    strbuf_adds(out, ".TP\n\\fB128+n\\fR\nended by signal n\n");
}

static void add_main_page(const struct command_table *table, struct strbuf *out)
{
    static const struct command_option version = {.name = "version", .summary = "show the version"};
    add_title("a3s", 1, "a3s manual", out);
    strbuf_adds(out, ".SH NAME\na3s \\- run the services of a project on this machine\n"
                     ".SH SYNOPSIS\n\\fBa3s\\fR [\\fB\\-f\\fR \\fIA3sfile.hcl\\fR] \\fICOMMAND\\fR "
                     "[options]\n.SH DESCRIPTION\n");
    add_text("Runs the services of an A3sfile: in the order of their dependencies, each when what "
             "it needs is ready, all of them in one log and behind one port. The A3sfile is "
             "compiled first, so that every mistake in it is found before anything is started.\n",
             out);
    add_paragraph("It is for development on one machine, and never asks anything of the network.",
                  out);
    strbuf_adds(out, ".SH COMMANDS\n");
    for (size_t i = 0; i < table->count; i++) {
        strbuf_adds(out, ".TP\n\\fB");
        add_page_name(table->commands[i]->name, out);
        strbuf_adds(out, "\\fR(1)\n");
        add_text(table->commands[i]->summary, out);
        strbuf_adds(out, "\n");
    }
    add_options(NULL, out);
    add_option(&version, out);
    add_exit_codes(out);
    strbuf_adds(out,
                ".SH FILES\n.TP\n\\fIA3sfile.hcl\\fR\nThe services of a project, in "
                "\\fBA3sfile\\fR(5)'s language. Without \\fB\\-f\\fR, the nearest one from the "
                "current folder upward is taken.\n.SH SEE ALSO\n\\fBA3sfile\\fR(5)\n");
}

/* The page of the A3sfile */

static void add_attr(const struct schema_attr *attr, struct strbuf *out)
{
    struct strbuf phrase = {0};
    schema_phrase(attr, &phrase);
    strbuf_adds(out, ".TP\n");
    add_bold(attr->name.ptr, out);
    strbuf_adds(out, ": ");
    add_text(strbuf_text(&phrase), out);
    if (attr->required)
        strbuf_adds(out, "; required");
    if (attr->fallback) {
        strbuf_adds(out, "; else ");
        add_text(attr->fallback, out);
    }
    strbuf_adds(out, "\n");
    add_text(attr->doc, out);
    strbuf_adds(out, "\n");
    strbuf_finish(&phrase);
}

static void add_block(enum schema_block_id id, struct strbuf *out)
{
    const struct schema_block *block = &schema_blocks[id];
    struct strbuf path = {0};
    schema_path(id, &path);
    strbuf_addf(out, ".SS %s\n", strbuf_text(&path));
    add_text(block->doc, out);
    strbuf_adds(out, block->many ? "\n" : " At most one.\n");
    for (uint32_t i = 0; i < block->count; i++)
        add_attr(&schema_attrs[block->first + i], out);
    strbuf_finish(&path);
}

static void add_environment(struct strbuf *out)
{
    strbuf_adds(out, ".SH ENVIRONMENT\nA service finds, where its own env and dev.env say nothing "
                     "else:\n");
#define X(name, value, condition) \
    strbuf_adds(out, ".TP\n");    \
    add_bold(name, out);          \
    strbuf_adds(out, "\n");       \
    add_text(value, out);         \
    strbuf_adds(out, " (");       \
    add_text(condition, out);     \
    strbuf_adds(out, ")\n");
    LAUNCH_VARIABLES(X)
#undef X
}

static void add_functions(struct strbuf *out)
{
    strbuf_adds(out, ".SH FUNCTIONS\n");
    for (size_t i = 0; i < FUNCTION_COUNT; i++) {
        struct strbuf usage = {0};
        function_usage(&functions[i], &usage);
        strbuf_adds(out, ".TP\n");
        add_bold(strbuf_text(&usage), out);
        strbuf_adds(out, "\n");
        add_text(functions[i].doc, out);
        strbuf_adds(out, "\n");
        strbuf_finish(&usage);
    }
}

static void add_file_page(struct strbuf *out)
{
    add_title(MAN_FILE_PAGE, 5, "a3s manual", out);
    strbuf_adds(out, ".SH NAME\nA3sfile \\- what a project runs\n.SH SYNOPSIS\n.nf\n");
    add_text("service \"web\" {\n  cmd        = \"npm run dev\"\n  port       = 3000\n"
             "  depends_on = [\"db\"]\n}\n",
             out);
    strbuf_adds(out, ".fi\n.SH DESCRIPTION\n");
    add_text(
        "A3sfile.hcl is HCL native syntax: blocks, and attributes whose values are "
        "expressions. The order of the blocks does not matter. A duration is written \"500ms\", "
        "\"2s\" or \"1m30s\", a size \"10MiB\"; paths are relative to the file. "
        "\"a3s validate\" checks it, \"a3s schema\" shows this table in its own form.\n",
        out);
    strbuf_adds(out, ".SH BLOCKS\n");
    for (uint32_t id = SCHEMA_BLOCK_root + 1; id < SCHEMA_BLOCK_COUNT; id++)
        add_block(id, out);
    add_functions(out);
    add_environment(out);
    strbuf_adds(out, ".SH SEE ALSO\n\\fBa3s\\fR(1), \\fBa3s\\-schema\\fR(1), "
                     "\\fBa3s\\-validate\\fR(1), \\fBa3s\\-init\\fR(1)\n");
}

bool man_page(const struct command_table *table, const char *name, struct strbuf *out)
{
    const struct command *command = command_find(table, name);
    if (!*name)
        add_main_page(table, out);
    else if (strcmp(name, MAN_FILE_PAGE) == 0)
        add_file_page(out);
    else if (command)
        add_command_page(command, out);
    return !*name || command || strcmp(name, MAN_FILE_PAGE) == 0;
}
