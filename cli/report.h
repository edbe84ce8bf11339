/* What a3s says about itself to the person at the terminal: one line on stderr, short, with what to
 * do. Results go to stdout and are not printed here.
 */
#ifndef CLI_REPORT_H
#define CLI_REPORT_H

#include "str.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/* "a3s: text". */
void report_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* "     text": a second line that says what to do. */
void report_hint(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Progress, on stderr as well. */
void report_note(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Whether what is written to the descriptor may be coloured: a terminal that is not "dumb", and
 * NO_COLOR (no-color.org) is unset or empty. */
bool report_color(int fd);

/* How many columns a line of stdout may have: what COLUMNS says, else the terminal, else 80. */
uint32_t report_columns(void);
/* Whether the locale (LC_ALL, LC_CTYPE, LANG: the first that is set) speaks UTF-8. */
bool report_is_utf8(void);

/* Writes the buffer to stdout. An enum exit_code: CLI_FAILED if it cannot be written. */
int report_output(const struct strbuf *text);
/* As report_output, an object of the control API. */
int report_json(json_t *json);

/* A number of bytes for people: "812 bytes", "4.1 KiB". */
void report_size(size_t bytes, struct strbuf *out);
/* "service", "services". */
const char *report_plural(size_t count, const char *one, const char *many);

#endif
