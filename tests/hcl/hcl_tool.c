/* Prints the JSON of an HCL file, or its diagnostics one a line and exits 1. For run.py. */
#include "arena.h"
#include "diag.h"
#include "json.h"
#include "parse.h"

int main(int argc, char **argv)
{
    struct arena arena = {0};
    struct sources sources;
    struct diag_list diags;
    struct strbuf out = {0};
    uint32_t source;
    if (argc != 2)
        return 2;
    sources_init(&sources, &arena);
    diag_list_init(&diags, &arena, &sources);
    int error = source_load(&sources, argv[1], &source);
    if (error) {
        fprintf(stderr, "%s: %s\n", argv[1], strerror(-error));
        return 2;
    }
    struct ast_body *body = parse_source(&sources, source, &diags);
    if (diags.errors) {
        diag_sort(&diags);
        VEC_EACH (&diags.diags, it) {
            struct position at = source_locate(&sources, (*it)->span);
            struct position end = source_locate_end(&sources, (*it)->span);
            strbuf_addf(&out, "%s:%u:%u: error: %s; %s (to %u:%u)\n", argv[1], at.line, at.column,
                        (*it)->message, (*it)->detail ? (*it)->detail : "", end.line, end.column);
        }
    } else {
        ast_json(&sources, body, &out);
        strbuf_addc(&out, '\n');
    }
    fputs(strbuf_text(&out), stdout);
    strbuf_finish(&out);
    arena_finish(&arena);
    return diags.errors > 0;
}
