#include "health.h"

#define REFUSED_FIRST  0.00025 /* s */
#define REFUSED_LAST   0.05
#define REFUSED_GROWTH 1.25
#define UNHAPPY_FIRST  0.01
#define UNHAPPY_GROWTH 2
#define MS             0.001

static const struct probe_kind *const kinds[] = {
#define X(type, name) [PLAN_PROBE_##type] = &probe_##name,
    PROBE_KINDS(X)
#undef X
};
_Static_assert(sizeof kinds / sizeof *kinds == PLAN_PROBE_TYPE_COUNT, "one kind a type");

static const char *set_text(struct strbuf *buf, const char *text)
{
    strbuf_clear(buf);
    strbuf_adds(buf, text);
    return strbuf_text(buf);
}

/* ---- When the next try is ---- */

/* How long to wait before the next try while it has never answered well. */
static double quick_delay(struct probe *probe, bool refused)
{
    double interval = probe->config->interval_ms * MS;
    double first = refused ? REFUSED_FIRST : UNHAPPY_FIRST;
    double last = refused ? REFUSED_LAST : interval;
    double growth = refused ? REFUSED_GROWTH : UNHAPPY_GROWTH;
    probe->delay = probe->delay > 0 && probe->refused == refused ? probe->delay * growth : first;
    if (probe->delay > last)
        probe->delay = last;
    probe->refused = refused;
    return probe->delay;
}

static void ensure_next(struct probe *probe)
{
    if (!probe->next.active && !probe->kind->lasts)
        fine_timer_start(&probe->next, probe->config->interval_ms * MS);
}

/* ---- The end of a try; each is the last act of whoever calls it ---- */

static void end_try(struct probe *probe)
{
    probe->trying = false;
    ev_timer_stop(probe->loop, &probe->deadline);
}

/* Until the deadline it may go on with what does not matter any more. */
static void end_well(struct probe *probe, const struct probe_outcome *outcome)
{
    if (outcome->goes_on)
        probe->trying = false;
    else
        end_try(probe);
}

static void failed_before_ready(struct probe *probe, bool refused)
{
    double delay = quick_delay(probe, refused);
    fine_timer_start(&probe->next, delay);
    probe->refused_for = refused ? probe->refused_for + delay : 0;
    if (probe->refused_for < PROBE_REFUSED_LONG)
        return;
    probe->refused_for = 0;
    if (probe->ops->on_refused)
        probe->ops->on_refused(probe->ctx);
}

/* probe->error says why. */
static void try_failed(struct probe *probe, bool refused)
{
    end_try(probe);
    probe->failures++;
    if (!probe->ready) {
        failed_before_ready(probe, refused);
        return;
    }
    ensure_next(probe);
    if (probe->unhealthy || probe->failures < probe->config->retries)
        return;
    probe->unhealthy = true;
    strbuf_clear(&probe->reason);
    strbuf_add_str(&probe->reason, strbuf_str(&probe->error));
    if (probe->failures > 1)
        strbuf_addf(&probe->reason, " (%u times in a row)", probe->failures);
    probe->ops->on_edge(probe->ctx, HEALTH_UNHEALTHY, strbuf_text(&probe->reason));
}

static bool may_be_ready(struct probe *probe, bool second)
{
    strbuf_clear(&probe->error);
    return probe->ready || !probe->ops->may_be_ready ||
           probe->ops->may_be_ready(probe->ctx, second, &probe->error);
}

static void try_succeeded(struct probe *probe, const struct probe_outcome *outcome)
{
    bool first = !probe->ready;
    bool edge = first || probe->unhealthy;
    if (!may_be_ready(probe, outcome->second)) {
        probe->kind->cancel(probe->try);
        try_failed(probe, false);
        return;
    }
    end_well(probe, outcome);
    probe->ready = true;
    probe->unhealthy = false;
    probe->failures = 0;
    ensure_next(probe);
    if (!edge)
        return;
    probe->ops->on_edge(probe->ctx, first ? HEALTH_READY : HEALTH_RECOVERED,
                        set_text(&probe->reason, outcome->text));
}

static struct strbuf *begin_error(struct probe *probe)
{
    strbuf_clear(&probe->error);
    probe->kind->subject(probe->try, &probe->error);
    strbuf_adds(&probe->error, ": ");
    return &probe->error;
}

