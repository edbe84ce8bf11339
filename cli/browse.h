/* Showing an address in the user's browser. */
#ifndef CLI_BROWSE_H
#define CLI_BROWSE_H

/* Starts $BROWSER, else xdg-open, detached from this process and its terminal. 0, or a negative
 * errno: -ENOENT if there is none. */
int browse(const char *url);

#endif
