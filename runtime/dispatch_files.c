#include "dispatch.h"
#include "watch_breaker.h"

/* "lib/util.py", "lib/util.py and 3 more". */
static void add_change(struct strbuf *out, const struct watch_change *change)
{
    strbuf_adds(out, change->path);
    if (change->others)
        strbuf_addf(out, " and %s%u more", change->more ? "at least " : "", change->others);
}

/* Said before it is done, if it is about more than one. */
static void tell_wave(struct daemon *d, const struct watch_change *changes, uint32_t count)
{
    struct strbuf text = {0};
    uint32_t restarts = 0;
    for (uint32_t i = 0; i < count; i++) {
        const struct plan_watch *planned = &d->plan->watches[changes[i].watch];
        if (!planned->restart)
            continue;
        if (restarts == 0)
            add_change(&text, &changes[i]);
        strbuf_addf(&text, "%s%s", restarts++ ? ", " : " changed: restarting ",
                    d->names[planned->service]);
    }
    if (restarts > 1)
        log_info(&d->log, "%s", strbuf_text(&text));
    strbuf_finish(&text);
}

/* wave: of the first service that it restarts, when there is one already. */
static void file_changed(struct daemon *d, const struct watch_change *change,
                         struct journal_ref wave)
{
    const struct plan_watch *planned = &d->plan->watches[change->watch];
    struct strbuf text = {0};
    add_change(&text, change);
    strbuf_adds(&text, " changed");
    if (planned->restart) {
        daemon_set_reason(d, planned->service, strbuf_text(&text));
        dispatch(d, &(struct supervisor_event){.input = SUPERVISOR_CHANGED,
                                               .service = planned->service,
                                               .text = strbuf_text(&text),
                                               .cause = wave});
    } else {
        daemon_tell(d, planned->service, LOG_INFO, "%s", strbuf_text(&text));
    }
    strbuf_finish(&text);
}

static void files_changed(void *ctx, const struct watch_change *changes, uint32_t count)
{
    struct daemon *d = ctx;
    tell_wave(d, changes, count);
    /* What others depend on first: who waits for it then finds it not ready. */
    struct journal_ref wave = {0};
    for (uint32_t i = 0; i < count; i++) {
        const struct plan_watch *planned = &d->plan->watches[changes[i].watch];
        struct journal_ref next = journal_last(&d->supervisor.journal, planned->service);
        next.number++; /* the change will be the next of its records */
        file_changed(d, &changes[i], wave);
        if (!wave.number && planned->restart)
            wave = next;
    }
}

static void watch_loops(void *ctx, const struct watch_change *change)
{
    struct daemon *d = ctx;
    uint32_t service = d->plan->watches[change->watch].service;
    struct strbuf place = {0};
    narrate_place(d->plan, service, PLAN_FIELD_WATCH, &place);
    daemon_tell(d, service, LOG_WARN,
                "%s has changed right after each of the last %d restarts, so it restarts nothing "
                "for now; if %s writes it itself, add it to \"ignore\" (%s)",
                change->path, WATCH_QUICK_MAX, d->names[service], strbuf_text(&place));
    strbuf_finish(&place);
}

static void watch_problem(void *ctx, const char *text)
{
    struct daemon *d = ctx;
    log_warn(&d->log, "%s", text);
}

const struct watcher_ops dispatch_for_watcher = {
    .changed = files_changed, .loops = watch_loops, .problem = watch_problem};
