/* The dependencies of a plan as a drawing in text, by waves of readiness: what depends on nothing
 * comes first, every other service one wave behind the last that it waits for.
 *
 *          service  port   ready when
 *     1  ●    store  :7411  tcp
 *        │
 *     2  ├─■  seed          exit code 0
 *        │ │
 *     3  ●─╯  api    :7412  http /health
 *
 * Each service that others need has a lane from its row down to the last of them. Where a line
 * crosses a lane without touching it, it goes on behind it: "─│─". If there are too many lanes to
 * follow, or to leave room for the words, each row names instead what its service waits for.
 *
 * It depends on the plan and the options alone.
 */
#ifndef PLAN_DRAWING_H
#define PLAN_DRAWING_H

#include "a3s/plan.h"
#include "str.h"

struct drawing_options {
    uint32_t width; /* columns that a row may have; names are shown whole even so */
    bool ascii;     /* the terminal cannot show Unicode */
};

void plan_draw(const struct plan *plan, const struct drawing_options *options, struct strbuf *out);

#endif
