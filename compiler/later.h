/* Values that are known only at start: making them, finding them, and saying why one cannot be used
 * where it stands.
 *
 * A plan is the same on every machine and holds no secret, so what the environment or a port will
 * be stays a reference until the plan is loaded (a3s/plan.h, struct plan_piece).
 */
#ifndef COMPILER_LATER_H
#define COMPILER_LATER_H

#include "diag.h"
#include "value.h"

/* The pieces are copied. */
struct value later_new(struct arena *arena, const struct value_piece *pieces, uint32_t count,
                       struct span span);

/* The first value in it (or itself) that has pieces; NULL if there is none. */
const struct value *later_find(const struct value *value);

/* On a diagnostic at the span that refuses the value: where it comes from, and what to do instead.
 */
void later_explain(struct diag *diag, const struct value *value, struct span span);

/* The text with ${env("NAME")} and ${service.NAME.port} for what is not known, for people. */
void later_describe(const struct value_piece *pieces, uint32_t count, struct strbuf *out);

#endif
