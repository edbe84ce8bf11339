/* Text of services made safe for a terminal. */
#ifndef RUNTIME_LOG_ESCAPE_H
#define RUNTIME_LOG_ESCAPE_H

#include "str.h"

/* Adds text. UTF-8 (RFC 3629), tabs and colour sequences (ECMA-48 SGR, "ESC [ .. m") stay as they
 * are; other whole escape sequences (cursor, screen, title, link) are left out; every byte of
 * anything else, such as a sequence without its end, becomes "\xNN", "\r" or "\e". True if there
 * was a colour sequence. */
bool log_escape(struct strbuf *out, struct str text);
/* Adds text without its escape sequences (ECMA-48): colours, movements, titles, links. */
void log_strip(struct strbuf *out, struct str text);

#endif
