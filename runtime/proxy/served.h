/* What is served under which name: what the proxy says to whoever asked for a name that there is
 * not.
 *
 * The names of services are told only to who used a name of this machine itself: localhost, one
 * under it, 127.0.0.1 or ::1. Under any other a foreign page may be asking (DNS rebinding).
 */
#ifndef RUNTIME_SERVED_H
#define RUNTIME_SERVED_H

#include "host.h"

#define SERVED_SHOWN_MAX 50   /* names that are listed */
#define SERVED_NAMES_MAX 4096 /* names among which the nearest is looked for */

struct served {
    const struct plan *plan;
    const struct host *asked; /* target included: the nearest name is offered with it */
    uint16_t port;            /* of the proxy */
    bool page;                /* a3s's own is served, too */
};

bool served_may_be_told(const struct host *asked);
/* One line, which names nobody. */
const char *served_title(const struct host *asked);
/* What comes after the title. */
void served_html(const struct served *served, struct strbuf *out);
/* Members of an object: a comma before each. */
void served_json(const struct served *served, struct strbuf *out);

#endif
