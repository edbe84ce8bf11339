/* The order in which services start, and the circles for which there is none.
 *
 * Kahn's algorithm: of the services whose dependencies all stand before, the first declared comes
 * next. Near linear in services and dependencies; no recursion.
 */
#ifndef COMPILER_GRAPH_H
#define COMPILER_GRAPH_H

#include "diag.h"
#include "model.h"

/* Fills model->order. False if services depend on each other in a circle: one diagnostic for each
 * strongly connected component, with its shortest circle through its first service; model->order
 * is NULL then. */
bool graph_order(struct model *model, struct diag_list *diags);

#endif
