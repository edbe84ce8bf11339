#include "compile.h"

#include "syntax_codes.h" /* before codes.h, which leaves CODE defined */

#include "checker.h"
#include "codes.h"
#include "graph.h"
#include "lower.h"
#include "parse.h"
#include "paths.h"
#include "utf8.h"

#include <errno.h>

void compilation_init(struct compilation *c)
{
    *c = (struct compilation){0};
    arena_init(&c->arena);
    sources_init(&c->sources, &c->arena);
    diag_list_init(&c->diags, &c->arena, &c->sources);
}

void compilation_finish(struct compilation *c)
{
    arena_finish(&c->arena);
    *c = (struct compilation){0};
}

static bool load(struct compilation *c, const char *path, uint32_t *out_source)
{
    int error = source_load(&c->sources, path, out_source);
    if (error == 0)
        return true;
    const char *why = error == -EFBIG ? "it is larger than 32 MiB" : strerror(-error);
    if (error == -EISDIR)
        why = "it is a folder";
    struct diag *diag = diag_file_error(&c->diags, CODE(FILE_UNREADABLE), path,
                                        "the A3sfile cannot be read: %s", why);
    if (error == -EISDIR)
        diag_help(diag, "name the file in it: %s/A3sfile.hcl", path);
    return false;
}

/* The folder of path. */
static const char *folder_of(struct arena *arena, const char *path)
{
    const char *slash = strrchr(path, '/');
    if (slash == NULL)
        return ".";
    return slash == path ? "/" : arena_strndup(arena, path, (size_t)(slash - path));
}

/* What the plan calls the source: no folder of this machine is in it. */
static struct str name_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    struct str name = str_from(slash != NULL ? slash + 1 : path);
    return utf8_is_valid(name) && !str_is(name, "-") ? name : STR("A3sfile.hcl");
}

/* What is not there yet is no news while the file itself is wrong. */
static void check_paths(struct compilation *c, const char *root)
{
    if (c->diags.errors == 0)
        paths_check(c->model, &c->diags, root);
}

static void harden_warnings(struct diag_list *diags)
{
    VEC_EACH (&diags->diags, it)
        (*it)->severity = DIAG_ERROR;
    diags->errors += diags->warnings;
    diags->warnings = 0;
}

static bool lower_model(struct compilation *c, const char *path, uint32_t source)
{
    struct lower_source from = {&c->sources, source, name_of(path)};
    enum plan_error error = lower(c->model, &from, &c->arena, &c->bytes, &c->size);
    if (error == PLAN_E_TOO_LARGE || error == PLAN_E_LIMIT) {
        struct diag *diag = diag_file_error(&c->diags, CODE(TOO_MUCH), path, "%s",
                                            "this is more than a plan can hold (64 MiB)");
        diag_help(diag, "every service carries a copy of dev.env");
    } else if (error != PLAN_OK) {
        diag_file_error(&c->diags, CODE(INTERNAL), path,
                        "the plan is malformed: %s; this is a "
                        "fault in a3s",
                        plan_error_text(error));
    }
    return error == PLAN_OK;
}

/* A block that is never closed holds all that follows it: what stands where is anybody's guess. */
static bool is_nesting_known(const struct diag_list *diags)
{
    VEC_EACH (&diags->diags, it) {
        if ((*it)->code == &syntax_codes[SYNTAX_UNCLOSED_BLOCK])
            return false;
    }
    return true;
}

static bool compile_source(struct compilation *c, const char *path, uint32_t source,
                           const struct compile_options *options)
{
    struct ast_body *body = parse_source(&c->sources, source, &c->diags);
    c->diags.partial = c->diags.errors > 0;
    if (!is_nesting_known(&c->diags))
        return false;
    const char *root = options->root != NULL ? options->root : folder_of(&c->arena, path);
    struct check_options how = {.partial = c->diags.partial,
                                .path = c->sources.files.items[source].path,
                                .folder = root,
                                .settings = options->settings};
    c->model = check(body, &c->diags, &how);
    graph_order(c->model, &c->diags);
    if (options->check_paths)
        check_paths(c, root);
    if (options->strict)
        harden_warnings(&c->diags);
    return c->diags.errors == 0 && lower_model(c, path, source);
}

static bool compile_loaded(struct compilation *c, const char *path, uint32_t source,
                           const struct compile_options *options)
{
    static const struct compile_options defaults;
    bool compiled = compile_source(c, path, source, options != NULL ? options : &defaults);
    diag_sort(&c->diags);
    return compiled;
}

bool compile_file(struct compilation *c, const char *path, const struct compile_options *options)
{
    uint32_t source;
    return load(c, path, &source) && compile_loaded(c, path, source, options);
}

bool compile_text(struct compilation *c, const char *path, struct str text,
                  const struct compile_options *options)
{
    return compile_loaded(c, path, source_add(&c->sources, path, text), options);
}

bool compilation_is_secret(const struct compilation *c, const char *name)
{
    if (c->model == NULL)
        return false;
    VEC_EACH (&c->model->variables, it)
        if (str_is((*it)->name, name))
            return (*it)->sensitive;
    return false;
}
