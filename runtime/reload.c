#include "reload.h"

#include "answers.h"
#include "daemon_state.h"
#include "dispatch.h"
#include "lookups.h"
#include "map.h"
#include "mem.h"
#include "ports.h"
#include "proxy_refused.h"

#include <errno.h>

extern char **environ;

/* ms in which the same mistakes are not told again. */
#define TOLD_MS 1000

struct reload_waiter {
    struct reload_waiter *next;
    struct reload *reload;
    struct control_stream *stream;
};

/* ---- Whoever waits for an answer ---- */

static void on_waiter_gone(void *user)
{
    struct reload_waiter *waiter = user;
    struct reload_waiter **at = &waiter->reload->waiters;
    while (*at && *at != waiter)
        at = &(*at)->next;
    if (*at)
        *at = waiter->next;
    free(waiter);
}

static void add_waiter(struct reload *reload, struct control_stream *stream)
{
    struct reload_waiter *waiter = mem_alloc(sizeof *waiter);
    *waiter = (struct reload_waiter){reload->waiters, reload, stream};
    reload->waiters = waiter;
    control_stream_watch(stream, NULL, on_waiter_gone, waiter);
}

/* Takes the body. An answer that does not reach its client any more is no loss. */
static void answer_all(struct reload *reload, int status, json_t *body)
{
    for (struct reload_waiter *waiter = reload->waiters, *next; waiter; waiter = next) {
        next = waiter->next;
        control_stream_answer(waiter->stream, status, json_incref(body));
    }
    json_decref(body);
}

/* Once answered nobody waits, though the client may still be there. */
static void conclude(struct reload *reload, int status, json_t *body)
{
    answer_all(reload, status, body);
    while (reload->waiters) {
        struct reload_waiter *waiter = reload->waiters;
        reload->waiters = waiter->next;
        control_stream_watch(waiter->stream, NULL, NULL, NULL);
        free(waiter);
    }
    reload->asked = false;
}

/* ---- Why not ---- */

static json_t *loads(const struct strbuf *text)
{
    json_t *value = text->len ? json_loadb(text->ptr, text->len, JSON_DECODE_ANY, NULL) : NULL;
    return value ? value : json_null();
}

static json_t *text_json(const struct strbuf *text)
{
    json_t *value = json_string(strbuf_text(text));
    return value ? value : json_null();
}

/* A save that "a3s reload" came before of needs no second word. */
static bool is_told(const struct reload *reload, const char *text)
{
    return !reload->asked && !strcmp(strbuf_text(&reload->refusal), text) &&
           daemon_now() - reload->refused_at < TOLD_MS;
}

static void tell_refusal(struct daemon *d, const char *text)
{
    struct reload *reload = &d->reload;
    if (!is_told(reload, text))
        log_error(&d->log, "%s, but the new plan cannot be used; what runs goes on as before\n%s",
                  strbuf_text(&reload->cause), text);
    strbuf_clear(&reload->refusal);
    strbuf_adds(&reload->refusal, text);
    reload->refused_at = daemon_now();
}

static void refuse(struct daemon *d, const struct update *update, const char *text)
{
    struct strbuf said = {0};
    tell_refusal(d, text);
    strbuf_adds(&said, text);
    conclude(&d->reload, 422,
             json_pack("{s:s,s:o,s:o}", "error",
                       "the new plan cannot be used; what runs goes on as before", "text",
                       text_json(&said), "findings", loads(&update->parts[UPDATE_JSON])));
    strbuf_finish(&said);
}

/* ---- A plan that can be used ---- */

static void discard(struct generation *generation)
{
    if (!generation)
        return;
    plan_close(&generation->plan);
    arena_finish(&generation->arena);
    free(generation);
}

static void match(struct generation *g, const struct plan *old)
{
    struct map names;
    uint32_t count = g->plan.service_count;
    g->from = arena_new(&g->arena, uint32_t, count);
    g->to = arena_new(&g->arena, uint32_t, old->service_count);
    map_init(&names, &g->arena, count);
    for (uint32_t i = 0; i < count; i++) {
        *map_put(&names, str_from(plan_service_name(&g->plan, i)), NULL) = i;
        g->from[i] = PLAN_NONE;
    }
    for (uint32_t i = 0; i < old->service_count; i++) {
        const uint32_t *found = map_find(&names, str_from(plan_service_name(old, i)));
        g->to[i] = found ? *found : PLAN_NONE;
        if (found)
            g->from[*found] = i;
    }
}

/* A port that was chosen stays. */
static int find_ports(struct generation *g, const struct daemon *d)
{
    g->ports = arena_new(&g->arena, uint16_t, g->plan.service_count);
    for (uint32_t i = 0; i < g->plan.service_count; i++) {
        uint32_t old = g->from[i];
        if (old != PLAN_NONE && d->plan->services[old].port_source == PLAN_PORT_CHOSEN)
            g->ports[i] = d->ports[old];
    }
    return ports_resolve(&g->plan, g->ports);
}

