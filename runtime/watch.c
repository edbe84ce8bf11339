#include "watch.h"

#include "ignore.h"
#include "mem.h"
#include "str.h"
#include "watch_path.h"
#include "watch_tree.h"

#include <errno.h>

#define MS 0.001
/* The loop's timers may be early by so much. */
#define SLACK 0.0005

struct watch_set {
    struct watcher *watcher;
    ev_timer quiet; /* the end of the burst */
    bool started;
    struct ignore ignore;
    char *path;            /* the burst's first; NULL: no burst */
    ev_tstamp first, last; /* when its changes came */
};

/* Never watched below a watched path, whatever the patterns say. */
static const char *const never[] = {".git", "node_modules"};

/* What editors leave beside a file while it is open or being saved. */
static const char *const editor_files[] = {
    "*.swp", "*.swo", "*.swx", "*~", ".#*", "#*#", "4913", "*___jb_tmp___", "*___jb_old___",
};

/* ---- Bursts ---- */

static double debounce(const struct watch_set *set)
{
    const struct watcher *watcher = set->watcher;
    return watcher->plan->watches[set - watcher->sets].debounce_ms * MS;
}

static void wait_quiet(struct watch_set *set, double delay)
{
    ev_timer_set(&set->quiet, delay, 0.0);
    ev_timer_start(set->watcher->loop, &set->quiet);
}

static void on_quiet(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)events;
    struct watch_set *set = timer->data;
    struct watcher *watcher = set->watcher;
    double wait = debounce(set), now = ev_now(loop);
    double end = set->last + wait, latest = set->first + wait * WATCH_BURST_MAX;
    double left = (end < latest ? end : latest) - now;
    /* More than the debounce is left only when the clock was set back. */
    if (left > SLACK && left <= wait) {
        wait_quiet(set, left);
        return;
    }
    char *path = set->path;
    set->path = NULL;
    watcher->on_change(watcher->ctx, (uint32_t)(set - watcher->sets), path);
    free(path);
}

static void on_changed(void *ctx, uint32_t watch, const char *path)
{
    struct watcher *watcher = ctx;
    struct watch_set *set = &watcher->sets[watch];
    set->last = ev_now(watcher->loop);
    if (set->path)
        return;
    set->path = watch_path_copy(path);
    set->first = set->last;
    wait_quiet(set, debounce(set));
}

static bool on_ignored(void *ctx, uint32_t watch, const char *path, bool is_folder)
{
    struct watcher *watcher = ctx;
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    for (size_t i = 0; i < sizeof never / sizeof *never; i++)
        if (strcmp(name, never[i]) == 0)
            return true;
    return ignore_match(&watcher->sets[watch].ignore, path, is_folder);
}

static void on_tree_problem(void *ctx, const char *text)
{
    struct watcher *watcher = ctx;
    watcher->on_problem(watcher->ctx, text);
}

static const struct watch_tree_ops tree_ops = {
    .ignored = on_ignored, .changed = on_changed, .problem = on_tree_problem};

/* ---- Life ---- */

static void init_set(struct watcher *watcher, uint32_t watch)
{
    const struct plan *plan = watcher->plan;
    struct plan_range ignores = plan->watches[watch].ignores;
    struct watch_set *set = &watcher->sets[watch];
    set->watcher = watcher;
    ev_init(&set->quiet, on_quiet);
    set->quiet.data = set;
    for (size_t i = 0; i < sizeof editor_files / sizeof *editor_files; i++)
        ignore_add(&set->ignore, editor_files[i]);
    for (uint32_t i = 0; i < ignores.count; i++)
        ignore_add(&set->ignore, plan_text_ptr(plan, plan->patterns[ignores.first + i]));
}

void watcher_init(struct watcher *watcher, struct ev_loop *loop, const struct plan *plan,
                  const char *root, void (*on_change)(void *ctx, uint32_t watch, const char *path),
                  void (*on_problem)(void *ctx, const char *text), void *ctx)
{
    *watcher = (struct watcher){.loop = loop,
                                .plan = plan,
                                .root = watch_path_copy(root),
                                .on_change = on_change,
                                .on_problem = on_problem,
                                .ctx = ctx};
    watcher->sets = mem_alloc_array(plan->watch_count, sizeof *watcher->sets);
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
    }
    watch_tree_destroy(watcher->tree);
    free(watcher->sets);
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
        watcher->on_problem(watcher->ctx, strbuf_text(&text));
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
    ev_timer_stop(watcher->loop, &set->quiet);
    free(set->path);
    set->path = NULL;
}
