/* Compiles FILE and prints what came of it: the diagnostics to the file DIAG if there are any, the
 * plan as text to the file PLAN if it compiled. "paths" and "strict" switch these options on.
 *
 *     golden FILE DIAG PLAN [paths] [strict] [list] [refuse] [NAME=VALUE...]
 *
 * "list" writes all diagnostics, a line each, where a person would be shown the first ones;
 * NAME=VALUE sets a variable, "refuse" refuses values for sensitive ones.
 */
#include "compile.h"
#include "diag_render.h"
#include "dump.h"
#include "io.h"

static int publish(const char *path, const struct strbuf *text)
{
    return io_write_atomic(path, strbuf_text(text), text->len, 0600);
}

static int dump(const struct compilation *c, const char *path)
{
    struct plan plan = {0};
    struct strbuf text = {0};
    uint64_t where;
    if (plan_open_bytes(&plan, c->bytes, c->size, &where) != PLAN_OK)
        return -1;
    plan_dump_text(&plan, &text);
    int error = publish(path, &text);
    strbuf_finish(&text);
    plan_close(&plan);
    return error;
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

/* NAME=VALUE; the text is cut in two. */
static struct variable_setting setting_of(char *text)
{
    char *equals = strchr(text, '=');
    *equals = '\0';
    return (struct variable_setting){text, equals + 1};
}

int main(int argc, char **argv)
{
    if (argc < 4)
        return 2;
    struct variable_setting settings[8];
    struct compile_options options = {.settings = {.items = settings}};
    bool listed = false;
    for (int i = 4; i < argc; i++) {
        struct variable_settings *given = &options.settings;
        listed = listed || strcmp(argv[i], "list") == 0;
        given->refuse_secrets = given->refuse_secrets || strcmp(argv[i], "refuse") == 0;
        if (strchr(argv[i], '=') && given->count < sizeof settings / sizeof *settings)
            settings[given->count++] = setting_of(argv[i]);
        options.check_paths = options.check_paths || strcmp(argv[i], "paths") == 0;
        options.strict = options.strict || strcmp(argv[i], "strict") == 0;
    }
    struct compilation c;
    struct strbuf text = {0};
    compilation_init(&c);
    bool compiled = compile_file(&c, argv[1], &options);
    if (listed)
        list(&c, &text);
    else
        diag_render_text(&c.diags, false, &text);
    int error = text.len > 0 ? publish(argv[2], &text) : 0;
    if (error == 0 && compiled)
        error = dump(&c, argv[3]);
    strbuf_finish(&text);
    compilation_finish(&c);
    return error == 0 ? 0 : 1;
}
