/* What a service is started with: its arguments, folder and whole environment, out of the plan, the
 * ports and the environment of a3s.
 *
 * Strongest first: the service's own env; what a3s injects (PORT, HOST, A3S_SERVICE, A3S_URL, and
 * A3S_<NAME>_PORT and A3S_<NAME>_URL for each dependency with a port); what a3s itself was given.
 */
#ifndef RUNTIME_LAUNCH_H
#define RUNTIME_LAUNCH_H

#include "a3s/plan.h"
#include "arena.h"
#include "str.h"

struct launch {
    const char *const *argv; /* NULL at the end */
    const char *const *env;  /* "NAME=value", NULL at the end */
    const char *dir;         /* absolute if root is */
};

/* Everything is in the arena. ports as ports_resolve gives them; inherited is a NULL-ended environ.
 */
struct launch launch_new(struct arena *arena, const struct plan *plan, uint32_t service,
                         const char *root, const uint16_t *ports, char *const *inherited);

/* The joined pieces of a text of the plan. */
const char *launch_text(struct arena *arena, const struct plan *plan, struct plan_text text);

/* Where people reach the service: through the proxy if it is routed, else by its port if its probe
 * says that it speaks HTTP. Else nothing is added. */
void launch_url(struct strbuf *out, const struct plan *plan, uint32_t service,
                const uint16_t *ports);
/* The host of the service's route, or NULL. */
const char *launch_host(const struct plan *plan, uint32_t service);

#endif
