#include "drawing.h"

#include "dump.h"
#include "lanes.h"

#define HEADING_NAME  "service"
#define HEADING_PORT  "port"
#define HEADING_READY "ready when"
#define HEADING_NEEDS "waits for"
#define READY_ROOM    16u /* columns that lanes must leave to what makes a service ready */
#define READY_MAX     28u /* columns that it takes before the names of the needed */
#define NEEDS_ROOM    16u /* columns that it leaves to these */
#define LANES_MAX     16u /* of more, the eye follows none */

struct glyphs {
    const char *cells[LANE_CELL_COUNT];
    const char *service, *task, *disabled, *cut;
};

/* clang-format off */
static const struct glyphs unicode = {
    {[LANE_NOTHING] = " ", [LANE_LINE] = "─", [LANE_PASS] = "│", [LANE_NODE] = "●",
     [LANE_LEFT] = "┤", [LANE_RIGHT] = "├", [LANE_BOTH] = "┼",
     [LANE_END_LEFT] = "╯", [LANE_END_RIGHT] = "╰", [LANE_END_BOTH] = "┴"},
    "●", "■", "○", "…"};
static const struct glyphs plain = {
    {[LANE_NOTHING] = " ", [LANE_LINE] = "-", [LANE_PASS] = "|", [LANE_NODE] = "*",
     [LANE_LEFT] = "+", [LANE_RIGHT] = "+", [LANE_BOTH] = "+",
     [LANE_END_LEFT] = "'", [LANE_END_RIGHT] = "`", [LANE_END_BOTH] = "+"},
    "*", "#", "o", "."};
/* clang-format on */

struct drawing {
    const struct plan *plan;
    struct arena *arena;
    const struct drawing_options *options;
    const struct glyphs *glyphs;
    struct strbuf *out;
    uint32_t *waves;     /* of each service, from 1 */
    uint32_t *order;     /* the services by wave, within one in start order */
    uint32_t wave_count; /* 0 without services */
    uint32_t lanes;      /* columns of the lanes; 0: none are drawn */
    uint32_t number_width, name_width, port_width, ready_width;
};

/* Columns of UTF-8 text. A wide character counts as one: it is only about where to cut. */
static uint32_t width_of(const char *text)
{
    uint32_t width = 0;
    for (; *text; text++)
        width += (*text & 0xc0) != 0x80;
    return width;
}

