#include "diff_forms.h"

#include "dump.h"
#include "mem.h"

void form_add_bool(const struct form *f, bool value)
{
    strbuf_adds(f->out, value ? "true" : "false");
}

static void add_raw(const struct form *f, struct plan_string string)
{
    strbuf_addf(f->out, "%u:", string.length);
    strbuf_add(f->out, plan_text_ptr(f->plan, string), string.length);
}

void form_add_string(const struct form *f, struct plan_string string)
{
    if (f->exact)
        add_raw(f, string);
    else
        plan_quote(f->plan, string, f->out);
}

static void add_raw_piece(const struct form *f, const struct plan_piece *piece)
{
    strbuf_addf(f->out, "|%u ", piece->kind);
    if (piece->kind == PLAN_PIECE_LITERAL) {
        add_raw(f, piece->text);
    } else if (piece->kind == PLAN_PIECE_PORT) {
        add_raw(f, f->plan->services[piece->ref].name);
    } else {
        const struct plan_lookup *lookup = &f->plan->lookups[piece->ref];
        add_raw(f, lookup->name);
        strbuf_addf(f->out, " %u ", lookup->flags);
        add_raw(f, lookup->fallback);
    }
}

void form_add_text(const struct form *f, struct plan_text text)
{
    if (!f->exact) {
        plan_text_quote(f->plan, text, f->out);
        return;
    }
    strbuf_addf(f->out, "%u", text.pieces.count);
    for (uint32_t i = 0; i < text.pieces.count; i++)
        add_raw_piece(f, &f->plan->pieces[text.pieces.first + i]);
}

void form_add_strings(const struct form *f, const struct plan_string *strings,
                      struct plan_range range)
{
    for (uint32_t i = 0; i < range.count; i++) {
        strbuf_adds(f->out, i ? ", " : "");
        form_add_string(f, strings[range.first + i]);
    }
}

/* A person is shown the line, from which the arguments follow. */
void form_add_command(const struct form *f, uint32_t index)
{
    if (index == PLAN_NONE)
        return;
    const struct plan_command *command = &f->plan->commands[index];
    form_add_text(f, command->line);
    for (uint32_t i = 0; f->exact && i < command->argv.count; i++)
        form_add_text(f, f->plan->argv[command->argv.first + i]);
    if (command->flags & PLAN_COMMAND_SHELL)
        strbuf_adds(f->out, " by the shell");
}

/* Settings. */

void form_domain(const struct form *f, uint32_t index)
{
    (void)index;
    form_add_string(f, f->plan->settings->domain);
}

void form_proxy_port(const struct form *f, uint32_t index)
{
    (void)index;
    strbuf_addf(f->out, "%u", f->plan->settings->proxy_port);
}

void form_log_level(const struct form *f, uint32_t index)
{
    (void)index;
    strbuf_adds(f->out, plan_log_level_name(f->plan->settings->log_level));
}

void form_hold(const struct form *f, uint32_t index)
{
    (void)index;
    plan_duration_show(f->plan->settings->hold_ms, f->out);
}

/* What the process sees. */

void form_kind(const struct form *f, uint32_t index)
{
    strbuf_adds(f->out, form_service(f, index)->kind == PLAN_KIND_TASK ? "task" : "service");
}

void form_cmd(const struct form *f, uint32_t index)
{
    form_add_command(f, form_service(f, index)->command);
}

void form_pre_start(const struct form *f, uint32_t index)
{
    form_add_command(f, form_service(f, index)->pre_start);
}

void form_post_stop(const struct form *f, uint32_t index)
{
    form_add_command(f, form_service(f, index)->post_stop);
}

void form_dir(const struct form *f, uint32_t index)
{
    form_add_text(f, form_service(f, index)->dir);
}

void form_port(const struct form *f, uint32_t index)
{
    const struct plan_service *service = form_service(f, index);
    if (service->port_source == PLAN_PORT_FIXED)
        strbuf_addf(f->out, "%u", service->port);
    if (service->port_source == PLAN_PORT_CHOSEN)
        strbuf_adds(f->out, "chosen");
}

