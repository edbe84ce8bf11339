/* UTF-8 text by characters (Unicode Standard, chapter 3, and its annexes; the tables are
 * utf8proc's).
 *
 * A byte that begins no valid sequence counts as a character of its own, so that any bytes can be
 * walked to their end.
 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include "arena.h"
#include "str.h"

#include <stdint.h>

/* Reads the first character of the text, which is not empty. Gives its length in bytes; *out_code
 * is negative for a byte that is not UTF-8. */
size_t utf8_next(struct str text, int32_t *out_code);
/* Whether all of it is UTF-8. */
bool utf8_is_valid(struct str text);
/* The length in bytes of the longest prefix that is UTF-8. */
size_t utf8_valid_length(struct str text);

/* The length in bytes of the first extended grapheme cluster (UAX #29), what a person counts as one
 * character; the text is not empty. */
size_t utf8_cluster(struct str text);
/* How many of them the text has. */
size_t utf8_count_clusters(struct str text);

/* The text in normalisation form C (UAX #15): itself if it is ASCII or not UTF-8, else in the
 * arena. */
struct str utf8_nfc(struct arena *arena, struct str text);

/* Without the byte order mark that some editors put before a text. */
struct str utf8_skip_mark(struct str text);

#endif