static bool take_verdicts(struct generation *g, const struct plan *old,
                          const struct strbuf *verdicts)
{
    size_t count = (size_t)old->service_count + g->plan.service_count;
    g->verdicts = arena_strndup(&g->arena, strbuf_text(verdicts), verdicts->len);
    for (size_t i = 0; i < verdicts->len; i++) {
        if ((unsigned char)verdicts->ptr[i] >= UPDATE_VERDICT_COUNT)
            return false;
    }
    return verdicts->len == count;
}

/* ---- The proxy's port, which need not wait for anybody ---- */

static void cannot_listen(struct strbuf *out, uint16_t port, int error)
{
    struct strbuf help = {0};
    proxy_refused_explain(port, error, out, &help);
    strbuf_addf(out, "\n%s\n", strbuf_text(&help));
    strbuf_finish(&help);
}

static int listen_first(struct daemon *d, uint16_t port)
{
    struct proxy *proxy = proxy_create(d->loop, d->plan, &answers_for_proxy, d);
    int error = proxy ? proxy_start(proxy, port) : -ENOMEM;
    if (error)
        proxy_destroy(proxy);
    else
        d->proxy = proxy;
    return error;
}

/* Where it listened before is left only when the new port is its own. */
static bool move_proxy(struct daemon *d, uint16_t port, struct strbuf *out_trouble)
{
    int error = 0;
    bool moves = d->proxy ? port != proxy_port(d->proxy) : port != 0;
    if (!moves)
        return true;
    if (!port) {
        proxy_destroy(d->proxy);
        d->proxy = NULL;
    } else {
        error = d->proxy ? proxy_move(d->proxy, port) : listen_first(d, port);
    }
    if (error)
        cannot_listen(out_trouble, port, error);
    else if (port)
        log_info(&d->log, "the proxy listens on port %u", port);
    return !error;
}

/* ---- Whether it can be used ---- */

/* False: out_trouble says why it cannot be used. */
static bool fill(struct generation *g, struct daemon *d, const struct update *update,
                 struct strbuf *out_trouble)
{
    uint64_t where;
    const struct strbuf *bytes = &update->parts[UPDATE_PLAN];
    enum plan_error error = plan_open_bytes(&g->plan, bytes->ptr, bytes->len, &where);
    if (error) {
        strbuf_addf(out_trouble, "the plan is malformed: %s\n", plan_error_text(error));
        return false;
    }
    if (!take_verdicts(g, d->plan, &update->parts[UPDATE_VERDICTS])) {
        strbuf_adds(out_trouble, "what the plans differ in is not known; this is a fault in a3s\n");
        return false;
    }
    const struct update_source *source = d->options->source;
    if (source->provide)
        source->provide(source->ctx, &g->plan, d->reload.variables);
    g->lookups = lookups_resolve(&g->arena, &g->plan, environ, out_trouble);
    if (!g->lookups)
        return false;
    match(g, d->plan);
    int failed = find_ports(g, d);
    if (failed)
        strbuf_addf(out_trouble, "no free port can be found: %s\n", strerror(-failed));
    return !failed && move_proxy(d, g->plan.settings->proxy_port, out_trouble);
}

/* ---- Stage 1 ---- */

static enum update_verdict verdict_on_old(const struct generation *g, uint32_t service)
{
    return (enum update_verdict)g->verdicts[service];
}

/* One that failed, and of which something has changed, is tried again. */
static bool is_renewed(const struct daemon *d, const struct generation *g, uint32_t service)
{
    const struct supervised *s = &d->supervisor.services[service];
    enum update_verdict verdict = verdict_on_old(g, service);
    return s->wanted &&
           (verdict == UPDATE_RESTART || (verdict == UPDATE_LIVE && s->state == SERVICE_FAILED));
}

/* Dependents have higher indices: they are told first. */
static void clear_way(struct daemon *d, const struct generation *g)
{
    struct supervisor_event event = {.text = strbuf_text(&d->reload.cause)};
    for (uint32_t i = d->plan->service_count; i-- > 0;) {
        event.service = i;
        if (verdict_on_old(g, i) == UPDATE_STOP) {
            d->reload.left[i] |= d->supervisor.services[i].wanted;
            event.input = SUPERVISOR_LEAVE;
        } else if (is_renewed(d, g, i)) {
            daemon_set_reason(d, i, strbuf_text(&d->reload.cause));
            event.input = SUPERVISOR_RENEW;
        } else {
            continue;
        }
        dispatch(d, &event);
    }
}

static json_t *success(const struct update *update)
{
    return json_pack("{s:b,s:o,s:o}", "ok", 1, "text", text_json(&update->parts[UPDATE_TEXT]),
                     "diff", loads(&update->parts[UPDATE_JSON]));
}

static void tell(struct daemon *d, const struct update *update)
{
    const struct strbuf *text = &update->parts[UPDATE_TEXT];
    if (text->len)
        log_info(&d->log, "%s:\n%s", strbuf_text(&d->reload.cause), strbuf_text(text));
    else if (d->reload.asked)
        log_info(&d->log, "%s: nothing differs from what runs", strbuf_text(&d->reload.cause));
}

