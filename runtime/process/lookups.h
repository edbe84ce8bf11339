/* What a plan looks up in the environment of whoever loads it, once, before anything is started.
 *
 * The values may be secrets: they go to the services that ask for them and are never shown, neither
 * in a message nor in a status.
 */
#ifndef RUNTIME_LOOKUPS_H
#define RUNTIME_LOOKUPS_H

#include "a3s/plan.h"
#include "arena.h"
#include "str.h"

/* The value of each of the plan's lookups, in their order: the variable's, else the fallback. They
 * are variables's own bytes (an environ) and the plan's; the array is the arena's.
 *
 * NULL if a variable is not set that has no fallback, or is longer than PLAN_TEXT_MAX: then
 * out_errors has got two lines for each, "A3sfile.hcl:12:9: error: ..." and what to do. */
const char *const *lookups_resolve(struct arena *arena, const struct plan *plan,
                                   char *const *variables, struct strbuf *out_errors);

#endif
