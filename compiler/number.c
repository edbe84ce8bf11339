#include "number_parts.h"

#include "ascii.h"

#include <limits.h>

static struct number_big *new_big(struct arena *arena, uint32_t precision)
{
    struct number_big *big = arena_new(arena, struct number_big, 1);
    void *limbs = arena_alloc(arena, mpfr_custom_get_size(precision), _Alignof(mp_limb_t));
    mpfr_custom_init(limbs, precision);
    mpfr_custom_init_set(big->value, MPFR_ZERO_KIND, 0, precision, limbs);
    return big;
}

static bool in_range(mpfr_srcptr value)
{
    if (!mpfr_number_p(value))
        return false;
    if (mpfr_zero_p(value))
        return true;
    mpfr_exp_t exponent = mpfr_get_exp(value);
    return exponent <= NUMBER_EXPONENT_MAX && exponent >= -NUMBER_EXPONENT_MAX;
}

/* Holds it inline if that changes neither the value nor its text. */
static bool settle(struct number_big *big, struct number *out)
{
    uint32_t precision = (uint32_t)mpfr_get_prec(big->value);
    if (!in_range(big->value))
        return false;
    struct number number = {.big = big, .precision = precision};
    bool whole = mpfr_integer_p(big->value) && mpfr_fits_intmax_p(big->value, MPFR_RNDN);
    bool negative_zero = mpfr_zero_p(big->value) && mpfr_signbit(big->value);
    if (whole && !negative_zero &&
        (precision >= NUMBER_INLINE_BITS || mpfr_zero_p(big->value) ||
         mpfr_get_exp(big->value) <= (mpfr_exp_t)precision)) {
        number.integer = mpfr_get_sj(big->value, MPFR_RNDN);
        number.big = NULL;
    }
    *out = number;
    return true;
}

struct number number_from_int64(int64_t integer)
{
    return (struct number){.integer = integer, .precision = NUMBER_INLINE_BITS};
}

bool number_from_double(struct arena *arena, double value, struct number *out)
{
    struct number_big *big = new_big(arena, 53);
    mpfr_set_d(big->value, value, MPFR_RNDN);
    return settle(big, out);
}

/* The common case, without MPFR: up to 18 digits. */
static bool parse_short(struct str text, struct number *out)
{
    if (text.len == 0 || text.len > 18)
        return false;
    int64_t integer = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (!ascii_is_digit(text.ptr[i]))
            return false;
        integer = integer * 10 + (text.ptr[i] - '0');
    }
    *out = (struct number){.integer = integer, .precision = NUMBER_PRECISION};
    return true;
}

static bool well_formed(struct str text)
{
    size_t at = 0, digits = 0;
    if (at < text.len && (text.ptr[at] == '-' || text.ptr[at] == '+'))
        at++;
    for (; at < text.len && ascii_is_digit(text.ptr[at]); at++)
        digits++;
    if (at < text.len && text.ptr[at] == '.')
        for (at++; at < text.len && ascii_is_digit(text.ptr[at]); at++)
            digits++;
    if (digits == 0)
        return false;
    if (at == text.len)
        return true;
    if (text.ptr[at] != 'e' && text.ptr[at] != 'E')
        return false;
    at++;
    if (at < text.len && (text.ptr[at] == '-' || text.ptr[at] == '+'))
        at++;
    size_t start = at;
    while (at < text.len && ascii_is_digit(text.ptr[at]))
        at++;
    return at == text.len && at > start;
}

bool number_parse(struct arena *arena, struct str text, struct number *out)
{
    if (parse_short(text, out))
        return true;
    if (!well_formed(text))
        return false;
    struct arena_mark mark = arena_mark(arena);
    const char *copy = arena_strndup(arena, text.ptr, text.len);
    struct number_big *big = new_big(arena, NUMBER_PRECISION);
    mpfr_clear_underflow();
    mpfr_strtofr(big->value, copy, NULL, 10, MPFR_RNDN);
    bool fits = !mpfr_underflow_p() && settle(big, out);
    if (!fits || out->big == NULL)
        arena_rewind(arena, mark);
    return fits;
}

