#include "diag_render.h"

#include <jansson.h>
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
_Static_assert(sizeof styles / sizeof styles[0] == STYLE_COUNT, "an escape for each style");

static const char *const severity_names[] = {
    [DIAG_ERROR] = "error",
    [DIAG_WARNING] = "warning",
};
_Static_assert(sizeof severity_names / sizeof severity_names[0] == DIAG_SEVERITY_COUNT,
               "a name for each severity");

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

/* A terminal obeys what it is sent, so control characters and broken bytes of a source (or of a
 * text that quotes it) are shown as '?' in place: the width stays right for the carets. */
static void add_printable(struct strbuf *out, struct str text)
{
    size_t at = 0;
    while (at < text.len) {
        utf8proc_int32_t code = 0;
        utf8proc_ssize_t length = utf8proc_iterate((const utf8proc_uint8_t *)text.ptr + at,
                                                   (utf8proc_ssize_t)(text.len - at), &code);
        bool broken = length <= 0;
        if (broken)
            length = 1;
        if (broken || code < 0x20 || (code >= 0x7f && code < 0xa0))
            strbuf_addc(out, code == '\t' ? ' ' : '?');
        else
            strbuf_add(out, text.ptr + at, (size_t)length);
        at += (size_t)length;
    }
}

/* Terminal cells that add_printable's text takes. */
static size_t cells(struct str text)
{
    size_t at = 0, width = 0;
    while (at < text.len) {
        utf8proc_int32_t code = 0;
        utf8proc_ssize_t length = utf8proc_iterate((const utf8proc_uint8_t *)text.ptr + at,
                                                   (utf8proc_ssize_t)(text.len - at), &code);
        if (length <= 0) {
            length = 1;
            code = '?';
        }
        int own = code < 0x20 || (code >= 0x7f && code < 0xa0) ? 1 : utf8proc_charwidth(code);
        width += (size_t)(own > 0 ? own : 0);
        at += (size_t)length;
    }
    return width;
}

