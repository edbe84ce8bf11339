/* What a command of a service is started with: its arguments, folder and whole environment, out of
 * the plan and of what is known only now.
 *
 * Environment, strongest first: the service's own env; its env_files, the last one first; the dev
 * block's env; its env_files; what a3s injects (LAUNCH_VARIABLES); what a3s itself was given.
 * A3S_RUN_ID, by which a3s finds its processes again, is over all of them. All commands of a
 * service have the same folder and environment.
 *
 * Values from the environment and from env_files are for the command alone. What people may see of
 * a text (launch_shown, launch_add_failure) has their names instead.
 */
#ifndef RUNTIME_LAUNCH_H
#define RUNTIME_LAUNCH_H

#include "a3s/plan.h"
#include "arena.h"
#include "process.h"
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
    X("A3S_NAME_URL", "its address, direct", "it depends on NAME, which has a port")           \
    X("A3S_RUN_ID", "by which a3s finds its processes again; nothing overrides it", "always")

/* All of it outlives the launches that are made from it. */
struct launch_world {
    const struct plan *plan;
    const char *root;           /* what the plan's paths start from; absolute */
    const uint16_t *ports;      /* one a service: ports_resolve */
    const char *const *lookups; /* one a lookup: lookups_resolve */
    char *const *inherited;     /* an environ */
    const char *run_id;         /* "A3S_RUN_ID=...", over everything else; NULL: none */
};

struct launch {
    const char *const *argv; /* NULL at the end */
    const char *const *env;  /* "NAME=value", NULL at the end */
    const char *dir;         /* absolute */
};

struct launch_failure {
    const char *reason; /* one sentence for people, with the place in the A3sfile */
    bool permanent;     /* trying again cannot help */
};

/* command is an index into the plan's COMMANDS, the service's own. Reads the service's env_files;
 * false if one cannot be read. Everything is in the arena. */
bool launch_new(struct arena *arena, const struct launch_world *world, uint32_t service,
                uint32_t command, struct launch *out_launch, struct launch_failure *out_failure);

/* Adds why a command of the service could not be executed (proc_failure_text). */
void launch_add_failure(struct strbuf *out, const struct launch_world *world, uint32_t service,
                        uint32_t command, const struct proc_failure *failure);

/* A path of the plan, which may be relative to the root, as an absolute one. */
const char *launch_path(struct arena *arena, const char *root, const char *path);
/* A text of the plan, whole, and not to be shown; as it may be shown. */
const char *launch_text(struct arena *arena, const struct launch_world *world,
                        struct plan_text text);
const char *launch_shown(struct arena *arena, const struct launch_world *world,
                         struct plan_text text);

/* Where people reach the service: through the proxy if it is routed, else by its port if its probe
 * says that it speaks HTTP. Else nothing is added. */
void launch_url(struct strbuf *out, const struct plan *plan, uint32_t service,
                const uint16_t *ports);
/* The host of the service's route, or NULL. */
const char *launch_host(const struct plan *plan, uint32_t service);

#endif
