#include "compose.h"

#include "array.h"
#include "import_codes.h"

struct dollar_text compose_text(struct compose_service *s, const struct node *node)
{
    struct import *im = s->file->im;
    if (!node_is_text(node))
        return dollar_literal(im->arena, STR(""));
    struct dollar_text text = dollar_parse(im->arena, node->text);
    if (text.lossy)
        draft_note(&im->draft, s->draft, import_line(im, node),
                   "not all of it can be said with env(): %.*s", STR_ARG(node->text));
    return text;
}

bool compose_constant(struct compose_service *s, const struct node *node, struct str *out)
{
    struct import *im = s->file->im;
    struct dollar_text text = compose_text(s, node);
    if (!dollar_constant(im->arena, &text, out)) {
        draft_note(&im->draft, s->draft, import_line(im, node), "no value is known for %.*s",
                   STR_ARG(node->text));
        return false;
    }
    if (text.has_variable)
        draft_note(&im->draft, s->draft, import_line(im, node),
                   "\"%.*s\" is the default of %.*s: it must be known when the file is compiled",
                   STR_ARG(*out), STR_ARG(node->text));
    return true;
}

bool compose_arguments(struct compose_service *s, const struct node *node, struct arguments *out)
{
    struct import *im = s->file->im;
    if (!node)
        return true;
    if (node->kind == NODE_MAP)
        return node_mistake(im->diags, node, "a command: text, or a list of arguments");
    if (node->kind == NODE_TEXT) {
        if (arguments_split(im->arena, node->text, out))
            return true;
        diag_error(im->diags, &import_codes[IMPORT_SHAPE], node->span,
                   "a quote of the command has no end");
        return false;
    }
    VEC_EACH (&node->items, it) {
        if (!node_is_text(it->value))
            return node_mistake(im->diags, it->value, "an argument of the command");
        arguments_add(im->arena, out, compose_text(s, it->value));
    }
    return true;
}

/* Where the program runs: a folder of the container is one of this machine if it is mounted. */

static bool is_below(struct str path, struct str folder)
{
    return str_has_prefix(path, folder) && (path.len == folder.len || path.ptr[folder.len] == '/' ||
                                            str_has_suffix(folder, STR("/")));
}

/* "./api:/app:ro" with "/app/src" is "./api/src". */
static bool through_mount(struct compose_service *s, const struct node *volume, struct str inside,
                          struct str *out)
{
    struct str text;
    const struct node *source = node_find(volume, "source"), *target = node_find(volume, "target");
    struct str host = {0}, folder = {0};
    if (node_is_text(volume)) {
        struct dollar_text value = dollar_parse(s->file->im->arena, volume->text);
        if (!dollar_constant(s->file->im->arena, &value, &text) || text.len == 0)
            return false;
        const char *colon = memchr(text.ptr, ':', text.len);
        if (!colon)
            return false;
        host = (struct str){text.ptr, (size_t)(colon - text.ptr)};
        folder = (struct str){colon + 1, text.len - host.len - 1};
        const char *mode = folder.len ? memchr(folder.ptr, ':', folder.len) : NULL;
        folder.len = mode ? (size_t)(mode - folder.ptr) : folder.len;
    } else if (node_is_text(source) && node_is_text(target)) {
        host = source->text;
        folder = target->text;
    }
    if (host.len == 0 || folder.len == 0 || (host.ptr[0] != '.' && host.ptr[0] != '/') ||
        !is_below(inside, folder))
        return false;
    *out = str_from(arena_printf(s->file->im->arena, "%.*s%.*s", STR_ARG(host),
                                 (int)(inside.len - folder.len), inside.ptr + folder.len));
    return true;
}

static struct str build_context(const struct node *service)
{
    const struct node *build = node_find(service, "build"), *context = node_find(build, "context");
    if (node_is_text(build))
        return build->text;
    return node_is_text(context) ? context->text : STR(".");
}

static void set_folder(struct compose_service *s)
{
    struct import *im = s->file->im;
    const struct node *inside = node_find(s->node, "working_dir"),
                      *volumes = node_find(s->node, "volumes");
    struct str folder = build_context(s->node);
    for (uint32_t i = 0; node_is_text(inside) && volumes && i < volumes->items.count && !s->mounted;
         i++)
        s->mounted = through_mount(s, volumes->items.items[i].value, inside->text, &folder);
    if (node_is_text(inside) && !s->mounted)
        draft_note(
            &im->draft, s->draft, import_line(im, inside),
            "working_dir %.*s is a folder of the container; \"dir\" is the one to run in here",
            STR_ARG(inside->text));
    struct dollar_text value = dollar_parse(im->arena, import_path(im, folder));
    if (!str_is(folder, ".") || import_path(im, folder).len > 1)
        draft_set(s->draft, SCHEMA_service_dir, dollar_hcl(im->arena, &value));
}

/* Services */

