/* What the renderers of diagnostics share; nobody else includes this. */
#ifndef BASE_DIAG_PARTS_H
#define BASE_DIAG_PARTS_H

#include "diag.h"
#include "json_print.h"

/* "error", "warning". */
const char *diag_severity_name(enum diag_severity severity);
/* Of the file that the diagnostic is about. */
const char *diag_path(const struct diag_list *list, const struct diag *diag);
/* As repositories name it: without "./" before it. */
const char *diag_plain_path(const char *path);
/* The message, and the detail if there is one. */
void diag_add_sentence(struct strbuf *out, const struct diag *diag);
/* How many more there were than the list keeps. */
uint32_t diag_unlisted(const struct diag_list *list);

/* Whether the character (utf8_next) must not reach a terminal: a control character, or no character
 * at all. */
bool diag_is_control(int32_t code);
/* Adds the text on one line; control characters and broken bytes are shown as '?', a tab as a
 * blank: a source must not send commands to a terminal, and carets stand under what they mark. */
void diag_add_printable(struct strbuf *out, struct str text);

/* As a JSON string. JSON is UTF-8 only, so a broken byte of a source becomes U+FFFD. */
json_t *diag_json_text(const char *text);

#endif
