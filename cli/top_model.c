#include "top_model.h"

#include "api.h"
#include "mem.h"

#include <errno.h>

static const char *text_of(json_t *object, const char *key)
{
    const char *text = api_text(object, key);
    return *text ? text : NULL;
}

static json_int_t number_of(json_t *object, const char *key)
{
    json_t *value = json_object_get(object, key);
    return json_is_number(value) ? (json_int_t)json_number_value(value) : -1;
}

void top_model_finish(struct top_model *model)
{
    json_decref(model->status);
    free(model->rows);
    free(model->shown);
    strbuf_finish(&model->name);
    strbuf_finish(&model->filter);
    strbuf_finish(&model->search);
    strbuf_finish(&model->message);
    strbuf_finish(&model->lost);
    strbuf_finish(&model->why);
    top_log_finish(&model->log);
    *model = (struct top_model){0};
}

static struct top_row row_of(json_t *service)
{
    const char *name = text_of(service, "name"), *state = text_of(service, "state");
    return (struct top_row){
        .name = name ? name : "?",
        .state = state ? state : "?",
        .url = text_of(service, "url"),
        .reason = text_of(service, "reason"),
        .pid = number_of(service, "pid"),
        .port = number_of(service, "port"),
        .restarts = number_of(service, "restart_count"),
        .uptime = number_of(service, "uptime_secs"),
        .wanted = json_is_true(json_object_get(service, "wanted")),
        .load = {-1, -1},
    };
}

/* A process that goes on keeps its load until the next sample. */
static void keep_load(struct top_row *row, const struct top_row *old, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (old[i].pid == row->pid && strcmp(old[i].name, row->name) == 0)
            row->load = old[i].load;
}

bool top_model_status(struct top_model *model, json_t *status)
{
    json_t *services = json_object_get(status, "services"), *service;
    size_t i;
    if (!json_is_array(services))
        return false;
    struct top_row *rows = mem_alloc_array(json_array_size(services) + 1, sizeof *rows);
    json_array_foreach(services, i, service)
    {
        rows[i] = row_of(service);
        if (rows[i].pid > 0)
            keep_load(&rows[i], model->rows, model->row_count);
    }
    free(model->rows);
    free(model->shown);
    json_decref(model->status);
    model->status = status;
    model->rows = rows;
    model->row_count = (uint32_t)json_array_size(services);
    model->shown = mem_alloc_array(model->row_count + 1, sizeof *model->shown);
    if (model->lost.len)
        strbuf_clear(&model->message);
    strbuf_clear(&model->lost);
    top_model_sift(model);
    return true;
}

void top_model_loads(struct top_model *model, const struct top_load *loads)
{
    for (uint32_t i = 0; i < model->row_count; i++)
        model->rows[i].load = loads[i];
}

void top_model_lose(struct top_model *model, int status, int error)
{
    struct strbuf *lost = &model->lost;
    int pid = (int)json_integer_value(json_object_get(model->status, "pid"));
    strbuf_clear(lost);
    if (error == -ETIMEDOUT || error == -EAGAIN)
        strbuf_addf(lost, "a3s (pid %d) does not answer; is it suspended?", pid);
    else if (status)
        strbuf_addf(lost, "a3s (pid %d) answers with status %d; trying again", pid, status);
    else if (error == -ECONNREFUSED)
        strbuf_addf(lost, "a3s (pid %d) has died; waiting for the next \"a3s up\"", pid);
    else
        strbuf_adds(lost, "a3s has ended; waiting for the next \"a3s up\"");
    strbuf_adds(lost, "  q quits");
}

const struct top_row *top_model_selected(const struct top_model *model)
{
    return model->shown_count ? &model->rows[model->shown[model->selected]] : NULL;
}

static void remember_selected(struct top_model *model)
{
    const struct top_row *row = top_model_selected(model);
    strbuf_clear(&model->name);
    if (row)
        strbuf_adds(&model->name, row->name);
}

void top_model_sift(struct top_model *model)
{
    const char *filter = strbuf_text(&model->filter), *name = strbuf_text(&model->name);
    bool found = false;
    model->shown_count = 0;
    for (uint32_t i = 0; i < model->row_count; i++) {
        if (!strcasestr(model->rows[i].name, filter))
            continue;
        if (strcmp(model->rows[i].name, name) == 0) {
            model->selected = model->shown_count;
            found = true;
        }
        model->shown[model->shown_count++] = i;
    }
    if (!found && model->selected >= model->shown_count)
        model->selected = model->shown_count ? model->shown_count - 1 : 0;
    remember_selected(model);
}

void top_model_move(struct top_model *model, int64_t rows)
{
    int64_t at = (int64_t)model->selected + rows, last = (int64_t)model->shown_count - 1;
    model->selected = (uint32_t)(at > last ? (last < 0 ? 0 : last) : at < 0 ? 0 : at);
    remember_selected(model);
}

void top_model_fit(struct top_model *model, uint32_t rows)
{
    if (!rows)
        return;
    if (model->selected < model->first)
        model->first = model->selected;
    if (model->selected >= model->first + rows)
        model->first = model->selected - rows + 1;
    if (model->first + rows > model->shown_count)
        model->first = model->shown_count > rows ? model->shown_count - rows : 0;
}

void top_model_say(struct top_model *model, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    strbuf_clear(&model->message);
    strbuf_vaddf(&model->message, format, args);
    va_end(args);
}

/* The "12:03:04.123" of an ISO 8601 time. */
static void add_record(struct strbuf *out, json_t *record)
{
    const char *time = text_of(record, "time"), *service = text_of(record, "service");
    const char *text = text_of(record, "text");
    strbuf_addf(out, "\n%.12s  %s  %s", time && strlen(time) > 11 ? time + 11 : "",
                service ? service : "", text ? text : "");
}

static void add_output(struct strbuf *out, json_t *output)
{
    json_t *lines = json_object_get(output, "lines"), *line;
    const char *service = text_of(output, "service");
    size_t i;
    if (!service)
        return;
    strbuf_addf(out, "\n\nwhat %s printed last%s", service,
                json_array_size(lines) ? "" : ": nothing");
    json_array_foreach(lines, i, line)
        strbuf_addf(out, "\n  %s", json_string_value(line) ? json_string_value(line) : "");
}

void top_model_why(struct top_model *model, json_t *why)
{
    json_t *source = json_object_get(why, "source"), *record;
    const char *text = text_of(why, "text"), *file = text_of(source, "file");
    size_t i;
    strbuf_clear(&model->why);
    strbuf_adds(&model->why, text ? text : "");
    if (file)
        strbuf_addf(&model->why, "\ndeclared at %s:%lld", file,
                    (long long)number_of(source, "line"));
    strbuf_addc(&model->why, '\n');
    json_array_foreach(json_object_get(why, "chain"), i, record) add_record(&model->why, record);
    add_output(&model->why, json_object_get(why, "last_output"));
    model->why_first = 0;
    model->pane = TOP_PANE_WHY;
}

struct top_layout top_layout_of(const struct top_model *model, uint32_t rows, uint32_t columns)
{
    struct top_layout layout = {0};
    if (rows < TOP_ROWS_MIN || columns < TOP_COLUMNS_MIN)
        return (struct top_layout){.too_small = true};
    uint32_t left = rows - 4; /* title, head, the line above the pane, the last line */
    if (model->full) {
        layout.pane = rows - 3;
        return layout;
    }
    uint32_t most = left * 2 / 3;
    layout.table = model->shown_count < most ? model->shown_count : most;
    layout.table = layout.table ? layout.table : 1;
    layout.pane = left - layout.table;
    return layout;
}