/* What is not built from this project runs where its programs are, if it may. */
static bool in_container(const struct compose_service *s)
{
    return s->file->im->options->run_images && node_is_text(node_find(s->node, "image")) &&
           !node_find(s->node, "build");
}

/* An entrypoint with a command, or a command that names a program: one that begins with an option
 * needs what the image has as its entrypoint. */
static bool read_local_command(struct compose_service *s, struct arguments *out)
{
    const struct node *command = node_find(s->node, "command"),
                      *entrypoint = node_find(s->node, "entrypoint");
    struct str first;
    if (!compose_arguments(s, entrypoint, out) || !compose_arguments(s, command, out))
        return false;
    bool named = out->items.count &&
                 dollar_constant(s->file->im->arena, &out->items.items[0], &first) && first.len &&
                 first.ptr[0] != '-';
    if (!named || in_container(s))
        out->items.count = 0;
    return true;
}

static bool read_local(struct compose_service *s, const struct arguments *command)
{
    struct import *im = s->file->im;
    const struct node *image = node_find(s->node, "image");
    draft_set(s->draft, SCHEMA_service_cmd, arguments_hcl(im->arena, command));
    set_folder(s);
    if (node_is_text(image) && !node_find(s->node, "build"))
        draft_note(&im->draft, s->draft, import_line(im, image),
                   "runs here, not in the image %.*s: its programs must be installed",
                   STR_ARG(image->text));
    return compose_health(s, NULL);
}

static bool read_container(struct compose_service *s)
{
    struct import *im = s->file->im;
    const struct node *image = node_find(s->node, "image"), *build = node_find(s->node, "build");
    if (build || !node_is_text(image)) {
        draft_leave_out(&im->draft, s->draft,
                        build ? "it runs what the CMD of its Dockerfile says; write that as cmd"
                              : "it has neither an image nor a command");
        if (build) {
            draft_set_text(&im->draft, s->draft, SCHEMA_service_cmd, STR("..."));
            set_folder(s);
        }
        return compose_health(s, NULL);
    }
    if (!im->options->run_images)
        draft_leave_out(&im->draft, s->draft,
                        "an image without a command; docker would run it like this "
                        "(\"a3s init --docker\" makes it a service)");
    return compose_image(s, image);
}

/* What the other services need to know of it. */
static bool prepare(struct compose_service *s, const struct node *node)
{
    s->node = node;
    if (node->kind != NODE_MAP)
        return node_mistake(s->file->im->diags, node, "a map: what the service is");
    if (!read_local_command(s, &s->command))
        return false;
    s->local = s->command.items.count > 0 || node_find(node, "build");
    if (!compose_read_ports(s))
        return false;
    compose_choose_port(s);
    return true;
}

/* What is read, but only in part. */
static void add_lost_parts(struct compose_service *s)
{
    const struct node *build = node_find(s->node, "build"),
                      *volumes = node_find(s->node, "volumes");
    if (build && s->command.items.count)
        compose_lose(s, "build", build);
    compose_lose_others(s, "build", build, (const char *const[]){"context", NULL});
    if (volumes && s->local && (!s->mounted || volumes->items.count > 1))
        compose_lose(s, "volumes", volumes);
}

static bool finish_service(struct compose_service *s)
{
    bool right = s->command.items.count ? read_local(s, &s->command) : read_container(s);
    add_lost_parts(s);
    if (!s->local)
        s->draft->lost_help = "docker run has options for most of it, which can be added to cmd";
    return right;
}

static bool create_services(struct compose *file, const struct node *services)
{
    bool right = true;
    uint32_t count = services->items.count;
    file->services = arena_new(file->im->arena, struct compose_service, count);
    for (uint32_t i = 0; i < count; i++) {
        file->services[i].file = file;
        file->services[i].draft = import_service(file->im, services->items.items[i].key);
        if (!file->services[i].draft)
            return false;
    }
    for (uint32_t i = 0; i < count; i++)
        right = prepare(&file->services[i], services->items.items[i].value) && right;
    return right;
}

static void add_file_notes(struct import *im, const struct node *root)
{
    compose_lose_of_file(im, root);
    if (import_has_beside(im, ".env"))
        draft_note(&im->draft, NULL, 0,
                   "compose takes ${NAME} from .env too, env() only from the environment: "
                   "\"set -a; . ./.env; set +a; a3s up\"");
}

bool read_compose(struct import *im, const struct node *root)
{
    const struct node *services = node_find(root, "services");
    struct compose file = {.im = im};
    bool right = true;
    if (!services || services->kind != NODE_MAP)
        return node_mistake(im->diags, services ? services : root, "a map with services");
    map_init(&file.claimed, im->arena, 0);
    add_file_notes(im, root);
    if (!create_services(&file, services))
        return false;
    for (uint32_t i = 0; i < services->items.count; i++)
        right = compose_keys(&file.services[i]) && right;
    for (uint32_t i = 0; i < services->items.count && right; i++)
        right = finish_service(&file.services[i]);
    return right;
}
