/* The object of GET /v1/status as a person reads it: a table, and below it a line for each service
 * that is not what it should be: why, what it waits for, how it ended, when it is tried again.
 */
#ifndef CLI_STATUS_VIEW_H
#define CLI_STATUS_VIEW_H

#include "arena.h"
#include "str.h"

#include <jansson.h>

void status_view_draw(json_t *status, bool color, struct arena *arena, struct strbuf *out);

#endif
