#include "arguments.h"
#include "array.h"
#include "import_parts.h"
#include "probe.h"

/* The fields are those of process-compose (F1bonacc1.github.io/process-compose, "Configuration").
 */

/* The longest wait that a3s has if none is written: no first wait may be above it. */
#define MAX_BACKOFF_MS 30000u

struct process {
    struct import *im;
    struct draft_service *draft;
};

/* In a command "$$" is "$"; ${NAME} is put in by process-compose as the shell would do it. */
static struct str unescape(struct arena *arena, struct str text)
{
    struct strbuf out = {0};
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '$' && i + 1 < text.len && text.ptr[i + 1] == '$')
            i++;
        strbuf_addc(&out, text.ptr[i]);
    }
    return strbuf_move(&out, arena);
}

static bool read_command(struct process *p, const struct node *value)
{
    if (!node_is_text(value))
        return node_mistake(p->im->diags, value, "a command");
    struct str line = unescape(p->im->arena, value->text);
    draft_set(p->draft, SCHEMA_service_cmd, shell_hcl(p->im->arena, line));
    if (str_contains(line, "{{"))
        draft_note(&p->im->draft, p->draft, import_line(p->im, value),
                   "a3s has no {{ }} in a command: write what is meant");
    return true;
}

static bool read_directory(struct process *p, const struct node *value)
{
    if (!node_is_text(value))
        return node_mistake(p->im->diags, value, "a folder");
    struct dollar_text text = dollar_parse(p->im->arena, import_path(p->im, value->text));
    draft_set(p->draft, SCHEMA_service_dir, dollar_hcl(p->im->arena, &text));
    return true;
}

static bool read_variables(struct import *im, struct draft_service *to, const struct node *value)
{
    if (value->kind != NODE_LIST)
        return node_mistake(im->diags, value, "a list of NAME=value");
    VEC_EACH (&value->items, it) {
        if (!node_is_text(it->value))
            return node_mistake(im->diags, it->value, "NAME=value");
        struct str entry = it->value->text;
        const char *equals = entry.len ? memchr(entry.ptr, '=', entry.len) : NULL;
        if (!equals || equals == entry.ptr)
            return node_mistake(im->diags, it->value, "NAME=value");
        struct str name = {entry.ptr, (size_t)(equals - entry.ptr)};
        struct dollar_text text =
            dollar_parse(im->arena, (struct str){equals + 1, entry.len - name.len - 1});
        draft_env(&im->draft, to, name, dollar_hcl(im->arena, &text));
    }
    return true;
}

static bool read_environment(struct process *p, const struct node *value)
{
    return read_variables(p->im, p->draft, value);
}

static void depend(struct process *p, const struct node *name, const struct node *how)
{
    struct import *im = p->im;
    struct draft_service *to = draft_find(&im->draft, name->text);
    const struct node *condition = node_find(how, "condition");
    struct str word = node_is_text(condition) ? condition->text : STR("process_started");
    if (!to) {
        draft_note(&im->draft, p->draft, import_line(im, name), "there is no process \"%.*s\"",
                   STR_ARG(name->text));
        return;
    }
    draft_depend(&im->draft, p->draft, to, import_line(im, name));
    if (str_has_prefix(word, STR("process_completed")))
        draft_set_text(&im->draft, to, SCHEMA_service_kind, STR("task"));
    if (str_is(word, "process_completed"))
        draft_note(&im->draft, p->draft, import_line(im, name),
                   "it waits until \"%.*s\" has ended well: a task that fails blocks it",
                   STR_ARG(to->name));
}

static bool read_depends_on(struct process *p, const struct node *value)
{
    if (value->kind != NODE_MAP)
        return node_mistake(p->im->diags, value, "a map of processes");
    VEC_EACH (&value->items, it)
        depend(p, it->key, it->value);
    return true;
}

/* Probes */

static bool seconds(const struct node *node, uint32_t *out_ms)
{
    uint32_t number;
    if (!node_is_text(node) || !import_number(node->text, 86400, &number) || number == 0)
        return false;
    *out_ms = number * 1000;
    return true;
}

