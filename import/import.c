#include "import.h"

#include "array.h"
#include "ascii.h"
#include "import_codes.h"
#include "import_parts.h"
#include "io.h"
#include "utf8.h"

#include <errno.h>
#include <unistd.h>

/* Reading */

static bool name_ends(const char *path, const char *end)
{
    return str_has_suffix(str_from(path), str_from(end));
}

static bool read_tree(struct import *im)
{
    bool is_json = name_ends(im->options->from, ".json");
    const struct node *root =
        is_json ? node_read_json(im->diags, im->source) : node_read_yaml(im->diags, im->source);
    if (!root)
        return false;
    if (node_find(root, "processes"))
        return read_process_compose(im, root);
    if (is_json && !node_find(root, "services"))
        return read_package_json(im, root);
    return read_compose(im, root);
}

static bool read_source(struct import *im)
{
    const struct source *file = &im->diags->sources->files.items[im->source];
    const char *from = im->options->from;
    const char *problem = file->text.len > IMPORT_FILE_MAX ? "it is larger than 1 MiB"
                          : !utf8_is_valid(file->text)     ? "it is not UTF-8"
                                                           : NULL;
    if (problem) {
        diag_file_error(im->diags, &import_codes[IMPORT_UNREADABLE], from, "%s", problem);
        return false;
    }
    if (name_ends(from, ".yaml") || name_ends(from, ".yml") || name_ends(from, ".json"))
        return read_tree(im);
    return read_procfile(im);
}

/* What every service needs besides */

/* A host name has no '_'. */
static void settle_subdomain(struct import *im, struct draft_service *service)
{
    struct str name = service->name;
    if (!draft_has(service, SCHEMA_service_port) || draft_has(service, SCHEMA_service_subdomain) ||
        !memchr(name.ptr, '_', name.len))
        return;
    char *host = arena_strndup(im->arena, name.ptr, name.len);
    for (size_t i = 0; i < name.len; i++)
        host[i] = host[i] == '_' ? '-' : ascii_lower(host[i]);
    draft_set_text(&im->draft, service, SCHEMA_service_subdomain, (struct str){host, name.len});
}

static void settle(struct import *im)
{
    const char *prefix = im->options->prefix;
    VEC_EACH (&im->draft.services, it) {
        settle_subdomain(im, *it);
        if (prefix && *prefix && (*it)->line && !draft_has(*it, SCHEMA_service_dir))
            draft_set_text(&im->draft, *it, SCHEMA_service_dir, str_from(prefix));
    }
}

static bool run(struct import *im, struct import_result *out)
{
    return import_apply_settings(im) && (settle(im), import_write_valid(im, out));
}

bool import_text(const struct import_options *options, struct str text, struct diag_list *diags,
                 struct import_result *out_result)
{
    struct import im = {.arena = diags->arena, .diags = diags, .options = options};
    draft_init(&im.draft, im.arena, options->from);
    im.source = source_add(diags->sources, options->from, text);
    return read_source(&im) && run(&im, out_result);
}

static bool unreadable(const struct import_options *options, struct diag_list *diags, int error)
{
    const char *why = error == -EFBIG ? "it is larger than 1 MiB" : strerror(-error);
    diag_file_error(diags, &import_codes[IMPORT_UNREADABLE], options->from, "%s", why);
    return false;
}

bool import_file(const struct import_options *options, struct diag_list *diags,
                 struct import_result *out_result)
{
    struct import im = {.arena = diags->arena, .diags = diags, .options = options};
    struct str text;
    if (options->from) {
        int error = io_load_file(diags->arena, options->from, IMPORT_FILE_MAX, &text);
        return error < 0 ? unreadable(options, diags, error)
                         : import_text(options, text, diags, out_result);
    }
    draft_init(&im.draft, im.arena, NULL);
    return run(&im, out_result);
}

/* Finding */

/* In the order in which a folder is searched. */
static const char *const known_files[] = {
    "Procfile.dev",        "Procfile",           "compose.yaml",         "compose.yml",
    "docker-compose.yaml", "docker-compose.yml", "process-compose.yaml", "process-compose.yml",
    "package.json",
};

bool import_detect(struct arena *arena, const char *folder, const char **out_path,
                   uint32_t *out_count)
{
    uint32_t count = 0;
    for (size_t i = 0; i < ARRAY_LEN(known_files); i++) {
        const char *path = str_is(str_from(folder), ".")
                               ? known_files[i]
                               : arena_printf(arena, "%s/%s", folder, known_files[i]);
        if (access(path, F_OK) == 0 && count++ == 0)
            *out_path = path;
    }
    *out_count = count;
    return count > 0;
}
