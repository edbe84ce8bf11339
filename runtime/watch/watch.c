#include "watch.h"

#include "clock.h"
#include "ignore.h"
#include "mem.h"
#include "str.h"
#include "watch_breaker.h"
#include "watch_burst.h"
#include "watch_path.h"
#include "watch_tree.h"

#include <errno.h>
#include <math.h>

#define MS 0.001

struct watch_set {
    bool started;
    struct ignore ignore;
    char *own_log; /* the service's log file, or NULL */
    struct watch_burst burst;
    struct watch_breaker breaker;
};

/* What editors leave beside a file while it is open or being saved. */
static const char *const editor_files[] = {
    "*.swp", "*.swo", "*.swx", "*~", ".#*", "#*#", "4913", "*___jb_tmp___", "*___jb_old___",
};

/* ---- Waves ---- */

static double lower(double a, double b)
{
    return a < b ? a : b;
}

static double higher(double a, double b)
{
    return a > b ? a : b;
}

static double debounce(const struct watcher *watcher, uint32_t watch)
{
    return watcher->plan->watches[watch].debounce_ms * MS;
}

/* A watch that restarts nothing, or nothing now, is nobody's wave: it keeps nobody waiting. */
static bool is_alone(const struct watcher *watcher, uint32_t watch)
{
    return !watcher->plan->watches[watch].restart || watcher->sets[watch].breaker.open;
}

static double due_alone(const struct watcher *watcher, uint32_t watch)
{
    const struct watch_set *set = &watcher->sets[watch];
    if (set->breaker.open)
        return set->burst.last + higher(debounce(watcher, watch), WATCH_QUICK);
    return watch_burst_quiet(&set->burst, debounce(watcher, watch));
}

/* When all are quiet or one can wait no longer; INFINITY without a wave. */
static double due_wave(const struct watcher *watcher)
{
    double quiet = -INFINITY, latest = INFINITY;
    for (uint32_t i = 0; i < watcher->plan->watch_count; i++) {
        const struct watch_burst *burst = &watcher->sets[i].burst;
        if (!burst->count || is_alone(watcher, i))
            continue;
        quiet = higher(quiet, watch_burst_quiet(burst, debounce(watcher, i)));
        latest = lower(latest, watch_burst_latest(burst, debounce(watcher, i)));
    }
    return isinf(quiet) ? INFINITY : lower(quiet, latest);
}

static void arm(struct watcher *watcher, double now)
{
    double due = due_wave(watcher);
    for (uint32_t i = 0; i < watcher->plan->watch_count; i++)
        if (watcher->sets[i].burst.count && is_alone(watcher, i))
            due = lower(due, due_alone(watcher, i));
    if (isinf(due))
        fine_timer_stop(&watcher->due);
    else
        fine_timer_start(&watcher->due, due - now);
}

/* Takes a burst that is over: what it leads to. The path is the caller's to free. */
static enum watch_verdict take_burst(struct watcher *watcher, uint32_t watch, double now,
                                     struct watch_change *out_change)
{
    struct watch_set *set = &watcher->sets[watch];
    struct watch_burst *burst = &set->burst;
    enum watch_verdict verdict = WATCH_RESTART;
    if (watcher->plan->watches[watch].restart)
        verdict = watch_breaker_judge(&set->breaker, burst->first, burst->last, now);
    *out_change = (struct watch_change){.watch = watch, .more = burst->more};
    out_change->path = watch_path_copy(watch_burst_name(burst, &out_change->others));
    watch_burst_clear(burst);
    return verdict;
}

static uint32_t collect_wave(struct watcher *watcher, double now)
{
    bool wave = due_wave(watcher) <= now;
    uint32_t count = 0;
    for (uint32_t i = 0; i < watcher->plan->watch_count; i++) {
        struct watch_change *change = &watcher->wave[count];
        if (!watcher->sets[i].burst.count)
            continue;
        if (is_alone(watcher, i) ? due_alone(watcher, i) > now : !wave)
            continue;
        enum watch_verdict verdict = take_burst(watcher, i, now, change);
        if (verdict == WATCH_RESTART) {
            count++;
            continue;
        }
        if (verdict == WATCH_OPENED)
            watcher->ops->loops(watcher->ctx, change);
        free((char *)change->path);
    }
    return count;
}

static void on_due(struct fine_timer *timer)
{
    struct watcher *watcher = timer->data;
    double now = clock_seconds();
    uint32_t count = collect_wave(watcher, now);
    arm(watcher, now);
    if (count)
        watcher->ops->changed(watcher->ctx, watcher->wave, count);
    for (uint32_t i = 0; i < count; i++)
        free((char *)watcher->wave[i].path);
}

static void on_changed(void *ctx, uint32_t watch, const char *path, enum watch_event event)
{
    struct watcher *watcher = ctx;
    struct watch_set *set = &watcher->sets[watch];
    double now = clock_seconds();
    bool first = !set->burst.count;
    watch_breaker_change(&set->breaker, now);
    watch_burst_add(&set->burst, path, event, now);
    /* Later ones only postpone, which is seen when the timer has come. */
    if (first)
        arm(watcher, now);
}

/* The file itself, and what it is called once it has been rotated. */
static bool is_own_log(const struct watch_set *set, const char *path)
{
    size_t length = set->own_log ? strlen(set->own_log) : 0;
    return length && strncmp(path, set->own_log, length) == 0 &&
           (path[length] == '\0' || path[length] == '.');
}

