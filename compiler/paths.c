#include "paths.h"

#include "checker.h"
#include "codes.h"
#include "map.h"

#include <sys/stat.h>
#include <unistd.h>

/* What many services share (folders, programs) is looked up once. */
struct paths {
    struct arena *arena;
    struct diag_list *diags;
    const struct model *model;
    const char *root;
    struct map seen;     /* path -> bits of enum path_is */
    struct map programs; /* "FOLDER/PATH/PROGRAM" -> found */
};

enum path_is {
    PATH_IS_KNOWN = 1, /* looked up, for a path that does not exist has no other bit */
    PATH_IS_THERE = 2,
    PATH_IS_DIR = 4,
    PATH_IS_PROGRAM = 8,
};

/* The path as seen from base. */
static const char *join(struct paths *p, const char *base, struct str path)
{
    if (path.len > 0 && path.ptr[0] == '/')
        return arena_strndup(p->arena, path.ptr, path.len);
    size_t length = strlen(base);
    char *joined = arena_alloc(p->arena, length + path.len + 2, 1);
    memcpy(joined, base, length);
    joined[length] = '/';
    if (path.len > 0)
        memcpy(joined + length + 1, path.ptr, path.len);
    return joined;
}

static uint32_t look_up(const char *path)
{
    struct stat st;
    if (stat(path, &st) != 0)
        return PATH_IS_KNOWN;
    bool program = S_ISREG(st.st_mode) && access(path, X_OK) == 0;
    return PATH_IS_KNOWN | PATH_IS_THERE | (S_ISDIR(st.st_mode) ? PATH_IS_DIR : 0) |
           (program ? PATH_IS_PROGRAM : 0);
}

static bool path_is(struct paths *p, const char *path, enum path_is wanted)
{
    uint32_t *is = map_put(&p->seen, str_from(path), NULL);
    if (*is == 0)
        *is = look_up(path);
    return (*is & wanted) != 0;
}

/* The PATH that the file gives the service; NULL if it says nothing. */
static const struct model_text *own_search_path(const struct paths *p,
                                                const struct model_service *service)
{
    const struct model_env *envs[] = {&service->env, &p->model->dev->env};
    for (size_t i = 0; i < 2; i++)
        for (uint32_t at = 0; at < envs[i]->count; at++)
            if (str_is(envs[i]->items[at].name, "PATH"))
                return &envs[i]->items[at].value;
    return NULL;
}

/* The PATH that the service will have. */
static struct str search_path(const struct paths *p, const struct model_service *service)
{
    const struct model_text *own = own_search_path(p, service);
    const char *inherited = getenv("PATH");
    if (own != NULL)
        return own->text;
    return str_from(inherited != NULL ? inherited : "/usr/local/bin:/usr/bin:/bin");
}

/* Whether nothing that decides where the program is will be known only at start. */
static bool is_known(const struct paths *p, const struct model_service *service)
{
    const struct model_text *own = own_search_path(p, service);
    return service->cmd.argv.items[0].count == 0 && (own == NULL || own->count == 0);
}

static bool search(struct paths *p, struct str path, const char *dir, struct str program)
{
    for (;;) {
        const char *colon = path.len > 0 ? memchr(path.ptr, ':', path.len) : NULL;
        struct str entry = {path.ptr, colon != NULL ? (size_t)(colon - path.ptr) : path.len};
        if (path_is(p, join(p, join(p, dir, entry), program), PATH_IS_PROGRAM))
            return true;
        if (colon == NULL)
            return false;
        path = (struct str){colon + 1, path.len - entry.len - 1};
    }
}

/* dir: the service's folder; relative folders of PATH start from there too. */
static bool found_on_path(struct paths *p, struct str path, const char *dir, struct str program)
{
    const char *key = join(p, join(p, dir, path), program);
    bool is_new;
    uint32_t *found = map_put(&p->programs, str_from(key), &is_new);
    if (is_new)
        *found = search(p, path, dir, program);
    return *found != 0;
}

static void no_program(struct paths *p, const struct model_service *service, struct str program)
{
    struct diag *diag = diag_warning(p->diags, CODE(NO_PROGRAM), service->cmd.argv.items[0].span,
                                     "the program \"%.*s\" of service \"%.*s\" is not found",
                                     STR_ARG(program), STR_ARG(service->name));
    if (memchr(program.ptr, '/', program.len) != NULL)
        diag_help(diag, "there is no executable file at this place, as seen from \"%.*s\"",
                  STR_ARG(service->dir.text));
    else
        diag_help(diag, "it is in none of the folders of PATH: is it installed?");
}

