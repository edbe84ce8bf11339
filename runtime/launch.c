#include "launch.h"

#include "vec.h"

#include <ctype.h>

const char *launch_text(struct arena *arena, const struct plan *plan, struct plan_text text)
{
    size_t length = 0;
    for (uint32_t i = 0; i < text.pieces.count; i++)
        length += plan->pieces[text.pieces.first + i].text.length;
    char *joined = arena_alloc(arena, length + 1, 1), *at = joined;
    for (uint32_t i = 0; i < text.pieces.count; i++) {
        struct plan_string piece = plan->pieces[text.pieces.first + i].text;
        memcpy(at, plan_text_ptr(plan, piece), piece.length);
        at += piece.length;
    }
    return joined;
}

const char *launch_host(const struct plan *plan, uint32_t service)
{
    for (uint32_t i = 0; i < plan->route_count; i++) {
        if (plan->routes[i].service == service)
            return plan_text_ptr(plan, plan->routes[i].host);
    }
    return NULL;
}

void launch_url(struct strbuf *out, const struct plan *plan, uint32_t service,
                const uint16_t *ports)
{
    const char *host = launch_host(plan, service);
    uint32_t probe = plan->services[service].probe;
    bool speaks_http = probe != PLAN_NONE && plan->probes[probe].type == PLAN_PROBE_HTTP;
    if (host && plan->settings->proxy_port)
        strbuf_addf(out, "http://%s:%u", host, plan->settings->proxy_port);
    else if (ports[service] && speaks_http)
        strbuf_addf(out, "http://127.0.0.1:%u", ports[service]);
}

/* An environment in the making: later entries win over earlier ones of the same name. */
struct environment {
    struct arena *arena;
    VEC(const char *) entries;
};

static size_t name_length(const char *entry)
{
    const char *equals = strchr(entry, '=');
    return equals ? (size_t)(equals - entry) : strlen(entry);
}

static void set_entry(struct environment *env, const char *entry)
{
    size_t length = name_length(entry);
    VEC_EACH (&env->entries, old) {
        if (name_length(*old) == length && memcmp(*old, entry, length) == 0) {
            *old = entry;
            return;
        }
    }
    *vec_push(env->arena, &env->entries) = entry;
}

static void inject(struct environment *env, const struct plan *plan, uint32_t service,
                   const uint16_t *ports)
{
    const char *name = plan_service_name(plan, service);
    set_entry(env, arena_printf(env->arena, "A3S_SERVICE=%s", name));
    if (!ports[service])
        return;
    set_entry(env, arena_printf(env->arena, "PORT=%u", ports[service]));
    set_entry(env, "HOST=127.0.0.1");
    struct strbuf url = {0};
    launch_url(&url, plan, service, ports);
    if (url.len)
        set_entry(env, arena_printf(env->arena, "A3S_URL=%s", strbuf_text(&url)));
    strbuf_finish(&url);
}

/* "my-db.v2" is MY_DB_V2 in the name of a variable. */
static const char *variable_name(struct arena *arena, const char *service)
{
    char *name = arena_strndup(arena, service, strlen(service));
    for (char *c = name; *c; c++)
        *c = isalnum((unsigned char)*c) ? (char)toupper((unsigned char)*c) : '_';
    return name;
}

/* The address is direct, not through the proxy: most programs can not resolve x.localhost. */
static void inject_dependencies(struct environment *env, const struct plan *plan, uint32_t service,
                                const uint16_t *ports)
{
    struct plan_range deps = plan->services[service].deps;
    for (uint32_t i = 0; i < deps.count; i++) {
        uint32_t dep = plan->deps[deps.first + i];
        if (!ports[dep])
            continue;
        const char *name = variable_name(env->arena, plan_service_name(plan, dep));
        set_entry(env, arena_printf(env->arena, "A3S_%s_PORT=%u", name, ports[dep]));
        set_entry(env,
                  arena_printf(env->arena, "A3S_%s_URL=http://127.0.0.1:%u", name, ports[dep]));
    }
}

static void set_own(struct environment *env, const struct plan *plan, uint32_t service)
{
    struct plan_range own = plan->services[service].env;
    for (uint32_t i = 0; i < own.count; i++) {
        const struct plan_env *entry = &plan->env[own.first + i];
        set_entry(env, arena_printf(env->arena, "%s=%s", plan_text_ptr(plan, entry->name),
                                    launch_text(env->arena, plan, entry->value)));
    }
}

static const char *const *build_argv(struct arena *arena, const struct plan *plan,
                                     struct plan_range argv)
{
    const char **texts = arena_new(arena, const char *, argv.count + 1);
    for (uint32_t i = 0; i < argv.count; i++)
        texts[i] = launch_text(arena, plan, plan->argv[argv.first + i]);
    return texts;
}

static const char *build_dir(struct arena *arena, const char *root, const char *dir)
{
    if (dir[0] == '/')
        return dir;
    if (dir[0] == '\0' || strcmp(dir, ".") == 0)
        return arena_strndup(arena, root, strlen(root));
    return arena_printf(arena, "%s/%s", root, dir);
}

struct launch launch_new(struct arena *arena, const struct plan *plan, uint32_t service,
                         const char *root, const uint16_t *ports, char *const *inherited)
{
    const struct plan_service *planned = &plan->services[service];
    struct environment env = {.arena = arena};
    for (char *const *entry = inherited; *entry; entry++)
        *vec_push(arena, &env.entries) = *entry;
    inject(&env, plan, service, ports);
    inject_dependencies(&env, plan, service, ports);
    set_own(&env, plan, service);
    *vec_push(arena, &env.entries) = NULL;
    return (struct launch){
        .argv = build_argv(arena, plan, planned->argv),
        .env = env.entries.items,
        .dir = build_dir(arena, root, launch_text(arena, plan, planned->dir)),
    };
}
