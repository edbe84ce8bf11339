/* A document of another tool as a tree: what YAML (libyaml) and JSON (jansson) have in common.
 *
 * Nodes live in the arena of the diagnostics. Aliases are followed, so a node may hang at several
 * places; merge keys (`<<`) are resolved: a map has the keys of what it merges, its own first. The
 * tree that comes out keeps to the limits of import.h even when it is walked as if nothing were
 * shared, and no map has a key twice.
 */
#ifndef IMPORT_NODE_H
#define IMPORT_NODE_H

#include "diag.h"

enum node_kind {
    NODE_NULL, /* nothing, ~ or null, not quoted */
    NODE_TEXT,
    NODE_LIST,
    NODE_MAP,
    NODE_KIND_COUNT
};

struct node_pair {
    struct node *key; /* NODE_TEXT; NULL in a list */
    struct node *value;
};

struct node {
    enum node_kind kind;
    bool quoted;     /* of a text: it can be no number and no bool */
    struct str text; /* of NODE_TEXT; NUL behind it */
    struct span span;
    VEC(struct node_pair) items; /* of a list or map, in the order of the file */
};

/* Both give NULL after a diagnostic. The source is UTF-8. */
struct node *node_read_yaml(struct diag_list *diags, uint32_t source);
struct node *node_read_json(struct diag_list *diags, uint32_t source);
/* As node_read_yaml, of a text that has as many characters as the source and the same places. */
struct node *node_read_yaml_text(struct diag_list *diags, uint32_t source, struct str text);

/* The value of a map's key; NULL if it is no map, the key is not there or its value is null. node
 * may be NULL. */
const struct node *node_find(const struct node *node, const char *key);
bool node_is_text(const struct node *node); /* node may be NULL */
/* Whether a text that is not quoted says so: true, yes, on. */
bool node_is_true(const struct node *node);
/* The line (from 1) on which the node begins. */
uint32_t node_line(const struct diag_list *diags, const struct node *node);

/* "expected a list of ports, not a map". Gives false. */
bool node_mistake(struct diag_list *diags, const struct node *node, const char *expected);

/* For readers: keys that stand twice, depth and size. False after a diagnostic. */
bool node_check(struct diag_list *diags, struct node *root);

#endif
