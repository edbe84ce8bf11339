/* A draft as the text of an A3sfile, laid out as "a3s fmt" has it, and which line came of what.
 *
 * A service or value that is left out is a comment. Whatever comes from the imported file and goes
 * into a comment is one line of visible characters, so that no input can end the comment.
 */
#ifndef IMPORT_WRITE_H
#define IMPORT_WRITE_H

#include "diag.h"
#include "draft.h"

struct write_place {
    uint32_t first_line, last_line; /* from 1, inclusive */
    struct draft_service *service;  /* the draft's dev for what stands in it */
    enum schema_block_id block;     /* what it is, or stands in */
    int attr;                       /* enum schema_attr_id; -1: the block itself */
};

struct written {
    struct str text;
    VEC(struct write_place) places; /* later ones are more exact */
};

/* The text lives in the arena of the draft, whose lists become values. False: it is no HCL, which
 * no draft should give. */
bool draft_write(struct draft *draft, struct written *out);

#endif
