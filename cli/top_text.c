#include "top_text.h"

#define ESCAPE '\x1b'

struct top_style top_style_plain(void)
{
    return (struct top_style){.color = TOP_COLOR_DEFAULT};
}

static void apply(struct top_style *style, unsigned code)
{
    if (code >= 30 && code <= 37)
        style->color = (uint8_t)(code - 30);
    else if (code >= 90 && code <= 97)
        style->color = (uint8_t)(code - 90);
    switch (code) {
    case 0: *style = top_style_plain(); break;
    case 1: style->bold = true; break;
    case 2: style->dim = true; break;
    case 4: style->underline = true; break;
    case 7: style->reverse = true; break;
    case 22: style->bold = style->dim = false; break;
    case 24: style->underline = false; break;
    case 27: style->reverse = false; break;
    case 38:
    case 39: style->color = TOP_COLOR_DEFAULT; break;
    default: break;
    }
}

/* How many parameters follow 38 or 48, by the first of them: "5;N" or "2;R;G;B". */
static unsigned operands_of(unsigned form)
{
    return form == 5 ? 1 : form == 2 ? 3 : 0;
}

/* The parameters between "ESC [" and "m". */
static void apply_all(struct top_style *style, struct str parameters)
{
    unsigned code = 0, skip = 0;
    bool form_follows = false;
    for (size_t i = 0; i <= parameters.len; i++) {
        char c = i < parameters.len ? parameters.ptr[i] : ';';
        if (c >= '0' && c <= '9') {
            code = code < 1000 ? code * 10 + (unsigned)(c - '0') : code;
            continue;
        }
        if (form_follows) {
            skip = operands_of(code);
            form_follows = false;
        } else if (skip) {
            skip--;
        } else {
            apply(style, code);
            form_follows = code == 38 || code == 48;
        }
        code = 0;
    }
}

/* "ESC [ parameters m" at the front of rest is taken off it. */
static bool take_sequence(struct str *rest, struct top_style *style)
{
    const char *end = rest->len > 2 && rest->ptr[0] == ESCAPE && rest->ptr[1] == '['
                          ? memchr(rest->ptr, 'm', rest->len)
                          : NULL;
    if (!end)
        return false;
    size_t length = (size_t)(end - rest->ptr);
    apply_all(style, (struct str){rest->ptr + 2, length - 2});
    *rest = (struct str){end + 1, rest->len - length - 1};
    return true;
}

bool top_text_next(struct str *rest, struct top_style *style, struct str *out_piece)
{
    while (rest->len && take_sequence(rest, style))
        ;
    if (!rest->len)
        return false;
    const char *escape = memchr(rest->ptr + 1, ESCAPE, rest->len - 1);
    size_t length = escape ? (size_t)(escape - rest->ptr) : rest->len;
    *out_piece = (struct str){rest->ptr, length};
    *rest = (struct str){rest->ptr + length, rest->len - length};
    return true;
}
