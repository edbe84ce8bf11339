#include "arguments.h"
#include "array.h"
#include "ascii.h"
#include "import_parts.h"

/* Scripts of which the first that is there is the server of the package. */
static const char *const servers[] = {"dev", "start:dev", "develop", "start", "serve"};

/* Where a script listens if it does not say; a line begins with it. */
static const struct {
    const char *program;
    uint32_t port;
} ports[] = {
    {"next dev", 3000},       {"next start", 3000},
    {"nuxt dev", 3000},       {"react-scripts start", 3000},
    {"remix dev", 3000},      {"vite preview", 4173},
    {"vite build", 0},        {"vite", 5173},
    {"astro dev", 4321},      {"ng serve", 4200},
    {"gatsby develop", 8000}, {"expo start", 8081},
    {"storybook dev", 6006},
};

struct package {
    struct import *im;
    const struct node *root, *scripts;
    const char *runner; /* "npm", "pnpm", "yarn", "bun" */
    const struct node *server;
};

static const char *find_runner(struct import *im, const struct node *root)
{
    static const struct {
        const char *file, *runner;
    } locks[] = {{"pnpm-lock.yaml", "pnpm"},
                 {"yarn.lock", "yarn"},
                 {"bun.lockb", "bun"},
                 {"bun.lock", "bun"},
                 {"package-lock.json", "npm"}};
    const struct node *manager = node_find(root, "packageManager");
    for (size_t i = 0; i < ARRAY_LEN(locks); i++) {
        if (node_is_text(manager) && str_has_prefix(manager->text, str_from(locks[i].runner)))
            return locks[i].runner;
        if (!manager && import_has_beside(im, locks[i].file))
            return locks[i].runner;
    }
    return "npm";
}

static bool has_part(struct str name, const char *part)
{
    size_t length = strlen(part);
    for (size_t at = 0; at + length <= name.len; at++) {
        bool starts = at == 0 || memchr(":-_.", name.ptr[at - 1], 4);
        bool ends = at + length == name.len || memchr(":-_.", name.ptr[at + length], 4);
        if (starts && ends && memcmp(name.ptr + at, part, length) == 0)
            return true;
    }
    return false;
}

/* "dev:api" beside "dev", "worker", "watch:css": they go on until they are stopped. */
static bool runs_on(struct str name)
{
    static const char *const parts[] = {"dev", "watch", "worker", "workers", "queue", "scheduler"};
    for (size_t i = 0; i < ARRAY_LEN(parts); i++)
        if (has_part(name, parts[i]))
            return true;
    return false;
}

/* A script that only starts others at the same time is what a3s does itself. */
static bool is_bundle(struct str line)
{
    static const char *const bundlers[] = {"concurrently", "npm-run-all", "run-p", "turbo run",
                                           "turbo dev",    "foreman",     "wireit"};
    for (size_t i = 0; i < ARRAY_LEN(bundlers); i++)
        if (str_has_prefix(line, str_from(bundlers[i])))
            return true;
    return false;
}

static bool has_parts_of(const struct package *package, struct str name)
{
    VEC_EACH (&package->scripts->items, it)
        if (it->key->text.len > name.len && str_has_prefix(it->key->text, name) &&
            it->key->text.ptr[name.len] == ':')
            return true;
    return false;
}

static bool is_split(const struct package *package, const struct node_pair *script)
{
    return is_bundle(script->value->text) && has_parts_of(package, script->key->text);
}

static const struct node *find_server(const struct package *package)
{
    for (size_t i = 0; i < ARRAY_LEN(servers); i++)
        VEC_EACH (&package->scripts->items, it)
            if (str_is(it->key->text, servers[i]) && node_is_text(it->value))
                return is_split(package, it) ? NULL : it->key;
    return NULL;
}

/* A number behind one of "--port ", "--port=", "-p ", "PORT=". */
static uint32_t find_port(struct str line)
{
    static const char *const marks[] = {"--port ", "--port=", "-p ", "PORT="};
    for (size_t i = 0; i < ARRAY_LEN(marks); i++) {
        const char *at = line.len ? memmem(line.ptr, line.len, marks[i], strlen(marks[i])) : NULL;
        if (!at)
            continue;
        at += strlen(marks[i]);
        struct str digits = {at, 0};
        while (at + digits.len < line.ptr + line.len && ascii_is_digit(digits.ptr[digits.len]))
            digits.len++;
        uint32_t port;
        if (digits.len && import_number(digits, 65535, &port))
            return port;
    }
    for (size_t i = 0; i < ARRAY_LEN(ports); i++)
        if (str_has_prefix(line, str_from(ports[i].program)))
            return ports[i].port;
    return 0;
}

/* The package's own name, without its scope: it becomes the name in the browser. */
static struct node own_name(const struct package *package, const struct node *script)
{
    struct node key = *script;
    const struct node *name = node_find(package->root, "name");
    if (!node_is_text(name) || name->text.len == 0)
        return key;
    const char *slash = memrchr(name->text.ptr, '/', name->text.len);
    size_t skipped = slash ? (size_t)(slash + 1 - name->text.ptr) : 0;
    key.text = (struct str){name->text.ptr + skipped, name->text.len - skipped};
    return key;
}

static bool add_script(struct package *package, const struct node_pair *script)
{
    struct import *im = package->im;
    struct node key =
        script->key == package->server ? own_name(package, script->key) : *script->key;
    struct arguments run = {0};
    struct draft_service *service = import_service(im, &key);
    uint32_t port = find_port(script->value->text);
    if (!service)
        return false;
    service->place = arena_printf(im->arena, "scripts.%.*s: %.*s", STR_ARG(script->key->text),
                                  STR_ARG(script->value->text));
    arguments_addf(im->arena, &run, "%s", package->runner);
    arguments_addf(im->arena, &run, "run");
    arguments_add(im->arena, &run, dollar_literal(im->arena, script->key->text));
    draft_set(service, SCHEMA_service_cmd, arguments_hcl(im->arena, &run));
    if (port)
        draft_setf(&im->draft, service, SCHEMA_service_port, "%u", port);
    else if (script->key == package->server)
        draft_note(&im->draft, service, 0,
                   "port = N, the port on which it listens, makes it http://%.*s.localhost:7080",
                   STR_ARG(service->name));
    return true;
}

static void add_other(struct package *package, const struct node_pair *script)
{
    draft_note(&package->im->draft, NULL, import_line(package->im, script->key),
               "not a service: %s run %.*s%s", package->runner, STR_ARG(script->key->text),
               is_split(package, script) ? ", which starts others that are here" : "");
}

bool read_package_json(struct import *im, const struct node *root)
{
    struct package package = {.im = im, .root = root, .scripts = node_find(root, "scripts")};
    if (!package.scripts || package.scripts->kind != NODE_MAP)
        return node_mistake(im->diags, package.scripts ? package.scripts : root,
                            "a map with scripts");
    VEC_EACH (&package.scripts->items, it)
        if (!node_is_text(it->value))
            return node_mistake(im->diags, it->value, "the command of a script");
    package.runner = find_runner(im, root);
    package.server = find_server(&package);
    VEC_EACH (&package.scripts->items, it) {
        if (it->key == package.server || (runs_on(it->key->text) && !is_split(&package, it))) {
            if (!add_script(&package, it))
                return false;
        } else {
            add_other(&package, it);
        }
    }
    if (str_contains(im->diags->sources->files.items[im->source].text, "\"workspaces\""))
        draft_note(&im->draft, NULL, 0,
                   "the scripts of workspaces are not looked at: \"a3s init --stdout --from "
                   "FOLDER/package.json\" shows theirs");
    return true;
}
