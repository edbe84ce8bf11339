/* Compiles FILE and writes what came of it beside OUT: the diagnostics as text to OUT.diag if there
 * are any, the plan as text to OUT.plan if it compiled. "paths" and "strict" switch these options
 * on; "json", "sarif" and "github" write the diagnostics in this format, too, to OUT.json and so
 * on.
 *
 *     golden FILE OUT [WORD...]
 *
 * "list" writes all diagnostics, a line each, where a person would be shown the first ones;
 * NAME=VALUE sets a variable, "refuse" refuses values for sensitive ones.
 */
#include "compile.h"
#include "diag_render.h"
#include "dump.h"
#include "io.h"

/* No golden file changes with the version. */
static const struct diag_tool tool = {.name = "a3s", .version = "0.0.0"};

/* Finishes the text. */
static int publish(const char *out, const char *kind, struct strbuf *text)
{
    struct strbuf path = {0};
    strbuf_addf(&path, "%s.%s", out, kind);
    int error = io_write_atomic(path.ptr, strbuf_text(text), text->len, 0600);
    strbuf_finish(&path);
    strbuf_finish(text);
    return error;
}

static int write_plan(const struct compilation *c, const char *out)
{
    struct plan plan = {0};
    struct strbuf text = {0};
    uint64_t where;
    if (plan_open_bytes(&plan, c->bytes, c->size, &where) != PLAN_OK)
        return -1;
    plan_dump_text(&plan, &text);
    plan_close(&plan);
    return publish(out, "plan", &text);
}

/* A line for each diagnostic. */
static void list(const struct compilation *c, struct strbuf *text)
{
    struct sources *sources = c->diags.sources;
    VEC_EACH (&c->diags.diags, it) {
        const struct diag *diag = *it;
        if (diag->has_span) {
            struct position at = source_locate(sources, diag->span);
            strbuf_addf(text, "%s:%u:%u: ", sources->files.items[diag->span.source].path, at.line,
                        at.column);
        }
        strbuf_addf(text, "%s %s%s%s\n", diag->code->name, diag->message, diag->detail ? "; " : "",
                    diag->detail ? diag->detail : "");
    }
}

static int write_text(struct compilation *c, const char *out, bool listed)
{
    struct strbuf text = {0};
    if (listed)
        list(c, &text);
    else
        diag_render_text(&c->diags, false, &text);
    return text.len > 0 ? publish(out, "diag", &text) : 0;
}

/* Other words than those of formats write nothing. */
static int write_format(struct compilation *c, const char *out, const char *word)
{
    struct strbuf text = {0};
    struct diag_list *list = &c->diags;
    if (strcmp(word, "json") == 0)
        diag_render_json(&list, 1, &text);
    else if (strcmp(word, "sarif") == 0)
        diag_render_sarif(&tool, &list, 1, &text);
    else if (strcmp(word, "github") == 0)
        diag_render_github(list, &text);
    return text.len > 0 ? publish(out, word, &text) : 0;
}

/* NAME=VALUE; the text is cut in two. */
static struct variable_setting setting_of(char *text)
{
    char *equals = strchr(text, '=');
    *equals = '\0';
    return (struct variable_setting){text, equals + 1};
}

int main(int argc, char **argv)
{
    if (argc < 3)
        return 2;
    struct variable_setting settings[8];
    struct compile_options options = {.settings = {.items = settings}};
    bool listed = false;
    for (int i = 3; i < argc; i++) {
        struct variable_settings *given = &options.settings;
        listed = listed || strcmp(argv[i], "list") == 0;
        given->refuse_secrets = given->refuse_secrets || strcmp(argv[i], "refuse") == 0;
        if (strchr(argv[i], '=') && given->count < sizeof settings / sizeof *settings)
            settings[given->count++] = setting_of(argv[i]);
        options.check_paths = options.check_paths || strcmp(argv[i], "paths") == 0;
        options.strict = options.strict || strcmp(argv[i], "strict") == 0;
    }
    struct compilation c;
    compilation_init(&c);
    bool compiled = compile_file(&c, argv[1], &options);
    int error = write_text(&c, argv[2], listed);
    for (int i = 3; i < argc && error == 0; i++)
        error = write_format(&c, argv[2], argv[i]);
    if (error == 0 && compiled)
        error = write_plan(&c, argv[2]);
    compilation_finish(&c);
    return error == 0 ? 0 : 1;
}