static void read_http(struct process *p, const struct node *http)
{
    const struct node *port = node_find(http, "port"), *path = node_find(http, "path");
    uint32_t number = 80;
    struct str text;
    struct dollar_text raw =
        dollar_parse(p->im->arena, node_is_text(port) ? port->text : STR("80"));
    if (!dollar_constant(p->im->arena, &raw, &text) || !import_number(text, 65535, &number) ||
        number == 0) {
        draft_note(&p->im->draft, p->draft, import_line(p->im, http), "its port is not known");
        return;
    }
    if (!draft_has(p->draft, SCHEMA_service_port))
        draft_setf(&p->im->draft, p->draft, SCHEMA_service_port, "%u", number);
    import_probe_http(p->im, p->draft, number, node_is_text(path) ? path->text : STR("/"));
}

static bool read_readiness(struct process *p, const struct node *value)
{
    const struct node *exec = node_find(value, "exec"), *http = node_find(value, "http_get");
    const struct node *command = node_find(exec, "command"),
                      *failures = node_find(value, "failure_threshold");
    struct probe_times times = {0};
    if (value->kind != NODE_MAP)
        return node_mistake(p->im->diags, value, "a map with exec or http_get");
    if (node_is_text(command)) {
        struct str line = unescape(p->im->arena, command->text);
        if (!import_probe_command(p->im, p->draft, line))
            import_probe_exec(p->im, p->draft, shell_hcl(p->im->arena, line));
    } else if (http) {
        read_http(p, http);
    }
    seconds(node_find(value, "period_seconds"), &times.interval);
    seconds(node_find(value, "timeout_seconds"), &times.timeout);
    if (node_is_text(failures))
        import_number(failures->text, 1000000, &times.retries);
    import_probe_set_times(p->im, p->draft, times);
    return true;
}

/* a3s has one probe, for both; liveness alone restarts. */
static bool read_liveness(struct process *p, const struct node *value)
{
    if (!draft_has(p->draft, SCHEMA_health_type) && !read_readiness(p, value))
        return false;
    if (draft_has(p->draft, SCHEMA_health_type))
        draft_set(p->draft, SCHEMA_restart_on_unhealthy, STR("true"));
    return true;
}

static bool read_log_line(struct process *p, const struct node *value)
{
    struct strbuf pattern = {0};
    if (!node_is_text(value))
        return node_mistake(p->im->diags, value, "the line that tells that it is ready");
    for (size_t i = 0; i < value->text.len; i++) { /* it is no regular expression there */
        if (memchr("\\^$.|?*+()[]{}", value->text.ptr[i], 14))
            strbuf_addc(&pattern, '\\');
        strbuf_addc(&pattern, value->text.ptr[i]);
    }
    draft_set_text(&p->im->draft, p->draft, SCHEMA_health_type, STR("log"));
    draft_set_text(&p->im->draft, p->draft, SCHEMA_health_pattern,
                   strbuf_move(&pattern, p->im->arena));
    return true;
}

/* Ends and restarts */

static bool read_availability(struct process *p, const struct node *value)
{
    const struct node *restart = node_find(value, "restart"),
                      *times = node_find(value, "max_restarts");
    struct draft *draft = &p->im->draft;
    uint32_t ms, count;
    if (value->kind != NODE_MAP)
        return node_mistake(p->im->diags, value, "a map with restart");
    struct str word = node_is_text(restart) ? restart->text : STR("");
    if (str_is(word, "no") || str_is(word, "exit_on_failure"))
        draft_set_text(draft, p->draft, SCHEMA_restart_policy, STR("never"));
    else if (str_is(word, "always"))
        draft_set_text(draft, p->draft, SCHEMA_restart_policy, STR("always"));
    else if (str_is(word, "on_failure"))
        draft_set_text(draft, p->draft, SCHEMA_restart_policy, STR("on-failure"));
    if (str_is(word, "exit_on_failure") || node_is_true(node_find(value, "exit_on_end")))
        draft_note(
            draft, p->draft, import_line(p->im, value),
            "a3s does not end with one of its services: \"a3s up --wait\" tells of a failure");
    if (seconds(node_find(value, "backoff_seconds"), &ms)) {
        import_set_duration(p->im, p->draft, SCHEMA_restart_backoff, ms);
        if (ms > MAX_BACKOFF_MS)
            import_set_duration(p->im, p->draft, SCHEMA_restart_max_backoff, ms);
    }
    if (node_is_text(times) && import_number(times->text, 1000000, &count) && count > 0)
        draft_setf(draft, p->draft, SCHEMA_restart_max_restarts, "%u", count);
    return true;
}

