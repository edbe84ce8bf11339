/* Diagnostics as people, programs and services read them.
 *
 *     A3sfile.hcl:94:17: error[E0203]: service "lane" depends on unknown service "evnt"
 *        |
 *     94 |   depends_on = ["evnt"]
 *        |                 ^^^^^^ no service has this name
 *        = help: did you mean "event"? it is declared at A3sfile.hcl:74:9
 *
 * The first line is what editors and CI parse. The lists are expected to be sorted; each is of a
 * file of its own. docs/diagnostics.md describes every format: a change here is a change there.
 */
#ifndef BASE_DIAG_RENDER_H
#define BASE_DIAG_RENDER_H

#include "diag.h"

/* At most DIAG_SHOWN diagnostics, then how many more there are. */
void diag_render_text(struct diag_list *list, bool color, struct strbuf *out);

/* A JSON array of all that are kept; the last one of a list says how many are not. */
void diag_render_json(struct diag_list *const *lists, size_t count, struct strbuf *out);

/* Who reports, as a SARIF log names it. */
struct diag_tool {
    const char *name;
    const char *version; /* semantic */
};

/* A SARIF 2.1.0 log of one run (https://docs.oasis-open.org/sarif/sarif/v2.1.0/); its columns are
 * UTF-16 code units, its rules the codes that occur. */
void diag_render_sarif(const struct diag_tool *tool, struct diag_list *const *lists, size_t count,
                       struct strbuf *out);

/* Workflow commands of GitHub Actions, a line each: "::error file=...,line=...::message". Nothing
 * for an empty list. */
void diag_render_github(struct diag_list *list, struct strbuf *out);

#endif
