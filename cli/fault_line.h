/* The sentence about a fault on purpose (the "fault" of a service in GET /v1/status):
 * "web: a fault on purpose: 10 % of its requests wait for 200 ms and get 503 (3 so far); \"a3s
 * fault web --off\" ends it". */
#ifndef CLI_FAULT_LINE_H
#define CLI_FAULT_LINE_H

#include "str.h"

#include <jansson.h>

/* Without a line break. */
void fault_line(const char *service, json_t *fault, struct strbuf *out);

#endif