static void add_place(struct canvas *canvas, struct span span)
{
    struct position at = source_locate(canvas->sources, span);
    add_printable(canvas->out, str_from(canvas->sources->files.items[span.source].path));
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

/* The line that the span begins in, and carets under the part of the span that is in it. */
static void draw_excerpt(struct canvas *canvas, struct span span, const char *label,
                         enum style style)
{
    struct position at = source_locate(canvas->sources, span);
    struct str line = source_line(canvas->sources, span.source, at.line);
    const char *base = canvas->sources->files.items[span.source].text.ptr;
    size_t start = span.offset - (size_t)(line.ptr - base);
    if (start > line.len)
        start = line.len;
    size_t stop = span.length < line.len - start ? start + span.length : line.len;

    size_t from = start > EXCERPT_COLUMNS_MAX - EXCERPT_BEFORE
                      ? sequence_start(line, start - EXCERPT_BEFORE)
                      : 0;
    size_t to = line.len - from > EXCERPT_COLUMNS_MAX
                    ? sequence_start(line, from + EXCERPT_COLUMNS_MAX)
                    : line.len;
    if (stop > to)
        stop = to;

    draw_gutter(canvas, at.line);
    strbuf_adds(canvas->out, from ? " ..." : " ");
    add_printable(canvas->out, (struct str){line.ptr + from, to - from});
    strbuf_adds(canvas->out, to < line.len ? "...\n" : "\n");

    draw_gutter(canvas, 0);
    strbuf_addn(canvas->out, ' ',
                (from ? 4 : 1) + cells((struct str){line.ptr + from, start - from}));
    begin(canvas, style);
    size_t width = cells((struct str){line.ptr + start, stop - start});
    strbuf_addn(canvas->out, '^', width ? width : 1);
    if (label) {
        strbuf_addc(canvas->out, ' ');
        add_printable(canvas->out, str_from(label));
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
        add_printable(canvas->out, str_from(diag->path));
    strbuf_adds(canvas->out, ": ");
    end(canvas);
    begin(canvas, diag->severity == DIAG_ERROR ? STYLE_ERROR : STYLE_WARNING);
    strbuf_addf(canvas->out, "%s[%s]", severity_names[diag->severity], diag->code->name);
    end(canvas);
    strbuf_adds(canvas->out, ": ");
    begin(canvas, STYLE_BOLD);
    add_printable(canvas->out, str_from(diag->message));
    if (diag->detail) {
        strbuf_adds(canvas->out, "; ");
        add_printable(canvas->out, str_from(diag->detail));
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

static void draw_aside(struct canvas *canvas, const char *kind, const char *text)
{
    begin(canvas, STYLE_FRAME);
    strbuf_addf(canvas->out, "%*s =", canvas->gutter, "");
    end(canvas);
    strbuf_addf(canvas->out, " %s: ", kind);
    add_printable(canvas->out, str_from(text));
    strbuf_addc(canvas->out, '\n');
}

static void draw_note(struct canvas *canvas, const struct diag_note *note)
{
    begin(canvas, STYLE_FRAME);
    strbuf_addf(canvas->out, "%*s =", canvas->gutter, "");
    end(canvas);
    strbuf_adds(canvas->out, " note: ");
    add_place(canvas, note->span);
    strbuf_adds(canvas->out, ": ");
    add_printable(canvas->out, str_from(note->text));
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
        draw_aside(canvas, "help", diag->help);
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
}

/* jansson takes UTF-8 only; a broken byte of the source becomes U+FFFD. */
static json_t *json_text(const char *text)
{
    json_t *string = json_string(text);
    if (string)
        return string;
    struct strbuf clean = {0};
    add_printable(&clean, str_from(text));
    string = json_string(strbuf_text(&clean));
    strbuf_finish(&clean);
    return string;
}

static void json_place(json_t *object, struct sources *sources, struct span span)
{
    struct position from = source_locate(sources, span), to = source_locate_end(sources, span);
    json_object_set_new(object, "file", json_text(sources->files.items[span.source].path));
    json_object_set_new(object, "range",
                        json_pack("{s:{s:I,s:I,s:I,s:I},s:{s:I,s:I,s:I,s:I}}", "start", "line",
                                  (json_int_t)from.line, "column", (json_int_t)from.column,
                                  "utf16_column", (json_int_t)from.utf16_column, "byte",
                                  (json_int_t)from.offset, "end", "line", (json_int_t)to.line,
                                  "column", (json_int_t)to.column, "utf16_column",
                                  (json_int_t)to.utf16_column, "byte", (json_int_t)to.offset));
}

static void json_optional(json_t *object, const char *key, const char *text)
{
    if (text)
        json_object_set_new(object, key, json_text(text));
}

static json_t *json_diag(struct sources *sources, const struct diag *diag)
{
    json_t *object = json_object();
    json_object_set_new(object, "severity", json_string(severity_names[diag->severity]));
    json_object_set_new(object, "code", json_string(diag->code->name));
    json_object_set_new(object, "message", json_text(diag->message));
    json_optional(object, "detail", diag->detail);
    json_optional(object, "label", diag->label);
    json_optional(object, "help", diag->help);
    if (diag->has_span)
        json_place(object, sources, diag->span);
    else
        json_object_set_new(object, "file", json_text(diag->path));
    json_t *notes = json_array();
    for (const struct diag_note *note = diag->notes; note; note = note->next) {
        json_t *entry = json_pack("{s:o}", "message", json_text(note->text));
        json_place(entry, sources, note->span);
        json_array_append_new(notes, entry);
    }
    json_object_set_new(object, "notes", notes);
    return object;
}

void diag_render_json(struct diag_list *list, struct strbuf *out)
{
    json_t *array = json_array();
    VEC_EACH (&list->diags, diag)
        json_array_append_new(array, json_diag(list->sources, *diag));
    char *text = json_dumps(array, JSON_INDENT(2));
    if (text)
        strbuf_adds(out, text);
    strbuf_addc(out, '\n');
    free(text);
    json_decref(array);
}
