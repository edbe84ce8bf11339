/* The text of number literals in plain decimal notation. */
#ifndef GRAMMAR_DECIMAL_H
#define GRAMMAR_DECIMAL_H

#include "str.h"

/* Exponents beyond this stay as they are. */
#define DECIMAL_DIGITS_MAX 4096

/* Adds the number without exponent, without leading zeros, without trailing zeros behind the point:
 * "1e3" is "1000", "007.50" is "7.5". The text is a literal that the parser accepted. */
void decimal_plain(struct str literal, struct strbuf *out);

#endif
