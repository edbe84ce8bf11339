/* The syntax diagnostics, E01xx: one row of syntax_codes.def each. The summary is the category that
 * hashicorp/hcl gives to the same mistake, word for word. */
#ifndef GRAMMAR_SYNTAX_CODES_H
#define GRAMMAR_SYNTAX_CODES_H

#include "diag.h"

enum syntax_code {
#define CODE(id, number, summary, explain) id,
#include "syntax_codes.def"
#undef CODE
    SYNTAX_CODE_COUNT
};

extern const struct diag_code syntax_codes[SYNTAX_CODE_COUNT];

/* An error whose message is the category and whose detail is printf-like. */
struct diag *syntax_error(struct diag_list *diags, enum syntax_code code, struct span span,
                          const char *detail, ...) __attribute__((format(printf, 4, 5)));

#endif
