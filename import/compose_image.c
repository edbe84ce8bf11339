#include "compose.h"

static void add(struct compose_service *s, struct arguments *run, const char *word)
{
    arguments_addf(s->file->im->arena, run, "%s", word);
}

static void add_ports(struct compose_service *s, struct arguments *run)
{
    VEC_EACH (&s->ports, it) {
        add(s, run, "-p");
        arguments_addf(s->file->im->arena, run, "127.0.0.1:%u:%u",
                       it->published ? it->published : it->target, it->target);
    }
    /* What is only exposed to other containers is asked for here. */
    if (s->ports.count == 0 && s->port) {
        add(s, run, "-p");
        arguments_addf(s->file->im->arena, run, "127.0.0.1:%u:%u", s->port, s->port);
    }
}

/* Their values are in the environment of docker itself, where nobody sees them in a list of
 * processes. */
static void add_environment(struct compose_service *s, struct arguments *run)
{
    struct arena *arena = s->file->im->arena;
    VEC_EACH (&s->draft->env, it) {
        add(s, run, "-e");
        arguments_add(arena, run, dollar_literal(arena, it->name));
    }
}

static bool add_env_files(struct compose_service *s, struct arguments *run)
{
    struct import *im = s->file->im;
    const struct node *files = node_find(s->node, "env_file");
    uint32_t count = !files ? 0 : files->kind == NODE_LIST ? files->items.count : 1;
    for (uint32_t i = 0; i < count; i++) {
        const struct node *file = files->kind == NODE_LIST ? files->items.items[i].value : files;
        const struct node *path = file->kind == NODE_MAP ? node_find(file, "path") : file;
        if (!node_is_text(path))
            return node_mistake(im->diags, file, "the path of a file");
        add(s, run, "--env-file");
        arguments_add(im->arena, run, dollar_literal(im->arena, import_path(im, path->text)));
    }
    draft_set(s->draft, SCHEMA_service_env_file, (struct str){0});
    return true;
}

static void append(struct arena *arena, struct dollar_text *text, struct dollar_text more)
{
    VEC_EACH (&more.pieces, it)
        *vec_push(arena, &text->pieces) = *it;
    text->has_variable |= more.has_variable;
}

/* "./data:/data", or a map with source and target. */
static void add_volume(struct compose_service *s, struct arguments *run, const struct node *volume)
{
    struct arena *arena = s->file->im->arena;
    const struct node *source = node_find(volume, "source"), *target = node_find(volume, "target");
    if (node_is_text(volume)) {
        add(s, run, "-v");
        arguments_add(arena, run, compose_text(s, volume));
    } else if (node_is_text(target)) {
        struct dollar_text both = {0};
        if (node_is_text(source)) {
            append(arena, &both, compose_text(s, source));
            append(arena, &both, dollar_literal(arena, STR(":")));
        }
        append(arena, &both, compose_text(s, target));
        add(s, run, "-v");
        arguments_add(arena, run, both);
    }
}

/* A path is no name. */
static bool is_named(const struct node *volume)
{
    const struct node *source = node_is_text(volume) ? volume : node_find(volume, "source");
    return node_is_text(source) && source->text.len && !memchr("./~$", source->text.ptr[0], 4);
}

static void add_volumes(struct compose_service *s, struct arguments *run)
{
    const struct node *volumes = node_find(s->node, "volumes"), *named = NULL;
    if (!volumes || volumes->kind != NODE_LIST)
        return;
    VEC_EACH (&volumes->items, it) {
        add_volume(s, run, it->value);
        named = !named && is_named(it->value) ? it->value : named;
    }
    if (named)
        draft_note(&s->file->im->draft, s->draft, import_line(s->file->im, named),
                   "compose calls a named volume PROJECT_NAME; give that name to go on with its "
                   "data");
}

static bool add_entrypoint(struct compose_service *s, struct arguments *run, struct arguments *rest)
{
    struct arguments entry = {0};
    if (!compose_arguments(s, node_find(s->node, "entrypoint"), &entry))
        return false;
    VEC_EACH (&entry.items, it) {
        if (it == entry.items.items)
            add(s, run, "--entrypoint");
        arguments_add(s->file->im->arena, it == entry.items.items ? run : rest, *it);
    }
    return compose_arguments(s, node_find(s->node, "command"), rest);
}

bool compose_image(struct compose_service *s, const struct node *image)
{
    struct arena *arena = s->file->im->arena;
    const char *container = arena_printf(arena, "a3s-%.*s", STR_ARG(s->draft->name));
    struct arguments run = {0}, rest = {0};
    const struct node *directory = node_find(s->node, "working_dir");
    arguments_addf(arena, &run, "docker");
    arguments_addf(arena, &run, "run");
    arguments_addf(arena, &run, "--rm");
    arguments_addf(arena, &run, "--name");
    arguments_addf(arena, &run, "%s", container);
    add_ports(s, &run);
    add_environment(s, &run);
    if (!add_env_files(s, &run))
        return false;
    add_volumes(s, &run);
    if (node_is_text(directory)) {
        add(s, &run, "-w");
        arguments_add(arena, &run, compose_text(s, directory));
    }
    if (!add_entrypoint(s, &run, &rest))
        return false;
    arguments_add(arena, &run, compose_text(s, image));
    VEC_EACH (&rest.items, it)
        arguments_add(arena, &run, *it);
    draft_set(s->draft, SCHEMA_service_cmd, arguments_hcl(arena, &run));
    return compose_health(s, container);
}
