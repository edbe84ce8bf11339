/* Draws the model of "a3s top" on its screen, whole each time: curses sends what has changed. */
#ifndef CLI_TOP_VIEW_H
#define CLI_TOP_VIEW_H

#include "top_model.h"
#include "top_screen.h"

/* Notes in the model how much of it there was room for. */
void top_view_draw(const struct top_screen *screen, struct top_model *model);
/* Forgets what is on the screen: the next drawing sends all of it. */
void top_view_forget(void);

#endif
