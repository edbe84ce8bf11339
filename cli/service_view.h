/* How the state and the age of a service look, wherever a person sees them. */
#ifndef CLI_SERVICE_VIEW_H
#define CLI_SERVICE_VIEW_H

#include "str.h"
#include "table.h"

/* Of a state of the control API. */
enum table_color service_view_color(const char *state);
/* In a sentence: "waiting for its next try", with verb "is waiting ..." and "has failed". */
void service_view_say(const char *state, bool verb, struct strbuf *out);
/* The two largest units: "12s", "3m04s", "2h05m", "3d04h". */
void service_view_uptime(long long seconds, struct strbuf *out);

#endif
