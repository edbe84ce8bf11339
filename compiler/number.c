#include "number.h"

#include <mpfr.h>

/* Beyond it not every int64_t has as few digits in a less precise float. */
#define EXACT_BITS 64
/* Enough decimal digits for any float of p bits. */
#define DIGITS_FOR(p) ((size_t)((p)*30103ul / 100000ul + 2))

struct number_big {
    mpfr_t value;
};

/* What an operand is while one computes: the inline integer becomes a float on the stack. */
struct operand {
    mpfr_t inline_value;
    mp_limb_t limb[1];
    mpfr_srcptr value;
};

static void operand_load(struct operand *o, const struct number *a)
{
    if (a->big != NULL) {
        o->value = a->big->value;
        return;
    }
    mpfr_custom_init(o->limb, EXACT_BITS);
    mpfr_custom_init_set(o->inline_value, MPFR_ZERO_KIND, 0, EXACT_BITS, o->limb);
    mpfr_set_sj(o->inline_value, a->integer, MPFR_RNDN);
    o->value = o->inline_value;
}

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
        (precision >= EXACT_BITS || mpfr_zero_p(big->value) ||
         mpfr_get_exp(big->value) <= (mpfr_exp_t)precision)) {
        number.integer = mpfr_get_sj(big->value, MPFR_RNDN);
        number.big = NULL;
    }
    *out = number;
    return true;
}

struct number number_from_int64(int64_t integer)
{
    return (struct number){.integer = integer, .precision = EXACT_BITS};
}

