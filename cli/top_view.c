#include "top_view.h"

#include "api.h"
#include "top_keys.h"
#include "top_paint.h"
#include "top_table.h"

#include <curses.h>

#define HELP "q quit  h help  r restart  s stop/start  / filter  Enter log  ? search  w why  o open"

static struct top_style styled(bool bold, bool reverse)
{
    struct top_style style = top_style_plain();
    style.bold = bold;
    style.reverse = reverse;
    return style;
}

/* "4 services: 3 running, 1 failed": the states in the order in which they appear. */
static void count_states(const struct top_model *model, struct strbuf *out)
{
    strbuf_addf(out, "%u service%s", model->row_count, model->row_count == 1 ? "" : "s");
    const char *separator = ": ";
    for (uint32_t i = 0; i < model->row_count; i++) {
        uint32_t before = 0, count = 0;
        for (uint32_t k = 0; k < model->row_count; k++) {
            bool same = strcmp(model->rows[k].state, model->rows[i].state) == 0;
            before += same && k < i;
            count += same;
        }
        if (before)
            continue;
        strbuf_addf(out, "%s%u %s", separator, count, model->rows[i].state);
        separator = ", ";
    }
}

static void draw_title(const struct top_screen *screen, const struct top_model *model, int columns)
{
    struct top_style style = styled(true, true);
    struct pen pen = pen_at(screen, 0, 0, columns);
    struct strbuf states = {0};
    if (model->status)
        count_states(model, &states);
    pen_print(&pen, style, " a3s  %s  %s", strbuf_text(&states),
              api_text(model->status, "a3sfile"));
    if (json_is_true(json_object_get(model->status, "stopping")))
        pen_text(&pen, STR("  stopping"), style);
    pen_fill(&pen, style);
    strbuf_finish(&states);
}

/* Above the pane: what is in it. */
static void draw_rule(const struct top_screen *screen, const struct top_model *model, int row,
                      int columns)
{
    const struct top_row *service = top_model_selected(model);
    struct pen pen = pen_at(screen, row, 0, columns);
    struct top_style plain = top_style_plain();
    pen.end = 2;
    pen_rule(&pen, plain);
    pen.end = columns;
    if (model->pane == TOP_PANE_KEYS)
        pen_text(&pen, STR(" keys "), styled(true, false));
    else if (service)
        pen_print(&pen, styled(true, false), " %s%s ", model->pane == TOP_PANE_WHY ? "why " : "",
                  service->name);
    if (service && model->pane == TOP_PANE_LOG) {
        if (service->pid > 0)
            pen_print(&pen, plain, "pid %lld ", (long long)service->pid);
        if (service->url)
            pen_print(&pen, plain, "%s ", service->url);
        if (service->reason)
            pen_print(&pen, plain, "%s ", service->reason);
        if (model->log.back)
            pen_print(&pen, styled(true, false), "(%u newer lines below) ", model->log.back);
    }
    pen_rule(&pen, plain);
}

static void draw_log_line(const struct top_screen *screen, const struct top_model *model,
                          const struct top_line *line, int row, int columns)
{
    struct pen pen = pen_at(screen, row, 0, columns);
    struct top_style style = top_style_plain();
    struct top_style mark = top_style_plain();
    bool found = model->search.len && top_log_matches(line, strbuf_text(&model->search));
    style.dim = true;
    mark.color = line->stream == TOP_ERR ? 1 : TOP_COLOR_DEFAULT;
    if (columns >= 60 && line->clock[0])
        pen_print(&pen, style, "%s ", line->clock);
    const char *bar = screen->utf8              ? line->stream == TOP_ERR ? "┃ " : "│ "
                      : line->stream == TOP_ERR ? "! "
                                                : "| ";
    pen_text(&pen, str_from(bar), mark);
    pen.at = 0;
    pen.skip = model->left;
    struct str rest = {line->text, line->length}, piece;
    style = top_style_plain();
    while (top_text_next(&rest, &style, &piece)) {
        struct top_style shown = style;
        shown.reverse = found ? true : style.reverse;
        shown.bold = style.bold || line->stream == TOP_SELF;
        pen_text(&pen, piece, shown);
    }
}

static void draw_log(const struct top_screen *screen, struct top_model *model, int row,
                     uint32_t rows, int columns)
{
    const struct top_log *log = &model->log;
    top_log_scroll(&model->log, 0, rows);
    uint32_t top = top_log_top(log, rows);
    for (uint32_t i = 0; i < rows && top + i < log->count; i++)
        draw_log_line(screen, model, top_log_line(log, top + i), row + (int)i, columns);
    struct pen pen = pen_at(screen, row, 0, columns);
    if (!log->count && top_model_selected(model))
        pen_text(&pen, STR("it has printed nothing yet"), top_style_plain());
}

