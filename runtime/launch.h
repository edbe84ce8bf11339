/* What a service is started with: its arguments, folder and whole environment, out of the plan, the
 * ports and the environment of a3s.
 *
 * Strongest first: the service's own env; what a3s injects (LAUNCH_VARIABLES); what a3s itself was
 * given.
 */
#ifndef RUNTIME_LAUNCH_H
#define RUNTIME_LAUNCH_H

#include "a3s/plan.h"
#include "arena.h"
#include "str.h"

/* X(name, what it is, when it is there). NAME stands for a dependency's name in upper case, with
 * '_' for whatever is neither letter nor digit. */
#define LAUNCH_VARIABLES(X)                                                                    \
    X("A3S_SERVICE", "the name of the service", "always")                                      \
    X("PORT", "the port that it is to listen on", "it has a port")                             \
    X("HOST", "127.0.0.1", "it has a port")                                                    \
    X("A3S_URL", "its address: through the proxy, or direct",                                  \
      "it has a port and a host name, or a port and an http probe")                            \
    X("A3S_NAME_PORT", "the port of the service NAME", "it depends on NAME, which has a port") \
    X("A3S_NAME_URL", "its address, direct", "it depends on NAME, which has a port")

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
