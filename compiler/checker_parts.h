/* What the files of the checker share. Private to them. */
#ifndef COMPILER_CHECKER_PARTS_H
#define COMPILER_CHECKER_PARTS_H

#include "checker.h"
#include "codes.h"
#include "decode.h"
#include "eval.h"
#include "map.h"

struct check {
    struct arena *arena;
    struct diag_list *diags;
    struct eval eval;
    struct decode decode;
    const struct check_options *options;
    struct model_block *defaults[SCHEMA_BLOCK_COUNT]; /* what each block is if nobody writes it */
    struct model *model;
    struct map names; /* service name -> index into model->services */
    struct str label; /* of the service or variable that is being checked */
    bool any_service; /* there was one, right or wrong */
};

/* A block with its defaults. */
struct model_block *check_new_block(struct check *ck, const struct schema_block *schema,
                                    const struct ast_block *ast);
/* All that stands in a block, into its struct. */
void check_body(struct check *ck, const struct schema_block *schema, const struct ast_body *body,
                struct model_block *target);
void check_labels(struct check *ck, const struct schema_block *schema,
                  const struct ast_block *block);
void check_unknown_block(struct check *ck, const struct schema_block *parent,
                         const struct ast_block *block);

/* checker_values.c: locals and variables, which expressions anywhere may refer to. */
void check_values(struct check *ck, const struct ast_body *body);

#endif