/* INT_MAX for what is no digit in any base. */
static int digit_value(char c, int base)
{
    if (ascii_is_digit(c))
        return c - '0';
    if (ascii_is_lower(c))
        return c - 'a' + 10;
    if (ascii_is_upper(c))
        return c - 'A' + (base <= 36 ? 10 : 36);
    return INT_MAX;
}

bool number_parse_base(struct arena *arena, struct str text, int base, struct number *out)
{
    bool negative = text.len > 0 && text.ptr[0] == '-';
    size_t at = text.len > 0 && (negative || text.ptr[0] == '+');
    /* Six bits a digit at the most. */
    if (at == text.len || text.len - at > NUMBER_EXPONENT_MAX / 6)
        return false;
    for (size_t i = at; i < text.len; i++)
        if (digit_value(text.ptr[i], base) >= base)
            return false;
    mpz_t whole;
    mpz_init(whole);
    for (; at < text.len; at++) {
        mpz_mul_ui(whole, whole, (unsigned long)base);
        mpz_add_ui(whole, whole, (unsigned long)digit_value(text.ptr[at], base));
    }
    if (negative)
        mpz_neg(whole, whole);
    size_t bits = mpz_sizeinbase(whole, 2);
    struct number_big *big =
        new_big(arena, bits < NUMBER_INLINE_BITS ? NUMBER_INLINE_BITS : (uint32_t)bits);
    mpfr_set_z(big->value, whole, MPFR_RNDN);
    mpz_clear(whole);
    return settle(big, out);
}

static uint32_t larger_precision(const struct number *a, const struct number *b)
{
    return a->precision > b->precision ? a->precision : b->precision;
}

static bool compute_inline(enum number_operator op, const struct number *a, const struct number *b,
                           struct number *out)
{
    int64_t result = 0;
    bool done = false;
    switch (op) {
    case NUMBER_ADD: done = !__builtin_add_overflow(a->integer, b->integer, &result); break;
    case NUMBER_SUB: done = !__builtin_sub_overflow(a->integer, b->integer, &result); break;
    case NUMBER_MUL:
        /* A product of zero and a negative number is a negative zero. */
        done = a->integer != 0 && b->integer != 0 &&
               !__builtin_mul_overflow(a->integer, b->integer, &result);
        break;
    case NUMBER_DIV:
    case NUMBER_MOD: break;
    }
    if (done)
        *out = (struct number){.integer = result, .precision = larger_precision(a, b)};
    return done && out->precision >= NUMBER_INLINE_BITS;
}

/* The product is exact in 512 bits if it can be, whatever the precision of the factors. */
static struct number_big *multiply(struct arena *arena, mpfr_srcptr a, mpfr_srcptr b,
                                   uint32_t precision)
{
    uint32_t wide = precision > NUMBER_PRECISION ? precision : NUMBER_PRECISION;
    struct number_big *big = new_big(arena, wide);
    mpfr_mul(big->value, a, b, MPFR_RNDN);
    if (precision >= wide || !mpfr_number_p(big->value))
        return big;
    mpfr_prec_t least = mpfr_min_prec(big->value);
    struct number_big *narrow =
        new_big(arena, least > (mpfr_prec_t)precision ? (uint32_t)least : precision);
    mpfr_set(narrow->value, big->value, MPFR_RNDN);
    return narrow;
}

/* As a binary float has it: a - b * trunc(a / b), each step rounded to the precision of a. */
static struct number_big *remainder_of(struct arena *arena, const struct number *number,
                                       mpfr_srcptr a, mpfr_srcptr b, uint32_t precision)
{
    struct number_big *quotient = new_big(arena, precision);
    struct number_big *big = new_big(arena, number->precision);
    mpfr_div(quotient->value, a, b, MPFR_RNDN);
    mpfr_trunc(quotient->value, quotient->value);
    mpfr_set(big->value, quotient->value, MPFR_RNDN);
    mpfr_mul(big->value, b, big->value, MPFR_RNDN);
    mpfr_sub(big->value, a, big->value, MPFR_RNDN);
    return big;
}

