/* One attribute's value into its field of the model, by the type of its schema row.
 *
 * All that can be wrong with a value alone is found here: its type, its range, its spelling.
 */
#ifndef COMPILER_DECODE_H
#define COMPILER_DECODE_H

#include "diag.h"
#include "schema.h"
#include "value.h"

struct decode {
    struct arena *arena;
    struct diag_list *diags;
};

/* Writes the field at target (the block's struct plus the row's offset). False: target is
 * untouched, and a diagnostic was given, now or (for what is unknown) before. */
bool decode_attr(struct decode *decode, const struct schema_attr *attr, const struct value *value,
                 void *target);

#endif