static bool on_ignored(void *ctx, uint32_t watch, const char *path, bool is_folder)
{
    struct watcher *watcher = ctx;
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    if (ignore_always(name))
        return true;
    if (!is_folder && is_own_log(&watcher->sets[watch], path))
        return true;
    return ignore_match(&watcher->sets[watch].ignore, path, is_folder);
}

static void on_tree_problem(void *ctx, const char *text)
{
    struct watcher *watcher = ctx;
    watcher->ops->problem(watcher->ctx, text);
}

static const struct watch_tree_ops tree_ops = {
    .ignored = on_ignored, .changed = on_changed, .problem = on_tree_problem};

/* ---- Life ---- */

/* A path that holds what is known only at the start is not recognised. */
static char *find_own_log(const struct plan *plan, uint32_t service)
{
    uint32_t log = plan->log_count ? plan->services[service].log : PLAN_NONE;
    if (log == PLAN_NONE)
        return NULL;
    const struct plan_piece *piece = &plan->pieces[plan->logs[log].file.pieces.first];
    if (plan->logs[log].file.pieces.count != 1 || piece->kind != PLAN_PIECE_LITERAL)
        return NULL;
    return watch_path_clean(plan_text_ptr(plan, piece->text));
}

static void init_set(struct watcher *watcher, uint32_t watch)
{
    const struct plan *plan = watcher->plan;
    struct plan_range ignores = plan->watches[watch].ignores;
    struct watch_set *set = &watcher->sets[watch];
    set->own_log = find_own_log(plan, plan->watches[watch].service);
    for (size_t i = 0; i < sizeof editor_files / sizeof *editor_files; i++)
        ignore_add(&set->ignore, editor_files[i]);
    for (uint32_t i = 0; i < ignores.count; i++)
        ignore_add(&set->ignore, plan_text_ptr(plan, plan->patterns[ignores.first + i]));
}

void watcher_init(struct watcher *watcher, struct ev_loop *loop, const struct plan *plan,
                  const char *root, const struct watcher_ops *ops, void *ctx)
{
    *watcher = (struct watcher){
        .loop = loop, .plan = plan, .root = watch_path_copy(root), .ops = ops, .ctx = ctx};
    watcher->sets = mem_alloc_array(plan->watch_count, sizeof *watcher->sets);
    watcher->wave = mem_alloc_array(plan->watch_count, sizeof *watcher->wave);
    fine_timer_init(&watcher->due, loop, on_due, watcher);
    for (uint32_t i = 0; i < plan->watch_count; i++)
        init_set(watcher, i);
}

void watcher_finish(struct watcher *watcher)
{
    if (!watcher->loop)
        return;
    for (uint32_t i = 0; i < watcher->plan->watch_count; i++) {
        watcher_stop(watcher, i);
        ignore_finish(&watcher->sets[i].ignore);
        free(watcher->sets[i].own_log);
    }
    fine_timer_stop(&watcher->due);
    watch_tree_destroy(watcher->tree);
    free(watcher->sets);
    free(watcher->wave);
    free(watcher->root);
    *watcher = (struct watcher){0};
}

static bool ensure_tree(struct watcher *watcher)
{
    if (watcher->tree)
        return true;
    int error = watch_tree_create(watcher->loop, watcher->root, &tree_ops, watcher, &watcher->tree);
    if (error && !watcher->refused) {
        struct strbuf text = {0};
        strbuf_addf(&text, "cannot watch files: %s%s", strerror(-error),
                    error == -EMFILE ? "; the limit is fs.inotify.max_user_instances, or that of "
                                       "open files"
                                     : "");
        watcher->refused = true;
        watcher->ops->problem(watcher->ctx, strbuf_text(&text));
        strbuf_finish(&text);
    }
    return !error;
}

void watcher_start(struct watcher *watcher, uint32_t watch)
{
    const struct plan *plan = watcher->plan;
    struct plan_range paths = plan->watches[watch].paths;
    if (watcher->sets[watch].started || !ensure_tree(watcher))
        return;
    watcher->sets[watch].started = true;
    for (uint32_t i = 0; i < paths.count; i++)
        watch_tree_add(watcher->tree, watch, plan_text_ptr(plan, plan->patterns[paths.first + i]));
}

void watcher_stop(struct watcher *watcher, uint32_t watch)
{
    struct watch_set *set = &watcher->sets[watch];
    if (!set->started)
        return;
    set->started = false;
    watch_tree_remove(watcher->tree, watch);
    watch_burst_clear(&set->burst);
    set->breaker = (struct watch_breaker){0};
}

void watcher_adopt(struct watcher *watcher, uint32_t watch, struct watcher *other,
                   uint32_t other_watch)
{
    struct watch_set *set = &watcher->sets[watch], *old = &other->sets[other_watch];
    if (!set->started || !old->started)
        return;
    set->breaker = old->breaker;
    if (!old->burst.count)
        return;
    watch_burst_clear(&set->burst);
    set->burst = old->burst;
    old->burst = (struct watch_burst){0};
    arm(watcher, clock_seconds());
}

void watcher_executed(struct watcher *watcher, uint32_t watch)
{
    watch_breaker_started(&watcher->sets[watch].breaker, clock_seconds());
}
