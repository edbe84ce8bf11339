#include "log_files.h"

#include "mem.h"

#include <stdlib.h>

static void on_news(void *ctx)
{
    struct log_files *files = ctx;
    ev_timer_start(files->logs->loop, &files->news);
}

/* Nothing is printed from within a sink: this comes later, from the loop. */
static void on_timer(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)loop;
    (void)events;
    struct log_files *files = timer->data;
    struct strbuf text = {0};
    for (uint32_t i = 0; i < files->count; i++) {
        strbuf_clear(&text);
        bool bad = log_file_news(files->files[i], &text);
        if (text.len)
            files->tell(files->ctx, files->files[i]->setup.service, bad, strbuf_text(&text));
    }
    strbuf_finish(&text);
}

void log_files_init(struct log_files *files, struct logs *logs,
                    void (*tell)(void *ctx, uint32_t service, bool bad, const char *text),
                    void *ctx)
{
    *files = (struct log_files){.logs = logs, .tell = tell, .ctx = ctx};
    ev_timer_init(&files->news, on_timer, 0., 0.);
    files->news.data = files;
}

static struct log_file_setup make_setup(struct arena *arena, const struct launch_world *world,
                                        const struct plan_log *log)
{
    return (struct log_file_setup){
        .path = launch_path(arena, world->root, launch_text(arena, world, log->file)),
        .shown = launch_shown(arena, world, log->file),
        .max_size = log->max_size,
        .keep = log->keep,
        .service = log->service,
    };
}

/* Takes the file of that path out of those that there were. */
static struct log_file *take(struct log_file **files, uint32_t count, const char *path)
{
    for (uint32_t i = 0; i < count; i++) {
        struct log_file *file = files[i];
        if (file && strcmp(file->setup.path, path) == 0) {
            files[i] = NULL;
            return file;
        }
    }
    return NULL;
}

static struct log_file *create(struct log_files *files, const struct log_file_setup *setup)
{
    struct log_file *file = mem_alloc(sizeof *file);
    log_file_init(file, setup, on_news, files);
    logs_attach(files->logs, &file->sink);
    return file;
}

static void destroy(struct log_files *files, struct log_file *file)
{
    if (!file)
        return;
    logs_detach(files->logs, &file->sink);
    log_file_close(file);
    free(file);
}

/* The old plan's that are left, with their paths. */
static void finish_before(struct log_files *files, struct log_file **before, uint32_t count,
                          struct arena *arena)
{
    for (uint32_t i = 0; i < count; i++)
        destroy(files, before[i]);
    free(before);
    arena_finish(arena);
}

void log_files_set(struct log_files *files, const struct launch_world *world)
{
    struct log_file **before = files->files;
    uint32_t count = files->count;
    struct arena arena = files->arena;
    files->arena = (struct arena){0};
    files->count = world->plan->log_count;
    files->files = mem_alloc_array(files->count, sizeof(struct log_file *));
    for (uint32_t i = 0; i < files->count; i++) {
        struct log_file_setup setup = make_setup(&files->arena, world, &world->plan->logs[i]);
        files->files[i] = take(before, count, setup.path);
        if (files->files[i])
            log_file_set(files->files[i], &setup);
        else
            files->files[i] = create(files, &setup);
    }
    finish_before(files, before, count, &arena);
}

void log_files_finish(struct log_files *files)
{
    if (!files->logs)
        return;
    ev_timer_stop(files->logs->loop, &files->news);
    finish_before(files, files->files, files->count, &files->arena);
    *files = (struct log_files){0};
}