static bool read_shutdown(struct process *p, const struct node *value)
{
    static const struct {
        const char *number, *name;
    } signals[] = {{"1", "HUP"},   {"2", "INT"},   {"3", "QUIT"}, {"9", "KILL"},
                   {"10", "USR1"}, {"12", "USR2"}, {"15", "TERM"}};
    const struct node *command = node_find(value, "command"), *signal = node_find(value, "signal");
    uint32_t ms;
    if (node_is_text(command))
        draft_note(&p->im->draft, p->draft, import_line(p->im, command),
                   "a3s stops by a signal; post_stop runs afterwards. It was: %.*s",
                   STR_ARG(command->text));
    for (size_t i = 0; node_is_text(signal) && i < ARRAY_LEN(signals); i++)
        if (str_is(signal->text, signals[i].number))
            draft_set_text(&p->im->draft, p->draft, SCHEMA_stop_signal, str_from(signals[i].name));
    if (seconds(node_find(value, "timeout_seconds"), &ms))
        import_set_duration(p->im, p->draft, SCHEMA_stop_timeout, ms);
    return true;
}

static bool read_daemon(struct process *p, const struct node *value)
{
    if (node_is_true(value))
        draft_note(
            &p->im->draft, p->draft, import_line(p->im, value),
            "is_daemon: a3s keeps a daemon that a command leaves behind, and stops it; but a "
            "command that stays in the foreground is better");
    return true;
}

static bool read_disabled(struct process *p, const struct node *value)
{
    if (node_is_true(value))
        draft_set(p->draft, SCHEMA_service_disabled, STR("true"));
    return true;
}

static bool read_namespace(struct process *p, const struct node *value)
{
    if (node_is_text(value) && !str_is(value->text, "default"))
        draft_add_text(&p->im->draft, p->draft, SCHEMA_service_labels, value->text);
    return true;
}

static bool read_log_file(struct process *p, const struct node *value)
{
    if (node_is_text(value))
        draft_set_text(&p->im->draft, p->draft, SCHEMA_log_file, import_path(p->im, value->text));
    return true;
}

static bool read_tty(struct process *p, const struct node *value)
{
    if (node_is_true(value))
        draft_set(p->draft, SCHEMA_service_tty, STR("true"));
    return true;
}

static const struct {
    const char *name;
    bool (*read)(struct process *p, const struct node *value);
} keys[] = {
    {"command", read_command},           {"working_dir", read_directory},
    {"environment", read_environment},   {"depends_on", read_depends_on},
    {"readiness_probe", read_readiness}, {"liveness_probe", read_liveness},
    {"ready_log_line", read_log_line},   {"availability", read_availability},
    {"shutdown", read_shutdown},         {"is_daemon", read_daemon},
    {"disabled", read_disabled},         {"namespace", read_namespace},
    {"log_location", read_log_file},     {"is_tty", read_tty},
};

static bool read_key(struct process *p, const struct node_pair *pair)
{
    struct import *im = p->im;
    for (size_t i = 0; i < ARRAY_LEN(keys); i++)
        if (str_is(pair->key->text, keys[i].name))
            return pair->value->kind == NODE_NULL || keys[i].read(p, pair->value);
    draft_lose(&im->draft, p->draft, arena_printf(im->arena, "%.*s", STR_ARG(pair->key->text)),
               import_line(im, pair->key), NULL);
    return true;
}

static bool read_process(struct import *im, const struct node *key, const struct node *node)
{
    struct process p = {im, draft_find(&im->draft, key->text)};
    bool right = true;
    if (node->kind != NODE_MAP)
        return node_mistake(im->diags, node, "a map: what the process is");
    VEC_EACH (&node->items, it)
        right = read_key(&p, it) && right;
    if (!draft_has(p.draft, SCHEMA_service_cmd))
        draft_leave_out(&im->draft, p.draft, "it has no command");
    return right;
}

bool read_process_compose(struct import *im, const struct node *root)
{
    const struct node *processes = node_find(root, "processes"),
                      *environment = node_find(root, "environment");
    bool right = true;
    if (!processes || processes->kind != NODE_MAP)
        return node_mistake(im->diags, processes ? processes : root, "a map with processes");
    if (environment && !read_variables(im, im->draft.dev, environment))
        return false;
    VEC_EACH (&processes->items, it)
        if (!import_service(im, it->key))
            return false;
    VEC_EACH (&processes->items, it)
        right = read_process(im, it->key, it->value) && right;
    import_dotenv(im);
    return right;
}
