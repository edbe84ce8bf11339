#include "launch.h"

#include "dotenv.h"
#include "map.h"
#include "vec.h"

#include <ctype.h>
#include <errno.h>

#define PORT_SIZE sizeof "65535"

/* The piece's bytes; port has room for PORT_SIZE. */
static const char *piece_text(const struct launch_world *world, const struct plan_piece *piece,
                              char *port)
{
    switch ((enum plan_piece_kind)piece->kind) {
    case PLAN_PIECE_ENV: return world->lookups[piece->ref];
    case PLAN_PIECE_PORT: snprintf(port, PORT_SIZE, "%u", world->ports[piece->ref]); return port;
    case PLAN_PIECE_LITERAL:
    case PLAN_PIECE_KIND_COUNT: break;
    }
    return plan_text_ptr(world->plan, piece->text);
}

const char *launch_text(struct arena *arena, const struct launch_world *world,
                        struct plan_text text)
{
    const struct plan_piece *pieces = &world->plan->pieces[text.pieces.first];
    char port[PORT_SIZE];
    if (text.pieces.count == 1 && pieces[0].kind == PLAN_PIECE_LITERAL)
        return plan_text_ptr(world->plan, pieces[0].text);
    struct strbuf joined = {0};
    for (uint32_t i = 0; i < text.pieces.count; i++)
        strbuf_adds(&joined, piece_text(world, &pieces[i], port));
    const char *copy = arena_strndup(arena, strbuf_text(&joined), joined.len);
    strbuf_finish(&joined);
    return copy;
}

const char *launch_shown(struct arena *arena, const struct launch_world *world,
                         struct plan_text text)
{
    struct strbuf shown = {0};
    plan_text_show(world->plan, text, &shown);
    const char *copy = arena_strndup(arena, strbuf_text(&shown), shown.len);
    strbuf_finish(&shown);
    return copy;
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
    struct map places; /* name -> index into entries */
    VEC(const char *) entries;
};

static size_t name_length(const char *entry)
{
    const char *equals = strchr(entry, '=');
    return equals ? (size_t)(equals - entry) : strlen(entry);
}

