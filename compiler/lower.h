/* Model to plan: the only place that knows both.
 *
 * By now the model is right, so nothing here is a diagnostic. The order of the calls decides the
 * bytes, and follows nothing but the order of the file and of names.
 */
#ifndef COMPILER_LOWER_H
#define COMPILER_LOWER_H

#include "a3s/plan.h"
#include "model.h"

struct lower_source {
    struct sources *sources;
    uint32_t id;
    struct str path; /* relative to the plan's root: what the plan calls it */
};

/* model->order is there. The bytes are the arena's. PLAN_E_TOO_LARGE and PLAN_E_LIMIT: the program
 * is larger than a plan may be; any other error is a fault in a3s. */
enum plan_error lower(const struct model *model, const struct lower_source *source,
                      struct arena *arena, const void **out_bytes, size_t *out_size);

#endif
