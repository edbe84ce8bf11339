#include "compose.h"

#include "array.h"

/* PORT, if it only says what a3s gives to a service with a port. */
static bool is_own_port(const struct compose_service *s, struct str name,
                        const struct dollar_text *text)
{
    struct str value;
    uint32_t port;
    return s->local && s->ports.count && str_is(name, "PORT") &&
           dollar_constant(s->file->im->arena, text, &value) &&
           import_number(value, 65535, &port) && port == s->ports.items[0].target;
}

static void set_variable(struct compose_service *s, struct str name, struct str raw, uint32_t line)
{
    struct import *im = s->file->im;
    struct dollar_text text = dollar_parse(im->arena, raw);
    bool found = false;
    if (is_own_port(s, name, &text))
        return;
    VEC_EACH (&text.pieces, it) {
        struct str *part = it->is_variable ? &it->fallback : &it->text;
        struct str here = compose_hosts(s->file, name, *part, &found);
        *part = s->local ? here : *part;
    }
    if (found)
        draft_note(&im->draft, s->draft, line,
                   s->local ? "in %.*s the name of a container is 127.0.0.1 now"
                            : "%.*s names a container, which docker knows only in a network of "
                              "both: docker run --network",
                   STR_ARG(name));
    if (text.lossy)
        draft_note(&im->draft, s->draft, line, "not all of it can be said with env(): %.*s",
                   STR_ARG(raw));
    draft_env(&im->draft, s->draft, name, dollar_hcl(im->arena, &text));
}

/* One without a value is taken from the environment, as every service of a3s has all of it. */
static bool read_environment(struct compose_service *s, const struct node *value)
{
    struct import *im = s->file->im;
    if (value->kind != NODE_LIST && value->kind != NODE_MAP)
        return node_mistake(im->diags, value, "variables: a map, or a list of NAME=value");
    VEC_EACH (&value->items, it) {
        const struct node *entry = it->value;
        if (entry->kind == NODE_NULL)
            continue;
        if (entry->kind != NODE_TEXT)
            return node_mistake(im->diags, entry, "the value of a variable");
        const char *equals =
            it->key || !entry->text.len ? NULL : memchr(entry->text.ptr, '=', entry->text.len);
        struct str name = it->key ? it->key->text
                                  : (struct str){entry->text.ptr,
                                                 equals ? (size_t)(equals - entry->text.ptr) : 0};
        struct str text = it->key ? entry->text
                                  : (struct str){entry->text.ptr + name.len + (equals != NULL),
                                                 entry->text.len - name.len - (equals != NULL)};
        if (name.len)
            set_variable(s, name, text, import_line(im, entry));
    }
    return true;
}

static bool read_env_file(struct compose_service *s, const struct node *value)
{
    struct import *im = s->file->im;
    uint32_t count = value->kind == NODE_LIST ? value->items.count : 1;
    for (uint32_t i = 0; i < count; i++) {
        const struct node *file = value->kind == NODE_LIST ? value->items.items[i].value : value;
        const struct node *path = file->kind == NODE_MAP ? node_find(file, "path") : file;
        if (!node_is_text(path))
            return node_mistake(im->diags, file, "the path of a file");
        compose_lose_others(s, "env_file", file, (const char *const[]){"path", "required", NULL});
        draft_add_text(&im->draft, s->draft, SCHEMA_service_env_file, import_path(im, path->text));
        const struct node *required = node_find(file, "required");
        if (node_is_text(required) && !node_is_true(required))
            draft_note(&im->draft, s->draft, import_line(im, file),
                       "%.*s must be there: a3s has no file that may be missing",
                       STR_ARG(path->text));
    }
    return true;
}

static void depend(struct compose_service *s, const struct node *name, const struct node *how)
{
    struct import *im = s->file->im;
    struct draft_service *to = draft_find(&im->draft, name->text);
    const struct node *condition = node_find(how, "condition");
    if (!to) {
        draft_note(&im->draft, s->draft, import_line(im, name), "there is no service \"%.*s\"",
                   STR_ARG(name->text));
        return;
    }
    compose_lose_others(s, "depends_on", how, (const char *const[]){"condition", NULL});
    draft_depend(&im->draft, s->draft, to, import_line(im, name));
    if (node_is_text(condition) && str_is(condition->text, "service_completed_successfully"))
        draft_set_text(&im->draft, to, SCHEMA_service_kind, STR("task"));
}

static bool read_depends_on(struct compose_service *s, const struct node *value)
{
    if (value->kind != NODE_LIST && value->kind != NODE_MAP)
        return node_mistake(s->file->im->diags, value, "a list or map of services");
    VEC_EACH (&value->items, it) {
        const struct node *name = it->key ? it->key : it->value;
        if (!node_is_text(name))
            return node_mistake(s->file->im->diags, name, "the name of a service");
        depend(s, name, it->key ? it->value : NULL);
    }
    return true;
}

