#include "status_watch.h"

#include "api.h"
#include "report.h"
#include "status_view.h"

#include <unistd.h>

struct watch {
    struct remote *remote;
    bool table; /* else lines */
    bool json;
    bool changed; /* since the table was drawn */
    int code;
};

static void print_change(const struct watch *watch, json_t *event, struct str line)
{
    json_int_t lost = json_integer_value(json_object_get(event, "lost"));
    if (watch->json)
        printf("%.*s\n", STR_ARG(line));
    else if (strcmp(api_text(event, "event"), "state") == 0)
        printf("%s %s -> %s\n", api_text(event, "service"), api_text(event, "from"),
               api_text(event, "to"));
    else if (lost)
        printf("... %lld %s lost here\n", (long long)lost,
               report_plural((size_t)lost, "change was", "changes were"));
}

static bool on_event(void *ctx, struct str line)
{
    struct watch *watch = ctx;
    watch->changed = true;
    if (watch->table)
        return true;
    json_t *event = json_loadb(line.ptr, line.len, 0, NULL);
    print_change(watch, event, line);
    json_decref(event);
    return true;
}

static bool draw(struct watch *watch)
{
    struct arena arena = {0};
    struct strbuf text = {0};
    json_t *status = NULL;
    watch->code = remote_status(watch->remote, &status);
    if (!watch->code) {
        strbuf_adds(&text, "\033[H\033[J"); /* home, and clear from there */
        status_view_draw(status, report_color(STDOUT_FILENO), false, &arena, &text);
        watch->code = report_output(&text);
    }
    json_decref(status);
    strbuf_finish(&text);
    arena_finish(&arena);
    return !watch->code;
}

/* What came together is drawn together. */
static bool on_pause(void *ctx)
{
    struct watch *watch = ctx;
    if (!watch->table && fflush(stdout) != 0)
        watch->code = CLI_FAILED;
    if (!watch->table)
        return !watch->code;
    if (!watch->changed)
        return true;
    watch->changed = false;
    return draw(watch);
}

int status_watch(struct remote *remote, bool json)
{
    struct watch watch = {.remote = remote, .table = isatty(STDOUT_FILENO) && !json, .json = json};
    struct remote_listener listener = {.on_line = on_event, .on_pause = on_pause, .ctx = &watch};
    /* At the end the table of a moment ago is all that can be shown. */
    int code = remote_listen(remote, "/v1/events", &listener);
    if (!code && !watch.code)
        report_note("a3s has ended");
    return watch.code == CLI_NOT_RUNNING ? CLI_DONE : watch.code ? watch.code : code;
}
