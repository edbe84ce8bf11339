#include "top_table.h"

#include "service_view.h"
#include "top_paint.h"

enum column { SERVICE, STATE, CPU, MEMORY, RESTARTS, PORT, UPTIME, NOTE, COLUMN_COUNT };

/* The first to go where there is no room has the highest rank. */
static const struct {
    const char *title;
    int width; /* 0: decided by what is in it */
    bool right;
    int rank;
} columns_of_table[] = {
    [SERVICE] = {"SERVICE", 0, false, 0},  [STATE] = {"STATE", 9, false, 0},
    [CPU] = {"CPU%", 5, true, 1},          [MEMORY] = {"MEMORY", 6, true, 2},
    [RESTARTS] = {"RESTARTS", 8, true, 5}, [PORT] = {"PORT", 5, true, 3},
    [UPTIME] = {"UPTIME", 6, true, 4},     [NOTE] = {"URL OR REASON", 0, false, 6},
};
_Static_assert(sizeof columns_of_table / sizeof *columns_of_table == COLUMN_COUNT,
               "a row for each column");

#define NAME_MAX_WIDTH 24
#define NOTE_MIN       13
#define MARK_WIDTH     2 /* of the mark before the selected row */
#define GAP            2

struct widths {
    int of[COLUMN_COUNT]; /* 0: not shown */
};

static int name_width(const struct top_model *model)
{
    size_t width = strlen(columns_of_table[SERVICE].title);
    for (uint32_t i = 0; i < model->row_count; i++) {
        size_t length = strlen(model->rows[i].name);
        width = length > width ? length : width;
    }
    return width > NAME_MAX_WIDTH ? NAME_MAX_WIDTH : (int)width;
}

static int total(const struct widths *widths)
{
    int sum = MARK_WIDTH;
    for (int i = 0; i < COLUMN_COUNT; i++)
        sum += widths->of[i] ? widths->of[i] + GAP : 0;
    return sum - GAP;
}

static struct widths choose(const struct top_model *model, int columns)
{
    struct widths widths;
    for (int i = 0; i < COLUMN_COUNT; i++)
        widths.of[i] = columns_of_table[i].width;
    widths.of[SERVICE] = name_width(model);
    widths.of[NOTE] = NOTE_MIN;
    for (int rank = COLUMN_COUNT; rank > 0 && total(&widths) > columns; rank--)
        for (int i = 0; i < COLUMN_COUNT; i++)
            if (columns_of_table[i].rank == rank)
                widths.of[i] = 0;
    if (widths.of[NOTE])
        widths.of[NOTE] += columns - total(&widths);
    else if (total(&widths) > columns)
        widths.of[SERVICE] -= total(&widths) - columns;
    return widths;
}

/* "812K", "12.3M", "4.0G": at most six characters. */
static void add_size(struct strbuf *out, int64_t bytes)
{
    double size = (double)bytes / 1024;
    static const char units[] = "KMGT";
    size_t unit = 0;
    while (size >= 1000 && units[unit + 1]) {
        size /= 1024;
        unit++;
    }
    strbuf_addf(out, "%.*f%c", unit && size < 100 ? 1 : 0, size, units[unit]);
}

static void add_number(struct strbuf *out, json_int_t number)
{
    if (number >= 0)
        strbuf_addf(out, "%lld", (long long)number);
}

static void add_cell(struct strbuf *out, const struct top_row *row, int column)
{
    switch (column) {
    case SERVICE: strbuf_adds(out, row->name); break;
    case STATE: strbuf_adds(out, row->state); break;
    case CPU:
        if (row->load.cpu >= 0)
            strbuf_addf(out, "%.*f", row->load.cpu < 1000 ? 1 : 0, row->load.cpu);
        break;
    case MEMORY:
        if (row->load.memory >= 0)
            add_size(out, row->load.memory);
        break;
    case RESTARTS: add_number(out, row->restarts); break;
    case PORT: add_number(out, row->port); break;
    case UPTIME:
        if (row->uptime >= 0)
            service_view_uptime(row->uptime, out);
        break;
    default: strbuf_adds(out, row->reason ? row->reason : row->url ? row->url : ""); return;
    }
    if (!out->len)
        strbuf_addc(out, '-');
}

static struct top_style state_style(const char *state)
{
    static const uint8_t colors[] = {[TABLE_PLAIN] = TOP_COLOR_DEFAULT,
                                     [TABLE_BOLD] = TOP_COLOR_DEFAULT,
                                     [TABLE_RED] = 1,
                                     [TABLE_GREEN] = 2,
                                     [TABLE_YELLOW] = 3};
    _Static_assert(sizeof colors == TABLE_COLORS, "a colour for each");
    struct top_style style = top_style_plain();
    style.color = colors[service_view_color(state)];
    return style;
}

static void draw_cell(const struct top_screen *screen, int row, int column, int width, bool right,
                      struct str text, struct top_style style)
{
    struct pen pen = pen_at(screen, row, column, column + width);
    if (right && text.len < (size_t)width)
        pen.column += width - (int)text.len;
    pen_text(&pen, text, style);
}

static void draw_head(const struct top_screen *screen, const struct widths *widths, int row)
{
    struct top_style bold = top_style_plain();
    bold.bold = true;
    for (int i = 0, at = MARK_WIDTH; i < COLUMN_COUNT; i++) {
        if (!widths->of[i])
            continue;
        draw_cell(screen, row, at, widths->of[i], columns_of_table[i].right,
                  str_from(columns_of_table[i].title), bold);
        at += widths->of[i] + GAP;
    }
}

static void draw_row(const struct top_screen *screen, const struct widths *widths, int row,
                     const struct top_row *service, bool selected, int columns)
{
    struct strbuf text = {0};
    struct pen line = pen_at(screen, row, 0, columns);
    struct top_style base = top_style_plain();
    base.reverse = selected;
    pen_text(&line, str_from(selected ? ">" : " "), base);
    pen_fill(&line, base);
    for (int i = 0, at = MARK_WIDTH; i < COLUMN_COUNT; i++) {
        struct top_style style = i == STATE ? state_style(service->state) : base;
        style.reverse = selected;
        if (!widths->of[i])
            continue;
        strbuf_clear(&text);
        add_cell(&text, service, i);
        draw_cell(screen, row, at, widths->of[i], columns_of_table[i].right, strbuf_str(&text),
                  style);
        at += widths->of[i] + GAP;
    }
    strbuf_finish(&text);
}

void top_table_draw(const struct top_screen *screen, const struct top_model *model, int row,
                    uint32_t rows, int columns)
{
    struct widths widths = choose(model, columns);
    draw_head(screen, &widths, row);
    for (uint32_t i = 0; i < rows && model->first + i < model->shown_count; i++) {
        uint32_t index = model->first + i;
        draw_row(screen, &widths, row + 1 + (int)i, &model->rows[model->shown[index]],
                 index == model->selected, columns);
    }
    struct pen pen = pen_at(screen, row + 1, MARK_WIDTH, columns);
    if (!model->shown_count && model->row_count)
        pen_print(&pen, top_style_plain(), "no service's name has \"%s\"",
                  strbuf_text(&model->filter));
}
