/* "a3s top": services, and the log of one, live on the terminal.
 *
 * A client of the control API and nothing more: it asks for the status once a second and whenever
 * /v1/events says that something has changed, follows /v1/logs of the selected service, and never
 * waits for an answer. When a3s is gone it says so and waits for the next one.
 */
#ifndef CLI_TOP_H
#define CLI_TOP_H

#include "remote.h"

/* Until the user quits or a signal ends it. An enum exit_code, or 128 + n; what is wrong with the
 * terminal has been said. The remote stays the caller's. */
int top_run(struct remote *remote);

#endif
