/* log: a line of the service's output matches a pattern.
 *
 * Lines count from the start of the process on, whole: up to the line break, or 64 KiB of a longer
 * one; one that stays unfinished is looked at as far as it has come. After the first match the
 * service is ready, and nothing more is looked at.
 *
 * A pattern that is slower than the output would hold up the loop. What it cannot look at within
 * its slice of a turn it reads later out of the service's ring; if the ring forgets lines that it
 * has not come to, it is given up. After a reload it reads all that the ring has of this life. */
#include "fine_timer.h"
#include "line_pattern.h"
#include "log_search.h"
#include "logs.h"
#include "mem.h"
#include "probe_kind.h"

/* Lines of one life that may cost too much, before the pattern is given up for it. */
#define HARD_MAX 32

struct log_try {
    struct probe_try base;
    struct line_pattern pattern;
    bool prepared; /* pattern is valid, or invalid says why not */
    struct strbuf invalid;
    /* Of this life: */
    bool listening, trying, matched;
    uint32_t hard;     /* lines that cost too much */
    unsigned turn;     /* of the loop, that slice_end is of */
    int64_t slice_end; /* log_search_slice_end */
    bool behind;       /* goes on in the ring, in the next turn */
    uint64_t next;     /* seq of the line that it has come to */
    uint64_t waiting;  /* lines from there on, those that have come since */
    ev_timer catch_up;
    struct strbuf lines[LOG_STREAM_COUNT]; /* what there is of a line that has not ended */
    /* Outcomes are told from the loop, as lines come while others are being told of them. */
    struct fine_timer report;
};

static struct log_try *log_of(const struct probe_try *base)
{
    return (struct log_try *)base;
}

static struct probe_try *create(void)
{
    return mem_alloc(sizeof(struct log_try));
}

static void stop_listening(struct log_try *log)
{
    if (log->listening)
        logs_tap(log->base.setup.logs, log->base.setup.service, NULL, NULL);
    log->listening = log->behind = false;
    ev_timer_stop(log->base.setup.loop, &log->catch_up);
    for (int i = 0; i < LOG_STREAM_COUNT; i++)
        strbuf_finish(&log->lines[i]);
}

static void cancel(struct probe_try *base)
{
    struct log_try *log = log_of(base);
    log->trying = false;
    fine_timer_stop(&log->report);
}

static void destroy(struct probe_try *base)
{
    struct log_try *log = log_of(base);
    stop_listening(log);
    line_pattern_finish(&log->pattern);
    strbuf_finish(&log->invalid);
    free(log);
}

/* ---- Lines ---- */

static bool is_decided(const struct log_try *log)
{
    return log->matched || log->hard >= HARD_MAX || log->invalid.len;
}

static void look_at(struct log_try *log, struct str line)
{
    switch (line_pattern_test(&log->pattern, line)) {
    case LINE_MATCHES: log->matched = true; break;
    case LINE_TOO_HARD: log->hard++; break;
    case LINE_DIFFERS: break;
    }
}

/* False if no more of the line counts. */
static bool add_part(struct strbuf *whole, const struct log_line *part)
{
    size_t room = LOG_LINE_MAX - whole->len;
    strbuf_add(whole, part->text, part->length < room ? part->length : room);
    return room > 0;
}

/* The first line of a turn is always looked at. */
static bool may_look(struct log_try *log)
{
    unsigned turn = ev_iteration(log->base.setup.loop);
    if (log->slice_end && log->turn == turn)
        return !log_search_slice_is_over(log->slice_end);
    log->turn = turn;
    log->slice_end = log_search_slice_end();
    return true;
}

static void fall_behind(struct log_try *log, uint64_t seq)
{
    log->behind = true;
    log->next = seq;
    ev_timer_start(log->base.setup.loop, &log->catch_up);
}

static void take_line(struct log_try *log, const struct log_line *line)
{
    struct strbuf *whole = &log->lines[line->stream];
    if (!line->continued)
        strbuf_clear(whole);
    if (!line->continued && !line->open)
        look_at(log, (struct str){line->text, line->length});
    else if (add_part(whole, line))
        look_at(log, strbuf_str(whole));
}

static void decide(struct log_try *log)
{
    if (is_decided(log) && log->trying)
        fine_timer_start(&log->report, 0.0);
}

