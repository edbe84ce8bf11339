/* The object of GET /v1/status as a person reads it: a table, and below it a line for each service
 * that is not what it should be: why, what it waits for, how it ended, when it is tried again; and
 * for each fault on purpose.
 */
#ifndef CLI_STATUS_VIEW_H
#define CLI_STATUS_VIEW_H

#include "arena.h"
#include "str.h"

#include <jansson.h>

/* wide: with the requests that went through the proxy. */
void status_view_draw(json_t *status, bool color, bool wide, struct arena *arena,
                      struct strbuf *out);

#endif