const char *number_compute(struct arena *arena, enum number_operator op, const struct number *a,
                           const struct number *b, struct number *out)
{
    if (a->big == NULL && b->big == NULL && compute_inline(op, a, b, out))
        return NULL;
    if (op == NUMBER_DIV && number_sign(b) == 0)
        return "a number cannot be divided by zero";
    if (op == NUMBER_MOD && number_sign(b) == 0) {
        *out = *a;
        return NULL;
    }
    uint32_t precision = larger_precision(a, b);
    struct number_operand left, right;
    number_load(&left, a);
    number_load(&right, b);
    struct number_big *big = NULL;
    switch (op) {
    case NUMBER_MUL: big = multiply(arena, left.value, right.value, precision); break;
    case NUMBER_MOD: big = remainder_of(arena, a, left.value, right.value, precision); break;
    case NUMBER_ADD:
        big = new_big(arena, precision);
        mpfr_add(big->value, left.value, right.value, MPFR_RNDN);
        break;
    case NUMBER_SUB:
        big = new_big(arena, precision);
        mpfr_sub(big->value, left.value, right.value, MPFR_RNDN);
        break;
    case NUMBER_DIV:
        big = new_big(arena, precision);
        mpfr_div(big->value, left.value, right.value, MPFR_RNDN);
        break;
    }
    return settle(big, out) ? NULL : "the result is too large or too small";
}

static int negate_float(mpfr_ptr result, mpfr_srcptr a)
{
    return mpfr_neg(result, a, MPFR_RNDN);
}

/* One argument, same precision; none of them leaves the range. Only a negation makes a
 * negative zero. */
static struct number map_one(struct arena *arena, const struct number *a,
                             int (*function)(mpfr_ptr, mpfr_srcptr))
{
    struct number result = *a;
    struct number_operand operand;
    number_load(&operand, a);
    struct number_big *big = new_big(arena, a->precision);
    function(big->value, operand.value);
    if (function != negate_float && mpfr_zero_p(big->value))
        mpfr_setsign(big->value, big->value, 0, MPFR_RNDN);
    settle(big, &result);
    return result;
}

struct number number_negate(struct arena *arena, const struct number *a)
{
    if (a->big == NULL && a->integer != 0 && a->integer != INT64_MIN)
        return (struct number){.integer = -a->integer, .precision = a->precision};
    return map_one(arena, a, negate_float);
}

struct number number_floor(struct arena *arena, const struct number *a)
{
    return a->big == NULL ? *a : map_one(arena, a, mpfr_floor);
}

struct number number_ceil(struct arena *arena, const struct number *a)
{
    return a->big == NULL ? *a : map_one(arena, a, mpfr_ceil);
}

int number_compare(const struct number *a, const struct number *b)
{
    if (a->big == NULL && b->big == NULL)
        return a->integer < b->integer ? -1 : a->integer > b->integer;
    struct number_operand left, right;
    number_load(&left, a);
    number_load(&right, b);
    int order = mpfr_cmp(left.value, right.value);
    return order < 0 ? -1 : order > 0;
}

int number_sign(const struct number *a)
{
    if (a->big == NULL)
        return a->integer < 0 ? -1 : a->integer > 0;
    int sign = mpfr_sgn(a->big->value);
    return sign < 0 ? -1 : sign > 0;
}

bool number_is_integer(const struct number *a)
{
    return a->big == NULL || mpfr_integer_p(a->big->value);
}

bool number_int64(const struct number *a, int64_t *out)
{
    if (a->big == NULL) {
        *out = a->integer;
        return true;
    }
    if (!mpfr_integer_p(a->big->value) || !mpfr_fits_intmax_p(a->big->value, MPFR_RNDN))
        return false;
    *out = mpfr_get_sj(a->big->value, MPFR_RNDN);
    return true;
}

double number_double(const struct number *a)
{
    return a->big == NULL ? (double)a->integer : mpfr_get_d(a->big->value, MPFR_RNDN);
}
