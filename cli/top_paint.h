/* Text on the screen of "a3s top": clipped to a part of a row, in colours that a terminal may not
 * have, in characters that a locale may not have. Only top_view.c and top_paint.c draw. */
#ifndef CLI_TOP_PAINT_H
#define CLI_TOP_PAINT_H

#include "top_screen.h"
#include "top_text.h"

/* A place to write at: from column on to before end, in one row. What is beyond the end is left
 * out. */
struct pen {
    const struct top_screen *screen;
    int row, column, end;
    uint32_t skip; /* columns of what comes that are left out at the start */
    uint32_t at;   /* columns that have come; tabs go to multiples of 8 */
};

struct pen pen_at(const struct top_screen *screen, int row, int column, int end);
/* UTF-8; what cannot be shown is "?". */
void pen_text(struct pen *pen, struct str text, struct top_style style);
void pen_print(struct pen *pen, struct top_style style, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Blanks up to the end. */
void pen_fill(struct pen *pen, struct top_style style);
/* A horizontal line up to the end. */
void pen_rule(struct pen *pen, struct top_style style);

#endif
