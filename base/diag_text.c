#include "array.h"
#include "diag_parts.h"
#include "diag_render.h"
#include "utf8.h"

#include <utf8proc.h>

/* An excerpt shows at most so many columns of a line, around the place that matters. */
#define EXCERPT_COLUMNS_MAX 160
#define EXCERPT_BEFORE      60

enum style { STYLE_ERROR, STYLE_WARNING, STYLE_BOLD, STYLE_FRAME, STYLE_COUNT };

static const char *const styles[] = {
    [STYLE_ERROR] = "\033[1;31m",
    [STYLE_WARNING] = "\033[1;33m",
    [STYLE_BOLD] = "\033[1m",
    [STYLE_FRAME] = "\033[34m",
};
_Static_assert(ARRAY_LEN(styles) == STYLE_COUNT, "an escape for each style");

struct canvas {
    struct sources *sources;
    struct strbuf *out;
    bool color;
    int gutter; /* width of the widest line number */
};

static void begin(struct canvas *canvas, enum style style)
{
    if (canvas->color)
        strbuf_adds(canvas->out, styles[style]);
}

static void end(struct canvas *canvas)
{
    if (canvas->color)
        strbuf_adds(canvas->out, "\033[0m");
}

/* Terminal cells that diag_add_printable's text takes. */
static size_t cells(struct str text)
{
    size_t width = 0;
    while (text.len) {
        int32_t code;
        size_t length = utf8_next(text, &code);
        int own = diag_is_control(code) ? 1 : utf8proc_charwidth(code);
        width += (size_t)(own > 0 ? own : 0);
        text.ptr += length;
        text.len -= length;
    }
    return width;
}

static void add_place(struct canvas *canvas, struct span span)
{
    struct position at = source_locate(canvas->sources, span);
    diag_add_printable(canvas->out, str_from(canvas->sources->files.items[span.source].path));
    strbuf_addf(canvas->out, ":%u:%u", at.line, at.column);
}

/* Moves back to the start of a UTF-8 sequence, which is at most three bytes away: a run of stray
 * continuation bytes has none. */
static size_t sequence_start(struct str text, size_t at)
{
    size_t start = at;
    while (start > 0 && start < text.len && at - start < 3 &&
           ((unsigned char)text.ptr[start] & 0xc0) == 0x80)
        start--;
    return start;
}

static void draw_gutter(struct canvas *canvas, uint32_t line)
{
    begin(canvas, STYLE_FRAME);
    if (line)
        strbuf_addf(canvas->out, "%*u |", canvas->gutter, line);
    else
        strbuf_addf(canvas->out, "%*s |", canvas->gutter, "");
    end(canvas);
}

/* What is shown of a line; all but the line are bytes in it. */
struct excerpt {
    struct str line;
    uint32_t number;    /* of the line */
    size_t from, to;    /* the part that is shown */
    size_t start, stop; /* the part of the span that is in the line, and is shown */
};

static struct excerpt cut_excerpt(struct sources *sources, struct span span)
{
    struct excerpt x = {.number = source_locate(sources, span).line};
    x.line = source_line(sources, span.source, x.number);
    const char *base = sources->files.items[span.source].text.ptr;
    x.start = span.offset - (size_t)(x.line.ptr - base);
    if (x.start > x.line.len)
        x.start = x.line.len;
    if (x.start > EXCERPT_COLUMNS_MAX - EXCERPT_BEFORE)
        x.from = sequence_start(x.line, x.start - EXCERPT_BEFORE);
    x.to = x.line.len;
    if (x.line.len - x.from > EXCERPT_COLUMNS_MAX)
        x.to = sequence_start(x.line, x.from + EXCERPT_COLUMNS_MAX);
    x.stop = span.length < x.to - x.start ? x.start + span.length : x.to;
    return x;
}

/* The line that the span begins in, and carets under the part of the span that is in it. */
static void draw_excerpt(struct canvas *canvas, struct span span, const char *label,
                         enum style style)
{
    struct excerpt x = cut_excerpt(canvas->sources, span);
    draw_gutter(canvas, x.number);
    strbuf_adds(canvas->out, x.from ? " ..." : " ");
    diag_add_printable(canvas->out, (struct str){x.line.ptr + x.from, x.to - x.from});
    strbuf_adds(canvas->out, x.to < x.line.len ? "...\n" : "\n");

