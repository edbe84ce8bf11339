/* Lines of GET /v1/logs as a person reads them, in the form in which "up" shows them:
 * "12:03:04.123 gateway │ text".
 */
#ifndef CLI_LOG_VIEW_H
#define CLI_LOG_VIEW_H

#include "str.h"

#include <jansson.h>

struct log_view {
    json_t *names; /* of all services, in the order of their colours */
    size_t width;  /* of the longest name that is shown */
    bool color;
    bool
        escape; /* a terminal reads it: only colour sequences pass, other control bytes are shown */
};

/* Appends what is to be printed for one line of the stream. What is not understood is appended as
 * it came. */
void log_view_draw(const struct log_view *view, struct str json, struct strbuf *out);

#endif
