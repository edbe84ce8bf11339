/* Compiles FILE and prints what came of it: the diagnostics to the file DIAG if there are any, the
 * plan as text to the file PLAN if it compiled. "paths" and "strict" switch these options on.
 *
 *     golden FILE DIAG PLAN [paths] [strict]
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

int main(int argc, char **argv)
{
    if (argc < 4)
        return 2;
    struct compile_options options = {0};
    for (int i = 4; i < argc; i++) {
        options.check_paths = options.check_paths || strcmp(argv[i], "paths") == 0;
        options.strict = options.strict || strcmp(argv[i], "strict") == 0;
    }
    struct compilation c;
    struct strbuf text = {0};
    compilation_init(&c);
    bool compiled = compile_file(&c, argv[1], &options);
    diag_render_text(&c.diags, false, &text);
    int error = text.len > 0 ? publish(argv[2], &text) : 0;
    if (error == 0 && compiled)
        error = dump(&c, argv[3]);
    strbuf_finish(&text);
    compilation_finish(&c);
    return error == 0 ? 0 : 1;
}
