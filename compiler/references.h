/* What expressions refer to by name beyond the variables of loops: local.NAME, var.NAME and
 * service.NAME.port, .host and .url.
 *
 * Each is computed when it is first asked for, once, whatever its place in the file. What is wrong
 * in a local is reported where it stands, once, even if whoever asks for it has another value
 * (try()). A circle is one diagnostic; all that is in it is unknown.
 */
#ifndef COMPILER_REFERENCES_H
#define COMPILER_REFERENCES_H

#include "ast.h"
#include "eval.h"

struct references;

enum reference_root {
    REFERENCE_LOCAL,
    REFERENCE_VARIABLE,
    REFERENCE_SERVICE,
    REFERENCE_ROOT_COUNT
};

struct reference {
    enum reference_root root;
    struct str name, attribute; /* attribute: of a service */
    struct span name_span, attribute_span;
    struct span span; /* all of it */
};

/* The services are those of the body; eval evaluates, and knows the references then.
 * partial: the tree is incomplete, so that a service may be missing in it. */
struct references *references_new(struct eval *eval, const struct ast_body *body, bool partial);

/* Adds a name; a second one of a root is a diagnostic, and the first one holds. */
void references_add_local(struct references *refs, const struct ast_attribute *attribute);
/* Where the variable's value goes: unknown until then; NULL for a second one. */
struct value *references_add_variable(struct references *refs, struct str name,
                                      struct span name_span);

/* All names are there: computes the locals. Before this, a reference is a diagnostic. */
void references_compute(struct references *refs);
/* Puts what was found while computing into the list of diagnostics: once, last. */
void references_finish(struct references *refs);

/* Unknown after a diagnostic. */
struct value references_value(struct references *refs, const struct reference *reference);

/* "local", "var", "service". */
const char *reference_root_text(enum reference_root root);

#endif