static void set_entry(struct environment *env, const char *entry)
{
    bool is_new = false;
    uint32_t *place = map_put(&env->places, (struct str){entry, name_length(entry)}, &is_new);
    if (is_new) {
        *place = env->entries.count;
        *vec_push(env->arena, &env->entries) = entry;
    }
    env->entries.items[*place] = entry;
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

static void set_planned(struct environment *env, const struct launch_world *world, uint32_t service,
                        uint32_t flags)
{
    const struct plan *plan = world->plan;
    struct plan_range range = plan->services[service].env;
    for (uint32_t i = 0; i < range.count; i++) {
        const struct plan_env *entry = &plan->env[range.first + i];
        if (entry->flags == flags)
            set_entry(env, arena_printf(env->arena, "%s=%s", plan_text_ptr(plan, entry->name),
                                        launch_text(env->arena, world, entry->value)));
    }
}

static const char *const *build_argv(struct arena *arena, const struct launch_world *world,
                                     struct plan_range argv)
{
    const char **texts = arena_new(arena, const char *, argv.count + 1);
    for (uint32_t i = 0; i < argv.count; i++)
        texts[i] = launch_text(arena, world, world->plan->argv[argv.first + i]);
    return texts;
}

const char *launch_path(struct arena *arena, const char *root, const char *path)
{
    if (path[0] == '/')
        return path;
    if (path[0] == '\0' || strcmp(path, ".") == 0)
        return arena_strndup(arena, root, strlen(root));
    return arena_printf(arena, "%s/%s", root, path);
}

static struct launch_failure file_failure(struct arena *arena, const struct plan *plan,
                                          const struct plan_env_file *file,
                                          const struct dotenv_error *error)
{
    struct strbuf reason = {0};
    strbuf_adds(&reason, plan_text_ptr(plan, file->path));
    if (error->line)
        strbuf_addf(&reason, ":%u", error->line);
    strbuf_addf(&reason, ": %s (env_file at %s:%u:%u)", error->text,
                plan_text_ptr(plan, plan->sources[file->source].path), file->line, file->column);
    struct launch_failure failure = {
        .reason = arena_strndup(arena, strbuf_text(&reason), reason.len),
        .permanent = error->system != -EMFILE && error->system != -ENFILE &&
                     error->system != -ENOMEM && error->system != -EIO};
    strbuf_finish(&reason);
    return failure;
}

static bool set_from_files(struct environment *env, const struct launch_world *world,
                           uint32_t service, uint32_t flags, struct launch_failure *out_failure)
{
    const struct plan *plan = world->plan;
    struct plan_range range = plan->services[service].env_files;
    for (uint32_t i = 0; i < range.count; i++) {
        const struct plan_env_file *file = &plan->env_files[range.first + i];
        if (file->flags != flags)
            continue;
        struct dotenv_error error;
        const char *path = launch_path(env->arena, world->root, plan_text_ptr(plan, file->path));
        const char *const *entries = dotenv_read(env->arena, path, &error);
        if (!entries) {
            *out_failure = file_failure(env->arena, plan, file, &error);
            return false;
        }
        for (; *entries; entries++)
            set_entry(env, *entries);
    }
    return true;
}

static bool build_env(struct environment *env, const struct launch_world *world, uint32_t service,
                      struct launch_failure *out_failure)
{
    static const uint32_t weakest_first[] = {PLAN_ENV_SHARED, 0};
    for (char *const *entry = world->inherited; *entry; entry++)
        set_entry(env, *entry);
    inject(env, world->plan, service, world->ports);
    inject_dependencies(env, world->plan, service, world->ports);
    for (size_t i = 0; i < sizeof weakest_first / sizeof *weakest_first; i++) {
        if (!set_from_files(env, world, service, weakest_first[i], out_failure))
            return false;
        set_planned(env, world, service, weakest_first[i]);
    }
    if (world->run_id && world->run_id[0])
        set_entry(env, world->run_id);
    *vec_push(env->arena, &env->entries) = NULL;
    return true;
}

/* Enough for what is inherited and planned, and for most of what is injected. */
static uint32_t expected_entries(const struct launch_world *world, uint32_t service)
{
    uint32_t count = 16 + world->plan->services[service].env.count;
    for (char *const *entry = world->inherited; *entry; entry++)
        count++;
    return count;
}

bool launch_new(struct arena *arena, const struct launch_world *world, uint32_t service,
                uint32_t command, struct launch *out_launch, struct launch_failure *out_failure)
{
    const struct plan *plan = world->plan;
    struct plan_range argv = plan->commands[command].argv;
    struct plan_text dir = plan->services[service].dir;
    struct environment env = {.arena = arena};
    map_init(&env.places, arena, expected_entries(world, service));
    if (!build_env(&env, world, service, out_failure))
        return false;
    *out_launch = (struct launch){
        .argv = build_argv(arena, world, argv),
        .env = env.entries.items,
        .dir = launch_path(arena, world->root, launch_text(arena, world, dir)),
    };
    return true;
}

void launch_add_failure(struct strbuf *out, const struct launch_world *world, uint32_t service,
                        uint32_t command, const struct proc_failure *failure)
{
    const struct plan *plan = world->plan;
    struct plan_text program = plan->argv[plan->commands[command].argv.first];
    struct plan_text dir = plan->services[service].dir;
    struct arena arena = {0};
    const char *const argv[] = {launch_shown(&arena, world, program), NULL};
    struct proc_spec shown = {
        .argv = argv, .dir = launch_path(&arena, world->root, launch_shown(&arena, world, dir))};
    proc_failure_text(out, failure, &shown);
    arena_finish(&arena);
}
