#include "codes.h"
#include "ignore.h"
#include "paths.h"
#include "rules_parts.h"

/* The file as a plan names it; empty for one that is known only at start. */
static struct str log_path(struct rules *r, const struct model_log *log)
{
    if (log == NULL || log->file.count > 0 || check_broken(&log->block, SCHEMA_log_file) ||
        check_written(&log->block, SCHEMA_log_file) == NULL)
        return STR("");
    return path_normalize(r->arena, log->file.text);
}

/* Where in file the part below the folder begins; 0 if it does not lie in it. */
static size_t part_below(struct str folder, struct str file)
{
    if (str_is(folder, "."))
        return file.ptr[0] == '/' || str_has_prefix(file, STR("../")) ? 0 : 1;
    if (!str_has_prefix(file, folder) || file.len <= folder.len)
        return 0;
    return file.ptr[folder.len] == '/' ? folder.len + 1 : 0;
}

/* As the watcher has it: what lies in an ignored folder is ignored. */
static bool is_ignored(struct rules *r, const struct ignore *ignore, struct str file, size_t below)
{
    for (size_t end = below; end <= file.len; end++) {
        if (end < file.len && file.ptr[end] != '/')
            continue;
        const char *path = arena_strndup(r->arena, file.ptr, end);
        const char *slash = strrchr(path, '/');
        const char *name = slash != NULL ? slash + 1 : path;
        if (ignore_always(name) || ignore_match(ignore, path, end < file.len))
            return true;
    }
    return false;
}

static void watched_log(struct rules *r, const struct model_service *service,
                        const struct model_string *path, struct str file)
{
    struct diag *diag = diag_error(
        r->diags, CODE(WATCHED_LOG), rules_value_span(&service->log->block, SCHEMA_log_file),
        "service \"%.*s\" writes its log into what it watches", STR_ARG(service->name));
    diag_label(diag, "each line of it would be a change");
    diag_note(diag, path->span, "watched here");
    diag_help(diag, "add it to the watch block: ignore = [\"%.*s*\"]", STR_ARG(file));
}

static void check_watched(struct rules *r, const struct model_service *service, struct str file)
{
    const struct model_watch *watch = service->watch;
    struct ignore ignore;
    ignore_init(&ignore);
    for (uint32_t i = 0; i < watch->ignore.count; i++)
        ignore_add(&ignore, arena_strndup(r->arena, watch->ignore.items[i].text.ptr,
                                          watch->ignore.items[i].text.len));
    for (uint32_t i = 0; i < watch->paths.count; i++) {
        struct str path = path_normalize(r->arena, watch->paths.items[i].text);
        size_t below = part_below(path, file);
        bool watched = str_equal(path, file) || (below > 0 && !is_ignored(r, &ignore, file, below));
        if (!watched)
            continue;
        watched_log(r, service, &watch->paths.items[i], file);
        break;
    }
    ignore_finish(&ignore);
}

static void log_taken(struct rules *r, const struct model_service *first,
                      const struct model_service *service)
{
    struct diag *diag = diag_error(
        r->diags, CODE(LOG_TAKEN), rules_value_span(&service->log->block, SCHEMA_log_file),
        "the log file is claimed twice, by service \"%.*s\" and by service \"%.*s\"",
        STR_ARG(first->name), STR_ARG(service->name));
    diag_note(diag, rules_value_span(&first->log->block, SCHEMA_log_file), "first claimed here");
    diag_help(diag, "give each service a file of its own");
}

void rules_check_logs(struct rules *r)
{
    struct map owners;
    map_init(&owners, r->arena, 0);
    VEC_EACH (&r->model->services, it) {
        const struct model_service *service = *it;
        struct str file = log_path(r, service->log);
        bool is_new;
        if (file.len == 0)
            continue;
        uint32_t *owner = map_put(&owners, file, &is_new);
        if (is_new)
            *owner = service->declared;
        else
            log_taken(r, r->model->services.items[*owner], service);
        if (service->watch != NULL && !check_broken(&service->watch->block, SCHEMA_watch_ignore))
            check_watched(r, service, file);
    }
}
