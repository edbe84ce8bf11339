/* What the keys of "a3s top" do to its model, and what they ask of the world. */
#ifndef CLI_TOP_KEYS_H
#define CLI_TOP_KEYS_H

#include "top_model.h"

/* Keys that are no characters; a character is its code point. */
enum top_key {
    TOP_KEY_ESCAPE = 27,
    TOP_KEY_ENTER = '\n',
    TOP_KEY_BACKSPACE = 127,
    TOP_KEY_UP = 0x200000,
    TOP_KEY_DOWN,
    TOP_KEY_LEFT,
    TOP_KEY_RIGHT,
    TOP_KEY_PAGE_UP,
    TOP_KEY_PAGE_DOWN,
    TOP_KEY_HOME,
    TOP_KEY_END
};

/* What the caller has to do for the selected service. */
enum top_request_kind {
    TOP_NOTHING,
    TOP_RESTART,
    TOP_START,
    TOP_STOP,
    TOP_OPEN, /* its url */
    TOP_WHY,
    TOP_REDRAW, /* the whole screen, which something else may have written on */
    TOP_QUIT
};

enum top_request_kind top_key(struct top_model *model, uint32_t key);

/* One line each for the pane that "h" shows: keys, then what they do. NULL ends them. */
extern const char *const top_keys_help[][2];

#endif
