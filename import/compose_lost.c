#include "compose.h"

#include "array.h"

#define BY_NAME   "it is known by the name of the service"
#define BY_HOST   "services reach each other at 127.0.0.1"
#define BY_PATH   "it sees the files of this machine, under their own paths"
#define BY_NOBODY "nothing here reads them"

/* What to do instead, for a service that runs without its container. */
static const struct {
    const char *key, *instead;
} hints[] = {
    {"build", "what the Dockerfile installs must be here"},
    {"container_name", BY_NAME},
    {"hostname", BY_NAME},
    {"domainname", BY_NAME},
    {"networks", BY_HOST},
    {"network_mode", BY_HOST},
    {"links", BY_HOST},
    {"external_links", BY_HOST},
    {"extra_hosts", "such names belong in /etc/hosts"},
    {"volumes", BY_PATH},
    {"volumes_from", BY_PATH},
    {"tmpfs", BY_PATH},
    {"logging", "a3s keeps the lines; a log block writes them to a file"},
    {"labels", BY_NOBODY},
    {"annotations", BY_NOBODY},
    {"deploy", "it is one process, with all that the machine has"},
    {"scale", "it is one process; write a service for each"},
    {"user", "it runs as you"},
    {"secrets", "say the path of the file in env"},
    {"configs", "say the path of the file in env"},
    {"extends", "add what it takes from there"},
    {"post_start", "a task that depends on it can do that"},
    {"pre_stop", "post_stop runs a command afterwards"},
    {"healthcheck.test", "it is in the image; a health block tells when it is ready"},
    {"healthcheck.start_interval", "one that starts is asked without such waits"},
    {"depends_on.restart", "the same watch paths restart both"},
    {"depends_on.required", "it is waited for"},
};

static const char *const file_hints[][2] = {
    {"include", "its services are to be added"},
    {"secrets", "say the path of the file in env"},
    {"configs", "say the path of the file in env"},
};

static const char *hint_of(const char *key)
{
    for (size_t i = 0; i < ARRAY_LEN(hints); i++)
        if (strcmp(key, hints[i].key) == 0)
            return hints[i].instead;
    return NULL;
}

void compose_lose(struct compose_service *s, const char *key, const struct node *where)
{
    struct import *im = s->file->im;
    draft_lose(&im->draft, s->draft, key, import_line(im, where), s->local ? hint_of(key) : NULL);
}

void compose_lose_others(struct compose_service *s, const char *prefix, const struct node *map,
                         const char *const *known)
{
    if (!map || map->kind != NODE_MAP)
        return;
    VEC_EACH (&map->items, it) {
        const char *const *name = known;
        while (*name && !str_is(it->key->text, *name))
            name++;
        if (!*name && !str_has_prefix(it->key->text, STR("x-")))
            compose_lose(
                s, arena_printf(s->file->im->arena, "%s.%.*s", prefix, STR_ARG(it->key->text)),
                it->key);
    }
}

void compose_lose_of_file(struct import *im, const struct node *root)
{
    VEC_EACH (&root->items, it) {
        struct str key = it->key->text;
        /* The version means nothing, by the specification. */
        if (str_is(key, "services") || str_is(key, "version") || str_has_prefix(key, STR("x-")))
            continue;
        const char *name = arena_printf(im->arena, "%.*s", STR_ARG(key));
        const char *instead = NULL;
        for (size_t i = 0; i < ARRAY_LEN(file_hints); i++)
            if (strcmp(name, file_hints[i][0]) == 0)
                instead = file_hints[i][1];
        draft_lose(&im->draft, NULL, name, import_line(im, it->key), instead);
    }
}
