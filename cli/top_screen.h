/* The terminal of "a3s top": ncurses opened, suspended and put back as it was, whatever ends it.
 *
 * The C library's locale decides whether UTF-8 can be shown (screen->utf8). While the screen is
 * open, nobody else may write to the terminal. A signal that ends the program by its own fault
 * (SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL) restores the terminal first, as well as can be.
 */
#ifndef CLI_TOP_SCREEN_H
#define CLI_TOP_SCREEN_H

#include <stdbool.h>
#include <stdint.h>

struct screen; /* curses' own */

struct top_screen {
    struct screen *terminal;
    bool utf8;
    bool color;
};

/* 0, or -ENOTTY: no terminal; -ENOTSUP: one that cannot move its cursor, or is not known. Of those
 * two nothing has been written. */
int top_screen_open(struct top_screen *screen, bool color);
/* Says on stderr why it could not be opened, and what to do. */
void top_screen_explain(int error);
/* Puts everything back; also after top_screen_leave. */
void top_screen_close(struct top_screen *screen);

/* Gives the terminal back for a while, and takes it again. */
void top_screen_leave(struct top_screen *screen);
void top_screen_return(struct top_screen *screen);
/* The terminal may have another size now. */
void top_screen_resize(struct top_screen *screen);

/* The next key as of top_keys.h, or 0: none has been pressed. */
uint32_t top_screen_key(struct top_screen *screen);

#endif