static bool read_restart(struct compose_service *s, const struct node *value)
{
    struct str text;
    uint32_t times;
    struct draft *draft = &s->file->im->draft;
    if (!node_is_text(value) || !compose_constant(s, value, &text))
        return true;
    if (str_is(text, "no") || str_is(text, "false"))
        draft_set_text(draft, s->draft, SCHEMA_restart_policy, STR("never"));
    else if (str_is(text, "always") || str_is(text, "unless-stopped"))
        draft_set_text(draft, s->draft, SCHEMA_restart_policy, STR("always"));
    else if (str_has_prefix(text, STR("on-failure")))
        draft_set_text(draft, s->draft, SCHEMA_restart_policy, STR("on-failure"));
    if (str_has_prefix(text, STR("on-failure:")) &&
        import_number((struct str){text.ptr + 11, text.len - 11}, 1000000, &times))
        draft_setf(draft, s->draft, SCHEMA_restart_max_restarts, "%u", times);
    return true;
}

static bool read_profiles(struct compose_service *s, const struct node *value)
{
    struct import *im = s->file->im;
    const struct node **names;
    uint32_t count;
    if (!import_texts(im, value, "a list of profiles", &names, &count))
        return false;
    for (uint32_t i = 0; i < count; i++)
        draft_add_text(&im->draft, s->draft, SCHEMA_service_labels, names[i]->text);
    if (count == 0)
        return true;
    draft_set(s->draft, SCHEMA_service_disabled, STR("true"));
    draft_note(&im->draft, s->draft, import_line(im, value),
               "profiles are labels; \"a3s up %.*s\" starts it", STR_ARG(s->draft->name));
    return true;
}

static bool read_stop_signal(struct compose_service *s, const struct node *value)
{
    struct str text;
    if (!node_is_text(value) || !compose_constant(s, value, &text))
        return true;
    if (str_has_prefix(text, STR("SIG")))
        text = (struct str){text.ptr + 3, text.len - 3};
    draft_set_text(&s->file->im->draft, s->draft, SCHEMA_stop_signal, text);
    return true;
}

static bool read_stop_grace(struct compose_service *s, const struct node *value)
{
    uint32_t ms;
    if (import_duration(s->file->im, s->draft, value, &ms))
        import_set_duration(s->file->im, s->draft, SCHEMA_stop_timeout, ms);
    return true;
}

static bool read_tty(struct compose_service *s, const struct node *value)
{
    if (node_is_true(value) && s->local)
        draft_set(s->draft, SCHEMA_service_tty, STR("true"));
    else if (node_is_true(value))
        compose_lose(s, "tty", value);
    return true;
}

static void read_watched(struct compose_service *s, const struct node *rule)
{
    struct import *im = s->file->im;
    const struct node *path = node_find(rule, "path"), *action = node_find(rule, "action");
    const struct node *ignore = node_find(rule, "ignore");
    static const char *const known[] = {"path", "action", "ignore", "target", NULL};
    compose_lose_others(s, "develop.watch", rule, known);
    if (!node_is_text(path) || !node_is_text(action))
        return;
    if (str_is(action->text, "sync")) {
        draft_note(&im->draft, s->draft, import_line(im, rule),
                   "%.*s needs no copying here: the program sees the files themselves",
                   STR_ARG(path->text));
        return;
    }
    draft_add_text(&im->draft, s->draft, SCHEMA_watch_paths, import_path(im, path->text));
    for (uint32_t i = 0; ignore && ignore->kind == NODE_LIST && i < ignore->items.count; i++)
        if (node_is_text(ignore->items.items[i].value))
            draft_add_text(&im->draft, s->draft, SCHEMA_watch_ignore,
                           ignore->items.items[i].value->text);
}

static bool read_develop(struct compose_service *s, const struct node *value)
{
    const struct node *rules = node_find(value, "watch");
    if (value && !s->local)
        compose_lose(s, "develop", value);
    if (!rules || !s->local)
        return true;
    compose_lose_others(s, "develop", value, (const char *const[]){"watch", NULL});
    if (rules->kind != NODE_LIST)
        return node_mistake(s->file->im->diags, rules, "a list of what is watched");
    VEC_EACH (&rules->items, it)
        read_watched(s, it->value);
    return true;
}

/* NULL: read elsewhere. */
static const struct compose_key {
    const char *name;
    bool (*read)(struct compose_service *s, const struct node *value);
} keys[] = {
    {"environment", read_environment},
    {"env_file", read_env_file},
    {"depends_on", read_depends_on},
    {"restart", read_restart},
    {"profiles", read_profiles},
    {"stop_signal", read_stop_signal},
    {"stop_grace_period", read_stop_grace},
    {"tty", read_tty},
    {"develop", read_develop},
    {"command", NULL},
    {"entrypoint", NULL},
    {"image", NULL},
    {"build", NULL},
    {"ports", NULL},
    {"expose", NULL},
    {"healthcheck", NULL},
    {"working_dir", NULL},
    {"volumes", NULL},
};

static const struct compose_key *find_key(struct str name)
{
    for (size_t i = 0; i < ARRAY_LEN(keys); i++)
        if (str_is(name, keys[i].name))
            return &keys[i];
    return NULL;
}

bool compose_keys(struct compose_service *s)
{
    struct import *im = s->file->im;
    bool right = true;
    VEC_EACH (&s->node->items, it) {
        const struct compose_key *key = find_key(it->key->text);
        if (key && key->read && it->value->kind != NODE_NULL)
            right = key->read(s, it->value) && right;
        else if (!key && !str_has_prefix(it->key->text, STR("x-")))
            compose_lose(s, arena_printf(im->arena, "%.*s", STR_ARG(it->key->text)), it->key);
    }
    return right;
}
