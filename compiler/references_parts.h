/* What the files of the references share. Private to them. */
#ifndef COMPILER_REFERENCES_PARTS_H
#define COMPILER_REFERENCES_PARTS_H

#include "eval_parts.h"
#include "map.h"
#include "references.h"
#include "vec.h"

enum progress { NEW, BUSY, DONE };

struct node {
    enum reference_root root;
    enum progress progress;
    uint32_t index; /* of a service: into model.services */
    bool told;      /* a circle through it was reported from here */
    uint32_t size;  /* values in its value, itself included; 0: not counted yet */
    struct str name;
    struct span name_span;
    const struct ast_expr *expr;   /* of a local; of a service's port, or NULL */
    const struct ast_block *block; /* of a service */
    struct value value;            /* DONE; of a service: its port */
};

/* The nodes that are being computed, the last one first. */
struct frame {
    struct node *node;
    struct span asked; /* where the frame above it refers to it */
    struct frame *up;
};

struct references {
    struct eval *eval;
    const struct ast_body *body;
    bool partial, ready, services_known;
    uint32_t suggest_work;
    struct map names[REFERENCE_ROOT_COUNT]; /* name -> index into nodes */
    VEC(struct node *) nodes;
    struct frame *top;
    VEC(struct eval_findings) findings;
};

/* NULL if there is one of that name. */
struct node *references_add(struct references *refs, enum reference_root root, struct str name,
                            struct span name_span);
/* NULL if there is none. */
struct node *references_find(const struct references *refs, enum reference_root root,
                             struct str name);
/* The node's value, computed if it has not been; asked: where it is referred to. */
struct value references_compute_node(struct references *refs, struct node *node, struct span asked);
/* Unknown, after a diagnostic: nothing has the name. */
struct value references_unknown(struct references *refs, const struct reference *reference);
/* references_service.c: of service.NAME.port, .host and .url. */
struct value references_service(struct references *refs, const struct reference *reference);

#endif