void form_tty(const struct form *f, uint32_t index)
{
    form_add_bool(f, form_service(f, index)->flags & PLAN_SERVICE_TTY);
}

void form_sent_host(const struct form *f, uint32_t index)
{
    bool own = form_service(f, index)->flags & PLAN_SERVICE_OWN_HOST;
    strbuf_adds(f->out, own ? "upstream" : "client");
}

struct form_parts parts_env(const struct plan *plan, uint32_t service, struct arena *arena)
{
    struct plan_range range = plan->services[service].env;
    struct form_parts parts = {arena_new(arena, struct form_part, range.count), range.count};
    for (uint32_t i = 0; i < range.count; i++)
        parts.items[i] = (struct form_part){plan_text_ptr(plan, plan->env[range.first + i].name),
                                            range.first + i};
    return parts;
}

/* Whose it is, is part of the value: the service's env_file is weaker than its own env, but
 * stronger than the dev block's. */
static void add_owner(const struct form *f, uint32_t flags)
{
    if (flags & PLAN_ENV_SHARED)
        strbuf_adds(f->out, " (dev)");
}

void form_env(const struct form *f, uint32_t index)
{
    const struct plan_env *env = &f->plan->env[index];
    if (!f->exact && plan_env_is_hidden(f->plan, env))
        strbuf_adds(f->out, "***");
    else
        form_add_text(f, env->value);
    add_owner(f, env->flags);
}

void form_env_file(const struct form *f, uint32_t index)
{
    struct plan_range range = form_service(f, index)->env_files;
    for (uint32_t i = 0; i < range.count; i++) {
        const struct plan_env_file *file = &f->plan->env_files[range.first + i];
        strbuf_adds(f->out, i ? ", " : "");
        form_add_string(f, file->path);
        add_owner(f, file->flags);
    }
}

/* Addresses. */

void form_host(const struct form *f, uint32_t index)
{
    if (f->routes[index] != PLAN_NONE)
        strbuf_adds(f->out, plan_text_ptr(f->plan, f->plan->routes[f->routes[index]].host));
}

/* What the service will find in A3S_URL. */
void form_url(const struct form *f, uint32_t index)
{
    const struct plan_service *service = form_service(f, index);
    uint16_t proxy = f->plan->settings->proxy_port;
    if (f->routes[index] != PLAN_NONE && proxy) {
        strbuf_adds(f->out, "http://");
        form_host(f, index);
        strbuf_addf(f->out, ":%u", proxy);
    } else if (service->port_source != PLAN_PORT_NONE && service->probe != PLAN_NONE &&
               f->plan->probes[service->probe].type == PLAN_PROBE_HTTP) {
        strbuf_adds(f->out, "http://127.0.0.1:");
        form_port(f, index);
    }
}

struct form_parts parts_deps(const struct plan *plan, uint32_t service, struct arena *arena)
{
    struct plan_range range = plan->services[service].deps;
    struct form_parts parts = {arena_new(arena, struct form_part, range.count), range.count};
    for (uint32_t i = 0; i < range.count; i++) {
        uint32_t dep = plan->deps[range.first + i];
        parts.items[i] = (struct form_part){plan_service_name(plan, dep), dep};
    }
    return parts;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* By name: a plan has them in the order of indices, which other services may shift. */
void form_depends_on(const struct form *f, uint32_t index)
{
    struct plan_range range = form_service(f, index)->deps;
    const char **names = mem_alloc_array(range.count, sizeof *names);
    for (uint32_t i = 0; i < range.count; i++)
        names[i] = plan_service_name(f->plan, f->plan->deps[range.first + i]);
    qsort(names, range.count, sizeof *names, compare_names);
    for (uint32_t i = 0; i < range.count; i++)
        strbuf_addf(f->out, "%s%s", i ? ", " : "", names[i]);
    free(names);
}

/* What the supervisor alone sees. */

void form_labels(const struct form *f, uint32_t index)
{
    form_add_strings(f, f->plan->labels, form_service(f, index)->labels);
}

void form_disabled(const struct form *f, uint32_t index)
{
    form_add_bool(f, form_service(f, index)->flags & PLAN_SERVICE_DISABLED);
}
