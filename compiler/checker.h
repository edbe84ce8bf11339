/* Syntax tree to model, against the schema. All that is wrong with the meaning of a file is
 * reported here (with rules.h, paths.h and graph.h), in one run and each mistake once: what follows
 * from a mistake that was already reported is not reported again. (The file is not called check.h
 * because the test framework's header is.)
 */
#ifndef COMPILER_CHECKER_H
#define COMPILER_CHECKER_H

#include "ast.h"
#include "diag.h"
#include "model.h"
#include "schema.h"
#include "variables.h"

struct check_options {
    bool partial;       /* the tree is incomplete: what is missing in it is no news */
    const char *path;   /* of the A3sfile, as it is shown */
    const char *folder; /* what file() reads from; NULL: the current one */
    struct variable_settings settings;
};

/* Never NULL; the model is complete if diags->errors is still 0. It lives in diags->arena. */
struct model *check(const struct ast_body *body, struct diag_list *diags,
                    const struct check_options *options);

/* The attribute as it was written in the block, or NULL. */
static inline const struct ast_attribute *check_written(const struct model_block *block,
                                                        enum schema_attr_id id)
{
    return block->written[id - schema_blocks[schema_attrs[id].block].first];
}

/* It was written, or something that looks like it, and a diagnostic was given for that. */
static inline bool check_broken(const struct model_block *block, enum schema_attr_id id)
{
    return block->broken >> (id - schema_blocks[schema_attrs[id].block].first) & 1;
}

#endif