    draw_gutter(canvas, 0);
    strbuf_addn(canvas->out, ' ',
                (x.from ? 4 : 1) + cells((struct str){x.line.ptr + x.from, x.start - x.from}));
    begin(canvas, style);
    size_t width = cells((struct str){x.line.ptr + x.start, x.stop - x.start});
    strbuf_addn(canvas->out, '^', width ? width : 1);
    if (label) {
        strbuf_addc(canvas->out, ' ');
        diag_add_printable(canvas->out, str_from(label));
    }
    end(canvas);
    strbuf_addc(canvas->out, '\n');
}

static void draw_header(struct canvas *canvas, const struct diag *diag)
{
    begin(canvas, STYLE_BOLD);
    if (diag->has_span)
        add_place(canvas, diag->span);
    else
        diag_add_printable(canvas->out, str_from(diag->path));
    strbuf_adds(canvas->out, ": ");
    end(canvas);
    begin(canvas, diag->severity == DIAG_ERROR ? STYLE_ERROR : STYLE_WARNING);
    strbuf_addf(canvas->out, "%s[%s]", diag_severity_name(diag->severity), diag->code->name);
    end(canvas);
    strbuf_adds(canvas->out, ": ");
    begin(canvas, STYLE_BOLD);
    diag_add_printable(canvas->out, str_from(diag->message));
    if (diag->detail) {
        strbuf_adds(canvas->out, "; ");
        diag_add_printable(canvas->out, str_from(diag->detail));
    }
    end(canvas);
    strbuf_addc(canvas->out, '\n');
}

static int digits(uint32_t number)
{
    int count = 1;
    while (number >= 10) {
        number /= 10;
        count++;
    }
    return count;
}

static int gutter_width(struct canvas *canvas, const struct diag *diag)
{
    int width = digits(source_locate(canvas->sources, diag->span).line);
    for (const struct diag_note *note = diag->notes; note; note = note->next) {
        int own = digits(source_locate(canvas->sources, note->span).line);
        if (own > width)
            width = own;
    }
    return width;
}

static void begin_aside(struct canvas *canvas, const char *kind)
{
    begin(canvas, STYLE_FRAME);
    strbuf_addf(canvas->out, "%*s =", canvas->gutter, "");
    end(canvas);
    strbuf_addf(canvas->out, " %s: ", kind);
}

static void draw_help(struct canvas *canvas, const char *text)
{
    begin_aside(canvas, "help");
    diag_add_printable(canvas->out, str_from(text));
    strbuf_addc(canvas->out, '\n');
}

static void draw_note(struct canvas *canvas, const struct diag_note *note)
{
    begin_aside(canvas, "note");
    add_place(canvas, note->span);
    strbuf_adds(canvas->out, ": ");
    diag_add_printable(canvas->out, str_from(note->text));
    strbuf_addc(canvas->out, '\n');
    draw_excerpt(canvas, note->span, NULL, STYLE_FRAME);
}

static void draw(struct canvas *canvas, const struct diag *diag)
{
    draw_header(canvas, diag);
    canvas->gutter = diag->has_span ? gutter_width(canvas, diag) : 1;
    if (diag->has_span) {
        draw_gutter(canvas, 0);
        strbuf_addc(canvas->out, '\n');
        draw_excerpt(canvas, diag->span, diag->label,
                     diag->severity == DIAG_ERROR ? STYLE_ERROR : STYLE_WARNING);
    }
    for (const struct diag_note *note = diag->notes; note; note = note->next)
        draw_note(canvas, note);
    if (diag->help)
        draw_help(canvas, diag->help);
}

void diag_render_text(struct diag_list *list, bool color, struct strbuf *out)
{
    struct canvas canvas = {.sources = list->sources, .out = out, .color = color};
    uint32_t shown = list->diags.count < DIAG_SHOWN ? list->diags.count : DIAG_SHOWN;
    for (uint32_t i = 0; i < shown; i++) {
        if (i)
            strbuf_addc(out, '\n');
        draw(&canvas, list->diags.items[i]);
    }
    uint32_t total = list->errors + list->warnings;
    if (total > shown)
        strbuf_addf(out, "\n%u more are not shown; the first often cause the rest\n",
                    total - shown);
    if (list->partial)
        strbuf_adds(out, "\nthere are more checks, which come when the syntax is mended\n");
}
