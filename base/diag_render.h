/* Diagnostics as text for people and JSON for programs.
 *
 *     A3sfile.hcl:94:17: error[E0203]: service "lane" depends on unknown service "evnt"
 *        |
 *     94 |   depends_on = ["evnt"]
 *        |                 ^^^^^^ no service has this name
 *        = help: did you mean "event"? it is declared at A3sfile.hcl:74:9
 *
 * The first line is what editors and CI parse. The list is expected to be sorted.
 */
#ifndef BASE_DIAG_RENDER_H
#define BASE_DIAG_RENDER_H

#include "diag.h"

/* At most DIAG_SHOWN diagnostics, then how many more there are. */
void diag_render_text(struct diag_list *list, bool color, struct strbuf *out);
/* A JSON array of all that are kept; docs/reference.md has its shape. */
void diag_render_json(struct diag_list *list, struct strbuf *out);

#endif
