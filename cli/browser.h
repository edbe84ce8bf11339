/* The user's browser: $BROWSER, or what the desktop takes for one.
 *
 * BROWSER is a list of commands, separated by colons; the first that there is gets the address in
 * place of %s, or behind its words. No shell is involved. Without BROWSER it is xdg-open, if there
 * is a display.
 */
#ifndef CLI_BROWSER_H
#define CLI_BROWSER_H

#include "arena.h"

#include <stdbool.h>

/* Whether there may be one to open something with. */
bool browser_is_known(void);
/* False: nothing could be opened, and the address has to be told instead. A browser that goes on
 * running is left alone. */
bool browser_open(struct arena *arena, const char *address);

/* The words of one command of BROWSER with the address, ended by NULL. */
const char *const *browser_words(struct arena *arena, const char *command, size_t length,
                                 const char *address);

#endif