bool number_from_double(struct arena *arena, double value, struct number *out)
{
    struct number_big *big = new_big(arena, 53);
    mpfr_set_d(big->value, value, MPFR_RNDN);
    return settle(big, out);
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* The common case, without MPFR: up to 18 digits. */
static bool parse_short(struct str text, struct number *out)
{
    if (text.len == 0 || text.len > 18)
        return false;
    int64_t integer = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (!is_digit(text.ptr[i]))
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
    for (; at < text.len && is_digit(text.ptr[at]); at++)
        digits++;
    if (at < text.len && text.ptr[at] == '.')
        for (at++; at < text.len && is_digit(text.ptr[at]); at++)
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
    while (at < text.len && is_digit(text.ptr[at]))
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

static int digit_value(char c, int base)
{
    if (is_digit(c))
        return c - '0';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'Z')
        return c - 'A' + (base <= 36 ? 10 : 36);
    return 99;
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
    struct number_big *big = new_big(arena, bits < EXACT_BITS ? EXACT_BITS : (uint32_t)bits);
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
    return done && out->precision >= EXACT_BITS;
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
    struct operand left, right;
    operand_load(&left, a);
    operand_load(&right, b);
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
    struct operand operand;
    operand_load(&operand, a);
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
    struct operand left, right;
    operand_load(&left, a);
    operand_load(&right, b);
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

/* Decimal text */

/* Digits without point and leading zeros, and where the point is: 0.DIGITS * 10^exponent. */
struct digits {
    char *text; /* of mpfr_get_str, without sign */
    mpfr_exp_t exponent;
    char *whole; /* what mpfr_free_str takes */
};

static struct digits digits_of(mpfr_srcptr value, size_t count, mpfr_rnd_t rounding)
{
    struct digits digits = {0};
    digits.whole = mpfr_get_str(NULL, &digits.exponent, 10, count, value, rounding);
    digits.text = digits.whole + (digits.whole[0] == '-');
    return digits;
}

static void digits_drop(struct digits *digits)
{
    mpfr_free_str(digits->whole);
    *digits = (struct digits){0};
}

static bool reads_back(const struct digits *digits, mpfr_srcptr value)
{
    struct strbuf text = {0};
    mpfr_t back;
    strbuf_addf(&text, "0.%se%ld", digits->text, (long)digits->exponent);
    mpfr_init2(back, mpfr_get_prec(value));
    mpfr_strtofr(back, strbuf_text(&text), NULL, 10, MPFR_RNDN);
    bool same = mpfr_cmpabs(back, value) == 0;
    mpfr_clear(back);
    strbuf_finish(&text);
    return same;
}

/* Rounding up as well, for at a power of two the values below lie closer than those above. */
static bool digits_try(mpfr_srcptr value, size_t count, struct digits *out)
{
    static const mpfr_rnd_t roundings[] = {MPFR_RNDN, MPFR_RNDA};
    for (size_t i = 0; i < 2; i++) {
        struct digits digits = digits_of(value, count, roundings[i]);
        if (reads_back(&digits, value)) {
            *out = digits;
            return true;
        }
        digits_drop(&digits);
    }
    return false;
}

/* The fewest digits that read back: if some count does, so do all larger ones. */
static struct digits shortest(mpfr_srcptr value)
{
    struct digits best = {0};
    size_t low = 1, high = DIGITS_FOR((size_t)mpfr_get_prec(value));
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        struct digits digits;
        if (digits_try(value, middle, &digits)) {
            if (best.whole != NULL)
                digits_drop(&best);
            best = digits;
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    if (best.whole == NULL)
        best = digits_of(value, high, MPFR_RNDN);
    size_t length = strlen(best.text);
    while (length > 1 && best.text[length - 1] == '0')
        best.text[--length] = '\0';
    return best;
}

/* Writes 0.DIGITS * 10^exponent without an exponent. */
static void write_plain(const struct digits *digits, struct strbuf *out)
{
    size_t length = strlen(digits->text);
    long point = (long)digits->exponent;
    if (point <= 0) {
        strbuf_adds(out, "0.");
        strbuf_addn(out, '0', (size_t)-point);
        strbuf_add(out, digits->text, length);
    } else if ((size_t)point >= length) {
        strbuf_add(out, digits->text, length);
        strbuf_addn(out, '0', (size_t)point - length);
    } else {
        strbuf_add(out, digits->text, (size_t)point);
        strbuf_addc(out, '.');
        strbuf_adds(out, digits->text + point);
    }
}

struct str number_text(struct arena *arena, const struct number *a)
{
    if (a->big == NULL)
        return str_from(arena_printf(arena, "%lld", (long long)a->integer));
    mpfr_srcptr value = a->big->value;
    if (mpfr_zero_p(value))
        return mpfr_signbit(value) ? STR("-0") : STR("0");
    struct strbuf text = {0};
    struct digits digits = shortest(value);
    if (mpfr_sgn(value) < 0)
        strbuf_addc(&text, '-');
    write_plain(&digits, &text);
    digits_drop(&digits);
    struct str copy = {arena_strndup(arena, strbuf_text(&text), text.len), text.len};
    strbuf_finish(&text);
    return copy;
}

/* The style and precision that give the fewest digits: an exponent below -4 and from six on. */
static char shortest_style(mpfr_srcptr value, char verb, int *out_precision)
{
    *out_precision = 0;
    if (mpfr_zero_p(value))
        return 'f';
    struct digits digits = shortest(value);
    long length = (long)strlen(digits.text), exponent = (long)digits.exponent;
    digits_drop(&digits);
    if (exponent < -3 || exponent > 6) {
        *out_precision = (int)length - 1;
        return verb == 'G' ? 'E' : 'e';
    }
    *out_precision = length > exponent ? (int)(length - exponent) : 0;
    return 'f';
}

void number_format(const struct number *a, char verb, const char *flags, int width, int precision,
                   struct strbuf *out)
{
    struct operand operand;
    operand_load(&operand, a);
    char style = verb;
    if (precision < 0 && (verb == 'g' || verb == 'G'))
        style = shortest_style(operand.value, verb, &precision);
    else if (precision < 0)
        precision = 6;
    struct strbuf format = {0};
    char *text = NULL;
    strbuf_addf(&format, "%%%s*.*R%c", flags, style);
    int length =
        mpfr_asprintf(&text, strbuf_text(&format), width < 0 ? 0 : width, precision, operand.value);
    if (length > 0)
        strbuf_add(out, text, (size_t)length);
    if (text != NULL)
        mpfr_free_str(text);
    strbuf_finish(&format);
}

void number_format_base(const struct number *a, int base, struct strbuf *out)
{
    struct operand operand;
    operand_load(&operand, a);
    mpz_t whole;
    mpz_init(whole);
    mpfr_get_z(whole, operand.value, MPFR_RNDZ);
    char *text = mpz_get_str(NULL, base, whole);
    strbuf_adds(out, text);
    mpfr_free_str(text);
    mpz_clear(whole);
}