static void check_program(struct paths *p, const struct model_service *service, const char *dir)
{
    if (service->cmd.shell || service->cmd.argv.count == 0 || !is_known(p, service))
        return;
    struct str program = service->cmd.argv.items[0].text;
    bool found = memchr(program.ptr, '/', program.len) != NULL
                     ? path_is(p, join(p, dir, program), PATH_IS_PROGRAM)
                     : found_on_path(p, search_path(p, service), dir, program);
    if (!found)
        no_program(p, service, program);
}

static void check_watch(struct paths *p, const struct model_service *service)
{
    if (service->watch == NULL)
        return;
    for (uint32_t i = 0; i < service->watch->paths.count; i++) {
        const struct model_string *path = &service->watch->paths.items[i];
        if (path_is(p, join(p, p->root, path->text), PATH_IS_THERE))
            continue;
        struct diag *diag =
            diag_warning(p->diags, CODE(NO_WATCH_PATH), path->span,
                         "the watched path \"%.*s\" does not exist", STR_ARG(path->text));
        diag_help(diag, "paths in watch are relative to the A3sfile, not to dir");
    }
}

static void check_env_files(struct paths *p, const struct model_strings *files)
{
    for (uint32_t i = 0; i < files->count; i++) {
        const struct model_string *file = &files->items[i];
        if (path_is(p, join(p, p->root, file->text), PATH_IS_THERE))
            continue;
        struct diag *diag =
            diag_warning(p->diags, CODE(NO_ENV_FILE), file->span,
                         "the environment file \"%.*s\" does not exist", STR_ARG(file->text));
        diag_help(diag, "env_file is relative to the A3sfile, not to dir");
    }
}

static void check_dir(struct paths *p, const struct model_service *service)
{
    if (service->dir.count > 0)
        return; /* known only at start */
    const char *dir = join(p, p->root, service->dir.text);
    if (path_is(p, dir, PATH_IS_DIR)) {
        check_program(p, service, dir);
        return;
    }
    const struct ast_attribute *written = check_written(&service->block, SCHEMA_service_dir);
    struct span span = written != NULL ? written->expr->span : service->name_span;
    struct diag *diag = diag_warning(p->diags, CODE(NO_DIR), span,
                                     "the folder \"%.*s\" of service \"%.*s\" does not exist",
                                     STR_ARG(service->dir.text), STR_ARG(service->name));
    diag_help(diag, "dir is relative to the A3sfile");
}

void paths_check(const struct model *model, struct diag_list *diags, const char *root)
{
    struct arena scratch = {0};
    struct paths p = {.arena = &scratch, .diags = diags, .model = model, .root = root};
    map_init(&p.seen, &scratch, 0);
    map_init(&p.programs, &scratch, 0);
    check_env_files(&p, &model->dev->env_file);
    VEC_EACH (&model->services, it) {
        check_dir(&p, *it);
        check_env_files(&p, &(*it)->env_file);
        check_watch(&p, *it);
    }
    arena_finish(&scratch);
}

/* The length of out without its last component. */
static size_t parent_length(const char *out, size_t length)
{
    while (length > 0 && out[length - 1] != '/')
        length--;
    return length > 0 ? length - 1 : 0;
}

static bool ends_in_dotdot(const char *out, size_t length)
{
    return length >= 2 && out[length - 1] == '.' && out[length - 2] == '.' &&
           (length == 2 || out[length - 3] == '/');
}

struct str path_normalize(struct arena *arena, struct str path)
{
    if (path.len > 0 && path.ptr[0] == '/')
        return path;
    char *out = arena_alloc(arena, path.len + 2, 1);
    size_t length = 0, at = 0;
    while (at < path.len) {
        size_t end = at;
        while (end < path.len && path.ptr[end] != '/')
            end++;
        struct str part = {path.ptr + at, end - at};
        at = end + 1;
        if (part.len == 0 || str_is(part, "."))
            continue;
        if (str_is(part, "..") && length > 0 && !ends_in_dotdot(out, length)) {
            length = parent_length(out, length);
            continue;
        }
        if (length > 0)
            out[length++] = '/';
        memcpy(out + length, part.ptr, part.len);
        length += part.len;
    }
    return length > 0 ? (struct str){out, length} : STR(".");
}
