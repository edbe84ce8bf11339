/* Cycles of dependencies, each told in one diagnostic. */
#ifndef COMPILER_CYCLE_H
#define COMPILER_CYCLE_H

#include "diag.h"
#include "model.h"

/* One diagnostic for each strongly connected component of more than one service. */
void cycle_report(const struct model *model, struct diag_list *diags, struct arena *scratch);

#endif