static void on_outcome(void *ctx, const struct probe_outcome *outcome)
{
    struct probe *probe = ctx;
    if (outcome->well) {
        try_succeeded(probe, outcome);
        return;
    }
    strbuf_adds(begin_error(probe), outcome->text);
    try_failed(probe, outcome->refused);
}

static void on_lost(void *ctx)
{
    struct probe *probe = ctx;
    if (probe->ops->on_lost)
        probe->ops->on_lost(probe->ctx);
}

static void late(struct probe *probe, uint32_t bound_ms)
{
    probe->kind->cancel(probe->try);
    strbuf_addf(begin_error(probe), "%s within %u ms", probe->kind->late, bound_ms);
    try_failed(probe, false);
}

static void on_deadline(struct ev_loop *loop, ev_timer *watcher, int events)
{
    (void)loop;
    (void)events;
    struct probe *probe = watcher->data;
    if (probe->trying)
        late(probe, probe->config->timeout_ms);
    else
        probe->kind->cancel(probe->try);
}

/* ---- The beginning of a try ---- */

static void set_deadline(struct probe *probe)
{
    ev_timer_stop(probe->loop, &probe->deadline);
    ev_timer_set(&probe->deadline, probe->config->timeout_ms * MS, 0.0);
    ev_timer_start(probe->loop, &probe->deadline);
}

static void begin_try(struct probe *probe)
{
    probe->kind->cancel(probe->try);
    probe->trying = true;
    if (probe->kind->lasts)
        strbuf_adds(begin_error(probe), probe->kind->late);
    else
        set_deadline(probe);
    /* The cadence is from the beginning of one try to the beginning of the next. */
    if (probe->ready)
        ensure_next(probe);
    probe->kind->begin(probe->try);
}

static void on_next(struct fine_timer *timer)
{
    struct probe *probe = timer->data;
    if (probe->trying)
        late(probe, probe->config->interval_ms);
    else
        begin_try(probe);
}

/* ---- Life ---- */

void probe_init(struct probe *probe, const struct probe_setup *setup, const struct probe_ops *ops,
                void *ctx)
{
    *probe = (struct probe){.config = setup->config,
                            .loop = setup->loop,
                            .kind = kinds[setup->config->type],
                            .ops = ops,
                            .ctx = ctx};
    probe->try = probe->kind->create();
    probe->try->setup = *setup;
    probe->try->path = probe->try->shown_path = "";
    probe->try->on_outcome = on_outcome;
    probe->try->on_lost = on_lost;
    probe->try->ctx = probe;
    ev_init(&probe->deadline, on_deadline);
    fine_timer_init(&probe->next, setup->loop, on_next, probe);
    probe->deadline.data = probe;
}

void probe_finish(struct probe *probe)
{
    if (!probe->loop)
        return;
    probe_stop(probe);
    probe->kind->destroy(probe->try);
    probe->try = NULL;
    strbuf_finish(&probe->path);
    strbuf_finish(&probe->shown_path);
    strbuf_finish(&probe->error);
    strbuf_finish(&probe->reason);
    probe->loop = NULL;
}

void probe_prepare(struct probe *probe, const char *path, const char *shown_path, uint16_t port)
{
    probe_stop(probe);
    set_text(&probe->error, "");
    probe->try->path = set_text(&probe->path, path);
    probe->try->shown_path = set_text(&probe->shown_path, shown_path);
    probe->try->port = port;
    if (probe->kind->prepare)
        probe->kind->prepare(probe->try);
}

void probe_start(struct probe *probe)
{
    probe->ready = probe->unhealthy = false;
    probe->failures = 0;
    probe->delay = 0;
    probe->refused_for = 0;
    fine_timer_start(&probe->next, 0.0);
}

void probe_resume(struct probe *probe, bool unhealthy, uint32_t failures)
{
    probe->ready = true;
    probe->unhealthy = unhealthy;
    probe->failures = failures;
    if (probe->kind->lasts)
        probe->kind->cancel(probe->try);
    ensure_next(probe);
}

void probe_stop(struct probe *probe)
{
    if (!probe->loop)
        return;
    end_try(probe);
    probe->kind->cancel(probe->try);
    fine_timer_stop(&probe->next);
}

const char *probe_error(const struct probe *probe)
{
    return strbuf_text(&probe->error);
}

uint32_t probe_failures(const struct probe *probe)
{
    return probe->failures;
}

bool probe_knows(const struct probe *probe, pid_t pid)
{
    return probe->loop && probe->kind->knows && probe->kind->knows(probe->try, pid);
}