/* Long lines go on in the next row. */
static void draw_text(const struct top_screen *screen, const struct top_model *model, int row,
                      uint32_t rows, int columns)
{
    struct str rest = strbuf_str(&model->why);
    for (uint32_t line = 0, drawn = 0; rest.len && drawn < rows; line++) {
        const char *end = memchr(rest.ptr, '\n', rest.len);
        size_t length = end ? (size_t)(end - rest.ptr) : rest.len;
        size_t from = 0;
        do {
            struct pen pen = pen_at(screen, row + (int)drawn, 0, columns);
            size_t part = length - from < (size_t)columns ? length - from : (size_t)columns;
            while (from + part < length && part > 1 &&
                   ((unsigned char)rest.ptr[from + part] & 0xc0) == 0x80)
                part--;
            if (line >= model->why_first && drawn < rows) {
                pen_text(&pen, (struct str){rest.ptr + from, part}, top_style_plain());
                drawn++;
            }
            from += part;
        } while (from < length);
        rest = end ? (struct str){end + 1, rest.len - length - 1} : (struct str){"", 0};
    }
}

static void draw_keys(const struct top_screen *screen, const struct top_model *model, int row,
                      uint32_t rows, int columns)
{
    const char *const(*line)[2] = top_keys_help + model->why_first;
    for (uint32_t i = 0; i < rows && line[i][0]; i++) {
        struct pen pen = pen_at(screen, row + (int)i, 0, columns);
        pen_print(&pen, styled(true, false), "%-12s ", line[i][0]);
        pen_text(&pen, str_from(line[i][1]), top_style_plain());
    }
}

static void draw_pane(const struct top_screen *screen, struct top_model *model, int row,
                      uint32_t rows, int columns)
{
    model->window = rows;
    switch (model->pane) {
    case TOP_PANE_WHY: draw_text(screen, model, row, rows, columns); break;
    case TOP_PANE_KEYS: draw_keys(screen, model, row, rows, columns); break;
    default: draw_log(screen, model, row, rows, columns); break;
    }
}

/* What is typed, what is to be told, or the keys. The cursor stands where typing goes on. */
static void draw_last(const struct top_screen *screen, const struct top_model *model, int row,
                      int columns)
{
    struct pen pen = pen_at(screen, row, 0, columns - 1);
    struct top_style bold = styled(true, false);
    if (model->prompt == TOP_PROMPT_FILTER)
        pen_print(&pen, bold, "services: %s", strbuf_text(&model->filter));
    else if (model->prompt == TOP_PROMPT_SEARCH)
        pen_print(&pen, bold, "search: %s", strbuf_text(&model->search));
    else if (model->message.len)
        pen_text(&pen, strbuf_str(&model->message), bold);
    else if (model->lost.len)
        pen_text(&pen, strbuf_str(&model->lost), styled(true, true));
    else if (model->filter.len)
        pen_print(&pen, top_style_plain(), "only *%s* (Esc: all)  " HELP,
                  strbuf_text(&model->filter));
    else
        pen_text(&pen, STR(HELP), top_style_plain());
    curs_set(model->prompt ? 1 : 0);
    move(row, pen.column);
}

void top_view_draw(const struct top_screen *screen, struct top_model *model)
{
    int rows, columns;
    getmaxyx(stdscr, rows, columns);
    struct top_layout layout = top_layout_of(model, (uint32_t)rows, (uint32_t)columns);
    erase();
    if (layout.too_small) {
        struct pen pen = pen_at(screen, 0, 0, columns);
        pen_print(&pen, top_style_plain(), "too small: needs %ux%u", TOP_COLUMNS_MIN, TOP_ROWS_MIN);
        refresh();
        return;
    }
    draw_title(screen, model, columns);
    int row = 1;
    if (layout.table) {
        top_model_fit(model, layout.table);
        top_table_draw(screen, model, row, layout.table, columns);
        row += 1 + (int)layout.table;
    }
    draw_rule(screen, model, row, columns);
    draw_pane(screen, model, row + 1, layout.pane, columns);
    draw_last(screen, model, rows - 1, columns);
    refresh();
}

void top_view_forget(void)
{
    clearok(curscr, TRUE);
}
