/* Numbers: binary floats as go-cty has them, so that results agree to the last digit.
 *
 * A number that was written has 512 bits of precision, a count or index 64, and what a function of
 * floating point gives 53; a result has the larger precision of its operands. Whole numbers of up
 * to 63 bits are held inline and cost no memory; all others are MPFR floats whose limbs lie in the
 * arena. There are no infinities and no NaN: what would be one is refused. Magnitudes beyond
 * 2^NUMBER_EXPONENT_MAX (and below its inverse) are refused too, so that a text stays short.
 */
#ifndef COMPILER_NUMBER_H
#define COMPILER_NUMBER_H

#include "arena.h"
#include "str.h"

#include <stdint.h>

#define NUMBER_PRECISION    512 /* bits */
#define NUMBER_EXPONENT_MAX 65536

struct number_big;

struct number {
    int64_t integer;              /* the value, if big is NULL */
    const struct number_big *big; /* not within int64_t, not whole, or less precise than it */
    uint32_t precision;           /* bits, 53 to NUMBER_PRECISION; larger for parseint */
};

/* A count or an index. */
struct number number_from_int64(int64_t integer);
/* False if the value is no finite number in range. */
bool number_from_double(struct arena *arena, double value, struct number *out);
/* [+-]DIGITS[.DIGITS][e[+-]DIGITS], where a point may be first or last. False: no such text. */
bool number_parse(struct arena *arena, struct str text, struct number *out);
/* [+-]DIGITS in a base from 2 to 62 (after 9 come a to z, then A to Z; one case up to base 36). */
bool number_parse_base(struct arena *arena, struct str text, int base, struct number *out);

enum number_operator { NUMBER_ADD, NUMBER_SUB, NUMBER_MUL, NUMBER_DIV, NUMBER_MOD };
/* NULL, or why there is no result; out is then untouched. The remainder has the sign of a; modulo
 * zero gives a. */
const char *number_compute(struct arena *arena, enum number_operator op, const struct number *a,
                           const struct number *b, struct number *out);
struct number number_negate(struct arena *arena, const struct number *a);
struct number number_floor(struct arena *arena, const struct number *a);
struct number number_ceil(struct arena *arena, const struct number *a);

int number_compare(const struct number *a, const struct number *b);
int number_sign(const struct number *a);
bool number_is_integer(const struct number *a);
/* False if it is not whole or does not fit. */
bool number_int64(const struct number *a, int64_t *out);
double number_double(const struct number *a);

/* Decimal, without exponent, with the fewest digits that read back to the same value. */
struct str number_text(struct arena *arena, const struct number *a);
/* As C's printf for one of e E f g G with the flags "+- 0#"; width and precision may be -1.
 * Without precision, g has the fewest digits as number_text has, and an exponent from 10^6 on. */
void number_format(const struct number *a, char verb, const char *flags, int width, int precision,
                   struct strbuf *out);
/* A whole number in base 2, 8, 10 or 16 (lower case), with '-' if negative. */
void number_format_base(const struct number *a, int base, struct strbuf *out);

#endif
