/* HCL source in its canonical layout, as `terraform fmt` and hclwrite.Format (hashicorp/hcl) have
 * it.
 *
 * Only blanks between tokens change. Tokens, comments, line breaks and the text of strings and
 * heredocs stay as they are, so every line keeps its number and the file its meaning, and a text in
 * the canonical layout is given back unchanged. A byte order mark is dropped; CRLF stays CRLF.
 *
 * - A line that opens more brackets than it closes indents what follows by two blanks.
 * - The "=" of lines that follow each other, each with an item that ends where its line ends, stand
 *   in one column, and so do the comments at the ends of lines that follow each other.
 * - One blank stands between tokens, and none inside brackets, around dots, before commas, behind a
 *   sign, or between a function and its arguments; braces have a blank inside unless empty.
 *
 * One case is not as hclwrite has it: a blank between a number and a dot stays, since "1 .5" would
 * become another number. Blanks behind the last line break of the file are dropped.
 */
#ifndef GRAMMAR_FORMAT_H
#define GRAMMAR_FORMAT_H

#include "diag.h"
#include "source.h"

/* Adds the formatted text to out. False if the source is not valid HCL: diags says why and out is
 * as it was. */
bool format_source(struct sources *sources, uint32_t source, struct diag_list *diags,
                   struct strbuf *out);

#endif
