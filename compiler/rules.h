/* The rules between attributes and between services: ports, routes, health, dependencies.
 *
 * They fill in what the schema cannot: has_port, the default subdomain, deps.
 */
#ifndef COMPILER_RULES_H
#define COMPILER_RULES_H

#include "diag.h"
#include "map.h"
#include "model.h"

/* names: service name -> index into model->services. */
void rules_check(struct model *model, const struct map *names, struct diag_list *diags,
                 bool partial);

#endif
