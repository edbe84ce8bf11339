#include "commands.h"
#include "diag_render.h"
#include "format.h"
#include "io.h"
#include "line_diff.h"
#include "load.h"
#include "report.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct fmt_options {
    bool check;
    bool diff;
};

static const struct command_option options[] = {
    {0, "check", OPTION_FLAG, offsetof(struct fmt_options, check), NULL,
     "change nothing; exit with 1 if a file is not formatted", NULL, 0},
    {0, "diff", OPTION_FLAG, offsetof(struct fmt_options, diff), NULL,
     "show what changes as a unified diff", NULL, 0},
    {0},
};

static int say_errno(const char *path, int error)
{
    report_error("%s: %s", path, strerror(-error));
    return CLI_FAILED;
}

/* A symlink stays: what it names is replaced. */
static int rewrite(const char *path, const struct strbuf *text)
{
    struct stat info;
    char *real = realpath(path, NULL);
    int error = real && stat(real, &info) == 0 ? 0 : -errno;
    if (!error)
        error = io_write_atomic(real, text->ptr, text->len, info.st_mode & 07777);
    free(real);
    return error < 0 ? say_errno(path, error) : CLI_DONE;
}

static void print_invalid(struct diag_list *diags)
{
    struct strbuf text = {0};
    diag_sort(diags);
    diag_render_text(diags, report_color(STDERR_FILENO), &text);
    fputs(strbuf_text(&text), stderr);
    strbuf_finish(&text);
}

/* stdin's text is the result itself, unless it is only asked about. */
static int finish_file(const struct fmt_options *chosen, const char *path, struct str before,
                       const struct strbuf *after)
{
    bool changed = !str_equal(before, strbuf_str(after)), piped = strcmp(path, "-") == 0;
    struct strbuf shown = {0};
    int code = changed && chosen->check ? CLI_FAILED : CLI_DONE;
    if (chosen->diff)
        line_diff(path, before, strbuf_str(after), &shown);
    else if (piped && !chosen->check)
        strbuf_add_str(&shown, strbuf_str(after));
    else if (changed)
        strbuf_addf(&shown, "%s\n", path);
    if (changed && !piped && !chosen->check)
        code = rewrite(path, after);
    int printed = code == CLI_DONE || chosen->check ? report_output(&shown) : CLI_DONE;
    strbuf_finish(&shown);
    return printed ? printed : code;
}

static int format_file(const struct command_call *call, const char *path)
{
    struct sources sources;
    struct diag_list diags;
    struct strbuf text = {0};
    uint32_t source;
    sources_init(&sources, call->arena);
    diag_list_init(&diags, call->arena, &sources);
    int error = source_load(&sources, path, &source);
    if (error < 0)
        return say_errno(path, error);
    int code = CLI_INVALID;
    if (format_source(&sources, source, &diags, &text))
        code = finish_file(command_options(call, struct fmt_options), path,
                           sources.files.items[source].text, &text);
    else
        print_invalid(&diags);
    strbuf_finish(&text);
    return code;
}

/* Every file has its turn; the exit code is the highest of theirs. */
static int run(const struct command_call *call)
{
    char path[PATH_MAX];
    int worst = CLI_DONE;
    if (call->operand_count == 0) {
        int code = load_path(call, path);
        return code ? code : format_file(call, path);
    }
    for (size_t i = 0; i < call->operand_count; i++) {
        int code = format_file(call, call->operands[i]);
        worst = code > worst ? code : worst;
    }
    return worst;
}

const struct command cmd_fmt = {
    .name = "fmt",
    .summary = "Bring HCL files into their usual layout",
    .operands = "[FILE...]",
    .about =
        "The layout is that of terraform fmt. Without a FILE: the A3sfile; \"-\" formats stdin to\n"
        "stdout. Names the files that change. Only blanks change, and a file that is not valid\n"
        "stays as it is: exit code 4.",
    .options = options,
    .operands_max = COMMAND_OPERANDS_ANY,
    .run = run,
};