static void on_line(void *ctx, const struct log_line *line)
{
    struct log_try *log = ctx;
    if (is_decided(log))
        return;
    if (!log->behind && may_look(log)) {
        take_line(log, line);
        decide(log);
        return;
    }
    if (!log->behind)
        fall_behind(log, line->seq);
    log->waiting++;
}

/* A line out of the ring; false: the slice is over, or it is decided. */
static bool on_kept_line(void *ctx, const struct log_line *line)
{
    struct log_try *log = ctx;
    if (line->service == LOGS_SELF)
        return true;
    if (is_decided(log) || !may_look(log))
        return false;
    take_line(log, line);
    log->next = line->seq + 1;
    log->waiting--;
    return true;
}

/* For logs_history_from; the caller frees it. */
static bool *want_service(const struct log_try *log)
{
    bool *wanted = mem_alloc_array((size_t)log->base.setup.logs->count + 1, sizeof *wanted);
    wanted[log->base.setup.service] = true;
    return wanted;
}

/* After a reload: what the process has printed may not have been looked at before it. */
static void begin_with_kept_lines(struct log_try *log)
{
    const struct logs *logs = log->base.setup.logs;
    const struct log_runs *runs = logs_runs(logs, log->base.setup.service);
    if (!runs->count)
        return;
    uint64_t first = runs->first[(runs->count - 1) % LOG_RUNS_KEPT];
    bool *wanted = want_service(log);
    log->waiting = logs_count_from(logs, wanted, first);
    if (log->waiting)
        fall_behind(log, first);
    free(wanted);
}

static void on_catch_up(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)events;
    struct log_try *log = timer->data;
    const struct logs *logs = log->base.setup.logs;
    bool *wanted = want_service(log);
    if (logs_count_from(logs, wanted, log->next) < log->waiting)
        log->hard = HARD_MAX;
    else
        logs_history_from(logs, wanted, log->next, on_kept_line, log);
    log->behind = log->waiting > 0 && !is_decided(log);
    if (log->behind)
        ev_timer_start(loop, timer);
    decide(log);
    free(wanted);
}

/* ---- Tries ---- */

static void on_report(struct fine_timer *timer)
{
    struct log_try *log = timer->data;
    struct probe_outcome outcome = {.well = log->matched, .text = "a line of its output matches"};
    if (log->invalid.len)
        outcome.text = strbuf_text(&log->invalid);
    else if (!log->matched)
        outcome.text = "it takes too many steps on its output: simplify it";
    log->trying = false;
    stop_listening(log);
    log->base.on_outcome(log->base.ctx, &outcome);
}

static struct str pattern_text(const struct log_try *log)
{
    const struct probe_setup *setup = &log->base.setup;
    return (struct str){plan_text_ptr(setup->plan, setup->config->pattern),
                        setup->config->pattern.length};
}

static void prepare(struct probe_try *base)
{
    struct log_try *log = log_of(base);
    if (!log->prepared) {
        fine_timer_init(&log->report, base->setup.loop, on_report, log);
        ev_timer_init(&log->catch_up, on_catch_up, 0., 0.);
        log->catch_up.data = log;
        line_pattern_init(&log->pattern, pattern_text(log), &log->invalid);
        log->prepared = true;
    }
    stop_listening(log);
    log->matched = false;
    log->hard = 0;
    log->waiting = 0;
    if (log->invalid.len)
        return;
    log->listening = true;
    logs_tap(base->setup.logs, base->setup.service, on_line, log);
    begin_with_kept_lines(log);
}

static void begin(struct probe_try *base)
{
    struct log_try *log = log_of(base);
    log->trying = true;
    if (is_decided(log))
        fine_timer_start(&log->report, 0.0);
}

static void subject(const struct probe_try *base, struct strbuf *out)
{
    strbuf_addf(out, "pattern \"%.*s\"", STR_ARG(pattern_text(log_of(base))));
}

const struct probe_kind probe_log = {.lasts = true,
                                     .late = "no line of its output matches yet",
                                     .create = create,
                                     .destroy = destroy,
                                     .prepare = prepare,
                                     .begin = begin,
                                     .cancel = cancel,
                                     .subject = subject};
