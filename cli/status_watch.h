/* "a3s status --watch": follows the control API's events, asks for nothing while nothing happens.
 */
#ifndef CLI_STATUS_WATCH_H
#define CLI_STATUS_WATCH_H

#include "remote.h"

/* Until a3s ends (CLI_DONE) or nobody reads any more. On a terminal the table, each time anew; else
 * a line for each change, as JSON if json. */
int status_watch(struct remote *remote, bool json);

#endif
