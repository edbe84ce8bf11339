/* A line of a service as pieces of one style each: its colour sequences (ECMA-48 SGR) are read, so
 * that none of them reaches a terminal. The text is what log_escape.h lets pass. */
#ifndef CLI_TOP_TEXT_H
#define CLI_TOP_TEXT_H

#include "str.h"

#include <stdint.h>

#define TOP_COLOR_DEFAULT 8 /* else 0 to 7, the colours of ECMA-48 in their order */

struct top_style {
    uint8_t color;
    bool bold, dim, underline, reverse;
};

struct top_style top_style_plain(void);
/* Takes a piece off the front of rest and keeps style up to date; false: there is no more. Colours
 * of 256 and of 24 bits count as no colour, backgrounds are left out. */
bool top_text_next(struct str *rest, struct top_style *style, struct str *out_piece);

#endif
