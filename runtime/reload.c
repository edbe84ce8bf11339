#include "reload.h"

#include "daemon_state.h"
#include "dispatch.h"
#include "dispatch_proxy.h"
#include "mem.h"

#include <errno.h>

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

/* Answers all who wait, and takes the body. An answer that does not reach its client any more is no
 * loss. */
static void conclude(struct reload *reload, int status, json_t *body)
{
    while (reload->waiters) {
        struct reload_waiter *waiter = reload->waiters;
        reload->waiters = waiter->next;
        control_stream_watch(waiter->stream, NULL, NULL, NULL);
        control_stream_answer(waiter->stream, status, json_incref(body));
        free(waiter);
    }
    json_decref(body);
    reload->asked = false;
}

/* ---- Why not ---- */

static json_t *parse(const struct strbuf *text)
{
    json_t *value = text->len ? json_loadb(text->ptr, text->len, JSON_DECODE_ANY, NULL) : NULL;
    return value ? value : json_null();
}

static json_t *text_json(const char *text)
{
    json_t *value = json_string(text);
    return value ? value : json_null(); /* it is not UTF-8 */
}

/* Whoever saves a file right after "a3s reload" has just been told of its mistakes. */
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
    tell_refusal(d, text);
    conclude(&d->reload, 422,
             json_pack("{s:s,s:o,s:o}", "error",
                       "the new plan cannot be used; what runs goes on as before", "text",
                       text_json(text), "findings", parse(&update->parts[UPDATE_JSON])));
}

/* ---- Stage 1: what has to end first ---- */

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
    return json_pack("{s:b,s:o,s:o}", "ok", 1, "text",
                     text_json(strbuf_text(&update->parts[UPDATE_TEXT])), "diff",
                     parse(&update->parts[UPDATE_JSON]));
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
        generation_destroy(g);
        return;
    }
    generation_destroy(d->reload.next);
    d->reload.next = g;
    if (!same)
        d->announced = false;
    clear_way(d, g);
}

/* Before all else, since nobody has to end for it; false: it cannot be had. */
static bool move_proxy(struct daemon *d, uint16_t port, struct strbuf *out_trouble)
{
    uint16_t before = daemon_proxy_port(d);
    if (dispatch_proxy_listen(d, port, out_trouble))
        return false;
    if (port && port != before)
        log_info(&d->log, "the proxy listens on port %u", port);
    return true;
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
    struct generation *g = generation_create(d, update, &trouble);
    if (g && move_proxy(d, g->plan.settings->proxy_port, &trouble)) {
        accept(d, update, g);
    } else {
        refuse(d, &(struct update){0}, strbuf_text(&trouble));
        generation_destroy(g);
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
    if (d->stopping || d->ending) {
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
    if (d->stopping || d->ending)
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
    generation_destroy(reload->next);
    reload->next = NULL;
    reload->again = false;
    conclude(reload, 409, json_pack("{s:s}", "error", "everything is being stopped"));
}

void reload_finish(struct daemon *d)
{
    struct reload *reload = &d->reload;
    reload_abandon(d);
    generation_destroy(reload->now);
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
    generation_destroy(before);
    reset_left(d);
    watch_sources(d);
}
