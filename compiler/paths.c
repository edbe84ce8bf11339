#include "paths.h"

#include "checker.h"
#include "codes.h"
#include "map.h"

#include <sys/stat.h>
#include <unistd.h>

/* What many services share (folders, programs) is looked up once. */
struct paths {
    struct arena *arena; /* of paths; a service's are dropped unless a map has one of them now */
    struct diag_list *diags;
    const struct model *model;
    const char *root;
    struct str path;     /* the PATH of a service that sets none */
    struct map seen;     /* path -> bits of enum path_is */
    struct map programs; /* "FOLDER/PROGRAM" -> found, with that PATH */
    bool kept;           /* a map has a path of this service */
};

enum path_is {
    PATH_IS_THERE = 1,
    PATH_IS_DIR = 2,
    PATH_IS_PROGRAM = 4,
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
        return 0;
    bool program = S_ISREG(st.st_mode) && access(path, X_OK) == 0;
    return PATH_IS_THERE | (S_ISDIR(st.st_mode) ? PATH_IS_DIR : 0) |
           (program ? PATH_IS_PROGRAM : 0);
}

static uint32_t *place_in(struct paths *p, struct map *map, const char *key, bool *out_new)
{
    uint32_t *place = map_put(map, str_from(key), out_new);
    p->kept = p->kept || *out_new;
    return place;
}

static bool path_is(struct paths *p, const char *path, enum path_is wanted)
{
    bool is_new;
    uint32_t *is = place_in(p, &p->seen, path, &is_new);
    if (is_new)
        *is = look_up(path);
    return (*is & wanted) != 0;
}

static const struct model_text *path_in(const struct model_env *env)
{
    for (uint32_t i = 0; i < env->count; i++)
        if (str_is(env->items[i].name, "PATH"))
            return &env->items[i].value;
    return NULL;
}

static struct str common_path(const struct model *model)
{
    const struct model_text *written = path_in(&model->dev->env);
    const char *inherited = getenv("PATH");
    if (written != NULL)
        return written->text;
    return str_from(inherited != NULL ? inherited : "/usr/local/bin:/usr/bin:/bin");
}

/* Whether nothing that decides where the program is will be known only at start. */
static bool is_known(const struct paths *p, const struct model_service *service,
                     const struct model_text *program)
{
    const struct model_text *path = path_in(&service->env);
    if (path == NULL)
        path = path_in(&p->model->dev->env);
    return program->count == 0 && (path == NULL || path->count == 0);
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
static bool found_on_path(struct paths *p, const struct model_service *service, const char *dir,
                          struct str program)
{
    const struct model_text *own = path_in(&service->env);
    if (own != NULL)
        return search(p, own->text, dir, program);
    bool is_new;
    const char *key = join(p, dir, program);
    uint32_t *found = place_in(p, &p->programs, key, &is_new);
    if (is_new)
        *found = search(p, p->path, dir, program);
    return *found != 0;
}

static void no_program(struct paths *p, const struct model_service *service, struct span span,
                       struct str program)
{
    struct diag *diag = diag_warning(p->diags, CODE(NO_PROGRAM), span,
                                     "the program \"%.*s\" of service \"%.*s\" is not found",
                                     STR_ARG(program), STR_ARG(service->name));
    if (memchr(program.ptr, '/', program.len) != NULL)
        diag_help(diag, "there is no executable file at this place, as seen from \"%.*s\"",
                  STR_ARG(service->dir.text));
    else
        diag_help(diag, "it is in none of the folders of PATH: is it installed?");
}

static void check_program(struct paths *p, const struct model_service *service,
                          const struct model_command *command, const char *dir)
{
    if (command->shell || command->argv.count == 0 ||
        !is_known(p, service, &command->argv.items[0]))
        return;
    struct str program = command->argv.items[0].text;
    bool found = memchr(program.ptr, '/', program.len) != NULL
                     ? path_is(p, join(p, dir, program), PATH_IS_PROGRAM)
                     : found_on_path(p, service, dir, program);
    if (!found)
        no_program(p, service, command->argv.items[0].span, program);
}

static void check_programs(struct paths *p, const struct model_service *service, const char *dir)
{
    check_program(p, service, &service->cmd, dir);
    check_program(p, service, &service->pre_start, dir);
    check_program(p, service, &service->post_stop, dir);
    if (service->health != NULL)
        check_program(p, service, &service->health->cmd, dir);
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
        check_programs(p, service, dir);
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
    struct arena maps = {0}, scratch = {0};
    struct paths p = {.arena = &scratch,
                      .diags = diags,
                      .model = model,
                      .root = root,
                      .path = common_path(model)};
    map_init(&p.seen, &maps, 0);
    map_init(&p.programs, &maps, 0);
    check_env_files(&p, &model->dev->env_file);
    VEC_EACH (&model->services, it) {
        struct arena_mark mark = arena_mark(&scratch);
        p.kept = false;
        check_dir(&p, *it);
        check_env_files(&p, &(*it)->env_file);
        check_watch(&p, *it);
        if (!p.kept)
            arena_rewind(&scratch, mark);
    }
    arena_finish(&scratch);
    arena_finish(&maps);
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
