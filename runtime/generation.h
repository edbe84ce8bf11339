/* A plan that follows another one in the same daemon, and what was found out for it before it is in
 * force. Part of the daemon (daemon_state.h): reload.c makes it, reload_swap.c goes over to it. */
#ifndef RUNTIME_GENERATION_H
#define RUNTIME_GENERATION_H

#include "a3s/plan.h"
#include "arena.h"
#include "str.h"

struct daemon;
struct update;

struct generation {
    struct arena arena; /* of all of it */
    struct plan plan;
    const char *const *lookups;
    uint16_t *ports;      /* one a service; only chosen ones matter before the exchange */
    uint32_t *from;       /* for each service its index in the plan before, or PLAN_NONE */
    uint32_t *to;         /* the reverse */
    const char *verdicts; /* as in UPDATE_VERDICTS */
};

/* Out of a valid update, beside the plan that is in force now, of which nothing changes. NULL: it
 * cannot be used, and out_trouble has got lines that say why. */
struct generation *generation_create(const struct daemon *daemon, const struct update *update,
                                     struct strbuf *out_trouble);
/* Accepts NULL. */
void generation_destroy(struct generation *generation);

#endif