static void accept(struct daemon *d, const struct update *update, struct generation *g)
{
    bool same = g->plan.hash == d->plan->hash && !d->reload.next;
    tell(d, update);
    conclude(&d->reload, 202, success(update));
    if (same && !d->reload.variables) {
        discard(g);
        return;
    }
    discard(d->reload.next);
    d->reload.next = g;
    if (!same)
        d->announced = false;
    clear_way(d, g);
}

static void begin(struct daemon *d);

static void on_made(void *ctx, const struct update *update)
{
    struct daemon *d = ctx;
    struct strbuf trouble = {0};
    if (d->reload.again) {
        d->reload.again = false;
        begin(d);
        return;
    }
    if (!update->valid) {
        refuse(d, update, strbuf_text(&update->parts[UPDATE_TEXT]));
        return;
    }
    struct generation *g = mem_alloc(sizeof *g);
    if (fill(g, d, update, &trouble)) {
        accept(d, update, g);
    } else {
        refuse(d, &(struct update){0}, strbuf_text(&trouble));
        discard(g);
    }
    strbuf_finish(&trouble);
}

static void begin(struct daemon *d)
{
    struct reload *reload = &d->reload;
    if (reload->making.pid) {
        reload->again = true;
        return;
    }
    int error = recompile_start(&reload->making, d->options->source, d->plan, reload->variables);
    if (!error)
        return;
    struct strbuf text = {0};
    strbuf_addf(&text, "cannot compile: %s\n", strerror(-error));
    refuse(d, &(struct update){0}, strbuf_text(&text));
    strbuf_finish(&text);
}

/* ---- Who asks ---- */

static void set_cause(struct daemon *d, const char *what, const char *how)
{
    strbuf_clear(&d->reload.cause);
    strbuf_addf(&d->reload.cause, "%s%s", what, how);
}

int reload_request(struct daemon *d, const json_t *variables, struct control_stream *stream,
                   struct strbuf *out_error)
{
    if (d->stopping) {
        strbuf_adds(out_error, "everything is being stopped");
        return -EBUSY;
    }
    if (!d->options->source) {
        strbuf_addf(out_error, "%s cannot be read again", d->options->project);
        return -ENOTSUP;
    }
    if (variables && json_object_size(variables)) {
        if (!d->reload.variables)
            d->reload.variables = json_object();
        json_object_update(d->reload.variables, (json_t *)variables);
    }
    if (stream)
        add_waiter(&d->reload, stream);
    d->reload.asked = true;
    set_cause(d, "asked to reload", "");
    begin(d);
    return 0;
}

void reload_on_signal(struct ev_loop *loop, ev_signal *watcher, int events)
{
    (void)loop;
    (void)events;
    struct daemon *d = watcher->data;
    struct strbuf error = {0};
    if (reload_request(d, NULL, NULL, &error))
        log_warn(&d->log, "not reloaded: %s", strbuf_text(&error));
    strbuf_finish(&error);
}

static void on_saved(void *ctx, const char *path)
{
    struct daemon *d = ctx;
    if (d->stopping)
        return;
    set_cause(d, path, " changed");
    begin(d);
}

static void on_problem(void *ctx, const char *text)
{
    struct daemon *d = ctx;
    log_warn(&d->log, "%s", text);
}

/* ---- Life ---- */

static void watch_sources(struct daemon *d)
{
    static const struct saves_ops ops = {.saved = on_saved, .problem = on_problem};
    if (!d->options->source || !d->options->source->watched)
        return;
    int error = saves_start(&d->reload.saves, d->loop, d->plan, d->options->root, &ops, d);
    if (error)
        log_warn(&d->log, "cannot watch the A3sfile: %s; \"a3s reload\" takes over what you change",
                 strerror(-error));
}

static void reset_left(struct daemon *d)
{
    free(d->reload.left);
    d->reload.left = mem_alloc_array(d->plan->service_count, sizeof *d->reload.left);
}

void reload_init(struct daemon *d)
{
    recompile_init(&d->reload.making, d->loop, on_made, d);
    reset_left(d);
    watch_sources(d);
}

void reload_abandon(struct daemon *d)
{
    struct reload *reload = &d->reload;
    recompile_stop(&reload->making);
    saves_stop(&reload->saves);
    discard(reload->next);
    reload->next = NULL;
    reload->again = false;
    conclude(reload, 409, json_pack("{s:s}", "error", "everything is being stopped"));
}

void reload_finish(struct daemon *d)
{
    struct reload *reload = &d->reload;
    reload_abandon(d);
    discard(reload->now);
    json_decref(reload->variables);
    strbuf_finish(&reload->cause);
    strbuf_finish(&reload->refusal);
    free(reload->left);
    *reload = (struct reload){0};
}

bool reload_is_under_way(const struct daemon *d)
{
    return d->reload.making.pid || d->reload.next;
}

void reload_continue(struct daemon *d)
{
    struct generation *next = d->reload.next, *before = d->reload.now;
    if (!next || d->reload.making.pid || !supervisor_is_cleared(&d->supervisor))
        return;
    d->reload.next = NULL;
    d->reload.now = next;
    reload_swap(d, next);
    discard(before);
    reset_left(d);
    watch_sources(d);
}