static uint32_t larger(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

static const char *port_text(const struct drawing *d, const struct plan_service *service)
{
    if (service->port_source == PLAN_PORT_CHOSEN)
        return "chosen";
    if (service->port_source == PLAN_PORT_FIXED)
        return arena_printf(d->arena, ":%u", service->port);
    return "";
}

static void add_probe(const struct plan *plan, const struct plan_probe *probe, struct strbuf *out)
{
    struct strbuf path = {0};
    strbuf_addf(out, "%s ", plan_probe_name(probe->type));
    if (probe->port)
        strbuf_addf(out, ":%u", probe->port);
    if (probe->type == PLAN_PROBE_HTTP) {
        plan_text_quote(plan, probe->path, &path);
        strbuf_add(out, path.ptr + 1, path.len - 2);
    } else if (probe->type == PLAN_PROBE_EXEC) {
        plan_text_quote(plan, plan->commands[probe->command].line, out);
    } else if (probe->type == PLAN_PROBE_LOG) {
        plan_quote(plan, probe->pattern, out);
    }
    strbuf_finish(&path);
}

static const char *ready_text(const struct drawing *d, const struct plan_service *service)
{
    if (service->kind == PLAN_KIND_TASK)
        return "exit code 0";
    if (service->probe == PLAN_NONE)
        return "started";
    struct strbuf text = {0};
    add_probe(d->plan, &d->plan->probes[service->probe], &text);
    return strbuf_move(&text, d->arena).ptr;
}

static void sort_waves(struct drawing *d)
{
    const struct plan *plan = d->plan;
    uint32_t count = plan->service_count;
    uint32_t *ends = arena_new(d->arena, uint32_t, (size_t)count + 2);
    d->waves = arena_new(d->arena, uint32_t, count);
    d->order = arena_new(d->arena, uint32_t, count);
    for (uint32_t i = 0; i < count; i++) {
        struct plan_range deps = plan->services[i].deps;
        for (uint32_t at = deps.first; at < deps.first + deps.count; at++)
            d->waves[i] = larger(d->waves[i], d->waves[plan->deps[at]]);
        d->wave_count = larger(d->wave_count, ++d->waves[i]);
        ends[d->waves[i] + 1]++;
    }
    for (uint32_t wave = 1; wave <= count; wave++)
        ends[wave + 1] += ends[wave];
    for (uint32_t i = 0; i < count; i++)
        d->order[ends[d->waves[i]]++] = i;
}

static void measure_words(struct drawing *d)
{
    d->name_width = width_of(HEADING_NAME);
    d->number_width = (uint32_t)strlen(arena_printf(d->arena, "%u", d->wave_count));
    for (uint32_t i = 0; i < d->plan->service_count; i++) {
        const struct plan_service *service = &d->plan->services[i];
        struct arena_mark mark = arena_mark(d->arena);
        d->name_width = larger(d->name_width, service->name.length);
        d->port_width = larger(d->port_width, width_of(port_text(d, service)));
        d->ready_width = larger(d->ready_width, width_of(ready_text(d, service)));
        arena_rewind(d->arena, mark);
    }
    if (d->port_width)
        d->port_width = larger(d->port_width, width_of(HEADING_PORT));
}

static uint32_t smaller(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* All columns but those of the lanes, up to what makes a service ready. */
static uint32_t words_width(const struct drawing *d)
{
    uint32_t port = d->port_width ? d->port_width + 2 : 0;
    return d->number_width + 2 + 1 + d->name_width + 2 + port;
}

static void measure_ready(struct drawing *d)
{
    uint32_t used = words_width(d) + 1 + 2 + NEEDS_ROOM;
    uint32_t room = used < d->options->width ? d->options->width - used : 0;
    d->ready_width = smaller(d->ready_width, smaller(room, READY_MAX));
    d->ready_width = larger(d->ready_width, width_of(HEADING_READY));
}

/* Nothing is drawn yet: how many columns would it take? */
static void measure_lanes(struct drawing *d)
{
    struct lanes lanes;
    struct arena_mark mark = arena_mark(d->arena);
    uint32_t words = words_width(d) + smaller(d->ready_width, READY_ROOM);
    bool fits = words < d->options->width;
    lanes_init(&lanes, d->arena, d->plan);
    for (uint32_t i = 0; fits && i < d->plan->service_count; i++) {
        lanes_enter(&lanes, d->order[i]);
        lanes_leave(&lanes);
        fits = lanes.owners.count <= LANES_MAX &&
               lanes.owners.count <= (d->options->width - words) / 2;
    }
    d->lanes = fits ? lanes.owners.count : 0;
    arena_rewind(d->arena, mark);
}

static void add_padded(struct strbuf *out, const char *text, uint32_t width)
{
    uint32_t own = width_of(text);
    strbuf_adds(out, text);
    strbuf_addn(out, ' ', own < width ? width - own : 0);
}

/* The text cut to the width, with a mark where it was. */
static void add_cut(struct drawing *d, const char *text, uint32_t width, bool pad)
{
    uint32_t columns = 0;
    size_t end = 0;
    if (width_of(text) <= width) {
        add_padded(d->out, text, pad ? width : 0);
        return;
    }
    for (; text[end]; end++) {
        columns += (text[end] & 0xc0) != 0x80;
        if (columns + 1 > width)
            break;
    }
    strbuf_add(d->out, text, end);
    strbuf_adds(d->out, d->glyphs->cut);
}

static const char *node_glyph(const struct drawing *d, const struct plan_service *service)
{
    if (service->flags & PLAN_SERVICE_DISABLED)
        return d->glyphs->disabled;
    return service->kind == PLAN_KIND_TASK ? d->glyphs->task : d->glyphs->service;
}

/* The lanes of the row that has been entered, or of one between two. */
static void add_lanes(const struct drawing *d, const struct lanes *lanes)
{
    for (uint32_t column = 0; column < d->lanes; column++) {
        enum lane_cell cell = lanes_cell(lanes, column);
        strbuf_adds(d->out,
                    cell == LANE_NODE ? node_glyph(d, lanes->service) : d->glyphs->cells[cell]);
        if (column + 1 < d->lanes)
            strbuf_adds(d->out,
                        d->glyphs->cells[lanes_joined(lanes, column) ? LANE_LINE : LANE_NOTHING]);
    }
    strbuf_adds(d->out, "  ");
}

static void end_line(struct drawing *d)
{
    while (d->out->len && d->out->ptr[d->out->len - 1] == ' ')
        d->out->ptr[--d->out->len] = '\0';
    strbuf_addc(d->out, '\n');
}

/* As many of the names as fit: "db, cache, +3". */
static void add_needs(struct drawing *d, const struct plan_service *service, uint32_t room)
{
    uint32_t used = 0, count = service->deps.count;
    for (uint32_t i = 0; i < count; i++) {
        const char *name = plan_service_name(d->plan, d->plan->deps[service->deps.first + i]);
        uint32_t width = (uint32_t)strlen(name) + (i ? 2 : 0);
        uint32_t rest = i + 1 < count ? 7 : 0; /* ", +NNNN" */
        if (i && used + width + rest > room) {
            strbuf_addf(d->out, ", +%u", count - i);
            return;
        }
        strbuf_addf(d->out, "%s%s", i ? ", " : "", name);
        used += width;
    }
}

static uint32_t room_behind(const struct drawing *d, size_t line)
{
    uint32_t used = width_of(d->out->ptr + line);
    return d->options->width > used ? d->options->width - used : 1;
}

static void add_words(struct drawing *d, size_t line, const struct plan_service *service)
{
    struct arena_mark mark = arena_mark(d->arena);
    const char *ready = ready_text(d, service);
    add_padded(d->out, plan_text_ptr(d->plan, service->name), d->name_width + 2);
    if (d->port_width)
        add_padded(d->out, port_text(d, service), d->port_width + 2);
    if (d->lanes || d->wave_count <= 1) {
        add_cut(d, ready, room_behind(d, line), false);
    } else {
        add_cut(d, ready, d->ready_width, true);
        strbuf_adds(d->out, "  ");
        add_needs(d, service, room_behind(d, line));
    }
    end_line(d);
    arena_rewind(d->arena, mark);
}

static void add_row(struct drawing *d, struct lanes *lanes, uint32_t service, bool first)
{
    size_t line = d->out->len;
    if (first)
        strbuf_addf(d->out, "%*u  ", (int)d->number_width, d->waves[service]);
    else
        strbuf_addn(d->out, ' ', d->number_width + 2);
    if (d->lanes) {
        lanes_enter(lanes, service);
        add_lanes(d, lanes);
        lanes_leave(lanes);
    } else {
        strbuf_addf(d->out, "%s ", node_glyph(d, &d->plan->services[service]));
    }
    add_words(d, line, &d->plan->services[service]);
}

static void add_heading(struct drawing *d)
{
    uint32_t graph = d->lanes ? 2 * d->lanes + 1 : 2;
    strbuf_addn(d->out, ' ', d->number_width + 2 + graph);
    add_padded(d->out, HEADING_NAME, d->name_width + 2);
    if (d->port_width)
        add_padded(d->out, HEADING_PORT, d->port_width + 2);
    add_padded(d->out, HEADING_READY, d->lanes ? 0 : d->ready_width + 2);
    if (!d->lanes && d->wave_count > 1)
        strbuf_adds(d->out, HEADING_NEEDS);
    end_line(d);
}

/* What the row between two waves shows of the lanes. */
static void add_gap(struct drawing *d, const struct lanes *lanes)
{
    strbuf_addn(d->out, ' ', d->number_width + 2);
    if (d->lanes)
        add_lanes(d, lanes);
    end_line(d);
}

static void add_legend(struct drawing *d)
{
    bool tasks = false, disabled = false;
    for (uint32_t i = 0; i < d->plan->service_count; i++) {
        const struct plan_service *service = &d->plan->services[i];
        bool off = service->flags & PLAN_SERVICE_DISABLED;
        disabled = disabled || off;
        tasks = tasks || (!off && service->kind == PLAN_KIND_TASK);
    }
    if (!tasks && !disabled)
        return;
    strbuf_addf(d->out, "\n%s service", d->glyphs->service);
    if (tasks)
        strbuf_addf(d->out, "   %s task", d->glyphs->task);
    if (disabled)
        strbuf_addf(d->out, "   %s disabled", d->glyphs->disabled);
    strbuf_addc(d->out, '\n');
}

void plan_draw(const struct plan *plan, const struct drawing_options *options, struct strbuf *out)
{
    struct arena arena = {0};
    struct lanes lanes;
    struct drawing d = {.plan = plan, .arena = &arena, .options = options, .out = out};
    uint32_t last = 0;
    d.glyphs = options->ascii ? &plain : &unicode;
    sort_waves(&d);
    measure_words(&d);
    measure_lanes(&d);
    if (!d.lanes)
        measure_ready(&d);
    add_heading(&d);
    lanes_init(&lanes, &arena, plan);
    for (uint32_t i = 0; i < plan->service_count; i++) {
        uint32_t wave = d.waves[d.order[i]];
        if (last && wave != last)
            add_gap(&d, &lanes);
        add_row(&d, &lanes, d.order[i], wave != last);
        last = wave;
    }
    add_legend(&d);
    arena_finish(&arena);
}
