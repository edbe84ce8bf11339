#include "top_paint.h"

#include <curses.h>
#include <wchar.h>

struct pen pen_at(const struct top_screen *screen, int row, int column, int end)
{
    return (struct pen){.screen = screen, .row = row, .column = column, .end = end};
}

static void use_style(const struct pen *pen, struct top_style style)
{
    attr_t attributes = style.bold ? A_BOLD : A_NORMAL;
    bool colored = pen->screen->color && style.color != TOP_COLOR_DEFAULT;
    attributes |= style.dim ? A_DIM : 0;
    attributes |= style.underline ? A_UNDERLINE : 0;
    attributes |= style.reverse ? A_REVERSE : 0;
    attr_set(attributes, colored ? (short)(style.color + 1) : 0, NULL);
}

static void put(struct pen *pen, wchar_t c, int width)
{
    bool skipped = pen->at < pen->skip;
    if (!skipped && pen->column + width <= pen->end) {
        mvaddnwstr(pen->row, pen->column, &c, 1);
        pen->column += width;
    } else if (!skipped) {
        pen->end = pen->column; /* a wide character does not fit: nothing behind it may */
    }
    pen->at += (uint32_t)width;
}

/* A combining character goes to the one before the cursor: curses sees to it. */
static void combine(const struct pen *pen, wchar_t c)
{
    if (pen->column > 0 && pen->at > pen->skip && pen->column < pen->end)
        mvaddnwstr(pen->row, pen->column, &c, 1);
}

/* The length of the character at the front, in *out what to show for it. */
static size_t decode(const struct pen *pen, struct str text, wchar_t *out)
{
    unsigned char first = (unsigned char)text.ptr[0];
    if (first < 0x80) {
        *out = first < ' ' || first == 0x7f ? L'?' : (wchar_t)first;
        return 1;
    }
    mbstate_t state = {0};
    size_t length = pen->screen->utf8 ? mbrtowc(out, text.ptr, text.len, &state) : 0;
    if (length > 0 && length <= text.len)
        return length;
    *out = L'?';
    for (length = 1; length < text.len && (text.ptr[length] & 0xc0) == 0x80; length++)
        ;
    return length;
}

void pen_text(struct pen *pen, struct str text, struct top_style style)
{
    use_style(pen, style);
    while (text.len && pen->column < pen->end) {
        wchar_t c;
        size_t length = 1;
        if (text.ptr[0] == '\t') {
            for (uint32_t stop = (pen->at | 7) + 1; pen->at < stop && pen->column < pen->end;)
                put(pen, L' ', 1);
        } else {
            length = decode(pen, text, &c);
            int width = wcwidth(c);
            if (width == 0)
                combine(pen, c);
            else
                put(pen, width < 0 ? L'?' : c, width < 0 ? 1 : width);
        }
        text = (struct str){text.ptr + length, text.len - length};
    }
}

void pen_print(struct pen *pen, struct top_style style, const char *format, ...)
{
    struct strbuf text = {0};
    va_list args;
    va_start(args, format);
    strbuf_vaddf(&text, format, args);
    va_end(args);
    pen_text(pen, strbuf_str(&text), style);
    strbuf_finish(&text);
}

void pen_fill(struct pen *pen, struct top_style style)
{
    use_style(pen, style);
    while (pen->column < pen->end)
        put(pen, L' ', 1);
}

void pen_rule(struct pen *pen, struct top_style style)
{
    use_style(pen, style);
    while (pen->column < pen->end)
        put(pen, pen->screen->utf8 ? L'─' : L'-', 1);
}
