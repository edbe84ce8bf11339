#include "saves.h"

#include "watch_path.h"
#include "watch_tree.h"

static bool on_ignored(void *ctx, uint32_t watch, const char *path, bool is_folder)
{
    (void)ctx;
    (void)watch;
    (void)path;
    (void)is_folder;
    return false;
}

static void on_changed(void *ctx, uint32_t watch, const char *path, enum watch_event event)
{
    (void)watch;
    (void)event;
    struct saves *saves = ctx;
    if (!saves->path)
        saves->path = watch_path_copy(path);
    ev_now_update(saves->loop);
    ev_timer_again(saves->loop, &saves->quiet);
}

static void on_problem(void *ctx, const char *text)
{
    struct saves *saves = ctx;
    saves->ops->problem(saves->ctx, text);
}

static const struct watch_tree_ops tree_ops = {
    .ignored = on_ignored, .changed = on_changed, .problem = on_problem};

static void on_quiet(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)events;
    struct saves *saves = timer->data;
    char *path = saves->path;
    ev_timer_stop(loop, timer);
    saves->path = NULL;
    if (path)
        saves->ops->saved(saves->ctx, path);
    free(path);
}

int saves_start(struct saves *saves, struct ev_loop *loop, const struct plan *plan,
                const char *root, const struct saves_ops *ops, void *ctx)
{
    saves_stop(saves);
    *saves = (struct saves){.loop = loop, .ops = ops, .ctx = ctx};
    ev_timer_init(&saves->quiet, on_quiet, 0., SAVES_QUIET);
    saves->quiet.data = saves;
    int error = watch_tree_create(loop, root, &tree_ops, saves, &saves->tree);
    for (uint32_t i = 0; i < plan->source_count && !error; i++)
        watch_tree_add(saves->tree, i, plan_text_ptr(plan, plan->sources[i].path));
    return error;
}

void saves_stop(struct saves *saves)
{
    if (!saves->loop)
        return;
    ev_timer_stop(saves->loop, &saves->quiet);
    watch_tree_destroy(saves->tree);
    free(saves->path);
    *saves = (struct saves){0};
}
